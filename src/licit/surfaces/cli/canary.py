"""``licit canary``: synthetic people who refuse by every channel, and whether each is heard."""

import click
from rich.table import Table

from ...core.errors import SetupError
from ...usecases.live import Live
from ...usecases.planting import CHANNELS, Refusing, listed, plant, plant_for_release
from ...usecases.workspace import Workspace
from ._shared import json_option, opened, print_json, say, show, workspace_option

try:
    from ..web.app import make_app
    from ..web.canaries import channels
    _MISSING = ""
except ModuleNotFoundError as error:
    _MISSING = str(error.name)

_SERVED = ("privacy centre", "Sec-GPC: 1", "API")


@click.group("canary")
def canary_command() -> None:
    """Plant synthetic people who refuse by every channel, and see whether each is heard.

    Every build watches for those that were planted; one that would be released stops it.
    """


def for_release(space: Workspace) -> None:
    """Have a new canary refuse by every channel that can be tried here, unless one has since the last release."""
    plant_for_release(space, CHANNELS if _MISSING else channels(make_app(space.root, clock=space.clock)))


def _channels(space: Workspace, wanted: tuple[str, ...]) -> dict[str, Refusing]:
    if wanted and not set(wanted) - set(CHANNELS):
        return {name: CHANNELS[name] for name in wanted}
    if _MISSING:
        raise SetupError(f"the web server is not installed: {_MISSING} is missing", remedy="Install it (pip install 'licit[web]'), "
                         f"or name channels that need none: {', '.join(CHANNELS)}.")
    found = channels(make_app(space.root, clock=space.clock))
    return {name: found[name] for name in wanted or found}


@canary_command.command("plant", epilog="Example: licit canary plant")
@click.option("--channel", "wanted", multiple=True, type=click.Choice([*_SERVED, *CHANNELS]), help="Only by this channel; else by every one.")
@json_option
@workspace_option
def plant_command(workspace: str | None, as_json: bool, wanted: tuple[str, ...]) -> None:
    """Have one new synthetic person refuse by each channel."""
    space = opened(workspace)
    made = plant(space, _channels(space, wanted))
    if as_json:
        for one in made:
            print_json({"channel": one.channel, "name": one.name, "entry": one.told})
        return
    say(f"Planted: {', '.join(one.channel for one in made)}. Every build watches for them from now on.")


@canary_command.command("list", epilog="Example: licit canary list")
@json_option
@workspace_option
def list_command(workspace: str | None, as_json: bool) -> None:
    """List canaries, and whether each refusal is heard now; exit 1 when one is not."""
    found = listed(Live(opened(workspace)))
    if as_json:
        for one in found:
            print_json({"channel": one.canary.channel, "name": one.canary.name, "planted_at": one.canary.planted_at.isoformat(), "heard": one.heard})
    elif not found:
        say("There is none yet: licit canary plant")
    else:
        table = Table("channel", "planted", "heard", box=None, pad_edge=False)
        for one in found:
            told = "[green]yes[/]" if one.heard else "[yellow]its channel never answered[/]" if one.heard is None else "[red]NO[/]"
            table.add_row(one.canary.channel, f"{one.canary.planted_at:%Y-%m-%d %H:%M}", told)
        show(table)
    if any(one.heard is False for one in found):
        click.get_current_context().exit(1)
