"""``licit audit``: what somebody has already, without a workspace and without importing anything."""

import json
from collections.abc import Iterator
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from ...adapters.holdings import arriving, known_bytes
from ...adapters.jsonl import in_order, written_whole
from ...adapters.spellings import spelling
from ...adapters.twins import twins
from ...core.ports import Screener
from ...detectors.registry import find_screeners, pin
from ...papers.audit import render_audit
from ...usecases.audit import Audit, Looking, figures_by_label
from ...usecases.listing import figures_of
from ._console import json_option, out, print_json, progress
from .text import find_with, plugins_option


@cache
def _screeners() -> tuple[Screener, ...]:
    """Find the screeners once in a process."""
    return find_screeners()


@click.command("audit", epilog="Example: licit audit ./dataset --html audit.html --jobs 0")
@click.argument("paths", metavar="DIR|FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--text", "column", default="", metavar="COLUMN", help="The column that holds the words of tables; else it is guessed.")
@click.option("--one-in", "share", type=click.IntRange(min=0), default=1, show_default=True, metavar="N",
              help="Look for personal data and special categories in one record of N, drawn by its words; 0: in none. It is said.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write a page with pictures, in English and French, that needs no network.")
@plugins_option
@click.option("--jobs", type=click.IntRange(min=0), default=1, show_default=True, help="Processes; 0: one for each core.")
@json_option
def audit_command(paths: tuple[Path, ...], column: str, share: int, page: Path | None, plugins: Path | None,
                  jobs: int, as_json: bool) -> None:
    """Say what a data set holds, and what stands against training on it; nothing is imported, changed or fetched.

    It looks at every file below the folders and every file named: licences, marks of shadow libraries, personal data, special
    categories and minors, copies, languages, and what could not be read. The output holds counts, labels, file names and
    places, and no text.
    """
    for path in paths:
        if not path.exists():
            raise click.UsageError(f"There is no such file or folder: {path}")
    known = known_bytes(paths)
    looking = Looking(find=find_with(plugins), screeners=_screeners, spell=spelling, share=share)
    with progress(as_json) as report, twins() as copies:
        audit = Audit(looking=looking, twins=copies, figures=_figures(looking) if share else {})
        audit.run(arriving(paths, column=column), partial(in_order, jobs=jobs),
                  report=lambda done: report("bytes looked at", min(done, max(known - 1, 0)), known))
        result = _below(audit.result(), paths)
    if page:
        with written_whole(page) as file:
            file.write(render_audit(result, ", ".join(path.resolve().name or str(path) for path in paths[:3])))
    if as_json:
        print_json(result)
        return
    _show(result)


def _below(result: dict[str, Any], paths: tuple[Path, ...]) -> dict[str, Any]:
    """Name files below the one folder that was named, as somebody in it would."""
    if len(paths) > 1 or not paths[0].is_dir():
        return result
    top = paths[0].as_posix().rstrip("/") + "/"
    for places in result["where"].values():
        places[:] = [[file.removeprefix(top), where] for file, where in places]
    for one in result["files_with_most"]:
        one["file"] = one["file"].removeprefix(top)
    return result


def _figures(looking: Looking) -> dict[str, Any]:
    shipped = json.loads(files("licit").joinpath("data/measured.json").read_bytes())
    return figures_by_label(figures_of(one.name, pin([one])[0], shipped) for one in looking.find())


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
