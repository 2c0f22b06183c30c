"""The register as people read it: each source with its history, how it would be judged today, and which releases hold what has ended.

Rules kept here:

- How a source stands is asked of the rule that admits it, under the workspace's plan, and never worked out here.
- What is missing is named; nothing is filled in.
- A release that holds rows of a source whose contract, exception or licence has ended is told with what is to be done: stop, or
  destroy every copy, by whoever has one.

Law: PRV-01, PRV-05, PRV-06, PRV-10, REL-14
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ..core.decisions import Decision
from ..core.licences import duties_of, rights_named
from ..core.sources import Source, admit_source
from .plan import read_plan
from .queries import downstream_of
from .workspace import Position, Workspace, inputs_at, register_at, releases_at, signed_register


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A source, and how it would be judged under the workspace's plan at a moment."""

    source: Source
    answer: Decision
    use: str

    @property
    def state(self) -> str:
        """Say how it is approved."""
        if self.source.signed:
            return "approved"
        return "approved by name" if self.source.approved == self.source.version else "not approved"

    @property
    def right(self) -> str:
        """Name what it rests on: a contract's number, a licence, a statute, or the ground alone."""
        contract = self.source.contract
        return (contract.id if contract else "") or self.source.licence or self.source.stated.statute or self.source.ground

    def as_json(self) -> dict[str, Any]:
        """Give every field as plain values."""
        source, stated = self.source, _plain(asdict(self.source.stated))
        first, last = source.stated.acquired
        return {**stated, "source": source.id, "version": source.version, "ground": source.ground, "licence": source.licence,
                "acquired": {"first": first, "last": last} if first else None, "duties": list(duties_of(source.licence)) if source.licence else [],
                "contract": source.contract.id if source.contract else None,
                "contract_terms": _plain(asdict(source.contract)) if source.contract else None, "proposed_by": list(source.proposers),
                "state": self.state, "approval": _plain(asdict(source.signed)) if source.signed else None, "reserved": source.reserved,
                "reserved_in_words": len(source.words), "disputed": source.disputed, "missing": list(source.stated.missing()),
                "digest": source.digest, "use": self.use, "answer": self.answer.answer, "reason": self.answer.reason}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def views(workspace: Workspace) -> dict[str, View]:
    """Give every source of the register, judged today under the workspace's plan.

    Raises:
        SetupError: the plan cannot be read.
    """
    plan, at = read_plan(workspace.root / "plan.toml"), Position.head(workspace.log)
    arrived: dict[str, int] = {}
    for item in inputs_at(workspace.log, at, plan.sources)[0]:
        arrived[item.source] = arrived.get(item.source, 0) + item.records
    return {name: View(source=source, use=plan.use, answer=admit_source(
        source, plan.wanted(workspace.clock.now()), records=arrived.get(name, 0))) for name, source in signed_register(workspace, at).items()}


def history(workspace: Workspace, source: str) -> Iterator[dict[str, Any]]:
    """Give what was entered about a source, in order: entry, day, kind, who, why, and what a version changed."""
    before: dict[str, Mapping[str, Any]] = {}
    for entry in workspace.log.entries(kinds=("source", "contract", "approval", "signal")):
        body = entry.decision or {}
        if body.get("source") != source:
            continue
        out = {"entry": entry.seq, "day": f"{entry.recorded_at:%Y-%m-%d}", "kind": entry.kind, "by": body.get("by", ""),
               "why": body.get("why", "") or body.get("note", "")}
        if entry.kind in ("source", "contract"):
            old = before.get(entry.kind, {})
            out["changed"] = {name: body.get(name) for name in sorted({*body, *old} - {"source", "by", "why"}) if body.get(name) != old.get(name)}
            before[entry.kind] = body
        elif entry.kind == "approval":
            out |= {"version": body.get("version"), "signed": bool(body.get("signature"))}
        else:
            out["verdict"] = body.get("verdict")
        yield out


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Rows that a release holds of a source whose right has ended: since when, by what, and what is to be done by whom."""

    release: str
    source: str
    rows: int
    right: str
    since: str
    do: str
    withdrawn: bool
    recipients: tuple[str, ...]
    runs: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {**asdict(self), "recipients": list(self.recipients), "runs": list(self.runs)}

    def line(self) -> str:
        """Say it in a line."""
        do = "destroy every copy of the release" if self.do == "destroy" else "train on it no more"
        whose = "".join(f"; recipient {name}" for name in self.recipients) + "".join(f"; run {name}" for name in self.runs)
        return f"{self.release}: {self.rows:,} rows of {self.source}, whose {self.right} ended on {self.since[:10]}: {do}{whose}"


def ended(workspace: Workspace) -> list[Ended]:
    """Give every release with rows of a source whose contract or exception is over by now; a new build leaves these out.

    Raises:
        EvidenceError: an entry of the register cannot be read.
    """
    now = workspace.clock.now()
    over = {name: end for name, end in _ends(workspace).items() if now >= end.at}
    return list(_in_releases(workspace, over)) if over else []


def first_end(workspace: Workspace, release: str) -> datetime | None:
    """Give the moment from which a release rests on a right that is over, None where all are open; nobody trains on it then.

    Raises:
        EvidenceError: an entry of the register cannot be read.
    """
    manifest = json.loads(workspace.corpus.path(f"releases/{release}/manifest.json").read_bytes())
    return min((end.at for name, end in _ends(workspace).items() if _rows_on(manifest, name, end)), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """The end of a source's right: the right and the names by which rows made from its texts carry it, when, and what to do then."""

    right: str
    at: datetime
    do: str
    named: frozenset[str] = frozenset()


