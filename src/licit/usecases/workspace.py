"""A workspace with its ports in hand, and what the log says of it: one fold, read by commands and queries alike.

Rules kept here:

- Register, policy, inputs, standings and releases are folds of the log at a position; nothing else holds them.
- A patch sees every entry up to its parent's position, and from there on only those that restrict.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ..core.approvals import Holds, nothing_holds
from ..core.cases import REQUESTS, cases_from
from ..core.errors import EvidenceError
from ..core.ids import SubjectId
from ..core.law import Law, law_from
from ..core.policy import Policy, policy_from
from ..core.ports import (
    Catalogue,
    Clock,
    Corpus,
    HighWater,
    Identities,
    InputFile,
    Keys,
    Log,
    NewEntry,
    Reader,
    SigningKeys,
)
from ..core.records import Record, SetAside
from ..core.rights import PERSONAL, RESTRICTING, Entry, Standings
from ..core.shards import OF_SHARDS, Input, Shards
from ..core.signals import Page, Reading
from ..core.sources import Source, register_from
from ..core.staff import Staff
from ..core.stays import LegalHold, Stays, holds_from, overdue
from ..pipeline.deidentify import Masked
from ..pipeline.honour import outsiders_from
from ..pipeline.planted import Planted

#: Tells how far long work is: a step's name, how much is done, and how much is known (0: unknown).
Progress = Callable[[str, int, int], None]

#: Entries that may change an answer; a release closes only if none of them came since its position.
DECIDING = RESTRICTING | {"consent", "permission", "lifting", "rectified", "policy", "source", "contract", "approval",
                          "signal", "staff-key", "decision", "rewrite", "access", "portability", "legal-hold", "law", "breach"}


def silent(step: str, done: int, known: int) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The attribute file of one shard: its place, SHA-256 and number of rows."""

    shard: str
    path: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Everything a use case may touch, as ports; made by ``wiring``."""

    root: Path
    name: str
    log: Log
    water: HighWater
    copy_log: Callable[[Path], None]
    copy_web: Callable[[Path], None]
    keys: Keys
    holds: Holds
    identities: Identities
    catalogue: Catalogue
    corpus: Corpus
    signer: SigningKeys
    clock: Clock
    open_inputs: Callable[[Sequence[Path]], Iterator[InputFile | SetAside]]
    recognise: Callable[[InputFile, str | None], Reader]
    companion: Callable[[InputFile], bool]
    readers: tuple[str, ...]
    read_pages: Callable[[InputFile], Iterator[list[tuple[Page, Sequence[Reading]]]]]
    licence: Callable[..., str]
    tag_keys: Callable[[Sequence[str]], Mapping[str, bytes]]
    prepare: Callable[[Any, Sequence[str]], Iterator[Prepared]]
    look: Callable[[Any, str, Record], Any]
    attributes_key: Callable[[Any], str]
    pins: Callable[[Any], tuple[str, ...]]
    measure: Callable[[Any, str], tuple[Mapping[str, Any], Planted]]
    mask: Callable[[str, Record], Masked]
    counter: str
    check: Callable[[Path, Path], Sequence[Mapping[str, Any]]]
    render: Callable[[Mapping[str, Any], Sequence[Mapping[str, Any]]], bytes]
    papers: Callable[[Mapping[str, Any]], Mapping[str, bytes]]
    protocols: Callable[[], Sequence[tuple[str, str]]]

    @property
    def origin(self) -> str:
        """Name the log, for checkpoints and receipts."""
        return f"licit.example/{self.name}"

    def enter(self, kind: str, decision: Mapping[str, Any], *, subject: str = "", received_at: datetime | None = None,
              particulars: Mapping[str, Any] | None = None) -> int:
        """Append one entry to the log; give its sequence number."""
        entry = NewEntry(kind=kind, subject=SubjectId(subject), received_at=received_at or self.clock.now(),
                         decision=decision, particulars=particulars or {})
        return self.log.append([entry])[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where the log is read: all entries below ``base``, and below ``size`` those that restrict."""

    base: int
    size: int
    root: bytes = field(repr=False)

    @classmethod
    def head(cls, log: Log) -> "Position":
        """Give the log's end."""
        size, root = log.head()
        return cls(base=size, size=size, root=root)


