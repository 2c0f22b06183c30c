"""The workspace's database: SQLite unless a URL says otherwise, and the one place where the two dialects differ.

Rules kept here:

- A write transaction takes the one writer's lock before it reads, so that what it decided on is still true when it
  commits. A commit is durable (WAL with ``synchronous=FULL``).
- What a table may lose is refused by triggers, not by good behaviour: :class:`Guard`.
- What is deleted is overwritten (``secure_delete``), and :func:`purge` empties the journal that would keep a copy.
- Statements' values never reach a message (``hide_parameters``).
"""

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import SQLAlchemyError

from licit.core.errors import EvidenceError, LicitError, SetupError, UnavailableError

metadata = MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s", "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"})

#: A whole number of 64 bits that may be a primary key on both dialects.
Big = BigInteger().with_variant(Integer, "sqlite")


class Bytes(LargeBinary):
    """Bytes that pass as they are: both drivers take and give them, and wrapping each would cost more than storing."""

    def bind_processor(self, dialect: Any) -> None:
        """Wrap nothing."""

    def result_processor(self, dialect: Any, coltype: Any) -> None:
        """Unwrap nothing."""


_NAME = re.compile(r"[a-z_]+")
_WAIT_SECONDS = 30
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
#: What keeps a sound database from answering now, by the beginning of the driver's name for it.
_WHY = {"SQLITE_BUSY": "somebody else is writing", "SQLITE_LOCKED": "somebody else is writing",
        "SQLITE_PROTOCOL": "somebody else is writing", "SQLITE_FULL": "the disk is full",
        "SQLITE_IOERR": "its files could not be read or written, as on a full disk",
        "SQLITE_CANTOPEN": "its files could not be opened; they or their folder may not be written",
        "SQLITE_READONLY": "its files or their folder may not be written"}
_LOCK = 0x6C69636974  # PostgreSQL's advisory lock for the one writer
_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "recursive_triggers=ON",
            "trusted_schema=OFF", "cell_size_check=ON", f"busy_timeout={_WAIT_SECONDS * 1000}",
            # 16 MiB each, of pages in memory and of journal before it is copied into the file, at most every 4,000
            # pages: a batch touches its people's pages of the index all over, and copies most of them once, not often
            "cache_size=-16384", "wal_autocheckpoint=4000")
_VARIABLES = 999  # what every SQLite takes in one statement


def connect(where: str | Path, *, create: bool = False) -> Engine:
    """Open a database: a path for SQLite, a URL for anything else.

    Args:
        where: The file's path, or a URL such as ``postgresql+psycopg://…``.
        create: Make the SQLite file (mode 0600) when it does not exist; otherwise a missing file is an error, since an
            empty log would hold nobody's objection.

    Raises:
        SetupError: no such file, no such driver, or a URL that cannot be read.
    """
    try:
        url = make_url(f"sqlite:///{where}" if isinstance(where, Path) else where)
        if url.get_backend_name() != "sqlite":
            engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)
        else:
            _open_file(Path(url.database or ""), create)
            engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _WAIT_SECONDS})
    except (SQLAlchemyError, ImportError) as error:
        raise SetupError(f"the database cannot be used: {type(error).__name__}",
                         remedy="Check the database URL; PostgreSQL needs: pip install 'licit[postgres]'") from None
    event.listen(engine, "handle_error", _translate)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_file(path: Path, create: bool) -> None:
    if path.is_file():
        return
    if not create or path.name in ("", ":memory:"):
        raise SetupError("there is no database file here", about=path.name, remedy="Make a workspace: licit init")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise SetupError(f"the database file cannot be made: {error.strerror}", about=path.name) from None


