"""What nobody could check is held: detectors and screeners that fail, hang, answer nonsense or are missing."""

import time
from dataclasses import dataclass, field, replace

import pytest
from world import chat, people_chats, prose, reasons, released_records, released_text

from licit import wiring
from licit.core.ports import Sensitive
from licit.detectors.registry import pin
from licit.testing import FailingDetector, SlowDetector
from licit.usecases.commands import object_as_outsider


@dataclass(frozen=True)
class Screening:
    """A screener that does what a test says."""

    look: object
    name: str = "pretend"
    version: str = "1"
    languages: frozenset = field(default_factory=frozenset)


def broken(texts, languages):
    raise RuntimeError("screener broken")


def hanging(texts, languages):
    time.sleep(60)
    return [() for _ in texts]


def wrong(texts, languages):
    return [(Sensitive(reason="no-such-reason", family="x"),) for _ in texts]


FAULTS = {
    "failing detector": lambda tools: {"detectors": (*tools.detectors, FailingDetector())},
    "slow detector": lambda tools: {"detectors": (*tools.detectors, SlowDetector(seconds=60))},
    "no detector": lambda tools: {"detectors": ()},
    "failing screener": lambda tools: {"screeners": (*tools.screeners, Screening(broken))},
    "slow screener": lambda tools: {"screeners": (*tools.screeners, Screening(hanging))},
    "screener that answers nonsense": lambda tools: {"screeners": (Screening(wrong),)},
    "screener that answers too little": lambda tools: {"screeners": (Screening(lambda texts, languages: []),)},
    "no screener": lambda tools: {"screeners": ()}}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_nobody_could_check_is_held(world, monkeypatch, fault):
    """A detector or screener that fails, overruns, answers nonsense or is missing holds the record; the build goes on."""
    genuine = wiring._tools

    def tools(root, plan):
        made = genuine(root, plan)
        return replace(made, pins=(*made.pins, fault), **FAULTS[fault](made))

    monkeypatch.setattr(wiring, "_tools", tools)
    world.take([chat("c", "u", prose("unchecked"))])
    start = time.monotonic()
    built = world.build(deidentify={"seconds": 1})
    assert reasons(built) == {"detector-failed": 1}
    assert time.monotonic() - start < 30


def test_one_text_that_breaks_a_detector_holds_its_record_alone(world, monkeypatch):
    """Of a batch in which one text breaks a detector only that text's record is held."""
    genuine = wiring._tools
    failing = FailingDetector(only_on="citrouille")
    monkeypatch.setattr(wiring, "_tools", lambda root, plan: (made := genuine(root, plan)) and replace(
        made, pins=(*made.pins, *pin([failing])), detectors=(*made.detectors, failing)))
    world.take([*people_chats(2, 2), chat("bad", "u", "Bonjour, où ranger la citrouille dans le jardin ?")])
    built = world.build()
    assert reasons(built) == {"detector-failed": 1}
    assert world.record("bad", "u") not in released_records(built.path)


@pytest.mark.parametrize("labels", [["PERSON"], ["LOCATION", "CASE_NUMBER"], []])
def test_an_address_names_its_owner_whichever_label_wins(world, labels):
    """An e-mail whose beginning the plan replaces as a name, and a number that another label covers, still name their owner."""
    world.take([chat("c", "u", "Peux-tu écrire à lea.voisine@example.org pour la fête de la rivière ?"),
                chat("d", "v", "Dossier n° 06 39 98 12 34, merci de rappeler pour le tambour du jardin.")])
    object_as_outsider(world.ports, email=["lea.voisine@example.org"])
    object_as_outsider(world.ports, phone=["06 39 98 12 34"])
    assert reasons(world.build(deidentify={"labels": labels})) == {"third-party-objection": 2}


def test_an_outsider_is_found_although_the_plan_does_not_replace(world):
    """What a plan leaves in the text is still looked at for people who are no users and objected.

    Law: CHO-21
    """
    world.take([chat("c", "u", "Peux-tu écrire à lea.voisine@example.org pour la fête de la rivière ?")])
    plan = {"deidentify": {"labels": ["PERSON"]}}
    first = world.build(**plan)
    assert "@example.org" in released_text(first.path)
    object_as_outsider(world.ports, email=["Lea.Voisine@example.org"])
    assert reasons(world.build(**plan)) == {"third-party-objection": 1}
    assert world.space.patch(first.name).tally.released == 0
