"""Twin, canaries, merged counts and copies, checked by the verifier: the vectors it shares with the product, and lies."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from release_builder import World

from licit_verify import draw, verify
from licit_verify.auditor import merged
from licit_verify.rewrites import _mark, _typed

VECTORS = json.loads((Path(__file__).parents[2] / "data/vectors/draws.json").read_text(encoding="utf-8"))
CANARIES = pa.schema([("canary", pa.string()), ("repeats", pa.int32()), ("text", pa.string())])


def failed(world: World) -> set[str]:
    """Write, verify as an auditor, and give the names of the claims that fail."""
    report = verify(world.write(), auditor=world.root)
    return {result.claim for result in report.results if result.result == "fails"}


def read(value: Any) -> Any:
    """Read bytes back."""
    if isinstance(value, dict) and set(value) == {"hex"}:
        return bytes.fromhex(value["hex"])
    return [read(item) for item in value] if isinstance(value, list) else value


def test_vectors_are_read_alike():
    """RULE: two implementations that share no code draw, merge and digest alike."""
    for case in VECTORS["draws"]:
        orders = pa.array([bytes.fromhex(order) for order in case["orders"]], pa.binary(16))
        found = draw.drawn(orders, int(case["seed"], 16), case["per_thousand"]).to_pylist()
        assert [number for number, is_drawn in enumerate(found) if is_drawn] == case["drawn"]
    seed = bytes.fromhex(VECTORS["canaries"]["seed"])
    assert [draw._canary(seed, number) for number in range(9)] == VECTORS["canaries"]["rows"]
    assert [merged(case["exact"], 5) for case in VECTORS["tallies"]] == [case["public"] for case in VECTORS["tallies"]]
    for case in VECTORS["facts"]:
        row = b"".join(map(_typed, read(case["row"])))
        assert hashlib.sha256(b"licit/facts/1" + row).hexdigest() == case["digest"]
    assert [_mark(c["record"], c["subject"]).hex() for c in VECTORS["marks"]] == [c["mark"] for c in VECTORS["marks"]]


# --- twin and canaries -----------------------------------------------------------------------------------------------

def drawing(world: World, share: int = 300) -> list[str]:
    """Ask for a twin; give the records that the seed draws, held as such."""
    world.plan["twin_per_thousand"] = share
    rows = [row for _, row in world.everything()]
    orders = pa.array([row["order"] for row in rows], pa.binary(16))
    found = [row["record"] for row, is_drawn in zip(rows, draw.drawn(orders, 0, share).to_pylist(), strict=True) if is_drawn]
    world.decided = {(record, 0): ("hold", "held-out-twin") for record in found}
    return found


def test_an_honest_twin(world):
    """RULE: a twin that holds what the seed draws, and nothing else, holds."""
    assert 0 < len(drawing(world)) < 9
    assert failed(world) == set()


@pytest.mark.parametrize("lie", ["one more", "one less", "another seed"])
def test_a_chosen_twin(world, lie):
    """RULE: a row that was put into the twin, or taken out of it, by choice is named."""
    found = drawing(world)
    if lie == "one more":
        other = next(row["record"] for _, row in world.everything() if row["record"] not in found)
        world.decided[other, 0] = ("hold", "held-out-twin")
    elif lie == "one less":
        del world.decided[found[0], 0]
    else:
        world.lock_change = lambda lock: lock.update(seed="11" * 8)
    assert failed(world) == {"twin-apart"}


def test_a_twin_that_was_not_drawn(world, monkeypatch):
    """RULE: a release large enough that draws no twin, though its plan asks for one, fails."""
    drawing(world)
    world.decided = {}
    world.lock_change = lambda lock: lock.update(twin_per_thousand=0)
    release = world.write()
    assert verify(release, auditor=world.root).exit_code == 0
    monkeypatch.setattr(draw, "AUDITABLE", 5)
    assert verify(release, auditor=world.root).result("twin-apart").result == "fails"


@pytest.mark.parametrize("lie", ["", "other words", "fewer", "none"])
def test_canaries_of_ones_own(world, monkeypatch, lie):
    """RULE: canaries that somebody chose, or left out, measure nothing."""
    monkeypatch.setattr(draw, "AUDITABLE", 5)
    world.plan["canaries"] = 4
    number = {"fewer": 3, "none": 0}.get(lie, 4)
    rows = [draw._canary(bytes(8), i) for i in range(number)]
    if lie == "other words":
        rows[2]["text"] = "The keeper's phrase number 2 is: plain."
    write = world._manifest

    def manifest(kept, root):
        world.table(f"{world.folder}/audit/canaries.parquet", rows, CANARIES)
        out = write(kept, root)
        out["audit"]["canaries"] = number
        return out

    world._manifest = manifest
    assert failed(world) == ({"twin-apart"} if lie else set())


# --- copies ----------------------------------------------------------------------------------------------------------

LONG = " ".join(f"mot{number} du jardin" for number in range(30))


def repeating(world: World) -> None:
    """Let two people say the same sixty words and more, one of whom objected."""
    own = [row for row in world.shards["h1"] if row["record"] not in ("r00", "r10")]
    world.shards["h1"] = [*own, world.chat("r00", "s0", words=f"Voici : {LONG}"), world.chat("r10", "s1", words=f"{LONG}, merci")]
    world.arrive()
    world.log.add("objection", {}, "s0")
    world.decided = {(f"r0{i}", 0): ("refuse", "objection") for i in range(2)}


def test_a_copy_of_refused_words(world):
    """RULE: a row that repeats fifty words of a refused one is not released, unless staff saw those and decided."""
    repeating(world)
    assert failed(world) == {"copies-apart"}


@pytest.mark.parametrize(("copied", "claims"), [(["r00"], set()), (["r01"], {"copies-apart"}), ([], {"copies-apart"})])
def test_a_copy_that_staff_released(world, copied, claims):
    """RULE: a decision of staff covers the refused records it names."""
    repeating(world)
    world.log.add("decision", {"record": "r10", "answer": "release", "reasons": ["copy-of-refused"], "by": "lea",
                               "why": "a public speech", "shard": "h1", "log": len(world.log.entries), "copied": copied})
    assert failed(world) == claims


def test_a_copy_that_is_held(world):
    """RULE: a held copy is no fault."""
    repeating(world)
    world.decided["r10", 0] = ("hold", "copy-of-refused")
    assert failed(world) == set()


@pytest.mark.parametrize("lie", ["runs", "a run", "exact"])
def test_signatures_that_are_not_of_the_words(world, lie):
    """RULE: emptied or changed signatures do not hide a copy: they must be those of the words in the shard."""
    repeating(world)
    row = next(row for row in world.shards["h1"] if row["record"] == "r10")
    row |= {"runs": {"runs": []}, "a run": {"runs": [run ^ 1 for run in row["runs"]]}, "exact": {"exact": b"\x01" * 16}}[lie]
    world.attributes["h1"] = world.prepare("h1", world.shards["h1"])
    assert failed(world) == {"copies-apart"}


def test_the_same_words_twice(world):
    """RULE: of rows with the same words one is released."""
    for record in ("r20", "r30"):
        world.shards["h1"] = [row for row in world.shards["h1"] if row["record"] != record] + [
            world.chat(record, f"s{record[1]}", words="Bonjour, comment va le jardin ?")]
    assert failed(world) == {"copies-apart"}


# --- counts ----------------------------------------------------------------------------------------------------------

def test_a_lone_small_count(world):
    """RULE: where a small count could have been merged with another, it may not stand alone, named or not."""
    world.set_aside, world.decided = 7, {("r00", 0): ("refuse", "minor")}
    assert failed(world) == set()


@pytest.mark.parametrize("refused", [{"other": 1, "unreadable": 7}, {"minor": 1, "unreadable": 7}])
def test_a_small_count_beside_others(world, refused):
    """RULE: a count below five shows to anybody as one that may point at a person."""
    world.set_aside, world.decided = 7, {("r00", 0): ("refuse", "minor")}
    world.public_change = lambda tally: tally.update(refused=refused)
    assert {"tally-balances", "tally-true"} <= failed(world)


