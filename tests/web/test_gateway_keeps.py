"""What the gateway keeps: what the standing of its people allows, and not a byte beside."""

import errno
import json
import shutil
import threading
from datetime import timedelta

import pytest
from joserfc.jwk import KeySet, OKPKey
from serving import SETTINGS, Served
from upstream import CONSUMERS, before
from world import PLANTED, places_of, prose

from licit.core.errors import UnavailableError
from licit.usecases import gather
from licit.usecases.centre import read_records
from licit.usecases.queries import records_of

ANSWER = prose("the answer", 25)


def whole(root) -> dict:
    """Give every file of a workspace but those of visits, and SQLite's list of who reads, which holds no words."""
    return {path: path.read_bytes() for path in sorted(root.rglob("*"))
            if path.is_file() and not path.name.startswith("web.db") and not path.name.endswith("-shm")}


def kept_of(here, account: str, kind: str = "account", issuer: str = "chat") -> list:
    """Give the records that somebody has, as they are stored."""
    found, = here.world.ports.identities.subjects_for([(issuer, kind, account)], create=False)
    return [record for _, record in read_records(here.world.ports, records_of(here.world.ports, [found]))] if found else []


def said(record) -> list:
    return [(turn.role, turn.text, turn.kind, turn.shown) for turn in record.turns]


def test_what_is_allowed_is_kept_and_released(gateway):
    """A chat of somebody whom nothing speaks against is kept under their account, and a build releases question and answer."""
    gateway.upstream.answer = ANSWER
    assert gateway.ask(f"{prose('new')} {PLANTED}").json()["choices"][0]["message"]["content"] == ANSWER
    assert gateway.counted(1) == {"kept": 1}
    gateway.world.clock.advance(days=31)  # the policy waits a month
    assert gateway.world.build().tally.released == 1
    assert places_of(PLANTED, gateway.world.root / "releases")
    assert places_of(ANSWER, gateway.world.root / "releases")


def test_under_a_refusal_the_chat_goes_on_and_no_byte_is_written(gateway):
    """Whoever objected is served as before, and nothing of theirs lies anywhere in the workspace.

    Law: CHO-04, CHO-18
    """
    gateway.upstream.answer = PLANTED
    gateway.world.object("user1")
    before = whole(gateway.world.root)
    assert gateway.ask(PLANTED).json()["choices"][0]["message"]["content"] == PLANTED
    assert gateway.counted(1) == {"objection": 1}
    assert whole(gateway.world.root) == before
    assert places_of(PLANTED, gateway.world.root) == []


TEMPORARY = [{"headers": {"X-Licit-Temporary": "true"}}, {"headers": {"X-Licit-Temporary": "?"}}, {"store": False},
             {"metadata": {"temporary": "true"}}, {"temporary": True}, {"headers": {"X-Conversation-Id": "local:s1"}},
             {"metadata": {"conversation_id": "Temporary:s1"}}, {"headers": {"X-Conversation-Id": "local"}},
             {"headers": {"Sec-GPC": "1"}}, {"headers": {"X-Licit-Kind": "tags"}}, {"headers": {"X-Licit-Capacity": "organisation"}}, {"headers": {"X-Licit-Capacity": "whatever"}}, {"headers": {"X-Licit-Age": "minor"}}]


def test_a_temporary_chat_leaves_no_byte(gateway):
    """However the client says so, plain or streamed; nor does what is an organisation's, a minor's, or no chat at all.

    Law: CHO-08, CHO-11
    """
    gateway.upstream.answer = f"et {PLANTED}"
    before = whole(gateway.world.root)
    for number, more in enumerate(TEMPORARY):
        assert gateway.ask(PLANTED, stream=number % 2 == 1, **more).status_code == 200
    assert gateway.counted(len(TEMPORARY)) == {"chat-state": 8, "global-privacy-control": 1, "purpose": 1, "organisation-data": 1,
                                               "capacity-unknown": 1, "minor": 1}
    assert whole(gateway.world.root) == before
    assert places_of(PLANTED, gateway.world.root.parent) == []


