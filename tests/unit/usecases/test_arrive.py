"""Importing: nothing twice, nothing lost, what is newer counts, and what is declared never replaces what is known."""

import gc
import json

import polars as pl
import pytest
from world import CONSUMER, chat, jsonl, prose, reasons

from licit.core.errors import InputError
from licit.usecases.arrive import Declared, Seen, import_paths


def dry(world, **plan):
    """Decide without releasing."""
    return world.space.build(plan, dry_run=True)


def log_size(world) -> int:
    return world.ports.log.head()[0]


def test_importing_twice_changes_nothing(world):
    """The same file imported again stores nothing, adds no entry, and counts its records as known."""
    rows = [chat(f"c{n}", f"u{n}", prose(n)) for n in range(3)]
    world.take([*rows, {"id": "broken"}], name="a.jsonl")
    before, size = sorted((world.root / "shards").iterdir()), log_size(world)
    again = world.take([*rows, {"id": "broken"}], name="a.jsonl")
    assert (again.known, again.records) == (3, 3)
    assert (sorted((world.root / "shards").iterdir()), log_size(world)) == (before, size)


def test_the_same_chats_from_another_place_are_known(world):
    """Where a file lies is no part of a conversation's state: the same export from another folder changes nothing."""
    rows = [chat("c", "u", prose("moved"))]
    world.take(rows, name="here.jsonl")
    assert world.take(rows, name="there.jsonl").known == 1


def test_a_newer_state_supersedes(world):
    """A record that arrives again in another state is judged by the newer one; the older is counted as superseded."""
    world.take([chat("c", "u", "Bonjour, première question sur le jardin et la rivière ?")])
    world.take([chat("c", "u", "Bonjour, première question sur le jardin et la rivière ?", "Et une seconde question ?")])
    built = world.build()
    assert reasons(built) == {"superseded": 1}
    assert built.tally.released == 1
    assert "seconde question" in str(built.rows) or built.rows.height == 2


def test_a_state_that_returns_counts_as_the_newest(world):
    """What arrives last counts, even if it is a state that was stored before and replaced since."""
    words = "Comment choisir une table de jardin pour la cuisine et le balcon, sans trop dépenser cette année ?"
    first = [chat("c", "u", words)]
    world.take(first)
    world.take([chat("c", "u", prose("second"))])
    world.take(first)
    built = world.build()
    told = pl.read_parquet(f"{built.path}/data/*.parquet")["messages"].explode().struct.field("content").to_list()
    assert (built.tally.arrived, built.tally.released) == (3, 1)
    assert words in told


def test_a_repeated_id_is_counted(world):
    """Of records that share an id in one file the last is stored; the others are set aside, so that none is lost unseen."""
    report = world.take([chat("c", "u", prose("one")), chat("c", "u", prose("two")), chat("c", "u", prose("two"))])
    assert report.set_aside == {"repeated-id": 1}
    assert (report.records, report.known) == (3, 1)
    assert dry(world).tally.as_json() == {"arrived": 2, "released": 1, "held": {}, "refused": {"unreadable": 1}}


def test_a_mended_file_is_counted_anew(world):
    """What could not be read counts until the file is imported whole."""
    good = chat("c", "u", prose("good"))
    world.take([good, {"id": "broken"}], name="a.jsonl")
    assert reasons(dry(world)) == {"unreadable": 1}
    world.take([good, chat("broken", "u", prose("mended"))], name="a.jsonl")
    assert dry(world).tally.as_json() == {"arrived": 2, "released": 2, "held": {}, "refused": {}}


def test_an_unlogged_shard_is_written_and_a_logged_one_left(world):
    """An import cut short before the catalogue knew is completed without touching the file that the log names."""
    rows = [chat("c", "u", prose("cut short"))]
    world.take(rows)
    (shard,) = (world.root / "shards").iterdir()
    before, size = shard.read_bytes(), log_size(world)
    world.ports.catalogue.forget([world.record("c", "u")])
    world.clock.advance(hours=1)
    world.take(rows)
    assert (shard.read_bytes(), log_size(world)) == (before, size)
    assert world.take(rows).known == 1


@pytest.mark.parametrize("known", [{"capacity": "organisation"}, {"age": "minor"}, {"notice": "other"}])
def test_declared_never_replaces_known(world, known):
    """What is declared at import fills what the file leaves unknown, and no more."""
    world.take([chat("c", "u", prose("known"))], name="a.jsonl", **known)
    world.clock.advance(hours=1)
    name, value = next(iter(known.items()))
    other = {"capacity": "consumer", "age": "adult", "notice": "notice-2025"}[name]
    built = dry(world)
    assert built.rows[name].to_list() == [value]
    assert other not in built.rows[name].to_list()


def test_the_exports_account_and_the_declared_one_are_both_asked(world, tmp_path):
    """Where the export names an account and the import another, a refusal of either refuses."""
    export = {"uuid": "conv-1", "name": "", "created_at": "2025-06-01T10:00:00Z", "updated_at": "2025-06-01T10:00:00Z",
              "account": {"uuid": "acc-1"}, "chat_messages": [
                  {"uuid": f"m{n}", "sender": sender, "text": prose(n), "created_at": "2025-06-01T10:00:00Z",
                   "content": [{"type": "text", "text": prose(n)}], "attachments": [], "files": []}
                  for n, sender in enumerate(("human", "assistant"))]}
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([export]), encoding="utf-8")
    world.space.import_(path, source="chat", subject="ada", **CONSUMER)
    assert dry(world).tally.released == 1
    world.object("ada")
    assert reasons(dry(world)) == {"objection": 1}
    world.object("ada", "permission", purposes=("train",))
    world.space.exercise("objection", subject="acc-1", issuer="claude")
    assert "objection" in reasons(dry(world)) or "said-before-permission" in reasons(dry(world))


def test_a_path_that_is_not_there_is_an_error(world, tmp_path):
    """A path that does not exist stops the command before anything is imported."""
    there = jsonl(tmp_path / "there.jsonl", [chat("c", "u", prose("x"))])
    with pytest.raises(InputError, match="no such file"):
        list(import_paths(world.ports, [there, tmp_path / "not-there"], "chat", Declared()))
    assert dry(world).tally.arrived == 0


def test_records_that_name_no_source_are_set_aside(world, tmp_path):
    """Without a source a record is not imported, and it is counted."""
    path = jsonl(tmp_path / "a.jsonl", [chat("c", "u", prose("x"))])
    (report,) = list(import_paths(world.ports, [path], "", Declared()))
    assert report.set_aside == {"source-missing": 1}
    assert dry(world).tally.refused == {"unreadable": 1}


def test_copies_are_counted_over_any_number_of_hashes(monkeypatch):
    """What was seen is counted right after it was put away, and takes no more room for coming again."""
    monkeypatch.setattr(Seen, "_RECENT", 8)
    copies, different = Seen(), Seen()
    counts = [copies.count(value) for _ in range(3) for value in (*range(30), 2**64 - 1)]
    assert counts == [1] * 31 + [2] * 31 + [3] * 31
    for value in [*range(30)] * 3:
        different.add(value)
    assert (len(copies), len(different)) == (31, 30)


def test_an_import_leaves_the_collector_as_it_was(world):
    """Garbage is looked for as before once an import is over, whatever became of it."""
    before = gc.get_threshold()
    world.take([chat("c", "u", prose("any"))])
    assert world.take([chat("c", "u", prose("any"))], source="").set_aside == {"source-missing": 1}
    assert gc.get_threshold() == before
