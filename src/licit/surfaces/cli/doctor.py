"""``licit doctor``: what is unsafe in a deployment."""

import os

import click

from ...wiring import find_workspace
from ..doctor import Scene, files, gateway, look, served
from ._shared import json_option, print_json, say, workspace_option

#: Every check there is.
CHECKS = (*files.CHECKS, *served.CHECKS, *gateway.CHECKS)
_WORDS = {"unsafe": ("unsafe", "dangereux"), "unsure": ("unsure", "incertain")}


@click.command("doctor", epilog="Example: licit doctor --workspace training-data --lang fr")
@click.option("--lang", type=click.Choice(["en", "fr"]), default=None, help="The language; else that of LANG.")
@json_option
@workspace_option
@click.pass_context
def doctor_command(context: click.Context, lang: str | None, as_json: bool, workspace: str | None) -> None:
    """Say what is unsafe in a deployment: what was found, why it matters, how to mend it. Exit code 1 if anything is.

    Files and their rights, backups, the clock, the server's and the gateway's settings, accounts, keys of products, notices and figures.
    """
    given = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    french = (lang or given[:2]) == "fr"
    found = look(Scene(root=find_workspace(workspace)), CHECKS)
    unsafe = sum(one.level == "unsafe" for one in found)
    if as_json:
        print_json({"checks": len(CHECKS), "unsafe": unsafe, "findings": [one.as_json(french) for one in found]})
    else:
        for one in found:
            say(f"{_WORDS[one.level][french]}  {one.name}: {one.what[french]}\n    {one.why[french]}\n    → {one.mend[french]}")
        say(f"{len(CHECKS)} vérifications, {unsafe} points dangereux." if french else f"{len(CHECKS)} checks, {unsafe} unsafe.")
    context.exit(1 if unsafe else 0)
