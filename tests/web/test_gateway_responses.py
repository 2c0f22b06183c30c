"""What is said by ``/v1/responses``, with the client that products use: kept by the same rules as what is said by messages."""

import pytest
from openai import APIConnectionError, OpenAI
from test_gateway_keeps import kept_of, said
from upstream import CONSUMERS, before
from world import PLANTED, places_of

from licit.surfaces.gateway.links import Links


@pytest.fixture
def client(passing):
    passing.gateway.keeper.strange.clear()
    with OpenAI(base_url=f"{passing.address}/v1", api_key="sk-test", max_retries=0) as made:
        yield made


def test_a_talk_that_goes_on_by_the_id_of_an_answer_is_one_record(passing, client, upstream):
    """Plain or streamed; a second answer to the same words is a regeneration; after a restart as before it. No raw id is stored.

    Law: CHO-06
    """
    upstream.answer, upstream.number = "A1", 70_000
    first = client.responses.create(model="plain", input="Q1", user="goer", instructions="Be brief.")
    assert first.output_text == "A1"
    upstream.answer = "A2 of words"
    with client.responses.create(model="plain", input=[{"role": "user", "content": [{"type": "input_text", "text": "Q2"}]}], user="goer",
                                 previous_response_id=first.id, stream=True) as stream:
        events = list(stream)
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "A2 of words"
    second = events[-1].response.id
    upstream.answer = "A2b"
    client.responses.create(model="plain", input="Q2", user="goer", previous_response_id=first.id)
    assert passing.counted(3) == {"kept": 3}
    passing.gateway.keeper._links = Links(passing.gateway.keeper.live.workspace, passing.gateway.keeper._key)  # nothing is remembered
    upstream.answer = "A3"
    client.responses.create(model="plain", input="Q3", user="goer", previous_response_id=second)
    assert passing.counted(4) == {"kept": 4}
    record, = kept_of(passing, "goer")
    shown = [(turn.role, turn.text, turn.kind) for turn in record.turns if turn.shown]
    assert shown == [("system", "Be brief.", ""), ("user", "Q1", ""), ("assistant", "A1", ""), ("user", "Q2", ""), ("assistant", "A2 of words", ""),
                     ("user", "Q3", ""), ("assistant", "A3", "")]
    assert [one for one in said(record) if not one[3]] == [("assistant", "A2b", "regeneration", False)]
    assert places_of("resp_7000", passing.world.root) == []


def test_the_same_talk_sent_whole_is_the_same_record(passing, client, upstream):
    """Answers come back as items or as words, and calls with their results: each message has one name however it comes."""
    upstream.answer = "A1"
    first = client.responses.create(model="call", input="Q1", user="teller")
    asked = [{"role": "user", "content": "Q1"}, *first.output, {"type": "function_call_output", "call_id": "c1", "output": "rain"}]
    upstream.answer = "A2"
    client.responses.create(model="plain", input=asked, user="teller")
    client.responses.create(model="plain", input=asked[3:], previous_response_id=first.id, user="teller")
    assert passing.counted(3) == {"kept": 3}
    record, = kept_of(passing, "teller")
    assert [(turn.role, [part.text for part in turn.parts], turn.shown) for turn in record.turns] == [
        ("user", ["Q1"], True), ("assistant", ["A1", "weather", '{"town":"Brest"}'], True), ("tool", ["rain"], True), ("assistant", ["A2"], True)]


