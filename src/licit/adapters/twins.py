"""Twins: which records are copies of an earlier one, counted in flat memory on disk.

A record is noted as nine numbers, its exact words and eight bands of its shingles, each with its row. They lie in
partitions by value; at the end each partition is sorted alone, and every row but the first of a value is marked.

Rules kept here:

- A record is a near copy when it shares a band with an earlier one; no chain of likenesses is followed, so nothing is
  called a copy because of a third record.
- Memory is bounded: a buffer, one partition, and one bit a row. From :data:`MOST` records on none is noted, and how many
  were is told.
- The numbers lie in a temporary folder of the user's own, and are gone with it. They hold no text.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

#: So many records are compared; more would fill the disk (144 bytes each) and are told as not compared.
MOST = 100_000_000

_PARTS = 256
_BUFFER = 1 << 18


class Twins:
    """Notes records in a folder, and counts copies."""

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder, self._most = folder, most
        self._rows = self._held = self._left = 0
        self._spilt = False
        self._values: list[np.ndarray] = []
        self._owners: list[np.ndarray] = []

    def add(self, exact: np.ndarray, near: np.ndarray, enough: np.ndarray) -> None:
        """Note records in the order in which they came: hashes of their words, their bands, and who has words for these."""
        taken = min(len(exact), self._most - self._rows)
        self._left += len(exact) - taken
        rows = np.arange(self._rows, self._rows + taken, dtype=np.uint64)
        told, of = near[:taken][enough[:taken]], rows[enough[:taken]]
        # A value's lowest bit tells the exact words from a band, so that neither is taken for the other.
        self._values += [exact[:taken] & ~np.uint64(1), told.reshape(-1) | np.uint64(1)]
        self._owners += [rows, np.repeat(of, told.shape[1])]
        self._rows += taken
        self._held += taken + told.size
        if self._held >= _BUFFER:
            self._spill()

    def _spill(self) -> None:
        pairs = self._pairs()
        part = (pairs[:, 0] >> np.uint64(56)).astype(np.int64)
        order = np.argsort(part, kind="stable")
        ends = np.searchsorted(part[order], np.arange(_PARTS + 1))
        for number in range(_PARTS):
            piece = pairs[order[ends[number]:ends[number + 1]]]
            if len(piece):
                with (self._folder / f"{number:03}").open("ab") as file:
                    piece.tofile(file)
        self._spilt = True

    def _pairs(self) -> np.ndarray:
        """Take what is noted in memory: (value, row)."""
        nothing = [np.empty(0, dtype=np.uint64)]
        pairs = np.stack([np.concatenate(self._values or nothing), np.concatenate(self._owners or nothing)], axis=1)
        self._values, self._owners, self._held = [], [], 0
        return pairs

    def _parts(self) -> Iterator[np.ndarray]:
        if not self._spilt:
            yield self._pairs()
            return
        self._spill()
        for path in sorted(self._folder.iterdir()):
            yield np.fromfile(path, dtype=np.uint64).reshape(-1, 2)

    def counted(self) -> Mapping[str, Any]:
        """Count the records that repeat an earlier one: ``exact``, ``near`` (others only), of ``looked_at``; ``left`` were not compared."""
        exact, near = np.zeros(self._rows, dtype=bool), np.zeros(self._rows, dtype=bool)
        for pairs in self._parts():
            order = np.argsort(pairs[:, 0], kind="stable")  # rows were noted in order, and stay so within a value
            values, rows = pairs[order, 0], pairs[order, 1].astype(np.int64)
            again = np.zeros(len(values), dtype=bool)
            again[1:] = values[1:] == values[:-1]
            whole = (values & np.uint64(1)) == 0
            exact[rows[again & whole]] = True
            near[rows[again & ~whole]] = True
        return {"exact": int(exact.sum()), "near": int((near & ~exact).sum()), "looked_at": self._rows, "left": self._left}


@contextmanager
def twins() -> Iterator[Twins]:
    """Open a place to note records in, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="licit-audit-") as folder:
        yield Twins(Path(folder))
