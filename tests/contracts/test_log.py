"""The contract of the log, on every database: append-only, whole, provable, erasable, and loud when altered."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from licit.adapters import database as database_module
from licit.adapters.database import connect
from licit.adapters.log_check import check
from licit.adapters.log_rows import PAGE
from licit.adapters.log_store import SqlLog
from licit.core.errors import EvidenceError, InputError, LicitError, UnavailableError
from licit.core.ids import SubjectId, canonical_json
from licit.core.notes import parse_receipt
from licit.core.ports import NewEntry
from licit.core.tree import EMPTY, root, verify_consistency, verify_inclusion

AT = datetime(2025, 2, 17, 12, 0, 0, 123456, tzinfo=UTC)
CANARY = "the heron keeps her secret at Port-Navalo"

APPENDER = """
import sys, datetime
from pathlib import Path
from licit.adapters.database import connect
from licit.adapters.log_store import SqlLog
from licit.adapters.vault import FileKeys
from licit.core.ports import NewEntry
class Clock:
    def now(self): return datetime.datetime.now(datetime.UTC)
url, keys, times, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
log = SqlLog(connect(url), Clock(), FileKeys(Path(keys)))
log.head()
print("ready", flush=True)
sys.stdin.readline()
entry = NewEntry(kind="objection", subject="s1", received_at=Clock().now(), decision={"by": "process"},
                 particulars={"note": "n" * 200})
for _ in range(times):
    seqs = log.append([entry] * size)
    print(seqs.start, seqs.stop, flush=True)
