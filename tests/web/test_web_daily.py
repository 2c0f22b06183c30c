"""The daily round: due things are done once a day by one process, and what went wrong or was cut short is told in red."""

import json
import time

import pytest
from click.testing import CliRunner
from desks import staffed

from licit.core.errors import EvidenceError, UnavailableError
from licit.surfaces.cli.daily import daily_command
from licit.surfaces.doctor import Scene
from licit.surfaces.doctor.files import CHECKS
from licit.surfaces.web.worker import going_round
from licit.usecases import daily
from licit.usecases.daily import go_round, is_due, last_round
from licit.usecases.retention import Periods
from licit.wiring import open_visits


def once(world, **periods: int):
    return go_round(world.ports, Periods(**periods), open_visits(world.root))


def ended(done) -> dict[str, str]:
    return {step.name: step.ended for step in done.steps}


def unsafe(world) -> list[str]:
    (check,) = (one for one in CHECKS if one.name == "daily-missed")
    return [english for english, _ in check.look(Scene(root=world.root, clock=world.clock))]


def test_what_is_due_is_done_once_a_day(full):
    """Conversations whose days are over go, an overdue request and a model that should have been trained again are counted; the next round is due a day later.

    Law: REL-11, FOL-04
    """
    full.object("user1", "access")
    for model, day in (("petit-1", "2026-03-31"), ("petit-2", "2027-03-31")):
        full.ports.enter("model", {"name": model, "run": "run-7", "next_retrain_due": day, "by": "ines"})
    assert is_due(full.ports)
    full.clock.advance(days=40)
    done = once(full, conversations=30)
    assert ended(done) == {"shards": "done", "retention": "done", "canaries": "done", "clocks": "look", "models": "look"}
    assert [dict(step.counts) for step in done.steps[1:4:2]] == [
        {"records": 9, "patches": 1, "releases": 0, "visits": 0}, {"overdue": 1, "soon": 0}]
    assert done.steps[4].counts == {"models": 2, "late": 1}
    assert {entry.decision["by"] for entry in full.ports.log.entries(kinds=("retention",))} == {daily.BY}
    assert (last_round(full.ports), done.failed, is_due(full.ports)) == (done, False, False)
    full.clock.advance(hours=24)
    assert is_due(full.ports)


def test_a_step_that_fails_is_told_and_keeps_no_other_from_its_turn(full, monkeypatch):
    """Told by its reason name, without words; the round counts as failed, and is tried again after an hour, not a day."""
    def fail(*_):
        raise EvidenceError("a sentence", reason="file-altered")
    monkeypatch.setattr(daily, "carry_out", fail)
    monkeypatch.setattr(daily, "listed", lambda _: 1 // 0)
    done = once(full)
    assert ended(done) == {"shards": "done", "retention": "failed", "canaries": "failed", "clocks": "done", "models": "done"}
    assert [step.reason for step in done.steps] == ["", "file-altered", "ZeroDivisionError", "", ""]
    full.clock.advance(minutes=59)
    assert not is_due(full.ports)
    full.clock.advance(minutes=1)
    assert is_due(full.ports)
    assert unsafe(full) == ["The last daily round was not done whole: retention (file-altered), canaries (ZeroDivisionError)."]
    ran = CliRunner().invoke(daily_command, ["--last", "--workspace", str(full.root), "--json"])
    assert (ran.exit_code, json.loads(ran.output)["steps"][1]["reason"]) == (1, "file-altered")


def test_a_round_that_was_cut_short_is_no_round(served, monkeypatch):
    """Killed in the middle: page, doctor and the next turn all know; while it is at work nobody else begins one."""
    world, seen = served.world, []
    page = staffed(served, "officer")
    assert "There was none yet." in page.get("/console/retention").text

    def killed(*_):
        with pytest.raises(UnavailableError):
            once(world)
        seen.append((last_round(world.ports).at_work, is_due(world.ports), page.get("/console/retention").text))
        raise KeyboardInterrupt
    monkeypatch.setattr(daily, "carry_out", killed)
    with pytest.raises(KeyboardInterrupt):
        once(world)
    ((at_work, due, told),) = seen
    assert (at_work, due, "It is at work." in told) == (True, False, True)
    assert (last_round(world.ports).failed, unsafe(world)) == (True, ["The last daily round was not done whole: cut short."])
    assert "It was cut short." in page.get("/console/retention").text
    monkeypatch.undo()
    once(world)
    told = page.get("/console/retention").text
    assert ("It was cut short." in told, told.count("✓</span> Done"), unsafe(world)) == (False, 5, [])
    world.clock.advance(days=2)
    assert unsafe(world) == ["The last daily round began 2 days ago."]
    (world.root / "state/daily.json").write_text("{}")
    assert "cannot be read" in staffed(served, "auditor").get("/console/retention").text


def test_the_server_does_it_by_itself_unless_told_not_to(full):
    """A server that runs begins the round; with daily = false it begins none, and the doctor asks for it."""
    (full.root / "web.toml").write_text("daily = false\n")
    with going_round(full.root, every=.01):
        time.sleep(.3)
    assert (last_round(full.ports), unsafe(full)) == (None, ["The daily round is switched off, and was never run by hand."])
    (full.root / "web.toml").write_text("")
    with going_round(full.root, every=.01):
        until = time.monotonic() + 20
        while not ((found := last_round(full.ports)) and found.ended) and time.monotonic() < until:
            time.sleep(.05)
    assert ended(last_round(full.ports)) == {"shards": "done", "retention": "done", "canaries": "done", "clocks": "done", "models": "done"}
