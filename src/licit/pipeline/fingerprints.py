"""Fingerprints of texts and an index of them in one memory-mapped file: which rows hold words of a work.

A fingerprint is the hash of :data:`WORDS` words in a row, and of every :data:`WINDOW` such hashes that follow one another the
smallest is kept (winnowing). So two texts that share :data:`SURE` words in a row share a fingerprint for certain, and nothing
under :data:`WORDS` words is ever seen.

Rules kept here:

- Hashes have no key: whoever has a release and a work can compute the same (``licit_verify``).
- An index is as long as its head says, and its digest stands in the head; a shorter or a longer file is none.
- Looking up asks one word of marks for each fingerprint, and searches for those alone whose three bits are set there.

Law: PRV-13
"""

import hashlib
import mmap
import os
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import EvidenceError
from .dedupe import windows_of

WORDS, WINDOW = 8, 8
#: So many words in a row that two texts share are surely seen.
SURE = WORDS + WINDOW - 1

_HEAD = struct.Struct("<8sIIQQ32s")
_MAGIC = b"licitwk2"
_ODD = np.uint64(0x9E3779B97F4A7C15)
#: So many bits for each fingerprint, in words of 64: about one in sixty that is not there looks as if it might be.
_BITS = 12


class Wanted:
    """Distinct fingerprints in order that are looked for in many indexes."""

    def __init__(self, values: Any) -> None:
        """Take them, in any order, each as often as it comes."""
        self.values = np.unique(values)
        self.place, self.mask = _marks(self.values)

    def __len__(self) -> int:
        """Tell how many there are."""
        return len(self.values)


def _marks(values: Any) -> tuple[Any, Any]:
    """Give for each fingerprint 32 bits that tell its word among any number of words, and the three bits that it sets there."""
    mixed = values * _ODD
    mask = np.zeros(len(values), dtype=np.uint64)
    for shift in (0, 6, 12):
        mask |= np.uint64(1) << (mixed >> np.uint64(shift) & np.uint64(63))
    return mixed >> np.uint64(32), mask


def _words(number: int) -> int:
    """Give how many words tell what may be among so many fingerprints."""
    return number * _BITS // 64 + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index, mapped: fingerprints in order with the row of each, how many each row has, and marks of what is there."""

    values: Any
    rows: Any
    counts: Any
    marks: Any
    sha256: bytes

    def find(self, wanted: Wanted) -> tuple[Any, Any]:
        """Give (which of the wanted, row) of every place where one is found."""
        marks = self.marks.take((wanted.place * np.uint64(len(self.marks)) >> np.uint64(32)).astype(np.intp))
        there = (marks & wanted.mask == wanted.mask).nonzero()[0]
        if len(there):
            first = self.values.searchsorted(wanted.values[there])
            here = self.values.take(first, mode="clip") == wanted.values[there]
            there, first = there[here], first[here]
        if not len(there):
            return there, np.empty(0, dtype=np.uint32)
        lengths = self.values.searchsorted(wanted.values[there], "right") - first
        which = np.repeat(there, lengths)
        at = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(first, lengths)
        return which, np.asarray(self.rows[at])


def fingerprints(texts: Sequence[str]) -> tuple[Any, Any]:
    """Give the distinct fingerprints of some texts and the number of the text that each is of, ordered by text."""
    hashes, starts = windows_of(texts, WORDS)
    counts = np.diff(starts)
    owner = np.repeat(np.arange(len(texts), dtype=np.uint32), counts)
    if not len(hashes):
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.uint32)
    least = hashes.copy()
    for step in range(1, WINDOW):
        np.minimum(least[:-step], hashes[step:], out=least[:-step])
    inside = np.arange(len(hashes)) + WINDOW <= np.repeat(starts[1:], counts)
    short = np.flatnonzero((counts > 0) & (counts < WINDOW))
    ends = np.stack([starts[short], starts[short] + counts[short]], axis=1).ravel()
    ended = np.append(hashes, np.uint64(2**64 - 1))  # so that the last row ends somewhere
    few = np.minimum.reduceat(ended, ends)[::2] if len(short) else np.empty(0, dtype=np.uint64)
    values = np.concatenate([least[inside], few])
    owners = np.concatenate([owner[inside], short.astype(np.uint32)])
    order = np.lexsort((values, owners))
    values, owners = values[order], owners[order]
    new = np.ones(len(values), dtype=bool)
    new[1:] = (values[1:] != values[:-1]) | (owners[1:] != owners[:-1])
    return values[new], owners[new]


def index_of(batches: Iterable[Sequence[str]]) -> bytes:
    """Give the bytes of an index over rows that come in batches."""
    values, owners, rows = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.uint32)], 0
    for texts in batches:
        some, of = fingerprints(texts)
        values.append(some)
        owners.append(of + np.uint32(rows))
        rows += len(texts)
    every, of = np.concatenate(values), np.concatenate(owners)
    counts = np.bincount(of, minlength=rows).astype("<u4")
    order = np.argsort(every, kind="stable")
    marks = np.zeros(_words(len(every)), dtype="<u8")
    place, mask = _marks(every)
    np.bitwise_or.at(marks, (place * np.uint64(len(marks)) >> np.uint64(32)).astype(np.intp), mask)
    body = marks.tobytes() + every[order].astype("<u8").tobytes() + of[order].astype("<u4").tobytes() + counts.tobytes()
    return _HEAD.pack(_MAGIC, WORDS, WINDOW, len(every), rows, hashlib.sha256(body).digest()) + body


def opened_index(path: str | Path, *, whole: bool = False) -> Index | None:
    """Map an index; None where there is none, or one of other settings or of another length.

    With ``whole``, its bytes are hashed as well.

    Raises:
        EvidenceError: they are not those that the head names.
    """
    try:
        file = os.open(path, os.O_RDONLY)
        try:
            mapped = mmap.mmap(file, 0, access=mmap.ACCESS_READ)
        finally:
            os.close(file)
    except (OSError, ValueError):
        return None
    if len(mapped) < _HEAD.size:
        return None
    magic, words, window, number, rows, sha256 = _HEAD.unpack_from(mapped)
    marked = _words(number) * 8
    if (magic, words, window) != (_MAGIC, WORDS, WINDOW) or len(mapped) != _HEAD.size + marked + number * 12 + rows * 4:
        return None
    if whole and hashlib.sha256(memoryview(mapped)[_HEAD.size:]).digest() != sha256:
        raise EvidenceError("an index of words is not what was written", about=Path(path).name, reason="file-altered",
                            remedy="Remove the file; it is made again.")
    at = _HEAD.size + marked
    return Index(marks=np.frombuffer(mapped, "<u8", _words(number), _HEAD.size), values=np.frombuffer(mapped, "<u8", number, at),
                 rows=np.frombuffer(mapped, "<u4", number, at + number * 8),
                 counts=np.frombuffer(mapped, "<u4", rows, at + number * 12), sha256=sha256)
