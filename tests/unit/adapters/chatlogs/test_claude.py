"""Claude's export is read whole, whichever way it is laid out."""

import json

from licit.core.records import SetAside


def turn(record, name):
    return next(item for item in record.turns if item.id == name)


def test_branches_and_the_shown_leaf(chats):
    """Both answers are turns; the one named as the current leaf is shown."""
    record = chats.out("claude", chats.value("claude"))[0]
    assert turn(record, "m2").parent == turn(record, "m3").parent == "m1"
    assert (turn(record, "m2").shown, turn(record, "m3").shown) == (False, True)
    assert turn(record, "m1").parent is None


def test_without_a_current_leaf_the_newest_is_shown(chats):
    """No current leaf: the branch of the newest leaf is shown."""
    value = chats.value("claude")[0]
    del value["current_leaf_message_uuid"]
    value["chat_messages"][1]["created_at"] = "2025-03-02T00:00:00Z"
    record = chats.one("claude", [value])
    assert (turn(record, "m2").shown, turn(record, "m3").shown) == (True, False)


def test_old_exports_are_a_line(chats):
    """Messages that name no parents follow one another."""
    record = chats.out("claude", chats.value("claude"))[1]
    assert turn(record, "o2").parent == "o1"
    assert all(item.shown for item in record.turns)
    assert record.strange == {"chat_messages.mood": 1}


def test_blocks_have_their_kinds(chats):
    """Thinking, tool calls and results are parts of their kind, with a pointer to where they lay."""
    parts = turn(chats.out("claude", chats.value("claude"))[0], "m2").parts
    assert [(part.kind, part.text, part.path) for part in parts] == [
        ("thinking", "Le rapport est court.", "/content/0/thinking"),
        ("tool-call", "recherche", "/content/1/name"),
        ("tool-call", '{"q":"sommeil","price":3}', "/content/1/input"),
        ("tool-result", "rien", "/content/2/content"),
        ("text", "Elle dort mal.", "/content/3/text")]


def test_text_of_an_attachment_is_pasted(chats):
    """The text taken out of an attached document is a pasted turn of its own; the file's name is an attachment."""
    record = chats.out("claude", chats.value("claude"))[0]
    pasted = next(item for item in record.turns if item.origin == "pasted")
    assert (pasted.text, pasted.derived_from, pasted.parent) == ("Rapport : Ludivine Tran dort mal.", ("m1",), "m1")
    names = {part.text for part in turn(record, "m1").parts if part.kind == "attachment"}
    assert names == {"rapport.txt", "photo-plage.png"}


def test_derived_and_feedback(chats):
    """Name, summary and feedback are turns beside the talk."""
    record = chats.out("claude", chats.value("claude"))[0]
    beside = {item.kind: item for item in record.turns if item.origin in ("derived", "feedback")}
    assert beside["title"].text == "Rapport"
    assert beside["summary"].text == "Un rapport sur le sommeil de Ludivine."
    assert (beside["feedback"].text, beside["feedback"].derived_from) == ("flag\nIndiscret.", ("m2",))


def test_holder_project_and_times(chats):
    """The account's uuid is the holder, the project is kept, times are UTC seconds."""
    record = chats.out("claude", chats.value("claude"))[0]
    assert (record.people[0].key, record.people[0].issuer, record.holder) == ("acc-ludo", "claude", "p0")
    assert (record.project, turn(record, "m1").said_at) == ("proj-1", "2025-03-01T08:01:00Z")
    assert record.collected == ("2025-03-01T08:00:00Z", "2025-03-01T09:00:00Z")


def test_lines_and_array_are_one_format(chats):
    """JSON Lines give the records that the array gives."""
    lines = b"\n".join(json.dumps(item).encode() for item in chats.value("claude"))
    assert chats.out("claude", lines) == chats.out("claude", chats.value("claude"))


def test_text_is_read_when_no_block_holds_any(chats):
    """The plain text of a message serves when its blocks hold none."""
    record = chats.out("claude", chats.value("claude"))[1]
    assert [item.text for item in record.turns] == ["Salut", "Bonjour"]


def test_cycle_is_set_aside(chats):
    """Messages that are each other's parents are set aside."""
    value = chats.value("claude")[0]
    value["chat_messages"][0]["parent_message_uuid"] = "m3"
    (aside,) = chats.out("claude", [value])
    assert isinstance(aside, SetAside)
    assert aside.reason == "cycle"


def test_repeated_ids_are_counted_and_kept(chats):
    """Two messages with one id are both kept, and the repetition is counted."""
    value = chats.value("claude")[1]
    value["chat_messages"][1]["uuid"] = "o1"
    record = chats.one("claude", [value])
    assert len(record.turns) == 2
    assert record.strange["(repeated id)"] == 1


def test_users_json_is_a_companion(chats):
    """users.json serves nothing but to be recognised; projects.json is not understood."""
    beside = ("conversations.json", "projects.json", "users.json")
    assert chats.readers["claude"].companion("users.json", beside)
    assert not chats.readers["claude"].companion("projects.json", beside)
