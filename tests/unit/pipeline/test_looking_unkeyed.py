"""A second look does not hang on the key: the letters of a stand-in are no context for what stands beside it."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from licit.core.spans import LABELS
from licit.detectors.registry import find_detectors
from licit.pipeline.deidentify import DeidentifySettings, replace_all
from licit.pipeline.looking import find_all

LETTERS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=5, max_size=5)
NUMBERS = st.sampled_from(["12345678", "123456789", "12 34 56 78", "44719", "12/34", "12-34-56", "AB12345", "4471 9221 ", "12"])
FRAMES = st.sampled_from(["{} {}", "{}{}", "{}, {}", "{} ou {}", "{}/{}", "{}-{}", "tel {} poste {}", "{} ({})"])


@settings(max_examples=12, deadline=None)
@given(FRAMES, st.sampled_from(LABELS), NUMBERS, st.lists(LETTERS, min_size=3, max_size=5))
def test_what_stands_beside_a_stand_in_is_found_whatever_the_key(frame, label, number, keys):
    """Every key gives the same findings, in a text and in a further reading of one."""
    texts = [frame.format(f"[{label}_{letters}]", number) for letters in keys]
    read_again = [text.replace(" ", "&#32;") for text in texts]
    for said in (texts, read_again):
        found = find_all(find_detectors(), said, [""] * len(said))
        assert len(set(found)) == 1
        assert found[0] is not None


@settings(max_examples=4, deadline=None)
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=3, max_size=5))
def test_replacing_changes_the_same_places_under_every_key(keys):
    """What is replaced, at the first look and at the last, differs in the letters of stand-ins alone."""
    text = "Appelle le 06 39 98 12 34 12345678, ou Mme Exemple, camille.exemple@example.org 44719 12/34"
    told = set()
    for key in keys:
        (masked,) = replace_all(["r"], [[text]], [""], find_detectors(), DeidentifySettings(), key)
        told.add((re.sub(r"_[a-z2-7]{5}\]", "]", masked.texts[0]), masked.reason))
    assert len(told) == 1