def test_what_was_temporary_stays_unkept(passing, upstream):
    """Though the product sends it again unmarked, under another id or another name of the same person, and is asked of no disk.

    Law: CHO-08
    """
    upstream.answer = "A1"
    passing.ask(PLANTED, user="saver", headers={"X-Licit-Temporary": "1", "X-Conversation-Id": "local"})
    passing.counted(1)
    passing.ask(PLANTED, "A1", "saved since", user="saver", headers={"X-Conversation-Id": "saved"})
    passing.ask(PLANTED, "A1", "saved since", user="saver", headers={"X-Licit-Device": "d-saver"}, stream=True)
    assert passing.counted(3) == {"chat-state": 3}
    passing.ask("another talk", user="saver")
    passing.ask(PLANTED.upper(), user="sayer")
    assert passing.counted(5) == {"chat-state": 3, "kept": 2}
    assert places_of(PLANTED, passing.world.root) == []


def test_a_refusal_during_the_answer_counts(gateway, monkeypatch):
    """The standing is asked again when the answer is whole: who refused meanwhile is not kept."""
    keep = gateway.gateway.keeper.keep
    monkeypatch.setattr(gateway.gateway.keeper, "keep", lambda heard: (gateway.world.object("user1"), keep(heard)))
    gateway.ask(PLANTED)
    assert gateway.counted(1) == {"objection": 1}
    assert places_of(PLANTED, gateway.world.root) == []


