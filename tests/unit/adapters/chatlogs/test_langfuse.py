"""Langfuse's exports: messages, what hangs on them, whose they are, and what is left behind."""

import json

from licit.adapters.inputs import recognise


def said(record) -> list[tuple[str, str, str]]:
    return [(turn.role, turn.kind, turn.text) for turn in record.turns]


def test_a_trace_with_all_that_hangs_on_it(chats):
    """Messages and answer first; observations, errors and machines' scores beside them as hidden, a person's score as feedback."""
    record = chats.out("langfuse", chats.value("langfuse"))[0]
    assert said(record)[:5] == [("system", "", "Tu aides."), ("user", "", "Bonjour"), ("assistant", "", "Bonjour !"),
                                ("user", "", "Écris à Inès Morel."), ("assistant", "", "C'est fait.")]
    assert [(kind, text) for _, kind, text in said(record)[5:]] == [
        ("hidden", '{"input":{"to":"Inès Morel"},"output":"occupé"}'), ("hidden", "no line to Inès Morel"),
        ("feedback", '{"name":"thumbs","value":1,"comment":"Merci"}'), ("hidden", '{"name":"judge","value":0.2,"comment":"too short"}')]
    assert {turn.origin for turn in record.turns[5:]} == {"derived", "feedback"}
    assert all(turn.parent == record.turns[4].id for turn in record.turns[5:])


def test_only_what_came_with_the_trace_has_its_time(chats):
    """What the history repeats was said at an unknown time: the trace's would make it look later than it was."""
    record = chats.out("langfuse", chats.value("langfuse"))[0]
    assert [turn.said_at for turn in record.turns[:5]] == ["", "", "", "2025-02-17T16:14:00Z", "2025-02-17T16:14:00Z"]
    assert record.collected == ("", "")


def test_whose_it_is_is_declared_and_not_assumed(chats):
    """Account and session are what the source declares, in either spelling; nobody is the holder by that alone."""
    first, second, third = chats.out("langfuse", chats.value("langfuse"))
    assert [record.declared["userId"] for record in (first, second, third)] == ["u1", "u2", "u3"]
    assert [record.holder for record in (first, second, third)] == ["", "", ""]
    assert first.declared["sessionId"] == "s-1"
    assert "plan" not in str(first.declared)


def test_a_tag_or_mark_can_make_a_trace_temporary(chats):
    """What a tag, a mark of metadata or of the row says of the state is heeded."""
    assert [record.state for record in chats.out("langfuse", chats.value("langfuse"))] == ["live", "temporary", "live"]
    row = {"id": "t", "timestamp": "2025-02-17T16:14:00Z", "userId": "u", "input": "a", "output": "b", "metadata": {"deleted": True}}
    assert chats.one("langfuse", [row]).state == "deleted"


def test_files_stay_behind_and_are_counted(chats):
    """A picture in base64 and a reference to one of Langfuse's files are no text of a record."""
    row = {"id": "t", "timestamp": "2025-02-17T16:14:00Z", "userId": "u", "output": "b",
           "input": "Look @@@langfuseMedia:type=image/png|id=abc|source=bytes@@@ here"}
    assert said(chats.one("langfuse", [row]))[0][2] == "Look  here"
    records = [chats.one("langfuse", [row]), chats.out("langfuse", chats.value("langfuse"))[0]]
    assert [record.cut for record in records] == [{"media": 1}] * 2
    assert "iVBOR" not in str([turn.parts for record in records for turn in record.turns])


def test_what_is_no_message_is_kept_as_it_stands_and_counted(chats):
    """Arguments of a function are text, so that rights reach them, and count as not understood; scores alone are set aside."""
    row = {"id": "t", "timestamp": "2025-02-17T16:14:00Z", "userId": "u", "input": {"args": ["x"], "kwargs": {"who": "Inès"}}, "output": 7, "scores": ["sc-1"]}
    record = chats.one("langfuse", [row])
    assert [text for _, _, text in said(record)] == ['{"args":["x"],"kwargs":{"who":"Inès"}}', "7"]
    assert record.strange == {"input": 1, "output": 1, "scores": 1}
    row["input"] = {"kwargs": {"messages": [{"role": "user", "content": "Oui"}], "context": "passages"}}
    record = chats.one("langfuse", [row])
    assert (said(record)[0][2], record.strange["input.context"]) == ("Oui", 1)
    aside, = chats.out("langfuse", [{"id": "sc", "timestamp": "2025-02-17T16:14:00Z", "name": "thumbs", "value": 1}])
    assert aside.reason == "no-messages"


def test_new_fields_are_counted(chats):
    """What nobody has heard of counts under its path, without its value."""
    assert chats.out("langfuse", chats.value("langfuse"))[0].strange == {"observations.nouveau": 1}


def test_it_is_recognised_as_lines_array_and_page(chats):
    """JSON Lines, an array, and the API's page of rows are one format, and no other's."""
    value = chats.value("langfuse")
    whole = [b"\n".join(json.dumps(row).encode() for row in value), json.dumps(value).encode(), json.dumps({"data": value, "meta": {"page": 1}}).encode()]
    read = []
    for data in whole:
        file = chats.file(data)
        assert recognise(file, chats.readers).name == "langfuse"
        read.append(list(chats.readers["langfuse"].read(file)))
    assert read[0] == read[1] == read[2]
    assert chats.readers["langfuse"].recognise(chats.file(json.dumps(chats.value("openai-messages")).encode())) == 0
