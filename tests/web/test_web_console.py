"""The officer's console through HTTP: the queue by legal date, a request's file step by step, held records, the picture."""

import json
import re

import pytest
from click.testing import CliRunner
from desks import acted, at_door, code_of, staffed
from pages import form_of
from world import chat, failing, kept, prose

from licit.surfaces.cli.web import web_command
from licit.usecases.cases import case_of
from licit.usecases.commands import register_downstream

WHY = "The archive of four years lies in three countries."


def entries(served, kind):
    """Give the log's entries of a kind."""
    return list(served.world.ports.log.entries(kinds=(kind,)))


@pytest.fixture
def asked(served):
    """Somebody asked for access; give the path of the request's file."""
    served.world.object("user1", "access")
    return f"/console/requests/{entries(served, 'access')[0].seq}"


def test_the_overdue_come_first_and_say_so_in_words(served):
    """The queue is by legal date; its lights are words and signs, and a closed period's holiday is told."""
    served.world.object("user1", "access")
    served.world.clock.advance(days=10)
    served.world.object("user2", "erasure")
    served.world.clock.advance(days=25)
    served.world.object("user3", "portability")
    page = staffed(served, "officer").get("/console").text
    lights = re.findall(r'class="light (\S+)">', page)
    assert lights == ["overdue", "soon", "in-time"]
    assert page.index("Overdue") < page.index("Due soon") < page.index("In time")
    assert "1 request is overdue." in page
    assert "4 days ago" in page


def test_an_answer_follows_a_search(served, asked):
    """Without a search no answer counts; the search is a step with what each store held; then the answer closes it."""
    officer = staffed(served, "officer")
    refused = acted(officer, asked, "answered")
    assert (refused.status_code, entries(served, "step")) == (409, [])
    assert "Search every store first." in refused.text
    page = acted(officer, asked, "searched").text
    assert re.search(r"Conversations and documents</th><td>3</td><td>0</td>", page)
    page = acted(officer, asked, "answered", why="Sent by post, registered.").text
    step = entries(served, "step")[-1].decision
    assert (step["by"], step["role"], step["why"]) == ("Somebody officer", "officer", "Sent by post, registered.")
    assert "Answered" in page
    assert "No request waits for an answer." in officer.get("/console").text


def test_an_extension_is_reasoned_and_inside_the_first_month(served, asked):
    """Two months more with a reason; no reason, no ground or a second time, and nothing is entered.

    Law: RGT-01
    """
    officer = staffed(served, "officer")
    for fields in ({"ground": "complexity", "months": "3", "why": WHY}, {"ground": "", "months": "2", "why": WHY},
                   {"ground": "complexity", "months": "2", "why": "busy"}):
        assert acted(officer, asked, "extended", **fields).status_code == 409
    page = acted(officer, asked, "extended", ground="complexity", months="2", why=WHY).text
    assert "June 1, 2026" in page
    assert acted(officer, asked, "extended", ground="complexity", months="1", why=WHY).status_code == 409
    assert len(entries(served, "step")) == 1


def test_after_the_first_month_nothing_extends(served, asked):
    """On the day after the first month an extension is refused in words."""
    served.world.clock.advance(days=32)
    answer = acted(staffed(served, "officer"), asked, "extended", ground="complexity", months="2", why=WHY)
    assert "The first month is over" in answer.text
    assert entries(served, "step") == []


def test_a_refusal_takes_two_persons_and_names_the_remedies(served, asked):
    """One proposes from the closed list; the same person cannot sign; a second one does, and the remedies stand in the log.

    Law: RGT-02, RGT-03
    """
    one, two = staffed(served, "officer"), staffed(served, "legal")
    assert acted(one, asked, "refusal-proposed", ground="legal-claims", why=WHY).status_code == 409
    assert acted(one, asked, "refusal-proposed", ground="manifestly-excessive", why="too many").status_code == 409
    acted(one, asked, "refusal-proposed", ground="manifestly-excessive", why=WHY)
    assert acted(one, asked, "refused").status_code == 409
    page = acted(two, asked, "refused").text
    made = entries(served, "step")[-1].decision
    assert made["remedies"] == ["CNIL", "court"]
    assert "they can complain to CNIL and go to court" in page
    assert case_of(served.world.ports, int(asked.split("/")[-1])).state == "refused"


def test_evidence_of_identity_is_destroyed_before_the_end(served, asked):
    """What was asked for to identify somebody must be recorded as destroyed before the request can close.

    Law: RGT-04
    """
    officer = staffed(served, "officer")
    acted(officer, asked, "identity-asked", why="The letter came from another address.")
    acted(officer, asked, "searched")
    assert "Destroy the evidence" in acted(officer, asked, "answered").text
    acted(officer, asked, "identity-purged")
    assert acted(officer, asked, "answered").status_code == 200


