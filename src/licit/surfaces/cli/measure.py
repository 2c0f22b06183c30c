"""``licit measure``: how well the detectors do on a labelled set, as a table or as JSON."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from ...adapters.jsonl import opened_lines
from ...core.errors import InputError
from ...usecases.measure import Counts, Measure, Rate, measure
from ._console import err, json_option, number_of, out, print_json, progress
from .text import HELD, find_with, name_lines, plugins_option, settings_of

#: A narrower window breaks the lines; no number is cut.
_TABLE_WIDTH = 176


@click.command("measure", epilog="Example: licit measure labelled.jsonl --by language")
@click.argument("source", metavar="LABELLED.jsonl", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--labels", default="", metavar="LABEL,…", help="Only these, labelled and found; else all.")
@click.option("--sweep/--no-sweep", default=True, show_default=True,
              help="Look for a name found once in all of its record, as a build does.")
@click.option("--by", type=click.Choice(["label", "language"]), default="label", show_default=True,
              help="Rows for each label, or for each label of each language.")
@plugins_option
@json_option
@click.pass_context
def measure_command(context: click.Context, /, source: Path, plugins: Path | None, as_json: bool, **given: Any) -> None:
    """Measure the detectors on a labelled set.

    A line is {"id", "text", "language", "spans": [{"start", "end", "label"}]}, or has "messages", and each span its
    "message" and "path"; mentions with the same "entity" are one, else those that are the same words. What is measured
    is what a build does before it replaces: find, settle overlaps, look for names found once in all of the record.
    Shares come with their Wilson 95 % bounds. A line that cannot be read or looked at is in no share; it is named, and
    the exit code is 3.
    """
    wanted = () if not given["labels"] else settings_of(given["labels"]).labels
    with progress(as_json) as report, opened_lines(source) as (lines, _):
        found = measure(lines, find_with(plugins)(), labels=wanted, sweep=given["sweep"],
                        progress=lambda done, known: report("records measured", done, known))
    if not found.records and found.complete:
        raise InputError("the set holds no labelled text", about=source.name)
    if as_json:
        print_json(found.as_json())
    else:
        Console(width=max(out.width, _TABLE_WIDTH), highlight=False).print(_table(found, given["by"]))
        _say_rest(found)
    name_lines(found.unreadable)
    if not found.complete:
        held = sum(found.held.values())
        err.print(f"Not measured: {len(found.unreadable):,} unreadable, {held:,} held.", markup=False)
        context.exit(HELD)


def _table(found: Measure, by: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for name in ("labelled", "found", "precision", "recall", "F1", "recall, touched", "entities", "characters", "whole documents"):
        table.add_column(name, justify="right", no_wrap=True)
    _row(table, "all", found.overall)
    blocks = [("by language", found.languages), ("by label", found.labels)]
    if by == "language":
        blocks = [(f"label, in {language}", {label: counts for (label, told), counts in found.cells.items() if told == language})
                  for language in sorted(found.languages)]
        blocks.insert(0, ("by language", found.languages))
    for title, rows in blocks:
        table.add_row(f"[dim]{title}[/]")
        for name, counts in sorted(rows.items()):
            _row(table, f"  {name}", counts, looked=rows is found.languages or name not in found.not_looked_for)
    return table


def _row(table: Table, name: str, counts: Counts, *, looked: bool = True) -> None:
    shares = [_share(counts.exact, counts.found), _share(counts.exact, counts.gold)]
    f1 = counts.as_json()["exact"]["f1"]
    own = [*shares, "–" if f1 is None else f"{f1:.3f}", _share(counts.gold_met, counts.gold)]
    table.add_row(name, f"{counts.gold:,}", f"{counts.found:,}", *(own if looked else ["", "[yellow]not looked for[/]", "", ""]),
                  _share(counts.entities_covered, counts.entities), _share(counts.covered, counts.gold_characters),
                  _share(counts.redacted, counts.documents))


def _share(hits: int, of: int) -> str:
    low, high = Rate(hits=hits, of=of).bounds()
    return f"{100 * hits / of:.1f} % [dim]({100 * low:.1f}–{100 * high:.1f})[/]" if of else "–"


def _say_rest(found: Measure) -> None:
    over = found.overall
    out.print(f"\nOf {over.masked:,} characters found, {over.over:,} lie outside what is labelled: "
              f"{_share(over.over, over.masked)}.\nOf {over.other_characters:,} characters that are not labelled, "
              f"{_share(over.over, over.other_characters)} would be masked; {over.false_per_10kb:.2f} findings for each "
              "10 kB of them touch nothing labelled.")
    if found.not_looked_for:
        names = ", ".join(f"{label} ({number:,})" for label, number in sorted(found.not_looked_for.items()))
        out.print(f"Not looked for, and in no precision or recall above: {names}", markup=False)
    if found.not_labelled:
        names = ", ".join(f"{label} ({number:,})" for label, number in sorted(found.not_labelled.items()))
        out.print(f"Found, but not labelled in this set, and in no precision above: {names}", markup=False)
    out.print(f"{number_of(found.records, 'record')}. Bounds are Wilson 95 %. Detectors: {', '.join(found.detectors)}", markup=False)