def _ends(workspace: Workspace) -> dict[str, _End]:
    """Give the end of every right that has one, by source."""
    out: dict[str, _End] = {}
    for name, source in register_at(workspace.log, Position.head(workspace.log)).items():
        if (contract := source.contract) is not None and contract.ends:
            out[name] = _End(right=f"contract {contract.id}", at=contract.ends, do=contract.at_end, named=rights_named("", contract.id))
        elif (copies := source.stated.copies) is not None and source.contract is None:
            out[name] = _End(right=f"exception {source.stated.statute}", at=copies.destroy, do="destroy")
    return out


def _rows_on(manifest: Mapping[str, Any], name: str, end: _End) -> int:
    """Count the rows of a release that are of a source, or of sources with rows made from its texts."""
    return sum(item["rows"] for item in manifest["sources"] if item["id"] == name or end.named.intersection(
        " AND ".join(item.get("derived", ())).split(" AND ")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a contract will ask for: by which day ("": none is agreed), of which source, and what."""

    day: str
    source: str
    contract: str
    what: str
    late: bool

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return asdict(self)

    def line(self) -> str:
        """Say it in a line."""
        return f"{self.day or 'no day agreed'}{', past' if self.late else ''}: contract {self.contract} of {self.source}: {self.what}"


def due(workspace: Workspace) -> list[Due]:
    """Give what contracts will ask for, by day: what may be inspected, and their end with what follows from it.

    Raises:
        EvidenceError: an entry of the register cannot be read.
    """
    found, now = [], workspace.clock.now()
    for name, source in signed_register(workspace, Position.head(workspace.log)).items():
        if (contract := source.contract) is None:
            continue
        then = "destroy every copy" if contract.at_end == "destroy" else "train on it no more"
        asked = [(contract.audit_due, f"may be inspected: {contract.audit or 'nothing further agreed'}")] if contract.audit or contract.audit_due else []
        asked += [(contract.ends, f"ends: {then}")] if contract.ends else []
        found += [Due(day=f"{day:%Y-%m-%d}" if day else "", source=name, contract=contract.id, what=what,
                      late=day is not None and now >= day) for day, what in asked]
    return sorted(found, key=lambda one: (one.day or "9999", one.source, one.what))


def unshared(workspace: Workspace, release: str) -> list[str]:
    """Give the sources of a release whose contract does not let their texts go on to recipients, or to what was made of them."""
    if not release:
        return []
    manifest = json.loads(workspace.corpus.path(f"releases/{release}/manifest.json").read_bytes())
    told = {item["id"]: " AND ".join(item.get("derived", ())).split(" AND ") for item in manifest["sources"] if item["rows"]}
    named = {part for parts in told.values() for part in parts}
    register = register_at(workspace.log, Position.head(workspace.log))
    return [name for name, source in register.items() if source.contract and not source.contract.sublicence
            and (name in told or rights_named("", source.contract.id) & named)]


def _in_releases(workspace: Workspace, over: Mapping[str, _End]) -> Iterator[Ended]:
    downstream = downstream_of(workspace)
    for release, closed in releases_at(workspace.log).items():
        manifest = json.loads(workspace.corpus.path(f"releases/{release}/manifest.json").read_bytes())
        for name, end in over.items():
            if rows := _rows_on(manifest, name, end):
                yield Ended(release=release, source=name, rows=rows, right=end.right, since=_plain(end.at), do=end.do,
                            withdrawn=closed.withdrawn >= 0, recipients=tuple(downstream.recipients.get(release, ())),
                            runs=tuple(str(run["run"]) for run in downstream.runs_of(release)))
