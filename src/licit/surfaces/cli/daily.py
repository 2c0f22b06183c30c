"""``licit daily``: what is due by the day alone, done now."""

import click
from rich.table import Table

from ...usecases.daily import Round, go_round, last_round
from ...wiring import open_visits
from ..web.settings import read_settings
from ._shared import json_option, opened, print_json, say, show, workspace_option

#: What a step is called.
STEPS = {"shards": "put small shards together", "retention": "remove what was kept long enough", "canaries": "ask every canary",
         "clocks": "look at the legal clocks", "models": "look when models are trained again"}
_ENDED = {"done": "[green]done[/]", "look": "[yellow]look[/]", "failed": "[red]failed[/]"}


@click.command("daily", epilog="Example: licit daily")
@click.option("--last", "only_last", is_flag=True, help="Show the last round and do nothing.")
@json_option
@workspace_option
def daily_command(only_last: bool, as_json: bool, workspace: str | None) -> None:
    """Do what is due by the day alone; exit 1 when a step failed.

    Small shards are put together, what was kept longer than [retention] of web.toml says is removed, canaries are asked whether they
    are heard, and overdue requests and models that should have been trained again are counted. licit serve does this by itself once a day; daily = false in web.toml leaves it to you.
    """
    space = opened(workspace)
    if only_last:
        done = last_round(space)
    else:
        settings = read_settings(space.root)
        done = go_round(space, settings.retention, open_visits(space.root), country=settings.controller.country)
    if as_json:
        print_json(done.as_json() if done else None)
    elif done is None:
        say("There was no daily round yet: licit daily")
    else:
        _show(done)
    if done is not None and done.failed:
        click.get_current_context().exit(1)


def _show(done: Round) -> None:
    table = Table("step", "", "counted", box=None, pad_edge=False)
    for step in done.steps:
        told = ", ".join(f"{number:,} {name}" for name, number in step.counts.items()) or step.reason
        table.add_row(STEPS.get(step.name, step.name), _ENDED[step.ended], told)
    show(table)
    if done.ended is None:
        say("It is at work." if done.at_work else "It was cut short; the next one does what is left.")
    say(f"Begun {done.begun:%Y-%m-%d %H:%M} UTC; the next is due {done.next:%Y-%m-%d %H:%M} UTC.")
