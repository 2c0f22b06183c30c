"""Features: what the tagger sees of a text, as columns of row numbers, once for each kind of token.

A token is a run of letters, of digits, of one sign, or of line breaks. Tokens spelt and spaced alike are one kind; all
that a network needs to know of a kind is computed once, however often it occurs.

Rules kept here:

- No Python loop per token: hashes of words, prefixes, suffixes and trigrams come from two cumulative sums.
- What a kind's row numbers are depends on its spelling alone, never on the batch it came in.
- Training reads the same code: what is learnt is what is run.
"""

import functools
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ._places import places
from ._plain import LETTER, LOWER, SEPARATOR, UPPER, Ints, Plain, folded
from ._tokens import lexicon, powers

Rows = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]

#: How many rows each feature's table has, in order: the word folded twice and with its accents, its first and last
#: three and four letters, its last two, its shape, what the lists know of it.
SIZES = (32_768, 32_768, 32_768, 8_192, 8_192, 16_384, 16_384, 2_048, 1_024, 1_024)
TRIGRAMS, TRIGRAM_ROWS = 10, 32_768
OFFSETS = tuple(int(n) for n in np.cumsum((0, *SIZES)))
#: The row of a trigram that is not there; it must hold zeros.
NO_TRIGRAM = OFFSETS[-1] + TRIGRAM_ROWS
ROWS = NO_TRIGRAM + 1
WORD_FEATURES = (0, 1, 2, 5, 6)

