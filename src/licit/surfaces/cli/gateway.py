"""``licit gateway``: a proxy before a model's API that keeps what its people allow."""

import os
import sys
import threading
import time
from pathlib import Path

import click

from ...wiring import find_workspace
from ._shared import say, warn, workspace_option
from .serve import installed, run

try:
    from ..gateway.app import Gateway
    from ..gateway.keeper import DOUBT
    from ..gateway.settings import TEMPLATE
    from ..gateway.words import meaning, told
except ModuleNotFoundError:
    pass  # installed() says which is missing

#: Seconds between two lines about one reason, and between two looks for a new one.
_EVERY, _LOOK = 60.0, 1.0
#: Seconds after which what is kept makes way for what is served, in this one process.
_TURN = .0005


@click.command("gateway", epilog="Example: licit gateway --upstream https://api.mistral.ai --port 8090")
@click.option("--upstream", metavar="URL", help="The API that answers, with or without its /v1.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="The port; 0 takes a free one.")
@click.option("--lang", type=click.Choice(["en", "fr"]), default=None, help="The language of what is told here; else that of LANG.")
@click.option("--write-settings", is_flag=True, help="Write a commented gateway.toml into the workspace, and end.")
@workspace_option
def gateway_command(upstream: str | None, host: str, port: int, lang: str | None, write_settings: bool, workspace: str | None) -> None:
    """Stand before an OpenAI-compatible API: forward everything, keep what the standing of its people allows.

    Clients change their base URL and nothing else. Whose words come, and by what right, is said in gateway.toml of the
    workspace; as long as it names no capacity, nothing is kept. What cannot be decided is not kept, and the chat goes on,
    unless in_doubt = "refuse". A temporary chat (X-Licit-Temporary: true) leaves nothing.
    """
    root = find_workspace(workspace)
    if write_settings:
        return _write(root)
    if not upstream:
        raise click.UsageError("Name the API that answers: --upstream URL")
    installed()
    given = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    french = (lang or given[:2]) == "fr"
    gateway = Gateway(root, upstream, apart=True)
    if gateway.settings.capacity == "unknown":
        warn("gateway.toml ne dit pas la capacité (capacity) : rien n'est gardé tant qu'une requête ne la dit pas." if french else
             "gateway.toml names no capacity: nothing is kept unless a request says it.")
    sys.setswitchinterval(_TURN)
    over = threading.Event()
    watching = threading.Thread(target=_watch, args=(gateway, over, french), daemon=True)
    watching.start()
    try:
        run(gateway, host, port, "/v1", told="La passerelle" if french else "The gateway", bare=True)
    finally:
        over.set()
        watching.join(5)
        for line in told(gateway.keeper.tally, gateway.keeper.strange, gateway.filter.tally if gateway.filter else {}, french=french):
            say(line)


def _write(root: Path) -> None:
    file = root / "gateway.toml"
    if file.exists():
        raise click.UsageError(f"{file} is there already; nothing was changed.")
    file.write_text(TEMPLATE, encoding="utf-8")
    say(f"Written: {file}")


def _watch(gateway: "Gateway", over: threading.Event, french: bool) -> None:
    """Say what goes wrong here: a reason at once when it first comes, then once a minute how often it came since."""
    said: dict[str, tuple[int, float]] = {}
    while not over.wait(_LOOK):
        for reason in sorted(DOUBT | {"filter-failed"}):
            number, now = gateway.counted(reason), time.monotonic()
            before, last = said.get(reason, (0, -_EVERY))
            if number > before and now - last >= _EVERY:
                said[reason] = number, now
                warn(f"{number - before} {reason}: {meaning(reason, french=french)}")
