"""ChatGPT's export is read whole: every branch, every hidden node, every rating."""

import copy

import pytest

from licit.core.records import Record, SetAside


@pytest.fixture
def beside(chats):
    return {name: chats.member("chatgpt.zip", name) for name in ("user.json", "message_feedback.json")}


@pytest.fixture
def record(chats, beside):
    return chats.out("chatgpt", chats.value("chatgpt"), beside)[0]


def turn(record, name):
    return next(item for item in record.turns if item.id == name)


def test_every_branch_is_read_and_one_is_shown(record):
    """Both versions of an answer are turns; only the one under current_node is shown."""
    assert {"a1", "a1bis"} <= {item.id for item in record.turns}
    assert not turn(record, "a1").shown
    assert turn(record, "a1bis").shown
    assert turn(record, "a1").parent == turn(record, "a1bis").parent == "u1"


def test_nodes_without_message_are_bridged(record):
    """A node without a message is no turn, and its children hang from the one above it."""
    assert "root" not in {item.id for item in record.turns}
    assert turn(record, "ctx").parent is None


def test_hidden_profile_is_read_and_not_shown(record):
    """The profile, the instructions and the context about the user are turns, hidden."""
    hidden = [item for item in record.turns if item.kind == "hidden"]
    words = "\n".join(item.text for item in hidden)
    assert "j'habite à Nantes" in words
    assert "Réponds en français" in words
    assert "infirmière de nuit" in words
    assert "Sois brève" in words
    assert not any(item.shown for item in hidden)


def test_summary_and_title_are_derived(record):
    """A summary and a title are derived turns, so that rights reach them."""
    summary = next(item for item in record.turns if item.kind == "summary")
    title = next(item for item in record.turns if item.kind == "title")
    assert (summary.origin, summary.shown, summary.derived_from) == ("derived", False, ())
    assert (title.text, title.origin, title.role, title.shown) == ("Lettre à Karim", "derived", "system", False)


def test_feedback_is_a_turn_on_what_it_rates(record):
    """A thumb with a comment is a feedback turn derived from the rated message."""
    rated = next(item for item in record.turns if item.origin == "feedback")
    assert rated.derived_from == ("a1bis",)
    assert rated.text == "thumbs_down\nTrop familier envers Karim.\nton"
    assert (rated.role, rated.shown, rated.kind) == ("user", False, "feedback")


def test_feedback_of_a_missing_conversation_is_set_aside(chats, beside):
    """A rating whose conversation is not in the export is set aside, not lost."""
    aside = [item for item in chats.out("chatgpt", chats.value("chatgpt"), beside) if isinstance(item, SetAside)]
    assert [(item.reason, item.where) for item in aside] == [
        ("feedback-without-conversation", "message_feedback.json item 2")]


def test_parts_of_every_kind(record):
    """Pictures, thoughts, code, tool results and attached files are parts of their kind."""
    kinds = {(part.kind, part.text) for item in record.turns for part in item.parts}
    assert {("attachment", "file-service://file-jardin"), ("attachment", "lettre-nadia.pdf"), ("code", "print(1)"),
            ("thinking", "Je regarde le jardin."), ("tool-result", "1")} <= kinds


def test_times_are_utc_seconds_and_unknown_stays_unknown(chats, record):
    """A float of seconds becomes UTC; null and zero are unknown, never 1970."""
    assert turn(record, "u1").said_at == "2025-02-17T16:14:00Z"
    assert record.collected == ("2025-02-17T16:13:20Z", "2025-02-17T16:16:40Z")
    second = chats.out("chatgpt", chats.value("chatgpt"))[1]
    assert [item.said_at for item in second.turns] == ["", "", ""]
    assert second.collected == ("", "")


def test_holder_comes_from_user_json_and_nothing_else_does(record):
    """The account id is the holder; e-mail and phone are not copied."""
    (person,) = record.people
    assert (person.ref, person.kind, person.issuer, person.key) == ("p0", "account", "chatgpt", "user-nadia")
    assert record.holder == "p0"
    assert {(c.person, c.role) for c in turn(record, "u1").concerns} == {("p0", "author")}
    assert {(c.person, c.role) for c in turn(record, "a1").concerns} == {("p0", "holder")}
    assert "nadia@example.org" not in str([part.text for item in record.turns for part in item.parts])


def test_without_user_json_there_is_no_holder(chats):
    """An export that names no account has no holder."""
    record = chats.out("chatgpt", chats.value("chatgpt"))[0]
    assert (record.holder, record.people) == ("", ())
    assert all(item.concerns == () for item in record.turns)


def test_unknown_fields_are_counted_by_name(chats):
    """What drifts in is counted under its key; a key that looks like data is not named."""
    value = chats.value("chatgpt")[1]
    value["mapping"]["q"]["message"]["metadata"]["0639981234"] = 1
    strange = dict(chats.one("chatgpt", [value]).strange)
    assert strange == {"novelty_flag": 1, "mapping.message.metadata.(other)": 1}


def test_unknown_content_type_keeps_its_words(chats):
    """Words under a content type we do not know are kept, and the type is counted."""
    value = chats.value("chatgpt")[1]
    value["mapping"]["p"]["message"]["content"] = {"content_type": "hologram", "text": "Bonsoir Awa"}
    record = chats.one("chatgpt", [value])
    assert "Bonsoir Awa" in [item.text for item in record.turns]
    assert record.strange["mapping.message.content.content_type"] == 1


