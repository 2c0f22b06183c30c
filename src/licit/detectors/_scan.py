"""Scan: many rules over many texts in one pass, exact work only where something was seen.

Rules kept here:

- A re2 set over blocks of plain text says which rules can match at all. Each block ends with a mark that only a scan
  that really reached the end can report; a mark unseen raises (a set that ran out of memory reports nothing, which
  would look like a clean text).
- The sets ask less than the shapes do (long counted repeats are open there) and hold few shapes each: one of many counters
  makes so many states that new text is mostly spent on making them. What the shapes say decides.
- Shapes are linear (re2) and must not end in an open-ended repeat that can fail late.
- A rule's ``accept`` sees a candidate and may narrow it or say no; it runs on candidates only.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import re2

from licit.core.spans import Span

from ._first_look import FirstLook
from ._plain import SEPARATOR, CrossingError, Plain

Accept = Callable[[str, int, int], tuple[int, int, int] | None]
Hit = tuple[str, int, int, int]

_BLOCK = 32_768
MARK = b"\x00\x03end of block\x03\x00"
_MEMORY = 256 << 20
_TOGETHER, _FEW_TIMES = 12, 16
_COUNTED = re.compile(r"(?<!\\)\{(\d+)(,?)(\d*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    r"""One shape and what it stands for.

    ``shape`` is re2 syntax over plain text (one byte a character: ASCII, accents stripped; other letters are
    ``\xC0`` upper, ``\xE0`` lower, ``\xE1`` neither). With ``whole`` no letter or digit may touch the match.
    ``accept(text, start, end)`` gives (start, end, score) or None; without it every match counts with ``score``.
    """

    label: str
    shape: str
    score: int = 90
    accept: Accept | None = field(default=None, repr=False)
    whole: bool = True


class Scan:
    """Rules compiled together, at most so many to a set."""

    def __init__(self, rules: Sequence[Rule], together: int = _TOGETHER) -> None:
        self.rules = tuple(rules)
        options = plain_options()
        count = -(-len(self.rules) // together)
        bounds = [len(self.rules) * part // count for part in range(count + 1)]
        self._sets = [(start, end - start, _set(self.rules[start:end], options)) for start, end in pairwise(bounds)]
        _FIRST_LOOK.add([rule.shape for rule in self.rules])
        self._exact = [finder(rule.shape, options) for rule in self.rules]

    def hits(self, page: Plain) -> Iterator[Hit]:
        """Give (label, start, end, score) in plain places, unsorted.

        Raises:
            CrossingError: the set did not reach the end of a block.
        """
        for index, start, end in self.matches(page):
            rule = self.rules[index]
            found = rule.accept(page.text, start, end) if rule.accept else (start, end, rule.score)
            if found:
                yield rule.label, *found

    def matches(self, page: Plain) -> Iterator[tuple[int, int, int]]:
        """Give (number of the rule, start, end) in plain places, before ``accept`` is asked.

        Raises:
            CrossingError: the set did not reach the end of a block.
        """
        for start, end in _FIRST_LOOK.loud(page, blocks):
            block = page.data[start:end]
            marked = block + MARK
            for first, mark, some in self._sets:
                seen = some.Match(marked) or []
                if mark not in seen:
                    raise CrossingError("The text scan stopped before the end of a block.",
                                        remedy="Hold these texts; report the rules if it happens again.")
                for index in seen:
                    if index != mark:
                        yield from self._one(first + index, block, page.text, start)

    def _one(self, index: int, block: bytes, text: str, offset: int) -> Iterator[tuple[int, int, int]]:
        find, at, size, whole = self._exact[index], 0, len(block), self.rules[index].whole
        while at <= size:
            start, end = find(block, at, size)
            if start < 0:
                return
            # A shorter or later match may lie inside one that something touches. What accept turns down is not looked at
            # again from inside: that would be quadratic on hostile texts.
            if whole and touches(text, start + offset, end + offset):
                at = start + 1
                continue
            at = end if end > start else end + 1
            yield index, start + offset, end + offset


def _set(rules: Sequence[Rule], options: re2.Options) -> re2.Set:
    """Compile what some rules can match, and more, with the mark behind them."""
    some = re2.Set.SearchSet(options)
    for rule in rules:
        some.Add(wider(rule.shape).encode("latin-1"))
    some.Add(MARK)
    some.Compile()
    return some


def finder(shape: str, options: re2.Options) -> Callable[[bytes, int, int], tuple[int, int]]:
    """Give what finds the first match of a shape between two places of some bytes; (-1, -1) where there is none."""
    compiled = re2.compile(shape.encode("latin-1"), options)
    bare = getattr(getattr(compiled, "_regexp", None), "Match", None)
    if bare is None:
        def search(data: bytes, start: int, end: int) -> tuple[int, int]:
            found = compiled.search(data, start, end)
            return found.span() if found else (-1, -1)
        return search
    unanchored = re2._re2.RE2.Anchor.UNANCHORED

    # The binding without its wrapper, where it has one: what the wrapper makes for each match takes longer than to find it.
    def find(data: bytes, start: int, end: int) -> tuple[int, int]:
        place: tuple[int, int] = bare(unanchored, data, start, end)[0]
        return place
    return find


def wider(shape: str) -> str:
    """Open every long counted repeat of a shape: what the shape matches, this matches."""
    return _COUNTED.sub(_opened, shape)


def _opened(found: re.Match[str]) -> str:
    least, most = int(found[1]), int(found[3] or (0 if found[2] else found[1]))
    if least <= _FEW_TIMES and most <= _FEW_TIMES and (most or not found[2]):
        return found.group()
    return f"{{{min(least, _FEW_TIMES)},}}"


def plain_options() -> re2.Options:
    """Give the re2 options for plain text: bytes, no groups, enough memory, silent."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.never_capture = True
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


