"""Opening, migrating and guarding the database."""

import os
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from licit.adapters import database, identities, log_rows, migrations
from licit.adapters.database import Guard, connect, metadata, purge, snapshot, writing
from licit.adapters.migrations import migrate, require_current
from licit.core.errors import EvidenceError, SetupError, UnavailableError

OURS = {"log", "log_decision", "log_particulars", "log_tile", "subject", "subject_index"}


@pytest.fixture
def engine(tmp_path):
    """Give a migrated database."""
    engine = connect(tmp_path / "licit.db", create=True)
    migrate(engine)
    yield engine
    engine.dispose()


def test_a_missing_database_is_not_made_by_opening_it(tmp_path):
    """An empty log where a full one was expected would hold nobody's objection."""
    with pytest.raises(SetupError, match="no database file"):
        connect(tmp_path / "licit.db")
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_its_owners_alone(tmp_path, engine):
    """The database and its journal are readable by nobody else, whatever the umask."""
    old = os.umask(0)
    try:
        other = connect(tmp_path / "other.db", create=True)
        migrate(other)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("other.db*")}
        other.dispose()
    finally:
        os.umask(old)
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize("where", ["sqlite://", "sqlite:///", "nonsense", "nosuch://x", "sqlite+nosuch:///x"])
def test_what_is_no_database_is_said(where):
    """A bad URL, a missing driver or a database in memory is a setup error."""
    with pytest.raises(SetupError):
        connect(where)


def test_every_connection_is_durable_and_strict(engine):
    """WAL, full synchronisation, foreign keys, secure deletion and recursive triggers are on, on each connection."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "recursive_triggers": 1,
              "trusted_schema": 0}
    with engine.connect() as one, engine.connect() as two:
        for connection in (one, two):
            assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted} == wanted


def test_migrations_give_what_the_code_expects(engine):
    """The migrated database equals the tables in the code; migrating again changes nothing."""
    assert identities.subject.metadata is log_rows.log.metadata is metadata
    migrate(engine)
    require_current(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in OURS,
                              "include_object": lambda _, name, kind, *__: kind != "table" or name in OURS})
        assert compare_metadata(context, metadata) == []


def test_versions_are_the_chain_of_the_migrations():
    """What the code reads off the files' names is what the files say of themselves, first to last."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    assert tuple(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())[::-1] == migrations.known()


def test_every_guarded_table_has_its_guards_in_the_database(engine):
    """The guards that the code checks are those that the migration made."""
    with snapshot(engine) as connection:
        database.inspect(connection, (*log_rows.GUARDS, *identities.GUARDS))


def test_a_database_of_another_version_is_refused(tmp_path, engine):
    """Neither an unmigrated database nor one of a newer program is used."""
    empty = connect(tmp_path / "empty.db", create=True)
    with pytest.raises(SetupError, match="version none"):
        require_current(empty)
    empty.dispose()
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    for ask in (require_current, migrate):
        with pytest.raises(SetupError, match="does not know"):
            ask(engine)


def test_a_failed_transaction_writes_nothing(engine):
    """What was written before an exception is undone, tables included."""
    def fail():
        with writing(engine) as connection:
            connection.execute(text("CREATE TABLE more (n integer)"))
            raise KeyError("something else went wrong")

    with pytest.raises(KeyError):
        fail()
    with engine.connect() as connection, pytest.raises(SQLAlchemyError):
        connection.execute(text("SELECT * FROM more"))


def test_two_writers_do_not_overlap(engine, tmp_path, monkeypatch):
    """The second waits for the lock from its first statement, and says so when it cannot get it."""
    monkeypatch.setattr(database, "_PRAGMAS", (*database._PRAGMAS, "busy_timeout=20"))
    other = connect(tmp_path / "licit.db")
    with writing(engine), pytest.raises(UnavailableError, match="SQLITE_BUSY"), writing(other):
        pass
    other.dispose()


def test_what_is_no_database_file_is_damage(tmp_path):
    """A file with other content is evidence of damage, not an empty database."""
    path = tmp_path / "licit.db"
    path.write_bytes(b"not a database at all, but long enough to look like one" * 100)
    engine = connect(path)
    with pytest.raises(EvidenceError, match="SQLITE_NOTADB"):
        engine.connect()
    engine.dispose()


def test_purging_empties_the_journal(engine, tmp_path):
    """After a purge nothing lies in the write-ahead log."""
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE more (n integer)"))
    assert (tmp_path / "licit.db-wal").stat().st_size > 0
    purge(engine)
    assert (tmp_path / "licit.db-wal").stat().st_size == 0


@pytest.mark.parametrize(("table", "key"), [("log; DROP", ("seq",)), ("log", ("seq)",)), ("", ("seq",))])
def test_a_guard_takes_plain_names_only(table, key):
    """Names become part of statements, so anything else is refused."""
    with pytest.raises(ValueError, match="plain names"):
        Guard(table=table, key=key)


def test_an_unknown_dialect_has_no_guards():
    """A database that cannot be guarded is not used."""
    with pytest.raises(SetupError, match="not supported"):
        Guard(table="log", key=("seq",)).statements("mysql")
