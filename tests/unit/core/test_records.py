"""Records hold what is known, refuse what cannot be, and show no text."""

from dataclasses import fields, replace
from typing import Any

import pytest

from licit.core.records import Concern, Part, Person, Record, Turn, altered, from_json, to_json

PEOPLE = (Person(ref="p0", kind="account", issuer="app", key="ada@example.org"),)


def record(**changes: Any) -> Record:
    given: dict[str, Any] = {"kind": "conversation", "origin_id": "c-1", "format": "test", "people": PEOPLE,
                             "turns": (Turn(id="t1", role="user"), Turn(id="t2", role="assistant", parent="t1"))}
    return Record(**{**given, **changes})


@pytest.mark.parametrize("changes", [
    {"kind": "song"}, {"capacity": "premium"}, {"age": "old"}, {"state": "archived"}, {"holder": "p9"},
    {"people": PEOPLE * 2}, {"turns": (Turn(id="t1", role="user"),) * 2}, {"turns": (Turn(id="t", role="king"),)},
    {"turns": (Turn(id="t", role="user", origin="guessed"),)},
    {"turns": (Turn(id="t", role="user", concerns=(Concern(person="p9", role="author"),)),)},
    {"turns": (Turn(id="a", parent="a", role="user"),)},
    {"turns": (Turn(id="a", parent="b", role="user"), Turn(id="b", parent="a", role="user"))}])
def test_impossible_record_is_refused(changes: dict[str, Any]) -> None:
    """Values outside their lists, repeated ids, unlisted people and cycles never become a record."""
    with pytest.raises(ValueError, match=r"."):
        record(**changes)


def test_no_field_for_a_tier_exists() -> None:
    """Nothing can be decided by what somebody paid, because no record knows it.

    Law: CHO-01
    """
    names = {field.name for kind in (Record, Turn, Person, Part, Concern) for field in fields(kind)}
    assert not {name for name in names if any(word in name for word in ("tier", "plan", "price", "paid", "account"))}


def test_unknown_is_said_to_be_unknown() -> None:
    """What a reader does not state is unknown, never a guess."""
    plain = record()
    assert (plain.capacity, plain.age, plain.notice, plain.turns[0].said_at) == ("unknown", "unknown", "", "")


def test_text_and_keys_show_in_no_representation() -> None:
    """No text, address or title shows when a record is printed or logged."""
    planted = record(origin_id="planted", declared={"title": "planted"}, turns=(
        Turn(id="t1", role="user", parts=(Part(text="planted"),)),),
        people=(Person(ref="p0", kind="email", issuer="app", key="planted"),))
    assert "planted" not in repr(planted)


def test_record_survives_being_written() -> None:
    """A record read back is the record written, with every field set."""
    turn = Turn(id="t2", parent="t1", role="tool", parts=(Part(kind="tool-result", text="x", path="/parts/0"),),
                concerns=(Concern(person="p0", role="mentioned"),), said_at="2025-06-01", origin="pasted",
                derived_from=("t1",), language="fr", shown=False, kind="title")
    full = record(turns=(Turn(id="t1", role="user"), turn), holder="p0", project="P", surface="app",
                  capacity="consumer", age="adult", notice="n1", state="temporary", third_parties=True,
                  collected=("2025-01-01", ""), declared={"title": "A"}, cut={"advertising": 2}, strange={"x": 1})
    assert from_json(to_json(full)) == full
    assert from_json(to_json(record())) == record()


def test_altered_record_keeps_all_else_and_is_checked() -> None:
    """Changing some fields changes those alone, and makes no record that could not be made at once."""
    before = record(project="P", third_parties=True)
    assert altered(before, notice="n1") == replace(before, notice="n1")
    assert altered(before.turns[0], said_at="2025-02-17") == replace(before.turns[0], said_at="2025-02-17")
    with pytest.raises(ValueError, match="two people"):
        altered(before, people=PEOPLE * 2)
    with pytest.raises(AttributeError):
        altered(before, tier="pro")


def test_person_is_found_by_reference() -> None:
    """A reference that does not exist is an error, not nobody."""
    assert record().person("p0") is PEOPLE[0]
    with pytest.raises(KeyError):
        record().person("p1")


def test_text_of_a_turn_joins_its_parts() -> None:
    """A turn's text is its parts in order, the empty ones left out."""
    assert Turn(id="t", role="user", parts=(Part(text="a"), Part(), Part(text="b"))).text == "a\nb"