def test_what_goes_on_from_what_is_not_kept_is_not_kept(passing, client, monkeypatch):
    """An answer nobody kept, another's answer, a conversation or an item that the upstream alone knows: no refusal could follow them.

    Law: CHO-04, CHO-06
    """
    passing.world.object("refuser")
    refused = client.responses.create(model="plain", input=PLANTED, user="refuser")
    passing.counted(1)
    passing.world.object("refuser", right="permission", purposes=["train"])
    client.responses.create(model="plain", input=PLANTED, user="refuser", previous_response_id=refused.id)
    own = client.responses.create(model="plain", input="mine", user="owner")
    client.responses.create(model="plain", input=PLANTED, user="taker", previous_response_id=own.id)
    client.responses.create(model="plain", input=PLANTED, user="taker", conversation="conv_1")
    client.responses.create(model="plain", input=[{"type": "item_reference", "id": "msg_1"}, {"role": "user", "content": PLANTED}], user="taker")
    client.responses.create(model="plain", input=PLANTED, user="owner", previous_response_id=own.id, extra_headers={"X-Conversation-Id": "x"})
    assert passing.counted(7) == {"objection": 1, "kept": 1, "thread-unknown": 5}
    keep = passing.gateway.keeper.keep
    with monkeypatch.context() as patched:  # refused during the answer
        patched.setattr(passing.gateway.keeper, "keep", lambda heard: (passing.world.object("late"), keep(heard)))
        refused = client.responses.create(model="plain", input=PLANTED, user="late")
        passing.counted(8)
    passing.world.object("late", right="permission", purposes=["train"])
    client.responses.create(model="plain", input=PLANTED, user="late", previous_response_id=refused.id)
    assert passing.counted(9) == {"objection": 2, "kept": 1, "thread-unknown": 6}
    assert places_of(PLANTED, passing.world.root) == []


def test_half_told_temporary_and_wordless_things_are_not_kept(passing, client, upstream):
    """An answer that failed, waits or breaks off, one that says other words than were streamed; a temporary talk; items without words.

    Law: CHO-08
    """
    upstream.answer = f"et {PLANTED}"
    for model, streamed in (("incomplete", True), ("queued", False), ("failed", True), ("failed", False), ("open", True), ("other-words", True)):
        told = client.responses.create(model=model, input="Q", user="half", stream=streamed)
        list(told) if streamed else None
    with pytest.raises(APIConnectionError):
        list(client.responses.create(model="die", input="Q", user="half", stream=True))
    client.responses.create(model="plain", input="Q", user="half", store=False)
    assert passing.counted(8) == {"unfinished": 4, "answer-error": 2, "stream-malformed": 1, "chat-state": 1}
    assert places_of(PLANTED, passing.world.root) == []
    upstream.answer = "Voilà"
    client.responses.create(model="odd", user="half", input=[{"type": "mcp_call", "name": PLANTED, "arguments": PLANTED},
                                                             {"type": PLANTED}, {"role": "user", "content": [{"type": "input_text", "text": "Q"}, {
                                                                 "type": "input_file", "filename": "a.pdf", "file_data": PLANTED}]}])
    assert passing.counted(9)["kept"] == 1
    record, = kept_of(passing, "half")
    assert [part.text for turn in record.turns for part in turn.parts] == ["Q", "a.pdf", "Voilà"]
    assert dict(passing.gateway.keeper.strange) == {"mcp_call": 1, "web_search_call": 1, "other": 2}
    assert places_of(PLANTED, passing.world.root) == []


def test_what_goes_on_by_id_is_masked_as_well(world, upstream):
    """Masked before it is kept, a talk is still one record, however it goes on: names follow from what was said, not from what lies there.

    Law: CHO-06
    """
    with before(world, upstream, CONSUMERS + "mask = true\n") as here, OpenAI(base_url=f"{here.address}/v1", api_key="sk-test", max_retries=0) as client:
        upstream.answer = "Écrivez à zoe.planted@lumen.example."
        first = client.responses.create(model="plain", input="Je suis max.planted@lumen.example", user="masked")
        assert "zoe.planted" in first.output_text
        here.counted(1)
        upstream.answer = "Oui."
        client.responses.create(model="plain", input="À zoe.planted@lumen.example ?", user="masked", previous_response_id=first.id)
        here.ask("Je suis max.planted@lumen.example", "Écrivez à zoe.planted@lumen.example.", "À zoe.planted@lumen.example ?", user="masked")
        assert here.counted(3) == {"kept": 3}
        record, = kept_of(here, "masked")
        assert [turn.role for turn in record.turns] == ["user", "assistant"] * 2
        assert all("EMAIL" in turn.text for turn in record.turns[:3])
    assert places_of(".planted", world.root) == []
