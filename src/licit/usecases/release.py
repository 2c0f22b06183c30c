"""Build: from the log's position and the shards to a closed, attested release, or a patch of one.

Rules kept here:

- The lock fixes plan, inputs, position, moment, attributes, files and seed; the same lock gives the same content root
  and tally.
- What is recorded before closing is honoured: if a deciding entry came meanwhile, the release is built again from the
  new head; in the end while the log is held.
- Closing is the only point of publication. What a crash leaves before it is removed, what it leaves after is attested.
- A patch keeps its parent's inputs and moment, applies the restricting entries since, and withdraws its parent.

Law: CHO-04, CHO-05, REL-01, REL-04, MOD-01
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any

import polars as pl

from ..core.errors import EvidenceError, RefusedError
from ..core.ids import NOBODY, canonical_json, keyed
from ..core.manifest import Tally, manifest_digest
from ..core.notes import release_tag
from ..core.policy import parse_moment
from ..core.ports import NewEntry
from ..core.tree import TagTree
from ..pipeline.admit import Admission
from ..pipeline.attest import Closed, Findings, attest, closing_decision, write_evidence, write_manifest
from ..pipeline.audit import write_canaries, write_twin
from ..pipeline.decide import Draw, Gates, decide
from ..pipeline.honour import Honour
from ..pipeline.seal import Placed, buckets_for, content_of, patch_rows, root_of, write_rows
from ..pipeline.stage import ANSWERS, tally
from .facts import clustered, facts_of
from .plan import Plan, plan_from_lock
from .workspace import (
    DECIDING,
    Position,
    Prepared,
    Progress,
    Workspace,
    inputs_at,
    outsiders_at,
    policy_at,
    register_at,
    releases_at,
    silent,
    staff_at,
    standings_at,
)

#: From so many kept rows on, a twin and canaries are drawn; below, they would say nothing.
AUDITABLE = 1000

#: Up to so many rows a release is checked by the verifier as it is finished, so that its report shows the results; a
#: larger one says that nobody has checked it yet.
SELF_CHECKED = 50_000

_TRIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build came to: a release's name ("" when nothing is released), its root, its tally, its decided rows."""

    name: str
    path: str
    content_root: str
    tally: Tally
    lock: Mapping[str, Any]
    rows: pl.DataFrame

    def as_json(self) -> dict[str, Any]:
        """Give the outcome as ``licit build --json`` prints it."""
        return {"release": self.name or None, "path": self.path or None, "content_root": self.content_root or None,
                "tally": self.tally.as_json()}


def build(workspace: Workspace, plan: Plan, *, dry: bool = False, progress: Progress = silent) -> Built:
    """Build a release of what may be released now; nothing is published when nothing may be.

    Raises:
        SetupError: a detector is missing or ``as_of`` lies in the future.
        EvidenceError: something on disk or in the log is not what was recorded.
    """
    recover(workspace)
    for _ in range(_TRIES):
        lock = make_lock(workspace, plan, Position.head(workspace.log), progress=progress)
        built = _decided(workspace, lock, progress)
        if dry or not built.tally.released:
            return built
        staged = _stage(workspace, built, progress)
        if _close(workspace, staged, held=False):
            return _finish(workspace, staged, built)
        shutil.rmtree(workspace.corpus.path(staged.folder))
    with workspace.log.writing() as writing:
        size, root = writing.head()
        lock = make_lock(workspace, plan, Position(base=size, size=size, root=root), progress=progress)
        built = _decided(workspace, lock, progress)
        staged = _stage(workspace, built, progress)
        _enter_closing(workspace, writing, staged)
    return _finish(workspace, staged, built)


