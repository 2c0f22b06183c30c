"""Reports that need no account: the form, the queue, the probe that is entered, the answer, and what is gone afterwards."""

import base64
import json
import re
from dataclasses import dataclass

import pytest
from click.testing import CliRunner
from desks import acted, staffed
from pages import form_of
from world import places_of, prose

from licit.core.errors import RefusedError
from licit.surfaces.cli import model
from licit.surfaces.web.visit import REPORTS
from licit.usecases.cases import case_of, purge
from licit.usecases.commands import register_downstream
from licit.usecases.report_probes import probe

MAIL, PLACE = "lea.tambour@example.org", "12 quai des Brumes violettes"
SAID = f"Léa Tambour habite au {PLACE}, à Port-Vert, et elle joue du tambour tous les soirs avec ses voisins. On lui écrit à {MAIL}."


@dataclass
class Teller:
    """A model that goes on with what it knows, or with something else; it can only go on."""

    text: str = ""
    can: frozenset[str] = frozenset({"continue"})
    name: str = "petit-1"
    digest: str = "sha256:00"

    def cut(self, texts, before, after):
        """Cut by characters."""
        return [(text[:before], text[before:before + after]) if len(text) >= before + after else None for text in texts]

    def continue_(self, prefixes, *, tokens, temperature=0, seed=0):
        """Go on as the known text does."""
        return [self.text[self.text.index(end) + len(end):][:tokens] if (end := prefix[-20:]) in self.text else "rien de tel " * 9 for prefix in prefixes]


@pytest.fixture
def world(shared):
    """The shared world, in which one model was trained."""
    if "petit-1" not in shared.browser().get("/others/model").text:
        register_downstream(shared.world.ports, "run", {"id": "run-7", "releases": ["release-1"]})
        register_downstream(shared.world.ports, "model", {"name": "petit-1", "run": "run-7", "next_retrain_due": "2027-01-01"})
    return shared.world


def sent(client, where="/others/model", **given):
    """Send the form; give the page and the number of the entry."""
    page = client.post(where, data={"form": form_of(client.get(where)), **given})
    found = re.search(r"receipt no\. (\d+)", page.text)
    return page, int(found[1]) if found else -1


def test_a_report_goes_from_the_form_to_the_answer(shared, world, monkeypatch):
    """Somebody without an account reports; it stands in the queue with its day; a probe and an answer are steps with who took them.

    Law: RGT-11
    """
    page, number = sent(shared.browser(), model="petit-1", said=SAID, values=f"{PLACE}\n{MAIL}", contact=MAIL)
    assert "It is answered by April 1, 2026." in page.text
    paper = json.loads(base64.b64decode(re.search(r'base64,([^"]+)"', page.text)[1]))
    assert MAIL not in base64.b64decode(paper["payload"]).decode()
    client = shared.browser()
    checked = client.post("/check", data={"form": form_of(client.get("/check")), "text": json.dumps(paper)}).text
    assert "you reported that a model repeats you" in checked
    officer, path = staffed(shared, "officer", "Reports officer"), f"/console/requests/{number}"
    assert f'href="{path}">Report that a model repeats somebody' in officer.get("/console").text
    opened = officer.get(path).text
    assert (PLACE in opened, f"licit model probe MODEL --request {number}" in opened) == (True, True)
    assert PLACE not in staffed(shared, "auditor", "Reports auditor").get(path).text
    assert "Have a model asked first" in acted(officer, path, "answered").text
    monkeypatch.setattr(model, "load_model", lambda place: Teller(text=SAID, name=place))
    command = ["probe", "another", "--request", str(number), "--by", "ines", "--workspace", str(world.root), "--json"]
    assert "the report names another model" in str(CliRunner().invoke(model.model_command, command).exception)
    answer = CliRunner().invoke(model.model_command, [*command, "--name", "petit-1"])
    told = json.loads(answer.output)
    assert (answer.exit_code, told["values"], told["values_again"], told["pieces_again"] > 0) == (1, 2, 2, True)
    assert "petit-1: questions asked: 3; said again what was reported: 3." in officer.get(path).text
    assert "Answered" in acted(officer, path, "answered", why="Told by mail.").text
    done = case_of(world.ports, number)
    assert [(one.what, one.by) for one in done.counting] == [("probed", "ines"), ("answered", "Reports officer")]
    assert done.state == "answered"
    assert "Asked a model" in officer.get("/console/journal").text


