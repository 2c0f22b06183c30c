"""Spans lie inside a text, settle into disjoint places, and edits change those places only."""

from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


SPANS = st.lists(st.builds(lambda start, size, label, score: span(start, start + size, label, score), st.integers(0, 12),
                           st.integers(1, 9), st.sampled_from(["PERSON", "LOCATION", "EMAIL", "DATE"]), st.sampled_from([50, 90])))


@given(SPANS, st.sets(st.sampled_from(["PERSON", "LOCATION", "EMAIL"])))
def test_each_character_goes_to_the_best_span_over_it(spans: list[Span], wanted: set[str]) -> None:
    """No character that a detector gave a wanted label loses it, none that was found is left out, none is found twice."""
    def rank(s: Span) -> tuple[Any, ...]:
        return s.label not in wanted, -s.score, s.start - s.end, s.start, s.label

    best = {at: min((s for s in spans if s.start <= at < s.end), key=rank).label for s in spans for at in range(s.start, s.end)}
    settled = settle(spans, wanted)
    told = [(at, s.label) for s in settled for at in range(s.start, s.end)]
    assert dict(told) == best
    assert [at for at, _ in told] == sorted(best)
    assert settle(settled, wanted) == settled


def test_many_findings_under_one_settle_in_little_time() -> None:
    """A long finding with very many surer ones inside is settled in n log n steps, not n²."""
    size = 40_000
    small = [span(2 * i, 2 * i + 1, "DATE", 90) for i in range(size)]
    begun = process_time()
    assert len(settle([span(0, 2 * size, score=50), *small])) == 2 * size
    assert process_time() - begun < 5


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
