"""How far the log has ever come, kept with the keys and apart from the database, so that an older database is recognised.

The file is a row of marks, each the log's size and root under a key of the workspace, and before each mark the entries since
the last that restrict what may be done with somebody's words. It grows, and holds no text.

Rules kept here:

- A log that does not continue the last mark answers nothing and takes nothing: neither a question nor an entry.
- The mark follows every append. It is made durable at once where words leave the disk or a release closes; elsewhere a
  power cut may cost it some seconds, which the next append makes up for from the log.
- What a crash tore off the end is passed over; anything else that does not verify is an error.

Read next: ``usecases/restore.py``.

Law: CHO-05
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Engine, bindparam, select

from licit.core.errors import EvidenceError, SetupError, UnavailableError
from licit.core.ids import SubjectId, canonical_json, keyed
from licit.core.notes import moment, read_moment
from licit.core.ports import Clock, Keys, Mark, NewEntry, Withheld
from licit.core.rights import KINDS, RESTRICTING, Entry
from licit.core.tree import verify_consistency

from .database import fetch, insert
from .identities import lookup_commitment, subject, subject_index, tag_commitment
from .log_store import SqlLog, Writing
from .vault import create_private

_START = b'{"before":'
_WINDOW = 1 << 16
#: Entries after which the mark must be on disk before anybody is told that the work is done.
_DURABLE = frozenset({"erasure", "rewrite", "release-closed", "loss"})

#: What a restriction decides; whatever was typed beside it stays in the log alone.
_SAID = ("purposes", "target", "with", "keys", "names")
#: Entries that say what lies on disk or what was closed, which a restored workspace says for itself.
_OF_FILES = frozenset({"subject", "arrival", "rewrite", "release-closed", "release-withdrawn", "key"})
_PERSON = (select(subject.c.tag_key, subject.c.created_at, subject_index.c.lookup)
           .join(subject_index, subject_index.c.subject == subject.c.subject)
           .where(subject.c.subject == bindparam("name")))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A mark with its code and where its line ends in the file."""

    mark: Mark
    mac: str
    end: int


class HighWater:
    """The port ``HighWater`` on one file beside the keys."""

    def __init__(self, path: Path, keys: Keys) -> None:
        """Use a file that exists, or will when it is first asked."""
        self._path, self._keys = path, keys

    @classmethod
    def create(cls, path: Path) -> None:
        """Make an empty file; the first append puts the first mark.

        Raises:
            SetupError: it exists already.
        """
        create_private(path, b"")

    def last(self) -> Mark:
        """Give the newest mark; of size 0 where there is none yet.

        Raises:
            SetupError: the file is missing.
        """
        with self._held() as file:
            return self._last(file).mark

    def follow(self, log: "KeptLog", *, pending: int | None = None, fresh: bool = False) -> None:
        """Bring the mark up to the log's head.

        Args:
            log: the log that was appended to.
            pending: the size to which this log is known to have been, where entries of it are lost; None leaves it.
            fresh: whether the log need not continue the last mark, because a backup was just put back.

        Raises:
            EvidenceError: the log does not continue the last mark.
            UnavailableError: the mark cannot be written; what was appended stays.
        """
        try:
            with self._held() as file:
                placed = self._last(file)
                mark = placed.mark
                size, root = log.real_head()
                now = Mark(size=size, root=root, pending=mark.pending if pending is None else pending, restored=fresh)
                if now == replace(mark, restored=fresh):
                    return
                if not fresh and mark != log.seen:
                    log.continues(mark)
                since = 0 if fresh else mark.size
                body, durable = (b"", True) if fresh else log.withheld(since, size)
                file.truncate(placed.end)
                file.seek(placed.end)
                file.write(body + self._line(now, body, placed.mac))
                file.flush()
                if durable or pending is not None:
                    os.fsync(file.fileno())
                log.seen = now
        except OSError as error:
            raise UnavailableError(f"what was asked is recorded, but the mark beside the keys is not: {error.strerror}",
                                   about=self._path.name, remedy="Free the way and run any command that records.") from None

    def segments(self) -> list[tuple[list[Mark], list[Withheld]]]:
        """Give all marks and all entries, parted where a backup was put back; every byte is checked.

        Raises:
            EvidenceError: a line is damaged or missing.
        """
        out: list[tuple[list[Mark], list[Withheld]]] = [([], [])]
        mac, batch = "", bytearray()
        with self._held() as file:
            end = self._last(file).end
            file.seek(0)
            while file.tell() < end:
                line = file.readline()
                if not line.startswith(_START):
                    batch += line
                    continue
                mark, mac = self._checked(line, bytes(batch), mac)
                if mark.restored:
                    out.append(([], []))
                out[-1][0].append(mark)
                out[-1][1].extend(map(_withheld, bytes(batch).splitlines()))
                batch.clear()
        return out

    @contextmanager
    def _held(self) -> Iterator[BinaryIO]:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise SetupError(f"the mark of how far the log has come cannot be opened: {error.strerror}",
                             about=f"keys/{self._path.name}", remedy="Restore it with the newest copy of keys/. Only where "
                             "there never was one: licit init DIR.") from None
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def _last(self, file: BinaryIO) -> _Placed:
        """Find the last mark that is whole; what stands after it was torn by a crash."""
        size, window = file.seek(0, os.SEEK_END), _WINDOW
        while size:
            start = max(0, size - window)
            file.seek(start)
            tail = file.read(size - start)
            end = len(tail)
            while (line_end := tail.rfind(b"\n", 0, end)) >= 0:
                line_start = tail.rfind(b"\n", 0, line_end) + 1
                if line_start == 0 and start:
                    break
                line = tail[line_start:line_end + 1]
                if line.startswith(_START) and (found := self._whole(file, line, start + line_start)):
                    return found
                end = line_start
            if not start:
                raise EvidenceError("no mark in it verifies", about=f"keys/{self._path.name}",
                                    remedy="Restore keys/ from its newest copy, whole.")
            window *= 4
        return _Placed(mark=Mark(size=0, root=hashlib.sha256().digest()), mac="", end=0)

    def _whole(self, file: BinaryIO, line: bytes, at: int) -> _Placed | None:
        """Read a mark with the entries before it; None where they do not verify."""
        try:
            before, size = str(json.loads(line)["before"]), int(json.loads(line)["bytes"])
            file.seek(at - size)
            mark, mac = self._checked(line, file.read(size), before)
        except (EvidenceError, ValueError, KeyError, TypeError, OSError):
            return None
        return _Placed(mark=mark, mac=mac, end=at + len(line))

    def _line(self, mark: Mark, batch: bytes, before: str) -> bytes:
        body = _body(mark, batch, before)
        return canonical_json({**body, "mac": self._codes(body)[-1]}) + b"\n"

    def _codes(self, body: Mapping[str, Any]) -> list[str]:
        return [keyed(key, "licit/high-water", canonical_json(body)).hex() for key in self._keys.epochs("audit").values()]

    def _checked(self, line: bytes, batch: bytes, before: str) -> tuple[Mark, str]:
        try:
            value = json.loads(line)
            mark = Mark(size=value["size"], root=bytes.fromhex(value["root"]), pending=value["pending"],
                        restored=value["restored"])
            body = _body(mark, batch, before)
            if canonical_json({**body, "mac": value["mac"]}) + b"\n" == line and any(
                    hmac.compare_digest(code, value["mac"]) for code in self._codes(body)):
                return mark, value["mac"]
        except (ValueError, KeyError, TypeError):
            pass
        raise EvidenceError("a line is damaged, missing, or of another workspace", about=f"keys/{self._path.name}",
                            remedy="Restore keys/ from its newest copy, whole.")