_GAP, _SPACE, _BREAK, _LETTER, _DIGIT, _SIGN = range(6)
_SPACING = np.array([2, 1, 2, 0, 0, 0], np.uint64)
_KEPT = np.uint64((1 << 40) - 1)
_LENGTH = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Tokens of many texts: where each is in plain form, its kind, and where each text's tokens start.

    ``rows`` holds for each kind its row numbers, ``trigrams`` those of its letter trigrams.
    """

    starts: Ints = field(repr=False)
    ends: Ints = field(repr=False)
    kinds: Ints = field(repr=False)
    texts: Ints = field(repr=False)
    rows: Rows = field(repr=False)
    trigrams: Rows = field(repr=False)


@functools.cache
def _classes() -> npt.NDArray[np.uint8]:
    out = np.full(256, _SIGN, np.uint8)
    for byte in (*range(65, 91), *range(97, 123), UPPER, LOWER, LETTER):
        out[byte] = _LETTER
    out[48:58] = _DIGIT
    out[[32, 9]] = _SPACE
    out[10] = _BREAK
    out[SEPARATOR] = _GAP
    return out


def cut(page: Plain, hidden: int = 0) -> Cut:
    """Cut plain texts into tokens and say what is known of each kind.

    ``hidden`` is for training: with it, a stable half of the listed names (another for each number) goes unlisted, and a
    quarter of the plain words.
    """
    data = np.frombuffer(page.data, np.uint8)
    sort = _classes()[data]
    edge = sort[1:] != sort[:-1]
    edge |= (sort[1:] == _SIGN) & (data[1:] != data[:-1])
    bounds = np.concatenate(([0], np.flatnonzero(edge) + 1, [data.size]))
    starts, ends = bounds[:-1], bounds[1:]
    what = sort[starts] if data.size else np.zeros(1, np.uint8)
    before = np.append(np.uint8(_GAP), what[:-1])
    keep = np.flatnonzero(what > _SPACE)
    starts, ends, what, before = starts[keep], ends[keep], what[keep], before[keep]
    # Glued to what stands before, after a space, or at the start of a text or line.
    spacing = _SPACING[before]
    points = _numbers(page.points, starts, ends, what == _DIGIT)
    # With the length, for characters of code point 0 at the end of a token add nothing to the sum.
    length = (ends - starts).astype(np.uint64)
    key = _mix(_Sums(points).of(starts, ends) * np.uint64(4) + spacing + length * _LENGTH)
    first, kinds = distinct(key)
    rows, trigrams = _kinds(*_apart(page, points, starts[first], ends[first]), spacing[first], hidden)
    return Cut(starts=starts, ends=ends, kinds=kinds, texts=np.searchsorted(starts, page.starts), rows=rows,
               trigrams=trigrams)


def distinct(keys: Hashes) -> tuple[Ints, Ints]:
    """Give where each distinct key first shows up (in some order), and for each key the number of its kind."""
    slots = 1 << max(4, (2 * keys.size).bit_length())
    place = (keys & np.uint64(slots - 1)).astype(np.int64)
    table = np.full(slots, -1, np.int64)
    table[place[::-1]] = np.arange(keys.size - 1, -1, -1)
    holder = table[place]
    # Two keys in one slot: the loser goes the slow way.
    lost = np.flatnonzero(keys[holder] != keys)
    if lost.size:
        _, first, back = np.unique(keys[lost], return_index=True, return_inverse=True)
        holder[lost] = lost[first][back]
    mine = holder == np.arange(keys.size)
    number = np.cumsum(mine) - 1
    return np.flatnonzero(mine), number[holder]


def _apart(page: Plain, points: npt.NDArray[np.uint32], starts: Ints, ends: Ints
           ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint32], Ints, Ints]:
    """Copy some places out of the text, one after another: bytes, code points, and where each now is."""
    size = ends - starts
    stops = np.cumsum(size)
    at = np.arange(size.sum()) + np.repeat(starts - stops + size, size)
    return np.frombuffer(page.data, np.uint8)[at], points[at], stops - size, stops


class _Sums:
    """Cumulative sums over code points that give the hash of any place by two look-ups."""

    def __init__(self, codes: npt.NDArray[np.uint32]) -> None:
        up, self._down = powers(1 << max(12, codes.size.bit_length()))
        self._sums = np.zeros(codes.size + 1, np.uint64)
        np.cumsum(codes * up[:codes.size], out=self._sums[1:])

    def of(self, starts: Ints, ends: Ints) -> Hashes:
        return np.asarray((self._sums[ends] - self._sums[starts]) * self._down[starts])


def _mix(hashes: Hashes, salt: int = 0) -> Hashes:
    mixed = hashes ^ np.uint64(salt * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return mixed


def _numbers(points: npt.NDArray[np.uint32], starts: Ints, ends: Ints, digits: npt.NDArray[np.bool_]
             ) -> npt.NDArray[np.uint32]:
    """Give the code points with long numbers as zeros, but for the century of a year."""
    long = np.flatnonzero(digits & (ends - starts > 2))
    if long.size:
        size = ends[long] - starts[long]
        place = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        points = points.copy()
        points[(place + np.repeat(starts[long], size))[(place > 1) | (np.repeat(size, size) != 4)]] = ord("0")
    return points


def _kinds(data: npt.NDArray[np.uint8], points: npt.NDArray[np.uint32], starts: Ints, ends: Ints,
           spacing: npt.NDArray[np.uint64], hidden: int) -> tuple[Rows, Rows]:
    size = ends - starts
    plain, exact = _Sums(folded(points)), _Sums(_lower(points))
    word = plain.of(starts, ends)
    listed = _mix(word) & _KEPT
    columns = [_mix(word, 1), _mix(word, 2), _mix(exact.of(starts, ends), 3)]
    for salt, letters in ((4, 3), (5, 4)):
        head = plain.of(starts, np.minimum(starts + letters, ends))
        tail = plain.of(np.maximum(ends - letters, starts), ends)
        columns += [_mix(head, salt), _mix(tail, salt + 10)]
    columns.append(_mix(plain.of(np.maximum(ends - 2, starts), ends), 6))
    columns += [_shape(data, starts, ends) * np.uint64(3) + spacing, _known(listed, hidden)]
    rows = np.empty((starts.size, len(SIZES)), np.int32)
    for number, (column, rows_of) in enumerate(zip(columns, SIZES, strict=True)):
        rows[:, number] = column % np.uint64(rows_of) + np.uint64(OFFSETS[number])
    trigrams = np.full((starts.size, TRIGRAMS), NO_TRIGRAM, np.int32)
    spelt = _classes()[data[starts]] == _LETTER if starts.size else np.zeros(0, bool)
    for number in range(TRIGRAMS):
        there = np.flatnonzero(spelt & (size >= number + 3))
        at = starts[there] + number
        # A word's first trigram is told from the others.
        trigrams[there, number] = _mix(plain.of(at, at + 3), 7 + (number == 0)) % np.uint64(TRIGRAM_ROWS) + np.uint64(
            OFFSETS[-1])
    return rows, trigrams


@functools.cache
def _lower_table() -> npt.NDArray[np.uint32]:
    # One code point each: the lower case of some letters is two.
    return np.array([ord(low) if len(low := chr(point).lower()) == 1 else point for point in range(0x3000)], np.uint32)


def _lower(raw: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    table = _lower_table()
    return np.where(raw < table.size, table[np.minimum(raw, table.size - 1)], raw)


def _shape(data: npt.NDArray[np.uint8], starts: Ints, ends: Ints) -> Hashes:
    """Number a shape: class, capitals at the start, throughout or inside, and length."""
    upper = ((data >= 65) & (data <= 90)) | (data == UPPER)
    count = np.append(0, np.cumsum(upper))
    size = ends - starts
    capitals = count[ends] - count[starts]
    first = upper[starts] if starts.size else np.zeros(0, bool)
    case = np.select([capitals == 0, first & (capitals == 1), capitals == size, first], [0, 1, 2, 3], 4)
    sort = _classes()[data[starts]].astype(np.int64) if starts.size else np.zeros(0, np.int64)
    return np.asarray((sort * 5 + case) * 9 + np.minimum(size, 8), np.uint64)


def _known(listed: Hashes, hidden: int) -> Hashes:
    """Number what the lists know of a word: first name, surname, plain word, place."""
    counts, place = lexicon().look_up(listed), places().look_up(listed)
    if hidden:
        drawn = _mix(listed, 1_000 + hidden)
        away = (drawn & np.uint64(1)).astype(bool)
        counts[away, :2] = place[away] = 0
        counts[drawn & np.uint64(12) == 0, 2] = 0
    first, surname = (np.searchsorted((1, 60, 90, 120, 150), column, side="right") for column in counts.T[:2])
    word = np.searchsorted((1, 40, 70, 100), counts[:, 2], side="right")
    return np.asarray(((first * 6 + surname) * 5 + word) * 3 + place, np.uint64)
