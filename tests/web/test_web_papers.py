"""Messages that staff paste, and policies adopted from the console."""

from html import unescape

from desks import staffed
from pages import form_of
from test_web_console import entries
from world import chat, failing, places_of, prose

from licit.usecases.letters import propose

MAIL = """From: user1@example.org
Date: Mon, 02 Feb 2026 10:00:00 +0100

Bonjour, je m’oppose à ce que mes discussions servent, et supprimez tout, au nom du tambour violet.
Le lundi 1 février 2026, Atelier a écrit :
> we will correct the data
Do not use portability.
"""
NOTICE = '[[notice]]\nid = "notice-2027"\npurposes = ["train"]\nstarts = "2027-01-01"\n'


def test_a_message_is_proposed_and_entered_by_a_person(served):
    """Sender, day and rights are proposed; only what is confirmed is entered, dated by its receipt; no word of it is kept.

    Law: CHO-06, CHO-13
    """
    world = served.world
    world.take([chat("m", "user1@example.org", prose("m"))])
    found = propose(world.ports, MAIL)
    assert (found.sender, found.kinds, found.received, found.known) == ("user1@example.org", ("erasure", "objection"), "2026-02-02", True)
    assert propose(world.ports, "Hello, thank you for the lamp.").kinds == ()
    officer = staffed(served, "officer")
    page = officer.post("/console/mail", data={"form": form_of(officer.get("/console/mail")), "text": MAIL})
    assert "several things" in page.text
    assert "tambour violet" not in page.text
    assert entries(served, "objection") == []
    form = {"form": form_of(page), "do": "enter", "sender": "user1@example.org", "received": "2026-02-02", "user": "yes"}
    for wrong in ({"kind": ""}, {"kind": "permission"}, {"kind": "objection", "received": "2099-01-01"},
                  {"kind": "erasure", "user": "no"}, {"kind": "objection", "sender": " "}):
        assert officer.post("/console/mail", data=form | wrong).status_code == 409
    assert entries(served, "objection") == []
    assert "Entered" in officer.post("/console/mail", data=form | {"kind": "objection"}).text
    entry, = entries(served, "objection")
    assert entry.received_at.date().isoformat() == "2026-02-02"
    assert "Entered" in officer.post("/console/mail", data=form | {"kind": "objection", "user": "no", "sender": "lea@example.org"}).text
    assert len(entries(served, "third-party-objection")) == 1
    assert places_of("tambour violet", world.root) == []
    assert staffed(served, "auditor").get("/console/mail").status_code == 403


def test_a_policy_is_shown_before_it_is_adopted_by_name(served):
    """What it changes is shown, then adopted in the name of whoever is signed in.

    What changes the past, or comes from another role, adopts nothing.

    Law: CHO-16
    """
    legal = staffed(served, "legal", "Paul Adam")
    page = legal.get("/console/policy")
    form, before = {"form": form_of(page), "text": NOTICE}, len(entries(served, "policy"))
    shown = legal.post("/console/policy", data=form | {"do": "show"}).text
    assert "+</span> <ins>Notice notice-2027: Training models, from January 1, 2027" in shown
    assert len(entries(served, "policy")) == before
    changed = form | {"text": NOTICE.replace("notice-2027", "notice-2025"), "do": "adopt"}
    answer = legal.post("/console/policy", data=changed)
    assert (answer.status_code, "not adopted" in unescape(answer.text)) == (409, True)
    assert legal.post("/console/policy", data=form | {"text": "nonsense", "do": "adopt"}).status_code == 409
    assert len(entries(served, "policy")) == before
    done = legal.post("/console/policy", data=form | {"do": "adopt"}).text
    assert (entries(served, "policy")[-1].decision["by"], "Paul Adam" in done) == ("Paul Adam", True)
    engineer = staffed(served, "engineer")
    seen = engineer.get("/console/policy")
    assert "notice-2027" in seen.text
    assert engineer.post("/console/policy", data={"form": form_of(seen), "text": NOTICE, "do": "adopt"}).status_code == 403
    assert failing(served.world.build().path, served.world.root) == {}
