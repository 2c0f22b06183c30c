"""Finishing a release: its own check counts, and a build cut short after closing is completed, not made twice."""

import json
from dataclasses import replace

import pytest
from world import CONSUMER, PLANTED, SAID, chat, make, places_of, prose, reasons

from licit.core.errors import EvidenceError
from licit.usecases import release
from licit.usecases.workspace import releases_at


@pytest.fixture
def talked(tmp_path):
    """A world with three chats."""
    world = make(tmp_path / "w")
    world.take([chat(f"c{number}", f"u{number}", prose(f"words {number}")) for number in range(3)])
    return world


def test_a_release_that_fails_its_own_check_is_an_error(talked):
    """What the verifier finds wrong as a release is finished is told, with the claim; it does not look like a release."""
    lies = [{"claim": "people-honoured", "who": "auditor", "result": "fails", "detail": "", "detail_fr": ""}]
    with pytest.raises(EvidenceError, match="people-honoured"):
        release.finish(replace(talked.ports, check=lambda *_: lies), talked.build().name)


def test_a_build_cut_short_after_closing_gives_that_release(talked, monkeypatch):
    """The same command run again completes the release that was closed; no second one appears.

    Law: REL-04
    """
    with monkeypatch.context() as broken:
        broken.setattr(release, "finish", lambda *_: (_ for _ in ()).throw(OSError(28, "no space left")))
        with pytest.raises(OSError, match="no space"):
            talked.build()
    built = talked.build()
    assert built.name == "release-1"
    assert built.tally.released == 3
    assert set(releases_at(talked.ports.log)) == {"release-1"}
    assert talked.build().name == "release-2"


def test_an_objection_after_the_cut_makes_another_release(talked, monkeypatch):
    """A refusal recorded between the cut and the second run is honoured, not answered with the older release."""
    with monkeypatch.context() as broken:
        broken.setattr(release, "finish", lambda *_: (_ for _ in ()).throw(OSError(28, "no space left")))
        with pytest.raises(OSError, match="no space"):
            talked.build()
    talked.object("u1")
    built = talked.build()
    assert built.name == "release-2"
    assert built.tally.released == 2


def test_the_text_of_an_attached_file_stays_out(tmp_path):
    """What was taken out of a file that somebody attached is a thread of its own, out unless the plan clears it.

    Law: SEN-07
    """
    world = make(tmp_path / "w")
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([{
        "uuid": "k1", "name": "", "created_at": SAID, "updated_at": SAID, "account": {"uuid": "u1"}, "chat_messages": [
            {"uuid": "m1", "sender": "human", "text": prose("asked"), "created_at": SAID, "updated_at": SAID, "content": [],
             "attachments": [{"file_name": "x.txt", "extracted_content": PLANTED}], "files": []},
            {"uuid": "m2", "sender": "assistant", "text": prose("told"), "created_at": SAID, "updated_at": SAID, "content": [],
             "attachments": [], "files": []}]}]))
    world.space.import_(path, source="chat", **CONSUMER)
    built = world.build()
    assert (built.tally.released, reasons(built)) == (1, {"purpose": 1})
    assert not places_of(PLANTED, world.root / "releases")
    assert world.space.build({"records": {"threads": ["main", "attachment"]}}).tally.released == 2
    assert places_of(PLANTED, world.root / "releases/release-2/data")
