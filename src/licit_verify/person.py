"""What a person can check with their own receipt: that it is genuine, that the log kept it, that they are not in here.

The receipt file is JSON: the DSSE envelope of the receipt, or a ``licit-proof/1`` that holds it together with the proofs
for one release (``docs/reference/formats.md``).

Rules kept here:

- The person's key comes from the signed receipt; their tag in this release follows from nothing else.
- Absence shows that the release declares no row of the person, not that none was mislabelled, and says so.
- A proof that was not handed out yet is ``cannot-tell``; a proof that does not lead to the root is a failure.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .canonical import commitment, is_digest, key_id, once, parse, release_tag, unhex, write
from .closing import hashed
from .files import CLOSING, MANIFEST, Release, read_small, take
from .keychain import Chain, chain_of, read_chain
from .linked import insist_on_linked, is_linked, unlinked
from .notes import Envelope, read_envelope
from .report import Fault, Note, Untold
from .tree import TagPath, included, leads, leaf_hash

_PROOF = "licit-proof/1"
_TYPE = "application/vnd.licit.receipt+json"
_FIELDS = {"v", "origin", "seq", "kind", "leaf", "about", "about_salt", "decision", "decision_salt", "particulars",
           "issued_at", "tag_key"}
_LENIENT = re.compile(r"\s*\{")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as read: its payload, the leaf it opens to, and the proofs that came with it."""

    name: str
    payload: Mapping[str, Any]
    leaf: bytes
    proofs: Mapping[str, Any]


def read_receipt(release: Release, path: Path) -> Receipt:
    """Read a receipt and insist that the log's key signed it and that its openings give its leaf.

    Raises:
        Fault: otherwise.
    """
    name = path.name
    paper = opened(path)
    log = release.get("log", dict)
    own, known = chain_of(release.manifest).keys[-1], _keys(release, paper.proofs, name)
    if paper.payload["origin"] != log.get("origin"):
        raise Fault("the receipt is of another log", name)
    insist_on_key(paper, known, own, name)
    return Receipt(name, paper.payload, paper.leaf, paper.proofs)


@dataclass(frozen=True, slots=True)
class Opened:
    """A receipt whose openings give its leaf; whether its signature counts is still to be asked.

    ``linked`` is the JSON-LD document that it came in, None where it came plain.
    """

    payload: Mapping[str, Any]
    leaf: bytes
    proofs: Mapping[str, Any]
    envelope: Envelope
    linked: Mapping[str, Any] | None = None


def opened(path: Path) -> Opened:
    """Read a receipt, alone or with the proofs for a release, and insist that its openings give its leaf.

    Raises:
        Fault: otherwise.
    """
    name = path.name
    try:
        text = read_small(path.parent, name).decode()
        value: dict[str, Any] = json.loads(text, object_pairs_hook=once) if _LENIENT.match(text) else {}
        proofs = value if value.get("format") == _PROOF else {}
        paper = proofs.get("receipt", value)
        linked = paper if isinstance(paper, dict) and is_linked(paper) else None
        envelope = read_envelope(unlinked(paper) if linked else paper)
        payload = parse(envelope.body)
    except (ValueError, RecursionError):
        raise Fault("{path} is no receipt", name, path=name) from None
    if envelope.payload_type != _TYPE or not isinstance(payload, dict) or set(payload) != _FIELDS or payload["v"] != 1:
        raise Fault("{path} is no receipt", name, path=name)
    return Opened(payload, _leaf(payload, name), proofs, envelope, linked)


def insist_on_key(paper: Opened, known: Chain, trusted: bytes, name: str) -> None:
    """Insist that a key of the log signed a receipt, one that a trusted key vouches for and that counted then.

    Raises:
        Fault: otherwise.
    """
    key = next((each for each in known.keys if key_id(each) == paper.envelope.key_id), b"")
    if not known.leads(trusted, key) or not paper.envelope.holds(key):
        raise Fault("the receipt is not signed by the log's key", name)
    if not known.counts(key, take(paper.payload, "seq", int, name), take(paper.payload, "issued_at", str, name)):
        raise Fault("the receipt is signed by a key of the log that did not count any more", name)
    if paper.linked is not None:
        insist_on_linked(paper.linked, paper.payload, key, name)


