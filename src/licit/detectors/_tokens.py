"""Tokens: words of plain text as columns, and a lexicon that knows words by their hash only.

Rules kept here:

- No Python loop per token: places, hashes and flags are numpy columns over the whole batch.
- A word's hash covers its folded lower-case code points, so that case and accents do not matter; 40 bits are kept.
- The lexicon holds hashes and rounded log-counts, never the words.
"""

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from licit.core.errors import SetupError
from licit.core.ids import hex_digest

from ._plain import LETTER, LOWER, UPPER, Ints, Plain, folded, plain

_BASE, _INVERSE = 0x9E3779B97F4A7C15, pow(0x9E3779B97F4A7C15, -1, 1 << 64)
_KEPT = np.uint64((1 << 40) - 1)
_STRETCH = 1_000_000
APART, SPACE, HYPHEN, APOSTROPHE, POINT, LINE = range(6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Runs of letters: where, their hash, whether they start with a capital, are all capitals, how they are joined.

    ``joint[i]`` says what stands between word i and the next: one space, hyphen or apostrophe, a point and a space
    (or a point alone), a single line break, or anything else (apart).
    """

    starts: Ints = field(repr=False)
    ends: Ints = field(repr=False)
    hashes: npt.NDArray[np.uint64] = field(repr=False)
    capital: npt.NDArray[np.bool_] = field(repr=False)
    shouted: npt.NDArray[np.bool_] = field(repr=False)
    joint: npt.NDArray[np.uint8] = field(repr=False)


def powers(size: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Give the powers of the hash's base and of its inverse, from 0 to ``size`` - 1, modulo 2^64."""
    up, down = _powers(max(size, _HELD))
    return up[:size], down[:size]


#: Nearly all batches are smaller: one table serves them, whatever their sizes.
_HELD = 1 << 20


@functools.lru_cache(maxsize=2)
def _powers(size: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    up, down = np.full(size, _BASE, np.uint64), np.full(size, _INVERSE, np.uint64)
    up[:1] = down[:1] = 1
    return np.cumprod(up, dtype=np.uint64), np.cumprod(down, dtype=np.uint64)


def tokens(page: Plain) -> Tokens:
    """Cut plain text into words."""
    data = np.frombuffer(page.data, np.uint8)
    small = (data | 0x20) - np.uint8(97) < 26
    letter = small | (data == UPPER) | (data == LOWER) | (data == LETTER)
    upper = (data < 97) & small | (data == UPPER)
    edge = np.flatnonzero(np.diff(letter, prepend=False, append=False))
    starts, ends = edge[::2], edge[1::2]
    if not starts.size:
        none = np.zeros(0, np.int64)
        return Tokens(starts=none, ends=none, hashes=none.astype(np.uint64), capital=none.astype(bool),
                      shouted=none.astype(bool), joint=none.astype(np.uint8))
    capitals = np.append(0, np.cumsum(upper))
    length = ends - starts
    return Tokens(starts=starts, ends=ends, hashes=_hashes(page, starts, ends), capital=upper[starts],
                  shouted=(capitals[ends] - capitals[starts] == length) & (length > 1),
                  joint=_joints(data, starts, ends))


def _hashes(page: Plain, starts: Ints, ends: Ints) -> npt.NDArray[np.uint64]:
    mixed = np.empty(starts.size, np.uint64)
    at = 0
    while at < starts.size:
        # A stretch of whole words at a time, for the columns take many bytes a character.
        begin = int(starts[at])
        after = max(at + 1, int(np.searchsorted(ends, begin + _STRETCH, side="right")))
        here = page.points[begin:int(ends[after - 1])]
        # Powers up to a round size are kept from call to call.
        up, down = powers(1 << max(12, here.size.bit_length()))
        sums = np.zeros(here.size + 1, np.uint64)
        np.cumsum(folded(here).astype(np.uint64) * up[:here.size], out=sums[1:])
        first, last = starts[at:after] - begin, ends[at:after] - begin
        mixed[at:after] = (sums[last] - sums[first]) * down[first]
        at = after
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return mixed & _KEPT


def _joints(data: npt.NDArray[np.uint8], starts: Ints, ends: Ints) -> npt.NDArray[np.uint8]:
    joint = np.full(starts.size, APART, np.uint8)
    gap = np.append(starts[1:] - ends[:-1], 0)
    first = data[ends]
    one = gap == 1
    for sign, name in ((b" ", SPACE), (b"-", HYPHEN), (b"'", APOSTROPHE), (b".", POINT), (b"\n", LINE)):
        joint[one & (first == sign[0])] = name
    second = data[np.minimum(ends + 1, data.size - 1)]
    joint[(gap == 2) & (first == ord(".")) & (second == ord(" "))] = POINT
    return joint


def hash_words(words: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Give the hash of each word, 0 for what is not exactly one word."""
    out = np.zeros(len(words), np.uint64)
    page = plain(words)
    cut = tokens(page)
    which = np.searchsorted(page.starts, cut.starts, side="right") - 1
    whole = (cut.starts == page.starts[which]) & (cut.ends + 1 == page.starts[which + 1])
    out[which[whole]] = cut.hashes[whole]
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Words by hash: how often each is a first name, a surname, a plain lower-case word (10 × log2, 0 never)."""

    keys: npt.NDArray[np.uint64] = field(repr=False)
    counts: npt.NDArray[np.uint8] = field(repr=False)
    digest: str

    def look_up(self, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
        """Give a row (first name, surname, word) for each hash."""
        if not hashes.size:
            return np.zeros((0, 3), np.uint8)
        at = np.minimum(np.searchsorted(self.keys, hashes), self.keys.size - 1)
        found: npt.NDArray[np.uint8] = self.counts[at]
        found[self.keys[at] != hashes] = 0
        return found


@functools.cache
def lexicon() -> Lexicon:
    """Load the shipped lexicon.

    Raises:
        SetupError: it is missing or broken.
    """
    try:
        raw = (files(__package__) / "data" / "names.npz").read_bytes()
        with np.load(io.BytesIO(raw), allow_pickle=False) as held:
            keys, counts = held["keys"], held["counts"]
        if not (keys.size and counts.shape == (keys.size, 3) and (keys[1:] > keys[:-1]).all()):
            raise ValueError("unsorted or of the wrong shape")
    except (OSError, ValueError, KeyError) as error:
        raise SetupError(f"The list of names cannot be read ({type(error).__name__}).", about="data/names.npz",
                         remedy="Install licit again; without it names would pass unseen.") from error
    return Lexicon(keys=keys, counts=counts, digest=hex_digest("licit/lexicon", raw))
