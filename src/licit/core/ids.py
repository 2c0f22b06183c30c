"""Canonical bytes, digests, keyed pseudonyms and record ids.

Rules kept here:

- One canonical JSON (the RFC 8785 subset: ASCII keys, no floats, no duplicate keys), so that a stranger can rebuild
  every byte that is hashed or signed.
- Every digest is domain-separated by a tag and its parts are length-prefixed, so that no two meanings collide.
- Ids of records and people are keyed (HMAC) or random, never plain digests of text or of an address: a plain digest of
  an e-mail is a dictionary away from the e-mail.

Keys are arguments; nothing here reads one.

Law: CHO-22, REL-07
"""

import hashlib
import hmac
import json
from base64 import b32encode
from collections.abc import Iterable, Mapping
from typing import Any, NewType

SubjectId = NewType("SubjectId", str)
RecordId = NewType("RecordId", str)
SourceId = NewType("SourceId", str)
TurnId = NewType("TurnId", str)

#: Nobody: the subject of an entry that concerns no person.
NOBODY = SubjectId("")


def canonical_json(value: Any) -> bytes:
    """Write a value as canonical JSON bytes.

    >>> canonical_json({"b": [1, None], "a": "é"}).decode()
    '{"a":"é","b":[1,null]}'

    Raises:
        ValueError: a float, a non-string or non-ASCII key, or a type JSON does not have.
    """
    _check(value)
    return _write(value).encode()


#: One encoder for all, for making one costs more than most values do.
_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False,
                          check_circular=False).encode


def _check(value: Any) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise ValueError(f"canonical JSON needs ASCII string keys, not {key!r}")
            _check(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif isinstance(value, float):
        raise ValueError("canonical JSON holds no floats; write a string or an integer with its unit")
    elif value is not None and not isinstance(value, str | int | bool):
        raise ValueError(f"canonical JSON cannot hold a {type(value).__name__}")


def parse_canonical(data: bytes) -> Any:
    """Read JSON and insist that it is in canonical form.

    Raises:
        ValueError: duplicate keys, floats, or bytes that differ from the canonical form of their own value.
    """
    value = json.loads(data)
    if canonical_json(value) != data:
        raise ValueError("not in canonical form")
    return value


def frame(*parts: bytes) -> bytes:
    r"""Join byte strings so that the boundaries are part of the result (8-byte big-endian lengths).

    >>> frame(b"ab", b"")
    b'\x00\x00\x00\x00\x00\x00\x00\x02ab\x00\x00\x00\x00\x00\x00\x00\x00'
    """
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def digest(tag: str, *parts: bytes) -> bytes:
    """Give the 32-byte SHA-256 of tagged, length-prefixed parts."""
    return hashlib.sha256(frame(tag.encode(), *parts)).digest()


def hex_digest(tag: str, *parts: bytes) -> str:
    """Give :func:`digest` in hexadecimal, with the algorithm named."""
    return "sha256:" + digest(tag, *parts).hex()


def keyed(key: bytes, tag: str, *parts: bytes) -> bytes:
    """Give the 32-byte HMAC-SHA-256 of tagged, length-prefixed parts under a key of at least 16 bytes.

    Raises:
        ValueError: the key is too short to protect anything.
    """
    if len(key) < 16:
        raise ValueError("a key of at least 16 bytes is needed")
    return hmac.digest(key, frame(tag.encode(), *parts), "sha256")


def short_text(data: bytes, length: int = 26) -> str:
    """Write bytes as lower-case base32 text (26 characters hold 130 bits)."""
    enough = data[:(5 * length + 7) // 8]
    return b32encode(enough).decode().lower().rstrip("=")[:length]


def record_id(key: bytes, source: str, origin: str) -> RecordId:
    """Name a record by a keyed hash of its source and its id there; stable over repeated imports."""
    return RecordId("r" + short_text(keyed(key, "licit/record", source.encode(), origin.encode()), 26))


def lookup_hash(key: bytes, key_id: str, issuer: str, kind: str, value: str) -> str:
    """Hash an identifier of a person for look-up: ``key_id`` names the epoch, so that keys can be rotated."""
    return f"{key_id}.{short_text(keyed(key, 'licit/lookup', issuer.encode(), kind.encode(), value.encode()), 32)}"


def lookup_hashes(epochs: Mapping[str, bytes], issuer: str, kind: str, value: str) -> tuple[str, ...]:
    """Hash an identifier under every epoch that lives, so that what was recorded before a rotation is still matched."""
    return tuple(lookup_hash(key, key_id, issuer, kind, value) for key_id, key in epochs.items())


def settings_key(parts: Iterable[str]) -> str:
    """Name a set of settings and versions by one short digest (not keyed: it holds nothing personal)."""
    return digest("licit/settings", *(part.encode() for part in parts)).hex()[:24]
