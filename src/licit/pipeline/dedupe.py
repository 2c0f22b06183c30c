"""Duplicates: exact and near ones found blind to rights, one kept per cluster, copies of what was refused held.

Signatures and edges are computed on the words as they arrived; who may be elected is decided later, by standing. So an
erased copy re-elects a permitted one, or none.

Rules kept here:

- Clusters do not depend on the order of rows or shards: components are connected, named by their smallest row.
- In each cluster one permitted row is kept: the smallest by keyed order. The others are ``duplicate`` or
  ``near-duplicate``.
- A row that repeats :data:`RUN` words or more of a row refused for a person's sake is held (``copy-of-refused``).

Law: DEI-07
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from zlib import crc32

import numpy as np
import polars as pl
from rensa import RMinHash

from ..core.ids import digest

#: So many words in a row make a copy.
RUN = 50

#: Eight bands of eight: rows with four fifths of their three-word shingles in common are likely to meet (half at .77).
_BANDS, _ROWS = 8, 8
_SHINGLE = 3
_WORD = re.compile(r"\w+")
_ODD = np.uint64(0x9E3779B97F4A7C15 | 1)
_STRAW = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What a row is compared by: a digest of its words, LSH bands, and the hashes of its runs of :data:`RUN` words."""

    exact: bytes
    bands: list[int]
    runs: list[int]


def sketch(texts: Sequence[str]) -> list[Sketch]:
    """Sketch many texts at once."""
    words = [_WORD.findall(text.casefold()) for text in texts]
    flat, starts = _codes(words)
    shingles, shingle_starts = _windows(flat, starts, _SHINGLE)
    bands = _bands(_signatures(shingles, shingle_starts))
    runs, run_starts = _windows(flat, starts, RUN)
    out = []
    for i, row in enumerate(words):
        out.append(Sketch(exact=digest("licit/words", " ".join(row).encode())[:16],
                          bands=bands[i].tolist() if len(row) >= _SHINGLE else [],
                          runs=runs[run_starts[i]:run_starts[i + 1]].tolist()))
    return out


def windows_of(texts: Sequence[str], width: int) -> tuple[np.ndarray, np.ndarray]:
    """Hash every run of so many words of each text; give all of them, and where those of each text start."""
    return _windows(*_codes([_WORD.findall(text.casefold()) for text in texts]), width)


