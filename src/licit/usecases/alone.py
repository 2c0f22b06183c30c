"""One writer of releases at a time, and what a writer that was killed left behind.

Rules kept here:

- Building, patching and erasing exclude each other in a workspace, whoever runs them: the loser is told, not queued.
- The hold ends with its process, however it ends.
- A half-written file is removed once the process that wrote it is gone; no other file is touched.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from ..core.errors import UnavailableError
from .workspace import Workspace

_PART = re.compile(r"\..+\.(\d+)\.part")


@contextmanager
def alone(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace for building.

    Raises:
        UnavailableError: another process holds it.
    """
    with workspace.corpus.path("state/.building").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UnavailableError("another command builds or erases in this workspace", about=workspace.name,
                                   remedy="Wait for it to end, then run this again.") from None
        yield


@contextmanager
def storing(workspace: Workspace, *, shared: bool = True) -> Iterator[None]:
    """Hold the moment between writing a shard and logging it; several may write, but none while shards are cleared."""
    with workspace.corpus.path("state/.storing").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


def remove_parts(workspace: Workspace) -> None:
    """Remove half-written files whose writer is gone."""
    for path in workspace.corpus.path(".").rglob(".*.part"):
        match = _PART.fullmatch(path.name)
        if match and not _lives(int(match[1])):
            path.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    """Tell whether another process of that number runs; nothing is half-written by this one while it recovers."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
