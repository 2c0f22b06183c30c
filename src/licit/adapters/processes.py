"""Worker processes that never outlive the command they work for, however it ends.

Rules kept here:

- Every worker watches a pipe whose other end only the command's process holds: killed, ended or interrupted, the pipe
  closes with it, and the workers end at once.
- A terminal's interrupt reaches the command alone; it decides what becomes of its workers.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TypeVar

T = TypeVar("T")

_SECOND = 1.0


@contextmanager
def workers(number: int, ready: Sequence[str] = ()) -> Iterator[ProcessPoolExecutor]:
    """Start so many processes; a block that ends badly waits for none of them.

    Modules that are to be ``ready`` are loaded once, in the process that all are forked from; what cannot be loaded there is
    loaded by each as it is needed.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*ready])
    watched, tether = context.Pipe(duplex=False)
    with watched, tether, ProcessPoolExecutor(number, context, _tied, (watched,)) as pool:
        try:
            yield pool
        except BaseException:
            tether.close()
            raise


def result(future: Future[T]) -> T:
    """Wait for a result, a second at a time: an interrupt that came to another thread is heard between two waits."""
    while wait([future], timeout=_SECOND).not_done:
        pass
    return future.result()


def _tied(watched: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(watched,), daemon=True).start()


def _end_with(watched: Connection) -> None:
    try:
        watched.recv_bytes()
    finally:  # nothing is ever sent: whatever ends the waiting, the command is gone or wants no more
        os._exit(1)
