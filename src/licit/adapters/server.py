"""A workspace's log in a database server: its address, and whose it is.

Rules kept here:

- No password is kept: the server's own means carry it (``PGPASSFILE``, ``PGPASSWORD``, a socket's owner).
- A database belongs to one workspace: a workspace that opens another's is refused, whatever the log in it says.
- The address lies beside the settings and in no backup, for what is put back from a backup goes on in a file of its own.
"""

import os
import re
import secrets
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import ArgumentError

from licit.core.errors import SetupError

from .database import connect
from .migrations import migrate

FILE = "database.url"

_OWNER = re.compile(r"[0-9a-f]{32}")


def checked(address: str) -> str:
    """Insist on a server's address without a password.

    Raises:
        SetupError: it is no address of PostgreSQL, or holds a password.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() != "postgresql" or not url.database:
        raise SetupError("this is no address of a PostgreSQL database",
                         remedy="Write it as postgresql+psycopg://USER@HOST/DATABASE.")
    if url.password or "password" in url.query:
        raise SetupError("a password in the address would lie in a file and stand in the list of processes",
                         remedy="Leave it out, and give it by PGPASSFILE or PGPASSWORD, as to every PostgreSQL client.")
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def address_of(root: Path) -> str:
    """Give the address of a workspace's database server; "" when its log lies in a file.

    Raises:
        SetupError: there are both, or the address cannot be read.
    """
    path = root / FILE
    if not path.exists():
        return ""
    if (root / "licit.db").exists():
        raise SetupError(f"the workspace has a licit.db and names a server in {FILE}, and only one of them is its log",
                         about=root.name, remedy="Move away the one that is not.")
    return checked(path.read_text(encoding="utf-8").split("\n")[0])


@cache
def connected(address: str) -> Engine:
    """Open a server's database: one pool of connections for all of a process.

    Raises:
        SetupError: it is no address of PostgreSQL, or the driver is missing.
    """
    return connect(checked(address))


def make(root: Path, address: str) -> Engine:
    """Make the tables of a new workspace in a server's database that is nobody's, or migrate its own.

    Raises:
        SetupError: the database is another workspace's.
        UnavailableError: the server does not answer.
    """
    engine = connected(address)
    migrate(engine)
    path = root / FILE
    if not path.exists():
        with engine.begin() as connection:
            if _owner(engine) or connection.execute(text("SELECT 1 FROM log LIMIT 1")).first():
                raise _of_another()
        part = path.with_name(f".{FILE}.{os.getpid()}.part")
        part.write_text(f"{checked(address)}\n{secrets.token_hex(16)}\n", encoding="utf-8")
        part.replace(path)
    owner = _stated(root)
    if not _owner(engine):  # made just now, or cut short after its file was written
        with engine.begin() as connection:
            if connection.execute(text("SELECT 1 FROM log LIMIT 1")).first():
                raise _of_another()
            connection.execute(text(f"COMMENT ON TABLE log IS 'licit workspace {owner}'"))
    require_own(root, engine)
    return engine


def require_own(root: Path, engine: Engine) -> None:
    """Insist that a server's database is this workspace's.

    Raises:
        SetupError: it is another's, or nobody's.
    """
    if _owner(engine) != f"licit workspace {_stated(root)}":
        raise _of_another()


def _stated(root: Path) -> str:
    lines = (root / FILE).read_text(encoding="utf-8").split("\n")
    if len(lines) < 2 or not _OWNER.fullmatch(lines[1]):
        raise SetupError(f"{FILE} was changed: its second line no longer names the database", about=root.name,
                         remedy="Put the file back as licit init made it; the first line alone may change.")
    return lines[1]


def _owner(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(text("SELECT obj_description('log'::regclass, 'pg_class')")).scalar() or "")


def _of_another() -> SetupError:
    return SetupError("this database is another workspace's, or was put together by hand", about=FILE,
                      remedy="Give every workspace a database, or a schema, of its own.")
