"""What the process runs that keeps (``apart.py``): exchanges come in by one line, why each was kept or not goes out by another.

Run as ``python -m licit.surfaces.gateway.keeping WORKSPACE DEVICE INODE``; it ends when nothing can come any more.
"""

import os
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from .keeper import keeper_of

#: What is served goes before what is kept, where both want the processor.
_NICER = 5


def main() -> None:
    """Keep what comes."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    come, told = Connection(os.dup(0), writable=False), Connection(os.dup(1), readable=False)
    os.dup2(2, 1)  # whatever a library prints is no answer
    os.nice(_NICER)
    keeper = keeper_of(Path(sys.argv[1]), mark=(int(sys.argv[2]), int(sys.argv[3])))
    with suppress(EOFError, OSError):
        while True:
            reasons = keeper.all_kept(come.recv())
            told.send((reasons, keeper.strange))
            keeper.strange.clear()


if __name__ == "__main__":
    main()
