"""A state that arrives late takes its chat out: before closing of that release, after closing by recall and patch."""

import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import (
    CONSUMER,
    World,
    answers,
    chat,
    copied,
    failing,
    kept,
    people_chats,
    prose,
    reasons,
    released_records,
    scratch,
)

from licit.usecases import commands, release
from licit.usecases.erase import carry_out
from licit.usecases.queries import recall

ENDS = [({"deleted": True}, {}, "chat-state"), ({"temporary": True}, {}, "chat-state"),
        ({"state": "expired"}, {}, "chat-state"), ({}, {"age": "minor"}, "minor"),
        ({}, {"capacity": "organisation"}, "organisation-data")]


def again(world: World, name: str, account: str, told=None, declared=None) -> None:
    """Import a later state of a chat of the full world: the same words, and what is told of them now."""
    person, number = name[1:].split("-")
    world.take([chat(name, account, prose(f"{person} {number} a"), prose(f"{person} {number} b"), **(told or {}))],
               **{**CONSUMER, **(declared or {})})


@pytest.mark.parametrize(("step", "told", "declared", "reason"), [
    *((step, *ENDS[0]) for step in ("make_lock", "decided", "stage")), *(("_close", *end) for end in ENDS)])
def test_a_chat_that_ends_before_closing_is_not_released(full, monkeypatch, step, told, declared, reason):
    """A chat that arrives as deleted, temporary, expired, a minor's or an organisation's while a build runs is left out.

    Law: CHO-08, CHO-04
    """
    other, genuine, struck = World(full.root, full.clock), getattr(release, step), []

    def strike(*given, **more):
        if step == "_close" and not struck:
            struck.append(again(other, "c1-1", "user1", told, declared))
        out = genuine(*given, **more)
        if not struck:
            struck.append(again(other, "c1-1", "user1", told, declared))
        return out

    monkeypatch.setattr(release, step, strike)
    built = full.build()
    assert full.record("c1-1", "user1") not in {record for record, _ in kept(built)}
    assert reasons(built)[reason] == 1
    assert failing(built.path, full.root) == {}
    assert [touched.release for touched in recall(full.ports).touched] == ["release-1"]


def test_what_only_arrives_does_not_hold_up_a_build(full, monkeypatch):
    """Chats that arrive while a build runs, new ones or ones that merely go on, are for the next build."""
    other, genuine, tries = World(full.root, full.clock), release.stage, []

    def strike(*given, **more):
        out = genuine(*given, **more)
        tries.append(other.take([chat(f"new{len(tries)}", "user8", prose("new")),
                                 chat("c1-1", "user1", prose("1 1 a"), prose("1 1 b"), prose(f"more {len(tries)}"))]))
        return out

    monkeypatch.setattr(release, "stage", strike)
    built = full.build()
    assert (len(tries), built.tally.released) == (1, 12)
    assert failing(built.path, full.root) == {}


@pytest.mark.parametrize(("told", "declared", "reason"), ENDS)
def test_a_chat_that_ends_after_closing_is_recalled(full, told, declared, reason):
    """After closing, the recall names the release, and its patch is what deciding everything anew would give.

    Law: CHO-08
    """
    again(full, "c2-0", "user2", told, declared)
    (touched,) = recall(full.ports).touched
    assert (touched.release, dict(touched.reasons)) == ("release-1", {reason: 1})
    assert touched.rows == (f"{full.record('c2-0', 'user2')}#0",)
    patched = full.space.patch("release-1")
    assert (patched.tally.released, reasons(patched)) == (11, {reason: 1})
    assert answers(patched.rows) == scratch(full, patched.lock)
    assert failing(patched.path, full.root) == {}
    assert recall(full.ports).touched == ()


def test_a_chat_that_comes_back_stays_out_of_the_patch(full):
    """A chat shown as deleted and then as live again is for a new build to judge; a patch only takes away."""
    again(full, "c2-0", "user2", {"deleted": True})
    again(full, "c2-0", "user2")
    assert full.space.patch("release-1").tally.released == 11
    assert full.build().tally.released == 12


def test_a_later_state_survives_the_erasure_of_others(full):
    """What ended a chat is still known when the shard that says so was written anew for somebody else's erasure."""
    full.take([chat("c2-0", "user2", prose("2 0 a"), prose("2 0 b"), deleted=True), chat("other", "user7", prose("other"))])
    full.object("user7", "erasure")
    (name,) = carry_out(full.ports).patches
    again = full.space.patch(name)
    assert again.tally.released == 11
    assert full.record("c2-0", "user2") not in released_records(again.path)
    assert failing(again.path, full.root) == {}


