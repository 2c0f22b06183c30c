"""OpenAI-style messages: rows in any container, pieces with their pointers, extras declared."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from licit.adapters.chatlogs.openai_messages import conversation
from licit.adapters.inputs import open_inputs, recognise
from licit.core.records import Record, SetAside


def lines(values):
    return b"\n".join(json.dumps(value).encode() for value in values)


def test_lines_array_and_wrapped_are_one_format(chats):
    """JSON Lines, an array and an object of rows give the same records."""
    value = chats.value("openai-messages")
    plain = chats.out("openai-messages", value)
    assert len(plain) == 2
    assert chats.out("openai-messages", lines(value)) == plain
    assert chats.out("openai-messages", {"data": value}) == plain
    assert chats.out("openai-messages", json.dumps(value, indent=2).encode()) == plain


def test_one_object_over_many_lines_is_one_row(chats):
    """A single row, printed over many lines, is one record."""
    value = chats.value("openai-messages")[0]
    assert chats.one("openai-messages", json.dumps(value, indent=1).encode()) == chats.one("openai-messages", [value])


def test_a_broken_first_line_costs_one_line(chats):
    """Lines whose first row is broken are still lines."""
    aside, record = chats.out("openai-messages", b'{"messages": [\n' + lines(chats.value("openai-messages")[:1]))
    assert isinstance(aside, SetAside)
    assert record.origin_id == "row-1"


def test_a_first_row_longer_than_the_head_is_a_line(chats):
    """Rows are told from one object even when the first is longer than what recognition sees."""
    value = chats.value("openai-messages")
    value[0]["messages"][1]["content"] = "x" * 200_000
    assert len(chats.out("openai-messages", lines(value))) == 2


def test_extras_are_declared_but_for_tier(chats):
    """Scalar extras are declared, one level of metadata too; tier and plan are nowhere."""
    record = chats.out("openai-messages", chats.value("openai-messages"))[0]
    assert record.declared == {"user": "u1", "metadata.region": "fr"}
    assert record.strange == {"messages.slots": 1}


def test_pieces_have_pointers(chats):
    """A piece of structured content knows its place; plain content has none."""
    first, second = chats.out("openai-messages", chats.value("openai-messages"))
    assert [(p.kind, p.text, p.path) for p in second.turns[0].parts] == [
        ("text", "Regarde.", "/content/0/text"),
        ("attachment", "https://images.example.org/1.png", "/content/1/image_url/url")]
    assert [(p.kind, p.path) for p in first.turns[2].parts] == [
        ("tool-call", "/tool_calls/0/function/name"), ("tool-call", "/tool_calls/0/function/arguments")]
    assert (first.turns[1].parts[0].path, first.turns[3].parts[0].kind) == ("", "tool-result")


def test_a_named_speaker_is_a_person(chats):
    """A name on a message is somebody the record concerns, and not its holder."""
    record = chats.out("openai-messages", chats.value("openai-messages"))[1]
    (person,) = record.people
    assert (person.ref, person.kind, person.key, record.holder) == ("p0", "handle", "ines", "")
    assert [(c.person, c.role) for c in record.turns[0].concerns] == [("p0", "author")]


def test_states_and_times(chats):
    """Temporary rows are temporary; a time with a zone becomes UTC."""
    record = chats.out("openai-messages", chats.value("openai-messages"))[1]
    assert record.state == "temporary"
    assert record.turns[1].said_at == "2025-02-17T15:14:00Z"


@pytest.mark.parametrize(("extra", "state"), [({"state": "deleted"}, "deleted"), ({"state": "Nantes"}, "unknown"),
                                              ({"metadata": {"incognito": "yes"}}, "temporary"),
                                              ({"temporary": False}, "live"), ({"expired": 1}, "expired")])
def test_declared_states(chats, extra, state):
    """A state is heeded wherever the row declares it; a word that is no state is counted."""
    record = chats.one("openai-messages", [{"messages": [{"role": "user", "content": "a"}], **extra}])
    assert record.state == state
    assert ("state" in record.strange) == (extra.get("state") == "Nantes")


def test_a_deleted_message_makes_the_record_deleted(chats):
    """One message marked deleted is enough: the most protective wins."""
    row = {"messages": [{"role": "user", "content": "a", "is_deleted": True}, {"role": "assistant", "content": "b"}]}
    assert chats.one("openai-messages", [row]).state == "deleted"


def test_parquet_gives_the_same_records(chats, tmp_path):
    """Rows in Parquet are read in batches, alike, from disk and from inside an archive."""
    rows = [{"id": f"r{i}", "user": "u", "tier": "pro", "messages": [
        {"role": "user", "content": f"Bonjour {i}"}, {"role": "assistant", "content": "Oui"}]} for i in range(600)]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    (file,) = open_inputs([tmp_path / "rows.parquet"])
    assert recognise(file, chats.readers).name == "openai-messages"
    out = list(chats.readers["openai-messages"].read(file))
    assert out == chats.out("openai-messages", rows)
    packed = chats.file((tmp_path / "rows.parquet").read_bytes())
    assert list(chats.readers["openai-messages"].read(packed)) == out


def test_broken_parquet_is_set_aside(chats):
    """A Parquet file that is none is set aside with its reason."""
    (aside,) = chats.out("openai-messages", b"PAR1 nothing")
    assert (aside.reason, aside.where) == ("broken-parquet", "row 1 and what follows")


def test_unknown_pieces_keep_their_words(chats):
    """A piece of unknown shape is kept as JSON and counted."""
    row = {"messages": [{"role": "user", "content": [{"type": "odd", "w": "Awa"}]}]}
    record = chats.one("openai-messages", [row])
    assert record.turns[0].text == '{"type":"odd","w":"Awa"}'
    assert record.strange == {"messages.content": 1}


def test_data_urls_are_not_text(chats):
    """A picture inside the row is an attachment without text."""
    piece = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    (part,) = chats.one("openai-messages", [{"messages": [{"role": "user", "content": [piece]}]}]).turns[0].parts
    assert (part.kind, part.text) == ("attachment", "")


def test_the_fixture_folder_is_recognised(chats):
    """Every fixture is recognised as what it is, by its content alone."""
    expected = {"claude.jsonl": "claude", "gemini.json": "gemini", "grok.json": "grok",
                "openai.json": "openai-messages", "openai.jsonl": "openai-messages", "sharegpt.json": "sharegpt",
                "sharegpt.jsonl": "sharegpt",
                "lechat-account.json": "lechat", "copilot-activity-history.csv": "copilot"}
    folder = Path(__file__).parents[3] / "data" / "chats"
    for name, reader in expected.items():
        (file,) = open_inputs([folder / name])
        assert recognise(file, chats.readers).name == reader
        assert any(isinstance(item, Record) for item in chats.readers[reader].read(file))


@given(st.lists(st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "User", "tool", "odd", None]),
     "content": st.sampled_from(["Bonjour", "", "où \ud83d", None, ["a"], {"a": 1}])},
    optional={"timestamp": st.sampled_from(["2025-02-17T16:14:00Z", "2025-02-17", 1739808840, "hier", "", None, 0])}),
    min_size=1, max_size=3))
def test_a_plain_message_is_read_like_any_other(messages):
    """A message of nothing but role, words and time becomes what it becomes beside a key that says nothing."""
    beside = [{**message, "object": "message"} for message in messages]
    assert conversation({"id": "c", "messages": messages}) == conversation({"id": "c", "messages": beside})


@pytest.mark.parametrize("messages", [["a"], [None, {"role": "user", "content": "x"}]])
def test_a_message_that_is_no_object_is_counted(messages):
    """What stands among the messages and is none is counted, and the rest read."""
    row = {"id": "c", "messages": [*messages, {"role": "user", "content": "y"}]}
    assert conversation(row).strange == {"messages": 1}


def test_a_plain_message_with_a_nul_sets_the_row_aside(chats):
    """A NUL character is refused wherever it stands."""
    aside, = chats.out("openai-messages", [{"id": "c", "messages": [{"role": "user", "content": "a\0b"}]}])
    assert aside.reason == "nul-bytes"
