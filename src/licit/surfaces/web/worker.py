"""What the server does beside answering: recalls that are owed are asked for and sent, and once a day comes the daily round.

Rules kept here:

- It keeps nothing of its own: what is due stands in the log or beside it, so that it goes on after a restart where it was.
- A fault of one turn is logged by its kind and the next turn comes; the pages go on meanwhile.
- A recall does not wait for the daily round: each has a thread of its own.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ...usecases.daily import go_round, is_due
from ...usecases.recalls import ask, deliver
from ...usecases.workspace import Workspace
from ...wiring import open_visits, open_workspace, poster
from .settings import read_settings

_log = logging.getLogger("licit.web")


@contextmanager
def delivering(root: Path, every: float = 30.0) -> Iterator[None]:
    """Send recalls as long as the block lasts; ``every`` so many seconds."""
    def turn(space: Workspace) -> None:
        ask(space)
        deliver(space, poster(root))

    with _turning(root, "recalls", turn, every):
        yield


@contextmanager
def going_round(root: Path, every: float = 60.0) -> Iterator[None]:
    """Do the daily round when it is due, as long as the block lasts; ``every`` so many seconds that is asked.

    ``daily = false`` in web.toml, which is read each time, leaves it to ``licit daily``.
    """
    def turn(space: Workspace) -> None:
        settings = read_settings(root)
        if settings.daily and is_due(space):
            done = go_round(space, settings.retention, open_visits(root), country=settings.controller.country)
            for step in done.steps:
                if step.ended == "failed":
                    _log.error("daily round: %s failed: %s", step.name, step.reason)

    with _turning(root, "daily round", turn, every):
        yield


@contextmanager
def _turning(root: Path, name: str, turn: Callable[[Workspace], None], every: float) -> Iterator[None]:
    over = threading.Event()

    def work() -> None:
        space = None
        while not over.wait(every):
            try:
                space = space or open_workspace(root, jobs=1)
                turn(space)
            except Exception as error:
                _log.error("%s: %s", name, type(error).__name__)

    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(15)
