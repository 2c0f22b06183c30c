"""All of the chat running together on this machine: the small model or another, the gateway before it, and the page's server.

Rules kept here:

- Each is a server of its own, and the page knows the gateway by its address only, as a product would.
- Whatever ends, ends in order: the page first, then the gateway, which keeps what still waits, then the model.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from ....core.errors import SetupError
from ...gateway.app import Gateway
from ...web.timely import Timely
from .app import chat_app
from .ask import Asking, Other
from .company import make_company, new_key
from .model import local_model

_STARTS = 30.0


@contextmanager
def chat_house(root: Path, other: Other | None = None, *, pause: float = .03, clock: Any = None) -> Iterator[FastAPI]:
    """Make the company where it is not yet, start model and gateway, and give the page's app; ``other`` is a model elsewhere.

    Raises:
        SetupError: an address cannot be used, or a server did not start.
    """
    make_company(root, date.today())
    key = new_key(root)
    with _running(local_model(pause), lifespan="off") as own:
        gateway = Gateway(root, other.address if other else own, clock=clock)
        with _running(gateway, lifespan="on") as address:
            yield chat_app(root, gateway, Asking(address, key, other), elsewhere=other.address if other else "", clock=clock)


@contextmanager
def _running(app: Any, *, lifespan: Any) -> Iterator[str]:
    """Run an app beside on a free port of this machine; give its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, lifespan=lifespan, http=Timely, ws="none",
                                           proxy_headers=False, server_header=False, date_header=False, timeout_graceful_shutdown=3))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + _STARTS
    while not server.started and thread.is_alive() and time.monotonic() < until:
        time.sleep(.01)
    try:
        if not server.started:
            raise SetupError("a server of the chat did not start")
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(15)
        listening.close()
