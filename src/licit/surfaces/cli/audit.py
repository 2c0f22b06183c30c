"""``licit audit``: what somebody has already, without a workspace and without importing anything."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from ...adapters.holdings import arriving, known_bytes
from ...adapters.jsonl import in_order
from ...adapters.spellings import spelling
from ...adapters.twins import twins
from ...detectors.registry import find_screeners
from ...usecases.audit import Audit, Looking
from ._console import json_option, out, print_json, progress
from .text import find_with, plugins_option


@click.command("audit", epilog="Example: licit audit ./dataset --html audit.html --jobs 0")
@click.argument("paths", metavar="DIR|FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--text", "column", default="", metavar="COLUMN", help="The column that holds the words of tables; else it is guessed.")
@click.option("--one-in", "share", type=click.IntRange(min=0), default=1, show_default=True, metavar="N",
              help="Look for personal data and special categories in one record of N, drawn by its words; 0: in none. It is said.")
@plugins_option
@click.option("--jobs", type=click.IntRange(min=0), default=1, show_default=True, help="Processes; 0: one for each core.")
@json_option
def audit_command(paths: tuple[Path, ...], column: str, share: int, plugins: Path | None, jobs: int, as_json: bool) -> None:
    """Say what a data set holds, and what stands against training on it; nothing is imported, changed or fetched.

    It looks at every file below the folders and every file named: licences, marks of shadow libraries, personal data, special
    categories and minors, copies, languages, and what could not be read. The output holds counts, labels, file names and
    places, and no text.
    """
    for path in paths:
        if not path.exists():
            raise click.UsageError(f"There is no such file or folder: {path}")
    known = known_bytes(paths)
    looking = Looking(find=find_with(plugins), screeners=find_screeners, spell=spelling, share=share)
    with progress(as_json) as report, twins() as copies:
        audit = Audit(looking=looking, twins=copies)
        audit.run(arriving(paths, column=column), partial(in_order, jobs=jobs),
                  report=lambda done: report("bytes looked at", min(done, max(known - 1, 0)), known))
        result = audit.result()
    if as_json:
        print_json(result)
        return
    _show(result)


def _show(result: dict[str, Any]) -> None:
    out.print(f"{result['arrived']:,} records in {result['files']:,} files: {result['looked_at']:,} looked at, "
              f"{sum(result['unreadable'].values()):,} unreadable.", markup=False)
    for title, rows in _tables(result):
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, show_header=False)
        table.add_column(justify="right")
        table.add_column(overflow="fold")
        for number, text in rows:
            table.add_row(f"{number:,}", text)
        out.print(table)


def _tables(result: dict[str, Any]) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    yield "Licences", [(one["records"], f"{one['verdict']} {one['licence']}" + (f" (near {one['nearest']})" if one["nearest"] else "")
                        + (f", says the {one['stated_by']}" if one["stated_by"] else "")) for one in result["licences"]]
    if result["personal_data"]:
        yield "Personal data, places", [(told["places"], label) for label, told in result["personal_data"]["labels"].items()]
    yield "To do", [(one["records"], one["reason"]) for one in result["to_do"]]
