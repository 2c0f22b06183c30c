"""Review and give: what was seen is what is given, once, for training; it lifts nobody else's refusal, and can be taken back."""

import re

import pytest
from pages import form_of
from world import CONSUMER, chat, failing, prose, reasons, released_text

from licit.core.errors import EvidenceError, HeldError, InputError, RefusedError
from licit.usecases.commands import Asked, exercise, object_as_outsider
from licit.usecases.erase import carry_out
from licit.usecases.give import TAKEN, Cut, Gift, cut_of, give, review
from licit.usecases.live import Live

SECRET = "ma tante vit près du phare bleu"
WORDS = f"{prose('give', 60)} {SECRET}. Mon courriel est lea.outremer@example.org, merci. Au revoir Dr. Violette."


@pytest.fixture
def mine(world):
    """Somebody who refuses everything and holds one conversation; give world, live fold, subject and record."""
    world.take([chat("c1", "user0", WORDS), *(chat(f"o{n}", "other", prose(f"other {n}")) for n in range(2))])
    world.object("user0")
    subject, = world.ports.identities.subjects_for([("chat", "account", "user0")], create=False)
    return world, Live(world.ports), str(subject), world.record("c1", "user0")


def gift(live, subject, record, cut=None):
    """Look at a conversation and give what is seen."""
    seen = review(live, subject, record, cut or Cut())
    return give(live, subject, Gift(record=record, cut=cut or Cut(), digest=seen.digest, wording="May we?"))


def words_of(seen):
    """Give the text of a review."""
    return "\n".join("".join(line.pieces) for line in seen.lines)


def test_the_build_takes_the_reviewed_text_and_nothing_else_of_theirs(mine):
    """One sentence and one word are taken out: the release holds the rest, never the raw words, and every claim holds."""
    world, live, subject, record = mine
    seen = review(live, subject, record)
    assert "lea.outremer" not in words_of(seen)
    piece = next(f"0.{n}" for n, text in enumerate(seen.lines[0].pieces) if SECRET in text)
    cut = cut_of([piece], "jardin, Dr. Violette")
    entry = gift(live, subject, record, cut)
    body = world.ports.log.entries(start=entry, stop=entry + 1).__iter__().__next__().decision
    assert (body["purposes"], body["target"]["record"], body["text"]) == (["train"], record, review(live, subject, record, cut).digest)
    built = world.build()
    row, = [line for line in released_text(built.path).splitlines() if record in line]
    assert TAKEN in row
    assert [word for word in (SECRET, "lea.outremer", "jardin", "Violette") if word in row] == []
    assert failing(built.path, world.root) == {}
    assert gift(live, subject, record, cut) == entry  # the same again is no second consent


def test_taken_back_it_leaves_every_set_still_to_come(mine):
    """A withdrawal for that conversation refuses it; the raw words do not come back in its place."""
    world, live, subject, record = mine
    gift(live, subject, record)
    assert record in released_text(world.build().path)
    exercise(world.ports, Asked(kind="withdrawal", subject=subject, purposes=("train",), target={"level": "record", "record": record}))
    built = world.build()
    assert record not in released_text(built.path)
    assert review(live, subject, record).given == -1


def test_the_consent_covers_that_text_and_no_newer_one(mine):
    """The conversation goes on and is imported again: nothing of it is released until it is given again."""
    world, live, subject, record = mine
    gift(live, subject, record)
    world.take([chat("c1", "user0", WORDS, prose("more"))])
    built = world.build()
    assert record not in released_text(built.path)
    assert reasons(built)["not-as-given"] == 1
    gift(live, subject, record)
    assert record in released_text(world.build().path)


def test_a_release_that_takes_another_text_fails_the_audit(mine, monkeypatch):
    """The gate is switched off and the newer text released, properly signed: an auditor is told, with the claim's name."""
    world, live, subject, record = mine
    gift(live, subject, record)
    world.take([chat("c1", "user0", WORDS, prose("more"))])
    monkeypatch.setattr("licit.usecases.deciding.given_at", lambda log, at: {})
    with pytest.raises(EvidenceError, match="people-honoured"):
        world.build()


