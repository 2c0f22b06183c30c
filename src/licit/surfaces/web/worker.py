"""What the server does beside answering: recalls that are owed are asked for, and those that are due are sent.

Rules kept here:

- It keeps nothing of its own: what is due stands in the log, so that it goes on after a restart where it was.
- A fault of one round is logged by its kind and the next round comes; the pages go on meanwhile.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...usecases.recalls import ask, deliver
from ...wiring import open_workspace, poster

_log = logging.getLogger("licit.web")


@contextmanager
def delivering(root: Path, every: float = 30.0) -> Iterator[None]:
    """Send recalls in a thread of its own as long as the block lasts; ``every`` so many seconds."""
    over = threading.Event()

    def work() -> None:
        space = None
        while not over.wait(every):
            try:
                space = space or open_workspace(root, jobs=1)
                ask(space)
                deliver(space, poster(root))
            except Exception as error:
                _log.error("recalls: %s", type(error).__name__)

    thread = threading.Thread(target=work, name="recalls", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(15)
