"""The propagation board and the breach drill, through stores, command line and page."""

import json

from click.testing import CliRunner
from desks import staffed
from pages import form_of
from test_web_duties import HELD
from world import approve, failing, reasons

from licit.surfaces.cli import main
from licit.usecases.board import board
from licit.usecases.commands import register_downstream
from licit.usecases.erase import carry_out
from licit.usecases.holds import set_hold
from licit.usecases.live import Live
from licit.usecases.recalls import ask, recalls

WHY = "Drill: the partner lost a disk on a train."


def states(world, row=0):
    """Give the board's states of a row, by store."""
    return {store: cell.state for store, cell in board(Live(world.ports))[0][row].cells.items()}


def test_the_board_follows_an_erasure_through_every_store(served):
    """Asked while it is recorded, verified store by store once each was read again; recipients by their own answers.

    Law: RGT-08, FOL-01
    """
    world = served.world
    register_downstream(world.ports, "recipient", {"name": "Quay lab", "release": "release-1"})
    register_downstream(world.ports, "run", {"id": "run-7", "releases": ["release-1"]})
    register_downstream(world.ports, "model", {"name": "small-1", "run": "run-7", "next_retrain_due": "2026-06-01"})
    world.object("user1", "erasure")
    before = states(world)
    assert {store: before[store] for store in ("records", "releases", "recipients", "models")} == {
        "records": "asked", "releases": "asked", "recipients": "failed", "models": "asked"}
    carry_out(world.ports)
    after = states(world)
    assert {store for store, state in after.items() if state == "verified"} == {
        "records", "attributes", "log", "staging", "releases", "backups", "unknown"}
    number, = ask(world.ports)
    for said, state in (("received", "asked"), ("acknowledged", "acknowledged"), ("verified", "verified")):
        world.ports.enter("delivery", {"id": number, "answer": said})
        assert states(world)["recipients"] == state
    assert recalls(world.ports)[number].state == "verified"
    (world.root / "notes-of-the-intern").mkdir()
    world.clock.advance(days=120)
    late = states(world)
    assert (late["unknown"], late["models"]) == ("failed", "failed")
    page = staffed(served, "auditor").get("/console/board").text
    for words in ("notes-of-the-intern", "Verified", "Quay lab", "small-1"):
        assert words in page


def test_what_is_left_or_held_is_never_verified(full):
    """An erasure that was not carried out in time has failed; a record under a legal hold waits."""
    full.object("user1", "erasure")
    for n in range(3):
        set_hold(full.ports, full.record(f"c1-{n}", "user1"), "ines", HELD)
    carry_out(full.ports)
    assert states(full)["records"] == "held"
    full.object("user2", "erasure")
    full.clock.advance(days=40)
    late = states(full)
    assert (late["records"], late["releases"]) == ("failed", "failed")


def test_a_breach_drill_counts_and_keeps_its_clock(served, tmp_path):
    """By command and by form: people by capacity, sets, recipients, the hour by which the authority is told, a draft in both languages.

    Law: REL-13
    """
    world = served.world
    register_downstream(world.ports, "recipient", {"name": "Quay lab", "release": "release-1"})
    (tmp_path / "ids").write_text(f"{world.record('c1-0', 'user1')}\n{world.record('c2-0', 'user2')}\nr-none\n")
    done = CliRunner().invoke(main, ["breach", "--records", str(tmp_path / "ids"), "--by", "ines", "--why", WHY, "--lang", "fr", "--json",
                                     "--noticed", "2026-02-28T09:00:00Z", "--workspace", str(world.root)], catch_exceptions=False)
    found = json.loads(done.output)
    assert (found["records"], found["unknown"], found["people"], found["recipients"]) == (3, 1, {"consumer": 2}, ["Quay lab"])
    assert found["until"].startswith("2026-03-03T09:00")
    assert "EXERCICE" in found["notice"]
    officer = staffed(served, "officer")
    page = officer.get("/console/breach")
    assert "47 hours left" in page.text or "48 hours left" in page.text
    form = {"form": form_of(page), "release": "release-1", "why": WHY, "noticed": "2026-02-26T08:00", "what": "real"}
    assert officer.post("/console/breach", data=form | {"why": "lost"}).status_code == 409
    assert officer.post("/console/breach", data=form | {"noticed": "2027-01-01T00:00"}).status_code == 409
    assert officer.post("/console/breach", data=form | {"records": "r1"}).status_code == 409
    text = officer.post("/console/breach", data=form).text
    assert "The 72 hours are over." in text
    assert "dpo@lumen.example" in text
    assert "Breach of personal data" in officer.get("/console/journal").text
    entry = list(world.ports.log.entries(kinds=("breach",)))[-1].decision
    assert (entry["persons"], entry["releases"]) == (4, {"release-1": 12})
    assert set(reasons(world.build())) == {"assessment-ended"}
    approve(world.ports)
    assert failing(world.build().path, world.root) == {}
