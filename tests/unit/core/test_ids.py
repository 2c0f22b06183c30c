"""Bytes that are hashed or signed can be rebuilt by a stranger; ids of people and records cannot be guessed."""

from typing import Any

import pytest

from licit.core.ids import canonical_json, digest, frame, hex_digest, keyed, lookup_hash, parse_canonical, record_id

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
