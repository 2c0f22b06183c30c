"""Plain text: every code point as one byte, so that fast byte tools give code-point places.

The folded form keeps ASCII, strips accents, and brings look-alikes home (full-width letters, Unicode digits, odd
spaces, dashes and quotes), so that one rule finds all spellings of a thing.

Rules kept here:

- One byte stands for one code point; what shows nothing (joiners, soft hyphens, combining marks) is left out and a
  table leads back, so that places survive any script.
- Byte 0 separates texts and cannot come from a text; bytes 3 and 255 cannot come from a text either.
- A place that crosses two texts raises: nothing is ever matched across.
"""

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from licit.core.errors import LicitError

Ints = npt.NDArray[np.int64]

SEPARATOR, SYMBOL, DEGREE, UPPER, LOWER, LETTER, GONE = 0, 1, 2, 0xC0, 0xE0, 0xE1, 0xFF
_KNOWN = 0x20000
# Other ranges are whole: ideographs and syllables are letters, pictures are symbols.
_LOOKED_UP = ((0, 0x3400), (0xA000, 0xAC00), (0xF900, 0x11000), (0x1D000, 0x1F000))
_SIGNS = {"’": "'", "‘": "'", "ʼ": "'", "′": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"',
          "»": '"', "″": '"', "°": "\x02", "º": "\x02", "\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n",
          "\u2028": "\n", "\u2029": "\n", "⁄": "/", "∕": "/", "·": ".", "•": "\x01", "ı": "i", "ł": "l", "Ł": "L",
          "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "…": "\x01"}


class CrossingError(LicitError):
    """A rule matched across two texts, or the scan did not run; the caller holds every text of the batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """Many texts in plain form.

    ``data`` and ``text`` (its Latin-1 reading) hold one character per kept code point, ``points`` the code points
    themselves. ``starts`` gives where each text starts, and the end of all. ``origin`` leads back to code points of
    the joined originals, or is None when nothing was left out; ``begins`` is ``starts`` in those.
    """

    data: bytes = field(repr=False)
    text: str = field(repr=False)
    points: npt.NDArray[np.uint32] = field(repr=False)
    starts: Ints = field(repr=False)
    origin: Ints | None = field(repr=False)
    begins: Ints = field(repr=False)

    def places(self, starts: Sequence[int] | Ints, ends: Sequence[int] | Ints) -> tuple[Ints, Ints, Ints]:
        """Lead places in ``text`` back: the number of the text, and start and end in its own code points.

        Raises:
            CrossingError: a place that crosses from one text to another.
        """
        first, last = np.asarray(starts, np.int64), np.asarray(ends, np.int64)
        which = np.searchsorted(self.starts, first, side="right") - 1
        if (last >= self.starts[which + 1]).any():
            raise CrossingError("A rule matched across two texts.", remedy="Report the rule; its texts are held.")
        if self.origin is not None:
            first, last = self.origin[first], self.origin[last]
        return which, first - self.begins[which], last - self.begins[which]


def plain(texts: Sequence[str]) -> Plain:
    """Bring texts into plain form; the texts stay as they are."""
    return _plain(tuple(texts))


# Every detector of a batch asks for the same texts: one kept answer spares the others the work.
@functools.lru_cache(maxsize=1)
def _plain(texts: tuple[str, ...]) -> Plain:
    joined = "\0".join(texts) + "\0" if texts else ""
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    try:
        # Without a letter beyond these 256 a table of as many will do, several times faster.
        data = np.frombuffer(bytearray(joined, "latin-1").translate(_few()), np.uint8)
    except UnicodeEncodeError:
        data = _tables()[0][points]
    begins = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) + 1 for text in texts], out=begins[1:])
    data[begins[1:] - 1] = SEPARATOR
    starts, origin = begins, None
    kept = data != GONE
    if not kept.all():
        origin = np.append(np.flatnonzero(kept), points.size)
        starts = np.searchsorted(origin, begins)
        data, points = data[kept], points[kept]
    raw = data.tobytes()
    return Plain(data=raw, text=raw.decode("latin-1"), points=points, starts=starts, origin=origin, begins=begins)


def folded(points: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Give the folded lower-case code point of each code point: accents gone, other scripts kept apart."""
    out: npt.NDArray[np.uint32] = _tables()[1][np.minimum(points, _KNOWN)]
    return out


def fold(text: str) -> str:
    """Give one text in plain form, for words and examples that rules are made of."""
    return plain([text]).text[:-1]


@functools.cache
def _few() -> bytes:
    return _tables()[0][:256].tobytes()


@functools.cache
def _tables() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint32]]:
    shown = np.full(0x110000, SYMBOL, np.uint8)
    shown[0x3400:0x1D000] = shown[0x20000:0x40000] = LETTER
    shown[0xD800:0xF900] = SYMBOL
    shown[0xE0000:0xE1000] = GONE
    folded = np.arange(_KNOWN + 1, dtype=np.uint32)
    for start, stop in _LOOKED_UP:
        for point in range(start, stop):
            shown[point], folded[point] = _fold_one(chr(point))
    return shown, folded


def _fold_one(char: str) -> tuple[int, int]:
    if char in _SIGNS:
        char = _SIGNS[char]
        return ord(char), ord(char.lower())
    if " " <= char < "\x7f" or char in "\t\n":
        return ord(char), ord(char.lower())
    kind = unicodedata.category(char)
    if kind in ("Mn", "Me", "Cf"):
        return GONE, ord(char)
    if kind == "Nd":
        digit = ord("0") + unicodedata.decimal(char)
        return digit, digit
    if kind == "Zs":
        return 32, 32
    if kind == "Pd":
        return 45, 45
    # Most have no other form, and to ask that is faster than to make it.
    apart = [c for c in unicodedata.normalize("NFKD", char) if unicodedata.category(c) not in ("Mn", "Cf")] if (
        unicodedata.decomposition(char) or "\uac00" <= char <= "\ud7a3") else [char]
    one = apart[0] if len(apart) == 1 else char
    if " " <= one < "\x7f" and kind not in ("No", "Nl"):
        return ord(one), ord(one.lower())
    if kind[0] == "L" or kind == "Mc":
        lower = one.lower()
        return {"Lu": UPPER, "Ll": LOWER}.get(kind, LETTER), ord(lower) if len(lower) == 1 else ord(one)
    return SYMBOL, ord(one)