def _codes(words: Sequence[Sequence[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Give a number for each word, and where those of each row start."""
    lengths = np.array([len(row) for row in words], dtype=np.int64)
    codes = {word: crc32(word.encode()) for word in set(chain.from_iterable(words))}
    flat = np.fromiter(map(codes.__getitem__, chain.from_iterable(words)), dtype=np.uint64, count=int(lengths.sum()))
    return flat, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def likeness(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give, for counting copies only, a hash of each text's words, its LSH bands, and whether it has words enough for these.

    Words are told apart by ASCII signs and spaces, over bytes, many times faster than :func:`sketch`; the values of the two
    cannot be compared.
    """
    pieces = [_folded(text) for text in texts]
    ends = np.cumsum([len(piece) + 1 for piece in pieces], dtype=np.int64)
    data = np.frombuffer(b"\n".join([*pieces, b""]), dtype=np.uint8)
    inside = _OF_WORD[data]
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    edges = np.concatenate([np.flatnonzero(inside[:1]), edges])  # the last sign of all is never one of a word
    begins, stops = edges[::2], edges[1::2]
    codes = _spans(_BYTES[data], begins, stops)
    starts = np.concatenate([[0], np.searchsorted(begins, ends)]).astype(np.int64)
    shingles, shingle_starts = _windows(codes, starts, _SHINGLE)
    bands = _bands(_signatures(shingles, shingle_starts))
    return _spans(codes, starts[:-1], starts[1:]), bands, np.diff(starts) >= _SHINGLE


def _folded(text: str) -> bytes:
    """Fold the case of a text and write it as UTF-8; through a table where each sign has one folded sign of Latin-1."""
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        return text.casefold().encode("utf-8", "replace")
    if b"\xb5" in raw or b"\xdf" in raw:
        return text.casefold().encode()
    return raw.translate(_FOLDED).decode("latin-1").encode()


_FOLDED = bytes(code if code in b"\xb5\xdf" else ord(chr(code).casefold()) for code in range(256))


#: Which bytes are of a word: letters, digits, and all that is not ASCII.
_OF_WORD = np.array([chr(byte).isalnum() or byte in b"_" or byte >= 128 for byte in range(256)], dtype=bool)


#: A value for each byte.
with np.errstate(over="ignore"):
    _BYTES = (np.arange(1, 257, dtype=np.uint64) * _STRAW) ^ (np.arange(1, 257, dtype=np.uint64) * _STRAW >> np.uint64(29))


def _spans(values: np.ndarray, begins: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """Hash spans of values by their values and length, wherever they stand."""
    powers, inverse = _powers(len(values).bit_length())
    sums = np.zeros(len(values) + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        np.multiply(values, powers[:len(values)], out=sums[1:])
        np.cumsum(sums[1:], out=sums[1:])
        hashed: np.ndarray = (sums[stops] - sums[begins]) * inverse[begins] + (stops - begins).astype(np.uint64) * _STRAW
        hashed ^= hashed >> np.uint64(31)
        hashed *= _ODD
        hashed ^= hashed >> np.uint64(29)
    return hashed


@lru_cache(maxsize=2)
def _powers(bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the first powers of an odd number and of its inverse, modulo 2^64: so many that each place has its own."""
    with np.errstate(over="ignore"):
        up, down = (np.cumprod(np.full((1 << bits) + 1, odd, dtype=np.uint64)) for odd in (_ODD, _inverse(int(_ODD))))
    return up, down


def _signatures(shingles: np.ndarray, starts: np.ndarray) -> np.ndarray:
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(shingles, starts.astype(np.uint64), _BANDS * _ROWS, 1)
    return np.array(matrix.to_rows(), dtype=np.uint64).reshape(len(starts) - 1, _BANDS * _ROWS)


def _windows(flat: np.ndarray, starts: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Hash every window of ``width`` words inside each row: a polynomial over prefix sums, modulo 2^64."""
    total = len(flat)
    counts = np.maximum(np.diff(starts) - width + 1, 0)
    window_starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    if total < width or not counts.sum():
        return np.empty(0, dtype=np.uint64), window_starts
    with np.errstate(over="ignore"):
        mixed = (flat + np.uint64(1)) * _STRAW
        mixed ^= mixed >> np.uint64(29)
        powers = np.cumprod(np.full(total, _ODD, dtype=np.uint64))
        sums = np.concatenate([[np.uint64(0)], np.cumsum(mixed * powers, dtype=np.uint64)])
        inverse = np.cumprod(np.full(total, _inverse(int(_ODD)), dtype=np.uint64))
        place = np.repeat(starts[:-1] - window_starts[:-1], counts) + np.arange(int(counts.sum()))
        hashed = (sums[place + width] - sums[place]) * inverse[place]
        hashed ^= hashed >> np.uint64(31)
    return hashed, window_starts


def _inverse(odd: int) -> np.uint64:
    return np.uint64(pow(odd, -1, 2**64))


def _bands(signature: np.ndarray) -> np.ndarray:
    """Fold each band's rows into one 64-bit value that also names the band."""
    with np.errstate(over="ignore"):
        grouped = signature.reshape(len(signature), _BANDS, _ROWS)
        value = np.repeat(np.arange(_BANDS, dtype=np.uint64)[None, :], len(signature), axis=0) + np.uint64(1)
        for i in range(_ROWS):
            value = (value ^ grouped[:, :, i]) * _ODD
            value ^= value >> np.uint64(32)
    return value


def clusters(rows: pl.DataFrame) -> pl.DataFrame:
    """Name each row's clusters: ``same`` (exact words) and ``alike`` (near), each the smallest row number in it.

    Args:
        rows: ``row`` (unique uint32), ``exact`` and ``bands``.

    Returns:
        ``row``, ``same``, ``alike``; rows alone in their cluster name themselves.
    """
    same = rows.select("row", pl.col("row").min().over("exact").alias("same"))
    edges = (rows.select("row", "bands").explode("bands", empty_as_null=False)
             .filter(pl.col("bands").is_not_null())
             .with_columns(first=pl.col("row").min().over("bands")).filter(pl.col("row") != pl.col("first"))
             .select("first", "row").unique())
    edges = pl.concat([edges, same.filter(pl.col("row") != pl.col("same")).select(pl.col("same").alias("first"),
                                                                                    "row")])
    names = _components(rows.height, edges["first"].to_numpy(), edges["row"].to_numpy())
    return same.with_columns(alike=pl.Series(names, dtype=pl.UInt32).gather(same["row"]))


def _components(number: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Name each node by the smallest node connected with it: minimum labels, pointers halved until nothing changes."""
    names = np.arange(number, dtype=np.uint32)
    while len(left):
        lowest = np.minimum(names[left], names[right])
        before = names.copy()
        np.minimum.at(names, names[left], lowest)
        np.minimum.at(names, names[right], lowest)
        np.minimum.at(names, left, lowest)
        np.minimum.at(names, right, lowest)
        names = names[names]
        if np.array_equal(before, names):
            break
    return names


def losers(rows: pl.DataFrame, *, near: bool) -> pl.DataFrame:
    """Elect one kept row per cluster and give the others with their reason.

    Args:
        rows: ``row``, ``rank``, ``order``, ``same``, ``alike``; only rows of rank 0 (kept so far) may be elected.
        near: whether near-duplicates count.

    Returns:
        ``row`` and ``reason`` of every kept row that is not elected.
    """
    kept = rows.filter(pl.col("rank") == 0).sort("order")
    if not kept.height:
        return pl.DataFrame(schema={"row": pl.UInt32, "reason": pl.String})
    name = "alike" if near else "same"
    marked = kept.with_columns(_first=pl.col("row").first().over(name), _twin=pl.col("row").first().over("same"))
    lost = marked.filter(pl.col("row") != pl.col("_first"))
    return lost.select("row", reason=pl.when(pl.col("row") != pl.col("_twin")).then(pl.lit("duplicate"))
                       .otherwise(pl.lit("near-duplicate")))


def copied_runs(runs: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
    """Count, for each row (``row``, ``runs``) that repeats some runs, how many of them: ``row``, ``hits``, ``of`` all its own."""
    return (rows.select("row", "runs", of=pl.col("runs").list.len().cast(pl.Int64)).explode("runs", empty_as_null=False)
            .filter(pl.col("runs").is_in(runs.unique().implode())).group_by("row").agg(pl.len().cast(pl.Int64).alias("hits"), pl.col("of").first()))


def copies_of(refused_runs: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
    """Give the rows that repeat a run of a refused row: ``row`` and ``reason``.

    Args:
        refused_runs: the run hashes of rows refused for a person's sake, exploded.
        rows: ``row`` and ``runs`` of rows kept so far.
    """
    hits = (rows.filter(pl.col("runs").list.len() > 0).explode("runs", empty_as_null=False)
            .filter(pl.col("runs").is_in(refused_runs.unique().implode())).select("row").unique())
    return hits.with_columns(reason=pl.lit("copy-of-refused"))
