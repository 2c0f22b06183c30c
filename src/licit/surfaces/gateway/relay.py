"""The way to the upstream and back: what one side sends, the other gets, byte for byte and no sooner than it can take it.

Rules kept here:

- Nothing is read ahead: a slow client slows the upstream down, and one that is gone ends the request there.
- An answer that breaks off breaks off: the line is closed, so that no half of one looks whole.
- Headers go through as they are, but for those that belong to one line only (RFC 9110, 7.6.1), and ours.
- Where the upstream gives no answer at all, the client gets one in the form in which the upstream tells errors.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from ...core.errors import RefusedError, SetupError
from ..web.guard import Receive, Scope, Send
from .filtered import Filtered
from .line import Line, LineError, head_of

Headers = Sequence[tuple[bytes, bytes]]
#: Those of one line, and those that the gateway itself is told by.
_OF_THE_LINE = frozenset((b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"te", b"trailer",
                          b"transfer-encoding", b"upgrade"))
_CONNECT = 10.0
#: So many lines wait for the next request.
_LINES = 256
#: What tells of the bytes of an answer, and no longer holds of those of another.
_OF_THE_BYTES = frozenset((b"content-length", b"etag", b"content-md5", b"digest", b"content-digest", b"repr-digest"))
#: How a stream ends for a client that reads no further.
_LAST = (b"[DONE]\n\n", b"[DONE]\n", b"[DONE]\r\n\r\n", b"[DONE]")
#: What answers are packed with that can be read here.
_PACKED = (b"gzip", b"x-gzip", b"deflate", b"identity")


@dataclass(slots=True)
class Tee:
    """What of an answer is kept aside while it goes through; ``take`` lets go of everything once it is too much.

    ``filtered`` is what it goes through on its way, None where it goes as it comes; ``over`` says that its client may have all of it.
    """

    most: int
    listening: bool = False
    filtered: Filtered | None = None
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    over: bool = False

    def take(self, piece: bytes) -> None:
        """Take a piece."""
        self.size += len(piece)
        if self.size <= self.most:
            self.pieces.append(piece)
        else:
            self.pieces.clear()


class Relay:
    """Asks one upstream."""

    def __init__(self, upstream: str, patience: float = 0) -> None:
        """Take the upstream's address, with or without its /v1, and for how many seconds it may be silent; 0 for ever.

        Raises:
            SetupError: it is no address.
        """
        parts = urlsplit(upstream)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
            raise SetupError("the upstream is no address", about=upstream.split("@")[-1], remedy="Name it: --upstream https://api.example")
        self.address = f"{parts.scheme}://{parts.netloc}"
        self._path = parts.path.rstrip("/").removesuffix("/v1").encode()
        self._host = parts.netloc.encode()
        self._place = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        self._secure = ssl.create_default_context() if parts.scheme == "https" else None
        if self._secure:
            self._secure.set_alpn_protocols(["http/1.1"])
        self._lines: list[Line] = []
        self._patience = patience

    async def close(self) -> None:
        """Close every line that waits."""
        while self._lines:
            self._lines.pop().close()

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[Line]:
        """Lend a line of its own, the last that was given back, else a new one."""
        line = await self._one()
        try:
            yield line
        finally:
            if line.free and len(self._lines) < _LINES:
                line.rest()
                self._lines.append(line)
            else:
                line.close()
            while self._lines and not self._lines[0].free:
                self._lines.pop(0).close()

    async def _one(self) -> Line:
        while self._lines:
            if (line := self._lines.pop()).free:
                return line
            line.close()
        async with asyncio.timeout(_CONNECT):
            _, made = await asyncio.get_running_loop().create_connection(Line, *self._place, ssl=self._secure)
        return made

    async def answer(self, scope: Scope, body: tuple[bytes, AsyncIterator[bytes]], send: Send, tee: Tee,
                     more: Callable[[], Any] | None = None) -> str:
        """Ask the upstream and pass its answer on; give "" when it came whole, else why not.

        ``more`` gives headers that are added to the answer.
        """
        headers = self._headers(scope["headers"], () if tee.filtered else _PACKED if tee.listening else None)
        head, chunked = head_of(scope["method"], self._target(scope), headers), (b"transfer-encoding", b"chunked") in headers
        answering = False
        try:
            async with self._line() as line:
                await line.ask(head, *body, self._patience, chunked=chunked)
                answering = True
                return await self._passed(line, send, tee, more)
        except (LineError, OSError) as error:
            if answering:
                return "unfinished"  # the server closes the line, for the answer was not ended
            late = isinstance(error, TimeoutError)
            await refuse(send, 504 if late else 502, "upstream-silent" if late else "upstream-unreachable",
                         "The upstream did not answer in time." if late else "The upstream cannot be reached.")
            return "upstream-failed"

    async def _passed(self, line: Line, send: Send, tee: Tee, more: Callable[[], Any] | None) -> str:
        tee.status = line.status
        tee.headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in line.headers}
        headers = [*_through(line.headers), *(await more() if more else [])]
        pieces = line.pieces(self._patience)
        if tee.filtered and 200 <= line.status < 300:
            headers = [(name, value) for name, value in headers if name.lower() not in _OF_THE_BYTES]
            try:
                pieces = await _begun(tee.filtered.through(_kind(tee.headers), pieces))
            except RefusedError as refused:
                await refuse(send, 403 if refused.reason == "filtered" else 503, refused.reason, "The gateway's filter lets no part of this answer pass.")
                return refused.reason
        await send({"type": "http.response.start", "status": line.status, "headers": headers})
        async for piece in pieces:
            tee.take(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            tee.over = piece.endswith(_LAST)
        tee.over = True
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return tee.filtered.ended if tee.filtered else ""

    def _target(self, scope: Scope) -> bytes:
        path = self._path + (scope.get("raw_path") or quote(scope["path"]).encode())
        return path + (b"?" + scope["query_string"] if scope["query_string"] else b"")

    def _headers(self, headers: Headers, packed: Sequence[bytes] | None) -> list[tuple[bytes, bytes]]:
        """Give the headers for the upstream; ``packed`` are the packings that may be offered on, None for any."""
        chunked = any(name == b"transfer-encoding" for name, _ in headers)
        out = [(b"host", self._host)]
        for name, value in _through(headers):
            if name == b"accept-encoding" and packed is not None:
                value = _narrowed(value, packed)
            if name not in (b"host", b"expect") and not name.startswith(b"x-licit-"):
                out.append((name, value))
        return [*out, (b"transfer-encoding", b"chunked")] if chunked else out


def _through(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Give the headers that go beyond one line."""
    named = {one.strip().lower() for name, value in headers if name.lower() == b"connection" for one in value.split(b",")}
    return [(name, value) for name, value in headers if name.lower() not in _OF_THE_LINE and name.lower() not in named]


