"""What is kept too long goes, by command and by page, out of every store, and the auditor finds what went before its time."""

import json

import polars as pl
import pytest
from click.testing import CliRunner
from desks import staffed
from pages import form_of
from serving import SETTINGS, serving
from world import PLANTED, chat, failing, kept, places_of, prose, reasons

from licit.core.errors import EvidenceError, RefusedError
from licit.surfaces.cli.retention import retention_command
from licit.surfaces.loader import open_release
from licit.usecases import erase, retention
from licit.usecases.holds import set_hold
from licit.usecases.retention import Periods, carry_out
from licit.wiring import open_visits
from licit_verify import verify

YEAR = Periods(conversations=365, withdrawn_releases=30)
OLD = ("c0-0", "user0"), ("c1-0", "user1"), ("c2-0", "user2")


@pytest.fixture
def old(full):
    """A year later: one conversation is kept by a court, one frozen by its person, one asked for; another is a day old."""
    full.take([chat("planted", "user3", f"Bonjour, je voudrais dire que {PLANTED} avec toi.")])
    full.build()
    full.clock.advance(days=365)
    set_hold(full.ports, full.record(*OLD[0]), "Ines", "A court asks for this record.")
    full.object("user1", "restriction", target={"level": "record", "record": full.record(*OLD[1])})
    full.object("user2", "access")
    full.take([chat("new", "user3", prose("new"))])
    return full


def stored(world):
    """Give the records that are stored."""
    return {record for path in world.root.glob("shards/*.parquet") for record in pl.read_parquet(path)["record"]}


def test_what_is_due_leaves_every_store_and_nothing_else_does(old):
    """Words whose time is over are in no byte; what is held, frozen, asked for or new stays; releases follow and hold their claims.

    Law: REL-11
    """
    visits, staying = open_visits(old.root), {old.record(*one) for one in OLD} | {old.record(f"c2-{n}", "user2") for n in (1, 2)}
    found = {one.store: one for one in retention.kept(old.ports, YEAR, visits)}
    assert (found["conversations"].due, found["conversations"].stays, found["conversations"].holds) == (8, 5, 14)
    visits.begin("x" * 43, "somebody", "subject", old.clock.now())
    old.clock.advance(days=1)
    done = carry_out(old.ports, YEAR, visits, "Ines")
    assert (done.records, len(done.patches), done.visits) == (8, 2, 1)
    assert stored(old) == staying | {old.record("new", "user3")}
    assert places_of(PLANTED, old.root) == []
    for name in done.patches:
        assert failing(old.root / "releases" / name, old.root) == {}
    assert [one.due for one in retention.kept(old.ports, YEAR, visits)] == [0] * len(retention.STORES)
    assert carry_out(old.ports, YEAR, visits, "Ines").entries == ()
    told = [entry.decision for entry in old.ports.log.entries(kinds=("retention",))]
    assert [(one["answer"], one.get("left")) for one in told] == [("due", None), ("removed", 0)]
    old.take([chat("planted", "user3", f"Bonjour, je voudrais dire que {PLANTED} avec toi.")])  # a later import brings it back
    assert reasons(old.build())["erased"] >= 1
    erase.carry_out(old.ports)
    assert places_of(PLANTED, old.root) == []
    assert failing(old.build().path, old.root) == {}


class Stubborn:
    """A store of visits that says it removed what was over, and did not."""

    def over(self, now):
        """Count what is over."""
        return 1

    def sweep(self, now):
        """Claim to remove it."""
        return 1


def test_what_says_that_it_removed_is_read_again(full):
    """A store that still holds what was over after it was swept is an error, however sure of itself it is."""
    with pytest.raises(EvidenceError, match="still there"):
        carry_out(full.ports, YEAR, Stubborn(), "Ines")


def test_a_record_that_went_before_its_time_is_found(old, monkeypatch):
    """An entry that ends a time too early, by another store or none, is no reason for a record to be gone: the auditor says so.

    Law: REL-11
    """
    monkeypatch.setattr(retention, "_is_over", lambda at, days, now: True)
    monkeypatch.setattr(retention, "_over", lambda found, days, now: set(found["record"].to_list()))
    with pytest.raises(EvidenceError, match="fails its own check"):
        carry_out(old.ports, YEAR, open_visits(old.root), "Ines")
    live = next(name for name in ("release-3", "release-4") if (old.root / "releases" / name).is_dir())
    assert any("no erasure asked for it" in detail for detail in failing(old.root / "releases" / live, old.root).values())


def test_cut_short_between_shards_and_releases_it_goes_on(old, monkeypatch):
    """Until the releases have followed the loader opens none of them; the same command then does the rest."""
    monkeypatch.setattr(erase, "patch_alone", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        carry_out(old.ports, YEAR, open_visits(old.root), "Ines")
    with pytest.raises(RefusedError) as pending:
        open_release(old.root / "releases/release-2", clock=old.clock)
    assert pending.value.reason == "removals-pending"
    monkeypatch.undo()
    assert len(carry_out(old.ports, YEAR, open_visits(old.root), "Ines").patches) == 2
    assert places_of(PLANTED, old.root) == []


def test_rows_of_withdrawn_sets_end_and_the_page_says_so(full):
    """Shown in the console, carried out by a button, by legal or officer alone; command and page then say the same."""
    with serving(full) as served:  # where no time is set, nobody is told that all is well
        assert "For some of what is kept no time is set." in staffed(served, "officer", "Somebody else").get("/console/retention").text
    with serving(full, SETTINGS + "[retention]\nwithdrawn_releases = 30\nconversations = 3650\nbackups = 90\n") as served:
        swept(full, served)


def swept(world, served):
    """Go through it."""
    officer = staffed(served, "officer")
    world.object("user1")
    world.space.patch("release-1")
    world.clock.advance(minutes=1)
    assert "Nothing is kept longer than it should be." in officer.get("/console/retention").text
    world.clock.advance(days=30)
    officer = staffed(served, "legal")
    page = officer.get("/console/retention")
    assert "Something is kept longer than it should be." in page.text
    assert staffed(served, "auditor").post("/console/retention", data={"form": form_of(page)}).status_code == 403
    assert "the rows of release-1" in officer.post("/console/retention", data={"form": form_of(page)}).text
    assert not list((world.root / "releases/release-1/data").iterdir())
    report = verify(world.root / "releases/release-1", auditor=world.root, now=world.clock.now())
    assert any("when their time was over" in result.detail for result in report.results if result.claim == "files-intact")
    assert failing(world.root / "releases/release-2", world.root) == {}
    assert kept(world.build())
    done = CliRunner().invoke(retention_command, ["--workspace", str(world.root), "--json"], catch_exceptions=False)
    assert {one["store"]: one["due"] for one in json.loads(done.output)}["withdrawn-releases"] == 0
