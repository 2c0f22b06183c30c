"""The log under its mark: behind it, and while lost entries are not accepted, it answers nothing and takes nothing.

Rules kept here:

- Every append brings the mark up before its caller hears of it; where nobody else wrote, from what is at hand.
- Entries that a restored log lacks are entered again in their order, never put in their old places.

Law: CHO-05
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select

from licit.core.errors import EvidenceError
from licit.core.ids import SubjectId
from licit.core.notes import moment, read_moment
from licit.core.ports import Clock, Keys, Mark, NewEntry, Withheld
from licit.core.rights import KINDS, RESTRICTING, Entry
from licit.core.tree import verify_consistency

from .database import fetch, insert
from .high_water import SAID, HighWater, Restriction, again, put_down, said
from .identities import lookup_commitment, subject, subject_index, tag_commitment
from .log_store import SqlLog, Writing

#: Entries after which the mark must be on disk before anybody is told that the work is done.
_DURABLE = frozenset({"erasure", "rewrite", "compaction", "release-closed", "loss"})
#: Entries that say what lies on disk or what was closed, which a restored workspace says for itself.
_OF_FILES = frozenset({"subject", "arrival", "rewrite", "compaction", "release-closed", "release-withdrawn", "key"})
_FOUND = (select(subject.c.subject, subject.c.tag_key, subject.c.created_at, subject_index.c.lookup)
          .join(subject_index, subject_index.c.subject == subject.c.subject))
_PERSON = _FOUND.where(subject.c.subject == bindparam("name"))
_PEOPLE = _FOUND.where(subject.c.subject.in_(bindparam("names", expanding=True)))
_AT_ONCE = 500

#: How people are found: their tag key, when they were made known, and their look-up.
_Found = dict[str, tuple[bytes, str, str]]


def _at_hand(known: Writing) -> tuple[list[Restriction], bool]:
    """Read the entries of a transaction that restrict from what was written; tell whether one must be durable."""
    bodies: dict[bytes, bytes] = {}  # many say the same, and reading it costs more than all the rest of a line
    wanted = []
    for seq, (kind, subject_id, received_at, decision, _) in enumerate(known.written, known.start):
        if kind in RESTRICTING:
            body = bodies.get(decision)
            if body is None:
                value = json.loads(decision)
                body = bodies[decision] = decision if SAID.issuperset(value) else said(value)
            wanted.append(Restriction(seq, kind, subject_id, received_at, body))
    return wanted, not _DURABLE.isdisjoint({entry.kind for entry in known.written})


def _people(connection: Connection, wanted: Iterable[str]) -> _Found:
    names = [name for name in dict.fromkeys(wanted) if name]
    rows: list[Any] = []
    if len(names) == 1:  # by far the most usual, and cheaper without a list of values
        rows = fetch(connection, _PERSON, name=names[0])
    else:
        for at in range(0, len(names), _AT_ONCE):
            rows += connection.execute(_PEOPLE, {"names": names[at:at + _AT_ONCE]}).all()
    return {name: (bytes(tag_key), created_at, lookup) for name, tag_key, created_at, lookup in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Just:
    """A transaction that was just committed, with what the mark puts down of it, looked up while it was open."""

    written: Writing
    wanted: list[Restriction] = field(repr=False)
    people: _Found = field(repr=False)
    durable: bool


class KeptLog(SqlLog):
    """The log under its mark: behind it, and while lost entries are not accepted, it answers nothing and takes nothing."""

    def __init__(self, engine: Engine, clock: Clock, keys: Keys, water: HighWater, *, restoring: bool = False) -> None:
        """Open the log; ``restoring`` lets a restore work on a log whose lost entries nobody has accepted yet."""
        super().__init__(engine, clock, keys)
        self.water, self._restoring, self._sound = water, restoring, False
        #: The last mark that this log itself put, which it therefore continues.
        self.seen: Mark | None = None

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Open a write transaction as :meth:`SqlLog.writing`, and bring the mark up when it was committed.

        Raises:
            EvidenceError: the log does not continue its mark, or lost entries are not accepted.
        """
        self._check()
        with super().writing() as now:
            yield now
            wanted, durable = _at_hand(now)
            people = _people(now.connection, [entry.subject for entry in wanted])
        self.water.follow(self, just=Just(written=now, wanted=wanted, people=people, durable=durable))

    def head(self) -> tuple[int, bytes]:
        """Give the size and the root, as :meth:`SqlLog.head`, of a log that continues its mark."""
        self._check()
        return super().head()

    def entries(self, *, start: int = 0, stop: int | None = None, subject: SubjectId | None = None,
                kinds: Iterable[str] = ()) -> Iterator[Entry]:
        """Give entries, as :meth:`SqlLog.entries`, of a log that continues its mark."""
        self._check()
        yield from super().entries(start=start, stop=stop, subject=subject, kinds=kinds)

    def real_head(self) -> tuple[int, bytes]:
        """Give size and root whatever the mark says."""
        return super().head()

    def _check(self) -> None:
        if self._sound or self._restoring:
            return
        mark = self.water.last()
        if mark.pending:
            raise EvidenceError("this workspace was restored without the last entries of its log (it has been "
                                f"{mark.pending:,} entries long), and nobody has accepted that", about="log",
                                reason="log-behind", remedy="Restore again with the newer database: licit restore BACKUP "
                                "--log licit.db; or, where it is lost, accept that on the record: licit restore "
                                "--accept-lost-entries --by NAME --why TEXT.")
        self.continues(mark)
        self._sound = True

    def continues(self, mark: Mark) -> None:
        """Insist that the log is the one that was marked, or goes on from it.

        Raises:
            EvidenceError: it is older, or another.
        """
        size, root = self.real_head()
        if size < mark.size:
            raise EvidenceError(f"the log has {size:,} entries and has had {mark.size:,}: this is an older database, and "
                                f"refusals recorded since would be lost", about="log", reason="log-behind",
                                remedy="Put the newest licit.db back; or restore a whole backup: licit restore.")
        try:
            verify_consistency(mark.size, size, mark.root, root, self.consistency(mark.size, size) if mark.size else [])
        except EvidenceError:
            raise EvidenceError("the log is not the one that the mark beside the keys names", about="log",
                                reason="log-behind", remedy="Put the newest licit.db back; or restore a whole backup: "
                                "licit restore.") from None

    # --- restoring ------------------------------------------------------------------------------------------------

    def last(self) -> Mark:
        """Give the newest mark."""
        return self.water.last()

    def lost(self) -> list[Withheld] | None:
        """Give the entries that restrict and that the log lacks; None when it continues the newest mark.

        Raises:
            EvidenceError: the marks are damaged, or none of them is of this log.
        """
        try:
            self.continues(self.water.last())
            return None
        except EvidenceError:
            return self._since()

    def _since(self) -> list[Withheld]:
        size, _ = self.real_head()
        segments = self.water.segments()
        for number in range(len(segments) - 1, -1, -1):
            marks, entries = segments[number]
            known = [mark for mark in marks if mark.size <= size]
            if not known:
                continue
            with suppress(EvidenceError):
                self.continues(known[-1])
                later = [entry for _, some in segments[number + 1:] for entry in some]
                return [entry for entry in entries if entry.seq >= size] + later
        raise EvidenceError("no mark beside these keys is of this log", about="log", reason="log-behind",
                            remedy="Name the keys that belong to this backup: --keys DIR.")

    def since(self, size: int, root: bytes) -> list[Withheld]:
        """Give what may be entered again of the entries after a position.

        Raises:
            EvidenceError: this log never had that root at that size.
        """
        self.continues(Mark(size=size, root=root))
        entries = list(super().entries(start=size, kinds=KINDS - _OF_FILES))
        with self.engine.connect() as connection:
            people = _people(connection, [str(entry.subject) for entry in entries])
        return [again(entry, people.get(str(entry.subject))) for entry in entries]

    def put_back(self, pending: int) -> None:
        """Mark the log as it is after a backup was put back; what it once held is pending until accepted."""
        self.water.follow(self, pending=pending, fresh=True)

    def accept(self) -> None:
        """Mark that what was pending is accepted."""
        self.water.follow(self, pending=0)

    def settle(self) -> None:
        """Bring the mark up to the head, as every append does by itself."""
        self.water.follow(self)

    def withheld(self, start: int, stop: int, just: Just | None = None) -> tuple[bytes, bool]:
        """Write the entries since a mark that restrict, with how their people are found; tell whether to make it durable.

        ``just`` is the transaction that appended them, where they are at hand.
        """
        if just:
            wanted, people, durable = just.wanted, just.people, just.durable
        else:
            entries = list(super().entries(start=start, stop=stop, kinds=RESTRICTING | _DURABLE))
            wanted = [Restriction(entry.seq, entry.kind, str(entry.subject), moment(entry.received_at),
                                  said(entry.decision)) for entry in entries if entry.kind in RESTRICTING]
            durable = any(entry.kind in _DURABLE for entry in entries)
            with self.engine.connect() as connection:
                people = _people(connection, [entry.subject for entry in wanted])
        return b"".join(put_down(entry, people.get(entry.subject)) for entry in wanted), durable

    def enter_again(self, lost: Sequence[Withheld]) -> None:
        """Append entries that a restored log lacks, in their order; people it does not know are made known as they were."""
        with self.writing() as now:
            for item in lost:
                name, person = item.entry.subject, item.person
                if person and not now.connection.execute(select(subject).where(subject.c.subject == name)).first():
                    (seq,) = now.append([NewEntry(kind="subject", subject=name, received_at=read_moment(person[1]), decision={
                        "commitment": tag_commitment(person[0]), "lookup": lookup_commitment(person[2])})])
                    insert(now.connection, subject, [(name, person[0], person[1], seq)])
                    insert(now.connection, subject_index, [(person[2], name)])
                now.append([item.entry])
