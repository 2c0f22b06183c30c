r"""First look: one pass that says in which blocks of plain text no rule of any scan can match, for these are passed over.

Each rule gives a sign: a class of rare bytes of which every match holds one (a digit, ``@``, ``/``), or, where its shape needs
none, the shape itself, widened. All signs together are one expression; a block without any holds no match of any rule.

Rules kept here:

- What is passed over no rule matches: signs are derived from the shapes, never written by hand.
- The pass must find the mark behind each block, so a pass that stopped early never looks like a quiet block.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import re2

from ._plain import CrossingError, Plain

#: Bytes that ordinary sentences are full of: to ask for one of them says nothing.
_ORDINARY = frozenset(b" \t\n.,;:?!'\"()-\xc0\xe0\xe1" + bytes(range(65, 91)) + bytes(range(97, 123)))
_DIGITS = frozenset(range(48, 58))

Bytes = frozenset[int]


def needed(shape: str) -> Bytes:
    """Give rare bytes of which every match of a shape holds at least one; none where that cannot be told."""
    try:
        parsed = parser.parse(shape)
    except (re.error, OverflowError):
        return frozenset()
    return _of_row(parsed, bool(parsed.state.flags & re.IGNORECASE))


def _of_row(row: Any, any_case: bool) -> Bytes:
    """Give the fewest rare bytes that some part of a row of parts needs."""
    return min(filter(None, (_of_part(str(name), value, any_case) for name, value in row)), key=len, default=frozenset())


def _of_part(name: str, value: Any, any_case: bool) -> Bytes:
    out: Bytes = frozenset()
    if name == "LITERAL":
        out = frozenset([value])
    elif name == "IN":
        out = _of_class(value)
    elif name == "SUBPATTERN":
        _, added, taken, row = value
        return _of_row(row, (any_case or bool(added & re.IGNORECASE)) and not taken & re.IGNORECASE)
    elif name in ("MAX_REPEAT", "MIN_REPEAT") and value[0]:
        return _of_row(value[2], any_case)
    elif name == "BRANCH":
        rows = [_of_row(row, any_case) for row in value[1]]
        return frozenset(chain(*rows)) if all(rows) else frozenset()
    # Of no use where it holds an ordinary byte; letters of either case are all ordinary.
    return out if out and max(out) < 256 and not out & _ORDINARY else frozenset()


def _of_class(items: Any) -> Bytes:
    out = set[int]()
    for name, value in items:
        if str(name) == "LITERAL":
            out.add(value)
        elif str(name) == "RANGE":
            out.update(range(value[0], value[1] + 1))
        elif str(value) == "CATEGORY_DIGIT":
            out |= _DIGITS
        else:
            return frozenset()
    return frozenset(out)


class FirstLook:
    """The signs of many rules, and what was last told of a page: all detectors of a batch ask for the same."""

    def __init__(self, widen: Callable[[str], str], options: re2.Options, mark: bytes) -> None:
        self._widen, self._options, self._mark = widen, options, mark
        self._bytes, self._shapes = set[int](), dict[str, None]()
        self._find: Callable[[bytes], Any] | None = None
        self._last: tuple[Plain, list[tuple[int, int]]] | None = None

    def add(self, shapes: Sequence[str]) -> None:
        """Look for these shapes as well."""
        for shape in shapes:
            if rare := needed(shape):
                self._bytes |= rare
            else:
                self._shapes[self._widen(shape)] = None
        self._find = self._last = None

    def loud(self, page: Plain, blocks: Callable[[Plain], Iterator[tuple[int, int]]]) -> list[tuple[int, int]]:
        """Give the blocks of a page in which some rule may match.

        Raises:
            CrossingError: the pass did not reach the end of a block.
        """
        if self._last is None or self._last[0] is not page:
            self._last = page, [(start, end) for start, end in blocks(page) if self._sign_in(page.data[start:end])]
        return self._last[1]

    def _sign_in(self, block: bytes) -> bool:
        if self._find is None:
            rare = "[" + "".join(f"\\x{{{byte:02x}}}" for byte in sorted(self._bytes)) + "]"
            signs = [rare, *(f"(?:{shape})" for shape in self._shapes)] if self._bytes else [f"(?:{shape})" for shape in self._shapes]
            self._find = re2.compile(b"|".join([*(sign.encode("latin-1") for sign in signs), self._mark]), self._options).search
        found = self._find(block + self._mark)
        if not found:
            raise CrossingError("The first look stopped before the end of a block.", remedy="Hold these texts; report the rules if it happens again.")
        return bool(found.start() < len(block))
