"""Rules of stand-ins in a text before anything was replaced."""

import re

from licit.core.spans import Span
from licit.pipeline.deidentify import DIRECT, mask


def test_a_typed_stand_in_shields_nothing_beside_it() -> None:
    """Somebody who types what looks like a stand-in does not keep the name beside it from being replaced."""
    text = "[PERSON_aaaaa] Dupont"
    masked = mask(b"k" * 32, "r", [text], [(Span(start=0, end=len(text), label="PERSON", detector="d"),)], DIRECT)
    assert "Dupont" not in masked.texts[0]
    assert masked.texts[0].startswith("[PERSON_aaaaa]")


def test_a_title_beside_its_name_is_one_mention() -> None:
    """A title that was found apart from the name behind it gets no stand-in of its own."""
    text = "dit M. Modele."
    spans = (Span(start=4, end=5, label="PERSON", detector="d"), Span(start=7, end=13, label="PERSON", detector="d"))
    assert mask(b"k" * 32, "r", [text], [spans], DIRECT).texts[0].count("[PERSON_") == 1


def test_a_handle_cut_at_its_names_keeps_its_signs() -> None:
    """Signs that settling leaves between the names of a handle get no stand-in; those of a secret do."""
    text, places = "@camille_modele", ((0, 1, "HANDLE"), (1, 8, "PERSON"), (8, 9, "HANDLE"), (9, 15, "PERSON"))
    spans = tuple(Span(start=a, end=b, label=label, detector="d") for a, b, label in places)
    (masked,) = mask(b"k" * 32, "r", [text], [spans], DIRECT).texts
    assert re.fullmatch(r"@\[PERSON_\w{5}\]_\[PERSON_\w{5}\]", masked)
    assert "!" not in mask(b"k" * 32, "r", ["!&"], [(Span(start=0, end=2, label="SECRET", detector="d"),)], DIRECT).texts[0]
