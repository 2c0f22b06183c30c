"""Import: files in, records stored once, everything counted.

Rules kept here:

- A record is stored with keyed ids only; raw account keys, e-mails and names of senders are dropped on arrival.
- What a caller declares (whose it is, capacity, age, notice, collection dates) fills what the file leaves unknown and
  never replaces what the file knows.
- Importing the same file again changes nothing; a newer state of a record supersedes the older one.
- What could not be read is counted by reason, and the rest goes on; a file that was mended is counted anew.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..core.errors import InputError
from ..core.ids import SubjectId, canonical_json, digest, keyed, record_id, short_text
from ..core.ports import InputFile, NewEntry
from ..core.records import Concern, ConcernRole, Person, PersonKind, Record, SetAside, Turn, settle_people, to_json
from .alone import storing
from .workspace import Progress, Workspace, silent

#: A shard holds about so many characters of text, or so many records.
SHARD_CHARACTERS = 8_000_000
SHARD_RECORDS = 8_192

SHARD = pa.schema([("record", pa.string()), ("version", pa.binary(16)), ("source", pa.string()),
                   ("arrived", pa.string()), ("body", pa.string())])
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
    """What one file gave; ``known`` counts records that were already stored in that state."""

    file: str
    format: str = ""
    records: int = 0
    turns: int = 0
    known: int = 0
    people: "_Seen" = field(default_factory=lambda: _Seen(copies=False), repr=False)
    days: list[str] = field(default_factory=list)
    set_aside: dict[str, int] = field(default_factory=dict)
    strange: dict[str, int] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give the report as ``licit import --json`` prints it."""
        return {"file": self.file, "format": self.format, "records": self.records, "turns": self.turns,
                "participants": len(self.people), "period": [min(self.days), max(self.days)] if self.days else None,
                "set_aside": dict(sorted(self.set_aside.items())),
                "not_understood": dict(sorted(self.strange.items()))}

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
            shelf.take(item, done[-1], forced, progress)
        if shelf.full() or not shelf.waiting:
            yield from _finished(shelf, done)
    yield from _finished(shelf, done)


def _finished(shelf: "_Shelf", done: list[FileReport]) -> Iterator[FileReport]:
    """Store what is waiting, then give the reports of the files it came from; small files share a shard."""
    shelf.flush()
    while done:
        report = done.pop(0)
        shelf.close(report)
        yield report


def _declare(record: Record, declared: Declared, source: str, name: str) -> Record:
    """Fill what the record leaves unknown from what was declared, and remember the path for provenance checks."""
    # The fields that name the account and the device are dropped once they are read: a raw key is not stored.
    kept = {field: value for field, value in record.declared.items()
            if field not in (declared.subject_field, declared.device_field)}
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
    return replace(record, **values)


def _held(turn: Turn, holders: Sequence[Person]) -> Turn:
    role: ConcernRole = "author" if turn.role == "user" else "holder"
    return replace(turn, concerns=(*turn.concerns, *(Concern(person=person.ref, role=role) for person in holders)))


def _account(record: Record, declared: Declared) -> str:
    if declared.subject_map and record.origin_id in declared.subject_map:
        return declared.subject_map[record.origin_id]
    if declared.subject_field:
        wanted = declared.subject_field
        return record.declared.get(wanted, "") or (record.origin_id if wanted in ("id", "conversation_id") else "")
    return declared.subject


class _Seen:
    """Counts how often hashes were seen, at eight bytes each, so that memory stays flat over a file of any size."""

    _RECENT = 65_536

    def __init__(self, *, copies: bool = True) -> None:
        self._copies = copies
        self._settled = np.empty(0, dtype=np.uint64)
        self._recent: set[int] = set()
        self._again: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._settled) + len(self._recent)

    def add(self, text: bytes) -> int:
        """Take a hash; give how often it was seen, this time included (2 for "before" where copies are not counted)."""
        value = int.from_bytes(text[:8], "big")
        place = int(np.searchsorted(self._settled, np.uint64(value)))
        known = value in self._recent or (place < len(self._settled) and int(self._settled[place]) == value)
        if known and not self._copies:
            return 2
        if known:
            self._again[value] = self._again.get(value, 1) + 1
            return self._again[value]
        self._recent.add(value)
        if len(self._recent) > self._RECENT:
            self._settled = np.union1d(self._settled, np.fromiter(self._recent, dtype=np.uint64))
            self._recent = set()
        return 1


