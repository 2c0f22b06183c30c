"""The order in which a release's rows are given: one sequence for a seed and an epoch, which shards cut wherever they like.

Rules kept here:

- The sequence depends on the release, the seed and the epoch alone, never on how many read it: the parts of any sharding, put one
  after the other, are the sequence, so that every row is given exactly once.
- Without a seed rows stand as in the release. With one, files and their row groups change places, and then the rows of each window of
  some groups: what is near in the release is far apart, and nobody holds more than a window.
- Random numbers are the raw output of Philox, whose stream NumPy keeps as it is; what NumPy draws from it may change.
- Canaries stand at even distances, each as often as it was drawn; with a seed the copies change places among themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

#: A window holds row groups until it has so many rows.
WINDOW = 32_768

_FILES, _GROUPS, _ROWS, _CANARIES = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Some row groups (file, group) that are read together: the sequence's places that they fill, and their rows' order (None: as read)."""

    groups: Sequence[tuple[int, int]]
    first: int
    rows: int
    start: int
    stop: int
    order: np.ndarray | None = field(repr=False)


class Order:
    """The sequence of a release's rows and canaries."""

    def __init__(self, groups: Sequence[Sequence[int]], copies: int, *, seed: int | None, epoch: int) -> None:
        """Make it from the rows of each file's row groups and the number of canaries, copies counted."""
        self._seed, self._epoch, self._files = seed, epoch, groups
        self._groups = self._laid_out()
        ends = np.cumsum([groups[file][group] for file, group in self._groups], dtype=np.int64)
        self._rows = int(ends[-1]) if len(ends) else 0
        self.total = self._rows + copies
        #: The place of each canary, and how many rows stand before it.
        self._slots = (2 * np.arange(copies, dtype=np.int64) + 1) * self.total // (2 * copies) if copies else np.empty(0, np.int64)
        self._before = self._slots - np.arange(copies)
        self._copies = np.arange(copies) if seed is None else self._shuffled(copies, _CANARIES)
        self._windows = list(self._cut(ends))

    def windows(self, start: int, stop: int) -> Iterator[Window]:
        """Give the windows that fill the places from ``start`` to ``stop`` (not included), rows in their order."""
        for number, (first, last, begun, rows) in enumerate(self._windows):
            begins = begun + int(np.searchsorted(self._before, begun)) if number else 0
            ends = begun + rows + int(np.searchsorted(self._before, begun + rows)) if number + 1 < len(self._windows) else self.total
            if begins < stop and ends > start:
                yield Window(groups=self._groups[first:last], first=begun, rows=rows, start=max(begins, start), stop=min(ends, stop),
                             order=None if self._seed is None else self._shuffled(rows, _ROWS, number))

    def among(self, window: Window, start: int, stop: int) -> np.ndarray:
        """Say what fills places of a window: the numbers of its rows as read, and after these the numbers of canaries."""
        places = np.arange(start, stop)
        earlier = np.searchsorted(self._slots, places)
        rows = places - earlier - window.first
        canary = np.isin(places, self._slots, assume_unique=True)
        rows[canary] = 0
        found = rows if window.order is None else window.order[rows]
        found[canary] = window.rows + self._copies[earlier[canary]]
        return found

    def _laid_out(self) -> list[tuple[int, int]]:
        """Give every row group that has rows, as (file, group), in the order in which they are read."""
        if self._seed is None:
            return [(file, group) for file, rows in enumerate(self._files) for group, number in enumerate(rows) if number]
        return [(int(file), int(group)) for file in self._shuffled(len(self._files), _FILES)
                for group in self._shuffled(len(self._files[file]), _GROUPS, int(file)) if self._files[file][group]]

    def _cut(self, ends: np.ndarray) -> Iterator[tuple[int, int, int, int]]:
        """Give windows as first and last row group (not included), first row and number of rows."""
        first, begun = 0, 0
        while first < len(ends):
            last = min(int(np.searchsorted(ends, begun + WINDOW)) + 1, len(ends))
            yield first, last, begun, int(ends[last - 1]) - begun
            first, begun = last, int(ends[last - 1])

    def _shuffled(self, number: int, *what: int) -> np.ndarray:
        drawn = np.random.Philox(np.random.SeedSequence([self._seed or 0, self._epoch, *what])).random_raw(number)
        return np.argsort(np.asarray(drawn, dtype=np.uint64).reshape(-1), kind="stable")
