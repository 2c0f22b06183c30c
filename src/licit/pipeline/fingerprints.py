"""Fingerprints of texts and an index of them in one memory-mapped file: which rows hold words of a work.

A fingerprint is the hash of :data:`WORDS` words in a row, and of every :data:`WINDOW` such hashes that follow one another the
smallest is kept (winnowing). So two texts that share :data:`SURE` words in a row share a fingerprint for certain, and nothing
under :data:`WORDS` words is ever seen.

Rules kept here:

- Hashes have no key: whoever has a release and a work can compute the same (``licit_verify``).
- An index is as long as its head says, and its digest stands in the head; a shorter or a longer file is none.
- Looking up touches a few pages of the file for each fingerprint, however many rows there are.

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
_MAGIC = b"licitwk1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index, mapped: fingerprints in order with the row of each, and how many fingerprints each row has."""

    values: Any
    rows: Any
    counts: Any
    sha256: bytes

    def find(self, wanted: Any) -> tuple[Any, Any]:
        """Give, for distinct fingerprints in order, (which of them, row) of every place where one is found."""
        if not len(self.values):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint32)
        first = self.values.searchsorted(wanted)
        there = (self.values.take(first, mode="clip") == wanted).nonzero()[0]
        if not len(there):
            return there, np.empty(0, dtype=np.uint32)
        first, lengths = first[there], np.searchsorted(self.values, wanted[there], "right") - first[there]
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
    body = every[order].astype("<u8").tobytes() + of[order].astype("<u4").tobytes() + counts.tobytes()
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
    if (magic, words, window) != (_MAGIC, WORDS, WINDOW) or len(mapped) != _HEAD.size + number * 12 + rows * 4:
        return None
    if whole and hashlib.sha256(memoryview(mapped)[_HEAD.size:]).digest() != sha256:
        raise EvidenceError("an index of words is not what was written", about=Path(path).name, reason="file-altered",
                            remedy="Remove the file; it is made again.")
    at = _HEAD.size
    return Index(values=np.frombuffer(mapped, "<u8", number, at), rows=np.frombuffer(mapped, "<u4", number, at + number * 8),
                 counts=np.frombuffer(mapped, "<u4", rows, at + number * 12), sha256=sha256)
