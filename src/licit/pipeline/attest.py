"""Evidence and attestation: what is written about a release, closed in the log, and signed.

Order, from which nothing may be left out: evidence files, manifest, the log's ``release-closed`` entry (the only point of
publication), the proofs of that entry, the signature. A crash after closing is mended by :func:`attest` alone: it reads
what is on disk and in the log, and redoes the last two.

Rules kept here:

- The manifest lists every file that exists before closing; the attestation names the manifest and the closing proofs.
- Public evidence carries counts, never a record's reason or a person.

Law: REL-01, REL-02, REL-03, REL-06
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..core.errors import EvidenceError
from ..core.evidence import CLAIMS
from ..core.ids import canonical_json
from ..core.manifest import COLUMNS, FORMAT, LABEL, Tally, manifest_bytes, manifest_digest
from ..core.notes import Checkpoint, Envelope, NoteSignature, key_hash, pae, signed_note
from ..core.ports import Corpus, Log, Signer
from ..core.reasons import REASONS
from ..core.tree import TagTree
from .seal import Placed

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "https://licit.example/release/v1"

#: Written after closing, so outside the manifest; the attestation names the proofs and the report.
CLOSING, ATTESTATION = "evidence/closing.json", "attestation.dsse.json"
REPORT = "evidence/report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is to be said of a release: its files, root, tally, people, sources, and the lock it was built under."""

    name: str
    folder: str
    lock: Mapping[str, Any]
    files: tuple[Placed, ...]
    content_root: str
    rows: int
    tally: Tally
    tags: TagTree
    sources: tuple[Mapping[str, Any], ...]
    audit: Mapping[str, Any]
    decisions: str
    detectors: tuple[str, ...]
    measure: Mapping[str, Any]
    law: tuple[Mapping[str, Any], ...] = ()
    parent: Mapping[str, Any] | None = None
    papers: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A closed release: its manifest, its closing entry, and when that was recorded."""

    manifest: Mapping[str, Any]
    seq: int
    at: datetime


def checkpoint_note(origin: str, size: int, root: bytes, signer: Signer, at: datetime | None = None) -> bytes:
    """Give the signed note of a log's state, with its time where one counts."""
    text = Checkpoint(origin=origin, size=size, root=root, at=at).text()
    signature = NoteSignature(name=origin, key_hash=key_hash(origin, signer.public_key()), signature=signer.sign(text))
    return signed_note(text, [signature])


def write_evidence(corpus: Corpus, found: Findings, origin: str, signer: Signer) -> list[Placed]:
    """Write the evidence that stands before closing; give its files."""
    root = bytes.fromhex(found.lock["log"]["root"])
    absence = {"root": found.tags.root.hex(), "count": found.tags.count, "release": found.name}
    papers = {
        "evidence/claims.json": [claim.as_json() for claim in CLAIMS.values()],
        "evidence/absence.json": absence,
        "evidence/tally.json": by_gate(found.tally, patch=found.parent is not None),
        "evidence/measure.json": dict(found.measure)}
    files = {**found.papers, **{path: canonical_json(value) + b"\n" for path, value in papers.items()}}
    files["evidence/checkpoint.txt"] = checkpoint_note(origin, found.lock["log"]["size"], root, signer)
    return [Placed(path=path, sha256=corpus.write_bytes(f"{found.folder}/{path}", data), bytes=len(data))
            for path, data in sorted(files.items())]


def by_gate(tally: Tally, *, patch: bool = False) -> dict[str, Any]:
    """Give the public tally by gate, in the order of the flow, small cells merged into ``other``."""
    public = tally.public(patch=patch)
    gates: dict[str, dict[str, dict[str, int]]] = {}
    for answer in ("held", "refused"):
        for reason, number in public[answer].items():
            gate = REASONS[reason].gate if reason in REASONS else "other"
            gates.setdefault(gate, {}).setdefault(answer, {})[reason] = number
    return {"arrived": tally.arrived, "released": tally.released, "gates": gates}


def write_manifest(corpus: Corpus, found: Findings, evidence: Sequence[Placed], origin: str, signer: Signer) -> str:
    """Write ``manifest.json``; give its digest."""
    manifest = stated(found, evidence) | {
        "log": {"origin": origin, "size": found.lock["log"]["size"], "root": found.lock["log"]["root"],
                "key": signer.public_key().hex()},
        "signer": {"key_id": signer.key_id, "key": signer.public_key().hex(),
                   **({"chain": list(signer.chain)} if signer.chain else {})}}
    data = manifest_bytes(manifest)
    corpus.write_bytes(f"{found.folder}/manifest.json", data)
    return manifest_digest(data)


