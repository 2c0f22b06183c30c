"""The contract of identities, on every database: one random id for each person, found by keyed hash, bound to the log."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from licit.adapters.identities import SqlIdentities, lookup_commitment, tag_commitment
from licit.adapters.log_check import check
from licit.adapters.log_store import SqlLog
from licit.core.errors import EvidenceError, LicitError, SetupError

ANA = ("chat.example", "account", "ana@mail.example")
PEOPLE = [("chat.example", "account", f"user-{n}@mail.example") for n in range(40)]

MAKER = """
import sys, datetime
from pathlib import Path
from licit.adapters.database import connect
from licit.adapters.identities import SqlIdentities
from licit.adapters.log_store import SqlLog
from licit.adapters.vault import FileKeys
class Clock:
    def now(self): return datetime.datetime.now(datetime.UTC)
keys = FileKeys(Path(sys.argv[2]))
identities = SqlIdentities(SqlLog(connect(sys.argv[1]), Clock(), keys), Clock(), keys)
people = [("chat.example", "account", f"user-{n}@mail.example") for n in range(40)]
print(*(identities.subjects_for([person], create=True)[0] for person in people))
"""


@pytest.fixture
def identities(log, clock, keys):
    """Give identities beside an empty log."""
    return SqlIdentities(log, clock, keys)


def test_a_person_has_one_id_and_keeps_it(identities, engine, clock, keys):
    """The same issuer, kind and key give the same id, in order, from any process; any difference gives another."""
    people = [ANA, ("chat.example", "device", ANA[2]), ("other.example", "account", ANA[2]), ANA]
    first = identities.subjects_for(people, create=True)
    assert first[0] == first[3]
    assert len(set(first)) == 3
    again = SqlIdentities(SqlLog(engine, clock, keys), clock, keys)
    assert again.subjects_for(people, create=True) == first
    assert identities.subjects_for(list(reversed(people)), create=False) == first[::-1]


def test_who_is_unknown_stays_unknown_unless_made(identities, log):
    """Looking makes nobody."""
    assert identities.subjects_for([ANA, PEOPLE[0]], create=False) == ["", ""]
    (made,) = identities.subjects_for([ANA], create=True)
    assert identities.subjects_for([PEOPLE[0], ANA], create=False) == ["", made]
    assert log.head()[0] == 1
    assert identities.subjects_for([], create=True) == []


def test_ids_are_random_and_say_nothing(identities, log, engine, clock, keys, tamper):
    """Making the same person twice, with the same keys, gives two different ids."""
    (first,) = identities.subjects_for([ANA], create=True)
    assert len(first) == 27
    assert first[0] == "s"
    tamper("DELETE FROM subject_index", "DELETE FROM subject")
    assert identities.subjects_for([ANA], create=True) != [first]


def test_no_raw_key_is_stored(identities, tmp_path, database):
    """The files hold neither address nor account name.

    Law: CHO-22, REL-07
    """
    if not database.startswith("sqlite"):
        pytest.skip("the server's files are its operator's")
    identities.subjects_for([ANA, *PEOPLE], create=True)
    for path in tmp_path.iterdir():
        assert b"mail.example" not in path.read_bytes()
        assert b"chat.example" not in path.read_bytes()


def test_a_rotated_key_still_finds_everybody(identities, keys, engine):
    """Old rows are found under their epoch, new rows are written under the new one, and nobody is made twice.

    Law: REL-07
    """
    old = identities.subjects_for(PEOPLE[:3], create=True)
    keys.rotate("lookup")
    new = identities.subjects_for(PEOPLE[:5], create=True)
    assert new[:3] == old
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT lookup FROM subject_index ORDER BY lookup")).scalars().all()
    assert [row.split(".")[0] for row in rows] == ["k1"] * 3 + ["k2"] * 2
    assert identities.subjects_for(PEOPLE[:5], create=False) == new


def test_a_rotation_between_looking_and_making_makes_nobody_twice(identities, log, engine, clock, keys, monkeypatch):
    """Keys are read again under the writer's lock: who was made under a newer epoch meanwhile is found."""
    other = SqlIdentities(SqlLog(engine, clock, keys), clock, keys)
    enter, made = log.writing, []

    def late():
        monkeypatch.setattr(log, "writing", enter)
        keys.rotate("lookup")
        made.extend(other.subjects_for([ANA], create=True))
        return enter()

    monkeypatch.setattr(log, "writing", late)
    assert identities.subjects_for([ANA, PEOPLE[0]], create=True)[0] == made[0]
    assert identities.check() == 2