def _prepare_sqlite(raw: Any, _: Any) -> None:
    raw.isolation_level = None
    cursor = raw.cursor()
    try:
        (mode,) = cursor.execute("PRAGMA journal_mode=WAL").fetchone()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
    except sqlite3.Error as error:
        raise _meaning(error) or error from None
    finally:
        cursor.close()
    if mode != "wal":
        raise SetupError(f"the database cannot keep a write-ahead log here (mode {mode})",
                         remedy="Put the workspace on a local disk.")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("licit_write", False)
    raw: Any = connection.connection.dbapi_connection
    try:
        raw.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    except sqlite3.Error as error:
        raise _meaning(error) or error from None


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a write transaction as the only writer of all processes; commit at the end, undo on an exception.

    Raises:
        UnavailableError: another writer held the lock too long, the disk is full, or the server is gone.
        EvidenceError: the database file is damaged.
    """
    with engine.connect().execution_options(licit_write=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield connection


def fetch(connection: Connection, statement: Select[Any], **values: Any) -> list[tuple[Any, ...]]:
    """Run one read on the driver's own cursor, a quarter of the cost of the library's way; for short, frequent ones.

    The statement is compiled once and kept, so it must be one of few that are made once. Outside of a transaction it
    sees a moment of its own.

    Raises:
        UnavailableError: the database did not answer.
        EvidenceError: the database is damaged.
    """
    kind: Any = type(connection.dialect)
    words, fixed, order = _compiled(statement, kind)
    given = {**fixed, **values}
    with _cursor(connection) as cursor:
        cursor.execute(words, given if order is None else [given[name] for name in order])
        return list(cursor.fetchall())


def among(connection: Connection, query: str, values: Sequence[str], *, number: int = 500) -> Iterator[Any]:
    """Give the rows of a query that ends in ``IN``, for so many values at a time; it is written by the programmer only.

    Raises:
        UnavailableError: the database did not answer.
        EvidenceError: the database is damaged.
    """
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    for start in range(0, len(values), number):
        some = tuple(values[start:start + number])
        yield from connection.exec_driver_sql(f"{query} ({', '.join([mark] * len(some))})", some)


def insert(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows given in the order of the table's columns, on the driver's own cursor as :func:`fetch`.

    The connection must be in a transaction.

    Raises:
        UnavailableError: the database did not answer.
        EvidenceError: it refused a row, or is damaged.
    """
    if not rows:
        return
    if not connection.in_transaction():
        raise ValueError("rows are inserted in a transaction only")
    dialect, at = connection.dialect.name, 0
    with _cursor(connection) as cursor:
        if dialect == "sqlite":  # many rows to a statement cost it a quarter less, guards included
            step = _VARIABLES // len(table.columns)
            for at in range(step, len(rows) + 1, step):
                cursor.execute(_insertion(table, dialect, step), list(chain.from_iterable(rows[at - step:at])))
        if rows[at:]:
            cursor.executemany(_insertion(table, dialect), rows[at:])


@contextmanager
def _cursor(connection: Connection) -> Iterator[Any]:
    cursor = connection.connection.cursor()
    try:
        yield cursor
    except connection.dialect.loaded_dbapi.Error as error:
        raise _meaning(error) or error from None
    finally:
        cursor.close()


@lru_cache(maxsize=64)
def _insertion(table: Table, dialect: str, rows: int = 1) -> str:
    columns = [column.name for column in table.columns]
    marks = f"({', '.join(['?' if dialect == 'sqlite' else '%s'] * len(columns))})"
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {', '.join([marks] * rows)}"  # noqa: S608


@lru_cache(maxsize=256)
def _compiled(statement: Select[Any], dialect: type[Dialect]) -> tuple[str, dict[str, Any], Sequence[str] | None]:
    """Give a statement's words, the values that stand in it, and their order where the driver goes by place; once for all databases of a kind."""
    words: Any = statement.compile(dialect=dialect())
    return words.string, dict(words.params), (words.positiontup or ()) if words.positional else None


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Open a read transaction in which every statement sees one moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def _meaning(error: BaseException | None) -> LicitError | None:
    """Say in our own words what a driver's error means to the caller; None for a fault of the statement."""
    name = getattr(error, "sqlite_errorname", "")
    kinds = [kind.__name__ for kind in type(error).__mro__]
    # a text that is no UTF-8 has no error name, and its message quotes the text
    if name.startswith(_DAMAGED) or (not name and kinds[0] == "OperationalError" and "sqlite3" in type(error).__module__):
        return _damaged(name or "a text cannot be decoded")
    if "IntegrityError" in kinds:
        return EvidenceError(f"the database refused a change ({name or kinds[0]})",
                             remedy="A guard or a key forbids it; nothing was written.")
    why = next((said for start, said in _WHY.items() if name.startswith(start)), "")
    if why or (not name and "OperationalError" in kinds):
        return UnavailableError(f"the database did not answer{why and ': '}{why} ({name or kinds[0]})",
                                remedy="This change was not written; free the way and run the same command again.")
    return None


def _translate(context: ExceptionContext) -> LicitError | None:
    ours = _meaning(context.original_exception)
    if ours is not None:
        # the driver's error stays chained to ours, and a server's message quotes the row it refused
        context.original_exception.args = (type(context.original_exception).__name__,)
    return ours


def _damaged(detail: str) -> EvidenceError:
    return EvidenceError(f"the database is damaged: {detail}",
                         remedy="Restore it from a backup and compare its log with a signed checkpoint.")