_FIRST_LOOK = FirstLook(wider, plain_options(), MARK)


def touches(text: str, start: int, end: int) -> bool:
    """Say whether a letter or digit touches the place on either side."""
    return (start > 0 and text[start - 1].isalnum() and text[start].isalnum()) or (
        end < len(text) and text[end].isalnum() and text[end - 1].isalnum())


def blocks(page: Plain) -> Iterator[tuple[int, int]]:
    """Cut plain text into blocks of whole texts, about 32 KiB each."""
    start = 0
    while start < len(page.data):
        end = page.data.find(SEPARATOR, min(start + _BLOCK, len(page.data) - 1)) + 1
        yield start, end
        start = end


def spans(page: Plain, hits: Iterable[Hit], detector: str) -> list[tuple[Span, ...]]:
    """Turn plain places into sorted spans, a tuple for each text; the same place and label is told once, with its best score."""
    out: list[tuple[Span, ...]] = [()] * (len(page.starts) - 1)
    found = [*hits]
    if not found:
        return out
    labels = sorted({hit[0] for hit in found})
    number = {label: place for place, label in enumerate(labels)}
    told = np.fromiter((value for label, start, end, score in found for value in (start, end, number[label], score)), np.int64, 4 * len(found))
    del found
    rows = told.reshape(-1, 4)
    rows = rows[np.lexsort(rows.T[::-1])]
    rows = rows[np.append((rows[1:, :3] != rows[:-1, :3]).any(1), True)]
    which, starts, ends = page.places(rows[:, 0], rows[:, 1])
    made = [Span(start=start, end=end, label=labels[label], detector=detector, score=score) for start, end, label, score in zip(
        starts.tolist(), ends.tolist(), rows[:, 2].tolist(), rows[:, 3].tolist(), strict=True)]
    first = np.flatnonzero(np.append(True, which[1:] != which[:-1]))
    for text, start, end in zip(which[first].tolist(), first.tolist(), [*first[1:].tolist(), len(made)], strict=True):
        out[text] = tuple(made[start:end])
    return out


def around(text: str, start: int, end: int, *, left: int = 40, right: int = 0) -> str:
    """Give what stands before (and after) a place in the same text, in lower case, the place itself as a NUL."""
    before, after = text[max(0, start - left):start], text[end:end + right]
    return (before.rpartition("\0")[2] + "\0" + after.partition("\0")[0]).lower()