"""


def entries(count, subject="s1", **more):
    """Give entries to append."""
    return [NewEntry(kind="objection", subject=SubjectId(subject), received_at=AT, decision={"n": n}, **more)
            for n in range(count)]


def appenders(count, database, keys, times, size):
    """Start processes that append, all at once when all are ready."""
    children = [subprocess.Popen([sys.executable, "-c", APPENDER, database, str(keys._path), str(times), str(size)],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    return children


# --- what is appended is what is read -----------------------------------------------------------------------------

def test_numbers_start_at_zero_and_have_no_gaps(log):
    """An append gives the next numbers, and nothing appended is nothing numbered."""
    assert log.head() == (0, EMPTY)
    assert log.append(entries(3)) == range(0, 3)
    assert log.append([]) == range(3, 3)
    assert log.append(entries(1)) == range(3, 4)
    assert [entry.seq for entry in log.entries()] == [0, 1, 2, 3]


def test_an_entry_reads_back_as_it_was_written(log, clock):
    """Kind, person, decision and times come back; a time in another zone is the same moment, to the microsecond."""
    received = AT.astimezone(timezone(timedelta(hours=-7)))
    decision = {"purposes": ["train"], "target": {"level": "record", "record": "r1"}, "words": "é\u2028\U0001f600\\\""}
    log.append([NewEntry(kind="consent", subject=SubjectId("s9"), received_at=received, decision=decision)])
    (entry,) = log.entries()
    assert (entry.kind, entry.subject, entry.decision) == ("consent", "s9", decision)
    assert entry.received_at == AT
    assert entry.recorded_at == clock.at


def test_each_entry_of_a_batch_keeps_its_own_time(log):
    """Entries that share a time, follow one that does not, or come back to an earlier one are dated as they say."""
    later = AT + timedelta(microseconds=1)
    times = [AT, AT, later, AT, AT.astimezone(timezone(timedelta(hours=2))), later]
    log.append([NewEntry(kind="objection", subject=SubjectId("s1"), received_at=at, decision={}) for at in times])
    assert [entry.received_at for entry in log.entries()] == times


@pytest.mark.parametrize("count", [110, 111, 112, 222, 334])
def test_a_batch_of_any_size_is_stored_row_by_row(log, count):
    """Batches below, at and above what one statement takes lose, double and swap no row in any table."""
    log.append(entries(count))
    assert [entry.decision["n"] for entry in log.entries()] == list(range(count))
    assert check(log.engine, [log.head()]).particulars_gone == 0


def test_entries_are_found_by_person_kind_and_place(log):
    """Each filter, and all together, gives what a scan would."""
    kinds = ("objection", "consent", "permission")
    log.append([NewEntry(kind=kinds[n % 3], subject=SubjectId(f"s{n % 4}"), received_at=AT, decision={"n": n})
                for n in range(50)])
    every = list(log.entries())
    for start, stop, subject, some in ((0, None, None, ()), (10, 30, None, ()), (0, None, "s1", ()),
                                       (5, 40, "s2", ("consent",)), (0, None, None, ("consent", "permission")),
                                       (0, 0, None, ()), (49, None, None, ()), (50, None, None, ()),
                                       (0, None, "nobody", ())):
        found = list(log.entries(start=start, stop=stop, subject=subject, kinds=some))
        assert found == [entry for entry in every if start <= entry.seq < (50 if stop is None else stop)
                         and subject in (None, entry.subject) and (not some or entry.kind in some)]


def test_a_reader_sees_all_pages_up_to_where_it_began(log):
    """A long read crosses pages without loss, and ends although its reader appends meanwhile."""
    log.append(entries(PAGE + 5))
    seen = []
    for entry in log.entries():
        seen.append(entry.seq)
        if entry.seq == PAGE:
            log.append(entries(3))
    assert seen == list(range(PAGE + 5))


@pytest.mark.parametrize("bad", [
    {"kind": "opinion"}, {"received_at": datetime(2025, 2, 17)}, {"decision": {"share": 0.5, "note": CANARY}},
    {"decision": {1: CANARY}}, {"particulars": {"name": CANARY + "\ud800"}}, {"subject": "s\ud800"}])
def test_an_append_is_whole_or_not_at_all(log, bad):
    """One entry that cannot be kept keeps out the others; the message does not quote it."""
    good = entries(2)
    fields = {"kind": "objection", "subject": "s1", "received_at": AT, "decision": {}, **bad}
    with pytest.raises(InputError) as caught:
        log.append([good[0], NewEntry(**fields), good[1]])
    assert CANARY not in str(caught.value)
    assert log.head() == (0, EMPTY)


# --- the tree -----------------------------------------------------------------------------------------------------

def test_the_root_is_that_of_the_leaves(log):
    """Size and root follow the leaves, whatever the batches."""
    for size in (1, 3, 250, 2, 1, 300):
        log.append(entries(size))
    leaves = [log.leaf(seq) for seq in range(557)]
    assert log.head() == (557, root(leaves))
    assert len(set(leaves)) == 557  # equal entries differ by their salts


def test_every_proof_verifies(log):
    """Inclusion and consistency hold between any sizes, at the edges of tiles as well."""
    log.append(entries(700))
    leaves = [log.leaf(seq) for seq in range(700)]
    draw = random.Random(7)
    sizes = [1, 255, 256, 257, 512, 700, *(draw.randint(2, 700) for _ in range(8))]
    for size in sizes:
        top = root(leaves[:size])
        for seq in {0, size - 1, draw.randrange(size)}:
            verify_inclusion(leaves[seq], seq, size, log.inclusion(seq, size), top)
        for old in {0, size, draw.randint(0, size)}:
            verify_consistency(old, size, root(leaves[:old]), top, log.consistency(old, size))


@pytest.mark.slow
def test_proofs_cross_the_second_storey(log):
    """Beyond 65,536 entries the proofs read tiles of tiles."""
    log.append(entries(66_000))
    size, top = log.head()
    for seq in (0, 65_535, 65_536, 65_999):
        verify_inclusion(log.leaf(seq), seq, size, log.inclusion(seq, size), top)
    verify_consistency(65_537, size, root([log.leaf(seq) for seq in range(65_537)]), top,
                       log.consistency(65_537, size))
    assert check(log.engine, [(size, top)]).size == size


def test_what_the_log_never_had_has_no_proof(log):
    """Sizes and entries beyond the log are refused."""
    log.append(entries(3))
    for ask in (lambda: log.inclusion(3, 3), lambda: log.inclusion(0, 4), lambda: log.consistency(1, 4),
                lambda: log.leaf(3), lambda: log.commitments(3), lambda: log.consistency(3, 2), lambda: log.leaf(-1)):
        with pytest.raises(ValueError, match=r"log|leaf|proof"):
            ask()


def test_a_receipt_at_once_is_the_receipt_of_what_is_stored(log, engine, clock, keys):
    """What is handed out from memory right after an append is what another process reads, to the byte, entry by entry."""
    seqs = log.append(entries(3, subject="s7", particulars={"note": CANARY}))
    other = SqlLog(engine, clock, keys)
    for seq in seqs:
        at = clock.at
        one = log.receipt(seq, origin="log.example.org", tag_key=b"k" * 32).payload()
        clock.at = at
        assert one == other.receipt(seq, origin="log.example.org", tag_key=b"k" * 32).payload()
        clock.at = at
        assert canonical_json(json.loads(one)) == one


def test_no_receipt_from_memory_outlives_an_erasure(log):
    """Whoever erased a decision part gives no receipt of it any more, even for the last thing appended."""
    (seq,) = log.append(entries(1))
    log.receipt(seq, origin="log.example.org")
    log.erase_decision([seq])
    with pytest.raises(EvidenceError, match="decision part"):
        log.receipt(seq, origin="log.example.org")


def test_nothing_void_gets_a_receipt(log):
    """An entry of a transaction that was undone is in no log, so there is no receipt of it."""
    def interrupted():
        with log.writing() as now:
            now.append(entries(1))
            raise RuntimeError("interrupted")
    with pytest.raises(RuntimeError):
        interrupted()
    with pytest.raises(ValueError, match="no entry"):
        log.receipt(0, origin="log.example.org")


def test_an_append_goes_to_the_database_that_is_there(log, engine, database, tmp_path):
    """After the engine was let go and its file exchanged, an append reaches the new file, or none at all."""
    if not database.startswith("sqlite"):
        pytest.skip("a file is exchanged")
    log.append(entries(2))
    engine.dispose()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    log.append(entries(1))
    engine.dispose()
    for path in tmp_path.iterdir():
        if path.is_file():
            path.unlink()
    for name, data in before.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(EvidenceError, match="has 2 entries and had 3"):
        log.append(entries(1))
    assert SqlLog(engine, log._clock, log._keys).append(entries(1)) == range(2, 3)


def test_a_receipt_leads_to_the_leaf_and_the_leaf_to_the_root(log):
    """What a person takes away is enough to show that their entry stands in the log."""
    log.append(entries(5))
    (seq,) = log.append([NewEntry(kind="objection", subject=SubjectId("s7"), received_at=AT,
                                  decision={"purposes": ["train"]}, particulars={"note": CANARY})])
    log.append(entries(5))
    receipt = parse_receipt(log.receipt(seq, origin="log.example.org", tag_key=b"k" * 32).payload())
    size, top = log.head()
    verify_inclusion(receipt.leaf(), receipt.seq, size, log.inclusion(seq, size), top)
    assert receipt.about.value()["subject"] == "s7"
    assert CANARY.encode() not in receipt.payload()


# --- nothing is changed -------------------------------------------------------------------------------------------

CHANGES = [
    "UPDATE log SET subject = 's2' WHERE seq = 1", "UPDATE log SET seq = 9 WHERE seq = 2",
    "DELETE FROM log WHERE seq = 2", "DELETE FROM log_tile", "UPDATE log_tile SET position = 5",
    "UPDATE log_decision SET body = salt WHERE seq = 1", "UPDATE log_decision SET seq = 0 WHERE seq = 1",
    "UPDATE log_particulars SET salt = body WHERE seq = 1",
    "INSERT INTO log SELECT seq + 2, kind, subject, received_at, recorded_at, about_salt, decision_commitment, "
    "particulars_commitment, leaf FROM log WHERE seq = 299",
    "INSERT INTO log SELECT -1, kind, subject, received_at, recorded_at, about_salt, decision_commitment, "
    "particulars_commitment, leaf FROM log WHERE seq = 1",
    "INSERT INTO log_decision SELECT seq, salt, body FROM log_decision WHERE seq = 1"]
LITE = [
    "INSERT OR REPLACE INTO log SELECT 1, kind, 's2', received_at, recorded_at, about_salt, decision_commitment, "
    "particulars_commitment, leaf FROM log WHERE seq = 2",
    "REPLACE INTO log_decision SELECT 1, salt, body FROM log_decision WHERE seq = 2",
    "REPLACE INTO log_particulars SELECT 1, salt, body FROM log_particulars WHERE seq = 2",
    "REPLACE INTO log_tile SELECT level, position, hash FROM log_tile",
    "INSERT INTO log_decision SELECT seq, salt, body FROM log_decision WHERE seq = 1 "
    "ON CONFLICT (seq) DO UPDATE SET body = 'x'",
    "UPDATE OR REPLACE log_decision SET seq = 1 WHERE seq = 2"]
POSTGRES = ["TRUNCATE log CASCADE", "TRUNCATE log_decision", "TRUNCATE log_tile",
            "INSERT INTO log_decision SELECT seq, salt, body FROM log_decision WHERE seq = 1 "
            "ON CONFLICT (seq) DO UPDATE SET body = 'x'"]


def test_the_database_itself_refuses_changes(log, engine):
    """Raw SQL cannot update, delete, replace, truncate or skip numbers; nothing is different afterwards.

    Law: REL-06
    """
    log.append(entries(300))
    before = log.head()
    for statement in [*CHANGES, *(LITE if engine.dialect.name == "sqlite" else POSTGRES)]:
        with pytest.raises((SQLAlchemyError, LicitError)), engine.connect() as connection, connection.begin():
            connection.execute(text(statement))
    assert log.head() == before
    assert check(engine, [before]).decisions_gone == 0


@pytest.mark.parametrize("statement", [
    "INSERT INTO log_decision (seq, salt, body) VALUES (0, :bytes, NULL)",
    "INSERT INTO log_tile (level, position, hash) VALUES (8, NULL, :bytes)",
    "INSERT INTO subject (subject, created_at, tag_key) VALUES (:words, :words, :bytes)",
    "SELECT :words FROM nowhere"])
def test_no_value_reaches_a_message_or_a_traceback(engine, statement):
    """A refused row is not quoted, neither by us nor by the server's message behind ours."""
    values = {name: value for name, value in (("bytes", CANARY.encode()), ("words", CANARY)) if f":{name}" in statement}
    with pytest.raises((SQLAlchemyError, LicitError)) as caught, engine.connect() as connection, connection.begin():
        connection.execute(text(statement), values)
    shown = "".join(traceback.format_exception(caught.value))
    assert CANARY not in shown
    assert CANARY.encode().hex() not in shown


