"""Build: from the log's position and the shards to a closed, attested release, or a patch of one.

Rules kept here:

- The lock fixes plan, inputs, position, moment, attributes, files and seed; the same lock gives the same content root
  and tally.
- What is recorded before closing is honoured: if a deciding entry, or a state that ends a chat of the inputs, came
  meanwhile, the release is built again from the new head; in the end, as a patch, while the log is held.
- Closing is the only point of publication. What a crash leaves before it is removed, what it leaves after is attested,
  and the same build run again gives that release, not a second one.
- A release that fails its own check is an error, though it is closed.
- One process at a time builds, patches or erases in a workspace.
- A patch keeps its parent's inputs and moment, applies the restricting entries since, and withdraws its parent.

Law: CHO-04, CHO-05, REL-01, REL-04, MOD-01
"""

import json
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..core.errors import EvidenceError, RefusedError, UnavailableError
from ..core.ids import NOBODY
from ..core.manifest import manifest_digest
from ..core.notes import parse_envelope
from ..core.ports import NewEntry
from ..pipeline.attest import (
    ATTESTATION,
    CLOSING,
    REPORT,
    Closed,
    Findings,
    attest,
    closing_decision,
    write_evidence,
    write_manifest,
)
from .alone import alone, remove_parts
from .compact import compact
from .deciding import make_lock, patch_lock
from .later import ended_since
from .plan import Plan
from .staging import Built, decided, decided_patch, stage, stage_patch, weighed
from .workspace import DECIDING, Position, Progress, Released, Workspace, releases_at, silent

#: Up to so many rows a release is checked by the verifier as it is finished, so that its report shows the results; a
#: larger one says that nobody has checked it yet.
SELF_CHECKED = 50_000

_TRIES = 4


def build(workspace: Workspace, plan: Plan, *, dry: bool = False, progress: Progress = silent) -> Built:
    """Build a release of what may be released now; nothing is published when nothing may be.

    Raises:
        SetupError: a detector is missing or ``as_of`` lies in the future.
        EvidenceError: something on disk or in the log is not what was recorded.
        UnavailableError: another process builds in this workspace.
    """
    with alone(workspace):
        workspace.log.require_sound()  # before anything is mended by its word, or decided
        finished = recover(workspace)
        lately = _interrupted(workspace, plan, finished[-1], progress) if finished and not dry else None
        if not dry and not lately:
            compact(workspace)
        return lately or _build(workspace, plan, dry, progress)


def _interrupted(workspace: Workspace, plan: Plan, name: str, progress: Progress) -> Built | None:
    """Give a release that was closed before its build was cut short, if this build would make the same again."""
    lock = json.loads(workspace.corpus.path(f"state/{name}/lock.json").read_bytes())
    size = lock["log"]["size"]
    now = make_lock(workspace, plan, Position.head(workspace.log), progress=progress)
    same = all(now[part] == lock.get(part) for part in ("plan", "inputs", "set_aside", "attributes", "tokens", "parent", "papers"))
    if not same or any(True for _ in workspace.log.entries(start=size, kinds=DECIDING)):
        return None
    built = decided(workspace, lock, progress)
    manifest = json.loads(workspace.corpus.path(f"releases/{name}/manifest.json").read_bytes())
    return replace(built, name=name, path=str(workspace.corpus.path(f"releases/{name}")), content_root=manifest["content_root"])


def _build(workspace: Workspace, plan: Plan, dry: bool, progress: Progress) -> Built:
    for _ in range(_TRIES):
        lock = make_lock(workspace, plan, Position.head(workspace.log), progress=progress)
        built = decided(workspace, lock, progress)
        if dry or not built.tally.released:
            return weighed(workspace, built) if dry else built
        staged = stage(workspace, built, progress)
        if _close(workspace, staged):
            return _finish(workspace, staged, built)
        shutil.rmtree(workspace.corpus.path(staged.folder))
    with workspace.log.writing() as writing:
        size, root = writing.head()
        lock = make_lock(workspace, plan, Position(base=size, size=size, root=root), progress=progress)
        built = decided(workspace, lock, progress)
        if not built.tally.released:
            return built
        staged = stage(workspace, built, progress)
        _enter_closing(workspace, writing, staged)
    return _finish(workspace, staged, built)


def patch(workspace: Workspace, name: str, *, progress: Progress = silent) -> Built:
    """Build the patch release of a release: what the restricting entries since leave of it.

    Raises:
        RefusedError: there is no such release, or it is withdrawn already.
        UnavailableError: another process builds in this workspace.
    """
    with alone(workspace):
        recover(workspace)
        return patch_alone(workspace, name, progress)


