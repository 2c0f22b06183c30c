"""``licit source unlawful``: what a source that turned out unlawful went into, and taking it out."""

import click

from ...usecases.queries import recall
from ...usecases.release import mend, patch
from ...usecases.unlawful import impact, refuse
from ._shared import json_option, number_of, opened, print_json, progress, say, workspace_option

#: Reasons by which a row leaves a release when its source, or one that it comes from, is refused.
_BECAUSE = {"source-unlawful", "shadow-descendant", "possible-translation", "made-from-refused"}


@click.command("unlawful", epilog="Example: licit source unlawful donated-books --refuse --patch --by 'Me Amari' --why 'order of a court'")
@click.argument("source")
@click.option("--refuse", "refusing", is_flag=True, help="Refuse the source from now on, in every build and patch; nothing lifts it.")
@click.option("--patch", "patching", is_flag=True, help="With --refuse: build the patch of each live release that holds it.")
@click.option("--by", default="", metavar="NAME", help="Who found it so.")
@click.option("--why", default="", metavar="TEXT", help="Why.")
@json_option
@workspace_option
def unlawful_command(source: str, refusing: bool, patching: bool, by: str, why: str, as_json: bool, workspace: str | None) -> None:
    """List every release, recipient, run and model that holds SOURCE, and what can be done; without --refuse nothing changes."""
    if patching and not refusing:
        raise click.UsageError("--patch goes with --refuse.")
    space = opened(workspace)
    found = impact(space, source)
    entry, patches = -1, []
    if refusing:
        entry = refuse(space, source, by=by, why=why)
        if patching:
            mend(space)
            with progress(as_json) as report:
                patches = [patch(space, one.release, progress=report) for one in recall(space).touched if _BECAUSE & set(one.reasons)]
            found = impact(space, source)
    if as_json:
        print_json({**found.as_json(), "entry": entry if refusing else None, "patches": [built.as_json() for built in patches]})
        return
    if refusing:
        say(f"{source} is refused from now on (entry {entry}).")
    for line in found.lines():
        say(line)
    for built in patches:
        say(f"Patch {built.name}: {built.path} ({number_of(built.tally.released, 'row')})")
