"""The server's line to a client, which is closed when the head of a request does not come in time or has no end.

Without it, somebody who sends one byte a minute holds a line for ever. The body's time is the guard's (``guard.py``).
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

#: The head of a request is whole within so many seconds from its first byte, or from the line's beginning.
PATIENCE = 15.0

#: The head of a request has at most so many bytes.
LARGEST = 1 << 17

#: Of a body whose request was answered before it was read whole, so many bytes more are passed over.
PASSED = 1 << 23

_LATE, _LARGE = (b"HTTP/1.1 " + told + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
                 for told in (b"408 Request Timeout", b"431 Request Header Fields Too Large"))


class Timely(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """The protocol that uvicorn would choose, with a limit on how long a head may take."""

    _timer: asyncio.TimerHandle | None = None
    _heard = 0
    _end_of_last = b""

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came; wait no longer once a request is being answered."""
        before = self.cycle
        if self._idle():
            self._heard += self._of_head(data)
        if self._heard > (PASSED if self.cycle is not None and self.cycle.more_body else LARGEST):
            return self._end(_LARGE)
        super().data_received(data)
        if self.cycle is not before or not self._idle():
            self._heard, self._end_of_last = 0, b""
            self._stop()
        elif self._timer is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop()
        super().connection_lost(exc)

    def _of_head(self, data: bytes) -> int:
        """Count the bytes up to the end of a head: one reading of the socket may hold much of the body too."""
        seen, before = self._end_of_last + data, len(self._end_of_last)
        self._end_of_last = seen[-3:]
        end = seen.find(b"\r\n\r\n")
        return len(data) if end < 0 else max(0, end + 4 - before)

    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._late)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        if self._idle():
            self._end(_LATE if self._heard else b"")

    def _end(self, told: bytes) -> None:
        self._stop()
        if not self.transport.is_closing():
            self.transport.write(told)
            self.transport.close()
