"""The papers of a release: what they rest on, gathered from lock, log and rows; whether they may be published; made again.

Rules kept here:

- Same lock, log position and rows, same papers to the byte: nothing is read from the clock or from today's files.
- Only released rows and public counts go in; what is said of a source is what the register held at the lock's base.
- Publication is not building: what is open or contradictory, or older than six months, blocks the first and not the second.

Law: AIA-01, AIA-06, REL-09
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..core.errors import EvidenceError, InputError
from ..core.law import KINDS
from ..core.manifest import manifest_digest
from ..core.policy import parse_moment
from ..core.sources import Source
from ..core.summary import by_domain, section_of
from ..pipeline.papers import Counts, Pages, count_files, count_rows, sizes_by_host
from .counts import counted_before, keep
from .provider import FILE, read_provider
from .told import told_at
from .workspace import Position, Workspace, law_at, policy_at, register_at, releases_at

SUMMARY = "evidence/public-summary.json"


def fixed(workspace: Workspace) -> dict[str, Any]:
    """Give what a lock fixes for its papers: the provider's answers, and the signals that were read."""
    return {"provider": read_provider(workspace.root / FILE), "protocols": [list(each) for each in workspace.protocols()]}


def write_papers(workspace: Workspace, manifest: Mapping[str, Any], *, sealing: bool = False) -> dict[str, bytes]:
    """Write all papers of a release from its manifest (its own evidence, log and signer left out); give them by path.

    ``sealing`` says that its data files were written or linked just now, so that what was counted of them before still counts,
    and keeps what was counted.

    Raises:
        EvidenceError: rows, shards or entries that they rest on cannot be read.
    """
    return dict(workspace.papers(facts_for_papers(workspace, manifest, sealing=sealing)))


def facts_for_papers(workspace: Workspace, manifest: Mapping[str, Any], *, sealing: bool = False) -> dict[str, Any]:
    """Gather what the papers of a release say, in plain values."""
    lock = manifest["lock"]
    at = Position(base=lock["log"]["base"], size=lock["log"]["base"], root=b"")
    files = [dict(file) for file in manifest["files"] if file["path"].startswith("data/")]
    register, fixed_then = register_at(workspace.log, at), lock.get("papers", {})
    read = _readings(workspace, at)
    sources = [_source(source, register[source["id"]], read.get(source["id"], 0)) for source in manifest["sources"]]
    pages = {source["id"]: source["origin"] for source in sources if section_of(source["kind"], source["ground"], 0) == "2.3"}
    counts = _counts(workspace, manifest, Pages(own=pages, shards={
        item["shard"]: item["sha256"] for item in lock["inputs"] if item["source"] in pages}), sealing)
    return {
        **{name: manifest[name] for name in ("name", "label", "purpose", "use", "commercial", "as_of", "content_root", "rows", "tally", "detectors",
                                             "audit", "absence", "parent", "accepted", "lease_hours")},
        "files": files, "numbers": count_rows(counts.cells), "sources": sources, "tokens": lock["tokens"], "plan": lock["plan"], "log": lock["log"],
        "domains": by_domain(sizes_by_host(counts.hosts)),
        "provider": fixed_then.get("provider", {}), "protocols": [tuple(each) for each in fixed_then.get("protocols", ())],
        "policy": _policy(workspace, at, str(lock["plan"]["purpose"]), parse_moment(lock["as_of"])), "previous": _previous(workspace, lock), "origin": workspace.origin, "law": _assessed(workspace, at, str(lock["plan"]["purpose"]))}


def _counts(workspace: Workspace, manifest: Mapping[str, Any], pages: Pages, sealing: bool) -> Counts:
    """Count the rows of a release; at its sealing only those of files that its parent had not."""
    name = str(manifest["name"])
    files = {str(file["path"]): str(file["sha256"]) for file in manifest["files"] if file["path"].startswith("data/")}
    before = counted_before(workspace, manifest["parent"], pages) if sealing else None
    counts = count_files(workspace.corpus, f"releases/{name}", files, pages, before)
    if sealing:
        keep(workspace, name, counts, pages)
    return counts


def _source(stated: Mapping[str, Any], source: Source, readings: int) -> dict[str, Any]:
    """Give what the papers say of a source: what the register held, but for the names of people who entered it."""
    told, contract = source.stated, source.contract
    return {**stated, "title": source.title, "kind": told.kind, "origin": told.origin, "how": told.how, "acquired": list(told.acquired),
            "languages": list(told.languages), "personal": told.personal, "controller": told.controller, "role": told.role, "notice": told.notice,
            "statute": told.statute, "attribution": contract.attribution if contract else "", "sublicence": contract is None or contract.sublicence,
            "readings": readings}


def _readings(workspace: Workspace, at: Position) -> dict[str, int]:
    """Count the kept readings of signals by source."""
    out: dict[str, int] = {}
    for entry in workspace.log.entries(stop=at.base, kinds=frozenset({"signal"})):
        body = entry.decision or {}
        if body.get("sha256"):
            out[str(body["source"])] = out.get(str(body["source"]), 0) + 1
    return out


