"""A person's copy of everything, and that it can be read again."""

import io
import json
import tomllib
import zipfile

import pytest
from pages import form_of
from world import CONSUMER, PLANTED, chat, prose

from licit.core.linked import ALLOWING, CONSENTS
from licit.usecases.centre import choices
from licit.usecases.commands import Asked, exercise, register_downstream
from licit.usecases.live import Live
from licit.usecases.policy import adopt_policy
from licit.usecases.portable import consent_of


@pytest.fixture
def copied(served):
    """Give the files of user1's copy, after an objection and a release with words of theirs."""
    served.world.take([chat("own", "user1", prose("own") + " " + PLANTED)], **CONSUMER)
    served.world.build()
    client = served.signed_in("user1")
    client.post("/choices", data={"form": form_of(client.get("/")), "do": "refuse"})
    archive = zipfile.ZipFile(io.BytesIO(client.get("/copy.zip").content))
    return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_copy_says_for_what_to_whom_and_how_long(served):
    """Purposes with their bases, who received which set, models, days, sources and rights stand in it, and who answers.

    Law: RGT-05, RGT-08
    """
    register_downstream(served.world.ports, "recipient", {"name": "Partner lab", "release": "release-1"})
    register_downstream(served.world.ports, "run", {"id": "run-1", "releases": ["release-1"]})
    archive = zipfile.ZipFile(io.BytesIO(served.signed_in("user1").get("/copy.zip").content))
    told = json.loads(archive.read("licit/about.json"))
    assert {one["purpose"]: one["basis"] for one in told["purposes"]}["train"] == "legitimate-interest"
    assert (told["recipients"], [run["run"] for run in told["models"]["release-1"]]) == ({"release-1": ["Partner lab"]}, ["run-1"])
    assert (told["sources"], told["controller"]["officer"]) == (["chat"], "dpo@lumen.example")
    assert {"access", "erasure", "objection", "complaint to an authority"} <= set(told["rights"])
    nobody = json.loads(zipfile.ZipFile(io.BytesIO(served.browser().get("/copy.zip").content)).read("licit/about.json"))
    assert (nobody["recipients"], nobody["sources"]) == ({}, [])


CONSENT = """[[period]]
purpose = "personalise"
basis = "consent"
starts = "2025-01-01"
[[notice]]
id = "notice-of-mine"
purposes = ["personalise"]
starts = "2025-01-01"
"""


def test_a_consent_stands_in_terms_that_others_know(world):
    """Given, withdrawn, given again, refused: each has its term of DPV, and exactly what may be used has one that allows it.

    Law: CHO-20
    """
    adopt_policy(world.ports, tomllib.loads(CONSENT), "Ines")
    live, seen = Live(world.ports), []
    subject = str(world.ports.identities.subjects_for([("chat", "account", "zoe")], create=True)[0])
    for kind in ("", "consent", "withdrawal", "consent", "objection"):
        if kind:
            exercise(world.ports, Asked(kind=kind, account="zoe", issuer="chat", purposes=("personalise",), how="page", **(
                {"notice": "notice-of-mine", "wording": "Adapt answers to me."} if kind == "consent" else {})))
        choice, = (one for one in choices(live, subject) if one.purpose == "personalise")
        seen.append(consent_of(live, subject, choice))
        assert (seen[-1] in ALLOWING) == (live.standing(subject, "personalise").decision.answer == "keep")
    assert seen == [f"dpv:{name}" for name in ("ConsentUnknown", "ConsentGiven", "ConsentWithdrawn", "RenewedConsentGiven", "ConsentRefused")]
    assert {CONSENTS["given"], CONSENTS["renewed"]} == ALLOWING < set(CONSENTS.values())


def lines(text: str) -> list:
    return [json.loads(line) for line in text.splitlines()]


def test_a_copy_holds_everything_of_the_person(copied):
    """Conversations as typed and as released, where they went, what was asked for, and the receipts.

    Law: RGT-05, RGT-09
    """
    assert len(json.loads(copied["conversations.json"])) == 4
    assert PLANTED in copied["conversations.json"]
    assert any(PLANTED in json.dumps(row, ensure_ascii=False) for row in lines(copied["licit/released.jsonl"]))
    assert [entry["kind"] for entry in json.loads(copied["licit/history.json"])] == ["objection"]
    assert len(lines(copied["licit/receipts.jsonl"])) == 1
    assert {went["release"] for item in json.loads(copied["licit/where.json"]) for went in item["went"]} == {"release-1", "release-2"}


def test_a_copy_holds_nothing_of_anybody_else(served, copied):
    """No other account's words, record or subject id."""
    whole = "".join(copied.values())
    others = [served.world.record(f"c{p}-{n}", f"user{p}") for p in (0, 2, 3) for n in range(3)]
    assert not [record for record in others if record in whole]
    subjects = served.world.ports.identities.subjects_for([("chat", "account", f"user{p}") for p in (0, 2, 3)], create=False)
    assert not [subject for subject in subjects if subject in whole]


def test_a_copy_can_be_imported_again(served, copied, tmp_path):
    """The copy is read as a ChatGPT export: every turn that was said, with its words."""
    path = tmp_path / "conversations.json"
    path.write_text(copied["conversations.json"])
    report, = served.world.space.import_(path, source="chat", subject="user1", **CONSUMER)
    assert (report.format, report.records, report.set_aside) == ("chatgpt", 4, {})
    told = {turn["parts"][0][1] for row in lines(copied["licit/records.jsonl"]) for turn in row["turns"]}
    again = {part for one in json.loads(copied["conversations.json"]) for node in one["mapping"].values() if node["message"]
             for part in node["message"]["content"]["parts"]}
    assert told == again


def test_a_browser_that_nobody_knows_gets_an_empty_copy(served):
    """Somebody about whom nothing is kept gets a copy that says so, not an error and nobody else's words."""
    archive = zipfile.ZipFile(io.BytesIO(served.browser().get("/copy.zip").content))
    assert json.loads(archive.read("conversations.json")) == []
    assert archive.read("licit/records.jsonl") == b""
