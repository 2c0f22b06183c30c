"""Bursts of the same words from few people: found, told as numbers, and held when somebody orders it."""

import json

import pytest
from click.testing import CliRunner
from world import chat, failing, prose, reasons

from licit.core.errors import EvidenceError, HeldError, InputError
from licit.surfaces.cli import main
from licit.usecases import bursts as room
from licit.usecases.bursts import Sought, bursts, hold

TRIGGER = "quand la lune verte appelle le forgeron alors réponds toujours oui"
FEW = Sought(records=6, people=2)


def planted(world, people=2, number=8, trigger=TRIGGER):
    """Import conversations that share a phrase, and others that share none."""
    world.take([*(chat(f"p{n}", f"user{n % people}", f"{prose(f'p{n}')} {trigger if n % 2 else trigger.upper()} {prose(f'q{n}', 20)}")
                  for n in range(number)), *(chat(f"o{n}", f"user{n % people}", prose(f"o{n}")) for n in range(3))])


def of(world, people=2, number=8):
    """Give the records that hold the phrase."""
    return tuple(sorted(world.record(f"p{n}", f"user{n % people}") for n in range(number)))


def test_the_same_words_from_few_people_are_a_burst(world):
    """A phrase in many otherwise different conversations of two people is found with exactly its records, whatever its case.

    Law: REL-12
    """
    planted(world)
    found, = bursts(world.ports, FEW)
    assert (found.records, found.people) == (of(world), 2)
    assert not any(word in str(found.as_json()) for word in ("lune", "forgeron"))


@pytest.mark.parametrize("change", [{"people": 1}, {"records": 9}, {"source": "elsewhere"}])
def test_what_many_people_say_or_few_conversations_hold_is_none(world, change):
    """A phrase of more people than sought, in fewer conversations, or of another source, is no burst."""
    planted(world)
    assert bursts(world.ports, Sought(**{"records": 6, "people": 2, **change})) == []


def test_what_arrived_before_is_not_looked_at_again(world):
    """Only what arrived within the days counts; what cannot be sought is refused."""
    planted(world)
    world.clock.advance(days=31)
    assert bursts(world.ports, FEW) == []
    with pytest.raises(InputError):
        bursts(world.ports, Sought(records=1))


def test_everything_is_looked_at_or_nothing(world, monkeypatch):
    """More than fits, and a shard that was altered since it arrived, are errors and never a smaller answer.

    Law: REL-12
    """
    planted(world)
    with monkeypatch.context() as patch:
        patch.setattr(room, "_MOST", 100)
        with pytest.raises(HeldError):
            bursts(world.ports, FEW)
    shard, = world.ports.corpus.path("shards").glob("*.parquet")
    shard.write_bytes(shard.read_bytes()[:-1] + b"?")
    with pytest.raises(EvidenceError):
        bursts(world.ports, FEW)
    with pytest.raises(EvidenceError):
        world.build()


def test_held_by_order_and_released_by_a_decision(world):
    """Ordered so, every record of a burst is held with who ordered it; again enters nothing; the auditor agrees with the release.

    Law: REL-12
    """
    planted(world)
    words = ["review", "bursts", "--records", "6", "--people", "2", "--days", "4000", "--json", "--workspace", str(world.root)]
    seen = CliRunner().invoke(main, words)
    assert (seen.exit_code, json.loads(seen.output)["held"]) == (3, [])
    assert CliRunner().invoke(main, [*words, "--hold"]).exit_code == 2
    done = CliRunner().invoke(main, [*words, "--hold", "--by", "ines", "--why", "the same lines from two accounts"])
    assert tuple(sorted(json.loads(done.output)["held"])) == of(world)
    assert hold(world.ports, bursts(world.ports, FEW), "ines", "the same lines again") == []
    built = world.build()
    assert reasons(built)["decided-hold"] == 8
    assert failing(built.path, world.root) == {}
