"""The one log, in a database: sequenced, append-only, an RFC 6962 tree.

Rules kept here:

- An append is durable and whole when it returns. Appends that wait together share one commit.
- Sequence numbers are given under the one writer's lock and have no gaps; a log that has become shorter stops all.
- Perfect subtrees of 256, 65,536 … leaves are stored, so that a proof reads a few hundred rows however long the log.
- Reading holds no transaction open while the caller thinks.

Read next: ``log_check.py``.

Law: CHO-05, REL-06
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Pool, Table

from licit.core.errors import EvidenceError, UnavailableError
from licit.core.ids import SubjectId
from licit.core.notes import Receipt, moment
from licit.core.ports import Clock, Keys, NewEntry
from licit.core.rights import Entry
from licit.core.tree import Frontier, consistency_proof, inclusion_path

from .database import fetch, insert, purge, writing
from .log_check import check
from .log_rows import (
    PAGE,
    SALT,
    WHOLE,
    Committed,
    Written,
    committed,
    entry,
    leaves,
    log,
    log_decision,
    log_particulars,
    log_tile,
    page,
    require_no_gap,
    rows_for,
    size_of,
    subtrees,
    write,
)

_NO_END = 1 << 62
#: Entries of one commit that are kept until the next, because a receipt of each is about to be asked for.
_FRESH = 256


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """An append in the queue, and what became of it."""

    entries: list[Written] = field(repr=False)
    seqs: range | None = None
    error: Exception | None = None


class Writing:
    """The log inside one write transaction: nothing is appended by anybody else until it ends."""

    def __init__(self, connection: Connection, frontier: Frontier, clock: Clock, keys: Keys) -> None:
        """Start from the log's right edge as this transaction sees it."""
        self.connection = connection
        self.frontier = frontier
        self.start, self.written = frontier.size, list[Written]()
        #: Entries of this transaction as rows of :data:`WHOLE`, by number.
        self.fresh = dict[int, tuple[Any, ...]]()
        self._clock, self._keys = clock, keys

    def head(self) -> tuple[int, bytes]:
        """Give size and root, with what was appended in this transaction."""
        return self.frontier.size, self.frontier.root()

    def append(self, entries: Sequence[NewEntry]) -> range:
        """Append as part of the transaction; give the sequence numbers.

        Raises:
            InputError: an entry that the log cannot hold; nothing of the call was appended.
        """
        return self.extend(write(entries))

    def extend(self, entries: Sequence[Written]) -> range:
        """Append entries whose bodies are written already."""
        if not entries:
            return range(self.frontier.size, self.frontier.size)
        salts = self._keys.random(3 * SALT * len(entries))
        rows = rows_for(entries, self.frontier.size, moment(self._clock.now()), salts)
        frontier, tiles = self.frontier.extend(rows.leaves)
        for table, some in ((log, rows.log), (log_decision, rows.decisions), (log_particulars, rows.particulars),
                            (log_tile, tiles)):
            insert(self.connection, table, some)
        given = range(self.frontier.size, frontier.size)
        self.frontier = frontier
        self.written += entries
        if len(self.written) <= _FRESH:
            self.fresh |= {row[0]: (*row, *what[1:], *more[1:])
                           for row, what, more in zip(rows.log, rows.decisions, rows.particulars, strict=True)}
        return given


