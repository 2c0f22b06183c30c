"""The database's schema, version by version, each in a file of its own under ``versions/``.

A new table adds a file there (``rNNNN_what.py``, naming the one before it) and edits none.

Rules kept here:

- A migration is one transaction: it happens whole or not at all, on both dialects.
- A database of another version than the code's is refused, older or newer; nothing guesses.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from licit.adapters.database import writing
from licit.core.errors import SetupError

_VERSION = sa.table("alembic_version", sa.column("version_num", sa.String))


def known() -> tuple[str, ...]:
    """Give every version of the schema that this code knows, the code's own last."""
    return tuple(sorted(file.name[1:5] for file in Path(__file__).parent.glob("versions/r[0-9][0-9][0-9][0-9]_*.py")))


def migrate(engine: Engine) -> None:
    """Bring a database, new or old, to the code's version.

    Raises:
        SetupError: the database is newer than the code.
        UnavailableError: another process is writing.
    """
    # Alembic takes a third of a command's start, and most commands only ask which version there is.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with writing(engine) as connection:
        if (have := _version(connection)) not in {None, *known()}:
            raise _newer(have)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def require_current(engine: Engine) -> None:
    """Insist that the database has the code's version.

    Raises:
        SetupError: it has another.
    """
    with engine.connect() as connection:
        have = _version(connection)
    if have == known()[-1]:
        return
    if have is None or have in known():
        raise SetupError(f"the database has version {have or 'none'}, not {known()[-1]}",
                         remedy="Make a backup, then run: licit init (it migrates and changes nothing else)")
    raise _newer(have)


def _version(connection: Connection) -> str | None:
    """Read which version a database has, None for a new one; two at once are one that nobody knows."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return " and ".join(sorted(connection.execute(sa.select(_VERSION.c.version_num)).scalars())) or None


def _newer(have: str | None) -> SetupError:
    return SetupError(f"the database has version {have}, which this licit does not know",
                      remedy="Install the licit that made it, or a newer one.")
