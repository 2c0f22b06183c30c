"""Second readings of a text: what it says once entities, escapes, look-alike letters and base64 are undone.

Rules kept here:

- A place in a reading leads back to the text: to the whole of an escape, and to the whole of a base64 run.
- Escapes inside escapes are undone three times over; a text that hides base64 in base64 deeper than that is not read
  (TooDeepError), and whoever asked holds it.
- A run that does not decode to readable text is none; nothing is decompressed or executed.
- The work grows with the text, and a text without any of these is read once.
"""

import base64
import binascii
import html
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

_DEEPEST = 3

#: Greek and Cyrillic letters that look like Latin ones.
LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТХҮԌԚԜавеѕіјкмнорстхуүѵԁԛԝһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχϲ",
    "ABESIJKMHOPCTXYGQWabesijkmhopctxyyvdqwhlABEZHIKMNOPTYXaeikvoptuxc")
#: A Latin letter beside a Greek or Cyrillic one.
MIXED = re.compile(r"[A-Za-zÀ-ɏ][\u0370-\u052f]|[\u0370-\u052f][A-Za-zÀ-ɏ]")

_FOREIGN = re.compile(r"[\u0370-\u052f]")
_MIXED_WORD = re.compile(r"\w+")
# Each way begins with its own sign, so that the search goes from sign to sign.
_ENTITY = r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d{0,2});"
_SIGN = re.compile(_ENTITY + r"|%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*"
                   r"|\\u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*|\\x[0-9a-fA-F]{2}(?:\\x[0-9a-fA-F]{2})*")
# The same apart: each begins with one letter, which is sought faster than one of three.
_OPENINGS = tuple(map(re.compile, (_ENTITY, r"%[0-9A-Fa-f]{2}", r"\\u[0-9a-fA-F]{4}", r"\\x[0-9a-fA-F]{2}")))
# The first bytes of these letters in UTF-8, which are first bytes of nothing else.
_LEADING = tuple(bytes([byte]) for byte in range(0xCD, 0xD5))
_CODED = "A-Za-z0-9+/_-"
_RUN = re.compile(rf"[{_CODED}]{{60,}}(?:\r?\n[{_CODED}]{{4,}})*={{0,2}}|[{_CODED}]{{16,}}={{0,2}}")
# Each byte of a text: "a" where it may be a part of a run.
_PART_OF = bytes(97 if chr(c).isascii() and (chr(c).isalnum() or chr(c) in "+/_-") else 32 for c in range(256))
_SHORTEST = b"a" * 16


