"""Rules of stand-ins in a text before anything was replaced."""

from licit.core.spans import Span
from licit.pipeline.deidentify import DIRECT, mask


def test_a_typed_stand_in_shields_nothing_beside_it() -> None:
    """Somebody who types what looks like a stand-in does not keep the name beside it from being replaced."""
    text = "[PERSON_aaaaa] Dupont"
    masked = mask(b"k" * 32, "r", [text], [(Span(start=0, end=len(text), label="PERSON", detector="d"),)], DIRECT)
    assert "Dupont" not in masked.texts[0]
    assert masked.texts[0].startswith("[PERSON_aaaaa]")