def test_a_talk_that_grows_is_one_record_with_its_edits_and_regenerations(passing, upstream):
    """What is replaced stays as a branch; what takes its place says that it does; each was said when it first came."""
    clock = passing.world.clock
    begun = clock.now()  # the tests of a module share its clock, and come in any order
    upstream.answer = "A1"
    passing.ask("Q1", user="grower")
    passing.counted(1)
    clock.advance(hours=1)
    upstream.answer = "A2"
    passing.ask("Q1", "A1", "Q2", user="grower", stream=True)
    passing.counted(2)
    upstream.answer = "A2b"
    passing.ask("Q1", "A1 ", "Q2", user="grower")  # a client may trim
    passing.counted(3)
    upstream.answer = "A3"
    passing.ask("Q1", "A1", "Q2 edited", user="grower")
    assert passing.counted(4) == {"kept": 4}
    record, = kept_of(passing, "grower")
    assert said(record)[:4] == [("user", "Q1", "", True), ("assistant", "A1", "", True), ("user", "Q2 edited", "edit", True),
                                ("assistant", "A3", "", True)]
    assert sorted(said(record)[4:]) == [("assistant", "A2", "", False), ("assistant", "A2b", "regeneration", False), ("user", "Q2", "", False)]
    times = {turn.text: turn.said_at for turn in record.turns}
    assert (times["Q1"], times["Q2"]) == tuple((begun + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ") for hours in (0, 1))


def test_what_nobody_saw_come_has_no_time(passing, monkeypatch):
    """After a restart, what was said before and not kept was said at an unknown time, so that no permission reaches it.

    Law: CHO-07
    """
    passing.world.object("returner")
    passing.ask("said under refusal", user="returner")
    passing.counted(1)
    monkeypatch.setattr(passing.gateway.keeper, "_times", type(passing.gateway.keeper._times)())
    passing.world.clock.advance(hours=1)
    passing.world.object("returner", right="permission", purposes=["train"])
    passing.ask("said under refusal", "A", "said since", user="returner")
    assert passing.counted(2) == {"objection": 1, "said-before-permission": 1}
    assert kept_of(passing, "returner") == []
    passing.ask("a new talk", user="returner")
    assert passing.counted(3)["kept"] == 1


def test_a_conversation_has_the_id_that_the_product_gives_it(passing):
    """By header or in metadata; two talks that open alike are then two, and one that is edited at its root stays one."""
    passing.ask("hello", user="namer", headers={"X-Conversation-Id": "one"})
    passing.ask("hello", user="namer", metadata={"conversation_id": "two"})
    passing.counted(2)
    passing.ask("hello again", user="namer", headers={"X-Conversation-Id": "one"})
    assert passing.counted(3) == {"kept": 3}
    one, two = sorted(kept_of(passing, "namer"), key=lambda record: -len(record.turns))
    assert [turn.kind for turn in one.turns if turn.role == "user"] == ["edit", ""]
    assert len(two.turns) == 2


def test_two_streams_of_one_conversation_are_both_kept(passing):
    """They come at once and each knows nothing of the other: one record, two branches; another person's under that id is theirs."""
    threads = [threading.Thread(target=passing.ask, args=(f"said {number}",), kwargs={
        "user": "twin" if number < 6 else "other", "stream": True, "headers": {"X-Conversation-Id": "same"}}) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passing.counted(8) == {"kept": 8}
    record, = kept_of(passing, "twin")
    assert {turn.text for turn in record.turns if turn.role == "user"} == {f"said {number}" for number in range(6)}
    assert len(kept_of(passing, "other")) == 1


def test_calls_of_tools_are_put_together(passing, upstream):
    """A streamed call is kept whole, with its name and arguments; what comes of it goes on with the same talk, however it is sent back."""
    upstream.answer = "voilà"
    passing.ask("weather?", user="caller", model="call", stream=True)
    passing.counted(1)
    record, = kept_of(passing, "caller")
    assert [part.text for part in record.turns[1].parts] == ["voilà", "weather", '{"town":"Brest"}']
    upstream.answer = "Il pleut."
    called = {"role": "assistant", "content": [{"type": "text", "text": "voilà"}], "refusal": None, "tool_calls": [
        {"id": "call-1", "type": "function", "function": {"arguments": '{"town":"Brest"}', "name": "weather"}}]}
    passing.ask(user="caller", messages=[{"role": "user", "content": "weather?"}, called, {"role": "tool", "tool_call_id": "call-1", "content": "rain"}])
    assert passing.counted(2) == {"kept": 2}
    record, = kept_of(passing, "caller")
    assert [(turn.role, turn.kind, turn.shown, bool(turn.said_at)) for turn in record.turns] == [
        (role, "", True, True) for role in ("user", "assistant", "tool", "assistant")]


def test_whose_words_they_are(world, upstream):
    """A header, the request's own field or a signed token; in doubt nobody's, and no weaker word takes the place of a wrong token."""
    key = OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True)
    (world.root / "web.toml").write_text('logged_out = "device"\n' + SETTINGS, encoding="utf-8")
    (world.root / "chat.jwks.json").write_text(json.dumps(KeySet([key]).as_dict(private=False)), encoding="utf-8")
    token = Served(world, "", key).token
    with before(world, upstream) as here:
        good = token(sub="ada")
        ways = (({"X-Licit-User": "ada"}, ""), ({}, "ada"), ({"X-Licit-Token": good}, ""), ({"X-Licit-Token": good}, "ada"))
        for number, (headers, user) in enumerate(ways):
            here.ask(f"way {number}", user=user, headers=headers)
        assert here.counted(4) == {"kept": 4}
        assert len(kept_of(here, "ada")) == 4
        late = token(sub="eve", exp=int(world.clock.now().timestamp()) - 100, iat=int(world.clock.now().timestamp()) - 200)
        for headers, user in (({"X-Licit-Token": late}, "eve"), ({"X-Licit-Token": "x"}, "eve"), ({"X-Licit-User": "eve"}, "ada"),
                              ({"X-Licit-Token": good}, "eve"), ({"X-Licit-User": "x" * 501}, "")):
            assert here.ask(PLANTED, user=user, headers=headers).status_code == 200
        assert here.counted(9) == {"kept": 4, "sign-in-refused": 2, "identity-unclear": 3}
        assert kept_of(here, "eve") == []
        given = here.ask(PLANTED, user="")  # nobody: a device is offered a name, and is listened to once it comes back with it
        device = given.headers["x-licit-device"]
        assert here.counted(10)["subject-unknown"] == 1
        assert places_of(PLANTED, world.root) == []
        back = here.ask("back", user="", headers={"X-Licit-Device": device})
        assert "x-licit-device" not in back.headers
        assert here.counted(11)["kept"] == 5
        assert len(kept_of(here, device, "device")) == 1
        world.object(device, key="device")
        here.ask("signed in now", user="ada", headers={"X-Licit-Device": device})  # both are asked
        assert here.counted(12)["objection"] == 1


def test_personal_data_are_masked_before_they_are_kept_where_that_is_set(world, upstream):
    """No address lies in the workspace; the client gets the answer as it was said."""
    upstream.answer = "J'écris à zoe.planted@lumen.example."
    with before(world, upstream, CONSUMERS + "mask = true\n") as here:
        told = here.ask("Mon adresse est zoe.planted@lumen.example, merci.", stream=True)
        assert "zoe.planted" in told.text
        assert here.counted(1) == {"kept": 1}
        assert "EMAIL" in kept_of(here, "user1")[0].turns[0].text
    assert places_of("zoe.planted", world.root) == []


def test_without_a_capacity_nothing_is_kept(world, upstream):
    """What a product must vouch for has no default; a request may vouch for it."""
    with before(world, upstream, 'source = "chat"\n') as here:
        here.ask(PLANTED)
        assert here.counted(1) == {"capacity-unknown": 1}
        here.ask("vouched for", headers={"X-Licit-Capacity": "consumer"})
        assert here.counted(2)["kept"] == 1
    assert places_of(PLANTED, world.root) == []


FAULTS = {"not-stored": OSError(errno.ENOSPC, "no space left"), "fault": ValueError(PLANTED),
          "workspace-busy": UnavailableError("another process holds the lock")}


@pytest.mark.parametrize("reason", FAULTS)
def test_where_the_store_fails_the_chat_goes_on(gateway, monkeypatch, reason):
    """A full disk, a lock, a fault: the answer is as ever, nothing is kept, and the operator is told why by a name."""
    def fails(*_: object, **__: object) -> None:
        raise FAULTS[reason]
    monkeypatch.setattr(gather, "store", fails)
    assert gateway.ask(PLANTED).status_code == 200
    assert gateway.counted(1) == {reason: 1}
    assert places_of(PLANTED, gateway.world.root) == []


def test_where_the_workspace_is_gone_nothing_is_kept_elsewhere(gateway, tmp_path):
    """A folder that is away, or another one in its place: the chat goes on, and nothing is written there."""
    away = gateway.world.root.rename(tmp_path / "away")
    assert gateway.ask(PLANTED).status_code == 200
    assert gateway.counted(1) == {"workspace-gone": 1}
    assert not gateway.world.root.exists()
    shutil.copytree(away, gateway.world.root)
    gateway.ask(PLANTED)
    assert gateway.counted(2) == {"workspace-gone": 2}
    assert places_of(PLANTED, tmp_path) == []


def test_a_deployment_may_rather_not_serve(world, upstream, tmp_path):
    """Where doubt also stops serving, nothing is asked of the upstream; a refusal is no doubt, and is served."""
    world.object("user1")
    with before(world, upstream, CONSUMERS + 'in_doubt = "refuse"\n') as here:
        assert here.ask("a").status_code == 200
        assert here.ask("a", headers={"X-Licit-Token": "x"}).status_code == 401
        shutil.copytree(world.root, tmp_path / "copy")
        away = world.root.rename(tmp_path / "away")
        told = here.ask("a", user="user2")
        assert (told.status_code, told.json()["error"]["code"]) == (503, "workspace-gone")
        away.rename(world.root)
        assert here.ask("a", user="user2").status_code == 200
        assert len(upstream.asked) == 2
        assert here.counted(4) == {"objection": 1, "sign-in-refused": 1, "workspace-gone": 1, "kept": 1}