def test_without_the_key_nobody_is_unknown_by_mistake(identities, keys):
    """A lost key file stops the look-up; it does not answer that nobody is known."""
    identities.subjects_for([ANA], create=True)
    keys._path.unlink()
    with pytest.raises(SetupError):
        identities.subjects_for([ANA], create=False)


def test_each_person_is_committed_in_the_log(identities, log):
    """A subject's entry commits to the tag key that the person is given and to the row by which they are found."""
    subjects = identities.subjects_for(PEOPLE, create=True)
    found = identities.tag_keys(subjects)
    assert {entry.subject: entry.decision["commitment"] for entry in log.entries(kinds=["subject"])} == {
        subject: tag_commitment(found[subject]) for subject in subjects}
    assert len(set(found.values())) == len(PEOPLE)
    assert {len(key) for key in found.values()} == {32}
    assert identities.tag_keys(["nobody"]) == {}
    assert identities.check() == len(PEOPLE)
    check(log.engine, [log.head()])


def test_people_are_made_whole_or_not_at_all(identities, log, monkeypatch):
    """When the rows cannot be written, the log has no entry of them either."""
    def full(connection, table, rows):
        raise OSError("disk full")

    monkeypatch.setattr("licit.adapters.identities.insert", full)
    with pytest.raises(OSError, match="disk full"):
        identities.subjects_for(PEOPLE, create=True)
    monkeypatch.undo()
    assert log.head()[0] == 0
    assert identities.subjects_for(PEOPLE[:1], create=False) == [""]


def test_threads_that_meet_the_same_people_agree(identities, log):
    """Eight imports at once make everybody once."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: identities.subjects_for(PEOPLE[n % 3:], create=True)[-30:], range(16)))
    assert len({tuple(answer) for answer in answers}) == 1
    assert log.head()[0] == len(PEOPLE)


def test_processes_that_meet_the_same_people_agree(identities, database, keys):
    """Two processes, one by one through the same list, make everybody once."""
    others = [subprocess.Popen([sys.executable, "-c", MAKER, database, str(keys._path)], stdout=subprocess.PIPE,
                               text=True) for _ in range(2)]
    answers = [tuple(each.communicate()[0].split()) for each in others]
    assert answers[0] == answers[1] == tuple(identities.subjects_for(PEOPLE, create=False))
    assert identities.check() == len(PEOPLE)


@pytest.mark.parametrize("statement", [
    "UPDATE subject_index SET subject = 'x'", "DELETE FROM subject_index", "UPDATE subject SET tag_key = 'x'",
    "DELETE FROM subject", "INSERT INTO subject_index SELECT lookup, subject FROM subject_index"])
def test_the_database_itself_refuses_changes(identities, engine, statement):
    """Nobody is moved, lost or given another key by a statement."""
    identities.subjects_for(PEOPLE[:2], create=True)
    with pytest.raises((SQLAlchemyError, LicitError)), engine.connect() as connection, connection.begin():
        connection.execute(text(statement))
    assert identities.check() == 2


@pytest.mark.parametrize("statement", [
    "UPDATE subject_index SET lookup = 'k1.other' WHERE subject = :one",
    "UPDATE subject_index SET subject = :two WHERE subject = :one",
    "DELETE FROM subject_index WHERE subject = :one",
    "INSERT INTO subject_index VALUES ('k1.more', :one)",
    "UPDATE subject SET tag_key = :key WHERE subject = :one",
    "UPDATE subject SET entry = 1 WHERE subject = :one",
    "INSERT INTO subject SELECT 'sother', tag_key, created_at, entry FROM subject WHERE subject = :one"])
def test_a_changed_row_is_found(identities, tamper, statement):
    """Who was moved, lost, added or given another key behind the guards shows in the check."""
    one, two = identities.subjects_for(PEOPLE[:2], create=True)
    assert identities.check() == 2
    tamper(statement, **{name: value for name, value in (("one", one), ("two", two), ("key", b"x" * 32))
                         if f":{name}" in statement})
    with pytest.raises(EvidenceError):
        identities.check()


def test_the_two_commitments_differ():
    """What commits to a tag key cannot be taken for what commits to a look-up row."""
    assert tag_commitment(b"k1.x") != lookup_commitment("k1.x")