def patch(workspace: Workspace, name: str, *, progress: Progress = silent) -> Built:
    """Build the patch release of a release: what the restricting entries since leave of it.

    Raises:
        RefusedError: there is no such release, or it is withdrawn already.
    """
    recover(workspace)
    known = releases_at(workspace.log)
    if name not in known or known[name].withdrawn >= 0:
        live = ", ".join(item.name for item in known.values() if item.withdrawn < 0) or "none"
        raise RefusedError("there is no live release of that name", about=name, reason="release-unknown",
                           remedy=f"Live releases: {live}.")
    for _ in range(_TRIES):
        lock = patch_lock(workspace, name)
        built = _decided(workspace, lock, progress)
        staged = _stage_patch(workspace, built, name, progress)
        if _close(workspace, staged, held=False, withdraws=name):
            return _finish(workspace, staged, built)
        shutil.rmtree(workspace.corpus.path(staged.folder))
    raise EvidenceError("the log moves faster than the patch can be closed", about=name, remedy="Run it again.")


def make_lock(workspace: Workspace, plan: Plan, at: Position, *, progress: Progress = silent) -> dict[str, Any]:
    """Fix everything a build depends on."""
    now = workspace.clock.now().astimezone(UTC).replace(microsecond=0)
    as_of = parse_moment(plan.as_of) if plan.as_of else now
    if as_of > now:
        raise RefusedError("a release cannot be judged at a moment to come", reason="as-of-in-future",
                           remedy="Set as_of in the plan to today or earlier.")
    inputs, aside = inputs_at(workspace.log, at, plan.sources)
    prepared = _prepare(workspace, plan, [item.shard for item in inputs], progress)
    name = _next_name(workspace, plan.name)
    seed = keyed(workspace.keys.secret("audit"), "licit/seed", name.encode(), at.root)[:8]
    return {
        "format": "licit-lock/1", "name": name, "plan": plan.as_json(), "as_of": as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "log": {"base": at.base, "size": at.size, "root": at.root.hex()},
        "inputs": [{"shard": item.shard, "sha256": item.sha256, "records": item.records, "source": item.source}
                   for item in inputs],
        "set_aside": aside,
        "attributes": {"key": workspace.attributes_key(plan), "files": {p.shard: p.sha256 for p in prepared}},
        "buckets": 0, "seed": seed.hex(), "twin_per_thousand": -1, "parent": None}


def patch_lock(workspace: Workspace, parent: str) -> dict[str, Any]:
    """Give the lock of a patch: its parent's, at the log's head."""
    lock = dict(json.loads(workspace.corpus.path(f"state/{parent}/lock.json").read_bytes()))
    size, root = workspace.log.head()
    stem = lock["plan"]["name"]
    lock |= {"name": _next_name(workspace, stem), "parent": parent,
             "log": {"base": lock["log"]["base"], "size": size, "root": root.hex()}}
    return _rewritten(workspace, lock)


def _rewritten(workspace: Workspace, lock: dict[str, Any]) -> dict[str, Any]:
    """Follow what erasures made of a lock's shards: the same records less the erased ones."""
    by = {str(body["shard"]): body for entry in workspace.log.entries(kinds=("rewrite",)) if (body := entry.decision)}
    if not by:
        return lock
    key, inputs, files = lock["attributes"]["key"], [], {}
    for item in lock["inputs"]:
        now, body = dict(item), by.get(item["shard"])
        while body is not None:
            now |= {"shard": body["by"], "sha256": body["sha256"], "records": body["records"]}
            body = by.get(now["shard"]) if now["shard"] else None
        if now["shard"]:
            inputs.append(now)
            note = workspace.corpus.path(f"attributes/{key}/{now['shard']}.json")
            files[now["shard"]] = json.loads(note.read_bytes())["sha256"]
    return lock | {"inputs": inputs, "attributes": {"key": key, "files": files}}


def _prepare(workspace: Workspace, plan: Plan, shards: Sequence[str], progress: Progress) -> list[Prepared]:
    out = []
    for done, prepared in enumerate(workspace.prepare(plan, shards), 1):
        out.append(prepared)
        progress("prepare", done, len(shards))
    return out


