"""How each tier could refuse on a day: from entries of the log, by page and command, and "no evidence" where there is none."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from desks import staffed
from pages import form_of
from world import NOW

from licit.core.errors import InputError
from licit.surfaces.cli.parity import parity_command
from licit.surfaces.web import interface
from licit.surfaces.web.app import make_app
from licit.usecases.interface import TIERS, Stated, day_of, record_interface, state_interface

ONE = [{"channel": "privacy centre", "steps": ["press-refuse"]}]
SAID = {"tiers": ("free",), "channel": "letter to the officer", "steps": ("find the address", "write"), "starts": "2025-02-01",
        "ends": "2025-02-10", "by": "Ines Morel", "source": "archived page of the terms, safe 3"}


def entries(ports):
    """Give the log's entries about the interface."""
    return list(ports.log.entries(kinds=("interface",)))


def shown(ports, tier="free", at=""):
    """Give the channels and the start of each for a tier on a day, None without evidence."""
    ways = day_of(ports, at).tiers[tier]
    return ways if ways is None else [(way.channel, way.steps, way.since.date().isoformat()) for way in ways]


def test_a_day_that_nothing_documents_has_no_evidence(world):
    """Before the first entry, and on every day that no entry covers, each tier has no evidence; nothing is filled in."""
    assert day_of(world.ports).tiers == dict.fromkeys(TIERS)
    record_interface(world.ports, dict.fromkeys(TIERS, ONE), "sha256:0")
    assert shown(world.ports) == [("privacy centre", ("press-refuse",), "2026-03-01")]
    assert shown(world.ports, at="2026-02-28") is None
    world.clock.advance(days=1)
    assert shown(world.ports) is None


def test_entries_within_two_days_follow_one_another(world):
    """Daily entries of the same interface make one period; a silence of more than two days breaks it."""
    for days in (1, 1, 5):
        record_interface(world.ports, dict.fromkeys(TIERS, ONE), "sha256:0")
        world.clock.advance(days=days)
    record_interface(world.ports, dict.fromkeys(TIERS, ONE), "sha256:0")
    assert shown(world.ports, at="2026-03-03")[0][2] == "2026-03-01"
    assert shown(world.ports, at="2026-03-05") is None
    assert shown(world.ports)[0][2] == world.clock.now().date().isoformat()


def test_what_staff_enters_stands_beside_and_names_its_source(world):
    """Later evidence says who, when and from where; for its days alone, and never in the place of the server's."""
    record_interface(world.ports, dict.fromkeys(TIERS, ONE), "sha256:0")
    state_interface(world.ports, Stated(**SAID))
    told = day_of(world.ports, "2025-02-10").as_json()["tiers"]
    assert [(one["channel"], one["known_from"], one["by"], one["number_of_steps"]) for one in told["free"]["channels"]] == [
        ("letter to the officer", "staff", "Ines Morel", 2)]
    assert told["pro"] == {"evidence": False, "could_refuse": None, "channels": []}
    assert shown(world.ports, at="2025-02-11") is None
    state_interface(world.ports, Stated(**{**SAID, "starts": "2026-03-01", "ends": "2026-03-01"}))
    assert {channel for channel, _, _ in shown(world.ports)} == {"privacy centre", "letter to the officer"}


def test_that_there_was_no_way_is_evidence_too(world):
    """A source that shows no way to refuse says so: evidence, and no refusal possible."""
    state_interface(world.ports, Stated(**{**SAID, "channel": "", "steps": None}))
    told = day_of(world.ports, "2025-02-05").as_json()["tiers"]["free"]
    assert (told["evidence"], told["could_refuse"]) == (True, False)


@pytest.mark.parametrize("wrong", [{"by": " "}, {"source": "a page"}, {"tiers": ("gold",)}, {"starts": "soon"}, {"ends": "2025-01-01"},
                                   {"ends": "2030-01-01"}, {"channel": "a\nb"}])
def test_evidence_without_its_marks_is_none(world, wrong):
    """Nobody, no source, an unknown tier, days that are none or to come: nothing is entered."""
    with pytest.raises(InputError):
        state_interface(world.ports, Stated(**{**SAID, **wrong}))
    assert entries(world.ports) == []


def test_an_entry_that_cannot_be_read_is_told(world):
    """Evidence whose decision part is gone is counted as unreadable, not passed over."""
    state_interface(world.ports, Stated(**SAID))
    assert day_of(world.ports, "2025-02-05").unreadable == ()
    broken = [world.ports.enter("interface", body) for body in (
        {"tiers": {"free": "nonsense"}, "pages": "sha256:0"}, {"by": "Ines", "starts": "x", "tiers": {}}, {"tiers": {}})]
    assert day_of(world.ports, "2025-02-05").unreadable == tuple(broken)


