"""``licit serve``: privacy centre and API on one port."""

import errno
import socket
import sys
from collections.abc import Callable
from typing import Any

import click

from ...core.errors import SetupError
from ...wiring import find_workspace
from ._shared import say, workspace_option

try:
    import uvicorn

    from ..demo.guests import guests_app
    from ..web.app import make_app
    from ..web.timely import Timely
    from ..web.worker import delivering, going_round
    _MISSING = ""
except ModuleNotFoundError as error:
    _MISSING = str(error.name)


def installed() -> None:
    """Insist that the extra is there.

    Raises:
        SetupError: it is not.
    """
    if _MISSING:
        raise SetupError(f"the web server is not installed: {_MISSING} is missing", remedy="Install it: pip install 'licit[web]'")


@click.command("serve", epilog="Example: licit serve --port 8080")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The port; 0 takes a free one.")
@workspace_option
def serve_command(host: str, port: int, workspace: str | None) -> None:
    """Serve the privacy centre and the API of a workspace; ready when GET /healthz answers 200.

    Settings are read from web.toml in the workspace. Behind a proxy, let it speak https and set the address there. Once a day it
    does what is due by the day alone (licit daily), unless web.toml says daily = false.
    """
    installed()
    root = find_workspace(workspace)
    app = make_app(root)
    with delivering(root), going_round(root):
        run(app, host, port)


def run(app: Any, host: str, port: int, path: str = "/", *, told: str = "The privacy centre", bare: bool = False,
        ready: Callable[[str], None] | None = None) -> None:
    """Run an app until it is stopped; ``path`` is the page whose address is told, and ``told`` what it is.

    ``ready`` gets that address once somebody listens there. ``bare`` adds nothing to what the app answers, and leaves it to the app to say what went wrong.

    Raises:
        SetupError: the address or port cannot be listened on.
    """
    try:
        listening = socket.create_server((host, port), reuse_port=False)
    except OSError as error:
        remedy = "Name another: --port N" if error.errno == errno.EADDRINUSE else "Name another address: --host ADDRESS"
        raise SetupError(f"cannot listen there: {error.strerror}", about=f"{host}:{port}", remedy=remedy) from None
    address = f"http://{host}:{listening.getsockname()[1]}{path}"
    say(f"{told}: {address}   (stop with Ctrl-C)")
    sys.stdout.flush()
    if ready:
        ready(address)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical" if bare else "warning", date_header=not bare, access_log=False, server_header=False, http=Timely,
                                           ws="none", proxy_headers=False, timeout_graceful_shutdown=5))
    server.run(sockets=[listening])
    if not server.started:
        raise SetupError("the server did not start", about=f"{host}:{port}")


__all__ = ["guests_app", "installed", "run", "serve_command"]
