"""``licit init``."""

from pathlib import Path

import click

from ...wiring import init_workspace
from ._shared import say


@click.command("init", epilog="Example: licit init training-data")
@click.argument("folder", type=click.Path(path_type=Path), default="licit-workspace")
@click.option("--name", default="", help="The log's name; else the folder's.")
@click.option("--database", default="", metavar="URL", help="Keep the log in PostgreSQL, at postgresql+psycopg://USER@HOST/"
              "DATABASE; the password comes by PGPASSFILE or PGPASSWORD and is never kept.")
def init_command(folder: Path, name: str, database: str) -> None:
    """Make a workspace in FOLDER: settings, one SQLite file, keys, a commented plan and policy.

    Run again, it migrates the database to this version and changes nothing else.
    """
    there = (folder / "licit.toml").exists()
    init_workspace(folder, name, database)
    if there:
        say(f"Workspace {folder} was here already; nothing of it was changed but what its database needed.")
        return
    say(f"Workspace {folder} is ready. Keep {folder}/keys safe: without it nothing can be looked up or signed.")
    say("Next:")
    say("  licit source add ID --ground own --by YOU      register where texts come from")
    say("  licit policy adopt policy.toml --by YOU        say what silence means (edit the file first)")
    say("  licit import FILES --source ID                 read exports")
