"""The sweep for names: the short way round gives what the long way gives."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from licit.core.spans import Span, settle
from licit.pipeline.deidentify import DeidentifySettings as Settings
from licit.pipeline.deidentify import replace_all, sweep_names
from licit.testing import FailingDetector

WORDS = st.lists(st.sampled_from(["Camille", "CAMILLE", "camille", "İlker", "ılker", "ilker", "Straße", "STRASSE", "Li", "Kim",
                                  "\u212aim", "Exemple", "exemples", "et"]), max_size=7).map(" ".join)


def long_way(texts, found):
    """Look for every name in every text, without asking first whether it can be there."""
    names = set()
    for text, spans in zip(texts, found, strict=True):
        for span in spans:
            names.add(text[span.start:span.end])
            names.update(word for word in re.findall(r"[^\W\d_][\w'’-]*", text[span.start:span.end])
                         if len(word) >= 3 and word[0].isupper())
    if not names:
        return list(found)
    pattern = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
    return [settle((*spans, *(Span(start=m.start(), end=m.end(), label="PERSON", detector="sweep", score=60)
                              for m in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE)
                              if " " in m.group() or not m.group().islower() or len(m.group()) > 4)))
            for text, spans in zip(texts, found, strict=True)]


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=3), st.data())
def test_the_sweep_misses_nothing(texts, data):
    """Every name stands masked wherever the full search finds it, whatever the case and script."""
    found = []
    for text in texts:
        places = [match.span() for match in re.finditer(r"\w+(?: \w+)?", text)]
        chosen = data.draw(st.sets(st.sampled_from(places), max_size=2)) if places else set()
        found.append(settle(Span(start=a, end=b, label="PERSON", detector="x", score=80) for a, b in chosen))
    masked = [[(span.start, span.end) for span in spans] for spans in sweep_names(texts, found)]
    assert masked == [[(span.start, span.end) for span in spans] for spans in long_way(texts, found)]


def test_a_failing_detector_without_texts_ends():
    """Nothing to look at is nothing to fail on, and no endless halving."""
    failing = FailingDetector()
    assert [m.reason for m in replace_all(["a", "b"], [[], ["x"]], ["", ""], (failing,), Settings(), b"k" * 32)] == [
        "", "detector-failed"]