def purge(engine: Engine, *tables: str) -> None:
    """Leave nothing of deleted rows behind in the database's own files.

    SQLite empties its journal into the file, whose free space is overwritten. PostgreSQL rewrites the tables; archived
    journals, replicas and backups are the operator's to clear.

    Raises:
        UnavailableError: a reader is in the way; the rows are deleted, and their bytes still lie in the journal.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if busy:
            raise UnavailableError("what was deleted is still in the database's journal, because somebody is reading",
                                   remedy="Run the erasure again.")
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.execute(text(f"VACUUM FULL {table}"))


def inspect(connection: Connection, guards: Iterable["Guard"]) -> None:
    """Check the database itself: file structure, indexes, foreign keys, and that every guard stands.

    Raises:
        EvidenceError: a page, index or reference is damaged, or a guard is missing or altered.
    """
    expected = {guard.table: guard.statements(connection.dialect.name) for guard in guards}
    if connection.dialect.name == "sqlite":
        if [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check(1)")] != ["ok"]:
            raise _damaged("integrity check")
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise _damaged("foreign keys")
        standing = {row[0] for row in connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger'")}
        wanted = {table: set(each) for table, each in expected.items()}
    else:
        standing = {row[0] for row in connection.execute(text(
            "SELECT CAST(tgname AS text) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') "
            "AND pg_table_is_visible(tgrelid) "
            "UNION ALL SELECT prosrc FROM pg_proc WHERE pg_function_is_visible(oid) "
            "AND prorettype = 'trigger'::regtype"))}
        wanted = {table: {statement.split("$$")[1] if "$$" in statement else statement.split()[2]
                          for statement in each} for table, each in expected.items()}
    for table, names in wanted.items():
        if not names <= standing:
            raise EvidenceError("a guard against changes is missing or altered", about=f"table {table}",
                                remedy="Somebody changed the database by hand; compare it with a signed checkpoint.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What a table refuses: every change of a row, and unless ``erasable`` every deletion.

    ``key`` names its primary key. ``sequenced`` insists that a new row's key is the next number, from 0.
    """

    table: str
    key: tuple[str, ...]
    erasable: bool = False
    sequenced: bool = False

    def __post_init__(self) -> None:
        """Insist on plain names, since they become part of statements.

        Raises:
            ValueError: otherwise.
        """
        if not all(_NAME.fullmatch(name) for name in (self.table, *self.key)):
            raise ValueError("a guarded table and its key have plain names")

    def statements(self, dialect: str) -> list[str]:
        """Give the DDL that makes the triggers, one statement each.

        Raises:
            SetupError: no such dialect.
        """
        if dialect == "sqlite":
            return self._sqlite()
        if dialect == "postgresql":
            return self._postgresql()
        raise SetupError(f"the database {dialect} is not supported", remedy="Use SQLite or PostgreSQL.")

    def _sqlite(self) -> list[str]:
        same = " AND ".join(f"{column} = NEW.{column}" for column in self.key)
        exists = f"EXISTS (SELECT 1 FROM {self.table} WHERE {same})"  # noqa: S608
        refusals = [("update", "UPDATE", "")]
        if not self.erasable:
            refusals.append(("delete", "DELETE", ""))
        # INSERT OR REPLACE deletes without firing delete triggers, so an insert over a row is refused as well
        refusals.append(("gap", "INSERT", f" WHEN NEW.{self.key[0]} IS NOT ({self._next()})") if self.sequenced
                        else ("replace", "INSERT", f" WHEN {exists}"))
        return [f"CREATE TRIGGER {self.table}_no_{name} BEFORE {when} ON {self.table}{condition} "
                f"BEGIN SELECT RAISE(ABORT, '{self.table}: {name} refused'); END"
                for name, when, condition in refusals]

    def _next(self) -> str:
        return f"SELECT coalesce(max({self.key[0]}), -1) + 1 FROM {self.table}"  # noqa: S608

    def _postgresql(self) -> list[str]:
        function = f"{self.table}_refuse"
        changes = "UPDATE" if self.erasable else "UPDATE OR DELETE"
        refuse = (f"BEGIN RAISE EXCEPTION USING MESSAGE = '{self.table}: ' || lower(TG_OP) || ' refused', "
                  f"ERRCODE = 'restrict_violation'; END")
        out = [f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ {refuse} $$",
               f"CREATE TRIGGER {self.table}_no_change BEFORE {changes} ON {self.table} "
               f"FOR EACH ROW EXECUTE FUNCTION {function}()",
               f"CREATE TRIGGER {self.table}_no_truncate BEFORE TRUNCATE ON {self.table} "
               f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"]
        if self.sequenced:
            body = (f"BEGIN IF NEW.{self.key[0]} IS DISTINCT FROM ({self._next()}) THEN "
                    f"RAISE EXCEPTION USING MESSAGE = '{self.table}: gap refused', ERRCODE = 'restrict_violation'; "
                    f"END IF; RETURN NEW; END")
            out += [f"CREATE FUNCTION {self.table}_next() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
                    f"CREATE TRIGGER {self.table}_no_gap BEFORE INSERT ON {self.table} "
                    f"FOR EACH ROW EXECUTE FUNCTION {self.table}_next()"]
        return out
