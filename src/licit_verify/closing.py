"""The public claims about signature and log: who signed, which log it cites, and that it was closed in that log.

Rules kept here:

- The attestation covers the manifest, the manifest names the log's key, the log's checkpoints cover the closing.
- A signer nobody pinned is said to be unpinned: anybody can sign with a key of their own.
- The digest in the log's closing entry is this manifest's, so a release that was never closed cannot pass for one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .canonical import commitment, digest_text, key_id, parse, unhex, write
from .files import ATTESTATION, CLOSING, MANIFEST, REPORT, Release, subjects, take
from .keychain import Chain, chain_of
from .notes import Checkpoint, read_checkpoint
from .report import Fault, Note
from .tree import consistent, included, leaf_hash

CHECKPOINT, ABSENCE = "evidence/checkpoint.txt", "evidence/absence.json"
_STATEMENT = "https://in-toto.io/Statement/v1"
_PREDICATE = "https://licit.example/release/v1"
_PAYLOAD = "application/vnd.in-toto+json"
_LEAF = {"about", "decision", "kind", "particulars", "v"}


def hashed(value: Any, name: str, *files: str) -> bytes:
    """Take a 32-byte hash or key in hexadecimal from a JSON object.

    Raises:
        Fault: missing or malformed.
    """
    try:
        return unhex(take(value, name, str, *files), 32)
    except ValueError:
        raise Fault("{name} is missing from {path}, or of the wrong kind", *(files or (MANIFEST,)), name=name,
                    path=(files or (MANIFEST,))[0]) from None


def signed_by(release: Release, pinned: bytes | None, later: Chain | None = None) -> Note | None:
    """Insist that the attestation is signed, by a key that the pinned one vouches for, and is about this very release.

    ``later`` is the list of the log's keys, where one came with the command.

    Raises:
        Fault: otherwise.
    """
    key = _signing_key(release, pinned, later)
    envelope = release.envelope
    if envelope is None or envelope.payload_type != _PAYLOAD or not envelope.holds(key):
        raise Fault("the signature of {path} does not hold", ATTESTATION, path=ATTESTATION)
    named = [(MANIFEST, release.manifest_digest), (CLOSING, release.closing_digest)]
    if REPORT in (attested := subjects(release.statement)):
        named.append((REPORT, attested[REPORT]))
    subject = [{"digest": {"sha256": digest.removeprefix("sha256:")}, "name": name} for name, digest in named]
    predicate = {"release": release.get("name", str), "content_root": release.get("content_root", str),
                 "label": release.get("label", str),
                 "log": {name: release.closing.get(name) for name in ("size", "root")}}
    if release.statement != {"_type": _STATEMENT, "subject": subject, "predicateType": _PREDICATE,
                             "predicate": predicate}:
        raise Fault("the signed statement is not about this manifest and closing", ATTESTATION)
    if pinned is None:
        return Note("signer unpinned: key {id} signed it, and whose that is nobody checked; pin it with --key",
                    id=key_id(key))
    if pinned != key:
        return Note("signed by key {id}, which the pinned key vouches for", id=key_id(key))
    return None


def _signing_key(release: Release, pinned: bytes | None, later: Chain | None) -> bytes:
    """Give the signer's key, if its chain is whole, the pinned key vouches for it, and no key had followed it."""
    chain = chain_of(release.manifest)
    key, known = chain.keys[-1], chain
    if hashed(release.get("log", dict), "key") != key:
        raise Fault("the log's key is not the signer's", MANIFEST)
    if later is not None:
        if not later.continues(chain):
            raise Fault("the list of keys is not of this log, or older than this release", MANIFEST)
        known = later
    if pinned is not None and not known.leads(pinned, key):
        raise Fault("signed by key {id}, which is not the pinned one", ATTESTATION, id=key_id(key))
    seq = take(release.closing, "seq", int, CLOSING)
    if not known.counts(key, seq, _time_of_closing(release)) or any(seq <= end for end in chain.ends):
        raise Fault("signed by key {id}, which did not count any more or not yet", ATTESTATION, id=key_id(key))
    return key


def _time_of_closing(release: Release) -> str:
    """Give the time on the closing's checkpoint, "" where it has none; whether that is signed is another claim."""
    lines = take(release.closing, "checkpoint", str, CLOSING).split("\n")
    return lines[3].removeprefix("time ") if len(lines) > 3 and lines[3].startswith("time ") else ""


def _checkpoint(release: Release, note: bytes, path: str, size: int, root: bytes) -> Checkpoint:
    log = release.get("log", dict)
    try:
        head = read_checkpoint(note, take(log, "origin", str), hashed(log, "key"))
    except ValueError:
        raise Fault("{path}: the checkpoint is malformed, or the key of the log did not sign it", path, path=path) from None
    if (head.size, head.root) != (size, root):
        raise Fault("{path}: the checkpoint is of another size or root", path, path=path)
    return head


def log_signed(release: Release, now: datetime | None) -> None:
    """Insist that the position the release rests on is the lock's, is signed by the log's key, and is judged by now.

    Raises:
        Fault: otherwise.
    """
    log = release.get("log", dict)
    _lock_agrees(release, log)
    if now is not None and moment(release.get("as_of", str)) > now + timedelta(minutes=5):
        raise Fault("the release is judged at a moment to come", MANIFEST)
    note = release.need(CHECKPOINT).read_bytes()
    _checkpoint(release, note, CHECKPOINT, take(log, "size", int), hashed(log, "root"))


