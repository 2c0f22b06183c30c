"""One answer on its way through the output filter: whole or as a stream, and what becomes of it where the filter cannot say.

Rules kept here:

- Where an answer is ended, nothing of it is kept, and its client is told so in the form of an error.
- What cannot be looked through goes as the deployment says: unlooked at and counted, or not at all.
"""

import json
from collections.abc import AsyncIterator

from ...core.errors import LicitError, RefusedError, UnavailableError
from .filter import Asked, Filter
from .line import LineError
from .sieve import Stream


class Filtered:
    """One answer on its way through the filter; ``ended`` says why it was ended before its end, "" where it was not."""

    def __init__(self, rules: Filter, request: bytes, most: int) -> None:
        """Take the filter, the request, and how many bytes of an answer that comes in one may wait."""
        self._rules, self._asked, self._most, self.ended = rules, Asked(request), most, ""

    async def through(self, kind: str, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Give an answer of a content type as it may be passed on.

        Raises:
            RefusedError: nothing of it may be (``filtered``, ``filter-failed``).
            LineError, OSError: as the pieces do; what came before is given.
        """
        if kind.startswith("text/event-stream"):
            async for piece in self._streamed(pieces):
                yield piece
            return
        waiting, size = list[bytes](), 0
        try:
            async for piece in pieces:
                waiting.append(piece)
                if "json" not in kind:
                    raise UnavailableError("answers of this kind cannot be looked through", reason="filter-failed")
                if (size := size + len(piece)) > self._most:
                    raise UnavailableError("the answer is too large to be looked through", reason="filter-failed")
            waiting = [await self._rules.run(self._rules.body, b"".join(waiting), self._asked)] if waiting else []
        except LicitError as error:
            self._unless_served(error)
        for piece in waiting:
            yield piece
        async for piece in pieces:
            yield piece

    async def _streamed(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        stream = Stream(self._rules, self._asked, self._most)
        try:
            try:
                async for piece in pieces:
                    if out := await self._rules.run(stream.take, piece):
                        yield out
            except (LineError, OSError):
                yield await self._rules.run(stream.end)
                raise
            yield await self._rules.run(stream.end)
        except LicitError as error:
            try:
                self._unless_served(error)
            except RefusedError as refused:
                self.ended = refused.reason
                told = {"error": {"message": "The answer was ended by the gateway's filter.", "type": "gateway_error", "code": refused.reason}}
                yield b"data: " + json.dumps(told).encode() + b"\n\n"
                return
            yield stream.rest()
            async for piece in pieces:
                yield piece

    def _unless_served(self, error: LicitError) -> None:
        """Count what goes on unlooked at.

        Raises:
            RefusedError: it does not.
        """
        if isinstance(error, RefusedError):
            raise error
        self._rules.tally["filter-failed"] += 1
        if not self._rules.serve:
            raise RefusedError("the answer cannot be looked through", reason="filter-failed") from None