def test_the_erasure_of_others_brings_no_older_state_back(full):
    """The shard with the older state is written anew without somebody else: the later state, deleted, still counts.

    Law: CHO-08
    """
    again(full, "c1-1", "user1", {"deleted": True})
    full.object("user2", "erasure")
    carry_out(full.ports)
    built = full.build()
    assert (reasons(built), failing(built.path, full.root)) == ({"superseded": 1, "chat-state": 1}, {})


@pytest.mark.parametrize("off", ["build", "patch"])
def test_a_build_that_passes_over_a_later_state_fails_the_audit(full, monkeypatch, off):
    """A release closed over a deletion that was in the log by then fails the audit, the claim and the record named."""
    other, genuine = World(full.root, full.clock), release.stage
    full.swap(check=lambda *_: ())

    def strike(*given, **more):
        out = genuine(*given, **more)
        again(other, "c1-1", "user1", {"deleted": True})
        return out

    if off == "build":
        monkeypatch.setattr(release, "stage", strike)
        monkeypatch.setattr(release, "ended_since", lambda *_: {})
        built = full.build()
    else:
        from licit.usecases import deciding
        again(full, "c1-1", "user1", {"deleted": True})
        full.object("user0")
        monkeypatch.setattr(release, "ended_since", lambda *_: {})
        monkeypatch.setattr(deciding, "ended_since", lambda *_: {})
        built = full.space.patch("release-1")
    found = failing(built.path, full.root)
    assert set(found) == {"admission-rerun"}
    assert full.record("c1-1", "user1") in found["admission-rerun"]
    assert "chat-state" in found["admission-rerun"]


# --- promise 3: whatever the interleaving ----------------------------------------------------------------------------

STEPS = ("make_lock", "patch_lock", "decided", "decided_patch", "stage", "stage_patch", "_close", "finish")
EVENTS = st.tuples(st.sampled_from(STEPS), st.sampled_from(["object", "delete", "go on", "outsider", "permit"]),
                   st.integers(0, 3))


def happen(world: World, what: str, who: int) -> None:
    """Let one thing be recorded."""
    if what == "object":
        world.object(f"user{who}")
    elif what == "delete":
        again(world, f"c{who}-0", f"user{who}", {"deleted": True})
    elif what == "outsider":
        commands.object_as_outsider(world.ports, email=["nobody@example.org"])
    elif what == "permit":
        world.object(f"user{who}", "permission", purposes=("train",))
    else:
        world.take([chat(f"c{who}-1", f"user{who}", prose(f"{who} 1 a"), prose(f"{who} 1 b"), prose("on"))])


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(events=st.lists(EVENTS, min_size=1, max_size=5), patching=st.booleans())
def test_what_is_recorded_before_closing_is_honoured(full_world, tmp_path_factory, events, patching):
    """Whatever is recorded at whatever step, nothing is released over it, and what is recorded after closing is recalled.

    Law: CHO-04, CHO-08
    """
    world = copied(full_world, tmp_path_factory.mktemp("interleaved") / "w")
    other = World(world.root, world.clock)
    waiting = list(events)

    def interleaved(step):
        genuine = getattr(release, step)

        def run(*given, **more):
            # before closing and finishing, after every other step
            out = None if step in ("_close", "finish") else genuine(*given, **more)
            for event in [event for event in waiting if event[0] == step]:
                waiting.remove(event)
                happen(other, *event[1:])
            return genuine(*given, **more) if step in ("_close", "finish") else out

        return run

    with pytest.MonkeyPatch.context() as patch:
        for step in STEPS:
            patch.setattr(release, step, interleaved(step))
        built = world.space.patch("release-1") if patching else world.build()
    if built.name:
        assert failing(built.path, world.root) == {}
        late = {(what, f"{who}") for step, what, who in events if step == "finish"}
        gone = {world.record(row["id"], row["account"]) for row in people_chats()
                if ("object", row["account"][-1]) in late or (("delete", row["id"][1]) in late and row["id"].endswith("-0"))}
        touched = {row.split("#")[0] for found in recall(world.ports, release=built.name).touched for row in found.rows}
        assert touched == gone & {record for record, _ in kept(built)}
    shutil.rmtree(world.root.parent)
