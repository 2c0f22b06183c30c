"""What is hashed and stored of a record is its one canonical and its one plain form, and names nobody."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from licit.core.ids import canonical_json, keyed
from licit.core.records import Concern, Part, Person, Record, Turn, from_json, to_json
from licit.pipeline.pack import Packer

KEY = b"k" * 32
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PEOPLE = (Person(ref="p0", kind="account", issuer="app", key="ada@example.org"),
          Person(ref="p1", kind="name", issuer="app", key="Ada \"Élan\""))
TURN = st.builds(
    Turn, id=st.just("t"), role=st.sampled_from(["user", "assistant"]),
    parts=st.lists(st.builds(Part, kind=st.sampled_from(["text", "code"]), text=TEXT, path=TEXT), max_size=2).map(tuple),
    concerns=st.lists(st.builds(Concern, person=st.sampled_from(["p0", "p1"]), role=st.sampled_from(
        ["author", "mentioned"])), max_size=2).map(tuple),
    said_at=st.sampled_from(["", "2025-02-17"]), origin=st.sampled_from(["said", "said", "derived"]),
    derived_from=st.sampled_from([(), (), ("t0",)]), language=st.sampled_from(["", "", "fr"]),
    kind=st.sampled_from(["", "", "title"]), shown=st.sampled_from([True, True, False]))


def chained(turns):
    return tuple(replace(turn, id=f"t{at}", parent=f"t{at - 1}" if at else None) for at, turn in enumerate(turns))


RECORD = st.builds(
    Record, kind=st.sampled_from(["conversation", "document"]), origin_id=TEXT, format=st.just("test"),
    turns=st.lists(TURN, max_size=3).map(chained), people=st.just(PEOPLE), holder=st.sampled_from(["", "p0"]),
    project=TEXT, age=st.sampled_from(["unknown", "adult"]), third_parties=st.booleans(),
    declared=st.dictionaries(st.sampled_from(["path", "title", "b"]), TEXT, max_size=3),
    cut=st.sampled_from([{}, {"advertising": 2}]))


@given(RECORD)
def test_the_state_is_that_of_the_canonical_form(record):
    """Words are hashed without whom they concern, states without where a conversation's file lay."""
    plain = to_json(record)
    turns = [{name: value for name, value in turn.items() if name != "concerns"} for turn in plain["turns"]]
    words = keyed(KEY, "licit/content", canonical_json([plain["kind"], plain["format"], turns]))
    if record.kind == "conversation" and "declared" in plain:
        plain["declared"].pop("path", None)
    packed = Packer(KEY).pack(record)
    assert (packed.words, packed.state) == (
        words, words[:8] + keyed(KEY, "licit/version", canonical_json(plain))[:8])


@given(RECORD)
def test_a_stored_record_names_nobody(record):
    """Once it has arrived, a record holds random subjects, a keyed id, no raw key, and all else as it was.

    Law: CHO-22
    """
    body = Packer(KEY).pack(record).body("r-keyed", {"p0": "s-a", "p1": "s-b"})
    people = tuple(replace(person, key="", subject=f"s-{'ab'[at]}") for at, person in enumerate(PEOPLE))
    stored = replace(record, people=people, origin_id="r-keyed")
    assert body == json.dumps(to_json(stored), ensure_ascii=False, separators=(",", ":"))
    assert from_json(json.loads(body)) == stored


@given(RECORD)
def test_every_turn_concerns_its_holder(record):
    """A turn is found under everybody whom it concerns, and under the account that holds the conversation."""
    rows = Packer(KEY).pack(record).index("r", {"p0": "s-a", "p1": "s-b"})
    for turn in record.turns:
        found = {subject for subject, _, own, _ in rows if own == turn.id}
        assert found == {f"s-{'ab'[int(each.person[1])]}" for each in turn.concerns} | ({"s-a"} if record.holder else set())


def test_states_stay_what_they_were():
    """A state named by an earlier version is named so again, or the same export would arrive twice."""
    turns = (Turn(id="t0", role="user", parts=(Part(text="Où\n\"?\""),), said_at="2025-02-17T16:14:00Z",
                  concerns=(Concern(person="p0", role="author"),)),
             Turn(id="t1", parent="t0", role="system", parts=(Part(text="a title"),), origin="derived", kind="title"))
    record = Record(kind="conversation", origin_id="c-1", format="test", turns=turns, people=PEOPLE, holder="p0",
                    capacity="consumer", declared={"path": "a.jsonl", "title": "x"}, strange={"x": 1})
    assert Packer(KEY).pack(record).state.hex() == "479768719c151419a315ebeffe604618"
