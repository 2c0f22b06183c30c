"""Lines of JSON in and out: batches of a file of any size, worked on in order, written whole or not at all.

Rules kept here:

- Memory is bounded by a few batches, whatever the size of the file and the number of processes.
- The result appears under its name only when it is complete and on disk; a run that fails leaves no file. What cannot
  be replaced in one step (standard output, a pipe, a device) is written as it comes.
- A worker that dies is an error; no answer is made up for its lines.
"""

import os
import secrets
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from licit.core.errors import InputError, SetupError, UnavailableError
from licit.core.records import SetAside

from .folders import sync_folder
from .inputs import read_lines
from .processes import result, workers

Line = tuple[int, bytes | SetAside]
T = TypeVar("T")

STANDARD = Path("-")
_BATCH_BYTES = 256 * 1024


@contextmanager
def opened_lines(path: Path) -> Iterator[tuple[Iterator[Line], int]]:
    """Open a file of lines, or standard input for ``-``: its lines that are not blank, and its size in bytes (0: unknown).

    Raises:
        InputError: the file cannot be opened.
    """
    if path == STANDARD:
        yield read_lines(sys.stdin.buffer), 0
        return
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(f"the file cannot be opened: {error.strerror}", about=path.name) from None
    with stream:
        yield read_lines(stream), os.fstat(stream.fileno()).st_size


def batches(lines: Iterable[Line], size: int = _BATCH_BYTES) -> Iterator[list[Line]]:
    """Put lines together to batches of about so many bytes."""
    batch: list[Line] = []
    held = 0
    for number, line in lines:
        batch.append((number, line))
        held += 100 if isinstance(line, SetAside) else len(line)
        if held >= size:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def in_order(task: Callable[[Any], T], items: Iterable[Any], *, jobs: int = 1, ready: Sequence[str] = ()) -> Iterator[T]:
    """Give each item's result, in the order of the items, from ``jobs`` processes (0: one for each core).

    Items are taken as they are needed. A task is a function at the top of a module, or a ``partial`` of one. Modules that it
    needs may be named, to be ``ready`` before the first.

    Raises:
        UnavailableError: a process died.
    """
    jobs = jobs or len(os.sched_getaffinity(0))
    if jobs == 1:
        yield from map(task, items)
        return
    waiting: deque[Future[T]] = deque()
    try:
        with workers(jobs, ready) as pool:
            try:
                for item in items:
                    waiting.append(pool.submit(task, item))
                    if len(waiting) > 2 * jobs:
                        yield result(waiting.popleft())
                while waiting:
                    yield result(waiting.popleft())
            finally:
                for future in waiting:
                    future.cancel()
    except BrokenExecutor:
        raise UnavailableError("a worker process died", remedy="Give it more memory, or use fewer --jobs.") from None


@contextmanager
def written_whole(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Open a file to write; it appears under its name when the block ends well, and never otherwise.

    ``private`` makes it readable by its owner alone.

    Raises:
        SetupError: the file cannot be made.
    """
    if path == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            if target.is_dir():
                raise SetupError("this is a folder", about=path.name, remedy="Name a file.")
            with target.open("wb") as device:
                yield device
            return
        beside = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600 if private else 0o666)
    except OSError as error:
        raise SetupError(f"the file cannot be made: {error.strerror}", about=path.name) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        beside.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise SetupError(f"the file cannot be written: {error.strerror}", about=path.name) from None
    finally:
        beside.unlink(missing_ok=True)


def write_lines(file: BinaryIO, lines: Sequence[bytes]) -> None:
    """Write lines, each with its end."""
    file.writelines(line + b"\n" for line in lines)