def test_a_transaction_that_fails_leaves_no_gap(log):
    """Numbers given in a transaction that was undone are given again."""
    log.append(entries(2))
    def fail():
        with log.writing() as now:
            assert now.append(entries(3)) == range(2, 5)
            assert now.head()[0] == 5
            raise KeyError("something else went wrong")

    with pytest.raises(KeyError):
        fail()
    assert log.head()[0] == 2
    assert log.append(entries(1)) == range(2, 3)
    check(log.engine, [log.head()])


def test_other_tables_change_together_with_the_log(log, engine):
    """Within one transaction the log and the rest commit or vanish as one."""
    with log.writing() as now:
        now.append(entries(1))
        assert now.append(entries(2)) == range(1, 3)
        now.connection.execute(text("CREATE TABLE other (n integer)"))
        now.connection.execute(text("INSERT INTO other VALUES (1)"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM other")).scalar_one() == 1
    assert log.head()[0] == 3


def test_a_thread_cannot_wait_for_itself(log):
    """Appending beside one's own open transaction is refused at once; it could only wait for ever."""
    with log.writing():
        with pytest.raises(ValueError, match="writing already"):
            log.append(entries(1))
        with pytest.raises(ValueError, match="writing already"), log.writing():
            pass
    assert log.append(entries(1)) == range(0, 1)


# --- many at once -------------------------------------------------------------------------------------------------

def test_threads_share_commits_and_lose_nothing(log):
    """Appends from many threads each get numbers of their own, in one unbroken sequence."""
    with ThreadPoolExecutor(8) as pool:
        ranges = list(pool.map(lambda n: log.append(entries(n % 3 + 1, subject=f"s{n}")), range(60)))
    numbers = sorted(seq for each in ranges for seq in each)
    assert numbers == list(range(log.head()[0]))
    for n, each in enumerate(ranges):
        assert {entry.subject for entry in log.entries(start=each.start, stop=each.stop)} == {f"s{n}"}
    check(log.engine, [log.head()])


def test_a_commit_that_fails_fails_for_everybody_who_waited(log, monkeypatch):
    """No append that shared a failed commit believes that it succeeded."""
    gate = threading.Event()

    def full(*_):
        gate.wait(5)
        raise UnavailableError("the disk is full")

    monkeypatch.setattr("licit.adapters.log_store.insert", full)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(log.append, entries(1)) for _ in range(4)]
        gate.set()
        for each in waiting:
            with pytest.raises(UnavailableError, match="disk is full"):
                each.result()
    assert log.head() == (0, EMPTY)


def test_processes_append_side_by_side(log, database, keys):
    """Two processes and this one write one sequence, each range to one writer."""
    others = appenders(2, database, keys, 20, 3)
    mine = [log.append(entries(2)) for _ in range(10)]
    theirs = [tuple(map(int, line.split())) for each in others for line in each.communicate()[0].splitlines()]
    assert [each.returncode for each in others] == [0, 0]
    ranges = [*mine, *(range(*pair) for pair in theirs)]
    assert sorted(seq for each in ranges for seq in each) == list(range(140))
    assert log.head()[0] == 140
    check(log.engine, [log.head()])


def test_what_another_process_appended_is_seen(log, engine, clock, keys):
    """A head kept in memory is compared with the database each time."""
    other = SqlLog(engine, clock, keys)
    log.append(entries(3))
    assert other.head() == log.head()
    other.append(entries(300))
    assert log.head() == other.head()
    assert log.append(entries(1)) == range(303, 304)
    check(engine, [log.head()])


def test_a_log_that_became_shorter_stops_its_readers_and_writers(log, tamper):
    """A database set back to an older state is not silently continued.

    Law: CHO-05
    """
    log.append(entries(5))
    tamper(*(f"DELETE FROM {table} WHERE seq >= 3" for table in ("log_decision", "log_particulars", "log")))
    for ask in (log.head, lambda: log.append(entries(1))):
        with pytest.raises(EvidenceError, match="had 5"):
            ask()


@pytest.mark.parametrize("wait", [0.0, *(pytest.param(n / 50, marks=pytest.mark.slow) for n in range(1, 15))])
def test_a_process_killed_while_appending_leaves_a_sound_log(log, database, keys, wait):
    """After kill -9 everything acknowledged is there, nothing is half there, and the log goes on."""
    (child,) = appenders(1, database, keys, 1_000_000, 5)
    acknowledged = [child.stdout.readline()]
    time.sleep(wait)
    os.kill(child.pid, signal.SIGKILL)
    acknowledged += [line for line in child.stdout if line.endswith("\n")]
    child.communicate()
    last = int(acknowledged[-1].split()[1])
    size, top = log.head()
    assert size >= last
    assert size % 5 == 0
    assert check(log.engine, [(size, top)]).decisions_gone == 0
    assert log.append(entries(1)) == range(size, size + 1)


def test_a_lock_held_too_long_is_said(log, database, clock, keys, monkeypatch):
    """A writer that cannot write says so and has written nothing."""
    if not database.startswith("sqlite"):
        pytest.skip("PostgreSQL waits without limit unless its server sets one")
    monkeypatch.setattr(database_module, "_PRAGMAS", (*database_module._PRAGMAS, "busy_timeout=50"))
    other = connect(database)
    with log.writing(), pytest.raises(UnavailableError, match="did not answer"):
        SqlLog(other, clock, keys).append(entries(1))
    other.dispose()
    assert log.head()[0] == 0


# --- erasure ------------------------------------------------------------------------------------------------------

def test_an_erased_decision_reads_as_none_and_changes_no_proof(log):
    """The entry, its number and the tree stay; what it decided is gone, which refuses."""
    log.append(entries(4))
    before = log.head()
    assert log.erase_decision([1, 2]) == 2
    assert log.erase_decision([1, 2]) == 0
    assert [entry.decision for entry in log.entries()] == [{"n": 0}, None, None, {"n": 3}]
    assert log.head() == before
    with pytest.raises(EvidenceError, match="no readable decision"):
        log.receipt(1, origin="log.example.org")
    assert check(log.engine, [before]).decisions_gone == 2


def test_erased_particulars_leave_the_decision(log):
    """Particulars go; the protection stays."""
    log.append(entries(2, particulars={"note": CANARY}))
    assert log.commitments(1).particulars.value() == {"note": CANARY}
    assert log.erase_particulars([1]) == 1
    stored = log.commitments(1)
    assert stored.particulars is None
    assert stored.decision.value() == {"n": 1}
    assert check(log.engine).particulars_gone == 1


def test_no_byte_of_what_was_erased_stays_in_the_files(log, tmp_path, database):
    """After erasure neither the database nor its journal holds the words, short or long.

    Law: REL-07
    """
    if not database.startswith("sqlite"):
        pytest.skip("the server's files are its operator's")
    log.append(entries(3, particulars={"note": CANARY, "long": CANARY * 400}))
    log.append([NewEntry(kind="consent", subject=SubjectId("s1"), received_at=AT, decision={"note": CANARY})])
    assert any(CANARY.encode() in path.read_bytes() for path in tmp_path.iterdir())
    log.erase_particulars(range(3))
    log.erase_decision([3])
    assert [path.name for path in tmp_path.iterdir() if CANARY.encode() in path.read_bytes()] == []


def test_an_erasure_that_a_reader_holds_up_is_said(log, engine, database, monkeypatch):
    """Rows deleted while the journal cannot be emptied are not reported as erased; asking again finishes it."""
    if not database.startswith("sqlite"):
        pytest.skip("PostgreSQL rewrites the table instead")
    monkeypatch.setattr(database_module, "_PRAGMAS", (*database_module._PRAGMAS, "busy_timeout=50"))
    engine.dispose()
    log.append(entries(1, particulars={"note": CANARY}))
    with engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM log")).all()
        with pytest.raises(UnavailableError, match="journal"):
            log.erase_particulars([0])
    assert log.erase_particulars([0]) == 0


# --- alteration ---------------------------------------------------------------------------------------------------

COLUMNS = {"log": ("kind", "subject", "received_at", "recorded_at", "about_salt", "decision_commitment",
                   "particulars_commitment", "leaf"),
           "log_decision": ("salt", "body", "seq"), "log_particulars": ("salt", "body", "seq"),
           "log_tile": ("level", "position", "hash")}


def other(value):
    """Give a value of the same type that differs in its last bit, or a number far away."""
    if isinstance(value, int):
        return value + 251
    return value[:-1] + (chr(ord(value[-1]) ^ 1) if isinstance(value, str) else bytes([value[-1] ^ 1]))


@pytest.mark.parametrize("table", COLUMNS)
def test_one_changed_value_anywhere_is_found(log, engine, tamper, table):
    """Whatever column is changed behind the guards, the check names a fault; changed back, it is content.

    Law: REL-06
    """
    log.append(entries(260, particulars={"p": 1}))
    log.erase_decision([258])  # so that a part can be moved to an entry that lacks one
    log.erase_particulars([258])
    place = "" if table == "log_tile" else "seq = 7"
    for column in COLUMNS[table]:
        with engine.connect() as connection:
            old = connection.execute(text(f"SELECT {column} FROM {table} WHERE {place or 'true'}")).scalar_one()
        tamper(f"UPDATE {table} SET {column} = :new WHERE {place or 'true'}", new=other(old))
        with pytest.raises(EvidenceError):
            check(engine, [log.head()])
        place_now = place.replace("7", "258") if column == "seq" else place
        tamper(f"UPDATE {table} SET {column} = :old WHERE {place_now or 'true'}", old=old)
        assert check(engine, [log.head()]).decisions_gone == 1


def test_a_lost_entry_is_found(log, engine, tamper):
    """An entry gone from the middle shows in its number, the last one through a known checkpoint.

    Law: REL-06
    """
    log.append(entries(4))
    log.erase_decision(range(4))
    log.erase_particulars(range(4))
    known = log.head()
    assert check(engine, [known]).size == 4
    tamper("DELETE FROM log WHERE seq = 3")
    assert check(engine).size == 3
    with pytest.raises(EvidenceError, match="known checkpoint"):
        check(engine, [known])
    tamper("DELETE FROM log WHERE seq = 1")
    with pytest.raises(EvidenceError, match="log entry 1: an entry is missing"):
        check(engine)


def test_a_lost_tile_is_found(log, engine, tamper):
    """Proofs that would read a tile that is gone stop, and the check names the table."""
    log.append(entries(300))
    tamper("DELETE FROM log_tile")
    with pytest.raises(EvidenceError, match="log_tile"):
        check(engine)
    with pytest.raises(EvidenceError, match="missing"):
        log.inclusion(299, 300)


def test_a_missing_or_hollow_guard_is_found(log, engine):
    """A database whose triggers were dropped or emptied is not trusted, even while its content still agrees."""
    log.append(entries(1))
    check(engine)
    statements = ["DROP TRIGGER log_decision_no_update"]
    if engine.dialect.name == "sqlite":
        statements.append("CREATE TRIGGER log_decision_no_update BEFORE UPDATE ON log_decision BEGIN SELECT 1; END")
    else:
        statements = ["CREATE OR REPLACE FUNCTION log_decision_refuse() RETURNS trigger LANGUAGE plpgsql "
                      "AS $$ BEGIN RETURN NEW; END $$", "DROP TRIGGER log_decision_no_change ON log_decision"]
    for statement in statements:
        with engine.connect() as connection, connection.begin():
            connection.execute(text(statement))
        with pytest.raises(EvidenceError, match="guard"):
            check(engine)


def test_a_log_rewritten_as_a_whole_fails_a_known_checkpoint(log, engine, clock, keys, tamper):
    """Someone who rebuilds everything consistently is caught by a checkpoint kept elsewhere, and only by it.

    Law: REL-06
    """
    log.append(entries(4))
    known = log.head()
    tamper("DELETE FROM log_decision", "DELETE FROM log_particulars", "DELETE FROM log")
    SqlLog(engine, clock, keys).append(entries(4))
    assert check(engine).size == 4
    for size, top in (known, (9, bytes(32)), (0, bytes(32)), (-1, bytes(32))):
        with pytest.raises(EvidenceError):
            check(engine, [(size, top)])
    assert check(engine, [(0, EMPTY)]).size == 4


def test_the_empty_log_is_sound(log, engine):
    """Nothing in it is nothing wrong with it; a checkpoint of more is."""
    assert check(engine, [(0, EMPTY)]).root == EMPTY
    with pytest.raises(EvidenceError, match="known checkpoint"):
        check(engine, [(1, bytes(32))])


def test_an_entry_moved_to_another_person_stops_its_reader(log, tamper):
    """Reading never believes a column that the leaf does not confirm."""
    log.append(entries(3))
    tamper("UPDATE log SET subject = 's2' WHERE seq = 1")
    for ask in (lambda: list(log.entries(subject=SubjectId("s2"))), lambda: list(log.entries()),
                lambda: log.commitments(1)):
        with pytest.raises(EvidenceError, match="log entry 1"):
            ask()


def test_a_forged_decision_reads_as_none(log, tamper):
    """A decision part that does not match its commitment counts as missing, which refuses."""
    log.append(entries(2))
    tamper("UPDATE log_decision SET body = :body WHERE seq = 1", body=b'{"n":2}')
    assert [entry.decision for entry in log.entries()] == [{"n": 0}, None]
    assert log.commitments(1).decision is None


def test_a_flipped_bit_in_the_file_is_found_or_changes_nothing(log, tmp_path, database, clock, keys):
    """Over many damaged copies of the file: the check fails, or every entry still reads as before."""
    if not database.startswith("sqlite"):
        pytest.skip("the server's files are its operator's")
    log.append(entries(300, particulars={"note": CANARY}))
    known, before = log.head(), list(log.entries())
    database_module.purge(log.engine)
    whole = (tmp_path / "licit.db").read_bytes()
    draw, caught = random.Random(11), 0
    for number in range(40):
        at = draw.randrange(100, len(whole))
        copy = tmp_path / f"copy{number}.db"
        copy.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << draw.randrange(8)]) + whole[at + 1:])
        engine = connect(copy)
        try:
            check(engine, [known])
            assert list(SqlLog(engine, clock, keys).entries()) == before
        except EvidenceError:
            caught += 1
        finally:
            engine.dispose()
    assert caught > 20