class SqlLog:
    """The port ``Log`` on a database; any number of threads and processes may read and append."""

    def __init__(self, engine: Engine, clock: Clock, keys: Keys) -> None:
        """Open the log of a migrated database."""
        self.engine = engine
        self._clock, self._keys = clock, keys
        self._frontier = Frontier()
        self._fresh = dict[int, tuple[Any, ...]]()
        self._writer, self._writing = threading.Lock(), 0
        self._queue: deque[_Waiting] = deque()
        self._leading = threading.Lock()
        #: The connection that writes, and the pool that it is from.
        self._kept: tuple[Pool, Connection] | None = None

    # --- writing --------------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Open a write transaction in which other tables change together with the log; commit at the end.

        Raises:
            UnavailableError: another process held the lock too long; nothing was written.
            EvidenceError: the log is shorter than this process has seen it.
            ValueError: this thread has one open already; append through that one.
        """
        if self._writing == threading.get_ident():
            raise _already_writing()
        with self._writer:
            self._writing = threading.get_ident()
            try:
                with self._transaction() as connection:
                    now = Writing(connection, self._edge(connection), self._clock, self._keys)
                    yield now
                self._frontier, self._fresh = now.frontier, now.fresh
            finally:
                self._writing = 0

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Open a write transaction, on SQLite on one connection kept for all: taking one costs more than writing an entry.

        It is let go when anything went wrong on it, and when the engine was disposed of, whose file may be another now.
        """
        if self.engine.dialect.name != "sqlite":
            with writing(self.engine) as connection:
                yield connection
            return
        if self._kept is None or self._kept[0] is not self.engine.pool:
            self._let_go()
            self._kept = self.engine.pool, self.engine.connect().execution_options(licit_write=True)
        try:
            with self._kept[1].begin():
                yield self._kept[1]
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        kept, self._kept = self._kept, None
        if kept:
            kept[1].close()

    def append(self, entries: Sequence[NewEntry]) -> range:
        """Append durably, all or none; give the sequence numbers. Calls that wait at once share one commit.

        Raises:
            InputError: an entry that the log cannot hold.
            UnavailableError: another process held the lock too long; nothing was written.
        """
        if self._writing == threading.get_ident():
            raise _already_writing()
        waiting = _Waiting(entries=write(entries))
        self._queue.append(waiting)
        with self._leading:
            if waiting.seqs is None and waiting.error is None:
                self._commit_queue()
        if waiting.seqs is None:
            raise waiting.error or UnavailableError("the append was cut short", remedy="Look whether it was recorded.")
        return waiting.seqs

    def _commit_queue(self) -> None:
        """Append for everybody who waits, in one transaction; on failure everybody is told and nothing is written."""
        batch = []
        while self._queue:
            batch.append(self._queue.popleft())
        try:
            with self.writing() as now:
                seqs = [now.extend(waiting.entries) for waiting in batch]
            for waiting, given in zip(batch, seqs, strict=True):
                waiting.seqs = given
        except Exception as error:
            for waiting in batch:
                waiting.error = error

    def erase_particulars(self, seqs: Iterable[int]) -> int:
        """Delete the particulars of entries, bytes included; give how many were still there.

        Raises:
            UnavailableError: deleted, but a reader keeps the journal from being emptied; run it again.
        """
        return self._erase(log_particulars, seqs)

    def erase_decision(self, seqs: Iterable[int]) -> int:
        """Delete the decision parts of entries, bytes included; from then on each refuses all that its subject has.

        Raises:
            UnavailableError: deleted, but a reader keeps the journal from being emptied; run it again.
        """
        return self._erase(log_decision, seqs)

    def _erase(self, table: Table, seqs: Iterable[int]) -> int:
        gone = 0
        with self.writing() as now:
            for seq in seqs:
                gone += now.connection.execute(table.delete().where(table.c.seq == seq)).rowcount
        purge(self.engine, table.name)
        return gone

    # --- reading --------------------------------------------------------------------------------------------------

    def head(self) -> tuple[int, bytes]:
        """Give the size and the RFC 6962 root.

        Raises:
            EvidenceError: the log is shorter than this process has seen it, or damaged.
        """
        with self.engine.connect() as connection:
            edge = self._edge(connection)
        self._frontier = edge
        return edge.size, edge.root()

    def require_sound(self) -> None:
        """Derive the whole log again from its rows, guards included: see :func:`licit.adapters.log_check.check`.

        Raises:
            EvidenceError: a row, tile, index or guard does not agree; the first one found is named.
        """
        check(self.engine)

    def _edge(self, connection: Connection) -> Frontier:
        """Give the right edge as a transaction sees it, from memory when nobody else has appended."""
        known = self._frontier  # before the size: a commit in between must not make the log look shorter
        size = size_of(connection)
        if size < known.size:
            raise EvidenceError(f"the log has {size} entries and had {known.size}", about="log",
                                remedy="Restore the newest backup and compare it with a signed checkpoint.")
        if not known.size:
            require_no_gap(connection, size)
        return known if size == known.size else Frontier.at(size, subtrees(connection))

    def entries(self, *, start: int = 0, stop: int | None = None, subject: SubjectId | None = None,
                kinds: Iterable[str] = ()) -> Iterator[Entry]:
        """Give entries in sequence, optionally of one subject or of some kinds, up to the size at the first read.

        No transaction stays open while the caller thinks.

        Raises:
            EvidenceError: an entry's kind, person or times do not match its leaf.
        """
        query = page(subject is not None, tuple(sorted(kinds)))
        asked = {} if subject is None else {"subject": subject}
        while True:
            with self.engine.connect() as connection:
                rows = fetch(connection, query, start=start, stop=_NO_END if stop is None else stop, **asked)
                if len(rows) == PAGE and stop is None:
                    stop = size_of(connection)
            yield from map(entry, rows)
            if len(rows) < PAGE:
                return
            start = rows[-1][0] + 1

    def leaf(self, seq: int) -> bytes:
        """Give the leaf hash of an entry.

        Raises:
            ValueError: the log has no such entry.
        """
        with self.engine.connect() as connection:
            found = leaves(connection, seq, seq)
        if not found:
            raise ValueError(f"the log has no entry {seq}")
        return found[0]

    def inclusion(self, seq: int, size: int) -> list[bytes]:
        """Give the RFC 6962 audit path of one entry in the tree of a size.

        Raises:
            ValueError: the log has no such entry or size.
        """
        with self.engine.connect() as connection:
            return inclusion_path(seq, _had(connection, size), subtrees(connection))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Give the RFC 6962 consistency proof between two sizes.

        Raises:
            ValueError: the log has no such sizes.
        """
        with self.engine.connect() as connection:
            return consistency_proof(old, _had(connection, new), subtrees(connection))

    def commitments(self, seq: int) -> Committed:
        """Give what is stored of one entry: what opens its commitments, None where erased or not matching.

        Raises:
            ValueError: the log has no such entry.
            EvidenceError: its kind, person or times do not match its leaf.
        """
        with self.engine.connect() as connection:
            rows = fetch(connection, WHOLE, seq=seq)
        if not rows:
            raise ValueError(f"the log has no entry {seq}")
        return committed(rows[0])

    def receipt(self, seq: int, *, origin: str, tag_key: bytes = b"") -> Receipt:
        """Give the receipt of an entry, to be signed by the caller; ``tag_key`` is the person's own, if known.

        Raises:
            ValueError: the log has no such entry.
            EvidenceError: its decision part was erased, or the entry does not match its leaf.
        """
        fresh = self._fresh.get(seq)  # committed by this process a moment ago, and no erasure passed through it since
        stored = committed(fresh) if fresh else self.commitments(seq)
        if stored.decision is None:
            raise EvidenceError("the entry has no readable decision part", about=f"log entry {seq}",
                                reason="entry-unreadable", remedy="No receipt can be given for it any more.")
        if not fresh:
            stored.decision.value()
        return Receipt(origin=origin, seq=seq, kind=stored.kind, about=stored.about, decision=stored.decision,
                       particulars=stored.particulars_commitment, issued_at=self._clock.now(), tag_key=tag_key)


def _had(connection: Connection, size: int) -> int:
    """Insist that the log has had a size."""
    if size > (have := size_of(connection)):
        raise ValueError(f"the log has {have} entries, not {size}")
    return size


def _already_writing() -> ValueError:
    return ValueError("this thread is writing already; append through the open transaction")
