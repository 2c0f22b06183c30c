"""What was said under a mark against keeping it stays unkept, though it comes again unmarked as the beginning of a longer talk.

Rules kept here:

- Only keyed hashes are remembered, in memory: a temporary talk leaves nothing, this included.
- They hang on who said it and on everything said before, and on no id of the conversation: a talk that is saved gets another one.
- The newest message is said now: without a mark it may be kept, though its words were also said under one.

Law: CHO-08
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from ...core.ids import keyed, short_text
from . import exchange, responses
from .people import Who
from .thread import thread_of

_REMEMBERED = 100_000


class Unkept:
    """Remembers what is not to be kept; asked by any thread."""

    def __init__(self, key: bytes) -> None:
        """Take the key that the gateway names messages by."""
        self._key, self._lock = key, threading.Lock()
        self._known: OrderedDict[str, None] = OrderedDict()

    def note(self, person: Who, request: Mapping[str, Any], *, items: bool) -> None:
        """Remember the newest message of a request.

        Raises:
            InputError: it has none.
        """
        for one in person.named:
            self._add(self._person(one), self._names(one, request, items)[-1])

    def goes_on(self, person: Who, request: Mapping[str, Any], *, items: bool) -> bool:
        """Tell whether a request goes on from what is remembered; quick for whoever never said such a thing.

        Raises:
            InputError: it has no messages.
        """
        for one in person.named:
            if self._person(one) in self._known:
                *before, last = self._names(one, request, items)
                with self._lock:
                    self._known.pop(last, None)
                    if not self._known.keys().isdisjoint(before):
                        return True
        return False

    def _add(self, *known: str) -> None:
        with self._lock:
            for one in known:
                self._known[one] = None
                self._known.move_to_end(one)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)

    def _person(self, one: Sequence[str]) -> str:
        return short_text(keyed(self._key, "licit/gateway-unkept", *(part.encode() for part in one)))

    def _names(self, one: Sequence[str], request: Mapping[str, Any], items: bool) -> tuple[str, ...]:
        rows = responses.rows_of(request, Counter()) if items else exchange.rows_of(request)
        return thread_of(self._key, one, "", rows, 0).names
