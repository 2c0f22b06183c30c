"""Evidence for an authority as one zip: a request or a release, with entries, proofs, papers and a signed list of digests.

Rules kept here:

- Every entry comes as a signed receipt with its path into the log's root, so that none was made up for the occasion.
- No conversation, no row of a release, no key of a person: what staff wrote in steps is the only free text, and the
  papers of releases hold no words.
- The list of digests is signed, so that a file changed, missing or added shows.

Law: RGT-08
"""

import json
import zipfile
from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from ..core.errors import InputError
from ..core.ids import canonical_json
from ..core.notes import Envelope, pae
from ..core.recalls import recalls_from
from ..pipeline.attest import checkpoint_note
from .board import board
from .cases import case_of
from .commands import receipt
from .live import Live
from .recalls import as_json as recall_json
from .workspace import Workspace, releases_at

FORMAT = "licit-bundle/1"
TYPE = "application/vnd.licit.bundle+json"
LIST = "bundle.dsse.json"

_README = """\
Evidence from a licit workspace. Check it with no server and no workspace:
    licit-verify bundle FILE.zip --key KEY
bundle.dsse.json   the signed list of all files
checkpoint.txt     the log's signed state
entries/           log entries as signed receipts, each with its path into the log
request.json       the request, its steps, and how far it has come in each store
releases/          manifests, attestations and papers of releases; no rows
recalls.json       who was told of a withdrawn release, and what they answered
"""


def write_bundle(live: Live, file: IO[bytes], *, request: int = -1, release: str = "") -> dict[str, Any]:
    """Write a bundle about a request or a release; give the list of digests that is signed.

    Raises:
        InputError: neither or both are named, or there is no such thing.
        EvidenceError: an entry that belongs in it cannot be read.
    """
    space = live.workspace
    known = releases_at(space.log)
    if (request < 0) is (not release):
        raise InputError("name a request or a release", reason="bundle-unclear", remedy="--request ID, or --release R")
    if release and release not in known:
        raise InputError("no such release", about=release, reason="release-unknown", remedy=f"There are: {', '.join(known) or 'none'}.")
    files: dict[str, bytes] = {"README.txt": _README.encode()}
    wanted = {entry.seq for entry in space.log.entries(kinds=("policy", "release-closed", "release-withdrawn"))
              if not release or entry.kind == "policy" or (entry.decision or {}).get("release") == release}
    if not release:
        case = case_of(space, request)
        wanted |= {request, *(step.seq for step in case.steps)}
        cells = next((row.cells for row in board(live)[0] if row.entry == request), {})
        files["request.json"] = _json({
            "entry": request, "kind": case.kind, "subject": case.subject, "state": case.state, "due": case.due.isoformat(),
            "received_at": case.received_at.isoformat(), "stores": {name: {"state": cell.state, "number": cell.number}
                                                                    for name, cell in cells.items()},
            "steps": [{"entry": step.seq, "step": step.what, "by": step.by, "why": step.why, "at": step.at.isoformat(),
                       "against": step.against, **step.values} for step in case.steps]})
    deliveries = list(space.log.entries(kinds=("delivery",)))
    told = [one for one in recalls_from(deliveries).values() if release in ("", one.release)]
    ids = {one.id for one in told}
    wanted |= {entry.seq for entry in deliveries if (entry.decision or {}).get("id") in ids}
    files["recalls.json"] = _json([recall_json(one) for one in told])
    size, root = space.log.head()
    for seq in sorted(wanted):
        files[f"entries/{seq}.json"] = _json(_entry(space, seq, size))
    for name in (release,) if release else known:
        files |= _papers(space.corpus.path(f"releases/{name}"), name)
    return _closed(space, file, files, {"request": request} if not release else {"release": release}, (size, root))


def _entry(space: Workspace, seq: int, size: int) -> dict[str, Any]:
    return {"format": "licit-proof/1", "release": "", "receipt": receipt(space, seq), "size": size, "tag": None,
            "path": [step.hex() for step in space.log.inclusion(seq, size)], "keys": list(space.signer.chain)}


def _papers(folder: Path, name: str) -> dict[str, bytes]:
    """Give what a release says of itself: no rows, no ids of records, no canaries."""
    wanted = [folder / "manifest.json", folder / "attestation.dsse.json", *sorted((folder / "evidence").rglob("*"))]
    return {f"releases/{name}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in wanted if path.is_file()}


def _closed(space: Workspace, file: IO[bytes], files: dict[str, bytes], about: Mapping[str, Any], head: tuple[int, bytes]) -> dict[str, Any]:
    signer, now = space.signer.current(), space.clock.now()
    size, root = head
    files["checkpoint.txt"] = checkpoint_note(space.origin, size, root, signer, now)
    listed = {"format": FORMAT, "about": dict(about), "origin": space.origin, "at": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
              "size": size, "root": root.hex(), "key": signer.public_key().hex(), "chain": list(signer.chain),
              "files": {path: sha256(data).hexdigest() for path, data in sorted(files.items())}}
    body = canonical_json(listed)
    envelope = Envelope(payload_type=TYPE, body=body, signatures={signer.key_id: signer.sign(pae(TYPE, body))})
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted({**files, LIST: _json(envelope.to_json())}.items()):
            archive.writestr(path, data)
    return listed


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
