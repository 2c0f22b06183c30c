"""Spans lie inside a text, settle into disjoint places, and edits change those places only."""

from typing import Any

import pytest

from licit.core.spans import LABELS, WIDER, Edit, Span, apply_edits, settle


def span(start: int, end: int, label: str = "PERSON", score: int = 100, detector: str = "d") -> Span:
    return Span(start=start, end=end, label=label, detector=detector, score=score)


@pytest.mark.parametrize("given", [{"label": "NAME"}, {"start": -1}, {"end": 2, "start": 2}, {"end": 1, "start": 2},
                                   {"score": -1}, {"score": 101}])
def test_impossible_span_is_refused(given: dict[str, Any]) -> None:
    """A span has a known label, a place and a score in range."""
    with pytest.raises(ValueError, match=r"."):
        Span(**{"start": 0, "end": 1, "label": "PERSON", "detector": "d", **given})


def test_surer_span_wins_and_the_rest_stays_masked() -> None:
    """A surer span keeps its label; what the loser covers beyond it stays covered."""
    assert settle([span(0, 10, score=50), span(3, 6, "EMAIL", 90)]) == (
        span(0, 3, score=50), span(3, 6, "EMAIL", 90), span(6, 10, score=50))


def test_longer_span_wins_among_equally_sure() -> None:
    """The longer wins, then the earlier, then by label."""
    assert settle([span(2, 4, "DATE"), span(0, 6, "ADDRESS")]) == (span(0, 6, "ADDRESS"),)
    assert settle([span(2, 6, "DATE"), span(0, 4, "ADDRESS")]) == (span(0, 4, "ADDRESS"), span(4, 6, "DATE"))
    assert settle([span(0, 4, "PHONE"), span(0, 4, "DATE")]) == (span(0, 4, "DATE"),)


def test_wider_labels_are_labels() -> None:
    """A narrow label counts as a wider one that exists."""
    assert {*WIDER, *WIDER.values()} <= set(LABELS)
    assert len(set(LABELS)) == len(LABELS)


@pytest.mark.parametrize("places", [[(0, 3), (2, 4)], [(2, 4), (0, 1)], [(0, 99)], [(-1, 2)], [(3, 2)]])
def test_edits_that_do_not_fit_are_refused(places: list[tuple[int, int]]) -> None:
    """Edits that overlap, run backwards or leave the text change nothing."""
    with pytest.raises(ValueError, match="overlap or lie outside"):
        apply_edits("a text", [Edit(start=a, end=b, label="PERSON", replacement="") for a, b in places])


def test_edit_shows_no_replacement() -> None:
    """A surrogate shows in no representation."""
    assert "planted" not in repr(Edit(start=0, end=1, label="PERSON", replacement="planted"))
