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
from collections.abc import Callable, Iterable, Mapping
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


_PLAIN = frozenset({str, int, bool, type(None)})


def _check(value: Any) -> None:
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str) or not key.isascii():
                raise ValueError(f"canonical JSON needs ASCII string keys, not {key!r}")
        items: Iterable[Any] = value.values()
    elif isinstance(value, list) or isinstance(value, tuple):  # noqa: SIM101 (three times as fast as both at once)
        items = value
    elif isinstance(value, float):
        raise ValueError("canonical JSON holds no floats; write a string or an integer with its unit")
    elif value is not None and not isinstance(value, str | int | bool):
        raise ValueError(f"canonical JSON cannot hold a {type(value).__name__}")
    else:
        return
    if not _PLAIN.issuperset(map(type, items)):
        for item in items:
            if type(item) not in _PLAIN:
                _check(item)


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
    return b"".join([len(part).to_bytes(8, "big") + part for part in parts])


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


def keyed_by(key: bytes, tag: str) -> Callable[..., bytes]:
    """Give :func:`keyed` for one key and tag, at a third of the cost: for millions of hashes under one key.

    Raises:
        ValueError: the key is too short to protect anything.
    """
    if len(key) < 16:
        raise ValueError("a key of at least 16 bytes is needed")
    block = (key if len(key) <= _BLOCK else hashlib.sha256(key).digest()).ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(block.translate(_INNER) + frame(tag.encode()))
    outer = hashlib.sha256(block.translate(_OUTER))

    def hashed(*parts: bytes) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(frame(*parts))
        around.update(within.digest())
        return around.digest()
    return hashed


#: HMAC (RFC 2104) hashes a key twice: padded to a block, each byte changed by one constant, then by another.
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ constant for byte in range(256)) for constant in (0x36, 0x5c))


def short_text(data: bytes, length: int = 26) -> str:
    """Write bytes as lower-case base32 text (26 characters hold 130 bits)."""
    size = (5 * length + 9) // 10 * 10
    number = int.from_bytes(data[:(size + 7) // 8].ljust((size + 7) // 8, b"\0"), "big") >> -size % 8
    text = "".join([_PAIRS[number >> place & 1023] for place in range(size - 10, -1, -10)])
    return text[:min(length, (8 * len(data) + 4) // 5)]


_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]


def record_id(key: bytes, source: str, origin: str) -> RecordId:
    """Name a record by a keyed hash of its source and its id there; stable over repeated imports."""
    return record_ids(key)(source, origin)


def record_ids(key: bytes) -> Callable[[str, str], RecordId]:
    """Give :func:`record_id` for one key."""
    hashed = keyed_by(key, "licit/record")
    return lambda source, origin: RecordId("r" + short_text(hashed(source.encode(), origin.encode())))


def lookup_hash(key: bytes, key_id: str, issuer: str, kind: str, value: str) -> str:
    """Hash an identifier of a person for look-up: ``key_id`` names the epoch, so that keys can be rotated."""
    return lookup_by(key, key_id)(issuer, kind, value)


def lookup_by(key: bytes, key_id: str) -> Callable[[str, str, str], str]:
    """Give :func:`lookup_hash` for one epoch's key."""
    hashed = keyed_by(key, "licit/lookup")
    return lambda issuer, kind, value: (
        f"{key_id}.{short_text(hashed(issuer.encode(), kind.encode(), value.encode()), 32)}")


def lookup_hashes(epochs: Mapping[str, bytes], issuer: str, kind: str, value: str) -> tuple[str, ...]:
    """Hash an identifier under every epoch that lives, so that what was recorded before a rotation is still matched."""
    return tuple(lookup_hash(key, key_id, issuer, kind, value) for key_id, key in epochs.items())


def settings_key(parts: Iterable[str]) -> str:
    """Name a set of settings and versions by one short digest (not keyed: it holds nothing personal)."""
    return digest("licit/settings", *(part.encode() for part in parts)).hex()[:24]
