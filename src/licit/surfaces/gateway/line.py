"""A line to the upstream: one exchange of HTTP/1.1 after the other, its answer given in pieces as they come.

Rules kept here:

- An answer is over when it has come as long as it said, or, where it said no length, when the line was closed in order.
- Where nobody takes the pieces, no more are read.
- A line is used again only after an answer that is over, with nothing behind it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httptools

#: So many bytes of an answer wait to be taken before no more are read.
_AHEAD = 1 << 16
#: A line waits so many seconds for the next request.
_KEPT_ALIVE = 15.0


class LineError(Exception):
    """The upstream's line broke, or what came over it is no HTTP."""


class Line(asyncio.Protocol):
    """One line; ``status`` and ``headers`` are those of the answer that is being read."""

    def __init__(self) -> None:
        """Wait for the connection."""
        self.status, self.headers = 0, list[tuple[bytes, bytes]]()
        self._transport: Any = None
        self._parser: Any = None
        self._waiting: asyncio.Future[None] | None = None
        self._pieces, self._size = list[bytes](), 0
        self._lost = self._headed = self._ended = self._paused = self._full = False
        self._again, self._asked, self._bodiless, self._given_back = True, True, False, 0.0

    # What the event loop tells.

    def connection_made(self, transport: Any) -> None:
        """Take the connection."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Read on; what comes unasked ends the line."""
        if self._parser is None or self._ended:
            self._again = False
            return self.close()
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._again = False
            self.close()
        if self._size > _AHEAD and not self._paused and not self._lost:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """End an answer that has no length of its own."""
        if self._headed and not self._ended and exc is None and self._again and self._unmeasured():
            self._ended = True
        self._lost = True
        self._wake()

    def pause_writing(self) -> None:
        """Have the request wait."""
        self._full = True

    def resume_writing(self) -> None:
        """Have the request go on."""
        self._full = False
        self._wake()

    # What the parser tells.

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; those behind the body are let go."""
        if not self._headed:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Take the head, but for one that says that there is more to come."""
        if self._ended:
            self._again = False
            return
        self.status = self._parser.get_status_code()
        if self.status == 101:
            raise LineError("nobody asked for another protocol")
        self._headed = self.status >= 200
        if self._headed and self._bodiless:  # the parser would wait for a body
            self._ended, self._again = True, False

    def on_body(self, piece: bytes) -> None:
        """Take a piece."""
        if not self._ended:
            self._pieces.append(piece)
            self._size += len(piece)

    def on_message_complete(self) -> None:
        """End an answer."""
        if self._headed and not self._ended:
            self._ended = True
            self._again = self._again and bool(self._parser.should_keep_alive())
        elif not self._headed:
            self.headers = []

    # What the relay does.

    @property
    def free(self) -> bool:
        """Tell whether another request may be asked here, now."""
        return self._again and self._asked and not self._lost and not self._transport.is_closing() and (
            self._parser is None or self._ended) and not self._pieces and (
            not self._given_back or time.monotonic() - self._given_back < _KEPT_ALIVE)

    def rest(self) -> None:
        """Begin to wait for the next request."""
        self._given_back = time.monotonic()

    def close(self) -> None:
        """Close the line, at once."""
        if self._transport is not None:
            self._transport.abort()

    async def ask(self, head: bytes, first: bytes, rest: AsyncIterator[bytes], patience: float, *, chunked: bool = False) -> None:
        """Ask, and wait for the head of the answer.

        Raises:
            LineError: the line broke before it.
            TimeoutError: nothing came for ``patience`` seconds.
        """
        self.status, self.headers, self._pieces, self._size = 0, [], [], 0
        self._headed = self._ended = self._asked = False
        self._bodiless = head.startswith(b"HEAD ")
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(head + (_chunk(first) if chunked and first else first))
        await self._drained(patience)
        async for piece in rest:
            if self._lost:
                break
            if piece:
                self._transport.write(_chunk(piece) if chunked else piece)
                await self._drained(patience)
        if chunked and not self._lost:
            self._transport.write(b"0\r\n\r\n")
        self._asked = True
        while not self._headed:
            await self._more(patience)

    async def pieces(self, patience: float) -> AsyncIterator[bytes]:
        """Give the answer's body, all that has come at a time.

        Raises:
            LineError: it broke off.
            TimeoutError: nothing came for ``patience`` seconds.
        """
        while True:
            if self._pieces:
                piece = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
                self._pieces, self._size = [], 0
                if self._paused and not self._lost:
                    self._transport.resume_reading()
                self._paused = False
                yield piece
            elif self._ended:
                return
            else:
                await self._more(patience)

    async def _drained(self, patience: float) -> None:
        while self._full and not self._lost:
            await self._woken(patience)

    async def _more(self, patience: float) -> None:
        if self._lost:
            raise LineError("the line broke")
        await self._woken(patience)

    async def _woken(self, patience: float) -> None:
        self._waiting = asyncio.get_running_loop().create_future()
        if patience:
            async with asyncio.timeout(patience):
                await self._waiting
        else:
            await self._waiting

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _unmeasured(self) -> bool:
        """Tell whether nothing but the line's end can end the answer."""
        named = {name.lower(): value.lower() for name, value in self.headers}
        return b"content-length" not in named and not named.get(b"transfer-encoding", b"").strip().endswith(b"chunked")


def head_of(method: str, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Write the head of a request."""
    return b"".join((method.encode("ascii"), b" ", target, b" HTTP/1.1\r\n", *(b"%s: %s\r\n" % one for one in headers), b"\r\n"))


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(piece), piece)