def _next_name(workspace: Workspace, stem: str) -> str:
    taken = {*releases_at(workspace.log)}
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def decide_under(workspace: Workspace, lock: Mapping[str, Any], progress: Progress = silent) -> pl.DataFrame:
    """Give every row of a lock's inputs its answer; a pure function of the lock, the log and the shards.

    Raises:
        EvidenceError: the log no longer has the lock's position, or an attribute file differs from the lock.
    """
    plan = plan_from_lock(lock["plan"])
    at = Position(base=lock["log"]["base"], size=lock["log"]["size"], root=bytes.fromhex(lock["log"]["root"]))
    as_of = parse_moment(lock["as_of"])
    progress("decide", 0, 3)
    rows = clustered(workspace.corpus, facts_of(workspace.corpus, lock), lock)
    progress("decide", 1, 3)
    policy = policy_at(workspace.log, at)
    outsiders, namesakes = outsiders_at(workspace.log, at)
    gates = Gates(
        admission=Admission(register=register_at(workspace.log, at), policy=policy, use=plan.use,
                            commercial=plan.commercial, threads=plan.threads, as_of=as_of),
        honour=Honour(standings=standings_at(workspace.log, at), policy=policy, purpose=plan.purpose, as_of=as_of,
                      outsiders=outsiders, namesakes=namesakes),
        staff=staff_at(workspace.log, at), near=plan.near, draw=_draw(lock, plan))
    decided = decide(rows, gates)
    if lock["twin_per_thousand"] < 0 and decided.filter(pl.col("rank") == 0).height < AUDITABLE:
        decided = decide(rows, replace(gates, draw=Draw(seed=0, per_thousand=0)))
    progress("decide", 3, 3)
    return decided


def _draw(lock: Mapping[str, Any], plan: Plan) -> Draw:
    drawn = lock["twin_per_thousand"]
    return Draw(seed=int(lock["seed"], 16), per_thousand=plan.twin_per_thousand if drawn < 0 else drawn)


def _decided(workspace: Workspace, lock: dict[str, Any], progress: Progress) -> Built:
    rows = decide_under(workspace, lock, progress)
    counted = tally(rows, lock["set_aside"])
    if lock["twin_per_thousand"] < 0:
        kept = rows.filter(pl.col("rank") == 0)
        people = kept.select(pl.when(pl.col("holder") != "").then("holder").otherwise("record").n_unique()).item()
        drawn = bool(counted.held.get("held-out-twin"))
        lock |= {"buckets": buckets_for(people), "twin_per_thousand": lock["plan"]["twin_per_thousand"] if drawn else 0}
    return Built(name="", path="", content_root="", tally=counted, lock=lock, rows=rows)


def _stage(workspace: Workspace, built: Built, progress: Progress) -> Findings:
    """Write everything that stands before closing."""
    lock, corpus = built.lock, workspace.corpus
    folder = _fresh_folder(workspace, lock["name"])
    kept = built.rows.filter(pl.col("rank") == 0)
    register = register_at(workspace.log, Position(base=lock["log"]["base"], size=lock["log"]["base"], root=b""))
    attributes = attribute_paths(lock)
    progress("seal", 0, 2)
    files = write_rows(corpus, folder, kept, attributes=attributes,
                       licences={name: source.licence for name, source in register.items()}, buckets=lock["buckets"])
    progress("seal", 1, 2)
    return _findings(workspace, built, folder, files, None)


def _stage_patch(workspace: Workspace, built: Built, parent: str, progress: Progress) -> Findings:
    lock, corpus = built.lock, workspace.corpus
    folder = _fresh_folder(workspace, lock["name"])
    register = register_at(workspace.log, Position(base=lock["log"]["base"], size=lock["log"]["base"], root=b""))
    manifest = json.loads(corpus.path(f"releases/{parent}/manifest.json").read_bytes())
    paths = [file["path"] for file in manifest["files"] if file["path"].startswith("data/")]
    keys = ["record", "chunk"]
    before = pl.concat([pl.DataFrame(pl.from_arrow(corpus.read(
        f"releases/{parent}/{path.replace('data/', 'ids/')}", keys))).with_columns(file=pl.lit(path)) for path in paths])
    kept = built.rows.filter(pl.col("rank") == 0)
    gone = before.join(kept, on=keys, how="anti")
    fresh = kept.join(before, on=keys, how="anti")
    joining = content_of(corpus, fresh, attribute_paths(lock),
                         {name: source.licence for name, source in register.items()})
    files, touched = patch_rows(corpus, f"releases/{parent}", folder, gone=gone, fresh=joining, paths=paths,
                                buckets=lock["buckets"])
    progress("seal", touched, touched)
    digest = corpus.digest(f"releases/{parent}/manifest.json")
    return _findings(workspace, built, folder, files, {"name": parent, "manifest": digest, "withdrawn": True})