#: A record on its way to a shard: its name, itself, the report of its file, and its state.
_Named = tuple[str, Record, FileReport, bytes]


class _Shelf:
    """Gathers records and stores them a shard at a time; a shard counts only once the log knows it."""

    def __init__(self, workspace: Workspace, source: str, declared: Declared) -> None:
        self.workspace, self.source, self.declared = workspace, source, declared
        self.key = workspace.keys.secret("records")
        self.waiting: list[tuple[str, Record, FileReport, str]] = []
        self.size = 0
        self.contents = _Seen()
        self.asides: dict[str, Any] = {
            str(body["file"]): body["set_aside"] for entry in workspace.log.entries(kinds=("arrival",))
            if (body := entry.decision or {}) and "set_aside" in body}

    def close(self, report: FileReport) -> None:
        """Log what was set aside, by a keyed name of the file, so that importing it again counts it once."""
        file = short_text(keyed(self.key, "licit/file", self.source.encode(), report.file.encode()))
        if report.set_aside != self.asides.get(file, {}):
            self.workspace.enter("arrival", {"file": file, "source": self.source, "set_aside": report.set_aside})
            self.asides[file] = report.set_aside

    def full(self) -> bool:
        """Tell whether enough is waiting for a shard."""
        return self.size >= SHARD_CHARACTERS or len(self.waiting) >= SHARD_RECORDS

    def take(self, file: InputFile, report: FileReport, forced: str | None, progress: Progress) -> None:
        """Read a file; count what it gives and what it does not."""
        self.contents = _Seen()
        try:
            reader = self.workspace.recognise(file, forced)
            report.format = reader.name
            for item in reader.read(file):
                if isinstance(item, SetAside):
                    report.aside(item)
                else:
                    self.put(_declare(item, self.declared, self.source, file.name), report)
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
        known = [turn.said_at[:10] for turn in record.turns if turn.said_at]
        if known:
            report.days[:] = [min([*report.days[:1], *known]), max([*report.days[1:], *known])]
        for person in record.people:
            report.people.add(digest("licit/report", person.issuer.encode(), person.key.encode()))
        for name, number in record.strange.items():
            report.strange[name] = report.strange.get(name, 0) + number
        self.waiting.append((source, record, report, "" if record.origin_id else self._copy(record)))
        self.size += sum(len(part.text) for turn in record.turns for part in turn.parts)
        if self.full():
            self.flush()

    def _copy(self, record: Record) -> str:
        """Name a record without an id by its keyed content and which copy of it in its file it is."""
        body = keyed(self.key, "licit/content", _content(to_json(record)))
        return f"content:{short_text(body)}:{self.contents.add(body)}"

    def flush(self) -> None:
        """Store what is waiting: subjects first, then the shard on disk, then the log, then the catalogue."""
        waiting, self.waiting, self.size = self.waiting, [], 0
        named: dict[str, list[_Named]] = {}
        anonymous = [record_id(self.key, source, "\x00".join((record.format, "", record.origin_id or copy)))
                     for source, record, _, copy in waiting]
        stored = self.workspace.catalogue.stored(anonymous)
        for rid, (source, record, report, copy) in zip(anonymous, waiting, strict=True):
            state = self._version(record)
            account = record.person(record.holder).key if record.holder else ""
            same = stored.get(rid, (b"", ""))[0][:8] == state[:8]
            if account and not same:  # the same words once imported as nobody's are a state of the same record
                rid = record_id(self.key, source, "\x00".join((record.format, account, record.origin_id or copy)))
            named.setdefault(source, []).append((rid, record, report, state))
        for source, records in named.items():
            self._store(source, records)

    def _version(self, record: Record) -> bytes:
        """Name a record's state: eight bytes for its words, eight for all that is known of it."""
        plain = to_json(record)
        return (keyed(self.key, "licit/content", _content(plain))[:8]
                + keyed(self.key, "licit/version", canonical_json(_state(plain)))[:8])

    def _store(self, source: str, records: Sequence["_Named"]) -> None:
        workspace, last = self.workspace, {rid: at for at, (rid, _, _, _) in enumerate(records)}
        states = [state for _, _, _, state in records]
        stored = workspace.catalogue.stored(list(last))
        fresh: dict[str, Record] = {}
        for at, (rid, record, report, _) in enumerate(records):
            if states[at] == (stored.get(rid, (b"", ""))[0] if last[rid] == at else states[last[rid]]):
                report.known += 1
            elif last[rid] == at:
                fresh[rid] = record
            else:
                report.aside(SetAside(reason="repeated-id", where="a record", detail="a later one has the same id"))
        if not fresh:
            return
        versions = {rid: states[last[rid]] for rid in fresh}
        # A state that returns after a newer one gets a shard of its own, for what arrives last counts.
        shard = "h" + short_text(keyed(self.key, "licit/shard", *(
            rid.encode() + versions[rid] + stored.get(rid, (b"", ""))[0] for rid in fresh)))
        with storing(workspace):
            if not _logged(workspace, shard):
                self._write(shard, source, fresh, versions)
        workspace.catalogue.add(shard, versions)

    def _write(self, shard: str, source: str, fresh: Mapping[str, Record], versions: Mapping[str, bytes]) -> None:
        workspace = self.workspace
        settled = list(_settle(workspace, fresh))
        arrived = workspace.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        table = pa.Table.from_pylist(
            [{"record": rid, "version": versions[rid], "source": source, "arrived": arrived,
              "body": json.dumps(to_json(record), ensure_ascii=False, separators=(",", ":"))}
             for rid, record in settled], schema=SHARD)
        sha256 = workspace.corpus.write(f"shards/{shard}.parquet", table, rows_in_group=1024)
        workspace.corpus.write(f"index/{shard}.parquet", _index(settled))
        workspace.log.append([NewEntry(kind="arrival", subject=SubjectId(""), received_at=workspace.clock.now(),
                                       decision={"shard": shard, "sha256": sha256, "records": len(settled),
                                                 "source": source})])