def entries_at(log: Log, at: Position, kinds: frozenset[str]) -> Iterator[Entry]:
    """Give the entries of some kinds that count at a position."""
    yield from log.entries(stop=at.base, kinds=kinds)
    if at.size > at.base and kinds & RESTRICTING:
        yield from log.entries(start=at.base, stop=at.size, kinds=kinds & RESTRICTING)


def policy_at(log: Log, at: Position) -> Policy:
    """Fold the policy.

    Raises:
        EvidenceError: an entry cannot be read, so that nobody can say what silence means.
    """
    return policy_from(_bodies(entries_at(log, at, frozenset({"policy"}))))


def law_at(workspace: Workspace, at: Position) -> Law:
    """Fold the papers behind a legal basis, their approvals' signatures checked, and what ended them.

    Raises:
        EvidenceError: an entry cannot be read.
    """
    try:
        return law_from(entries_at(workspace.log, at, frozenset({"law", "breach", "staff-key"})),
                        origin=workspace.origin, holds=workspace.holds)
    except ValueError as error:
        raise EvidenceError(str(error), reason="entry-unreadable", remedy="Restore the workspace from a backup.") from None


def signed_register(workspace: Workspace, at: Position) -> dict[str, Source]:
    """Fold the register of sources with its approvals' signatures checked: what a gate goes by.

    Raises:
        EvidenceError: an entry cannot be read.
    """
    return register_at(workspace.log, at, origin=workspace.origin, holds=workspace.holds)


def register_at(log: Log, at: Position, *, origin: str = "", holds: Holds = nothing_holds) -> dict[str, Source]:
    """Fold the register of sources; without what checks signatures, no approval counts as signed.

    Raises:
        EvidenceError: an entry cannot be read.
    """
    kinds = frozenset({"source", "contract", "approval", "signal", "unlawful", "staff-key"})
    entries = list(entries_at(log, at, kinds))
    said = zip(entries, _bodies(iter(entries)), strict=True)
    try:  # Past a patch's base a signal only restricts: a person's leave for words is for the next release.
        return register_from(((entry.kind, body if entry.seq < at.base else {**body, "settles": ""}) for entry, body in said),
                             origin=origin, holds=holds)
    except (ValueError, TypeError) as error:
        raise EvidenceError(f"an entry of the register cannot be read: {error}", reason="entry-unreadable",
                            remedy="Restore the workspace from a backup, or read it with the version of licit that wrote it."
                            ) from None


def standings_at(log: Log, at: Position) -> Standings:
    """Fold everybody's entries."""
    return Standings(entries_at(log, at, PERSONAL | {"link"}))


def outsiders_at(log: Log, at: Position) -> tuple[dict[str, int], dict[str, int]]:
    """Fold the objections of people who are no users."""
    return outsiders_from(entries_at(log, at, frozenset({"third-party-objection"})))


def staff_at(log: Log, at: Position) -> Staff:
    """Fold staff's decisions on records; a shard's rewrites count wherever they stand, for they change no other record.

    Raises:
        EvidenceError: an entry cannot be read.
    """
    made = list(entries_at(log, at, frozenset({"decision"})))
    rewritten = _bodies(log.entries(kinds=("rewrite",))) if made else ()
    try:
        return Staff(zip((entry.seq for entry in made), _bodies(iter(made)), strict=True), rewritten)
    except ValueError as error:
        raise EvidenceError(str(error), reason="entry-unreadable", remedy="Restore the workspace from a backup.") from None


