"""Proofs for one person: that their entry is in the log a release closed in, and that the release declares no row of theirs.

Law: REL-05
"""

import json
import os
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from ..core.errors import EvidenceError, InputError
from ..core.ids import canonical_json
from ..core.notes import Envelope, pae, parse_envelope, parse_receipt, release_tag
from ..core.tree import TagTree
from .queries import recall
from .register_view import first_end
from .workspace import Workspace, releases_at

FORMAT = "licit-proof/1"
LEASE_TYPE = "application/vnd.licit.lease+json"
_TAG = 32


def prove(workspace: Workspace, envelope: Mapping[str, Any], release: str) -> dict[str, Any]:
    """Give what accompanies a receipt: the entry's inclusion path, and the proof of the person's tag in a release.

    The tag's proof is one of absence, or of presence when the release declares rows of the person: whoever checks sees
    which. ``path`` is None for an entry that came after the release closed.

    Raises:
        InputError: no receipt, one without the person's key, or no such release.
        EvidenceError: the release's tags are not those it was closed with.
    """
    try:
        receipt = parse_receipt(parse_envelope(envelope).body)
    except EvidenceError as error:
        raise InputError(f"this is no receipt: {error.what}") from None
    if not receipt.tag_key:
        raise InputError("this receipt carries no key of a person", remedy="Use the receipt that was given to them.")
    if release not in releases_at(workspace.log):
        raise InputError("no such release", about=release, reason="release-unknown")
    data = workspace.corpus.path(f"state/{release}/tags.bin").read_bytes()
    tree = TagTree([data[i:i + _TAG] for i in range(0, len(data), _TAG)])
    folder = workspace.corpus.path(f"releases/{release}")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    if tree.root.hex() != manifest["absence"]["root"]:
        raise EvidenceError("the tags kept for this release are not those it was closed with", about=release,
                            remedy="Restore the workspace's state folder from a backup.")
    size = int(json.loads((folder / "evidence/closing.json").read_bytes())["size"])
    path = [step.hex() for step in workspace.log.inclusion(receipt.seq, size)] if receipt.seq < size else None
    return {"format": FORMAT, "release": release, "receipt": dict(envelope), "size": size, "path": path,
            "keys": list(workspace.signer.chain), "tag": tree.prove(release_tag(receipt.tag_key, release)).to_json()}



def lease(workspace: Workspace, release: str) -> dict[str, Any]:
    """Give a signed word on whether a release is live now, for those who train on it elsewhere, and until when its rights last.

    Raises:
        InputError: no such release.
    """
    known = releases_at(workspace.log)
    if release not in known:
        raise InputError("no such release", about=release, reason="release-unknown")
    now, ends = workspace.clock.now().astimezone(UTC), first_end(workspace, release)
    over = ends is not None and now >= ends
    live = known[release].withdrawn < 0 and not over and not recall(workspace, release=release).touched
    size, root = workspace.log.head()
    signer = workspace.signer.current()
    body = canonical_json({
        "release": release, "manifest": known[release].manifest, "live": live, "size": size, "root": root.hex(),
        "chain": list(signer.chain), "at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ends": ends.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if ends else ""})
    return Envelope(payload_type=LEASE_TYPE, body=body,
                    signatures={signer.key_id: signer.sign(pae(LEASE_TYPE, body))}).to_json()


def export_log(workspace: Workspace, file: Path) -> int:
    """Write the whole log to a new file, there whole or not at all; give how many entries it holds at least.

    Raises:
        InputError: there is something of that name.
        UnavailableError: the database cannot be read now, or the file cannot be written.
    """
    if file.exists() or file.is_symlink():
        raise InputError("there is something of that name, and a log is never written over another", about=file.name,
                         remedy="Name a new file.")
    size, _ = workspace.log.head()
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        workspace.copy_log(part)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return size