def _findings(workspace: Workspace, built: Built, folder: str, files: Sequence[Placed],
              parent: Mapping[str, Any] | None) -> Findings:
    lock, corpus = built.lock, workspace.corpus
    kept = built.rows.filter(pl.col("rank") == 0)
    root, rows = root_of(corpus, folder, [file.path for file in files if file.path.startswith("ids/")])
    if rows != built.tally.released:
        raise EvidenceError(f"{rows} rows were written and {built.tally.released} decided", about=lock["name"],
                            remedy="Nothing was released; report this.")
    state = f"state/{lock['name']}"
    decisions = corpus.write(f"{state}/decisions.parquet", decisions_table(built.rows, lock["set_aside"]))
    corpus.write_bytes(f"{state}/lock.json", canonical_json(lock) + b"\n")
    corpus.write_bytes(f"{state}/tally.json", canonical_json(built.tally.as_json()) + b"\n")
    audit, audit_files = _audit(workspace, built, folder, state)
    drawn = sorted(release_tag(key, lock["name"]) for key in _keys_of(workspace, kept))
    corpus.write_bytes(f"{state}/tags.bin", b"".join(drawn))
    tags = TagTree(drawn)
    return Findings(name=lock["name"], folder=folder, lock=lock, files=(*files, *audit_files), content_root=root,
                    rows=rows, tally=built.tally, tags=tags, sources=_sources(workspace, lock, kept), audit=audit,
                    decisions=decisions, detectors=workspace.pins(), measure=_measure(), parent=parent)


def _audit(workspace: Workspace, built: Built, folder: str, state: str) -> tuple[dict[str, Any], list[Placed]]:
    lock = built.lock
    twin = built.rows.filter(pl.col("reason") == "held-out-twin")
    twin_digest = write_twin(workspace.corpus, f"{state}/twin.parquet", twin, attribute_paths(lock))
    number = lock["plan"]["canaries"] if built.tally.released >= AUDITABLE else 0
    canaries = write_canaries(workspace.corpus, folder, bytes.fromhex(lock["seed"]), number)
    return {"canaries": number, "twin": twin.height, "twin_digest": twin_digest}, [canaries]


def _keys_of(workspace: Workspace, kept: pl.DataFrame) -> Sequence[bytes]:
    people = kept.select(pl.col("subjects").explode(empty_as_null=False).drop_nulls().unique().sort())
    return list(workspace.tag_keys(people["subjects"].to_list()).values())


def _sources(workspace: Workspace, lock: Mapping[str, Any], kept: pl.DataFrame) -> tuple[Mapping[str, Any], ...]:
    register = register_at(workspace.log, Position(base=lock["log"]["base"], size=lock["log"]["base"], root=b""))
    counts = dict(kept.group_by("source").len().sort("source").iter_rows())
    return tuple({"id": name, "ground": register[name].ground, "licence": register[name].licence,
                  "contract": contract.id if (contract := register[name].contract) else "", "rows": number}
                 for name, number in counts.items())


def _measure() -> dict[str, Any]:
    return {"measured": False, "why": "no measure of the detectors on a labelled set was given to this build"}


