"""Times, keys and shapes are read for what they are, and never guessed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licit.adapters.chatlogs._fields import Fields, Strange, is_tier, plain_key, stamp
from licit.adapters.chatlogs._shape import shape


@pytest.mark.parametrize(("value", "expected"), [
    (1739808840, "2025-02-17T16:14:00Z"), (1739808840.99, "2025-02-17T16:14:00Z"),
    (1739808840123, "2025-02-17T16:14:00Z"), ("1739808840.5", "2025-02-17T16:14:00Z"),
    ("2025-02-17T16:14:00.123Z", "2025-02-17T16:14:00Z"), ("2025-02-17T16:14:00+02:00", "2025-02-17T14:14:00Z"),
    ("2025-02-17T16:14:00", "2025-02-17"), ("2025-02-17", "2025-02-17"), ("20250217", "2025-02-17"),
    ({"$date": {"$numberLong": "1739808840000"}}, "2025-02-17T16:14:00Z"),
    ({"$date": "2025-02-17T16:14:00Z"}, "2025-02-17T16:14:00Z"),
    (datetime(2025, 2, 17, 16, 14, tzinfo=UTC), "2025-02-17T16:14:00Z"), (datetime(2025, 2, 17, 16, 14), "2025-02-17"),
    (0, ""), (None, ""), ("", ""), ("0", ""), (-1, ""), (True, ""), ("hier", ""), ("1970-01-01T00:00:00Z", ""),
    ("0001-01-01T00:00:00+23:59", ""), ("9999-12-31T23:59:59-23:59", ""), (float("nan"), ""), (float("inf"), ""),
    (1e30, ""), ({"$date": {"$date": 1}}, ""), ([], ""), ("1" * 5000, "")])
def test_stamp(value, expected):
    """A time becomes UTC seconds, a time without a zone its day, and what is none stays unknown."""
    assert stamp(value) == expected


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.dictionaries(
    st.sampled_from(["$date", "$numberLong"]), inner)))
def test_stamp_never_raises(value):
    """Nothing that can stand in JSON makes a time raise."""
    assert isinstance(stamp(value), str)


@pytest.mark.parametrize("key", ["06 39 98 12 34", "0639981234", "nadia@example.org", "a" * 41, "Nadia Ferrand", "",
                                 "user_0639981234", "clé"])
def test_keys_that_look_like_data_are_not_named(key):
    """A key that is data is counted without being named."""
    assert plain_key(key) == "(other)"


@pytest.mark.parametrize("key", ["plan", "planType", "PLAN_TYPE", "plan-type", "subscription_level", "RetentionDays"])
def test_tier_is_known_in_any_spelling(key):
    """However a product spells its plan, it is the plan."""
    assert is_tier(key)


@pytest.mark.parametrize("key", ["user", "products", "planned", "content", "title"])
def test_other_keys_are_no_tier(key):
    """A field that only resembles a tier field is read."""
    assert not is_tier(key)


def test_strange_is_bounded():
    """However many keys drift in, what is kept of them stays small, and no occurrence is lost."""
    strange = Strange()
    keys = [f"k{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676)}" for i in range(5000)]
    Fields(dict.fromkeys(keys, 1), strange).close()
    assert len(strange) <= 201
    assert sum(strange.values()) == 5000


def test_wrong_types_are_counted_not_guessed():
    """A value of the wrong type reads as absent and is counted."""
    strange = Strange()
    fields = Fields({"text": 7, "list": {}, "object": [], "time": "demain"}, strange, "m")
    assert (fields.text("text"), fields.list("list"), fields.object("object").value, fields.time("time")) == (
        "", [], {}, "")
    assert dict(strange) == {"m.text": 1, "m.list": 1, "m.object": 1, "m.time": 1}


def test_shape_of_a_cut_head():
    """Keys are found in a head that stops anywhere, and text that looks like keys is none."""
    head = '[{"title":"{\\"mapping\\":[","mapping":{"a":{"message":{"id":"' + "x" * 100
    for end in range(len(head)):
        assert "[].title" in shape(head[:end]) or end < 10
        assert all(path.startswith("[]") for path in shape(head[:end]))
    assert {"[].title", "[].mapping", "[].mapping.a"} <= shape(head)


@pytest.mark.parametrize("head", ["[" * 65536, '{"a":' * 13000, '"' * 65536, '["' + "\\" * 65533, '{"' + "a" * 65000])
def test_shape_is_quick_on_attacks(head):
    """Heads made to be slow are not."""
    assert len(shape(head)) < 20
