"""Overdue requests and legal holds, through command line, server, page, gate and auditor."""

import json

import polars as pl
import pytest
from click.testing import CliRunner
from desks import acted, staffed
from pages import form_of
from test_web_console import WHY, entries
from world import PLANTED, chat, failing, kept, places_of, prose, reasons

from licit.core.errors import EvidenceError
from licit.pipeline import decide
from licit.surfaces.cli.hold import hold_command
from licit.usecases.erase import carry_out

HELD = "It is evidence in the proceedings of March."
OVER = "The proceedings are over since yesterday."


def of(built, world, account):
    """Give the answers of somebody's rows."""
    mine = [world.record(f"c{account[-1]}-{n}", account) for n in range(3)]
    return {tuple(row) for row in built.rows.filter(pl.col("record").is_in(mine)).select("rank", "reason").iter_rows()}


def held_by_hand(served, *words):
    """Run ``licit hold``."""
    done = CliRunner().invoke(hold_command, [*words, "--workspace", str(served.world.root), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_an_overdue_request_keeps_its_person_out_until_it_is_answered(served):
    """One day after the legal date every record of that person is held, of nobody else; page and centre say so; an answer ends it.

    Law: RGT-01
    """
    world = served.world
    world.object("user1", "access")
    path = f"/console/requests/{entries(served, 'access')[0].seq}"
    world.clock.advance(days=31)
    assert of(world.build(), world, "user1") == {(0, "")}
    world.clock.advance(days=1)
    late = world.build()
    assert of(late, world, "user1") == {(1, "request-overdue")}
    assert reasons(late)["request-overdue"] == 3
    officer = staffed(served, "officer")
    assert "no release holds a record of that person" in officer.get("/console").text
    assert "nothing of yours goes into a new set" in served.signed_in("user1").get("/").text
    acted(officer, path, "searched")
    assert acted(officer, path, "answered").status_code == 200
    assert of(world.build(), world, "user1") == {(0, "")}


def test_a_plan_dated_back_does_not_pass_a_duty(full):
    """A release judged as of a day before the legal date holds the overdue person's records all the same."""
    world = full
    world.object("user1", "access")
    world.clock.advance(days=40)
    world.object("user2", "access")
    assert of(world.build(as_of="2026-03-02"), world, "user1") == {(1, "request-overdue")}


def test_an_extension_in_time_moves_the_date(full):
    """Inside the first month, with a reason, the block comes two months later; what lacks the reason moves nothing."""
    world = full
    world.object("user1", "portability")
    number = next(world.ports.log.entries(kinds=("portability",))).seq
    step = {"request": number, "step": "extended", "by": "Ines", "ground": "complexity", "months": 2}
    world.clock.advance(days=20)
    world.ports.enter("step", step)
    world.clock.advance(days=20)
    assert of(world.build(), world, "user1") == {(1, "request-overdue")}
    world.clock.advance(days=-10)
    world.ports.enter("step", step | {"why": WHY})
    world.clock.advance(days=40)
    assert of(world.build(), world, "user1") == {(0, "")}
    world.clock.advance(days=30)
    assert of(world.build(), world, "user1") == {(1, "request-overdue")}


def test_the_auditor_finds_a_release_that_passed_over_a_duty(served, monkeypatch):
    """Built with the gate switched off and properly signed, the release fails the auditor by name: overdue, and held.

    Law: RGT-01
    """
    world = served.world
    world.object("user1", "access")
    held_by_hand(served, "set", world.record("c2-0", "user2"), "--by", "ines", "--why", HELD)
    world.clock.advance(days=40)
    monkeypatch.setattr(decide, "stayed", lambda rows, stays: rows.clear().select("row", reason=pl.lit("")))
    with pytest.raises(EvidenceError, match="people-honoured"):
        world.build()
    found = failing(world.root / "releases/release-2", world.root)
    assert "request-overdue" in found["people-honoured"]
    assert "legal-hold" in found["people-honoured"]
    monkeypatch.undo()
    assert failing(world.build().path, world.root) == {}


@pytest.fixture
def planted(served):
    """Somebody said something twice over; give the record that is kept for a legal reason."""
    world = served.world
    world.take([chat("k", "user7", f"{prose('k')} {PLANTED}"), chat("l", "user7", prose("l"))])
    world.build()
    return world.record("k", "user7")


def test_a_hold_defers_an_erasure_and_its_end_lets_it_go_on(served, planted):
    """A held record leaves releases but not its shard when its person erases it; they read why; then the hold ends.

    After that the words are in no byte of the workspace.

    Law: RGT-07
    """
    world, officer, person = served.world, staffed(served, "officer"), served.signed_in("user7")
    page = officer.get("/console/holds")
    assert officer.post("/console/holds", data={"form": form_of(page), "record": planted, "why": "no"}).status_code == 409
    assert officer.post("/console/holds", data={"form": form_of(page), "record": "r-none", "why": HELD}).status_code == 409
    assert HELD in officer.post("/console/holds", data={"form": form_of(page), "record": planted, "why": HELD}).text
    assert HELD in person.get("/where").text
    assert "kept for a legal reason" in person.get("/").text
    assert (planted, 0) not in kept(world.build())
    person.post("/rights/erasure", data={"form": form_of(person.get("/rights/erasure"))})
    assert all(place.startswith(("shards/", "attributes/")) for place in places_of(PLANTED, world.root))
    assert "erased as soon as that reason ends" in person.get("/where").text
    path = f"/console/requests/{entries(served, 'erasure')[0].seq}"
    found = acted(officer, path, "searched").text
    assert "Records under a legal hold, which wait for its end</th><td>1</td><td>0</td>" in found
    assert "An erasure waits for it" in officer.get("/console/holds").text
    assert carry_out(world.ports).deferred == 1
    held_by_hand(served, "release", planted, "--by", "paul", "--why", OVER)
    assert places_of(PLANTED, world.root) == []
    assert held_by_hand(served, "list") == []
    assert "Ended a legal hold" in officer.get("/console/journal").text


def test_what_an_officer_types_is_kept_whole_or_refused(served, planted):
    """A reason as long as the page allows is kept to its last sign, however lines are parted; a longer one is never cut."""
    officer = staffed(served, "officer")
    form = {"form": form_of(officer.get("/console/holds")), "record": planted, "do": "set"}
    reason = "\r\n".join([HELD] * 30)
    reason += "x" * (1999 - len(reason.replace("\r\n", "\n"))) + "!"
    assert officer.post("/console/holds", data={**form, "why": reason + "."}).status_code == 400
    assert held_by_hand(served, "list") == []
    officer.post("/console/holds", data={**form, "why": reason})
    assert [one["why"] for one in held_by_hand(served, "list")] == [reason.replace("\r\n", "\n")]


def test_a_hold_ends_by_name_and_reason_alone(served, planted):
    """An entry that ends a hold without who or why counts for nothing; neither does an engineer's or auditor's form."""
    held_by_hand(served, "set", planted, "--by", "ines", "--why", HELD)
    served.world.ports.enter("legal-hold", {"record": planted, "answer": "release", "by": " ", "why": OVER})
    assert [one["record"] for one in held_by_hand(served, "list")] == [planted]
    auditor = staffed(served, "auditor")
    page = auditor.get("/console/holds")
    assert "End this hold" not in page.text
    form = {"form": form_of(page), "do": "end", "record": planted, "why": OVER}
    assert auditor.post("/console/holds", data=form).status_code == 403
    assert staffed(served, "engineer").get("/console/holds").status_code == 403


def test_who_read_is_told_after_the_words_are_erased(served, planted):
    """A reading outlives the record it was of, for the person it concerned and nobody else, and holds no word."""
    from licit.usecases.review import read
    read(served.world.ports, planted, "Ines")
    person = served.signed_in("user7")
    assert f"/where#{planted}" in person.get("/").text
    person.post("/rights/erasure", data={"form": form_of(person.get("/rights/erasure"))})
    page = person.get("/").text
    assert "a conversation that was erased since" in page
    assert "erased since" not in served.signed_in("user1").get("/").text
    assert places_of(PLANTED, served.world.root) == []
