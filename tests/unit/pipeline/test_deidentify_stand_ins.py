"""Rules of stand-ins in a text before anything was replaced."""

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