def _content(plain: Mapping[str, Any]) -> bytes:
    """Give a record's words and their order, without whom they concern and what was declared."""
    turns = [{name: value for name, value in turn.items() if name != "concerns"} for turn in plain["turns"]]
    return canonical_json([plain["kind"], plain["format"], turns])


def _state(plain: dict[str, Any]) -> dict[str, Any]:
    """Give what makes a record's state: all it holds, but for a conversation not where its file lay."""
    if plain["kind"] == "conversation" and "declared" in plain:
        return {**plain, "declared": {name: value for name, value in plain["declared"].items() if name != "path"}}
    return plain


def _logged(workspace: Workspace, shard: str) -> bool:
    """Tell whether a shard is stored and logged already, by an import that was cut short before the catalogue knew.

    Its file is then left as it is, since locks of releases may name its digest.
    """
    if not workspace.corpus.exists(f"shards/{shard}.parquet"):
        return False
    return any((entry.decision or {}).get("shard") == shard for entry in workspace.log.entries(kinds=("arrival",)))


def _settle(workspace: Workspace, records: Mapping[str, Record]) -> Iterator[tuple[str, Record]]:
    people = [(person.issuer, person.kind, person.key) for record in records.values() for person in record.people]
    found = iter(workspace.identities.subjects_for(people, create=True) if people else ())
    for rid, record in records.items():
        subjects = {person.ref: next(found) for person in record.people}
        yield rid, settle_people(record, subjects, rid)


def _index(records: Iterable[tuple[str, Record]]) -> Any:
    """Say whom every turn of every record concerns, sorted by subject."""
    rows: list[tuple[str, str, str, str]] = []
    for rid, record in records:
        subjects = {person.ref: str(person.subject) for person in record.people}
        for turn in record.turns:
            rows += [(subjects[concern.person], rid, str(turn.id), concern.role) for concern in turn.concerns]
            if record.holder and not any(c.person == record.holder for c in turn.concerns):
                rows.append((subjects[record.holder], rid, str(turn.id), "holder"))
    columns = list(zip(*sorted(rows), strict=True)) or [(), (), (), ()]
    return pa.table([pa.array(column, pa.string()) for column in columns], schema=INDEX)
