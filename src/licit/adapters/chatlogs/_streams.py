"""Bytes in, JSON values out: lines and array items, one at a time, whatever the size of the file.

An export is usually one line of JSON holding every conversation, so the items of an array are cut out of the stream by
following quotes and brackets, a block at a time, and each is parsed alone.

Rules kept here:

- One broken item costs that item, not the file; when the cut is lost for good the rest is set aside, and said so.
- Memory is bounded by one item: what is longer is skipped to its end without being held.
- Nesting is measured before parsing, so that no input can exhaust the stack.
- A repeated key is an error: the parser would keep one of the two and lose the other unseen.
- No message holds text of the input.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from licit.core.errors import InputError
from licit.core.records import SetAside

MIB = 1 << 20
LINE_BYTES = 64 * MIB
ITEM_BYTES = 64 * MIB
NESTING = 200

_KEY = re.compile(rb'\s*("(?:[^"\\]|\\.)*")\s*:\s*', re.S)
_MARKS = np.zeros(256, dtype=np.uint8)
_MARKS[list(b'"[]{},')] = 1
_STEP = np.zeros(256, dtype=np.int64)
_STEP[list(b"[{")] = 1
_STEP[list(b"]}")] = -1
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def chunks(stream: BinaryIO, size: int = MIB) -> Iterator[bytes]:
    """Give a stream's bytes in blocks, without its byte order mark; UTF-16 is turned into UTF-8.

    Raises:
        InputError: the stream cannot be read on, or says it is UTF-16 and is not.
    """
    block = stream.read(size)
    while block and len(block) < 3 and (more := stream.read(size)):
        block += more
    encoding = _UTF16.get(block[:2])
    if encoding is None:
        yield block.removeprefix(codecs.BOM_UTF8)
        while block := stream.read(size):
            yield block
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    block = block[2:]
    while True:
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError:
            raise InputError("the file is marked as UTF-16 and is not", reason="broken-utf16") from None
        if text:
            yield text.encode()
        if not block:
            return
        block = stream.read(size)


def read_lines(stream: BinaryIO, limit: int = LINE_BYTES) -> Iterator[tuple[int, bytes | SetAside]]:
    """Give the non-blank lines of a stream with their numbers (from 1), without their line ends.

    A line over ``limit`` bytes, with a NUL byte or not in UTF-8 comes as a :class:`SetAside` in its place
    (``line-too-long``, ``nul-bytes``, ``broken-utf8``); an over-long line is skipped to its end without being held. A
    stream that fails half-way ends with the reason of its failure.
    """
    for number, line in raw_lines(stream, limit):
        if isinstance(line, SetAside):
            yield number, line
            continue
        bare = line.rstrip(b"\r\n")
        if not bare.strip():
            continue
        reason = byte_fault(bare)
        yield number, SetAside(reason=reason, where=f"line {number}") if reason else bare


def raw_lines(stream: BinaryIO, limit: int = LINE_BYTES) -> Iterator[tuple[int, bytes | SetAside]]:
    """Give every line with its end, unchecked but for its length (for formats whose records span lines)."""
    held, length, number = bytearray(), 0, 1
    try:
        for block in chunks(stream):
            start = 0
            while start < len(block):
                end = block.find(b"\n", start) + 1
                piece = block[start:end] if end else block[start:]
                length += len(piece)
                if length <= limit:
                    held += piece
                else:
                    held.clear()
                if not end:
                    break
                yield number, bytes(held) if length <= limit else _too_long(number, limit)
                held.clear()
                length, number, start = 0, number + 1, end
    except InputError as error:
        yield number, SetAside(reason=error.reason or "unreadable", where=f"line {number} and what follows",
                               detail=error.what)
        return
    if length:
        yield number, bytes(held) if length <= limit else _too_long(number, limit)


def _too_long(number: int, limit: int) -> SetAside:
    return SetAside(reason="line-too-long", where=f"line {number}", detail=f"over {limit} bytes")


def byte_fault(data: bytes) -> str:
    """Name what is wrong with bytes that should be text: ``nul-bytes``, ``broken-utf8`` or "" for nothing."""
    if b"\0" in data:
        return "nul-bytes"
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError:
            return "broken-utf8"
    return ""


def parse(data: bytes, where: str) -> Any:
    """Read one JSON value; a value that cannot be read is a :class:`SetAside` naming the place."""
    if b"\0" in data:
        return SetAside(reason="nul-bytes", where=where)
    if nesting(data) > NESTING:
        return SetAside(reason="too-deep", where=where, detail=f"nested over {NESTING} levels")
    try:
        return _decode(data.decode())
    except UnicodeDecodeError:
        return SetAside(reason="broken-utf8", where=where)
    except InputError as error:
        return SetAside(reason=error.reason, where=where, detail=error.what)
    except json.JSONDecodeError as error:
        return SetAside(reason="broken-json", where=where, detail=f"at character {error.pos} of it")
    except ValueError:
        return SetAside(reason="broken-json", where=where, detail="a number too long to read")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise InputError("an object names one key twice", reason="duplicate-keys")
    return out


_decode = json.JSONDecoder(object_pairs_hook=_object).decode


def nesting(data: bytes) -> int:
    """Give the greatest depth of brackets outside strings, or an upper bound of it up to ``NESTING``."""
    if (most := data.count(b"[") + data.count(b"{")) <= NESTING:
        return most  # an upper bound that needs no look at the strings
    _, signs, _ = _outside_strings(data, quoted=False)
    depths = np.cumsum(_STEP[signs])
    return int(depths.max(initial=0))


def _outside_strings(block: bytes, *, quoted: bool) -> tuple[Any, Any, bool]:
    """Find brackets and commas outside strings: their places, what they are, and whether a string stays open."""
    plain = block.replace(b"\\\\", b"xx").replace(b'\\"', b"xx") if b"\\" in block else block
    codes = np.frombuffer(plain, dtype=np.uint8)
    places = np.flatnonzero(_MARKS[codes])
    signs = codes[places]
    quotes = signs == ord('"')
    inside = (np.cumsum(quotes) + quoted) & 1
    outside = ~quotes & (inside == 0)
    still = bool(inside[-1]) if len(inside) else quoted
    return places[outside], signs[outside], still


def values(stream: BinaryIO, inside: frozenset[str] = frozenset(),
           limit: int = ITEM_BYTES) -> Iterator[tuple[str, str, Any]]:
    """Give the items of a JSON array, or the members of a JSON object, as (key, place, value or SetAside).

    Of an object, a member named in ``inside`` whose value is an array is given item by item under its key; any other
    member is given whole. The items of a top-level array have the key "".
    """
    for key, where, data in split(stream, inside, limit):
        yield key, where, data if isinstance(data, SetAside) else parse(data, where)


def split(stream: BinaryIO, inside: frozenset[str] = frozenset(),
          limit: int = ITEM_BYTES) -> Iterator[tuple[str, str, bytes | SetAside]]:
    """Cut a JSON array or object into its items, unparsed; see :func:`values`."""
    cut = _Cut(inside, limit)
    try:
        for block, marks in _marked(chunks(stream)):
            start = 0
            for place, sign, depth in marks:
                cut.hold(block[start:place])
                yield from cut.mark(sign, depth)
                start = place + 1
            cut.hold(block[start:])
    except InputError as error:
        yield cut.key, cut.place(" and what follows"), SetAside(
            reason=error.reason or "unreadable", where=cut.place(" and what follows"), detail=error.what)
        return
    yield from cut.end()


def _marked(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, list[tuple[int, int, int]]]]:
    """Give each block with its marks of the two outer levels: place, sign, depth after it."""
    depth, quoted, carried = 0, False, b""
    for block in blocks:
        block, carried = carried + block, b""
        if (len(block) - len(block.rstrip(b"\\"))) % 2:
            # an escape is never parted from what it escapes
            block, carried = block[:-1], b"\\"
        places, signs, quoted = _outside_strings(block, quoted=quoted)
        steps = _STEP[signs]
        depths = depth + np.cumsum(steps)
        outer = (depths - (steps == 1)) <= 2
        if len(depths):
            depth = int(depths[-1])
        yield block, list(zip(places[outer].tolist(), signs[outer].tolist(), depths[outer].tolist(), strict=True))
    if carried:
        yield carried, []


class _Cut:
    """Where the cutting of one file stands."""

    __slots__ = ("_bytes", "_inside", "_key_seen", "_limit", "_size", "index", "key", "shape")

    def __init__(self, inside: frozenset[str], limit: int) -> None:
        self._inside, self._limit = inside, limit
        self._bytes, self._size = bytearray(), 0
        self.shape = "start"  # start, array, object, items (of a member), after (such a member), end
        self.key, self.index = "", 0

    def hold(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size <= self._limit:
            self._bytes += piece
        else:
            self._bytes.clear()

    def mark(self, sign: int, depth: int) -> Iterator[tuple[str, str, bytes | SetAside]]:
        """Take one mark: it opens the file, ends an item, opens or closes a streamed member, or is part of an item."""
        char = chr(sign)
        if self.shape == "start" and char in "[{" and not self._bytes.strip():
            self.shape = "array" if char == "[" else "object"
            self._clear()
        elif self.shape == "object" and char == "[" and depth == 2 and (key := self._streamed_key()):
            self.shape, self.key, self.index = "items", key, 0
            self._clear()
        elif self.shape == "items" and ((char == "," and depth == 2) or depth == 1):
            yield from self._item(last=depth == 1)
            if depth == 1:
                yield from self._closed(char, "]")
                self.shape = "after"
        elif self.shape in ("array", "object", "after") and ((char == "," and depth == 1) or depth == 0):
            yield from self._item(last=depth == 0)
            if depth == 0:
                yield from self._closed(char, "]" if self.shape == "array" else "}")
            self.shape = "end" if depth == 0 else "object" if self.shape == "after" else self.shape
        else:
            self.hold(bytes((sign,)))

    def end(self) -> Iterator[tuple[str, str, bytes | SetAside]]:
        """Say what was left when the file ended."""
        if self.shape == "end" and not self._bytes.strip() and self._size == len(self._bytes):
            return
        detail = {"start": "neither an array nor an object", "end": "there is more after the end of the JSON"}
        where = self.place(" and what follows")
        yield self.key, where, SetAside(reason="broken-json", where=where,
                                        detail=detail.get(self.shape, "the file ends inside it"))

    def place(self, more: str = "") -> str:
        """Name the place of the item being read."""
        if self.shape in ("start", "end", "after"):
            return "the file" if self.shape == "start" else "the end"
        return f"item {self.index + 1}{f' of {self.key}' if self.key and self.shape == 'items' else ''}{more}"

    def _streamed_key(self) -> str:
        found = _KEY.fullmatch(bytes(self._bytes)) if self._size <= self._limit and len(self._bytes) < 512 else None
        key = parse(found[1], "") if found else ""
        return key if isinstance(key, str) and key in self._inside else ""

    def _item(self, *, last: bool) -> Iterator[tuple[str, str, bytes | SetAside]]:
        data, whole = bytes(self._bytes).strip(), self._size <= self._limit
        where, shape = self.place(), self.shape
        first = self.index == 0
        self.index += 1
        self._clear()
        if shape == "after":
            if data:
                yield "", where, SetAside(reason="broken-json", where=where)
            return
        if not whole:
            yield self._named(shape), where, SetAside(reason="item-too-large", where=where,
                                                      detail=f"over {self._limit} bytes")
        elif data and shape == "object":
            yield self._member(data, where)
        elif data:
            yield self._named(shape), where, data
        elif not (last and first):
            yield self._named(shape), where, SetAside(reason="broken-json", where=where,
                                                      detail="nothing between commas")

    def _closed(self, char: str, right: str) -> Iterator[tuple[str, str, bytes | SetAside]]:
        if char != right:
            where = self.place()
            yield self.key, where, SetAside(reason="broken-json", where=where, detail="closed by the wrong bracket")

    def _named(self, shape: str) -> str:
        return self.key if shape == "items" else ""

    def _member(self, data: bytes, where: str) -> tuple[str, str, bytes | SetAside]:
        found = _KEY.match(data)
        key = parse(found[1], where) if found else SetAside(reason="broken-json", where=where)
        if isinstance(key, SetAside) or found is None:
            return "", where, key if isinstance(key, SetAside) else SetAside(reason="broken-json", where=where)
        return str(key), where, data[found.end():]

    def _clear(self) -> None:
        self._bytes.clear()
        self._size = 0
