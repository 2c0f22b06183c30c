"""What commands share: the workspace option, what is said to people, tables; and the console."""

import errno
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from ...core.errors import SetupError
from ...usecases.workspace import Workspace
from ...wiring import find_workspace, open_workspace
from ._console import F as F
from ._console import err as err
from ._console import json_option as json_option
from ._console import number_of as number_of
from ._console import out as out
from ._console import print_json as print_json
from ._console import progress as progress


def workspace_option(function: F) -> F:
    """Add ``--workspace``."""
    return click.option("--workspace", metavar="DIR", help="The workspace; else LICIT_WORKSPACE, this folder, or "
                        "./licit-workspace.")(function)


def opened(given: str | None, *, jobs: int = 0) -> Workspace:
    """Open the workspace that a command works on."""
    return open_workspace(find_workspace(given), jobs=jobs)


def who(subject: str, device: str) -> tuple[str, str]:
    """Give whom a command means, and whether the name is an account's or a device's."""
    if bool(subject) == bool(device):
        raise click.UsageError("Name a --subject, or a --device for somebody who talks logged out.")
    return (subject, "account") if subject else (device, "device")


def room_for(path: Path | None) -> None:
    """Insist that a file can be written before anything is entered that it is to hold.

    Raises:
        SetupError: its folder is not there, or the file cannot be written.
    """
    if path is None:
        return
    if not path.parent.is_dir():
        raise SetupError("there is no such folder to write into", about=str(path), remedy="Nothing was recorded; make it first.")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise SetupError(f"this file cannot be written: {_against(path)}", about=str(path),
                         remedy="Nothing was recorded; name another.")


def _against(path: Path) -> str:
    """Say in the system's words what stands against writing a file."""
    if os.statvfs(path if path.exists() else path.parent).f_flag & os.ST_RDONLY:
        return os.strerror(errno.EROFS)
    return os.strerror(errno.EISDIR if path.is_dir() else errno.EACCES)


def show(table: Table) -> None:
    """Print a table as wide as the terminal, or as COLUMNS says; 100 where neither is known, as in a pipe."""
    asked = os.environ.get("COLUMNS", "")
    width = int(asked) if asked.isdigit() and int(asked) else out.width if out.is_terminal else 100
    Console(width=width, highlight=False).print(table)


def say(text: str) -> None:
    """Print a line for people."""
    out.print(text, markup=False)


def warn(text: str) -> None:
    """Print a line for people beside the output: what is no fault, and is not to be overlooked."""
    click.secho(f"licit: {text}", err=True, fg="yellow" if sys.stderr.isatty() else None)


def tally_table(tally: Mapping[str, Any], meaning: Mapping[str, str]) -> Table:
    """Give a tally as a table: released, then every reason with what it means."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    table.add_column(overflow="fold", style="dim")
    table.add_row(f"{tally['arrived']:,}", "arrived", "")
    table.add_row(f"{tally['released']:,}", "[green]released[/]", "")
    for answer, colour in (("held", "yellow"), ("refused", "red")):
        for reason, number in sorted(tally[answer].items(), key=lambda item: -item[1]):
            table.add_row(f"{number:,}", f"[{colour}]{answer}[/] {reason}", meaning.get(reason, ""))
    return table