def patch_alone(workspace: Workspace, name: str, progress: Progress) -> Built:
    """Build a patch while no other process builds: see :func:`patch`."""
    known = releases_at(workspace.log)
    if name not in known or known[name].withdrawn >= 0:
        live = ", ".join(item.name for item in known.values() if item.withdrawn < 0) or "none"
        raise RefusedError("there is no live release of that name", about=name, reason="release-unknown",
                           remedy=f"Live releases: {live}.")
    for _ in range(_TRIES):
        lock = patch_lock(workspace, name)
        built = decided_patch(workspace, lock, name, progress)
        staged = stage_patch(workspace, built, name, progress)
        if _close(workspace, staged, withdraws=name):
            return _finish(workspace, staged, built)
        shutil.rmtree(workspace.corpus.path(staged.folder))
    with workspace.log.writing() as writing:  # whoever else enters something waits, or is told to try again
        lock = patch_lock(workspace, name)
        built = decided_patch(workspace, lock, name, progress)
        staged = stage_patch(workspace, built, name, progress)
        _enter_closing(workspace, writing, staged, withdraws=name)
    return _finish(workspace, staged, built)


def _close(workspace: Workspace, staged: Findings, *, withdraws: str = "") -> bool:
    """Append the closing entry unless a deciding entry, or a state that ends one of the inputs, came meanwhile."""
    with workspace.log.writing() as writing:
        size, _ = writing.head()
        since = staged.lock["log"]["size"]
        if size > since and (any(True for _ in workspace.log.entries(start=since, stop=size, kinds=DECIDING))
                             or ended_since(workspace, staged.lock, since, size)):
            return False
        _enter_closing(workspace, writing, staged, withdraws)
    return True


def _enter_closing(workspace: Workspace, writing: Any, staged: Findings, withdraws: str = "") -> None:
    signer = workspace.signer.current()  # while the log is held, so that no key is retired before the closing
    evidence = write_evidence(workspace.corpus, staged, workspace.origin, signer)
    digest = write_manifest(workspace.corpus, staged, evidence, workspace.origin, signer)
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
    signer = workspace.signer.of(manifest["signer"]["key"])  # the key that closed it, though another may sign by now
    workspace.corpus.remove(f"{folder}/{REPORT}")  # one that a crash left is attested by nobody
    attest(workspace.corpus, folder, done, workspace.log, signer)
    small = manifest["rows"] <= SELF_CHECKED
    results = workspace.check(workspace.corpus.path(folder), workspace.root) if small else ()
    workspace.corpus.write_bytes(f"{folder}/evidence/report.html", workspace.render(
        {**manifest, "measure": json.loads(workspace.corpus.path(f"{folder}/evidence/measure.json").read_bytes())},
        results))
    attest(workspace.corpus, folder, done, workspace.log, signer, report=True)
    if failing := sorted(str(item["claim"]) for item in results if item["result"] == "fails"):
        raise EvidenceError(f"the release is closed, but fails its own check: {', '.join(failing)}", about=name,
                            remedy=f"Hand it to nobody. See licit verify {folder} --auditor . for what is wrong.")


def mend(workspace: Workspace) -> None:
    """Mend what a crash left, unless another command is at work here and does so itself."""
    with suppress(UnavailableError), alone(workspace):
        recover(workspace)


def recover(workspace: Workspace) -> list[str]:
    """Mend what a crash left: a closed release without whole attestation is attested, what was not closed is removed.

    Gives the names of the releases that were attested.
    """
    remove_parts(workspace)
    finished = []
    folder = workspace.corpus.path("releases")
    closed = releases_at(workspace.log)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in closed and path.is_dir():
            shutil.rmtree(path)
        elif path.name in closed and _as_closed(path, closed[path.name]) and not _attested(workspace, path):
            finish(workspace, path.name)
            finished.append(path.name)
    for twin in workspace.corpus.path("state").glob("*/twin.parquet"):
        if twin.parent.name not in closed:
            shutil.rmtree(twin.parent)
    for path in workspace.corpus.path(".").glob(".spill-*"):
        shutil.rmtree(path)
    return finished


def _as_closed(path: Path, closed: Released) -> bool:
    """Tell whether a release's manifest is the one that was closed; what was altered since is for ``verify`` to say."""
    try:
        return manifest_digest((path / "manifest.json").read_bytes()) == closed.manifest
    except OSError:
        return False


def _attested(workspace: Workspace, path: Path) -> bool:
    """Tell whether what was attested last is what lies there: a crash between two attestations leaves them apart."""
    try:
        body = json.loads(parse_envelope(json.loads((path / ATTESTATION).read_bytes())).body)
        return {item["name"]: f"sha256:{item['digest']['sha256']}" for item in body["subject"]} == {
            name: workspace.corpus.digest(f"releases/{path.name}/{name}") for name in ("manifest.json", CLOSING, REPORT)}
    except (OSError, ValueError, KeyError, EvidenceError):
        return False