@pytest.mark.parametrize("links", [{"q": "p", "p": "q"}, {"q": "q"}])
def test_cycle_in_mapping_sets_the_conversation_aside(chats, links):
    """A mapping whose parents form a cycle is set aside; the next conversation is read."""
    bad, good = copy.deepcopy(chats.value("chatgpt")[1]), chats.value("chatgpt")[1]
    for node, parent in links.items():
        bad["mapping"][node]["parent"] = parent
    first, second = chats.out("chatgpt", [bad, good])
    assert isinstance(first, SetAside)
    assert first.reason == "cycle"
    assert isinstance(second, Record)


def test_cycle_of_empty_nodes_is_found(chats):
    """A cycle among nodes without messages is a cycle as well."""
    bad = chats.value("chatgpt")[1]
    bad["mapping"]["r"]["parent"] = "s"
    bad["mapping"]["s"] = {"id": "s", "parent": "r", "children": [], "message": None}
    (aside,) = chats.out("chatgpt", [bad])
    assert isinstance(aside, SetAside)
    assert aside.reason == "cycle"


def test_cycle_beside_the_shown_branch_is_found(chats):
    """A cycle on a branch that nobody sees is a cycle as well."""
    bad = chats.value("chatgpt")[0]
    bad["mapping"]["a1"]["parent"] = "x"
    bad["mapping"]["x"] = {**bad["mapping"]["a1"], "id": "x", "parent": "a1"}
    (aside,) = chats.out("chatgpt", [bad])
    assert isinstance(aside, SetAside)
    assert aside.reason == "cycle"


def test_nodes_in_any_order_give_parents_first(chats):
    """A mapping written backwards gives turns that follow their parents all the same."""
    value = chats.value("chatgpt")[0]
    value["mapping"] = dict(reversed(value["mapping"].items()))
    seen = set()
    for item in chats.one("chatgpt", [value]).turns:
        assert item.parent is None or item.parent in seen
        seen.add(item.id)


def test_missing_parent_is_counted(chats):
    """A parent that is not there is counted, and the turn starts a branch."""
    value = chats.value("chatgpt")[1]
    value["mapping"]["q"]["parent"] = "gone"
    record = chats.one("chatgpt", [value])
    assert turn(record, "q").parent is None


def test_children_replace_a_missing_parent_field(chats):
    """A node that names no parent is found among the children of another."""
    value = chats.value("chatgpt")[1]
    del value["mapping"]["p"]["parent"]
    assert turn(chats.one("chatgpt", [value]), "p").parent == "q"


def test_a_long_chain_is_read(chats):
    """Twenty thousand nodes in a row are read without recursion."""
    mapping = {f"n{i}": {"id": f"n{i}", "parent": f"n{i - 1}" if i else None, "children": [], "message": None}
               for i in range(20_000)}
    mapping["last"] = {"id": "last", "parent": "n19999", "children": [], "message": {
        "author": {"role": "user"}, "content": {"content_type": "text", "parts": ["Fin"]}}}
    record = chats.one("chatgpt", [{"id": "c", "mapping": mapping, "current_node": "last"}])
    assert turn(record, "last").parent is None


def test_temporary_and_deleted_are_states(chats):
    """What the product calls temporary or deleted becomes the record's state."""
    value = chats.value("chatgpt")[1]
    assert chats.one("chatgpt", [{**value, "is_temporary_chat": True}]).state == "temporary"
    assert chats.one("chatgpt", [{**value, "is_temporary_chat": True, "deleted_at": 1739808840}]).state == "deleted"
    assert chats.one("chatgpt", [{**value, "deleted_at": 1739808840, "is_temporary_chat": True}]).state == "deleted"
    assert chats.one("chatgpt", [{**value, "is_temporary_chat": False, "deleted_at": None}]).state == "live"


def test_parts_of_an_export_share_their_feedback(chats):
    """In an export in parts each rating finds its conversation, and a lost one is reported once."""
    names = ("conversations-000.json", "conversations-001.json", "message_feedback.json", "user.json")
    data = {name: chats.member("chatgpt-parts.zip", name) for name in names}
    out = [list(chats.readers["chatgpt"].read(chats.file(
        data[name], {other: data[other] for other in names if other != name}, name))) for name in names[:2]]
    assert sum(item.origin == "feedback" for item in out[0][0].turns) == 1
    assert [type(item).__name__ for item in out[0]] == ["Record"]
    assert [type(item).__name__ for item in out[1]] == ["Record", "SetAside"]


def test_wrapped_conversations_are_read(chats):
    """An object that holds the conversations under a key is read alike."""
    plain = chats.out("chatgpt", chats.value("chatgpt"))
    assert chats.out("chatgpt", {"conversations": chats.value("chatgpt")}) == plain


def test_memory_context_is_derived(chats):
    """A memory the model wrote about its user is derived, and hidden."""
    value = chats.value("chatgpt")[1]
    value["mapping"]["q"]["message"]["content"] = {"content_type": "model_editable_context",
                                                   "model_set_context": "Aime le thé."}
    memory = turn(chats.one("chatgpt", [value]), "q")
    assert (memory.text, memory.origin, memory.shown) == ("Aime le thé.", "derived", False)