def test_an_erasure_closes_when_nothing_is_left(served):
    """Recorded but not carried out, the search finds what must go and no answer counts; afterwards it does."""
    from licit.usecases.erase import carry_out
    served.world.object("user1", "erasure")
    path = f"/console/requests/{entries(served, 'erasure')[0].seq}"
    officer = staffed(served, "officer")
    assert re.search(r"Conversations and documents</th><td>3</td><td>3</td>", acted(officer, path, "searched").text)
    assert "Something that must go is still stored" in acted(officer, path, "answered").text
    carry_out(served.world.ports)
    assert "<td>0</td><td>0</td>" in acted(officer, path, "searched").text
    assert acted(officer, path, "answered").status_code == 200


def test_an_outsiders_objection_is_searched_by_its_hashes(served):
    """Somebody who is no user stands in the queue too; the search counts rows that hold what they gave."""
    from licit.usecases.commands import object_as_outsider
    served.world.take([chat("p", "user9", prose("p") + " Écris à lea.outside@example.org demain.")])
    served.world.build()
    seq = object_as_outsider(served.world.ports, email=["lea.outside@example.org"])
    officer, path = staffed(served, "officer"), f"/console/requests/{seq}"
    page = acted(officer, path, "searched").text
    assert re.search(r"an address, number or handle that was given</th><td>1</td>", page)
    assert "Propose a refusal" not in page


def test_the_person_sees_steps_and_readings(served, asked):
    """The privacy centre shows what staff did with a request and that they read a conversation, with the day."""
    officer = staffed(served, "officer")
    acted(officer, asked, "extended", ground="complexity", months="1", why=WHY)
    served.world.ports.enter("reading", {"record": served.world.record("c1-0", "user1"), "by": "Ines"})
    mine, other = (served.signed_in(account).get("/").text for account in ("user1", "user2"))
    assert "Extended the time to answer" in mine
    assert WHY in mine
    assert "To be answered by May 1, 2026" in mine
    assert "Read by staff on March 1, 2026" in mine
    assert "Read by staff" not in other
    assert WHY not in other


@pytest.fixture
def held(served):
    """A record with somebody else in it, held; give its id."""
    served.world.take([chat("p", "user9", prose("p") + " Écris à <b>lea</b> au 06 39 98 12 34 demain.")])
    from licit.usecases.commands import object_as_outsider
    object_as_outsider(served.world.ports, name=["Léa Outremer"])
    served.world.take([chat("q", "user8", prose("q") + " Demande à Léa Outremer si elle vient.")])
    served.world.build()
    page = staffed(served, "engineer").get("/console/held").text
    return re.findall(r'href="/console/held/([^"]+)"', page)[0]


def test_a_record_is_decided_on_with_its_holds_named(served, held):
    """Words are shown after the log says who reads; a release names what it lifts, and why; nothing is ticked beforehand."""
    officer = staffed(served, "officer")
    page = officer.get(f"/console/held/{held}")
    assert "Outremer" not in page.text
    assert "checked" not in page.text
    before = len(entries(served, "reading"))
    read = officer.post(f"/console/held/{held}/read", data={"form": form_of(page)})
    assert "si elle vient" in read.text
    assert "Outremer" not in read.text
    made, = entries(served, "reading")[before:]
    whose, = made.decision["people"]
    assert made.decision == {"record": held, "by": "Somebody officer", "people": [whose], "shown": "deidentified"}
    assert whose in map(str, served.world.ports.identities.subjects_for([("chat", "account", "user8")], create=False))
    bare = officer.post(f"/console/held/{held}/decide", data={"form": form_of(page), "answer": "release", "why": WHY})
    assert (bare.status_code, entries(served, "decision")) == (409, [])
    lifts = re.findall(r'name="lift" value="([^"]+)"', page.text)
    done = officer.post(f"/console/held/{held}/decide", data={"form": form_of(page), "answer": "release", "why": WHY, "lift": lifts})
    assert done.status_code == 200
    made, = entries(served, "decision")
    assert (made.decision["by"], made.decision["why"], made.decision["reasons"]) == ("Somebody officer", WHY, sorted(lifts))
    assert WHY in officer.get("/console/journal").text