def test_the_policy_of_the_day_is_the_one_announced_by_then(world):
    """A policy entered later says nothing of a day before it."""
    assert day_of(world.ports).as_json()["policy"]["purposes"] == {"train": "legitimate-interest"}
    assert day_of(world.ports, "2026-02-01").as_json()["policy"] == {"evidence": False, "purposes": {}}


def test_the_server_writes_what_it_shows_once_a_day_and_when_it_changes(served):
    """The first entry is of its start; the same day nothing more, the next day one, and one for a change of the page."""
    space = served.world.ports
    first, = entries(space)
    ways = first.decision["tiers"]
    assert all(ways[tier] == ways["free"] for tier in TIERS)
    assert [(way["channel"], way["steps"]) for way in ways["free"]] == [
        ("privacy centre", ["press-refuse"]), ("Sec-GPC: 1", []), ("staff", ["write-a-message"])]
    served.browser().get("/")
    assert len(entries(space)) == 1
    served.world.clock.advance(days=1)
    served.browser().get("/healthz")
    assert len(entries(space)) == 2


def test_a_page_without_its_switch_is_not_told_as_one(served, monkeypatch):
    """The steps are found in the page itself: without the button there is no such channel, and the next start says so."""
    interface._one_click.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(interface, "_refuses", lambda page: False)
        make_app(served.world.root, clock=served.world.clock)
    interface._one_click.cache_clear()
    assert [way["channel"] for way in entries(served.world.ports)[-1].decision["tiers"]["free"]] == ["staff"]


def test_the_page_and_the_command_say_the_same_in_both_languages(served):
    """``/parity?at=`` and ``licit parity --at`` tell the log's evidence; a day to come is told to be none."""
    root = served.world.root
    state_interface(served.world.ports, Stated(**SAID))
    page = served.browser(**{"accept-language": "fr"}).get("/parity?at=2025-02-05").text
    assert "letter to the officer" in page
    assert "saisi après coup" in page
    assert "Ines Morel" not in page  # the page is public, and she is a person
    assert page.count("Aucune preuve") == 2  # four tiers, told together because nothing differs, and the policy
    assert "<h3>Gratuit</h3>" in page
    assert "<h3>Étudiant, Pro, Équipe, Sans connexion</h3>" in page
    asked = ["--workspace", str(root), "--at", "2025-02-05"]
    assert "aucune preuve" in CliRunner().invoke(parity_command, [*asked, "--language", "fr"]).output
    told = json.loads(CliRunner().invoke(parity_command, [*asked, "--json"]).output)
    assert told["tiers"]["free"]["channels"][0]["source"] == SAID["source"]
    assert told["log"]["size"] == served.world.ports.log.head()[0]
    assert "it is still to come" in served.browser().get(f"/parity?at={(NOW + timedelta(days=9000)).date()}").text
    assert served.browser().get("/parity?at=<script>").status_code == 200


def test_an_officer_enters_evidence_by_page(served):
    """The form enters it under the officer's name; without a source, a way or whom it was for, nothing; an auditor looks only."""
    officer, auditor = staffed(served, "officer", "Ines Morel"), staffed(served, "auditor")
    sent = {"form": form_of(officer.get("/console/interface")), "tier": ["free", "student"], "channel": "letter", "steps": "find it\n\n write ",
            "starts": "2025-02-01", "source": "archived page of the terms, safe 3"}
    for wrong in ({"source": ""}, {"tier": []}, {"channel": ""}, {"none": "yes"}, {"starts": "soon"}):
        assert officer.post("/console/interface", data={**sent, **wrong}).status_code == 409, wrong
    assert auditor.post("/console/interface", data=sent | {"form": "0" * 64}).status_code == 403
    assert "letter" in officer.post("/console/interface", data=sent).text
    assert "Enter it" not in auditor.get("/console/interface").text
    told = day_of(served.world.ports, "2025-02-01").as_json()["tiers"]
    assert [(one["channel"], one["steps"], one["by"]) for one in told["student"]["channels"]] == [("letter", ["find it", "write"], "Ines Morel")]
    assert told["pro"]["evidence"] is False


def test_an_officer_enters_evidence_by_command(world):
    """The command enters it with who and from where, and refuses a way beside "none"."""
    asked = ["record", "--workspace", str(world.root), "--tier", "free", "--from", "2025-02-01", "--by", "Ines", "--source", "bailiff report 12"]
    assert CliRunner().invoke(parity_command, [*asked, "--none", "--channel", "a"]).exit_code == 2
    assert CliRunner().invoke(parity_command, [*asked, "--none"]).exit_code == 0
    assert day_of(world.ports, "2025-02-01").as_json()["tiers"]["free"]["could_refuse"] is False
