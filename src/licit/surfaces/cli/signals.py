"""``licit source signals``: what a page, a file or a site says of training on it."""

from pathlib import Path
from typing import Any

import click

from ...adapters.stored import file_answer, stored_page
from ...core.errors import InputError
from ...core.signals import ROBOTS, Outcome, Page, Reading, resolve
from ...signals._agents import product_token
from ...signals.registry import find_signals, read_all
from ._console import json_option, print_json
from ._shared import say


@click.command("signals", epilog="Example: licit source signals https://news.example/a --robots robots.txt --agent GPTBot --json")
@click.argument("target", required=False)
@click.option("--robots", type=click.Path(path_type=Path), metavar="FILE", help="The site's robots.txt, as stored. Nothing is fetched then.")
@click.option("--agent", default="", metavar="TOKEN", help="Judge for this crawler; without it, for any training crawler.")
@click.option("--list", "listed", is_flag=True, help="List the signals that are read.")
@json_option
def signals_command(target: str | None, robots: Path | None, agent: str, listed: bool, as_json: bool) -> None:
    """Read what TARGET (an address, a page's file, a folder of one page) says of training on it."""
    if listed:
        _list(as_json)
        return
    if not target:
        raise click.UsageError("Name what to read: an address, a file or a folder.")
    page = _page(target, robots, product_token(agent) if agent else "")
    readings = read_all(page)
    outcome = resolve(readings)
    if as_json:
        print_json(_as_json(page, outcome, readings))
    else:
        _show(outcome, readings)


def _page(target: str, robots: Path | None, agent: str) -> Page:
    if "://" in target:
        if robots is None:
            raise InputError("an address needs the site's stored robots.txt", about=target[:80], remedy="Add --robots FILE.")
        return Page(url=target, site={ROBOTS: file_answer(robots)}, agent=agent)
    return stored_page(Path(target), agent=agent, robots=robots)


def _as_json(page: Page, outcome: Outcome, readings: list[Reading]) -> dict[str, Any]:
    return {"url": page.url or None, "agent": page.agent or None, "verdict": outcome.verdict, "rule": outcome.rule,
            "person": outcome.person, "signals": [_signal(each) for each in readings]}


def _signal(reading: Reading) -> dict[str, str]:
    return {"name": reading.name, "spec": reading.spec, "where": reading.where, "says": reading.says, "detail": reading.detail}


def _show(outcome: Outcome, readings: list[Reading]) -> None:
    for each in readings:
        say(f"  {each.name} ({each.spec}), {each.where}: {each.says}" + (f": {each.detail}" if each.detail else ""))
    say(f"{outcome.verdict}: {outcome.rule}")


def _list(as_json: bool) -> None:
    for each in find_signals():
        if as_json:
            print_json({"name": each.name, "spec": each.spec, "reads": each.reads})
        else:
            say(f"{each.name} ({each.spec}): {each.reads}")
