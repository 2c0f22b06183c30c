"""After a death: the person's own directive, the officer's record on evidence, and what neither heirs nor an open session can undo."""

import json

import pytest
from click.testing import CliRunner
from desks import staffed
from pages import form_of
from world import PLANTED, chat, failing, places_of, reasons

from licit.core.errors import InputError, RefusedError
from licit.surfaces.cli import main
from licit.usecases.commands import Asked, exercise
from licit.usecases.deceased import Passing, afterwards, correct_death, direct, record_death
from licit.usecases.queries import subjects_named

SEEN = "Death certificate seen on 3 March, file 12 of the officer."


def passing(account="user1", **change):
    """Say whose death is recorded."""
    return Passing(**{"account": account, "issuer": "chat", "by": "Ines Morel", "evidence": SEEN, **change})


def subject(world, account):
    """Give the id of somebody."""
    return subjects_named(world.ports, account, "chat")[0]


@pytest.mark.parametrize(("wish", "heirs", "ends"), [("", "", "no-use"), ("", "erase", "erase"), ("no-use", "erase", "no-use"), ("erase", "", "erase")])
def test_a_recorded_death_ends_every_use_and_the_directive_stands_above_heirs(full, wish, heirs, ends):
    """Nothing of theirs is released from then on; erased is what they directed, or failing that what heirs ask; the auditor agrees.

    Law: RGT-12
    """
    person = subject(full, "user1")
    if wish:
        direct(full.ports, person, wish)
    done = record_death(full.ports, passing(heirs=heirs))
    assert (done.wish, done.of) == (ends, "directive" if wish else "heirs" if heirs else "nobody")
    assert [entry.kind for entry in full.ports.log.entries(subject=person)][-3:] == [
        *(["objection", "erasure"] if ends == "erase" else ["directive", "objection"] if wish else ["subject", "objection"]), "death"]
    built = full.build()
    assert {"erased" if ends == "erase" else "objection": 3}.items() <= reasons(built).items()
    assert failing(built.path, full.root) == {}


def test_a_directive_counts_for_nothing_while_the_person_lives(full):
    """Whoever directs loses no use they permitted, may change their mind, and may take it back."""
    person = subject(full, "user1")
    first = direct(full.ports, person, "erase")
    assert direct(full.ports, person, "erase") == first
    direct(full.ports, person, "no-use")
    assert afterwards(full.ports, person).wish == "no-use"
    direct(full.ports, person, "")
    assert afterwards(full.ports, person).directive == -1
    assert "objection" not in reasons(full.build())
    with pytest.raises(InputError):
        direct(full.ports, person, "publish")


def test_nobody_permits_in_the_name_of_the_dead(full):
    """Consent, permission, lifting and a new directive are refused after a death, for linked accounts as well; a correction ends that.

    Law: RGT-12
    """
    person = subject(full, "user1")
    record_death(full.ports, passing())
    for kind in ("permission", "consent", "lifting"):
        with pytest.raises(RefusedError) as refused:
            exercise(full.ports, Asked(kind=kind, subject=person, purposes=("train",), notice="notice-2025", wording="May we?", how="page"))
        assert refused.value.reason == "death-recorded"
    with pytest.raises(RefusedError):
        direct(full.ports, person, "erase")
    with pytest.raises(RefusedError):
        record_death(full.ports, passing())
    correct_death(full.ports, passing(evidence="The certificate was of a namesake."))
    assert reasons(full.build())["objection"] == 3
    exercise(full.ports, Asked(kind="permission", subject=person, purposes=("train",)))


@pytest.mark.parametrize("change", [{"evidence": "seen"}, {"by": " "}, {"account": "user77"}])
def test_a_death_needs_evidence_and_somebody_known(full, change):
    """Without evidence, without a name, or for somebody nobody knows, nothing is entered and nobody is made."""
    before = full.ports.log.head()
    with pytest.raises(InputError):
        record_death(full.ports, passing(**change))
    assert full.ports.log.head() == before


def test_the_person_directs_and_the_officer_carries_out_by_pages(served):
    """Two equal buttons in the centre, a form at the officer's; after it no byte holds the person's words, and their page says why.

    Law: RGT-12
    """
    world = served.world
    world.take([chat("planted", "user7", f"Bonjour, {PLANTED}.")])
    person = served.signed_in("user7")
    assert 'href="/after"' in person.get("/").text
    assert "You directed that everything be erased" in person.post("/after", data={"form": form_of(person.get("/after")), "do": "erase"}).text
    officer = staffed(served, "officer")
    form = {"form": form_of(officer.get("/console/deceased")), "do": "record", "account": "user7", "issuer": "chat"}
    assert officer.post("/console/deceased", data={**form, "evidence": "seen"}).status_code == 409
    page = officer.post("/console/deceased", data={**form, "evidence": SEEN}).text
    assert "They had directed what follows." in page
    assert "was erased" in page
    assert places_of(PLANTED, world.root) == []
    assert "A death is recorded for this account" in person.get("/after").text
    token = form_of(person.get("/"))
    assert person.post("/choices", data={"form": token, "do": "allow"}).status_code == 403
    assert "Recorded a death" in officer.get("/console/journal").text


def test_the_command_says_whose_wish_was_carried_out(full):
    """``licit deceased`` records, names whose wish it was, and corrects."""
    def run(*words):
        done = CliRunner().invoke(main, ["deceased", *words, "--subject", "user1", "--issuer", "chat", "--by", "ines", "--workspace", str(full.root)])
        assert done.exit_code == 0, done.output
        return done.output
    assert json.loads(run("record", "--evidence", SEEN, "--heirs-ask-erasure", "--json"))["of"] == "heirs"
    assert "Corrected" in run("correct", "--why", "The certificate was of a namesake.")
