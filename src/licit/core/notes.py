"""The bytes that get signed: log leaves, checkpoints (C2SP), envelopes (DSSE) and receipts; no key is ever seen here.

Rules kept here:

- Writing is exact and reading is strict: what does not equal its own rewriting is refused (``EvidenceError``).
- A leaf holds commitments only. Whoever has a salt and a body can open one; without the salt nothing can be guessed.
- Who an entry concerns and when it came (``about``) is committed apart from what it decides, so that a changed column
  of the log shows even after the decision part was erased.
- Signatures are checked by the caller *before* a checkpoint or payload is believed; parsing alone proves nothing.

Read next: ``tree.py``.
"""

import hmac
import json
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from .errors import EvidenceError
from .ids import canonical_json, frame, keyed, parse_canonical
from .tree import HASH, leaf_hash

RECEIPT_TYPE = "application/vnd.licit.receipt+json"

# written out rather than through canonical_json, which costs five times as much on the path of every entry
_quote = json.encoder.encode_basestring
_COMMIT = frame(b"licit/commitment")
_MOST_SIGNATURES = 16
_DASH = "— "
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_COMMITMENT = re.compile(r"sha256:[0-9a-f]{64}")


def moment(at: datetime) -> str:
    """Write a time in UTC, to the microsecond: ``2025-02-17T16:14:00.000000Z``.

    Raises:
        ValueError: the time names no zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time must name its zone")
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")[:-6] + "Z"


def read_moment(text: str) -> datetime:
    """Read what :func:`moment` wrote.

    Raises:
        EvidenceError: any other form.
    """
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        pass
    raise EvidenceError("a time is not in its one form")


# --- what a leaf commits to ---------------------------------------------------------------------------------------

def commit(salt: bytes, body: bytes) -> bytes:
    """Commit to a body: the ``digest`` with tag ``licit/commitment`` of salt and body."""
    return sha256(b"".join((_COMMIT, len(salt).to_bytes(8, "big"), salt, len(body).to_bytes(8, "big"), body))).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What opens a commitment: its random salt (32 bytes) and the canonical JSON it stands for."""

    salt: bytes = field(repr=False)
    body: bytes = field(repr=False)

    def commitment(self) -> str:
        """Give the commitment, as ``sha256:`` and 64 hexadecimal digits."""
        return "sha256:" + commit(self.salt, self.body).hex()

    def value(self) -> Any:
        """Read the body.

        Raises:
            EvidenceError: it is not canonical JSON.
        """
        try:
            return parse_canonical(self.body)
        except (ValueError, RecursionError):
            raise EvidenceError("a committed body is not canonical JSON") from None


def about(subject: str, received_at: str, recorded_at: str) -> bytes:
    """Give the body that commits to whom an entry concerns and when it came (times as :func:`moment` writes them)."""
    return (f'{{"received_at":{_quote(received_at)},"recorded_at":{_quote(recorded_at)},'
            f'"subject":{_quote(subject)}}}').encode()


def entry_leaf(kind: str, about: str, decision: str, particulars: str) -> bytes:
    """Give the leaf hash of a log entry from its kind and its three commitments."""
    return leaf_hash((f'{{"about":{_quote(about)},"decision":{_quote(decision)},"kind":{_quote(kind)},'
                      f'"particulars":{_quote(particulars)},"v":1}}').encode())


# --- signed notes and checkpoints ---------------------------------------------------------------------------------

def key_hash(name: str, public_key: bytes) -> bytes:
    """Give the four bytes by which a note's signature line points at an Ed25519 key."""
    return sha256(name.encode() + b"\n\x01" + public_key).digest()[:4]


def verifier_key(name: str, public_key: bytes) -> str:
    """Write a public key the way it is pinned: ``name+hash+key``."""
    return f"{_checked_name(name)}+{key_hash(name, public_key).hex()}+{_base64(bytes([1]) + public_key)}"


def read_verifier_key(text: str) -> tuple[str, bytes]:
    """Read a pinned key: its name and the raw 32 bytes.

    Raises:
        EvidenceError: not in the form of :func:`verifier_key`, of another type, or with a wrong hash.
    """
    name, _, rest = text.partition("+")
    public_key = _unbase64(rest.partition("+")[2])[1:]
    if len(public_key) != HASH or not _NAME.fullmatch(name) or verifier_key(name, public_key) != text:
        raise EvidenceError("a public key is not in the form name+hash+key")
    return name, public_key


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line of a note: the key's name, its four-byte hash, and the signature."""

    name: str
    key_hash: bytes
    signature: bytes


