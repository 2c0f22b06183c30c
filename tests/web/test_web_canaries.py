"""Synthetic people who refuse by every channel: a build refuses each, or stops and names the channel; no number counts them."""

import json

import pytest
from click.testing import CliRunner
from desks import staffed
from pages import form_of
from serving import aside
from world import failing, people_chats, reasons

from licit.core.errors import EvidenceError, LicitError, RefusedError
from licit.core.rights import SubjectState
from licit.surfaces.cli.canary import canary_command
from licit.surfaces.cli.release import build_command
from licit.surfaces.web.app import make_app
from licit.surfaces.web.canaries import channels as all_channels
from licit.usecases import lists
from licit.usecases.board import board
from licit.usecases.canaries import canaries_at
from licit.usecases.cases import queue
from licit.usecases.live import Live
from licit.usecases.parity import channels
from licit.usecases.planting import CHANNELS, listed, plant

HOW = {"privacy centre": "privacy centre", "Sec-GPC: 1": "Sec-GPC: 1", "API": "API", "list": "list", "staff": None}


@pytest.fixture
def planted(full):
    """A world with records and one canary by every channel."""
    plant(full.ports, all_channels(make_app(full.root, clock=full.clock)))
    return full


def test_every_channel_is_heard_and_none_is_counted(planted):
    """Each canary is refused by its own channel, the release and its tally are those of a world without them."""
    found = listed(Live(planted.ports))
    assert sorted(one.canary.channel for one in found) == sorted([*HOW, "form for others"])
    assert [one.heard for one in found] == [True] * 6
    assert (queue(Live(planted.ports)), board(Live(planted.ports))) == ([], ([], 0))  # no officer is asked to answer one
    built = planted.build()
    assert built.tally.arrived == len(people_chats())
    assert "objection" not in reasons(built)
    told = json.loads((planted.root / f"releases/{built.name}/evidence/measure.json").read_bytes())
    assert told["canaries"] == {"refusing": dict.fromkeys(sorted([*HOW, "form for others"]), 1), "sighted": 0}
    assert failing(built.path, planted.root) == {}
    for _ in range(4):
        plant(planted.ports, CHANNELS)
    assert channels(planted.ports) == []  # fifteen refusals by now, and not one of a person


def test_planting_from_a_running_event_loop(full):
    """Canaries can be planted where an event loop runs already, as in a notebook or beside a driven browser."""
    async def plants():
        plant(full.ports, all_channels(make_app(full.root, clock=full.clock)))
    aside(plants)
    assert len(listed(Live(full.ports))) == 6


@pytest.mark.parametrize("channel", HOW)
def test_a_channel_that_is_not_honoured_stops_the_sealing_by_its_name(planted, monkeypatch, channel):
    """The honouring of one channel is switched off: no release is made, and the error names that channel and no other."""
    fold = SubjectState._fold
    planted_by = {canary.person: canary.channel for canary in canaries_at(planted.ports)}

    def deaf(state, entry, decision):
        if decision.get("how") == HOW[channel] and planted_by.get(str(entry.subject), channel) == channel:
            return
        fold(state, entry, decision)
    monkeypatch.setattr(SubjectState, "_fold", deaf)
    with pytest.raises(RefusedError) as stopped:
        planted.build()
    assert (stopped.value.reason, stopped.value.about) == ("canary-sighted", channel)
    assert len(list((planted.root / "releases").iterdir())) == 1  # the one there was


def test_deaf_to_people_who_are_no_users(planted, monkeypatch):
    """Objections of outsiders are passed over: the form for others is named."""
    monkeypatch.setattr("licit.usecases.deciding.outsiders_at", lambda log, at: ({}, {}))
    with pytest.raises(RefusedError, match="form for others"):
        planted.build()


def test_a_channel_that_says_done_and_enters_nothing_is_found(full, monkeypatch):
    """A list that is read and not entered: the canary was told done, and the next build stops."""
    monkeypatch.setattr(lists, "_enter", lambda *rest, **more: None)
    plant(full.ports, {"list": CHANNELS["list"]})
    assert [one.heard for one in listed(Live(full.ports))] == [False]
    with pytest.raises(RefusedError, match="list"):
        full.build()


def test_a_patch_watches_too(planted, monkeypatch):
    """A patch release is judged with the same canaries."""
    built = planted.build()
    planted.object("user1")
    monkeypatch.setattr("licit.usecases.deciding.outsiders_at", lambda log, at: ({}, {}))
    with pytest.raises(RefusedError, match="form for others"):
        planted.space.patch(built.name)


def test_a_channel_that_fails_leaves_a_canary_that_proves_nothing(full):
    """What was sent and never answered neither stops a build nor counts as heard."""
    def broken(space, name):
        def send():
            raise LicitError("no answer")
        return "s-nobody", send
    with pytest.raises(LicitError):
        plant(full.ports, {"live chat": broken})
    assert [(one.canary.channel, one.heard) for one in listed(Live(full.ports))] == [("live chat", None)]
    assert full.build().name


def test_an_entry_that_cannot_be_read_stops_the_build(full):
    """Nobody could say which channel goes unwatched."""
    full.ports.enter("canary", {"channel": "API"})
    with pytest.raises(EvidenceError):
        full.build()


def test_each_release_has_new_ones_where_people_are_served(full, monkeypatch):
    """A build by command plants by every channel before it, once a release; a channel that enters nothing stops that very build."""
    (full.root / "web.toml").write_text('language = "fr"\n', encoding="utf-8")
    asked = ["--workspace", str(full.root), "--jobs", "1"]
    assert CliRunner().invoke(build_command, [*asked, "--dry-run"]).exit_code == 0
    assert canaries_at(full.ports) == []
    assert CliRunner().invoke(build_command, asked).exit_code == 0
    assert sorted(canary.channel for canary in canaries_at(full.ports)) == sorted([*HOW, "form for others"])
    monkeypatch.setattr(lists, "_enter", lambda *rest, **more: None)
    stopped = CliRunner().invoke(build_command, asked)
    assert (stopped.exception.reason, stopped.exception.about) == ("canary-sighted", "list")
    assert len(canaries_at(full.ports)) == 12


def test_command_and_console_tell_it(served):
    """The command plants and lists; the page shows the same in both languages, and an auditor may look and not plant."""
    asked = ["--workspace", str(served.world.root)]
    assert CliRunner().invoke(canary_command, ["plant", *asked, "--channel", "list"]).exit_code == 0
    shown = CliRunner().invoke(canary_command, ["list", *asked, "--json"])
    assert (shown.exit_code, json.loads(shown.output)["heard"]) == (0, True)
    officer = staffed(served, "officer")
    page = officer.get("/console/canaries?lang=fr")
    assert "Liste d’un produit" in page.text
    assert "En placer un par chaque voie" in page.text
    page = officer.post("/console/canaries", data={"form": form_of(page)})
    assert page.status_code == 200
    assert page.text.count("oui") == 7
    auditor = staffed(served, "auditor")
    assert "button>Plant" not in auditor.get("/console/canaries").text
    assert auditor.post("/console/canaries", data={"form": "0" * 64}).status_code == 403