class TooDeepError(ValueError):
    """A text hides more inside itself than is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Another reading of a text. Before the place ``begins[i]`` of ``words`` stands what ends at ``at[i]``.

    A place in a piece that was ``undone`` leads to all of it. With ``whole`` every place leads to that one.
    """

    words: str = field(repr=False)
    begins: tuple[int, ...] = (0,)
    at: tuple[int, ...] = (0,)
    undone: frozenset[int] = frozenset()
    whole: tuple[int, int] | None = None

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Lead a place in this reading back to the text it was read from."""
        if self.whole:
            return self.whole
        first, last = bisect_right(self.begins, start) - 1, bisect_right(self.begins, end - 1) - 1
        left = self.at[first] + (0 if first in self.undone else start - self.begins[first])
        right = self.at[last + 1] if last in self.undone else self.at[last] + end - self.begins[last]
        return left, right


def hiding(texts: Sequence[str]) -> list[int]:
    """Give the numbers of the texts that may have a further reading, looked for in all of them at once."""
    joined = "\n".join(texts)
    parts, ends = _parts(joined), [*accumulate(len(text) + 1 for text in texts)]
    out = set[int]()
    at = parts.find(_SHORTEST)
    while at >= 0:
        which = bisect_right(ends, at)
        out.add(which)
        at = parts.find(_SHORTEST, ends[which])
    for opening in _OPENINGS:
        sign = opening.search(joined)
        while sign:
            which = bisect_right(ends, sign.start())
            out.add(which)
            sign = opening.search(joined, ends[which])
    if not joined.isascii() and any(map(joined.encode("utf-8", "surrogatepass").__contains__, _LEADING)):
        out.update(i for i, text in enumerate(texts) if not text.isascii() and _FOREIGN.search(text))
    return sorted(out)


def _parts(text: str) -> bytes:
    return text.encode("latin-1", "replace").translate(_PART_OF)


def readings(text: str) -> list[tuple[Reading, ...]]:
    """Give every further reading of a text, each with those it was read from, the outermost first.

    Raises:
        TooDeepError: base64 stands in base64 in base64 in base64.
    """
    return _readings(text, 0)


def _readings(text: str, depth: int) -> list[tuple[Reading, ...]]:
    out: list[tuple[Reading, ...]] = []
    chain: tuple[Reading, ...] = ()
    words = text
    for _ in range(_DEEPEST):
        undone = _undone(words)
        if undone is None:
            break
        chain, words = (*chain, undone), undone.words
    if not words.isascii() and _FOREIGN.search(words) and MIXED.search(words):
        words = _MIXED_WORD.sub(lambda found: _latin(found.group()), words)
        chain = (*chain, Reading(words=words))
    if chain:
        out.append(chain)
    for blob in _blobs(words):
        if depth == _DEEPEST:
            raise TooDeepError("base64 inside base64 is nested too deep")
        out.append((*chain, blob))
        out += [(*chain, blob, *inner) for inner in _readings(blob.words, depth + 1)]
    return out


def _latin(word: str) -> str:
    return word.translate(LOOK_ALIKES) if MIXED.search(word) else word


def _undone(text: str) -> Reading | None:
    if not ("&" in text or "%" in text or "\\" in text):
        return None
    out: list[str] = []
    begins, at, undone = [0], [0], set()
    length = last = 0
    for found in _SIGN.finditer(text):
        new = _plain(found.group())
        if new == found.group():
            continue
        out += [text[last:found.start()], new]
        length += found.start() - last
        begins += [length, length + len(new)]
        at += [found.start(), found.end()]
        undone.add(len(begins) - 2)
        length, last = length + len(new), found.end()
    if not undone:
        return None
    return Reading(words="".join([*out, text[last:]]), begins=tuple(begins), at=tuple(at), undone=frozenset(undone))


def _plain(sign: str) -> str:
    try:
        if sign[0] == "&":
            return html.unescape(sign)
        if sign[0] == "%":
            return bytes.fromhex(sign.replace("%", "")).decode()
        if sign[1] == "u":
            return bytes.fromhex(sign.replace("\\u", "")).decode("utf-16-be")
        return bytes.fromhex(sign.replace("\\x", "")).decode()
    except ValueError:
        return sign


def _blobs(text: str) -> list[Reading]:
    parts, out = _parts(text), []
    # A run begins where so many of its signs stand in a row, and what is found ends where a row does.
    at = parts.find(_SHORTEST)
    while at >= 0 and (found := _RUN.match(text, at)):
        start, end = found.span()
        if words := _decoded(found.group()):
            out.append(Reading(words=words, whole=(start, end)))
        elif "\n" in found.group():
            for line in re.finditer(r"\S+", found.group()):
                if words := _decoded(line.group()):
                    out.append(Reading(words=words, whole=(start + line.start(), start + line.end())))
        at = parts.find(_SHORTEST, end)
    return out


def _decoded(run: str) -> str:
    """Give the readable text that a run stands for, or nothing."""
    plain = run.replace("\r", "").replace("\n", "").rstrip("=").replace("-", "+").replace("_", "/")
    if len(plain) < len(_SHORTEST) or len(plain) % 4 == 1:
        return ""
    try:
        words = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    shown = words.replace("\n", "").replace("\r", "").replace("\t", "")
    return words if shown.isprintable() else ""
