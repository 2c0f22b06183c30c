"""Settling never uncovers a character, and edits change nothing but their places, in any script."""

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from licit.core.spans import Edit, Span, apply_edits, settle

QUICK = settings(max_examples=60, deadline=None)
# Combining accents, an emoji family joined by zero-width joiners, flags, Hebrew, Arabic, a right-to-left mark.
PIECES = ("a", "e\u0301", "n\u0303o", "\U0001f469\u200d\U0001f469\u200d\U0001f467", "\U0001f1eb\U0001f1f7", "שלום", "مرحبا",
          "\u200f", " ", "\n", "é", "\U00010348", "字")
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=20).map("".join)
labels = st.sampled_from(["PERSON", "EMAIL", "DATE"])


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, 30))
    return Span(start=start, end=start + draw(st.integers(1, 10)), label=draw(labels),
                detector=draw(st.sampled_from(["d", "e"])), score=draw(st.sampled_from([40, 90, 100])))


def covered(found: Any) -> set[int]:
    return {place for span in found for place in range(span.start, span.end)}


@QUICK
@given(st.lists(spans(), max_size=12), st.randoms(use_true_random=False))
def test_settled_spans_are_disjoint_cover_all_and_ignore_order(found: list[Span], chance: Any) -> None:
    """Whatever the order of detectors: sorted, disjoint, every character that was found still covered and no other."""
    settled = settle(found)
    shuffled = [*found, *found[:3]]
    chance.shuffle(shuffled)
    assert settle(shuffled) == settled
    assert all(one.end <= two.start for one, two in pairwise(settled))
    assert covered(settled) == covered(found)
    assert settle(settled) == settled


@QUICK
@given(st.lists(spans(), min_size=1, max_size=12))
def test_surest_span_survives_whole(found: list[Span]) -> None:
    """The surest and, among equals, the longest span is kept as it was found."""
    best = min(found, key=lambda s: (-s.score, s.start - s.end, s.start, s.label, s.detector))
    assert best in settle(found)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(texts)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return text, [Edit(start=a, end=b, label="PERSON", replacement=draw(st.sampled_from(["", "X", "\U0001f600e\u0301"])))
                  for a, b in pairs]


@QUICK
@given(edited())
def test_edits_leave_every_other_character(given_text: tuple[str, list[Edit]]) -> None:
    """What lies outside the edits stays, in order, code point by code point."""
    text, edits = given_text
    result, at, shift = apply_edits(text, edits), 0, 0
    for edit in edits:
        assert result[at + shift:edit.start + shift] == text[at:edit.start]
        place = edit.start + shift
        assert result[place:place + len(edit.replacement)] == edit.replacement
        shift += len(edit.replacement) - (edit.end - edit.start)
        at = edit.end
    assert result[at + shift:] == text[at:]
    assert len(result) == len(text) + shift


@QUICK
@given(edited())
def test_masks_applied_twice_change_nothing_more(given_text: tuple[str, list[Edit]]) -> None:
    """Masking the same places again gives the same text."""
    text, edits = given_text
    masks = [Edit(start=e.start, end=e.end, label=e.label, replacement="█" * (e.end - e.start)) for e in edits]
    once = apply_edits(text, masks)
    assert apply_edits(once, masks) == once
    assert len(once) == len(text)