def stated(found: Findings, evidence: Sequence[Placed] = ()) -> dict[str, Any]:
    """Give what a manifest states, but for the log's and the signer's keys."""
    plan = found.lock["plan"]
    files = sorted((*found.files, *evidence), key=lambda file: file.path)
    return {
        "format": FORMAT, "name": found.name, "label": LABEL, "purpose": plan["purpose"], "use": plan["use"],
        "commercial": plan["commercial"], "as_of": found.lock["as_of"], "content_root": found.content_root,
        "rows": found.rows, "columns": list(COLUMNS), "tally": found.tally.public(patch=found.parent is not None),
        "files": [{"path": file.path, "sha256": file.sha256, "bytes": file.bytes} for file in files],
        "sources": [dict(source) for source in found.sources], "law": [dict(paper) for paper in found.law],
        "lock": dict(found.lock), "lock_digest": manifest_digest(canonical_json(found.lock)),
        "absence": {"root": found.tags.root.hex(), "count": found.tags.count, "release": found.name},
        "audit": dict(found.audit), "detectors": list(found.detectors), "parent": found.parent,
        "private": {"decisions": found.decisions,
                    "tally": manifest_digest(canonical_json(found.tally.as_json()))},
        "lease_hours": plan["lease_hours"], "accepted": list(plan["accepted"])}


def closing_decision(found: Findings, digest: str) -> dict[str, Any]:
    """Give the decision part of the ``release-closed`` entry."""
    return {"release": found.name, "manifest": digest, "content_root": found.content_root,
            "absence_root": found.tags.root.hex()}


def attest(corpus: Corpus, folder: str, closed: Closed, log: Log, signer: Signer, *, report: bool = False) -> None:
    """Write the proofs of the closing entry and sign; may be repeated, and is after a crash.

    Args:
        corpus: where the release lies.
        folder: the release's folder.
        closed: its manifest, as read from disk, and its ``release-closed`` entry.
        log: the log, not shorter than that entry.
        signer: whose key signs.
        report: whether the report is there and is signed as well.
    """
    manifest, seq = closed.manifest, closed.seq
    size, root = log.head()
    closing = {
        **_opening(log, seq), "seq": seq, "kind": "release-closed", "size": size, "root": root.hex(),
        "path": [step.hex() for step in log.inclusion(seq, size)],
        "consistency": [step.hex() for step in log.consistency(manifest["log"]["size"], size)],
        "checkpoint": checkpoint_note(manifest["log"]["origin"], size, root, signer, closed.at).decode()}
    closing_sha = corpus.write_bytes(f"{folder}/{CLOSING}", canonical_json(closing) + b"\n")
    subjects = [("manifest.json", corpus.digest(f"{folder}/manifest.json")), (CLOSING, closing_sha)]
    if report:
        subjects.append((REPORT, corpus.digest(f"{folder}/{REPORT}")))
    statement = {
        "_type": STATEMENT_TYPE, "predicateType": PREDICATE_TYPE,
        "subject": [{"name": name, "digest": {"sha256": value.removeprefix("sha256:")}} for name, value in subjects],
        "predicate": {"release": manifest["name"], "content_root": manifest["content_root"],
                      "label": manifest["label"], "log": {"size": size, "root": root.hex()}}}
    body = canonical_json(statement)
    envelope = Envelope(payload_type=PAYLOAD_TYPE, body=body,
                        signatures={signer.key_id: signer.sign(pae(PAYLOAD_TYPE, body))})
    corpus.write_bytes(f"{folder}/{ATTESTATION}", canonical_json(envelope.to_json()) + b"\n")


def _opening(log: Log, seq: int) -> dict[str, Any]:
    """Give what opens an entry to a stranger: its leaf's data, and its decision part with the salt."""
    stored = log.commitments(seq)
    if stored.decision is None:
        raise EvidenceError("the closing entry cannot be read", about=f"log entry {seq}", reason="entry-unreadable",
                            remedy="Restore the workspace from a backup.")
    leaf = canonical_json({"about": stored.about.commitment(), "decision": stored.decision_commitment,
                           "kind": stored.kind, "particulars": stored.particulars_commitment, "v": 1})
    return {"leaf": leaf.decode(),
            "decision": {"salt": stored.decision.salt.hex(), "body": stored.decision.body.decode()}}