def decisions_table(rows: pl.DataFrame, set_aside: int) -> Any:
    """Give the decisions file: one row for each chunk, and one for each record set aside."""
    own = rows.select("record", "chunk", "shard", "source", pl.col("rank").replace_strict(
        dict(enumerate(ANSWERS)), return_dtype=pl.String).alias("answer"), "reason")
    if set_aside:
        own = pl.concat([own, pl.DataFrame({
            "record": ["set-aside"] * set_aside, "chunk": pl.Series(range(set_aside), dtype=pl.Int32),
            "shard": [""] * set_aside, "source": [""] * set_aside, "answer": ["refuse"] * set_aside,
            "reason": ["unreadable"] * set_aside})])
    return own.to_arrow(compat_level=pl.CompatLevel.oldest())


def attribute_paths(lock: Mapping[str, Any]) -> dict[str, str]:
    """Give the attribute file of each shard of a lock."""
    key = lock["attributes"]["key"]
    return {shard: f"attributes/{key}/{shard}.parquet" for shard in lock["attributes"]["files"]}


def _fresh_folder(workspace: Workspace, name: str) -> str:
    folder = f"releases/{name}"
    shutil.rmtree(workspace.corpus.path(folder), ignore_errors=True)
    workspace.corpus.path(folder).mkdir(parents=True)
    return folder


def _close(workspace: Workspace, staged: Findings, *, held: bool, withdraws: str = "") -> bool:
    """Append the closing entry unless a deciding entry came meanwhile."""
    with workspace.log.writing() as writing:
        size, _ = writing.head()
        since = staged.lock["log"]["size"]
        if size > since and any(True for _ in workspace.log.entries(start=since, stop=size, kinds=DECIDING)):
            return False
        _enter_closing(workspace, writing, staged, withdraws)
    return True


def _enter_closing(workspace: Workspace, writing: Any, staged: Findings, withdraws: str = "") -> None:
    evidence = write_evidence(workspace.corpus, staged, workspace.origin, workspace.signer)
    digest = write_manifest(workspace.corpus, staged, evidence, workspace.origin, workspace.signer)
    now = workspace.clock.now()
    entries = [NewEntry(kind="release-closed", subject=NOBODY, received_at=now,
                        decision=closing_decision(staged, digest))]
    if withdraws:
        entries.append(NewEntry(kind="release-withdrawn", subject=NOBODY, received_at=now,
                                decision={"release": withdraws, "by": staged.name}))
    writing.append(entries)


def _finish(workspace: Workspace, staged: Findings, built: Built) -> Built:
    finish(workspace, staged.name)
    return replace(built, name=staged.name, path=str(workspace.corpus.path(staged.folder)),
                   content_root=staged.content_root)


def finish(workspace: Workspace, name: str) -> None:
    """Attest a closed release: proofs, signature, self-check, report, signature over the report as well."""
    folder = f"releases/{name}"
    data = workspace.corpus.path(f"{folder}/manifest.json").read_bytes()
    closed = releases_at(workspace.log)[name]
    if manifest_digest(data) != closed.manifest:
        raise EvidenceError("the manifest is not the one that was closed", about=name,
                            remedy="Do not use this release.")
    manifest = json.loads(data)
    done = Closed(manifest=manifest, seq=closed.seq, at=closed.closed_at)
    attest(workspace.corpus, folder, done, workspace.log, workspace.signer)
    small = manifest["rows"] <= SELF_CHECKED
    results = workspace.check(workspace.corpus.path(folder), workspace.root) if small else ()
    workspace.corpus.write_bytes(f"{folder}/evidence/report.html", workspace.render(manifest, results))
    attest(workspace.corpus, folder, done, workspace.log, workspace.signer, report=True)


def recover(workspace: Workspace) -> None:
    """Mend what a crash left: a closed release without attestation is attested, an unclosed one is removed."""
    folder = workspace.corpus.path("releases")
    closed = releases_at(workspace.log)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in closed:
            shutil.rmtree(path)
        elif not (path / "attestation.dsse.json").exists() or not (path / "evidence/report.html").exists():
            finish(workspace, path.name)
    for path in workspace.corpus.path(".").glob(".spill-*"):
        shutil.rmtree(path)

