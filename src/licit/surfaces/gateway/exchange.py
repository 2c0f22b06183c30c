"""One exchange with a model read as messages: what was asked, and what was answered, whole or not at all.

Rules kept here:

- An answer is whole when every choice says why it ended and, in a stream, the stream says that it is over. Anything else (an
  error in the middle, an event that cannot be read, bytes after none) is half-told and gives no message.
- What the request says is the conversation so far; nothing is remembered here.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...core.errors import InputError

Row = dict[str, Any]


def request_of(data: bytes) -> Row:
    """Read a request.

    Raises:
        InputError: it is no JSON object.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise InputError("the request is no JSON object", reason="not-understood")
    return value


def decoded(data: bytes, encoding: str, most: int) -> bytes:
    """Undo what an answer was packed with.

    Raises:
        InputError: it is packed otherwise than by gzip or deflate, is broken off, or is larger than ``most``.
    """
    if encoding in ("", "identity"):
        return data
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise InputError("the answer is packed in a way that is not read here", reason="encoding-unknown")
    unpack = zlib.decompressobj(47 if encoding != "deflate" or data[:1] == b"x" else -15)
    try:
        out = unpack.decompress(data, most)
    except zlib.error:
        raise InputError("the answer cannot be unpacked", reason="answer-broken") from None
    if unpack.unconsumed_tail:
        raise InputError("the answer is too large unpacked", reason="too-large")
    if not unpack.eof:
        raise InputError("the answer is broken off", reason="unfinished")
    return out


def answer_of(data: bytes, *, streamed: bool) -> list[Row]:
    """Give the messages of an answer, one for each choice.

    Raises:
        InputError: it is not whole, or not an answer.
    """
    if streamed:
        return [_of_pieces(pieces) for pieces in _choices(events(data))]
    try:
        choices = json.loads(data)["choices"]
        found = [dict(choice["message"]) for choice in choices if choice["finish_reason"]]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise InputError("the answer has no messages", reason="answer-broken") from None
    if len(found) < len(choices) or not found:
        raise InputError("a choice does not say why it ended", reason="unfinished")
    return found


def events(data: bytes) -> Iterator[Row]:
    """Give the events of a stream up to its end.

    Raises:
        InputError: an event cannot be read, tells an error, or the stream does not say that it is over.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise InputError("the stream is no text", reason="stream-malformed") from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    *whole, rest = text.split("\n\n")
    if rest.strip() == "data: [DONE]":  # some leave out the last line
        whole, rest = [*whole, rest.strip()], ""
    for block in whole:
        lines = [line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")]
        if not lines:
            continue
        if (said := "\n".join(lines)) == "[DONE]":
            return
        try:
            event = json.loads(said)
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            raise InputError("an event of the stream cannot be read", reason="stream-malformed")
        if event.get("error"):
            raise InputError("the stream tells an error", reason="answer-error")
        yield event
    raise InputError("the stream does not say that it is over", reason="stream-malformed" if rest.strip() else "unfinished")


def _choices(found: Iterator[Row]) -> list[list[Row]]:
    """Give the pieces of each choice, in the order of the choices; each has its last one."""
    pieces: dict[int, list[Row]] = {}
    ended: set[int] = set()
    for event in found:
        choices = event.get("choices") or []
        if not isinstance(choices, list) or not all(isinstance(one, dict) for one in choices):
            raise InputError("an event of the stream has no choices", reason="stream-malformed")
        for choice in choices:
            number, piece = choice.get("index", 0), choice.get("delta")
            if not isinstance(number, int) or not isinstance(piece, dict | None):
                raise InputError("a choice of the stream is none", reason="stream-malformed")
            pieces.setdefault(number, []).append(piece or {})
            if choice.get("finish_reason"):
                ended.add(number)
    if not pieces or ended != pieces.keys():
        raise InputError("a choice does not say why it ended", reason="unfinished")
    return [pieces[number] for number in sorted(pieces)]


def _of_pieces(pieces: Sequence[Row]) -> Row:
    """Put a message together."""
    out: Row = {"role": "assistant", "content": ""}
    calls: dict[int, Row] = {}
    for piece in pieces:
        for key, value in piece.items():
            if key in ("role", "tool_calls") or value is None:
                continue
            if key == "content" and not isinstance(value, str | list):
                raise InputError("a piece of the stream has no words", reason="stream-malformed")
            if key not in out or not out[key]:
                out[key] = value
            elif isinstance(value, list):
                out[key] = [*_listed(out[key]), *value]
            elif isinstance(out[key], list):
                out[key] = [*out[key], {"type": "text", "text": str(value)}]
            elif isinstance(value, str):
                out[key] = f"{out[key]}{value}"
        for number, call in enumerate(piece.get("tool_calls") or ()):
            _call(calls, call, number)
    if calls:
        out["tool_calls"] = [calls[number] for number in sorted(calls)]
    return out


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [{"type": "text", "text": str(value)}]


def _call(calls: dict[int, Row], call: Any, number: int) -> None:
    if not isinstance(call, dict):
        raise InputError("a call of the stream is none", reason="stream-malformed")
    own = call.get("index")
    known = calls.setdefault(own if isinstance(own, int) else number, {"type": "function", "function": {"name": "", "arguments": ""}})
    if call.get("id"):
        known["id"] = call["id"]
    given = call.get("function")
    for key, value in (given.items() if isinstance(given, dict) else ()):
        if key in ("name", "arguments") and value is not None:
            known["function"][key] += value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def rows_of(request: Mapping[str, Any]) -> list[Row]:
    """Give the messages of a request.

    Raises:
        InputError: it has none.
    """
    rows = request.get("messages")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise InputError("the request has no messages", reason="not-understood")
    return rows
