"""Conversations that are handed over one by one share shards: those that come together are stored together.

Rules kept here:

- Whoever hands a conversation over waits until its shard is on disk and in the log; nothing is answered before.
- One that comes alone is stored at once. In a run of them each waits for the others of a tenth of a second.
- What goes wrong with one does not fail the others: they are then stored each for itself.
- Two states of one conversation never share a shard, for only the later one would be kept.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from ..core.records import Record
from .arrive import store
from .workspace import Workspace

#: So many seconds the first of a run waits for the others.
WINDOW = .1
#: Two that come within so many seconds are a run.
RUN = 1.0

_Waiting = tuple[str, Record, "Future[None]"]


class Gatherer:
    """Stores what several threads hand over."""

    def __init__(self, workspace: Workspace, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Take the workspace."""
        self._workspace, self._sleep = workspace, sleep
        self._lock, self._storing = threading.Lock(), threading.Lock()
        self._waiting: list[_Waiting] = []
        self._last = -RUN

    def store(self, source: str, record: Record) -> None:
        """Store a record; it is on disk and in the log when this ends.

        Raises:
            LicitError: whatever storing it raised.
        """
        done: Future[None] = Future()
        with self._lock:
            first = not self._waiting
            self._waiting.append((source, record, done))
            now = time.monotonic()
            alone, self._last = now - self._last > RUN, now
        if first:
            if not alone:
                self._sleep(WINDOW)
            with self._storing:
                with self._lock:
                    taken, self._waiting = self._waiting, []
                self._store(taken)
        done.result()

    def store_all(self, source: str, records: Sequence[Record]) -> list[BaseException | None]:
        """Store records that came together; give for each what went wrong with it, None for what is on disk and in the log."""
        waiting: list[_Waiting] = [(source, record, Future()) for record in records]
        with self._storing:
            self._store(waiting)
        return [done.exception() for *_, done in waiting]

    def _store(self, taken: Sequence[_Waiting]) -> None:
        try:
            for source in dict.fromkeys(source for source, *_ in taken):
                for together in _apart([one for one in taken if one[0] == source]):
                    self._store_together(source, together)
        finally:
            for *_, done in taken:
                if not done.done():
                    done.set_exception(RuntimeError("storing ended before this was stored"))

    def _store_together(self, source: str, together: Sequence[_Waiting]) -> None:
        try:
            store(self._workspace, source, [record for _, record, _ in together])
        except Exception as error:
            if len(together) == 1:
                together[0][2].set_exception(error)
                return
            for one in together:
                self._store_together(source, [one])
            return
        for *_, done in together:
            done.set_result(None)


def _apart(taken: Sequence[_Waiting]) -> list[list[_Waiting]]:
    """Part what has the same id in the product into rounds, in the order in which it came."""
    rounds: list[list[_Waiting]] = []
    seen: dict[str, int] = {}
    for one in taken:
        number = seen[one[1].origin_id] = seen.get(one[1].origin_id, -1) + 1
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(one)
    return rounds
