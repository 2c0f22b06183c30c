"""A process of its own that keeps what was heard: what is served shares no interpreter with it, and never waits for it.

Rules kept here:

- The process works on the workspace that the gateway opened, and on no other that lies there later.
- Where it is gone, nothing is kept and each exchange is counted (``keeper-gone``); the next one starts it anew.
- It ends with the gateway's process, however that ends, and not before: an interrupt is the gateway's to follow.

Read next: ``keeping.py``, what it runs.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.errors import UnavailableError

if TYPE_CHECKING:
    from .keeper import Heard


class Apart:
    """The other process, as the one thread sees it that keeps; started at the first exchange or at :meth:`start`."""

    def __init__(self, root: Path, mark: tuple[int, int]) -> None:
        """Take the workspace and its mark."""
        self._command = [sys.executable, "-m", f"{__package__}.keeping", str(root.resolve()), *map(str, mark)]
        self._process: subprocess.Popen[bytes] | None = None
        self._to: Connection | None = None
        self._back: Connection | None = None

    @property
    def pid(self) -> int:
        """Give the process's id, 0 where there is none."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start it, unless it runs; what it needs a second for is then done before the first exchange comes."""
        if self._process is None:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
            assert self._process.stdin
            assert self._process.stdout
            self._to = Connection(os.dup(self._process.stdin.fileno()), readable=False)
            self._back = Connection(os.dup(self._process.stdout.fileno()), writable=False)
            self._process.stdin.close()
            self._process.stdout.close()

    def kept(self, together: "Sequence[Heard]") -> tuple[list[str], Counter[str]]:
        """Have exchanges kept; give for each why it was not, or "kept", and what of them was not understood.

        Raises:
            UnavailableError: the process is gone; of what it had in hand, nothing is counted as kept.
        """
        try:
            self.start()
            assert self._to
            assert self._back
            self._to.send(list(together))
            reasons, strange = self._back.recv()
        except (OSError, EOFError):
            self.close()
            raise UnavailableError("the process that keeps is gone", reason="keeper-gone") from None
        return reasons, strange

    def close(self) -> None:
        """End it once it has done what it was given."""
        process, self._process = self._process, None
        for line in (self._to, self._back):
            if line is not None:
                line.close()
        self._to = self._back = None
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if process.poll() is None:
                process.kill()
                process.wait()
