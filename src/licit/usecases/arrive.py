"""Import: files in, records stored once, everything counted.

Rules kept here:

- A record is stored with keyed ids only; raw account keys, e-mails and names of senders are dropped on arrival.
- What a caller declares (whose it is, capacity, age, notice, collection dates) fills what the file leaves unknown and
  never replaces what the file knows.
- Importing the same file again changes nothing; a newer state of a record supersedes the older one.
- Who is no user and objected is looked for in what arrives, and what was made of other records concerns their people.
- What could not be read is counted by reason, and the rest goes on; a file that was mended is counted anew.
"""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..core.errors import InputError
from ..core.ids import SubjectId, keyed, record_ids, short_text
from ..core.ports import InputFile, NewEntry
from ..core.records import MADE_FROM, Concern, ConcernRole, Person, PersonKind, Record, SetAside, Turn, altered
from ..pipeline.pack import KNOWN, Packed, Packer
from .alone import storing
from .crawled import Crawled
from .sources import objected, with_sources
from .workspace import Position, Progress, Workspace, inputs_at, silent

#: A shard holds about so many characters of text, or so many records.
SHARD_CHARACTERS = 8_000_000
SHARD_RECORDS = 8_192

_ALLOCATIONS = 20_000
SHARD = pa.schema([("record", pa.string()), ("version", pa.binary(16)), ("source", pa.string()),
                   ("arrived", pa.string()), ("body", pa.string())])