def signed_note(text: bytes, signatures: Sequence[NoteSignature]) -> bytes:
    """Join a text that ends in a line break, an empty line, and the signature lines.

    Raises:
        ValueError: no signature, too many, or a text or name that a note cannot hold.
    """
    lines = "".join(f"{_DASH}{_checked_name(each.name)} {_base64(each.key_hash + each.signature)}\n"
                    for each in signatures)
    note = text + b"\n" + lines.encode()
    try:
        if parse_note(note) == (text, tuple(signatures)):
            return note
    except EvidenceError:
        pass
    raise ValueError("this text or these signatures cannot stand in a note")


def parse_note(note: bytes) -> tuple[bytes, tuple[NoteSignature, ...]]:
    """Part a note into the text that was signed and its signatures, checking none of them.

    Raises:
        EvidenceError: not a well-formed note of at most 16 signatures.
    """
    try:
        whole = note.decode()
    except UnicodeDecodeError:
        raise EvidenceError("a signed note is not UTF-8") from None
    text, gap, tail = whole.rpartition("\n\n")
    lines = tail.split("\n")
    if not text or not gap or lines.pop() != "" or any(char < " " and char != "\n" for char in whole):
        raise EvidenceError("a signed note is malformed")
    if not 1 <= len(lines) <= _MOST_SIGNATURES:
        raise EvidenceError(f"a signed note has {len(lines)} signatures; 1 to {_MOST_SIGNATURES} are allowed")
    return (text + "\n").encode(), tuple(_signature_line(line) for line in lines)