def _keys(release: Release, proofs: Mapping[str, Any], name: str) -> Chain:
    """Give the log's keys as far as release and proof know them."""
    own = chain_of(release.manifest)
    if not proofs.get("keys"):
        return own
    later = read_chain(proofs["keys"], release.get("log", dict).get("origin", ""), None, name)
    if not later.continues(own):
        raise Fault("the chain of signing keys in {path} is broken, incomplete or forged", name, path=name)
    return later


def _leaf(payload: Mapping[str, Any], name: str) -> bytes:
    try:
        opened = {part: commitment(unhex(payload[f"{part}_salt"], 32), write(payload[part]))
                  for part in ("about", "decision")}
        leaf = leaf_hash(write({**opened, "kind": payload["kind"], "particulars": payload["particulars"], "v": 1}))
        good = is_digest(payload["particulars"]) and leaf == unhex(payload["leaf"], 32)
        unhex(payload["tag_key"])
    except ValueError:
        good = False
    if not good:
        raise Fault("the receipt does not open to its own leaf", name)
    return leaf


def receipt_genuine(receipt: Receipt) -> Note:
    """Say what the receipt is of; that it could be read shows that it is genuine."""
    return Note("entry {seq} of the log: {kind}", seq=receipt.payload["seq"], kind=receipt.payload["kind"])


def receipt_in_log(release: Release, receipt: Receipt) -> None:
    """Insist that the receipt's entry stands in the log in which this release was closed.

    Raises:
        Fault: otherwise.
        Untold: no proof came with the receipt, or the entry is later than the release.
    """
    seq, closing = take(receipt.payload, "seq", int, receipt.name), release.closing
    size, root = take(closing, "size", int, CLOSING), hashed(closing, "root", CLOSING)
    if seq >= size:
        raise Untold("the entry was recorded after this release was closed", receipt.name)
    proof = _proof(release, receipt)
    if take(proof, "size", int, receipt.name) != size or not included(
            receipt.leaf, seq, size, _hashes(proof, "path", receipt.name), root):
        raise Fault("the receipt's entry is not in the log that this release rests on", receipt.name)


def _proof(release: Release, receipt: Receipt) -> Mapping[str, Any]:
    if receipt.proofs.get("release") != release.get("name", str):
        raise Untold("no proof for this release came with the receipt; ask for it", receipt.name)
    return receipt.proofs


def _hashes(value: Any, name: str, path: str) -> list[bytes]:
    try:
        return [unhex(item, 32) for item in take(value, name, list, path)]
    except ValueError:
        raise Fault("{name} is missing from {path}, or of the wrong kind", path, name=name, path=path) from None


def person_absent(release: Release, receipt: Receipt) -> Note:
    """Insist that the person's tag is absent from the tree of everybody in this release.

    Raises:
        Fault: the person is present, or the proof does not lead to the root.
        Untold: the receipt carries no key of the person, or no proof for this release.
    """
    absence = release.get("absence", dict)
    key = unhex(receipt.payload["tag_key"])
    if not key:
        raise Untold("the receipt carries no key of the person", receipt.name)
    tag = release_tag(key, take(absence, "release", str))
    way = _way(_proof(release, receipt).get("tag"), receipt.name)
    if not leads(hashed(absence, "root"), take(absence, "count", int), tag, way):
        raise Fault("the proof does not lead to this release's root of tags", receipt.name, MANIFEST)
    if way.leaf == tag:
        raise Fault("this release declares rows of this person", MANIFEST)
    return Note("it declares no row of this person; it does not prove that none was mislabelled")


def _way(proof: Any, name: str) -> TagPath:
    try:
        if set(proof) != {"leaf", "path"}:
            raise ValueError
        path = tuple((bit, unhex(sibling, 32)) for bit, sibling in proof["path"])
        leaf = None if proof["leaf"] is None else unhex(proof["leaf"], 32)
    except (TypeError, ValueError):
        raise Fault("the proof for this release cannot be read", name) from None
    if any(type(bit) is not int for bit, _ in path):
        raise Fault("the proof for this release cannot be read", name)
    return TagPath(leaf, path)
