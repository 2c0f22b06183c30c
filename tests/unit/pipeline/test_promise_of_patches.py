"""A patch equals a build from scratch under its lock, holds no removed row, and leaves other files as they were."""

import json
import shutil

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from world import (
    NOW,
    World,
    answers,
    chat,
    copied,
    failing,
    kept,
    make,
    prose,
    released_records,
    scratch,
)

from licit.core.manifest import manifest_digest
from licit.pipeline import seal
from licit.usecases import commands, deciding, staging
from licit.usecases.papers import SUMMARY, regenerate
from licit.usecases.workspace import silent

LONG = prose("shared", 80)
NEAR = LONG.replace("regarder", "ranger").replace("montagne", "plage", 1) + " Merci encore à vous."
PEOPLE = [f"user{n}" for n in range(6)]


def crowded(root) -> World:
    """Six people who repeat each other: exactly, nearly, and in passing; one names somebody who is no user."""
    world = make(root)
    rows = []
    for number, person in enumerate(PEOPLE):
        rows += [chat(f"same-{number}", person, LONG, answer="D'accord, voici la réponse à votre question."),
                 chat(f"near-{number}", person, NEAR + f" Note {number}.", answer="D'accord, voici la réponse."),
                 chat(f"own-{number}", person, prose(f"own {number}"), prose(f"own again {number}")),
                 chat(f"quote-{number}", person, prose(f"before {number}", 30) + " " + prose(f"own {(number + 1) % 6}", 60))]
    rows.append(chat("named", "user1", "Peux-tu écrire à lea.voisine@example.org pour la fête de la rivière ?"))
    world.take(rows[:13])
    world.take(rows[13:])
    return world


@pytest.fixture(scope="module")
def parent(tmp_path_factory, full_world):
    """The crowd with one release, its twin drawn although it is small.

    What is patched stays so until the last test of this page: the world that all tests share has to be there before.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in (deciding, staging):
            patch.setattr(module, "AUDITABLE", 1)
        patch.setattr(seal, "PEOPLE", 1)
        patch.setattr("licit_verify.auditor._PEOPLE", 1)
        world = crowded(tmp_path_factory.mktemp("crowd") / "w")
        world.build(audit={"twin_per_thousand": 150})
        yield world


RIGHTS = st.tuples(st.sampled_from(["objection", "withdrawal", "restriction", "erasure", "rectification"]),
                   st.sampled_from(PEOPLE), st.sampled_from(["", "same", "near", "own", "quote"]))
LINKS = st.tuples(st.just("link"), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)).filter(lambda link: link[1] != link[2])
OUTSIDERS = st.tuples(st.just("outsider"), st.sampled_from(["lea.voisine@example.org", "nobody@example.org"]), st.just(""))
PERMITS = st.tuples(st.just("permission"), st.sampled_from(PEOPLE), st.just(""))


def carry(world: World, kind: str, who: str, what: str) -> None:
    """Record one entry."""
    if kind == "link":
        commands.link_accounts(world.ports, ("chat", who), ("chat", what))
    elif kind == "outsider":
        commands.object_as_outsider(world.ports, email=[who])
    else:
        record = world.record(f"{what}-{who[-1]}", who) if what else ""
        target = {"level": "record", "record": record} if record else {}
        world.object(who, kind, target=target, purposes=("train",) if kind == "permission" else ())


ROUNDS = st.lists(st.lists(RIGHTS | RIGHTS | LINKS | OUTSIDERS | PERMITS, min_size=1, max_size=4), min_size=1, max_size=3)


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(rounds=ROUNDS)
@example(rounds=[[("link", "user0", "user1"), ("objection", "user0", "")], [("objection", "user2", "same")]])
@example(rounds=[[("objection", "user3", "")], [("link", "user4", "user3"), ("permission", "user3", "")]])
@example(rounds=[[("outsider", "lea.voisine@example.org", ""), ("erasure", "user5", "own")]])
def test_a_patch_is_what_a_build_from_scratch_would_be(parent, tmp_path_factory, rounds):
    """Whatever is recorded, a patch's answers, root and tally are those of deciding and writing all anew under its lock.

    Law: REL-04
    """
    compared(parent, tmp_path_factory, rounds)


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(rounds=ROUNDS)
def test_a_patch_is_what_a_build_from_scratch_would_be_at_length(parent, tmp_path_factory, rounds):
    """The same with many more rounds."""
    compared(parent, tmp_path_factory, rounds)


def compared(parent, tmp_path_factory, rounds):
    """Carry rounds out, and compare each patch with a build from scratch."""
    world = copied(parent, tmp_path_factory.mktemp("patched") / "w")
    name = "release-1"
    for entries in rounds:
        for entry in entries:
            carry(world, *entry)
        built = world.space.patch(name)
        assert answers(built.rows) == scratch(world, built.lock)
        whole = staging.stage(world.ports, anew(world, built), silent)
        assert whole.content_root == built.content_root
        assert (whole.tally, whole.rows) == (built.tally, built.tally.released)
        assert released_records(built.path) == {record for record, _ in kept(built)}
        assert regenerate(world.ports, built.name)[1] == []
        assert json.loads(whole.papers[SUMMARY])["numbers"] == json.loads((world.root / f"releases/{built.name}/{SUMMARY}").read_bytes())["numbers"]
        name = built.name
    shutil.rmtree(world.root.parent)


def anew(world: World, built):
    """Decide again under a lock, to be staged in a folder of its own."""
    lock = {**built.lock, "name": f"{built.name}-again"}
    return staging.decided(world.ports, lock, silent)


def test_untouched_files_are_the_parents_bytes(parent, tmp_path):
    """A patch rewrites the files that lose or gain rows, and no other."""
    world = copied(parent, tmp_path / "w")
    world.object("user3")
    built = world.space.patch("release-1")
    old = {file.name: file.read_bytes() for file in (world.root / "releases/release-1/data").iterdir()}
    new = {file.name: file.read_bytes() for file in (world.root / f"releases/{built.name}/data").iterdir()}
    same = [name for name in old if new.get(name) == old[name]]
    assert len(old) > 1
    assert same
    assert len(same) < len(old)


def test_every_claim_of_a_patch_holds(parent, tmp_path):
    """A patch, and a patch of a patch, pass the whole audit; the parent is withdrawn by name."""
    world = copied(parent, tmp_path / "w")
    world.object("user1")
    first = world.space.patch("release-1")
    world.object("user2", "erasure")
    second = world.space.patch(first.name)
    assert failing(second.path, world.root) == {}
    assert second.lock["parent"] == first.name
    manifest = (world.root / "releases" / first.name / "manifest.json").read_bytes()
    assert manifest_digest(manifest) in (world.root / "releases" / second.name / "manifest.json").read_text()


def test_a_patch_keeps_its_parents_moment(parent, tmp_path):
    """A patch judges waiting periods at its parent's moment, and arrivals after the parent do not enter it."""
    world = copied(parent, tmp_path / "w")
    world.clock.advance(days=400)
    world.take([chat("late", "user9", prose("late"))])
    world.object("user1")
    built = world.space.patch("release-1")
    assert built.lock["as_of"] == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    assert world.record("late", "user9") not in released_records(built.path)


def test_a_patch_may_be_empty(full):
    """When everybody objects the patch holds no row, its public claims hold, and another patch of it is possible."""
    for number in range(4):
        full.object(f"user{number}")
    built = full.space.patch("release-1")
    assert (built.tally.released, released_records(built.path)) == (0, set())
    assert failing(built.path) == {}
    assert full.space.patch(built.name).tally.released == 0