def _signature_line(line: str) -> NoteSignature:
    name, _, code = line.removeprefix(_DASH).partition(" ")
    data = _unbase64(code)
    if not line.startswith(_DASH) or not _NAME.fullmatch(name) or len(data) <= 4:
        raise EvidenceError("a signature line of a note is malformed")
    return NoteSignature(name=name, key_hash=data[:4], signature=data[4:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a log at a moment: what a log signs, and what a witness compares.

    ``at`` travels in one extension line (``time …``), because a loader refuses a checkpoint older than its lease.
    """

    origin: str
    size: int
    root: bytes
    at: datetime | None = None

    def text(self) -> bytes:
        """Give the text to sign.

        Raises:
            ValueError: an origin, size or root that a checkpoint cannot hold.
        """
        if not _NAME.fullmatch(self.origin) or not 0 <= self.size < 1 << 63 or len(self.root) != HASH:
            raise ValueError("a checkpoint needs an origin without spaces, a size and a root of 32 bytes")
        extension = f"time {moment(self.at)}\n" if self.at else ""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n{extension}".encode()


def parse_checkpoint(text: bytes) -> Checkpoint:
    """Read a checkpoint's text.

    Raises:
        EvidenceError: not exactly what :meth:`Checkpoint.text` writes.
    """
    try:
        origin, size, root, *more = text.decode().removesuffix("\n").split("\n")
        at = read_moment(more[0].removeprefix("time ")) if more else None
        if _SIZE.fullmatch(size):
            checkpoint = Checkpoint(origin=origin, size=int(size), root=_unbase64(root), at=at)
            if checkpoint.text() == text:
                return checkpoint
    except ValueError:
        pass
    raise EvidenceError("a checkpoint is malformed")


# --- envelopes ----------------------------------------------------------------------------------------------------

def pae(payload_type: str, body: bytes) -> bytes:
    """Give the DSSE pre-authentication encoding: the bytes that an envelope's signatures cover."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A DSSE envelope: a typed body, and signatures over its :func:`pae` by key id."""

    payload_type: str
    body: bytes = field(repr=False)
    signatures: Mapping[str, bytes]

    def to_json(self) -> dict[str, Any]:
        """Write in DSSE's JSON shape, signatures sorted by key id."""
        return {"payloadType": self.payload_type, "payload": _base64(self.body),
                "signatures": [{"keyid": key, "sig": _base64(value)}
                               for key, value in sorted(self.signatures.items())]}


def parse_envelope(value: Any) -> Envelope:
    """Read an envelope from JSON values, checking no signature.

    Raises:
        EvidenceError: not what :meth:`Envelope.to_json` writes, or without a signature.
    """
    try:
        signatures = {each["keyid"]: _unbase64(each["sig"]) for each in value["signatures"]}
        envelope = Envelope(payload_type=value["payloadType"], body=_unbase64(value["payload"]),
                            signatures=signatures)
        if signatures and isinstance(envelope.payload_type, str) and envelope.to_json() == value:
            return envelope
    except (AttributeError, KeyError, TypeError):
        pass
    raise EvidenceError("an envelope is malformed")


# --- receipts -----------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a person takes away: where their entry stands, and what opens its commitments.

    ``tag_key`` is the person's own random key, from which their tag in any release follows.
    """

    origin: str
    seq: int
    kind: str
    about: Opening
    decision: Opening
    particulars: str
    issued_at: datetime
    tag_key: bytes = field(default=b"", repr=False)

    def leaf(self) -> bytes:
        """Give the leaf hash that the log must hold at ``seq``."""
        return entry_leaf(self.kind, self.about.commitment(), self.decision.commitment(), self.particulars)

    def payload(self) -> bytes:
        """Give the canonical JSON that is signed, in an envelope of type :data:`RECEIPT_TYPE`; its bodies go in as they are."""
        return (b'{"about":%b,"about_salt":"%b","decision":%b,"decision_salt":"%b",' % (
            self.about.body, self.about.salt.hex().encode(), self.decision.body, self.decision.salt.hex().encode())
            + (f'"issued_at":{_quote(moment(self.issued_at))},"kind":{_quote(self.kind)},"leaf":"{self.leaf().hex()}",'
               f'"origin":{_quote(self.origin)},"particulars":{_quote(self.particulars)},"seq":{self.seq},'
               f'"tag_key":"{self.tag_key.hex()}","v":1}}').encode())


def release_tag(tag_key: bytes, release: str) -> bytes:
    """Give a person's tag in one release (32 bytes): unlinkable to their tag in any other without their key.

    Raises:
        ValueError: the key is too short to protect anything.
    """
    return keyed(tag_key, "licit/tag", release.encode())


def release_tags(tag_keys: Iterable[bytes], release: str) -> list[bytes]:
    """Give the tags of many people in one release, sorted: see :func:`release_tag`.

    Raises:
        ValueError: a key is too short to protect anything.
    """
    keys, message = list(tag_keys), frame(b"licit/tag", release.encode())
    if keys and min(map(len, keys)) < 16:
        raise ValueError("a key of at least 16 bytes is needed")
    return sorted(hmac.digest(key, message, "sha256") for key in keys)


def parse_receipt(payload: bytes) -> Receipt:
    """Read a receipt and insist that its openings give its leaf.

    Raises:
        EvidenceError: malformed, or its parts do not belong together.
    """
    try:
        value = json.loads(payload)
        receipt = Receipt(
            origin=value["origin"], seq=value["seq"], kind=value["kind"],
            about=Opening(salt=bytes.fromhex(value["about_salt"]), body=canonical_json(value["about"])),
            decision=Opening(salt=bytes.fromhex(value["decision_salt"]), body=canonical_json(value["decision"])),
            particulars=value["particulars"], issued_at=read_moment(value["issued_at"]),
            tag_key=bytes.fromhex(value["tag_key"]))
        if (type(receipt.seq) is int and receipt.seq >= 0 and _COMMITMENT.fullmatch(receipt.particulars)
                and len(receipt.tag_key) in (0, 32)
                and len(receipt.about.salt) == len(receipt.decision.salt) == 32 and receipt.payload() == payload):
            return receipt
    except (KeyError, TypeError, ValueError, RecursionError):
        pass
    raise EvidenceError("a receipt is malformed, or its parts do not belong together")


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("a key's name holds no space and no plus sign")
    return name


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _unbase64(text: str) -> bytes:
    """Read standard base64 in its one form."""
    try:
        data = b64decode(text, validate=True)
        if _base64(data) == text:
            return data
    except (Base64Error, ValueError, TypeError):
        pass
    raise EvidenceError("base64 is not in its one form")