def moment(text: str) -> datetime:
    """Read an aware ISO 8601 time.

    Raises:
        Fault: anything else.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Fault("{time} is no time", MANIFEST, time=text)
    return found


def _lock_agrees(release: Release, log: Mapping[str, Any]) -> None:
    lock, parent, said = release.get("lock", dict), release.manifest.get("parent"), release.manifest
    if digest_text(write(lock)) != said.get("lock_digest"):
        raise Fault("the lock is not the one that its digest names", MANIFEST)
    position, plan = take(lock, "log", dict), take(lock, "plan", dict)
    agree = [(lock.get("name"), said.get("name")), (lock.get("as_of"), said.get("as_of")),
             (position.get("size"), log.get("size")), (position.get("root"), log.get("root")),
             (lock.get("parent"), parent.get("name") if isinstance(parent, dict) else parent)]
    agree += [(plan.get(name), said.get(name)) for name in ("purpose", "use", "commercial", "accepted", "lease_hours")]
    if any(one != two for one, two in agree) or take(position, "base", int) > take(position, "size", int):
        raise Fault("the lock says otherwise than the manifest", MANIFEST)
    if parent is None and position["base"] != position["size"]:
        raise Fault("the lock leaves out entries of the log although this is no patch", MANIFEST)


@dataclass(frozen=True, slots=True)
class Closing:
    """The closing entry as evidence/closing.json shows it."""

    seq: int
    size: int
    root: bytes
    body: Mapping[str, Any]


def _path(closing: Mapping[str, Any], name: str) -> list[bytes]:
    try:
        return [unhex(item, 32) for item in take(closing, name, list, CLOSING)]
    except ValueError:
        raise Fault("{name} is missing from {path}, or of the wrong kind", CLOSING, name=name, path=CLOSING) from None


def log_consistent(release: Release) -> None:
    """Insist that the log at closing continues the log at the position the release rests on.

    Raises:
        Fault: otherwise.
    """
    log, closing = release.get("log", dict), release.closing
    size, root = take(closing, "size", int, CLOSING), hashed(closing, "root", CLOSING)
    _checkpoint(release, take(closing, "checkpoint", str, CLOSING).encode(), CLOSING, size, root)
    if not consistent(take(log, "size", int), size, hashed(log, "root"), root, _path(closing, "consistency")):
        raise Fault("the log at closing does not continue the log the release rests on", CLOSING)


def opened(release: Release) -> Closing:
    """Open the closing entry and insist that it is this release's.

    Raises:
        Fault: otherwise.
    """
    closing = release.closing
    leaf_text = take(closing, "leaf", str, CLOSING)
    opening = take(closing, "decision", dict, CLOSING)
    body_text = take(opening, "body", str, CLOSING)
    try:
        leaf, body = parse(leaf_text.encode()), parse(body_text.encode())
        salt = unhex(opening.get("salt"), 32)
    except ValueError:
        raise Fault("the closing entry cannot be opened", CLOSING) from None
    if (not isinstance(leaf, dict) or set(leaf) != _LEAF or leaf["v"] != 1 or not isinstance(body, dict)
            or leaf["kind"] != "release-closed" or closing.get("kind") != "release-closed"
            or leaf["decision"] != commitment(salt, body_text.encode())):
        raise Fault("the closing entry does not open to what its leaf commits to", CLOSING)
    seq, size, root = (take(closing, "seq", int, CLOSING), take(closing, "size", int, CLOSING),
                       hashed(closing, "root", CLOSING))
    if not included(leaf_hash(leaf_text.encode()), seq, size, _path(closing, "path"), root):
        raise Fault("the closing entry is not in the log", CLOSING)
    return Closing(seq, size, root, body)


def closed_in_log(release: Release) -> None:
    """Insist that the log closed this manifest; that it came after the position, which the manifest names, follows.

    Raises:
        Fault: otherwise.
    """
    closing = opened(release)
    for name, expected in (("release", release.get("name", str)), ("manifest", release.manifest_digest),
                           ("content_root", release.get("content_root", str))):
        if closing.body.get(name) != expected:
            raise Fault("the closing entry names another {name}", CLOSING, name=name)


def absence_root_logged(release: Release) -> None:
    """Insist that the root over everybody's tags stands in the manifest, the evidence and the log alike.

    Raises:
        Fault: otherwise.
    """
    absence = release.get("absence", dict)
    root = hashed(absence, "root")
    take(absence, "count", int)
    take(absence, "release", str)
    try:
        shown = parse(release.need(ABSENCE).read_bytes().removesuffix(b"\n"))
    except ValueError:
        raise Fault("{path} is not canonical JSON", ABSENCE, path=ABSENCE) from None
    if shown != {name: absence[name] for name in ("root", "count", "release")}:
        raise Fault("{path} is not what the manifest says", ABSENCE, path=ABSENCE)
    if opened(release).body.get("absence_root") != root.hex():
        raise Fault("the closing entry names another {name}", CLOSING, name="absence_root")
