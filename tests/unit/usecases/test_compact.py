"""Small shards are put together: nothing is lost, no older state comes back, and every byte of it can still be erased."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import PLANTED, World, chat, copied, failing, kept, places_of, prose

from licit.adapters.chatlogs.openai_messages import conversation
from licit.core.errors import EvidenceError
from licit.usecases import compact as compacting
from licit.usecases.alone import alone
from licit.usecases.arrive import Declared, declare, store
from licit.usecases.compact import FEWEST, compact
from licit.usecases.erase import carry_out
from licit.usecases.retention import arrivals
from licit.usecases.workspace import Position, inputs_at


def hand(world: World, name: str, *said: str, account: str = "", **more) -> None:
    """Hand a conversation over, which makes a shard of its own."""
    account = account or f"of-{name}"
    record = conversation(chat(name, account, *(said or (prose(name),)), **more))
    store(world.ports, "chat", [declare(record, Declared(subject=account, capacity="consumer", age="adult"), "chat", "API")])


def put_together(world: World):
    with alone(world.ports):
        return compact(world.ports)


def live(world: World) -> list[tuple[str, int]]:
    """Give the live shards with their numbers of records."""
    return [(item.shard, item.records) for item in inputs_at(world.ports.log, Position.head(world.ports.log), ())[0]]


def on_disk(world: World) -> set[str]:
    return {path.stem for folder in ("shards", "index") for path in (world.root / folder).glob("*.parquet")}


@pytest.fixture
def handed(world: World) -> World:
    """A workspace to which ten conversations were handed over, far apart."""
    for number in range(9):
        hand(world, f"h{number}")
    hand(world, "h9", f"{prose('h9')} {PLANTED}", account="anne")
    return world


def test_many_small_shards_become_one(handed):
    """Ten files are one, and catalogue, index and log name it; doing it again changes nothing.

    Law: RGT-07
    """
    done = put_together(handed)
    assert (done.shards, done.records, done.into) == (10, 10, 1)
    ((shard, records),) = live(handed)
    assert (records, on_disk(handed)) == (10, {shard})
    assert {where for _, where in handed.ports.catalogue.stored([handed.record("h3", "of-h3")]).values()} == {shard}
    put_together(handed)
    assert live(handed) == [(shard, 10)]


def test_a_build_begins_with_it(handed):
    """Ten files come to the next release as one, all ten are released, and what a release was made of is not touched again."""
    built = handed.build()
    assert ([item["records"] for item in built.lock["inputs"]], len(kept(built))) == ([10], 10)
    for number in range(FEWEST):
        hand(handed, f"later{number}")
    put_together(handed)
    assert [records for _, records in live(handed)] == [10, FEWEST]
    handed.object("anne", "erasure")
    assert carry_out(handed.ports).patches == ("release-2",)
    assert failing(handed.root / "releases/release-2", handed.root) == {}


def test_every_byte_can_be_erased(handed):
    """Words that were put together with others' leave the new shard as they would have left their own."""
    put_together(handed)
    assert places_of(PLANTED, handed.root)
    handed.object("anne", "erasure")
    assert carry_out(handed.ports).records == 1
    assert places_of(PLANTED, handed.root) == []
    assert [records for _, records in live(handed)] == [9]


@pytest.mark.parametrize("at", ["append", "moved", "remove_shard"])
def test_cut_short_anywhere_it_goes_on(handed, monkeypatch, at):
    """Killed before or after the log knows: no record is lost or doubled, the next one cleans up, and erasure finds every byte."""
    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed
    with monkeypatch.context() as patch:
        patch.setattr(type(handed.ports.log) if at == "append" else compacting, at, die)
        with pytest.raises(Killed):
            put_together(handed)
    broken = copied(handed, handed.root.parent / "erased at once")
    broken.object("anne", "erasure")
    carry_out(broken.ports)
    assert places_of(PLANTED, broken.root) == []
    put_together(handed)
    ((shard, records),) = live(handed)
    assert (records, on_disk(handed)) == (10, {shard})
    assert {where for _, where in handed.ports.catalogue.stored([handed.record(f"h{n}", f"of-h{n}") for n in range(9)]).values()} == {shard}


def test_what_cannot_be_read_is_left_as_it_is(handed):
    """A shard that is not the one that was stored stops it before anything is written or removed."""
    before = on_disk(handed)
    path = handed.root / "shards" / f"{live(handed)[4][0]}.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(EvidenceError):
        put_together(handed)
    assert on_disk(handed) == before


def test_days_releases_and_decisions_keep_shards_apart(handed):
    """What arrived on another day, what staff decided on, and what somebody gave stays by itself; time runs from the last part."""
    ports, day = handed.ports, arrivals(handed.ports.log)[live(handed)[0][0]]
    ports.enter("decision", {"record": "r", "answer": "hold", "by": "ines", "why": "w", "shard": live(handed)[8][0], "log": 0})
    handed.clock.advance(hours=20)
    for number in range(FEWEST - 1):
        hand(handed, f"later{number}")
    assert put_together(handed).shards == 8
    assert [records for _, records in live(handed)] == [8] + [1] * (2 + FEWEST - 1)
    assert arrivals(ports.log)[live(handed)[0][0]] == day


def states(world: World) -> list[str]:
    """Give every stored state of every record in the order in which a build has them: the last of a record counts."""
    live, _ = inputs_at(world.ports.log, Position.head(world.ports.log), ())
    rows = [row for item in live for row in world.ports.corpus.read(f"shards/{item.shard}.parquet", ["record", "body"]).to_pylist()]
    return sorted(((row["record"], row["body"]) for row in rows), key=lambda row: row[0])


STEPS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["said", "said", "said", "put together", "erase"])), min_size=8, max_size=16)


def test_of_two_states_the_later_one_still_counts(world, monkeypatch):
    """A conversation that comes again begins another shard, and stands after the one with its older state.

    Law: CHO-08
    """
    monkeypatch.setattr(compacting, "FEWEST", 2)
    for number, name in enumerate(("a", "b", "a", "c", "b", "d")):
        hand(world, name, f"{name} {number}")
    before = states(world)
    assert put_together(world).into == 2
    assert ([records for _, records in live(world)], states(world)) == ([2, 4], before)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_last_state_counts_whatever_was_put_together(world, tmp_path_factory, steps):
    """Few conversations handed over many times, some people erased: the states and their order are the same with and without it.

    Law: CHO-08
    """
    one = copied(world, tmp_path_factory.mktemp("one") / "w")
    two = copied(world, tmp_path_factory.mktemp("two") / "w")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compacting, "FEWEST", 2)
        for number, (who, what) in enumerate([*steps, (0, "put together")]):
            if what == "put together":
                put_together(two)
            for it in (one, two) if what in ("said", "erase") else ():
                if what == "said":
                    hand(it, f"c{who}", f"{who} {number}", account=f"user{who}")
                else:
                    it.object(f"user{who}", "erasure")
                    carry_out(it.ports)
    told = [[(record, [turn["parts"] for turn in json.loads(body)["turns"]]) for record, body in states(it)] for it in (one, two)]
    assert told[0] == told[1]
    assert len(live(two)) <= len(live(one))