def legal_holds(log: Log, at: Position | None = None) -> dict[str, LegalHold]:
    """Fold the legal holds that stand, by record; at a position, or as of now.

    Raises:
        EvidenceError: an entry cannot be read, so that nobody can say what must not be erased.
    """
    kinds = frozenset({"legal-hold"})
    try:
        return holds_from(entries_at(log, at, kinds) if at else log.entries(kinds=kinds))
    except ValueError as error:
        raise EvidenceError(str(error), reason="entry-unreadable", remedy="Restore the workspace from a backup.") from None


def stays_at(log: Log, at: Position, standings: Standings, as_of: datetime) -> Stays:
    """Fold what stays the use of records: overdue requests, as of the later of a moment and the last entry, and legal holds."""
    last = next(iter(log.entries(start=at.base - 1, stop=at.base)), None) if at.base else None
    asked = cases_from(entries_at(log, at, frozenset(REQUESTS) | {"step"}))
    return Stays(late=overdue(asked.values(), standings, max(as_of, last.recorded_at) if last else as_of),
                 held={record: hold.entry for record, hold in legal_holds(log, at).items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A reviewed text that somebody gave: the entry of their consent, who they are, and the shard that holds its only state."""

    seq: int
    subject: str
    shard: str


def given_at(log: Log, at: Position) -> dict[str, Given]:
    """Fold reviewed texts that were given, by record; allowing the whole conversation later ends what was pinned to the text."""
    out: dict[str, Given] = {}
    for entry in entries_at(log, at, frozenset({"consent", "permission"})):
        body = entry.decision or {}
        target = body.get("target") or {}
        record = str(target.get("record", "")) if target.get("level") == "record" else ""
        if record and entry.kind == "consent" and isinstance(body.get("shard"), str):
            out[record] = Given(seq=entry.seq, subject=str(entry.subject), shard=body["shard"])
        elif record in out and out[record].subject == str(entry.subject) and "train" in body.get("purposes", ()):
            del out[record]
    return out


def inputs_at(log: Log, at: Position, sources: Sequence[str]) -> tuple[list[Input], int]:
    """Fold arrivals: the live shards of some sources (none named: all) in order, and how many records were set aside.

    Raises:
        EvidenceError: an entry cannot be read, or says of shards what cannot be.
    """
    shards = Shards()
    aside: dict[str, tuple[str, int]] = {}
    for entry in entries_at(log, at, OF_SHARDS):
        body = next(_bodies(iter([entry])))
        if "set_aside" in body:
            aside[str(body["file"])] = (str(body["source"]), sum(body["set_aside"].values()))
            continue
        try:
            shards.take(entry.seq, entry.kind, body)
        except (KeyError, ValueError, TypeError, IndexError):
            raise EvidenceError(f"entry {entry.seq} ({entry.kind}) of the log cannot be read", reason="entry-unreadable",
                                remedy="Restore the workspace from a backup.") from None
    wanted = set(sources)
    return ([item for item in shards.live() if not wanted or item.source in wanted],
            sum(number for source, number in aside.values() if not wanted or source in wanted))


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A release as the log knows it: when it closed, and which entry withdrew it (-1: none)."""

    name: str
    seq: int
    closed_at: datetime
    manifest: str
    withdrawn: int = -1


def releases_at(log: Log) -> dict[str, Released]:
    """Fold closings and withdrawals, in order."""
    out: dict[str, Released] = {}
    for entry in log.entries(kinds=("release-closed", "release-withdrawn")):
        body = next(_bodies(iter([entry])))
        name = str(body["release"])
        if entry.kind == "release-closed":
            out[name] = Released(name=name, seq=entry.seq, closed_at=entry.recorded_at, manifest=str(body["manifest"]))
        else:
            known = out[name]
            out[name] = Released(name=name, seq=known.seq, closed_at=known.closed_at, manifest=known.manifest,
                                 withdrawn=entry.seq)
    return out


def _bodies(entries: Iterator[Entry]) -> Iterator[Mapping[str, Any]]:
    for entry in entries:
        if entry.decision is None:
            raise EvidenceError(f"entry {entry.seq} ({entry.kind}) of the log cannot be read", reason="entry-unreadable",
                                remedy="Restore the workspace from a backup.")
        yield entry.decision
