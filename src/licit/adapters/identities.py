"""The random subject id of every person known, found by keyed hash only, and the person's own tag key.

Rules kept here:

- A subject id is random and made once per (issuer, kind, key), under the one writer's lock: two imports at the same
  moment give one person, not two of whom one has no objection.
- Look-ups try every epoch of the key ``lookup``; new rows are written under the current one. No raw key is stored.
- Each new subject is an entry of the log, made in the same transaction. It commits to the tag key, which the person's
  receipt carries, and to the look-up row, so that a row that is moved, changed or lost shows (:meth:`check`).

Read next: ``core/notes.py`` (``release_tag``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol

from sqlalchemy import Column, Connection, ForeignKey, String, Table, bindparam, func, select

from licit.core.errors import EvidenceError
from licit.core.ids import SubjectId, hex_digest, lookup_by, short_text
from licit.core.notes import moment
from licit.core.ports import Clock, Keys, NewEntry

from .database import Big, Bytes, Guard, among, fetch, insert, inspect, metadata, snapshot
from .log_store import SqlLog, Writing

USE = "lookup"

_CHUNK = 500
_TAG_KEY = 32
_ID = 17  # bytes: 26 base32 characters hold 130 bits

subject = Table(
    "subject", metadata,
    Column("subject", String, primary_key=True),
    Column("tag_key", Bytes, nullable=False),
    Column("created_at", String, nullable=False),
    Column("entry", Big, ForeignKey("log.seq"), nullable=False))
subject_index = Table(
    "subject_index", metadata,
    Column("lookup", String, primary_key=True),
    Column("subject", String, ForeignKey("subject.subject"), nullable=False))

GUARDS = (Guard(table="subject", key=("subject",)), Guard(table="subject_index", key=("lookup",)))

_BY_LOOKUP = "SELECT lookup, subject FROM subject_index WHERE lookup IN"
_ONE = select(subject_index.c.lookup, subject_index.c.subject).where(subject_index.c.lookup == bindparam("lookup"))
_BY_SUBJECT = (select(subject.c.subject, subject.c.tag_key, subject.c.entry, subject_index.c.lookup)
               .outerjoin(subject_index, subject_index.c.subject == subject.c.subject)
               .where(subject.c.subject.in_(bindparam("some", expanding=True))))
_TAG_KEYS = select(subject.c.subject, subject.c.tag_key).where(
    subject.c.subject.in_(bindparam("some", expanding=True)))

Person = tuple[str, str, str]


class EpochKeys(Keys, Protocol):
    """Keys whose older epochs can still be read."""

    def epochs(self, use: str) -> Mapping[str, bytes]:
        """Give every epoch's key by its name, the current one last."""
        ...


def tag_commitment(tag_key: bytes) -> str:
    """Give what the log says of a person's tag key; the key has 32 random bytes, so nothing can be guessed."""
    return hex_digest("licit/tag-key", tag_key)


def lookup_commitment(lookup: str) -> str:
    """Give what the log says of a person's look-up row."""
    return hex_digest("licit/subject-lookup", lookup.encode())


