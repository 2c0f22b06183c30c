"""``licit detectors``: what looks at texts, where each is from, and how well it does."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from ...usecases.listing import Listed
from ...wiring import listed
from ._shared import json_option, out, print_json

_WIDTH = 140


@click.command("detectors", epilog="Example: licit detectors --plugins detectors.toml --measure")
@click.option("--plugins", type=click.Path(path_type=Path), metavar="FILE",
              help="List the models of this settings file (detectors.toml) as well.")
@click.option("--measure", "now", is_flag=True, help="Measure each alone now, on the invented sentences that come with licit.")
@json_option
def detectors_command(plugins: Path | None, now: bool, as_json: bool) -> None:
    """List what looks at texts: name, version, where from, labels, languages, measured quality.

    Every detector that is installed looks at every text; models of others only where a plan or --plugins names them. Figures
    are those of the very version that is listed, alone, on invented sentences; what is measured together stands in a release's
    evidence, and licit measure tells what your own texts say. Shares come with their Wilson 95 % bounds.
    """
    found = listed(plugins, now=now)
    if as_json:
        print_json([one.as_json() for one in found])
        return
    console = Console(width=max(out.width, _WIDTH), highlight=False)
    for what in ("detector", "screener"):
        console.print(_table([one for one in found if one.what == what], what))
    if not now and any(one.what == "detector" and one.measured is None for one in found):
        out.print("What is not measured here changed since, or came from elsewhere: licit detectors --measure", markup=False)


def _table(found: list[Listed], what: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(what, no_wrap=True)
    for name in ("version", "from", "languages"):
        table.add_column(name, overflow="fold")
    table.add_column("measured alone" if what == "detector" else "measured on unseen sentences", overflow="fold", ratio=1)
    for one in found:
        table.add_row(one.name, one.version, one.kind if one.kind == "bundled" else f"{one.kind}: {one.origin}",
                      ", ".join(one.languages) or "all", "\n".join(_figures(one)))
    return table


def _figures(one: Listed) -> Iterator[str]:
    told = one.measured["languages"] if one.measured else {}
    for label in one.labels or ("all",):
        lines = [f"{language} {_line(told[language]['labels'][label])}" for language in sorted(told) if label in told[language]["labels"]]
        yield f"{label}: " + ("; ".join(lines) or "[red]not measured[/]")


def _line(rates: Mapping[str, Any]) -> str:
    recall, precision = rates["recall"], rates["precision"]
    right = f", right {precision['hits']} of {precision['of']}" if precision["of"] else ""
    return f"found {recall['hits']} of {recall['of']} ({recall['low']:.2f}–{recall['high']:.2f}){right}"
