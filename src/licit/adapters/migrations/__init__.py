"""The database's schema, version by version, each in a file of its own under ``versions/``.

A new table adds a file there (``rNNNN_what.py``, naming the one before it) and edits none.

Rules kept here:

- A migration is one transaction: it happens whole or not at all, on both dialects.
- A database of another version than the code's is refused, older or newer; nothing guesses.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from licit.adapters.database import writing
from licit.core.errors import SetupError


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def migrate(engine: Engine) -> None:
    """Bring a database, new or old, to the code's version.

    Raises:
        SetupError: the database is newer than the code.
        UnavailableError: another process is writing.
    """
    config = _config()
    with writing(engine) as connection:
        have = MigrationContext.configure(connection).get_current_revision()
        if have not in {None, *(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())}:
            raise _newer(have)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def require_current(engine: Engine) -> None:
    """Insist that the database has the code's version.

    Raises:
        SetupError: it has another.
    """
    script = ScriptDirectory.from_config(_config())
    with engine.connect() as connection:
        have = MigrationContext.configure(connection).get_current_revision()
    if have == script.get_current_head():
        return
    if have is None or have in {each.revision for each in script.walk_revisions()}:
        raise SetupError(f"the database has version {have or 'none'}, not {script.get_current_head()}",
                         remedy="Make a backup, then run: licit init (it migrates and changes nothing else)")
    raise _newer(have)


def _newer(have: str | None) -> SetupError:
    return SetupError(f"the database has version {have}, which this licit does not know",
                      remedy="Install the licit that made it, or a newer one.")
