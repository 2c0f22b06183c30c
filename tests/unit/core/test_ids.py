"""Bytes that are hashed or signed can be rebuilt by a stranger; ids of people and records cannot be guessed."""

from base64 import b32encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licit.core.ids import (
    canonical_json,
    digest,
    frame,
    hex_digest,
    keyed,
    keyed_by,
    lookup_hash,
    parse_canonical,
    record_id,
    short_text,
)

KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.mark.parametrize(("value", "data"), [
    ({"b": 1, "a": [True, None, -3]}, b'{"a":[true,null,-3],"b":1}'), ("é\u2028\"\\\n\x01", '"é\u2028\\"\\\\\\n\\u0001"'.encode()),
    ({}, b"{}"), ((1, 2), b"[1,2]")])
def test_canonical_json_has_one_form(value: Any, data: bytes) -> None:
    """Keys ascend, nothing is spaced, text stays UTF-8, controls are escaped."""
    assert canonical_json(value) == data


@pytest.mark.parametrize("value", [1.0, {"a": float("nan")}, {1: 2}, {"é": 1}, {"a": {"b"}}, [b"x"], object(), "\ud800"])
def test_canonical_json_refuses_what_two_programs_write_differently(value: Any) -> None:
    """Floats, keys that are not ASCII text, and other types are refused."""
    with pytest.raises(ValueError, match=r"."):
        canonical_json(value)


@pytest.mark.parametrize("data", [b'{"a":1,"a":1}', b'{"b":1,"a":2}', b'{"a": 1}', b"[1.0]", b"[1]\n", b'"\\u00e9"', b"01",
                                  b"[NaN]", b"\xff", b""])
def test_only_canonical_bytes_are_read(data: bytes) -> None:
    """Two byte strings never mean one value: duplicate keys, order, spaces and escapes are refused."""
    with pytest.raises(ValueError, match=r"."):
        parse_canonical(data)


def test_boundaries_are_part_of_a_digest() -> None:
    """Moving a byte over a boundary, or changing the tag, changes the digest."""
    assert len({frame(b"ab", b"c"), frame(b"a", b"bc"), frame(b"abc"), frame(b"abc", b"")}) == 4
    assert len({digest("t", b"ab"), digest("t", b"a", b"b"), digest("ta", b"b"), digest("u", b"ab")}) == 4


def test_digest_names_its_algorithm() -> None:
    """A digest written as text says how it was made."""
    assert hex_digest("t", b"") == "sha256:" + digest("t", b"").hex()


def test_short_key_protects_nothing() -> None:
    """A key under 16 bytes is refused."""
    with pytest.raises(ValueError, match="16 bytes"):
        keyed(b"k" * 15, "t", b"x")


def test_ids_depend_on_their_key() -> None:
    """Nobody without the key can tell whose id it is, nor link two keys' ids.

    Law: CHO-22
    """
    assert record_id(KEY, "s", "o") != record_id(OTHER, "s", "o")
    assert lookup_hash(KEY, "k1", "app", "email", "a@example.org") != lookup_hash(OTHER, "k1", "app", "email",
                                                                                 "a@example.org")


def test_record_ids_are_stable_and_apart() -> None:
    """One record keeps its id over imports; two never share one through their boundary."""
    assert record_id(KEY, "s", "o") == record_id(KEY, "s", "o")
    assert record_id(KEY, "sa", "b") != record_id(KEY, "s", "ab")


def test_lookup_hash_names_its_epoch_and_not_the_person() -> None:
    """An identifier carries the key's epoch, so that keys can be rotated, and nothing of the address.

    Law: CHO-22
    """
    hashed = lookup_hash(KEY, "k7", "app", "email", "ada@example.org")
    assert hashed.startswith("k7.")
    assert "ada" not in hashed
    assert "example" not in hashed


@given(st.binary(min_size=16, max_size=100), st.lists(st.binary(max_size=80), max_size=3))
def test_a_prepared_key_gives_the_same_hash(key: bytes, parts: list[bytes]) -> None:
    """Hashing many under one key is HMAC-SHA-256 like hashing one, however long the key."""
    assert keyed_by(key, "licit/test")(*parts) == keyed(key, "licit/test", *parts)


def test_a_prepared_key_is_long_enough() -> None:
    """Nothing is hashed under a key that protects nothing."""
    with pytest.raises(ValueError, match="16 bytes"):
        keyed_by(b"short", "licit/test")


@given(st.binary(max_size=64), st.integers(0, 60))
def test_short_text_is_base32(data: bytes, length: int) -> None:
    """Short names are RFC 4648 base32 in lower case, cut off."""
    assert short_text(data, length) == b32encode(data[:(5 * length + 7) // 8]).decode().lower().rstrip("=")[:length]


def test_ids_stay_what_they_were() -> None:
    """An id made by an earlier version is made again, or everything would arrive twice and nobody be found."""
    assert record_id(KEY, "le-chat", "origin\0é") == "rdvphy5ubshm4gkwo2ymt2h27y7"
    assert lookup_hash(KEY, "k1", "le-chat", "account", "ada@example.org") == "k1.zfrgjo43xzv45pndmqtsgutvqkcceeof"
