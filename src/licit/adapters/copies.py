"""A copy of the database as one moment saw it, made while others go on writing."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from licit.core.errors import EvidenceError, SetupError, UnavailableError


def copy_database(engine: Engine, target: Path) -> None:
    """Copy an SQLite database to a new file that only its owner may read, whole and durable; nothing deleted comes along.

    Raises:
        UnavailableError: it cannot be read now, or the copy cannot be written.
        EvidenceError: it is damaged.
        SetupError: it is no SQLite database.
    """
    if engine.dialect.name != "sqlite":
        raise SetupError("only an SQLite database is copied here", remedy="Back the server up with its own tools.")
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    try:
        with closing(sqlite3.connect(engine.url.database or "")) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            (answer,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise EvidenceError("the database is damaged", about="licit.db",
                                remedy="Restore a backup that was made before.") from None
        raise UnavailableError(f"the database could not be copied ({type(error).__name__})", about="licit.db",
                               remedy="Nothing was kept; try again.") from None
    if answer != "ok":
        raise EvidenceError("the database is damaged: a quick check of its copy fails", about="licit.db",
                            remedy="Restore a backup that was made before.")
    with target.open("rb+") as file:
        os.fsync(file.fileno())
