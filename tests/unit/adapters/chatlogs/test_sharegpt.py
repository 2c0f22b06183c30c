"""ShareGPT rows: a line of turns, a system prompt beside them."""

import json

import pyarrow as pa
from pyarrow import parquet

from licit.adapters.inputs import open_inputs, recognise


def test_turns_and_system_prompt(chats):
    """The system prompt comes first; speakers are mapped to roles."""
    record = chats.out("sharegpt", chats.value("sharegpt"))[0]
    assert [(item.role, item.text) for item in record.turns] == [
        ("system", "Tu es poli."), ("user", "Qui est Paulin Vasseur ?"), ("assistant", "Je ne sais pas.")]
    assert [item.parent for item in record.turns] == [None, "system", "t1"]
    assert (record.declared, record.strange) == ({"model": "gpt-4"}, {"conversations.weight": 1})


def test_lines_and_array_are_one_format(chats):
    """JSON Lines give the records that the array gives."""
    value = chats.value("sharegpt")
    assert chats.out("sharegpt", b"\n".join(json.dumps(row).encode() for row in value)) == chats.out("sharegpt", value)


def test_parquet(chats, tmp_path):
    """Rows in Parquet are read alike."""
    rows = [{"id": "a", "conversations": [{"from": "human", "value": "Bonjour"}, {"from": "gpt", "value": "Oui"}]}]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    (file,) = open_inputs([tmp_path / "rows.parquet"])
    assert recognise(file, chats.readers).name == "sharegpt"
    assert list(chats.readers["sharegpt"].read(file)) == chats.out("sharegpt", rows)


def test_unknown_speakers_are_counted(chats):
    """A speaker we do not know is read as system and counted."""
    record = chats.one("sharegpt", [{"conversations": [{"from": "oracle", "value": "Peut-être"}]}])
    assert (record.turns[0].role, record.strange) == ("system", {"(role)": 1})
