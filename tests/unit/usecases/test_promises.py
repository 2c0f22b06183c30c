"""The design's promises, kept by whole builds over a pretend company."""

import json
import threading

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import (
    CONSUMER,
    POLICY,
    World,
    answers,
    balanced,
    chat,
    copied,
    failing,
    kept,
    make,
    people_chats,
    prose,
    reasons,
    released_records,
    scratch,
)

from licit.adapters.chatlogs._fields import TIER_FIELDS
from licit.usecases import release, staging
from licit.usecases.queries import recall
from licit.usecases.workspace import Position, silent

# --- promise 1 and 9: tier decides nothing; what is unknown is held ------------------------------------------------


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 11), st.sampled_from(sorted(TIER_FIELDS)),
                          st.sampled_from(["free", "enterprise", 0, 30, True, None, {"plan": "pro"}])), min_size=1, max_size=8))
def test_tier_decides_nothing(full_world, tmp_path_factory, additions):
    """Adding or changing tier, price, product and retention fields of the input changes no row, answer or word.

    Law: CHO-01
    """
    rows = people_chats()
    for number, name, value in additions:
        rows[number][name] = value
        rows[number]["messages"][0][name] = value
    world = copied(full_world, tmp_path_factory.mktemp("tier") / "w")
    report = world.take(rows)
    assert report.known == 12
    again = world.build()
    first = json.loads((world.root / "releases/release-1/manifest.json").read_text())
    assert again.content_root == first["content_root"]


