"""A person's copy of everything, and that it can be read again."""

import io
import json
import zipfile

import pytest
from pages import form_of
from world import CONSUMER, PLANTED, chat, prose


@pytest.fixture
def copied(served):
    """Give the files of user1's copy, after an objection and a release with words of theirs."""
    served.world.take([chat("own", "user1", prose("own") + " " + PLANTED)], **CONSUMER)
    served.world.build()
    client = served.signed_in("user1")
    client.post("/choices", data={"form": form_of(client.get("/")), "do": "refuse"})
    archive = zipfile.ZipFile(io.BytesIO(client.get("/copy.zip").content))
    return {name: archive.read(name).decode() for name in archive.namelist()}


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