async def _begun(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Wait for the first piece, so that an answer that may not pass is known before its head is sent; give it and the others.

    Raises:
        RefusedError: it may not.
    """
    first: bytes | None = None
    broke: Exception | None = None
    try:
        first = await anext(pieces, None)
    except (LineError, OSError) as error:
        broke = error

    async def all_of_them() -> AsyncIterator[bytes]:
        if broke:
            raise broke
        if first is not None:
            yield first
        async for piece in pieces:
            yield piece

    return all_of_them()


def _kind(headers: Mapping[str, str]) -> str:
    """Give the content type of an answer, "packed" for one that is packed although nobody offered to unpack it."""
    return headers.get("content-type", "").lower() if headers.get("content-encoding", "identity").lower() == "identity" else "packed"


def _narrowed(offered: bytes, packed: Sequence[bytes]) -> bytes:
    """Give of the packings that a client can read those that can be read here as well."""
    kept = [one for one in offered.split(b",") if one.split(b";")[0].strip().lower() in packed]
    return b",".join(kept).strip() or b"identity"


async def refuse(send: Send, status: int, code: str, told: str) -> None:
    """Tell an error in the form in which the APIs that are spoken here tell theirs."""
    body = json.dumps({"error": {"message": told, "type": "gateway_error", "param": None, "code": code}}).encode()
    await send({"type": "http.response.start", "status": status, "headers": [
        (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), (b"x-licit-reason", code.encode())]})
    await send({"type": "http.response.body", "body": body})


class Body:
    """The body of a request as it comes, and then whether the client is still there."""

    def __init__(self, receive: Receive) -> None:
        """Read nothing yet."""
        self._receive, self._ended, self.more = receive, asyncio.Event(), True

    async def begun(self, most: int) -> bytes | None:
        """Read up to so many bytes, and the piece that passes them; None where the client left before."""
        pieces, size = [], 0
        while self.more and size <= most:
            if (piece := await self._piece()) is None:
                return None
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)

    async def rest(self) -> AsyncIterator[bytes]:
        """Read what still comes.

        Raises:
            LineError: the client left before its end.
        """
        while self.more:
            if (piece := await self._piece()) is None:
                raise LineError("the client is gone")
            yield piece

    async def gone(self) -> None:
        """Wait until the client is gone; looked at once the body is whole."""
        await self._ended.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _piece(self) -> bytes | None:
        message = await self._receive()
        self.more = message["type"] == "http.request" and bool(message.get("more_body"))
        if not self.more:
            self._ended.set()
        return bytes(message.get("body", b"")) if message["type"] == "http.request" else None


async def first_of(work: Any, body: Body) -> str:
    """Do some work unless the client goes before it is done, which ends it; give what it gives, or that nobody waits for it."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(body.gone())
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            return "cancelled"
        return str(working.result())
    finally:
        leaving.cancel()
        working.cancel()  # where the server itself ends