def test_what_was_reported_goes_with_the_answer(shared, world):
    """The words and the contact are in no byte of the workspace once it is answered, also where the process died in between.

    Law: RGT-11
    """
    mine = [sent(shared.browser(), values=f"violon {word}", said=f"Elle dit : violon {word}", contact=f"{word}@example.org")[1] for word in ("ocre", "mauve")]
    assert places_of("violon mauve", world.root)
    officer = staffed(shared, "officer", "Purging officer")
    for number in mine:
        path = f"/console/requests/{number}"
        assert acted(officer, path, "not-probed", ground="never-mind").status_code == 409
        assert acted(officer, path, "not-probed", ground="model-not-ours").status_code == 200
    acted(officer, f"/console/requests/{mine[0]}", "answered")
    world.ports.enter("step", {"request": mine[1], "step": "answered", "by": "ines", "role": "officer"})
    assert (places_of("violon ocre", world.root), bool(places_of("violon mauve", world.root))) == ([], True)
    assert purge(world.ports) == 1
    assert [places_of(word, world.root) for word in ("violon mauve", "mauve@example.org")] == [[], []]
    assert "It was deleted when it was answered." in officer.get(f"/console/requests/{mine[1]}").text


def test_what_was_not_asked_is_no_probe(shared, world):
    """A model that cannot go on, or nothing to ask it: refused, no step; and what it does not say again is no acquittal.

    Law: RGT-11
    """
    _, vague = sent(shared.browser(), values="Léa")
    for teller, number, reason in ((Teller(can=frozenset({"score"})), vague, "cannot-be-asked"), (Teller(), vague, "nothing-to-ask")):
        with pytest.raises(RefusedError) as error:
            probe(world.ports, teller, number, "ines")
        assert error.value.reason == reason
    assert case_of(world.ports, vague).steps == ()
    _, number = sent(shared.browser(), said=SAID, values=MAIL)
    assert probe(world.ports, Teller(), number, "ines").values["probe"]["again"] == 0
    page = staffed(shared, "officer", "Careful officer")
    assert "What it did not say again may still be in it." in page.get(f"/console/requests/{number}").text
    assert acted(page, f"/console/requests/{number}", "probed").status_code == 409
    assert acted(page, f"/console/requests/{number}", "extended", ground="complexity", months="1", why="A long enough reason.").status_code == 409


def test_a_complaint_about_a_work_is_searched_probed_and_answered(shared, world):
    """A rightsholder's complaint has a day; the search names the sets and the models trained on them; it is answered after that and a probe.

    Law: PRV-14
    """
    work = " ".join(prose(f"1 {number} {letter}") for number in (0, 1) for letter in "ab")
    page, number = sent(shared.browser(), "/others/work", title="Le tambour", words=work, complaint="Nobody asked us.", contact=MAIL)
    assert "It is answered by April 1, 2026." in page.text
    officer, path = staffed(shared, "legal", "Works officer"), f"/console/requests/{number}"
    assert "Nobody asked us." in officer.get(path).text
    probe(world.ports, Teller(text=work), number, "ines")
    assert "Search every store first." in acted(officer, path, "answered").text
    searched = acted(officer, path, "searched").text
    assert re.search(r'release-1 <span class="quiet">models: petit-1</span></th><td>2</td>', searched)
    assert "Answered" in acted(officer, path, "answered").text
    told = {one.what: one.values for one in case_of(world.ports, number).counting}
    assert {name: told["probed"]["probe"][name] for name in ("asked", "again")} == {"asked": 1, "again": 1}
    _, short = sent(shared.browser(), "/others/work", words=prose("1 0 a"))
    with pytest.raises(RefusedError, match="cannot be probed"):  # too few words for a long row to show
        probe(world.ports, Teller(text=work), short, "ines")
    assert places_of("Nobody asked us.", world.root) == []


def test_a_title_alone_is_no_search(shared, world):
    """With nothing to search for, the search enters nothing; the complaint is answered once the log says that nothing could be asked.

    Law: PRV-14
    """
    assert sent(shared.browser(), "/others/work", number="978-0-00-000000-1")[0].status_code == 400
    _, number = sent(shared.browser(), "/others/work", title="Le tambour")
    officer, path = staffed(shared, "officer", "Titles officer"), f"/console/requests/{number}"
    assert "more of its words" in acted(officer, path, "searched").text
    assert case_of(world.ports, number).steps == ()
    acted(officer, path, "not-probed", ground="nothing-to-ask")
    assert acted(officer, path, "answered").status_code == 200


@pytest.mark.parametrize("given", [{}, {"contact": MAIL}, {"said": "x" * 4001}, {"said": "a\x00b"}, {"said": "x", "model": "nobody-trained-this"}])
def test_nothing_to_look_into_is_told(shared, world, given):
    """An empty, overlong or unreadable form is an error in words, keeps what was typed, and enters nothing."""
    size = world.ports.log.head()[0]
    page, number = sent(shared.browser(), **given)
    assert (page.status_code, number, world.ports.log.head()[0]) == (400, -1, size)
    assert 'id="wrong"' in page.text


def test_nobody_fills_the_log_with_reports(served):
    """Beyond so many a minute from one address a report is answered 429 and not entered; refusing is not slowed by it."""
    client = served.browser()
    token = form_of(client.get("/others/model"))
    answers = [client.post("/others/model", data={"form": token}).status_code for _ in range(REPORTS + 1)]
    assert (answers[-1], 400 in answers) == (429, True)
    assert client.post("/others", data={"form": token, "name": "Léa Outremer"}).status_code == 200