_64_BITS = (1 << 64) - 1
INDEX = pa.schema([("subject", pa.string()), ("record", pa.string()), ("turn", pa.string()), ("role", pa.string())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the person who imports says of records that do not say it themselves.

    ``subject`` is one account for all; ``subject_field`` names a declared field or "id"; ``subject_map`` maps the
    record's id to an account. ``device_field`` names a declared field with the pseudonym of the device on which somebody
    talked logged out. ``collected`` is a pair of days.
    """

    subject: str = ""
    subject_field: str = ""
    subject_map: Mapping[str, str] = field(default_factory=dict, repr=False)
    device_field: str = ""
    issuer: str = ""
    capacity: str = ""
    age: str = ""
    notice: str = ""
    surface: str = ""
    collected: tuple[str, str] = ("", "")


@dataclass(slots=True, kw_only=True)
class FileReport:
    """What one file gave; ``known`` counts records that were already stored in that state.

    ``held`` counts, by reason, new records that name somebody who is no user and objected: no build releases them.
    """

    file: str
    format: str = ""
    records: int = 0
    turns: int = 0
    known: int = 0
    people: "Seen" = field(default_factory=lambda: Seen(), repr=False)
    days: list[str] = field(default_factory=list)
    set_aside: dict[str, int] = field(default_factory=dict)
    strange: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give the report as ``licit import --json`` prints it."""
        return {"file": self.file, "format": self.format, "records": self.records, "turns": self.turns,
                "participants": len(self.people), "period": [min(self.days), max(self.days)] if self.days else None,
                "set_aside": dict(sorted(self.set_aside.items())),
                "not_understood": dict(sorted(self.strange.items())),
                **({"held": dict(sorted(self.held.items()))} if self.held else {})}

    def aside(self, item: SetAside) -> None:
        """Count something that could not be read."""
        self.set_aside[item.reason] = self.set_aside.get(item.reason, 0) + 1
        if len(self.details) < 20:
            self.details.append(f"{item.where}: {item.detail or item.reason}")


def import_paths(workspace: Workspace, paths: Sequence[Path], source: str, declared: Declared, *,
                 forced: str | None = None, progress: Progress = silent) -> Iterator[FileReport]:
    """Import files, folders and archives; give a report for each file as it is done.

    Raises:
        InputError: a path does not exist.
    """
    for path in paths:
        if not path.exists():
            raise InputError("there is no such file or folder", about=str(path))
    shelf = _Shelf(workspace, source, declared)
    done: list[FileReport] = []
    for item in workspace.open_inputs(paths):
        if isinstance(item, SetAside):
            done.append(FileReport(file=item.where))
            done[-1].aside(item)
        elif not workspace.companion(item):
            done.append(FileReport(file=item.name))
            with _seldom_collecting():
                shelf.take(item, done[-1], forced, progress)
        if shelf.full() or not shelf.waiting:
            yield from _finished(shelf, done)
    yield from _finished(shelf, done)


def naming(workspace: Workspace) -> Callable[[str, Record], Sequence[str]]:
    """Give what tells the ids under which a source's record with an id of its own is stored: as nobody's, and as its account's."""
    name = record_ids(workspace.keys.secret("records"))
    return lambda source, record: [name(source, "\x00".join((record.format, account, record.origin_id)))
                                   for account in ("", record.person(record.holder).key if record.holder else "")]


def store(workspace: Workspace, source: str, records: Sequence[Record]) -> FileReport:
    """Store records as an import stores those of a file."""
    shelf, report = _Shelf(workspace, source, Declared()), FileReport(file="API")
    for record in records:
        shelf.put(record, report)
    shelf.flush()
    return report


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Look for cycles of garbage less often: records hold none, and looking took a sixth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(before[0] and max(before[0], _ALLOCATIONS), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _finished(shelf: "_Shelf", done: list[FileReport]) -> Iterator[FileReport]:
    """Store what is waiting, then give the reports of the files it came from; small files share a shard."""
    shelf.flush()
    while done:
        report = done.pop(0)
        shelf.close(report)
        yield report


def declare(record: Record, declared: Declared, source: str, name: str) -> Record:
    """Fill what the record leaves unknown from what was declared, and remember the path for provenance checks.

    Raises:
        InputError: who is said to vouch for the account is licit itself, which would let anybody name a subject's id.
    """
    if KNOWN in (declared.issuer, source):
        raise InputError("this issuer's name is kept for licit's own use", reason="issuer-reserved", remedy="Name who vouches for the account.")
    # The fields that name the account and the device are dropped once they are read: a raw key is not stored.
    kept = dict(record.declared)
    kept.pop(declared.subject_field, None)
    kept.pop(declared.device_field, None)
    values: dict[str, Any] = {"declared": {**kept, "path": name}}
    for attribute, unknown in (("capacity", "unknown"), ("age", "unknown"), ("notice", ""), ("surface", "")):
        given = getattr(declared, attribute)
        if given and getattr(record, attribute) == unknown:
            values[attribute] = given
    if any(declared.collected) and not any(record.collected):
        values["collected"] = declared.collected
    device = record.declared.get(declared.device_field, "") if declared.device_field else ""
    named: list[tuple[PersonKind, str]] = [("account", _account(record, declared)), ("device", device)]
    named = [(kind, key) for kind, key in named if key]
    if named and record.kind == "conversation" and not record.third_parties:
        # Declared beside an account that the export names: all are asked, for each may refuse.
        holders = [Person(ref=f"p{at}", kind=kind, issuer=declared.issuer or source, key=key)
                   for at, (kind, key) in enumerate(named, len(record.people))]
        values |= {"people": (*record.people, *holders), "holder": record.holder or holders[0].ref,
                   "turns": tuple(_held(turn, holders) for turn in record.turns)}
    return altered(record, **values)


def _held(turn: Turn, holders: Sequence[Person]) -> Turn:
    role: ConcernRole = "author" if turn.role == "user" else "holder"
    return altered(turn, concerns=(*turn.concerns, *(Concern(person=person.ref, role=role) for person in holders)))


def _account(record: Record, declared: Declared) -> str:
    if declared.subject_map and record.origin_id in declared.subject_map:
        return declared.subject_map[record.origin_id]
    if declared.subject_field:
        wanted = declared.subject_field
        return record.declared.get(wanted, "") or (record.origin_id if wanted in ("id", "conversation_id") else "")
    return declared.subject


class Seen:
    """Counts how often hashes were seen, at twelve bytes each, so that memory stays flat over a file of any size."""

    _RECENT = 65_536

    def __init__(self) -> None:
        self._values, self._counts = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.uint32)
        self._recent: dict[int, int] = {}

    def __len__(self) -> int:
        self._settle()
        return len(self._values)

    def add(self, value: int) -> None:
        """Take a hash of 64 bits, to be counted once however often it comes."""
        self._recent[value] = 1
        if len(self._recent) > self._RECENT:
            self._settle()

    def count(self, value: int) -> int:
        """Take a hash of 64 bits; give how often it was seen, this time included."""
        seen = self._recent.get(value, 0)
        if not seen and (place := int(np.searchsorted(self._values, np.uint64(value)))) < len(self._values):
            seen = int(self._counts[place]) if self._values[place] == value else 0
        self.add(value)
        self._recent[value] = seen + 1
        return seen + 1

    def _settle(self) -> None:
        """Put what is recent among the rest, where it counts instead of what stood there."""
        number = len(self._recent)
        values = np.concatenate([np.fromiter(self._recent.keys(), np.uint64, number), self._values])
        counts = np.concatenate([np.fromiter(self._recent.values(), np.uint32, number), self._counts])
        self._values, first = np.unique(values, return_index=True)
        self._counts, self._recent = counts[first], {}


#: A record on its way to a shard: its name, itself, and the report of its file.
_Named = tuple[str, Packed, FileReport]


class _Shelf:
    """Gathers records and stores them a shard at a time; a shard counts only once the log knows it."""

    def __init__(self, workspace: Workspace, source: str, declared: Declared) -> None:
        self.workspace, self.source, self.declared = workspace, source, declared
        self.key = workspace.keys.secret("records")
        self.name = record_ids(self.key)
        self.packer = Packer(self.key)
        self.waiting: list[tuple[str, str, Packed, FileReport]] = []
        self.size = 0
        self.contents = Seen()
        self.asides: dict[str, Any] | None = None
        self.crawled = Crawled(workspace, source)

    def close(self, report: FileReport) -> None:
        """Log what was set aside, by a keyed name of the file, so that importing it again counts it once."""
        if self.asides is None:
            self.asides = {str(body["file"]): body["set_aside"] for entry in self.workspace.log.entries(kinds=("arrival",))
                           if (body := entry.decision or {}) and "set_aside" in body}
        file = short_text(keyed(self.key, "licit/file", self.source.encode(), report.file.encode()))
        if report.set_aside != self.asides.get(file, {}):
            self.workspace.enter("arrival", {"file": file, "source": self.source, "set_aside": report.set_aside})
            self.asides[file] = report.set_aside

    def full(self) -> bool:
        """Tell whether enough is waiting for a shard."""
        return self.size >= SHARD_CHARACTERS or len(self.waiting) >= SHARD_RECORDS

    def take(self, file: InputFile, report: FileReport, forced: str | None, progress: Progress) -> None:
        """Read a file; count what it gives and what it does not."""
        self.contents = Seen()
        try:
            reader = self.workspace.recognise(file, forced)
            report.format = reader.name
            self.crawled.read(file)
            for item in reader.read(file):
                if isinstance(item, SetAside):
                    report.aside(item)
                else:
                    self.put(declare(item, self.declared, self.source, file.name), report)
                progress(file.name, report.records, 0)
        except InputError as error:
            report.aside(SetAside(reason=error.reason or "unreadable", where=file.name, detail=error.what))

    def put(self, record: Record, report: FileReport) -> None:
        """Take a record; store a shard when enough are waiting."""
        source = self.source or record.declared.get("source", "")
        if not source:
            raise InputError("a record names no source", about=report.file, reason="source-missing",
                             remedy="Say which with --source ID, or in its metadata.")
        report.records += 1
        report.turns += len(record.turns)
        for turn in record.turns:
            if (day := turn.said_at[:10]) and not (report.days and report.days[0] <= day <= report.days[1]):
                report.days = [min([*report.days[:1], day]), max([*report.days[1:], day])]
            self.size += sum([len(part.text) for part in turn.parts])
        for person in record.people:
            report.people.add(hash((person.issuer, person.key)) & _64_BITS)
        for name, number in record.strange.items():
            report.strange[name] = report.strange.get(name, 0) + number
        if MADE_FROM in record.declared:
            record = with_sources(self.workspace, record)
        packed = self.packer.pack(record)
        origin = packed.origin_id or self._copy(packed)
        self.waiting.append((source, origin, packed, report))
        if self.full():
            self.flush()

    def _copy(self, packed: Packed) -> str:
        """Name a record without an id by its keyed content and which copy of it in its file it is."""
        copy = self.contents.count(int.from_bytes(packed.words[:8], "big"))
        return f"content:{short_text(packed.words)}:{copy}"

    def flush(self) -> None:
        """Store what is waiting: subjects first, then the shard on disk, then the log, then the catalogue."""
        self.crawled.keep()
        waiting, self.waiting, self.size = self.waiting, [], 0
        named: dict[str, list[_Named]] = {}
        anonymous = [self.name(source, "\x00".join((packed.format, "", origin)))
                     for source, origin, packed, _ in waiting]
        stored = self.workspace.catalogue.stored(anonymous)
        for rid, (source, origin, packed, report) in zip(anonymous, waiting, strict=True):
            same = stored.get(rid, (b"", ""))[0][:8] == packed.state[:8]
            if packed.account and not same:  # the same words once imported as nobody's are a state of the same record
                rid = self.name(source, "\x00".join((packed.format, packed.account, origin)))
            named.setdefault(source, []).append((rid, packed, report))
        for source, records in named.items():
            self._store(source, records)

    def _store(self, source: str, records: Sequence["_Named"]) -> None:
        workspace, last = self.workspace, {rid: packed for rid, packed, _ in records}
        stored = workspace.catalogue.stored(list(last))
        fresh: dict[str, Packed] = {}
        for rid, packed, report in records:
            newest = last[rid] is packed
            if packed.state == (stored.get(rid, (b"", ""))[0] if newest else last[rid].state):
                report.known += 1
            elif newest:
                fresh[rid] = packed
            else:
                report.aside(SetAside(reason="repeated-id", where="a record", detail="a later one has the same id"))
        if not fresh:
            return
        versions = {rid: packed.state for rid, packed in fresh.items()}
        # A state that returns after a newer one gets a shard of its own, for what arrives last counts.
        shard = "h" + short_text(keyed(self.key, "licit/shard", *(
            rid.encode() + versions[rid] + stored.get(rid, (b"", ""))[0] for rid in fresh)))
        with storing(workspace):
            if not _logged(workspace, shard):
                self._write(shard, source, fresh)
        reports = {rid: report for rid, _, report in records}
        for rid, reason in objected(workspace, shard).items():
            reports[rid].held[reason] = reports[rid].held.get(reason, 0) + 1
        workspace.catalogue.add(shard, versions)

    def _write(self, shard: str, source: str, fresh: Mapping[str, Packed]) -> None:
        workspace = self.workspace
        subjects = list(_subjects(workspace, list(fresh.values())))
        arrived = workspace.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        index: list[tuple[str, str, str, str]] = []
        bodies = []
        for (rid, packed), known in zip(fresh.items(), subjects, strict=True):
            bodies.append(packed.body(rid, known))
            index += packed.index(rid, known)
        columns = (list(fresh), [packed.state for packed in fresh.values()], [source] * len(fresh),
                   [arrived] * len(fresh), bodies)
        sha256 = workspace.corpus.write(f"shards/{shard}.parquet", _table(SHARD, columns), rows_in_group=1024)
        # sorted by subject
        workspace.corpus.write(f"index/{shard}.parquet", _table(INDEX, list(zip(*sorted(index), strict=True))))
        workspace.log.append([NewEntry(kind="arrival", subject=SubjectId(""), received_at=workspace.clock.now(),
                                       decision={"shard": shard, "sha256": sha256, "records": len(fresh),
                                                 "source": source})])


def _logged(workspace: Workspace, shard: str) -> bool:
    """Tell whether a shard is stored and live in the log already, by an import that was cut short before the catalogue knew.

    Its file is then left as it is, since locks of releases may name its digest.
    """
    if not workspace.corpus.exists(f"shards/{shard}.parquet"):
        return False
    return any(item.shard == shard for item in inputs_at(workspace.log, Position.head(workspace.log), ())[0])


def _subjects(workspace: Workspace, records: Sequence[Packed]) -> Iterator[dict[str, str]]:
    """Give the subjects of each record by its own references."""
    people = [person[1:] for packed in records for person in packed.people if person[1] != KNOWN]
    found = iter(workspace.identities.subjects_for(people, create=True) if people else ())
    for packed in records:
        yield {ref: key if issuer == KNOWN else next(found) for ref, issuer, _, key in packed.people}


def _table(schema: Any, columns: Sequence[Sequence[Any]]) -> Any:
    return pa.table([pa.array(column, kind) for column, kind in zip(columns or [()] * len(schema), schema.types,
                                                                    strict=True)], schema=schema)