def _policy(workspace: Workspace, at: Position, purpose: str, as_of: datetime) -> dict[str, Any]:
    """Give what the policy says of a purpose: bases by period, notices, assessments; and what people are told that it covers."""
    policy, words = policy_at(workspace.log, at), told_at(workspace, at).of(purpose, as_of)
    def day(moment: datetime | None) -> str:
        return f"{moment:%Y-%m-%d}" if moment else ""

    return {
        "periods": [{"basis": period.basis, "starts": day(period.starts), "ends": day(period.ends), "waiting_days": period.waiting_days}
                    for period in policy.periods if period.purpose == purpose],
        "notices": [{"id": notice.id, "starts": day(notice.starts), "ends": day(notice.ends)} for notice in policy.notices if purpose in notice.purposes],
        "words": {"notice": words.notice, "version": words.version, "digest": words.digest, **{
            language: words.in_language(language)[1:] for language in ("en", "fr")}} if words else None,
        "assessments": [{"id": paper.id, "approved_by": paper.approved_by, "approved": day(paper.approved_at), "expires": day(paper.expires_at),
                         "digest": paper.digest} for paper in policy.assessments if purpose in paper.purposes]}


def _assessed(workspace: Workspace, at: Position, purpose: str) -> list[dict[str, Any]]:
    """Give the approved papers of a purpose that nothing has ended, without the names of those who wrote and approved them."""
    law = law_at(workspace, at)
    found = [paper for paper in law.papers.values() if paper.kind != "notice" and not law.fired(paper)
             and purpose in (paper.of("identification").get("purposes") or (purpose,))]
    order = {kind: number for number, kind in enumerate(KINDS)}
    return [{"kind": paper.kind, "id": paper.id, "version": paper.version, "digest": paper.digest, "approved": f"{paper.at:%Y-%m-%d}",
             "until": f"{paper.until:%Y-%m-%d}" if paper.until.year < 9999 else "", "opinion": paper.opinion, "fields": paper.data}
            for paper in sorted(found, key=lambda one: (order[one.kind], one.id))]


def _previous(workspace: Workspace, lock: Mapping[str, Any]) -> list[dict[str, str]]:
    """Give the earlier releases of the same plan, closed below the lock's position."""
    stem = lock["plan"]["name"]
    return [{"name": one.name, "day": f"{one.closed_at:%Y-%m-%d}", "manifest": one.manifest} for one in releases_at(workspace.log).values()
            if one.seq < lock["log"]["size"] and one.name.rpartition("-")[0] == stem]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether the papers of a release may be published: what is open, what is contradictory, and until when they serve."""

    release: str
    open: tuple[str, ...]
    contradictions: tuple[str, ...]
    unplaced: tuple[str, ...]
    due: date
    overdue: bool

    @property
    def publishable(self) -> bool:
        """Tell whether nothing stands against publication."""
        return not (self.open or self.contradictions or self.overdue)

    def as_json(self) -> dict[str, Any]:
        """Give one plain object."""
        return {"release": self.release, "publishable": self.publishable, "open": list(self.open), "contradictions": list(self.contradictions),
                "sources_without_kind": list(self.unplaced), "due": self.due.isoformat(), "overdue": self.overdue}


def standing_of_papers(release: Path, today: date) -> Standing:
    """Say whether the papers of a release may be published today.

    Raises:
        InputError: there are no papers.
        EvidenceError: the summary is not the one that the manifest names.
    """
    told = read_summary(release)
    labels = [f"{section['number']} {field['label']}" for section in told["sections"] for field in section["fields"] if field["open"]]
    due = date.fromisoformat(told["due"])
    return Standing(release=str(told["release"]), open=tuple(labels), contradictions=tuple(each["en"] for each in told["contradictions"]),
                    unplaced=tuple(told["unplaced"]), due=due, overdue=today >= due)


def read_summary(release: Path) -> dict[str, Any]:
    """Read the summary of a release, held to the manifest's digest.

    Raises:
        InputError: there is no such release, or it has no papers.
        EvidenceError: it is not the one that the manifest names.
    """
    manifest = read_manifest(release)
    try:
        data = (release / SUMMARY).read_bytes()
    except OSError:
        raise InputError("this release has no papers", about=release.name, remedy="Build it again: its rows stay the same.") from None
    listed = {file["path"]: file["sha256"] for file in manifest["files"]}
    if listed.get(SUMMARY) != manifest_digest(data):
        raise EvidenceError("the summary is not the one that was closed", about=f"{release.name}/{SUMMARY}", reason="file-altered",
                            remedy=f"See licit verify {release}.")
    told: dict[str, Any] = json.loads(data)
    return told


def read_manifest(release: Path) -> dict[str, Any]:
    """Read the manifest of a release's folder.

    Raises:
        InputError: there is none.
    """
    try:
        found: dict[str, Any] = json.loads((release / "manifest.json").read_bytes())
        return found
    except (OSError, ValueError):
        raise InputError("this is no release", about=str(release), remedy="Name its folder: WORKSPACE/releases/NAME.") from None


def papers_of(manifest: Mapping[str, Any]) -> list[str]:
    """Give the papers that a manifest lists."""
    return [file["path"] for file in manifest["files"] if file["path"].startswith("evidence/") and file["path"] not in EVIDENCE]


#: Evidence that is no paper: it is written from the release itself, not for readers.
EVIDENCE = frozenset(f"evidence/{name}" for name in ("absence.json", "checkpoint.txt", "claims.json", "measure.json", "tally.json"))


def regenerate(workspace: Workspace, name: str) -> tuple[dict[str, bytes], list[str]]:
    """Write the papers of a closed release again; give them, and which differ from those that were closed.

    Raises:
        InputError: there is no such release.
        EvidenceError: what they rest on cannot be read any more.
    """
    release = workspace.corpus.path(f"releases/{name}")
    manifest = read_manifest(release)
    made = write_papers(workspace, manifest)
    listed = {file["path"]: file["sha256"] for file in manifest["files"]}
    differ = {path for path, data in made.items() if listed.get(path) != manifest_digest(data)}
    return made, sorted(differ | (set(papers_of(manifest)) - set(made)))
