"""The mark of how far the log has come: it follows every append, survives a torn end, and no byte of it may change."""

import json
import shutil
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import World

from licit.adapters.high_water import SAID, Restriction, _line, put_down, said
from licit.core.errors import EvidenceError, SetupError
from licit.core.ids import SubjectId, canonical_json
from licit.core.ports import Mark, NewEntry
from licit.wiring import init_workspace


@pytest.fixture
def file(world):
    """The file of the world's marks."""
    return world.root / "keys/high-water.jsonl"


def test_the_mark_follows_every_append(world):
    """However an entry is appended, alone, in a transaction or with a new person, the mark is at the head afterwards."""
    log = world.ports.log
    entry = NewEntry(kind="run", subject=SubjectId(""), received_at=world.clock.at, decision={})
    for change in (lambda: log.append([entry]), lambda: world.object("ada"), lambda: world.license("two"),
                   lambda: world.ports.identities.subjects_for([("chat", "account", "ben")], create=True)):
        change()
        mark = log.last()
        assert (mark.size, mark.root) == log.head()


def test_what_restricts_is_withheld_without_what_was_typed(world, file):
    """The file holds who refused what, by pseudonym, and nothing that anybody typed beside it."""
    world.object("zozo", wording="le renard violet", how="by the letter of spring", purposes=("train",))
    world.object("zozo", "access")
    text = file.read_text()
    assert '"kind":"objection"' in text
    assert '"purposes":["train"]' in text
    assert not [words for words in ("zozo", "renard", "spring", "access") if words in text]


