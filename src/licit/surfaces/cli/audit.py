"""``licit audit``: what somebody has already, without a workspace and without importing anything."""

import json
from collections.abc import Iterator
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ...adapters.holdings import arriving, known_bytes
from ...adapters.jsonl import in_order, written_whole
from ...adapters.spellings import spelling
from ...adapters.twins import twins
from ...core.ports import Screener
from ...core.reasons import REASONS
from ...detectors.registry import find_screeners, pin
from ...papers.audit import render_audit
from ...signals.registry import read_all
from ...usecases.audit import Audit, figures_by_label
from ...usecases.audit_look import Looking
from ...usecases.listing import figures_of
from ._console import json_option, number_of, out, print_json, progress
from .text import find_with, plugins_option

_ROWS = 12
_VERDICTS = {"open": "open", "share-alike": "open, share-alike", "not-commercial": "not for commercial use", "forbids": "forbids training",
             "unlisted": "terms not known here", "misspelt": "no SPDX name", "unknown": "no licence that can be read", "none": "none stated"}
_DONE = {"personal-data": "licit deidentify, or a build, replaces it.", "duplicate": "None is needed: a build keeps one.",
         "near-duplicate": "None is needed: a build keeps one.", "unreadable": "Mend the file, or name the column of words: --text COLUMN."}


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
    looking = Looking(find=find_with(plugins), screeners=_screeners, spell=spelling, signals=read_all, share=share)
    with progress(as_json) as report, twins() as copies:
        audit = Audit(looking=looking, twins=copies, figures=_figures(looking) if share else {})
        audit.run(arriving(paths, column=column), partial(in_order, jobs=jobs, ready=("licit.detectors._ready", "licit.usecases.audit_look")),
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
    out.print(f"{number_of(result['arrived'], 'record')} in {number_of(result['files'], 'file')}: {result['looked_at']:,} looked at, "
              f"{sum(result['unreadable'].values()):,} unreadable. Nothing was imported.", markup=False)
    for title, rows in _tables(result):
        if not rows:
            continue
        out.print(f"\n[bold]{title}[/]")
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(justify="right")
        table.add_column(overflow="fold")
        for number, text in rows:
            table.add_row(f"{number:,}", escape(text))
        Console(width=out.width if out.is_terminal else 100, highlight=False).print(table)
    for line in _unsaid(result):
        out.print(line, style="dim", markup=False)


def _tables(result: dict[str, Any]) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    yield "Licences", [(one["records"], _licence(one)) for one in result["licences"][:_ROWS]]
    yield "Shadow libraries", [(number, f"records with the mark: {mark}") for mark, number in result["shadow_library"]["marks"].items()]
    signals = result["signals"]
    yield "Reservations in stored pages", [(number, verdict) for verdict, number in signals["verdicts"].items()] if signals else []
    personal, special = result["personal_data"], result["special"]
    yield "Personal data, by places found", [(told["places"], f"{label}, in {number_of(told['records'], 'record')}") for label, told in personal["labels"].items()
                                             ] if personal else []
    yield "Special categories, offences, minors", [(told["records"], family) for family, told in special["families"].items()] if special else []
    copies = result["duplicates"]
    yield "Copies of an earlier record", [(copies[key], text) for key, text in (("exact", "the same words"), ("near", "nearly the same words")) if copies[key]]
    yield "Languages", [(number, code or "too short to tell") for code, number in result["languages"].items()][:_ROWS]
    yield "Unreadable", [(number, reason) for reason, number in result["unreadable"].items()][:_ROWS]
    yield "What to do, the cheapest first", [(one["records"], f"{one['reason']}: {_remedy(one['reason'])}") for one in result["to_do"]]


def _licence(one: dict[str, Any]) -> str:
    named = f"{one['licence']}: " if one["licence"] else ""
    near = f", near {one['nearest']}" if one["nearest"] else ""
    by = "" if one["stated_by"] in ("", "record") else f" (says the {one['stated_by']})"
    return f"{named}{_VERDICTS[one['verdict']]}{near}{by}"


def _remedy(reason: str) -> str:
    return _DONE.get(reason) or REASONS[reason].remedy


def _unsaid(result: dict[str, Any]) -> Iterator[str]:
    """Say what was not looked for, or not in all."""
    yield ""
    share = result["personal_data"]["one_in"] if result["personal_data"] else 0
    if share != 1:
        where = f"in one record of {share:,} only" if share else "in none"
        yield f"Personal data and special categories were looked for {where}, as asked."
    elif result["personal_data"]["failed"]:
        yield f"{result['personal_data']['failed']:,} records could not be looked at for personal data."
    if result["signals"] is None:
        yield "Reservations were not looked for: no stored pages lie here. licit source signals reads them."
    if result["duplicates"]["left"]:
        yield f"{result['duplicates']['left']:,} records were not compared for copies."
    yield "Detectors miss some and mark some in vain. Places, and a page with pictures: --json, --html FILE."
