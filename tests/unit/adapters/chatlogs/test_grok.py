"""Grok's export: branches, two time formats, traces left out and counted."""

from licit.core.records import SetAside


def turn(record, name):
    return next(item for item in record.turns if item.id == name)


def test_branches_times_and_holder(chats):
    """Both answers are read, the newest is shown; both time formats give UTC seconds; the user id is the holder."""
    record = chats.out("grok", chats.value("grok"))[0]
    assert (turn(record, "g2").shown, turn(record, "g3").shown) == (False, True)
    assert turn(record, "g1").said_at == "2025-05-01T06:00:00Z"
    assert record.collected == ("2025-05-01T06:00:00Z", "2025-05-01T07:00:00Z")
    assert (record.people[0].key, record.holder) == ("xai-omar", "p0")


def test_senders_in_any_spelling(chats):
    """The human is the user; any other sender is the assistant."""
    record = chats.out("grok", chats.value("grok"))[0]
    assert [turn(record, name).role for name in ("g1", "g2", "g3")] == ["user", "assistant", "assistant"]


def test_traces_are_cut_and_counted(chats):
    """Web results are left out and counted, thinking is kept, the unknown is strange."""
    record = chats.out("grok", chats.value("grok"))[0]
    assert record.cut == {"web_search_results": 1}
    assert record.strange == {"responses.response.vibes": 1}
    assert [part.kind for part in turn(record, "g2").parts] == ["text", "thinking"]


def test_other_members_are_not_passed_over(chats):
    """Tasks beside the conversations are set aside as not understood; an empty list is nothing."""
    aside = chats.out("grok", chats.value("grok"))[1:]
    assert aside == [SetAside(reason="not-understood", where="member tasks")]