def test_many_who_append_at_once_leave_one_mark(world):
    """Marks of threads and of workspaces opened apart follow each other: none goes back, and all verify."""
    spaces = [World(world.root, world.clock) for _ in range(3)]
    threads = [threading.Thread(target=lambda space=space, n=n: [space.object(f"p{n}-{i}") for i in range(5)])
               for n, space in enumerate(spaces)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (marks, entries), = world.ports.log.water.segments()
    sizes = [mark.size for mark in marks]
    assert sizes == sorted(set(sizes))
    assert (sizes[-1], len(entries)) == (world.ports.log.head()[0], 15)


@pytest.mark.parametrize("torn", [b'{"decision":{},"kind":"obj', b'{"before":"', b"\0" * 40, b'{"decision":{}}\n', b"\n"])
def test_a_torn_end_is_passed_over(world, file, torn):
    """What a crash tore off the end counts for nothing and is written over by the next mark."""
    world.object("ada")
    with file.open("ab") as end:
        end.write(torn)
    again = World(world.root, world.clock)
    again.object("ben")
    assert len(again.ports.log.water.segments()[0][1]) == 2
    assert torn not in file.read_bytes().splitlines(keepends=True)


def test_a_lost_mark_is_made_up_from_the_log(world, file):
    """Where the last marks are gone, the next append puts them anew, with every refusal since."""
    before = file.stat().st_size
    world.object("ada")
    world.object("ben")
    with file.open("rb+") as short:
        short.truncate(before)
    again = World(world.root, world.clock)
    again.object("eve")
    assert len(again.ports.log.water.segments()[0][1]) == 3


def test_every_changed_byte_is_seen_when_all_are_read(world, file):
    """Whatever byte of the file changes, reading all of it fails or gives fewer marks, never others."""
    world.object("ada")
    world.object("ben")
    water, whole = world.ports.log.water, file.read_bytes()
    ((marks, entries),) = water.segments()
    for place in range(0, len(whole), 37):
        data = bytearray(whole)
        data[place] ^= 1
        file.write_bytes(bytes(data))
        try:
            ((fewer, refused),) = water.segments()
        except (EvidenceError, ValueError):
            continue
        assert (fewer, refused) == (marks[:len(fewer)], entries[:len(refused)]), place
        assert len(fewer) < len(marks), place
    file.write_bytes(whole)
    assert water.segments() == [(marks, entries)]


def test_marks_of_another_workspace_are_refused(world, file, tmp_path):
    """Marks under another workspace's key are none of this one's."""
    other = init_workspace(tmp_path / "other")
    world.object("ada")
    file.write_bytes((other / "keys/high-water.jsonl").read_bytes() or b"{}\n")
    with pytest.raises(EvidenceError, match="no mark in it verifies"):
        World(world.root).ports.log.head()


def test_no_mark_is_put_for_another_log(world, file):
    """A log that was exchanged under a running process, however long it grew, gets no mark over the one that stands."""
    other = world.root.parent / "other"
    shutil.copytree(world.root, other)
    world.object("ada")
    twin, before = World(other, world.clock), file.read_bytes()
    for _ in range(4):
        twin.object("ben")
    with pytest.raises(EvidenceError, match="not the one that the mark"):
        world.ports.log.water.follow(twin.ports.log)
    assert file.read_bytes() == before


def test_without_the_file_nothing_answers(world, file):
    """A missing file stops the workspace; only init, run on purpose, starts a new one."""
    file.unlink()
    with pytest.raises(SetupError, match="licit init"):
        World(world.root).ports.log.head()
    init_workspace(world.root)
    assert World(world.root).ports.log.last().size == World(world.root).ports.log.head()[0]


def test_init_does_not_make_an_older_database_right(world):
    """Running init again on a workspace whose database is an older one changes nothing of that."""
    old = world.root.parent / "old"
    shutil.copytree(world.root, old)
    world.object("ada")
    shutil.copytree(world.root / "keys", old / "keys", dirs_exist_ok=True)
    init_workspace(old)
    with pytest.raises(EvidenceError, match="has had"):
        World(old).ports.log.head()


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(size=st.integers(0, 1 << 40), pending=st.integers(0, 1 << 40), restored=st.booleans(), root=st.binary(min_size=32, max_size=32),
       batch=st.binary(max_size=40), before=_TEXT, mac=_TEXT)
def test_a_mark_is_written_as_canonical_json(size, pending, restored, root, batch, before, mac):
    """The line of a mark, with its code and without, is byte for byte the canonical JSON of its values."""
    line = _line(Mark(size=size, root=root, pending=pending, restored=restored), batch, before, mac)
    value = json.loads(line)
    assert canonical_json(value) + (b"\n" if mac else b"") == line
    assert (value["size"], value["pending"], value["restored"], value["root"], value["bytes"], value["before"]) == (
        size, pending, restored, root.hex(), len(batch), before)
    assert value.get("mac", "") == mac


@given(decision=st.none() | st.dictionaries(st.sampled_from([*sorted(SAID), "wording", "how"]), _TEXT | st.lists(_TEXT)),
       texts=st.tuples(_TEXT, _TEXT, _TEXT), person=st.none() | st.tuples(st.binary(min_size=32, max_size=32), _TEXT, _TEXT))
def test_what_restricts_is_written_as_canonical_json(decision, texts, person):
    """The line of an entry is canonical JSON and holds nothing that somebody typed."""
    line = put_down(Restriction(7, texts[0], texts[1], texts[2], said(decision)), person)
    value = json.loads(line)
    assert canonical_json(value) + b"\n" == line
    assert value["decision"] == (None if decision is None else {name: decision[name] for name in decision if name in SAID})
    assert (value["kind"], value["subject"], value["received_at"], value["seq"]) == (*texts, 7)
    assert value["person"] == ([person[0].hex(), person[1], person[2]] if person else None)


def test_marks_made_from_what_was_written_are_those_made_from_the_log(world, file):
    """What a process puts down of its own append is byte for byte what another reads back from the log."""
    before = file.read_bytes()
    world.object("zozo", wording="le renard violet", purposes=("train",))
    world.object("ada")
    at_hand = [line for line in file.read_bytes()[len(before):].splitlines() if line.startswith(b'{"decision"')]
    with file.open("rb+") as short:
        short.truncate(len(before))
    World(world.root, world.clock).ports.log.settle()
    again = [line for line in file.read_bytes()[len(before):].splitlines() if line.startswith(b'{"decision"')]
    assert len(at_hand) == 2
    assert at_hand == again
