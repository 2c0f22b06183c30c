"""Conversations handed over together share a shard; each is stored when it is answered, and one that fails fails alone."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from world import World, prose

from licit.adapters.chatlogs.openai_messages import conversation
from licit.core.errors import InputError
from licit.usecases import gather
from licit.usecases.arrive import Declared, declare
from licit.usecases.gather import Gatherer


def talk(number: int, said: str = "", source: str = "chat"):
    """Give a conversation of somebody of their own."""
    record = conversation({"id": f"c{number}", "messages": [{"role": "user", "content": said or prose(str(number))}]})
    return declare(record, Declared(subject=f"user{number}", capacity="consumer", age="adult"), source, "API")


def together(gatherer: Gatherer, records) -> list:
    """Hand records over at once; give what each came to."""
    gate = threading.Barrier(len(records))

    def hand(one):
        gate.wait(20)
        try:
            return gatherer.store(*one)
        except InputError as error:
            return error.what
    with ThreadPoolExecutor(len(records)) as threads:
        return list(threads.map(hand, records))


def stored(world: World) -> list[int]:
    """Give the number of records of each shard, as the log has them."""
    return [entry.decision["records"] for entry in world.ports.log.entries(kinds=("arrival",))]


def test_what_comes_together_shares_a_shard(world):
    """One alone is a shard at once; twelve in a run are few, none is lost, and a source has its own."""
    world.license("other", ground="own")
    gatherer = Gatherer(world.ports)
    gatherer.store("chat", talk(0))
    assert stored(world) == [1]
    assert together(gatherer, [("chat", talk(number)) for number in range(1, 13)]) == [None] * 12
    assert sum(stored(world)) == 13
    assert len(stored(world)) <= 4
    together(gatherer, [("chat", talk(20)), ("other", talk(21, source="other"))])
    assert {entry.decision["source"] for entry in world.ports.log.entries(kinds=("arrival",))} == {"chat", "other"}


def test_two_states_of_one_conversation_are_both_stored(world):
    """The later does not take the place of the earlier unseen: each has a shard, and the last one counts."""
    gatherer = Gatherer(world.ports)
    gatherer.store("chat", talk(9))
    assert together(gatherer, [("chat", talk(1, prose(f"state {n}"))) for n in range(3)]) == [None] * 3
    assert sum(stored(world)) == 4


def test_one_that_fails_fails_alone(world, monkeypatch):
    """An error of one is told to that one; those that came with it are stored."""
    whole = gather.store

    def store(space, source, records):
        if any("bad" in record.turns[0].text for record in records):
            raise InputError("this cannot be stored")
        return whole(space, source, records)
    monkeypatch.setattr(gather, "store", store)
    gatherer = Gatherer(world.ports)
    gatherer.store("chat", talk(0))
    told = together(gatherer, [("chat", talk(1)), ("chat", talk(2, "bad")), ("chat", talk(3))])
    assert told == [None, "this cannot be stored", None]
    assert sum(stored(world)) == 3


@pytest.mark.parametrize("fault", [KeyboardInterrupt, SystemExit])
def test_nobody_waits_for_what_was_given_up(world, monkeypatch, fault):
    """When storing is cut short, whoever waits is told that it was not stored."""
    monkeypatch.setattr(gather, "store", lambda *_: (_ for _ in ()).throw(fault))
    gatherer = Gatherer(world.ports)
    with pytest.raises(fault):
        gatherer.store("chat", talk(0))
    assert stored(world) == []
