"""Le Chat's export: reactions and preferences are feedback, older versions are branches."""

import json
from pathlib import Path

from licit.core.records import SetAside

ACCOUNT = Path(__file__).parents[3] / "data" / "chats" / "lechat-account.json"


def turn(record, name):
    return next(item for item in record.turns if item.id == name)


def test_a_bare_array_is_one_conversation(chats):
    """The chat id names the record; nobody is the holder, the array names nobody."""
    record = chats.one("lechat", chats.value("lechat"))
    assert record.origin_id.endswith("5")
    assert (record.holder, record.people) == ("", ())
    assert turn(record, "l1").said_at == "2025-02-17T16:14:00Z"


def test_older_versions_are_branches(chats):
    """An answer written anew keeps its older version, not shown, under the same parent."""
    record = chats.one("lechat", chats.value("lechat"))
    old, new = turn(record, "l2.0"), turn(record, "l2")
    assert (old.text, old.shown, old.parent) == ("Réponse refaite.", False, "l1")
    assert (new.shown, new.parent, turn(record, "l3").parent) == (True, "l1", "l2")


def test_reactions_and_preferences_are_feedback(chats):
    """A reaction with its comment, and a preference, are feedback turns on what they rate; neutral is none."""
    record = chats.one("lechat", chats.value("lechat"))
    given = [(item.text, item.derived_from) for item in record.turns if item.origin == "feedback"]
    assert given == [("dislike\nincorrect\nAwa habite Rezé, pas Nantes.", ("l2",)), ("better", ("l4", "l2"))]


def test_a_preference_alone_counts(chats):
    """Being preferred over another message is feedback even without a word."""
    value = chats.value("lechat")
    value[-1]["preference"] = None
    record = chats.one("lechat", value)
    assert record.turns[-1].derived_from == ("l4", "l2")


def test_chunks_files_quotes_and_context(chats):
    """Tool calls, files, quotes and hidden context are all read."""
    record = chats.one("lechat", chats.value("lechat"))
    kinds = {(part.kind, part.text) for item in record.turns for part in item.parts}
    assert {("tool-call", '{"query":"avocat Nantes"}'), ("tool-result", "trois résultats"),
            ("text", "Voici trois adresses."), ("attachment", "bail-awa.pdf"), ("quote", "trois adresses"),
            ("text", '{"lieu":"Rezé"}')} <= kinds
    assert sum(part.text == "Voici trois adresses." for item in record.turns for part in item.parts) == 1
    assert not next(item for item in record.turns if item.kind == "hidden").shown


def test_unknown_chunks_keep_their_words(chats):
    """A chunk of an unknown type keeps its words and is counted; the plan in it is not kept."""
    value = chats.value("lechat")
    value[0]["contentChunks"] = [{"type": "custom_element", "label": "Bonsoir Awa", "plan": "pro"}]
    record = chats.one("lechat", value)
    assert '"label":"Bonsoir Awa"' in turn(record, "l1").text
    assert "pro" not in turn(record, "l1").text
    assert record.strange["messages.contentChunks.type"] == 1


def test_a_broken_message_is_set_aside_and_counted(chats):
    """A message that cannot be read is set aside, and the conversation says that one is missing."""
    aside, record = chats.out("lechat", [*chats.value("lechat"), 7])
    assert isinstance(aside, SetAside)
    assert aside.reason == "not-a-message"
    assert record.strange["(message set aside)"] == 1


def test_two_chats_in_a_file_are_two_records(chats):
    """Messages are told apart by their chat id."""
    value = chats.value("lechat")
    value[0]["chatId"] = "other"
    assert {record.origin_id for record in chats.out("lechat", value)} == {"other", value[1]["chatId"]}


def test_the_account_shape(chats):
    """The other shape names the holder; its memories are set aside as not understood."""
    record, aside = chats.out("lechat", ACCOUNT.read_bytes())
    assert (record.holder, record.people[0].key) == ("p0", "acc-awa")
    assert [item.text for item in record.turns] == ["Quel thé le soir ?", "Une infusion.", "Thé"]
    assert (aside.reason, aside.where) == ("not-understood", "member memories")


def test_the_account_may_come_last(chats):
    """The holder is found wherever the account lies in the object."""
    value = json.loads(ACCOUNT.read_bytes())
    record = chats.out("lechat", {"conversations": value["conversations"], "account": value["account"]})[0]
    assert record.people[0].key == "acc-awa"
