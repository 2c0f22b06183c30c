"""What is hashed can be read back in one way only."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.core.errors import EvidenceError
from licit.core.ids import canonical_json, frame, parse_canonical
from licit.core.manifest import Tally, _typed, merge_small, row_digest

QUICK = settings(max_examples=40, deadline=None)
texts = st.text(st.characters(codec="utf-8"), max_size=12)
values = st.recursive(st.none() | st.booleans() | st.integers() | texts,
                      lambda inner: st.lists(inner, max_size=4)
                      | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=4), inner, max_size=4),
                      max_leaves=12)
messages = st.lists(st.fixed_dictionaries({"role": texts, "content": texts}), min_size=1, max_size=3)
cells = st.none() | st.integers() | texts | st.lists(texts, max_size=3) | messages
rows = st.lists(cells, max_size=5)


@QUICK
@given(values)
def test_canonical_json_round_trip(value: Any) -> None:
    """A value read back is the value written, from the same bytes."""
    data = canonical_json(value)
    assert parse_canonical(data) == value
    assert canonical_json(parse_canonical(data)) == data


@QUICK
@given(values, st.data())
def test_changed_canonical_bytes_change_the_value_or_are_refused(value: Any, data: st.DataObject) -> None:
    """No second byte string means the same value."""
    written = canonical_json(value)
    at = data.draw(st.integers(0, len(written) - 1))
    byte = data.draw(st.integers(0, 255))
    changed = written[:at] + bytes([byte]) + written[at + 1:]
    try:
        read = parse_canonical(changed)
    except (ValueError, RecursionError):
        return
    assert changed == written or canonical_json(read) != written


@QUICK
@given(st.lists(st.binary(max_size=5), max_size=5), st.lists(st.binary(max_size=5), max_size=5))
def test_frames_of_different_parts_differ(one: list[bytes], two: list[bytes]) -> None:
    """The boundaries of parts are part of their bytes."""
    assert (frame(*one) == frame(*two)) == (one == two)


def decode(data: bytes) -> list[Any]:
    """Read typed cells back, as a stranger would from the page on formats."""
    out, at = [], 0
    while at < len(data):
        value, at = cell(data, at)
        out.append(value)
    return out


def cell(data: bytes, at: int) -> tuple[Any, int]:
    letter = data[at:at + 1]
    if letter == b"n":
        return None, at + 1
    stop = data.index(b";" if letter == b"i" else b":", at)
    number = int(data[at + 1:stop])
    at = stop + 1
    if letter == b"i":
        return number, at
    if letter == b"s":
        return data[at:at + number].decode(), at + number
    items: list[Any] = []
    for _ in range(number * (2 if letter == b"m" else 1)):
        value, at = cell(data, at)
        items.append(value)
    if letter == b"m":
        return [{"role": role, "content": content} for role, content in zip(items[::2], items[1::2], strict=True)], at
    return items, at


@QUICK
@given(rows)
def test_typed_rows_can_be_read_back(row: list[Any]) -> None:
    """A row's typed bytes decode to that row and no other, so no two rows share bytes before hashing."""
    assert decode(b"".join(map(_typed, row))) == row


@QUICK
@given(rows, rows)
def test_different_rows_have_different_digests(one: list[Any], two: list[Any]) -> None:
    """Equal digests mean equal rows."""
    assert (row_digest(one) == row_digest(two)) == (one == two)


counts = st.dictionaries(st.sampled_from(["minor", "erased", "objection", "reserved", "empty"]), st.integers(-2, 30))


@QUICK
@given(st.integers(-3, 90), st.integers(-3, 40), counts, counts)
def test_tally_cannot_be_unbalanced(arrived: int, released: int, held: dict[str, int], refused: dict[str, int]) -> None:
    """Only a tally whose counts are whole, positive and add up can be made."""
    good = (arrived == released + sum(held.values()) + sum(refused.values()) and released >= 0
            and all(n > 0 for n in (*held.values(), *refused.values())))
    if not good:
        with pytest.raises(EvidenceError):
            Tally(arrived=arrived, released=released, held=held, refused=refused)
        return
    public = Tally(arrived=arrived, released=released, held=held, refused=refused).public()
    assert public["arrived"] == public["released"] + sum(public["held"].values()) + sum(public["refused"].values())


@QUICK
@given(counts)
def test_no_small_count_is_public_under_its_reason(tally: dict[str, int]) -> None:
    """A reason that few share is not named, and the sum stays."""
    merged = merge_small(tally)
    assert sum(merged.values()) == sum(tally.values())
    assert all(n >= 5 for name, n in merged.items() if name != "other")
