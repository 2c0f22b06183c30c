"""The vault's part of ``licit deidentify``: keep what stand-ins stand for, put it back, forget it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ...adapters.jsonl import opened_lines
from ...adapters.text_vault import TextVault, Who, Writing
from ...core.errors import InputError
from ...core.records import SetAside
from ...usecases.text import restore_line
from ._console import err, print_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which vault is asked, and by whom."""

    vault: Path
    who: Who


def asked(given: Mapping[str, Any], takes: Sequence[str], fits: bool) -> Asked:
    """Read who asks for words, or for their end, and why.

    Raises:
        UsageError: somebody or a reason is not named, or another option is.
    """
    other = [name for name in ("key_path", "labels", "restore", "forget") if given[name] and name not in takes]
    if not fits or given["vault"] is None or other:
        raise click.UsageError(f"--{takes[0]} takes a --vault, --by and --reason, and no labels, key or other work.")
    if not given["by"].strip() or not given["reason"].strip():
        raise click.UsageError(f"--{takes[0]} needs --by and --reason: the vault's log says who did it and why.")
    return Asked(vault=given["vault"], who=Who(by=given["by"], reason=given["reason"], at=datetime.now(UTC)))


@contextmanager
def kept(vault: Path | None, scope: str) -> Iterator[Writing | None]:
    """Give what keeps the words; it is on disk before the result is, so that no result is without it."""
    if vault is None:
        yield None
        return
    with TextVault.made(vault).writing(scope, datetime.now(UTC)) as writing:
        yield writing


def restored(source: Path, by: Asked, scope: str) -> Iterator[bytes]:
    """Give the lines of a file with the words back, once the log says who asked.

    Raises:
        InputError: the file is not one that this scope was made with.
    """
    with opened_lines(source) as (lines, _), TextVault(by.vault).reading(scope, by.who) as reading:
        for number, line in lines:
            if isinstance(line, SetAside):
                raise InputError("the line cannot be read", about=f"line {number}", reason=line.reason)
            originals = reading.of(line)
            yield restore_line(line, originals) if originals else line
        reading.end()


def forget(by: Asked, scope: str, as_json: bool) -> None:
    """Destroy a scope, and say so."""
    TextVault(by.vault).forget(scope, by.who)
    if as_json:
        print_json({"forgotten": scope})
        return
    err.print(f"{scope} is forgotten: its key is destroyed, and what it sealed is removed. Copies of both kept elsewhere, in "
              "backups, are yours to destroy.", markup=False)