class SqlIdentities:
    """The port ``Identities`` beside the log; any number of threads and processes may use it."""

    def __init__(self, log: SqlLog, clock: Clock, keys: EpochKeys) -> None:
        """Use the database of a log."""
        self._log, self._clock, self._keys = log, clock, keys

    def subjects_for(self, people: Sequence[Person], *, create: bool) -> list[SubjectId]:
        """Give a subject id for each (issuer, kind, raw key), in order; "" where unknown and ``create`` is false.

        Raises:
            SetupError: the key file lacks the use ``lookup``.
            UnavailableError: another process held the writer's lock too long; nobody was made.
        """
        epochs, different = self._keys.epochs(USE), list(dict.fromkeys(people))
        lookups = _lookups(epochs, different)
        with self._log.engine.connect() as connection:
            known = _find(connection, lookups)
        if create and len(known) < len(different):
            with self._log.writing() as now:
                # again under the lock, with the keys as they are now: somebody else may have made or rotated them
                lookups = [{lookup: person for lookup, person in some.items() if person not in known}
                           for some in (lookups if self._keys.epochs(USE) == epochs
                                        else _lookups(self._keys.epochs(USE), different))]
                known |= (late := _find(now.connection, lookups))
                known |= self._make(now, {person: lookup for lookup, person in lookups[-1].items()
                                          if person not in late})
        return [known.get(person, SubjectId("")) for person in people]

    def tag_keys(self, subjects: Iterable[SubjectId]) -> dict[SubjectId, bytes]:
        """Give the tag key of each subject that is known."""
        with self._log.engine.connect() as connection:
            return {SubjectId(row.subject): bytes(row.tag_key)
                    for some in _chunks(list(subjects)) for row in connection.execute(_TAG_KEYS, {"some": some})}

    def check(self) -> int:
        """Check every subject against its entry in the log; give how many there are.

        Raises:
            EvidenceError: a subject or look-up row was changed, moved, lost or added without the log.
        """
        entries = self._log.entries(kinds=("subject",))
        found = 0
        while some := list(islice(entries, _CHUNK)):
            found += len(some)
            with self._log.engine.connect() as connection:
                rows = connection.execute(_BY_SUBJECT, {"some": [entry.subject for entry in some]}).all()
            stored = {row.entry: (row.subject, tag_commitment(row.tag_key), lookup_commitment(row.lookup or ""))
                      for row in rows}
            for entry in some:
                if entry.decision is not None and stored.get(entry.seq) != (
                        entry.subject, entry.decision["commitment"], entry.decision["lookup"]):
                    raise EvidenceError("a person's rows differ from the log", about=f"log entry {entry.seq}",
                                        remedy="Somebody changed the database by hand; restore a backup.")
        with snapshot(self._log.engine) as connection:
            inspect(connection, GUARDS)
            counts = [connection.execute(select(func.count()).select_from(table)).scalar_one()
                      for table in (subject, subject_index)]
        if counts != [found, found]:
            raise EvidenceError(f"the log names {found} people, and the tables {counts[0]} and {counts[1]}",
                                about="table subject", remedy="Somebody changed the database by hand.")
        return found

    def _make(self, now: Writing, people: Mapping[Person, str]) -> dict[Person, SubjectId]:
        """Make a subject for each person, to be found by the look-up hash given."""
        at, fresh = self._clock.now(), self._keys.random((_ID + _TAG_KEY) * len(people))
        made: dict[Person, SubjectId] = {}
        entries, rows, index = [], [], []
        for number, (person, lookup) in enumerate(people.items()):
            part = fresh[(_ID + _TAG_KEY) * number:(_ID + _TAG_KEY) * (number + 1)]
            made[person] = new = SubjectId("s" + short_text(part[:_ID]))
            tag_key = part[_ID:]
            entries.append(NewEntry(kind="subject", subject=new, received_at=at, decision={
                "commitment": tag_commitment(tag_key), "lookup": lookup_commitment(lookup)}))
            rows.append((new, tag_key, moment(at)))
            index.append((lookup, new))
        seqs = now.append(entries)
        insert(now.connection, subject, [(*row, seq) for row, seq in zip(rows, seqs, strict=True)])
        insert(now.connection, subject_index, index)
        return made


def _lookups(epochs: Mapping[str, bytes], people: Sequence[Person]) -> list[dict[str, Person]]:
    """Hash people under every epoch, the current one last."""
    hashers = [lookup_by(key, name) for name, key in epochs.items()]
    return [{hasher(*person): person for person in people} for hasher in hashers]


def _find(connection: Connection, lookups: Iterable[Mapping[str, Person]]) -> dict[Person, SubjectId]:
    """Find people under any epoch; the newest epoch wins."""
    found: dict[Person, SubjectId] = {}
    for people in lookups:
        for lookup, subject in (among(connection, _BY_LOOKUP, list(people)) if len(people) != 1
                                else fetch(connection, _ONE, lookup=next(iter(people)))):  # by far the most usual
            found[people[lookup]] = SubjectId(subject)
    return found


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start:start + _CHUNK]