def test_nobody_else_is_overridden(mine):
    """Somebody who is no user and is named in the words as typed objects, before or after: what was given stays out."""
    world, live, subject, record = mine
    gift(live, subject, record)
    assert record in released_text(world.build().path)
    object_as_outsider(world.ports, email=["lea.outremer@example.org"])
    built = world.build()
    assert record not in released_text(built.path)
    patched = world.space.patch(sorted(path.name for path in (world.root / "releases").iterdir())[0])
    assert record not in released_text(patched.path)


def test_another_speaker_is_not_overridden(world):
    """A second person concerned refused: the holder's gift changes nothing for them."""
    world.take([{**chat("c1", "user0", WORDS), "device": "phone"}], device_field="device")
    exercise(world.ports, Asked(kind="objection", account="phone", key="device", issuer="chat"))
    subject, = world.ports.identities.subjects_for([("chat", "account", "user0")], create=False)
    record = world.record("c1", "user0")
    gift(Live(world.ports), str(subject), record)
    built = world.build()
    assert not built.path or record not in released_text(built.path)


def test_an_organisation_is_not_overridden(world):
    """An organisation's conversation cannot be given by whoever typed it."""
    world.take([chat("c1", "user0", WORDS)], capacity="organisation")
    subject, = world.ports.identities.subjects_for([("chat", "account", "user0")], create=False)
    with pytest.raises(RefusedError):
        review(Live(world.ports), str(subject), world.record("c1", "user0"))


def test_only_the_holder_and_only_what_was_seen(mine):
    """Somebody else's conversation is not there; a text that was not seen, or an empty one, is not given."""
    world, live, subject, record = mine
    other, = world.ports.identities.subjects_for([("chat", "account", "other")], create=False)
    with pytest.raises(InputError, match="no such conversation"):
        review(live, str(other), record)
    with pytest.raises(HeldError, match="no longer"):
        give(live, subject, Gift(record=record, cut=Cut(), digest="sha256:0", wording="May we?"))
    everything = Cut(pieces=frozenset(f"{n}.{m}" for n in range(4) for m in range(200)))
    with pytest.raises(InputError, match="nothing is left"):
        gift(live, subject, record, everything)
    assert list(world.ports.log.entries(kinds=("consent",))) == []


def test_an_erasure_takes_what_was_given(mine):
    """The reviewed text is erased with the conversation."""
    world, live, subject, record = mine
    gift(live, subject, record)
    world.object("user0", "erasure")
    carry_out(world.ports)
    built = world.build()
    assert not built.path or record not in released_text(built.path)
    assert not [path for path in (world.root / "index").glob("*.parquet") if subject.encode() in path.read_bytes()]


def test_the_pages_need_no_script(served):
    """Look, tick, look again, give, see it in the history, take it back: forms alone, in French too; others see nothing."""
    world = served.world
    world.take([chat("mine", "user1", WORDS)], **CONSUMER)
    record = world.record("mine", "user1")
    client = served.signed_in("user1")
    assert f"/give/{record}" in client.get(f"/where/{record}").text
    page = client.get(f"/give/{record}")
    assert "lea.outremer" not in page.text
    assert "checked" not in page.text
    form = form_of(page)
    page = client.post(f"/give/{record}", data={"form": form, "do": "look", "cut": "0.0", "words": "phare"})
    assert "phare" not in re.sub(r"<textarea.*?</textarea>|<input[^>]*>", "", page.text)
    digest = re.search(r'name="digest" value="([^"]+)"', page.text)[1]
    page = client.post(f"/give/{record}", data={"form": form, "do": "give", "cut": "0.0", "words": "phare", "digest": digest})
    assert "Done: Consent." in page.text
    entry = next(entry.seq for entry in world.ports.log.entries(kinds=("consent",)))
    assert "Le reprendre" in client.get(f"/give/{record}?lang=fr").text
    stale = client.post(f"/give/{record}", data={"form": form, "do": "give", "digest": "sha256:0"})
    assert "Elle a changé" in stale.text
    client.post("/undo", data={"form": form, "entry": entry})
    assert "Le reprendre" not in client.get(f"/give/{record}").text
    for other in (served.browser(), served.signed_in("user2")):
        assert other.get(f"/give/{record}").status_code == 404