def _body(mark: Mark, batch: bytes, before: str) -> dict[str, Any]:
    return {"before": before, "bytes": len(batch), "entries": hashlib.sha256(batch).hexdigest(), "size": mark.size,
            "root": mark.root.hex(), "pending": mark.pending, "restored": mark.restored}


def _written(entry: Entry, person: Sequence[Any] | None) -> bytes:
    said = entry.decision
    return canonical_json({
        "decision": None if said is None else {name: said[name] for name in _SAID if name in said}, "kind": entry.kind,
        "seq": entry.seq,
        "subject": str(entry.subject), "received_at": moment(entry.received_at),
        "person": [person[0].hex(), person[1], person[2]] if person else None}) + b"\n"


def _withheld(line: bytes) -> Withheld:
    value = json.loads(line)
    person = value["person"]
    entry = Entry(seq=value["seq"], kind=value["kind"], subject=SubjectId(value["subject"]), decision=value["decision"],
                  received_at=read_moment(value["received_at"]), recorded_at=read_moment(value["received_at"]))
    return _again(entry, (bytes.fromhex(person[0]), person[1], person[2]) if person else None)


def _again(entry: Entry, person: tuple[bytes, str, str] | None) -> Withheld:
    """Give an entry to be entered again; one that cannot be read refused all that its person has, and does so again."""
    kind, decision = (entry.kind, entry.decision) if entry.decision is not None else ("objection", {})
    return Withheld(seq=entry.seq, person=person, entry=NewEntry(kind=kind, subject=entry.subject, decision=decision,
                                                                 received_at=entry.received_at))


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
        self.water.follow(self)

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
        people = self._people([str(entry.subject) for entry in entries if entry.subject])
        return [_again(entry, people.get(str(entry.subject))) for entry in entries]

    def put_back(self, pending: int) -> None:
        """Mark the log as it is after a backup was put back; what it once held is pending until accepted."""
        self.water.follow(self, pending=pending, fresh=True)

    def accept(self) -> None:
        """Mark that what was pending is accepted."""
        self.water.follow(self, pending=0)

    def settle(self) -> None:
        """Bring the mark up to the head, as every append does by itself."""
        self.water.follow(self)

    def withheld(self, start: int, stop: int) -> tuple[bytes, bool]:
        """Write the entries since a mark that restrict, with how their people are found; tell whether to make it durable."""
        entries = list(super().entries(start=start, stop=stop, kinds=RESTRICTING | _DURABLE))
        wanted = [entry for entry in entries if entry.kind in RESTRICTING]
        people = self._people([str(entry.subject) for entry in wanted if entry.subject])
        lines = b"".join(_written(entry, people.get(str(entry.subject))) for entry in wanted)
        return lines, any(entry.kind in _DURABLE for entry in entries)

    def _people(self, names: Sequence[str]) -> dict[str, tuple[bytes, str, str]]:
        out: dict[str, tuple[bytes, str, str]] = {}
        with self.engine.connect() as connection:
            for name in dict.fromkeys(names):
                for tag_key, created_at, lookup in fetch(connection, _PERSON, name=name):
                    out[name] = (bytes(tag_key), created_at, lookup)
        return out

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
