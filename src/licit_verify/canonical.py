"""Strict bytes: canonical JSON, hexadecimal, base64, digests, Ed25519; what has two spellings is refused.

Rules kept here:

- Every byte counts: a value is accepted only in its one spelling, so that no byte can change unseen.
- Whatever the input, a failure is a :class:`ValueError`, never another exception and never a guess.
"""

import hashlib
import hmac
import json
import re
from base64 import b32encode, b64decode, b64encode
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


def parse(data: bytes) -> Any:
    """Read canonical JSON (RFC 8785 subset: ASCII keys, no floats, no duplicate keys).

    Raises:
        ValueError: anything else, however deep or large.
    """
    try:
        value = json.loads(data, object_pairs_hook=once, parse_float=_no_float, parse_constant=_no_float)
        if write(value) == data:
            return value
    except (ValueError, RecursionError, MemoryError):
        pass
    raise ValueError("not canonical JSON")


def parse_line(data: bytes) -> Any:
    """Read canonical JSON followed by exactly one line feed.

    Raises:
        ValueError: anything else.
    """
    if not data.endswith(b"\n"):
        raise ValueError("no line feed at the end")
    return parse(data[:-1])


def write(value: Any) -> bytes:
    """Write plain JSON values in canonical form."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members; of two of one name neither wins.

    Raises:
        ValueError: a name stands twice.
    """
    out = dict(pairs)
    if len(out) != len(pairs) or not "".join(out).isascii():
        raise ValueError("a key twice, or not in ASCII")
    return out


def _no_float(text: str) -> Any:
    raise ValueError("a number that is no integer")


def frame(*parts: bytes) -> bytes:
    """Join parts, each after its length in 8 bytes."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def digest_text(data: bytes) -> str:
    """Give a SHA-256 as text, the algorithm named."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def commitment(salt: bytes, body: bytes) -> str:
    """Give what a log's leaf holds in place of a body."""
    sizes = len(salt).to_bytes(8, "big"), len(body).to_bytes(8, "big")
    return "sha256:" + hashlib.sha256(b"".join((_COMMITMENT, sizes[0], salt, sizes[1], body))).hexdigest()


def release_tag(key: bytes, release: str) -> bytes:
    """Give a person's tag in one release."""
    return hmac.digest(key, frame(b"licit/tag", release.encode()), "sha256")


_COMMITMENT = frame(b"licit/commitment")


def is_digest(value: object) -> bool:
    """Tell whether a value is a digest written as text."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def unhex(text: object, size: int | None = None) -> bytes:
    """Read lower-case hexadecimal, of ``size`` bytes if given.

    Raises:
        ValueError: anything else.
    """
    if not isinstance(text, str) or not _HEX.fullmatch(text) or (size is not None and len(text) != 2 * size):
        raise ValueError("not lower-case hexadecimal of the right length")
    return bytes.fromhex(text)


def unbase64(text: object) -> bytes:
    """Read standard base64 in its one spelling.

    Raises:
        ValueError: anything else.
    """
    if isinstance(text, str) and text.isascii():
        data = b64decode(text, validate=True)
        if b64encode(data).decode() == text:
            return data
    raise ValueError("not base64 in its one spelling")


def signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether an Ed25519 signature over a message holds under a raw public key."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id(public_key: bytes) -> str:
    """Name a public key: 26 characters of the base32 of its tagged SHA-256."""
    digest = hashlib.sha256(frame(b"licit/signing-key", public_key)).digest()
    return b32encode(digest).decode().lower()[:26]
