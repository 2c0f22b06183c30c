"""Signed texts: the log's checkpoints (C2SP signed notes) and DSSE envelopes, read in their one form.

Rules kept here:

- A checkpoint counts only when a signature line of the log's own key holds; lines of other keys are let be.
- An envelope has one signature, by the key it was expected from, under that key's id.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from .canonical import key_id, signed, unbase64

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_TIME = re.compile(r"time [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{6})?Z")
_DASH = "— "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's head: its origin, size, root, and when it was signed ("" if it does not say)."""

    origin: str
    size: int
    root: bytes
    time: str


def read_checkpoint(note: bytes, origin: str, public_key: bytes) -> Checkpoint:
    """Read a signed checkpoint of the log ``origin`` and check its signature.

    Raises:
        ValueError: malformed, of another log, or without a valid signature of the key.
    """
    text, gap, tail = note.decode().rpartition("\n\n")
    lines = tail.split("\n")
    if not gap or lines.pop() != "" or not 1 <= len(lines) <= 16 or any(c < " " and c != "\n" for c in tail + text):
        raise ValueError("not a signed note")
    message = (text + "\n").encode()
    if not any(_signature_holds(line, origin, public_key, message) for line in lines):
        raise ValueError("no signature of the log's key holds")
    name, size, root, *more = text.split("\n")
    if name != origin or not _SIZE.fullmatch(size) or len(more) > 1 or (more and not _TIME.fullmatch(more[0])):
        raise ValueError("not a checkpoint of this log")
    hashed = unbase64(root)
    if len(hashed) != 32:
        raise ValueError("a root has 32 bytes")
    return Checkpoint(name, int(size), hashed, more[0].removeprefix("time ") if more else "")


def _signature_holds(line: str, origin: str, public_key: bytes, message: bytes) -> bool:
    name, _, code = line.removeprefix(_DASH).partition(" ")
    data = unbase64(code)
    if not line.startswith(_DASH) or not name or len(data) <= 4:
        raise ValueError("a signature line is malformed")
    expected = hashlib.sha256(origin.encode() + b"\n\x01" + public_key).digest()[:4]
    return name == origin and data[:4] == expected and signed(public_key, message, data[4:])


@dataclass(frozen=True, slots=True)
class Envelope:
    """A DSSE envelope as read; nothing of it is checked yet."""

    payload_type: str
    body: bytes
    key_id: str
    signature: bytes

    def holds(self, public_key: bytes) -> bool:
        """Tell whether it is signed by a key, and says so by that key's id."""
        kind = self.payload_type.encode()
        message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(self.body), self.body)
        return self.key_id == key_id(public_key) and signed(public_key, message, self.signature)


def read_envelope(value: Any) -> Envelope:
    """Read a DSSE envelope with one signature.

    Raises:
        ValueError: any other form.
    """
    try:
        (signature,) = value["signatures"]
        kind, name = value["payloadType"], signature["keyid"]
        if len(value) == 3 and len(signature) == 2 and isinstance(kind, str) and isinstance(name, str):
            return Envelope(kind, unbase64(value["payload"]), name, unbase64(signature["sig"]))
    except (KeyError, TypeError, ValueError):
        pass
    raise ValueError("not an envelope with one signature")
