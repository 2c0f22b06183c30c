"""How far the log has ever come, kept with the keys and apart from the database, so that an older database is recognised.

The file is a row of marks, each the log's size and root under a key of the workspace, and before each mark the entries since
the last that restrict what may be done with somebody's words. It grows, and holds no text.

Rules kept here:

- A log that does not continue the last mark answers nothing and takes nothing: neither a question nor an entry.
- The mark follows every append. It is made durable at once where words leave the disk or a release closes; elsewhere a
  power cut may cost it some seconds, which the next append makes up for from the log.
- What a crash tore off the end is passed over; anything else that does not verify is an error.

Read next: ``kept_log.py``, ``usecases/restore.py``.

Law: CHO-05
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from licit.core.errors import EvidenceError, SetupError, UnavailableError
from licit.core.ids import SubjectId, canonical_json, keyed
from licit.core.notes import read_moment
from licit.core.ports import Keys, Mark, NewEntry, Withheld
from licit.core.rights import Entry

from .vault import create_private

if TYPE_CHECKING:
    from .kept_log import Just, KeptLog

# lines are written out rather than through canonical_json, which costs five times as much on the path of every append
_quote = json.encoder.encode_basestring
_START = b'{"before":'
_WINDOW = 1 << 16
_TAG = "licit/high-water"
#: What a restriction decides; whatever was typed beside it stays in the log alone.
SAID = frozenset({"purposes", "target", "with", "keys", "names", "source", "verdict"})


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
        #: The last mark that this object wrote: nothing is read again while the file ends there.
        self._wrote: _Placed | None = None

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

    def follow(self, log: "KeptLog", *, just: "Just | None" = None, pending: int | None = None, fresh: bool = False) -> None:
        """Bring the mark up to the log's head.

        Args:
            log: the log that was appended to.
            just: the transaction that was just committed; where the mark stood at its start, nothing is read back.
            pending: the size to which this log is known to have been, where entries of it are lost; None leaves it.
            fresh: whether the log need not continue the last mark, because a backup was just put back.

        Raises:
            EvidenceError: the log does not continue the last mark.
            UnavailableError: the mark cannot be written; what was appended stays.
        """
        try:
            with self._held(buffering=0) as file:
                placed = self._last(file)
                mark = placed.mark
                known = just if just and mark == log.seen and mark.size == just.written.start else None
                size, root = known.written.head() if known else log.real_head()
                now = Mark(size=size, root=root, pending=mark.pending if pending is None else pending, restored=fresh)
                if now == replace(mark, restored=fresh):
                    return
                if not fresh and mark != log.seen:
                    log.continues(mark)
                since = 0 if fresh else mark.size
                body, durable = (b"", True) if fresh else log.withheld(since, size, known)
                mac = self._code(now, body, placed.mac)
                line = _line(now, body, placed.mac, mac)
                self._wrote = None
                if file.seek(0, os.SEEK_END) != placed.end:
                    file.truncate(placed.end)
                    file.seek(placed.end)
                _write(file, body + line)
                self._wrote = _Placed(mark=now, mac=mac, end=placed.end + len(body) + len(line))
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
    def _held(self, buffering: int = -1) -> Iterator[BinaryIO]:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise SetupError(f"the mark of how far the log has come cannot be opened: {error.strerror}",
                             about=f"keys/{self._path.name}", remedy="Restore it with the newest copy of keys/. Only where "
                             "there never was one: licit init DIR.") from None
        with os.fdopen(descriptor, "r+b", buffering) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def _last(self, file: BinaryIO) -> _Placed:
        """Find the last mark that is whole; what stands after it was torn by a crash."""
        size, window = file.seek(0, os.SEEK_END), _WINDOW
        if self._wrote and self._wrote.end == size:
            return self._wrote
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

    def _code(self, mark: Mark, batch: bytes, before: str) -> str:
        return keyed(self._keys.secret("audit"), _TAG, _line(mark, batch, before)).hex()

    def _checked(self, line: bytes, batch: bytes, before: str) -> tuple[Mark, str]:
        try:
            value = json.loads(line)
            mark = Mark(size=value["size"], root=bytes.fromhex(value["root"]), pending=value["pending"],
                        restored=value["restored"])
            mac, coded = value["mac"], _line(mark, batch, before)
            if _line(mark, batch, before, mac) == line and any(
                    hmac.compare_digest(keyed(key, _TAG, coded).hex(), mac)
                    for key in self._keys.epochs("audit").values()):
                return mark, mac
        except (ValueError, KeyError, TypeError):
            pass
        raise EvidenceError("a line is damaged, missing, or of another workspace", about=f"keys/{self._path.name}",
                            remedy="Restore keys/ from its newest copy, whole.")


def _write(file: BinaryIO, data: bytes) -> None:
    """Write all of it to a file without a buffer, which may take a part at a time."""
    while data:
        data = data[file.write(data):]


def _line(mark: Mark, batch: bytes, before: str, mac: str = "") -> bytes:
    """Write a mark as canonical JSON: what its code covers, or, with the code, its line."""
    first = f'{{"before":{_quote(before)},"bytes":{len(batch)},"entries":"{hashlib.sha256(batch).hexdigest()}",'
    last = (f'"pending":{mark.pending},"restored":{"true" if mark.restored else "false"},"root":"{mark.root.hex()}",'
            f'"size":{mark.size}}}')
    return (f'{first}"mac":{_quote(mac)},{last}\n' if mac else first + last).encode()


class Restriction(NamedTuple):
    """What is put down of an entry that restricts; ``received_at`` as it is written, ``said`` by :func:`said`."""

    seq: int
    kind: str
    subject: str
    received_at: str
    said: bytes


def said(decision: Mapping[str, Any] | None) -> bytes:
    """Write what a restriction decides as canonical JSON, ``null`` where it cannot be read."""
    return canonical_json(None if decision is None else {name: decision[name] for name in SAID & decision.keys()})


def put_down(entry: Restriction, person: tuple[bytes, str, str] | None) -> bytes:
    """Write an entry that restricts as a line of canonical JSON, with how its person is found."""
    found = f'["{person[0].hex()}",{_quote(person[1])},{_quote(person[2])}]' if person else "null"
    return b'{"decision":%b,%b' % (entry.said, (
        f'"kind":{_quote(entry.kind)},"person":{found},"received_at":{_quote(entry.received_at)},"seq":{entry.seq},'
        f'"subject":{_quote(entry.subject)}}}\n').encode())


def _withheld(line: bytes) -> Withheld:
    value = json.loads(line)
    person = value["person"]
    entry = Entry(seq=value["seq"], kind=value["kind"], subject=SubjectId(value["subject"]), decision=value["decision"],
                  received_at=read_moment(value["received_at"]), recorded_at=read_moment(value["received_at"]))
    return again(entry, (bytes.fromhex(person[0]), person[1], person[2]) if person else None)


def again(entry: Entry, person: tuple[bytes, str, str] | None) -> Withheld:
    """Give an entry to be entered again; one that cannot be read refused all that its person has, and does so again."""
    kind, decision = (entry.kind, entry.decision) if entry.decision is not None else ("objection", {})
    return Withheld(seq=entry.seq, person=person, entry=NewEntry(kind=kind, subject=entry.subject, decision=decision,
                                                                 received_at=entry.received_at))