UNKNOWN = [
    ({"capacity": ""}, {}, "capacity-unknown"), ({"age": ""}, {}, "age-unknown"),
    ({"age": "", "surface": "elsewhere"}, {}, "age-unknown"), ({"subject_field": ""}, {}, "subject-unknown"),
    ({"age": "minor"}, {}, "minor"), ({"capacity": "organisation"}, {}, "organisation-data"),
    ({}, {"at": ""}, "date-unknown"), ({}, {"at": "2024-06-01T10:00:00Z"}, "basis-missing"),
    ({}, {"at": "2026-02-20T10:00:00Z"}, "waiting-period"), ({}, {"temporary": True}, "chat-state"),
    ({}, {"state": "gone-away"}, "chat-state-unknown"), ({}, {"status": "Deleted"}, "chat-state"),
    ({"source": "stranger"}, {}, "source-unknown"), ({"source": "unapproved"}, {}, "source-not-approved"),
    ({"source": "unlicensed"}, {}, "licence-unknown"), ({"source": "reserved"}, {}, "reserved"),
    ({"source": "expired"}, {}, "contract-dates"), ({"source": "other-use"}, {}, "contract-use"),
    ({"source": "non-commercial"}, {}, "licence-forbids"),
    ({}, {"said": "Ik wil graag weten hoe het met de tuin is en wat je van het huis vindt, maar niet te veel."},
     "language-unmeasured"),
    ({}, {"said": " "}, "empty")]


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A world with a source for each way in which a source may not be used."""
    world = make(tmp_path_factory.mktemp("sources") / "w", sources=("chat", "unlicensed", "reserved"))
    world.space.add_source("unapproved", ground="own", by="ines")
    world.license("unlicensed", ground="unknown")
    world.license("non-commercial", ground="open-licence", licence="CC-BY-NC-4.0")
    world.license("reserved", ground="public-domain")
    for name, uses, ends in (("expired", ["train"], "2026-01-01"), ("other-use", ["display"], "2027-01-01")):
        world.space.add_source(name, ground="contract", kind="works", by="ines")
        world.space.add_contract(name, id="C-1", uses=uses, starts="2025-01-01", ends=ends)
        world.space.approve_source(name, by="paul")
    world.ports.enter("signal", {"source": "reserved", "verdict": "reserved", "note": ""})
    return world


@pytest.mark.parametrize(("declared", "told", "reason"), UNKNOWN)
def test_what_is_unknown_is_not_released(sources, tmp_path, declared, told, reason):
    """A chat of which something decisive is unknown or forbidden is not released, and says why.

    Law: CHO-08, CHO-11, CHO-19, PRV-02, PRV-05, TRN-01, TRN-02
    """
    world = copied(sources, tmp_path / "w")
    told = dict(told)
    row = chat("c", "u", told.pop("said", prose("unknown")), answer=" " if reason == "empty" else prose("a", 25),
               at=told.pop("at", "2025-06-01T10:00:00Z"), **told)
    if reason == "language-unmeasured":
        row["messages"] = row["messages"][:1]
    world.take([row], **{**CONSUMER, **declared})
    built = world.build()
    assert (built.name, built.tally.released, reasons(built)) == ("", 0, {reason: 1})


@pytest.mark.parametrize(("policy", "reason"), [
    (None, "basis-missing"), ({"period": POLICY["period"]}, "notice-missing"),
    ({**POLICY, "assessment": []}, "assessment-missing"),
    ({**POLICY, "notice": [{"id": "late", "purposes": ["train"], "starts": "2025-07-01"}]}, "notice-after-collection"),
    ({"period": [{"purpose": "train", "basis": "consent", "starts": "2025-01-01"}]}, "consent-missing")])
def test_without_a_basis_nothing_is_released(tmp_path, policy, reason):
    """Silence permits nothing by default: each condition that is missing holds.

    Law: LIA-01, TRN-01, CHO-16
    """
    world = make(tmp_path / "w", policy=policy)
    world.take([chat("c", "u", prose("x"))])
    assert reasons(world.build()) == {reason: 1}


# --- promise 2: everything is accounted for ------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [[], [{"id": "broken"}], [chat("c", "u", prose("c")), {"id": "broken"}, {"id": "also"}],
                                  people_chats(3, 2)])
def test_everything_is_accounted_for(world, rows):
    """What arrived is what was released, held and refused, also when nothing arrived or nothing could be read."""
    if rows:
        world.take(rows)
    built = world.build()
    assert balanced(built)
    assert built.tally.arrived == len(rows)
    assert set(built.as_json()) == {"release", "path", "content_root", "tally"}
    assert set(built.as_json()["tally"]) == {"arrived", "released", "held", "refused"}
    if not built.tally.released:
        assert [built.as_json()[name] for name in ("release", "path", "content_root")] == [None] * 3
        assert not list((world.root / "releases").iterdir())


# --- promise 3: what is recorded before closing is honoured, whatever the interleaving -----------------------------

STEPS = ["make_lock", "decided", "stage", "_close", "write_evidence"]


@pytest.mark.parametrize("step", STEPS[:4])
def test_an_objection_before_closing_is_honoured(full, monkeypatch, step):
    """An objection recorded after the lock, the decisions or the files were made is in the release that follows.

    Law: CHO-04
    """
    other = World(full.root, full.clock)
    genuine, struck = getattr(release, step), []

    def strike(*given, **more):
        if step == "_close" and not struck:
            struck.append(other.object("user1"))
        out = genuine(*given, **more)
        if step != "_close" and not struck:
            struck.append(other.object("user1"))
        return out

    monkeypatch.setattr(release, step, strike)
    built = full.build()
    assert reasons(built) == {"objection": 3}
    assert failing(built.path, full.root) == {}
    assert recall(full.ports).touched[0].release == "release-1"
    assert len(recall(full.ports).touched) == 1


def test_a_build_that_is_always_overtaken_holds_the_log(full, monkeypatch):
    """If somebody objects at every try, the last try holds the log, and all of them are honoured."""
    other, people = World(full.root, full.clock), iter(range(4))
    genuine = release.stage

    def strike(*given, **more):
        out = genuine(*given, **more)
        if (number := next(people, None)) is not None and number < 3:
            other.object(f"user{number}")
        elif number == 3:
            other.object("user9")
        return out

    monkeypatch.setattr(release, "stage", strike)
    built = full.build()
    assert (built.tally.released, reasons(built)) == (3, {"objection": 9})
    assert failing(built.path, full.root) == {}


def test_nothing_is_published_when_the_last_objects(full, monkeypatch):
    """If the objections leave nothing to release, nothing is released, also when the log had to be held."""
    other, people = World(full.root, full.clock), iter(range(4))
    genuine = release.stage

    def strike(*given, **more):
        out = genuine(*given, **more)
        other.object(f"user{next(people)}")
        return out

    monkeypatch.setattr(release, "stage", strike)
    assert full.build().name == ""
    assert [path.name for path in (full.root / "releases").iterdir()] == ["release-1"]


def test_an_objection_after_closing_is_recalled(full, monkeypatch):
    """An objection recorded just after closing is not in that release, and the recall names it at once."""
    other, genuine = World(full.root, full.clock), release.finish

    def strike(*given, **more):
        other.object("user1")
        return genuine(*given, **more)

    monkeypatch.setattr(release, "finish", strike)
    built = full.build()
    assert built.tally.released == 12
    assert {touched.release for touched in recall(full.ports).touched} == {"release-1", built.name}


def test_what_came_by_post_supersedes(full):
    """What was received before closing and recorded after calls for a patch, and its clock starts at receipt.

    Law: RGT-01
    """
    full.clock.advance(days=10)
    full.object("user1", received_at=full.clock.at.replace(year=2025))
    found = recall(full.ports)
    assert [touched.release for touched in found.touched] == ["release-1"]
    assert ("answer the person", "2025-04-11") in {(duty.name, duty.due) for duty in found.duties}
    assert full.space.patch("release-1").tally.released == 9


def test_a_patch_overtaken_is_made_again(full, monkeypatch):
    """An objection while a patch is written is in the patch."""
    other, genuine, struck = World(full.root, full.clock), release.stage_patch, []
    full.object("user1")

    def strike(*given, **more):
        out = genuine(*given, **more)
        if not struck:
            struck.append(other.object("user2"))
        return out

    monkeypatch.setattr(release, "stage_patch", strike)
    assert full.space.patch("release-1").tally.released == 6
    assert recall(full.ports).touched == ()


def test_a_patch_that_is_always_overtaken_holds_the_log(full, monkeypatch):
    """If somebody objects at every try, the last try of a patch holds the log; who comes then waits, and nothing is lost."""
    other, people, waiting = World(full.root, full.clock), iter(range(6)), []
    full.object("user0")
    genuine = release.stage_patch

    def strike(*given, **more):
        out = genuine(*given, **more)
        if (number := next(people)) < 4:
            other.object(f"user{number % 3}")
        else:
            waiting.append(threading.Thread(target=other.object, args=("user3",)))
            waiting[0].start()
            waiting[0].join(0.5)
            assert waiting[0].is_alive()
        return out

    monkeypatch.setattr(release, "stage_patch", strike)
    built = full.space.patch("release-1")
    waiting[0].join()
    assert (built.tally.released, reasons(built)) == (3, {"objection": 9})
    assert failing(built.path, full.root) == {}
    assert [(touched.release, len(touched.rows)) for touched in recall(full.ports).touched] == [(built.name, 3)]


# --- promise 4: the same lock gives the same release ---------------------------------------------------------------


def test_the_same_lock_gives_the_same_release(full):
    """A lock decided and written again, later and elsewhere, gives the same answers, root and tally.

    Law: REL-04
    """
    built = full.build(chunk={"tokens": 120, "overlap": 20})
    full.clock.advance(days=99)
    full.object("user2")
    again = staging.decided(full.ports, {**built.lock, "name": "again"}, silent)
    assert answers(again.rows) == answers(built.rows)
    assert staging.stage(full.ports, again, silent).content_root == built.content_root
    assert again.tally == built.tally


def test_incremental_is_from_scratch(tmp_path):
    """Importing in two halves with a build between gives what importing everything at once gives.

    Law: REL-04
    """
    rows = [*people_chats(), chat("twin", "user9", prose("0 0 a"), prose("0 0 b"))]
    first = make(tmp_path / "one" / "w")
    second = copied(first, tmp_path / "two" / "w")
    first.take(rows[:7])
    first.build()
    first.take(rows[7:])
    second.take(list(reversed(rows)))
    one, two = first.build(), second.build()
    assert one.content_root == two.content_root
    assert one.tally == two.tally
    assert [answer[:1] + answer[2:] for answer in answers(one.rows)] == [answer[:1] + answer[2:] for answer in answers(two.rows)]


@pytest.mark.slow
def test_processes_change_nothing(tmp_path):
    """The same inputs prepared by one process and by two give the same release."""
    world = make(tmp_path / "w")
    world.take(people_chats(2, 3))
    world.take([chat(f"more{n}", f"user{n}", prose(f"more {n}")) for n in range(3)])
    other = copied(world, tmp_path / "other")
    other.jobs = 2
    other.__post_init__()
    assert other.build().content_root == world.build().content_root


# --- promise 5: every copy is found --------------------------------------------------------------------------------


@pytest.mark.parametrize("right", ["objection", "erasure"])
def test_a_kept_copy_gives_way_to_a_permitted_one(world, right):
    """When whose copy was kept refuses, a short text's other copy is elected; a long one's copies are held."""
    short, long = prose("short", 12), prose("long", 70)
    for number in range(3):
        world.take([chat(f"s{number}", f"u{number}", short, answer="Bien sûr, avec plaisir."),
                    chat(f"l{number}", f"u{number}", long, answer="Bien sûr, avec plaisir.")])
    built = world.build()
    assert reasons(built) == {"duplicate": 4}
    name = {world.record(f"{kind}{n}", f"u{n}"): (kind, n) for kind in "sl" for n in range(3)}
    loser = next(name[record][1] for record, _ in kept(built) if name[record][0] == "s")
    world.object(f"u{loser}", right)
    patched = world.space.patch(built.name)
    assert {name[record][0] for record in released_records(patched.path)} == {"s"}
    assert loser not in {name[record][1] for record in released_records(patched.path)}
    assert reasons(patched)["copy-of-refused"] == 2
    assert answers(patched.rows) == scratch(world, patched.lock)


def test_an_elected_copy_may_be_nobodys(world):
    """When all who hold a copy refuse, none is released."""
    for number in range(3):
        world.take([chat(f"s{number}", f"u{number}", prose("same", 12), answer="Bien sûr.")])
        world.object(f"u{number}")
    assert world.build().tally.released == 0


def test_branches_and_derived_texts_follow(world, tmp_path):
    """A refusal takes what is hidden, branched, summarised and rated as well, where a plan trains on those.

    Law: CHO-09, CHO-10
    """
    turns = {"root": (None, "", ""), "q": ("root", "user", prose("question")), "a1": ("q", "assistant", prose("one")),
             "a2": ("q", "assistant", prose("two"))}
    mapping = {name: {"id": name, "parent": parent, "children": [other for other, t in turns.items() if t[0] == name],
                      "message": role and {"id": name, "author": {"role": role}, "create_time": 1748772000.0,
                                           "content": {"content_type": "text", "parts": [text]}, "metadata": {}}}
               for name, (parent, role, text) in turns.items()}
    talk = {"id": "conv", "conversation_id": "conv", "title": prose("title", 9), "create_time": 1748772000.0,
            "update_time": 1748772000.0, "current_node": "a2", "mapping": mapping}
    rating = [{"id": "a2", "conversation_id": "conv", "user_id": "u", "rating": "thumbs_up",
               "content": json.dumps({"text": prose("rating", 9)})}]
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "conversations.json").write_text(json.dumps([talk]), encoding="utf-8")
    (folder / "message_feedback.json").write_text(json.dumps(rating), encoding="utf-8")
    world.space.import_(folder, source="chat", subject="u", collected=("2025-06-01", "2025-06-01"), **CONSUMER)
    plan = {"records": {"threads": ["main", "branch", "derived", "feedback", "hidden"]}}
    built = world.build(**plan)
    assert sorted(built.rows.filter(pl.col("rank") == 0)["thread"]) == ["branch", "derived", "feedback", "main"]
    narrow = world.space.build({}, dry_run=True)
    assert (narrow.tally.released, reasons(narrow)) == (1, {"purpose": 3})
    record = built.rows["record"][0]
    world.object("u", target={"level": "turn", "record": record, "turn": "a2"})
    left = world.space.patch(built.name)
    threads = dict(built.rows.select("chunk", "thread").iter_rows())
    assert [threads[chunk] for _, chunk in kept(left)] == ["branch"]


def test_a_head_is_where_the_log_ends(full):
    """A position at the head counts everything, and nothing twice."""
    at = Position.head(full.ports.log)
    assert at.base == at.size == full.ports.log.head()[0]