def test_words_are_shown_deidentified_and_as_typed_to_the_officer_for_a_reason(served, held):
    """Who reviews sees placeholders; the officer alone sees a name as typed, for a reason in the log; the person sees which it was.

    Law: DEI-09
    """
    served.world.clock.advance(minutes=1)
    legal, officer, path = staffed(served, "legal"), staffed(served, "officer"), f"/console/held/{held}"
    page = legal.post(f"{path}/read", data={"form": form_of(legal.get(path))}).text
    assert "si elle vient" in page
    assert "Outremer" not in page
    assert "Read it as typed" not in page
    form = form_of(officer.get(path))
    assert legal.post(f"{path}/as-typed", data={"form": form_of(legal.get(path)), "why": WHY}).status_code == 403
    before = len(entries(served, "reading"))
    for short in ("", "because"):
        bare = officer.post(f"{path}/as-typed", data={"form": form, "why": short})
        assert (bare.status_code, "Outremer" in bare.text) == (409, False)
    assert len(entries(served, "reading")) == before
    assert "Outremer" in officer.post(f"{path}/as-typed", data={"form": form, "why": WHY}).text
    made, = entries(served, "reading")[before:]
    assert (made.decision["shown"], made.decision["why"]) == ("as-typed", WHY)
    assert "Read the words of a record as typed" in officer.get("/console/journal").text
    mine = served.signed_in("user8").get("/").text
    assert mine.index(", as typed (log entry") < mine.index("with what names anybody replaced")


def test_sets_and_models_as_a_picture_and_a_table(served):
    """The drawing has a box for each thing and a line for each step between; the table says the same in words."""
    register_downstream(served.world.ports, "recipient", {"name": "Laboratoire du Quai", "release": "release-1"})
    register_downstream(served.world.ports, "run", {"id": "run-7", "releases": ["release-1"]})
    register_downstream(served.world.ports, "model", {"name": "petite-lueur", "run": "run-7", "next_retrain_due": "2026-06-01"})
    page = staffed(served, "engineer").get("/console/releases").text
    assert page.count('<g class="box') == 4
    assert page.count('<path class="line"') == 3
    table = page[page.index("<table>"):]
    for words in ("release-1", "Laboratoire du Quai", "run-7: petite-lueur", "trained again by June 1, 2026"):
        assert words in table


def test_the_console_speaks_french(served, asked):
    """Every page of it, with what was chosen kept for the next."""
    officer = staffed(served, "officer")
    assert "À temps" in officer.get("/console", params={"lang": "fr"}).text
    for path in (asked, "/console/held", "/console/releases", "/console/journal"):
        assert 'lang="fr"' in officer.get(path).text.split("\n")[1]


def test_steps_leave_every_release_as_it_was(served, asked):
    """A step is no objection and no permission: the next release has the same rows, and an auditor finds nothing wrong."""
    before = kept(served.world.build())
    officer = staffed(served, "officer")
    for step, fields in (("searched", {}), ("extended", {"ground": "complexity", "months": "1", "why": WHY}), ("answered", {})):
        assert acted(officer, asked, step, **fields).status_code == 200
    built = served.world.build()
    assert kept(built) == before
    assert failing(built.path, served.world.root) == {}


def test_accounts_are_made_on_the_command_line(served):
    """The command makes, lists and removes an account; what it prints once lets that person in, and nothing else does."""
    def told(*words):
        done = CliRunner().invoke(web_command, ["staff", *words, "--workspace", str(served.world.root), "--json"], catch_exceptions=False)
        assert done.exit_code == 0
        return done.output
    made = json.loads(told("add", "Ines Morel", "--role", "auditor", "--generate"))
    secret = re.search(r"secret=([A-Z2-7]+)", made["codes"])[1]
    client = served.browser()
    assert "Ines Morel" in at_door(client, "ines morel", made["password"], code_of(served, secret)).text
    assert json.loads(told("list")) == {"Ines Morel": "auditor"}
    told("remove", "Ines Morel")
    assert client.get("/console").url.path == "/console/sign-in"


def test_a_session_of_staff_is_short(served):
    """After two hours nobody is signed in."""
    officer = staffed(served, "officer")
    served.world.clock.advance(hours=2, seconds=1)
    assert officer.get("/console").url.path == "/console/sign-in"


def test_a_wrong_address_leads_back_into_the_console(served):
    """Staff who mistype an address stay signed in and get a way on, in their first room; a role that may not is told so there."""
    officer, engineer = staffed(served, "officer"), staffed(served, "engineer")
    for client, path, status, first in ((officer, "/console/nothing", 404, "/console"), (engineer, "/console/journal", 403, "/console/held")):
        answer = client.get(path)
        assert (answer.status_code, f'<a href="{first}">Back to the console</a>' in answer.text, "Sign out" in answer.text) == (status, True, True)
    assert "Back to the console" not in served.browser().get("/console/nothing").text
