"""A copy of the database as one moment saw it, made while others go on writing: always one SQLite file.

A server's database is copied row by row into such a file, so that backups, auditors and the verifier read one format.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, select

from licit.core.errors import EvidenceError, UnavailableError

from . import catalogue, identities, log_rows  # noqa: F401 (each puts its tables on the list of those to copy)
from .database import connect, insert, metadata, snapshot, writing
from .migrations import migrate

_ROWS = 5_000
#: Tables of the server's database that end by themselves within hours.
_SESSIONS = ("session", "staff_session")


def copy_database(engine: Engine, target: Path) -> None:
    """Copy a database to a new SQLite file that only its owner may read, whole and durable; nothing deleted comes along.

    Raises:
        UnavailableError: it cannot be read now, or the copy cannot be written.
        EvidenceError: it is damaged.
    """
    if engine.dialect.name == "sqlite":
        _copy_file(engine, target)
    else:
        _copy_rows(engine, target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def copy_visits(source: Path, target: Path) -> None:
    """Copy the server's own database, without anybody's session.

    A session that ended must not begin again with the copy, and none lasts as long as it takes to put one back.

    Raises:
        UnavailableError: it cannot be read now, or the copy cannot be written.
        EvidenceError: it is damaged.
    """
    engine = connect(source)
    try:
        copy_database(engine, target)
    finally:
        engine.dispose()
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        for table in _SESSIONS:
            copy.execute(f"DROP TABLE IF EXISTS {table}")
        copy.execute("VACUUM")
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _copy_rows(engine: Engine, target: Path) -> None:
    """Copy every row of a server's database, in the order of its keys, as one moment saw them."""
    copy = connect(target, create=True)
    try:
        migrate(copy)
        with snapshot(engine) as source, writing(copy) as sink:
            for table in metadata.sorted_tables:
                rows = source.execution_options(stream_results=True, max_row_buffer=_ROWS).execute(
                    select(table).order_by(*table.primary_key.columns))
                for batch in rows.partitions(_ROWS):
                    insert(sink, table, [tuple(row) for row in batch])
        copy.dispose()
        with closing(sqlite3.connect(target)) as connection:  # one file, without the journal beside it
            connection.execute("PRAGMA journal_mode=DELETE")
    except BaseException:
        copy.dispose()
        target.unlink(missing_ok=True)
        raise


def _copy_file(engine: Engine, target: Path) -> None:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    try:
        with closing(sqlite3.connect(engine.url.database or "")) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            (answer,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise EvidenceError("the database is damaged", about=target.name,
                                remedy="Restore a backup that was made before.") from None
        raise UnavailableError(f"the database could not be copied ({type(error).__name__})", about=target.name,
                               remedy="Nothing was kept; try again.") from None
    if answer != "ok":
        raise EvidenceError("the database is damaged: a quick check of its copy fails", about=target.name,
                            remedy="Restore a backup that was made before.")
