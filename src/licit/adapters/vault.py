"""The workspace's secret keys, in one file that only its owner may read.

Rules kept here:

- A use that the file does not hold is an error, never a fresh key: a new look-up key would make everybody unknown, and
  the objections of everybody with them.
- Rotation adds an epoch (``k1``, ``k2`` …) and makes it current; older epochs stay, because ids made under them do.
- The file is replaced whole and durably (written beside, synced, renamed, folder synced), and read again when another
  process has replaced it.
- A file that others may read or write is refused. No message or ``repr`` holds a key.
"""

import fcntl
import json
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from licit.core.errors import SetupError

_SIZE = 32
_USE = re.compile(r"[a-z][a-z0-9-]{0,39}")


def read_private(path: Path) -> bytes:
    """Read a file that only its owner may read and write.

    Raises:
        SetupError: it is missing, unreadable, no plain file, or open to others.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise SetupError(f"the key file cannot be opened: {error.strerror}", about=path.name,
                         remedy="Restore it from its backup; a new one cannot stand for it.") from None
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode) or mode & 0o077:
            raise SetupError(f"the key file is open to others (mode {stat.S_IMODE(mode):04o})", about=path.name,
                             remedy=f"Find out who read it, then: chmod 600 {path.name}")
        return file.read()


def create_private(path: Path, content: bytes) -> None:
    """Create a file that only its owner may read, durably, whole from its first moment, and never over another.

    Raises:
        SetupError: the file exists, or cannot be made.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        _write(beside, content)
        try:
            os.link(beside, path)
        finally:
            beside.unlink()
        _sync_folder(path.parent)
    except OSError as error:
        raise SetupError(f"the key file cannot be made: {error.strerror}", about=path.name,
                         remedy="An existing key file is never replaced; move it away first.") from None


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FileKeys:
    """The port ``Keys`` on one JSON file: 32-byte secrets by use and epoch."""

    def __init__(self, path: Path) -> None:
        """Open an existing key file.

        Raises:
            SetupError: missing, open to others, or damaged.
        """
        self._path = path
        self._seen: tuple[int, ...] = ()
        self._uses: dict[str, list[bytes]] = {}
        self._read()

    @classmethod
    def create(cls, path: Path, uses: Iterable[str]) -> "FileKeys":
        """Make a key file with a first epoch for each use.

        Raises:
            SetupError: the file exists already.
            ValueError: a use's name is not lower-case letters, digits and hyphens.
        """
        create_private(path, _encode({use: [secrets.token_bytes(_SIZE)] for use in uses}))
        return cls(path)

    def secret(self, use: str) -> bytes:
        """Give the current key for one use: 32 bytes.

        Raises:
            SetupError: the file holds no such use.
        """
        return self._keys(use)[-1]

    def epoch(self, use: str) -> str:
        """Name the current epoch of a use.

        Raises:
            SetupError: the file holds no such use.
        """
        return f"k{len(self._keys(use))}"

    def epochs(self, use: str) -> dict[str, bytes]:
        """Give every epoch's key of a use by the epoch's name, the oldest first, the current one last.

        Raises:
            SetupError: the file holds no such use.
        """
        return {f"k{number}": key for number, key in enumerate(self._keys(use), 1)}

    def random(self, size: int) -> bytes:
        """Give fresh random bytes from the operating system."""
        return secrets.token_bytes(size)

    def add(self, use: str) -> None:
        """Add a use with its first epoch.

        Raises:
            SetupError: the use exists, or the file cannot be replaced.
            ValueError: the use's name is not lower-case letters, digits and hyphens.
        """
        with self._replacing() as uses:
            if use in uses:
                raise SetupError("the key file holds this use already", about=use, remedy="Rotate it instead.")
            uses[use] = [secrets.token_bytes(_SIZE)]

    def rotate(self, use: str) -> str:
        """Start a new epoch of a use and name it; older epochs stay readable.

        Raises:
            SetupError: the file holds no such use, or cannot be replaced.
        """
        with self._replacing() as uses:
            if use not in uses:
                raise _unknown(use)
            uses[use].append(secrets.token_bytes(_SIZE))
            return f"k{len(uses[use])}"

    def _keys(self, use: str) -> list[bytes]:
        if self._seen != self._state():
            self._read()
        try:
            return self._uses[use]
        except KeyError:
            raise _unknown(use) from None

    def _state(self) -> tuple[int, ...]:
        try:
            now = self._path.stat(follow_symlinks=False)
        except OSError as error:
            raise SetupError(f"the key file is gone: {error.strerror}", about=self._path.name) from None
        return now.st_ino, now.st_mtime_ns, now.st_ctime_ns, now.st_size

    def _read(self) -> None:
        seen = self._state()
        self._uses = _decode(read_private(self._path), self._path.name)
        self._seen = seen

    @contextmanager
    def _replacing(self) -> Iterator[dict[str, list[bytes]]]:
        """Let the caller change the newest content, then replace the file; two processes take turns."""
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        beside = self._path.with_name(f".{self._path.name}.{secrets.token_hex(8)}")
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            uses = _decode(read_private(self._path), self._path.name)
            yield uses
            _write(beside, _encode(uses))
            beside.rename(self._path)
            os.fsync(folder)
        except OSError as error:
            raise SetupError(f"the key file cannot be replaced: {error.strerror}", about=self._path.name) from None
        finally:
            beside.unlink(missing_ok=True)
            os.close(folder)
        self._read()

    def __repr__(self) -> str:
        """Name the file, and nothing that it holds."""
        return f"FileKeys({self._path.name!r})"


def _unknown(use: str) -> SetupError:
    return SetupError("the key file holds no key for this use", about=use,
                      remedy="Restore the key file; add the use only if nothing was ever made under it.")


def _encode(uses: dict[str, list[bytes]]) -> bytes:
    for use in uses:
        if not _USE.fullmatch(use):
            raise ValueError("a use is named by lower-case letters, digits and hyphens")
    content = {"v": 1, "uses": {use: {f"k{number}": key.hex() for number, key in enumerate(keys, 1)}
                                for use, keys in sorted(uses.items())}}
    return json.dumps(content, indent=1).encode() + b"\n"


def _decode(content: bytes, name: str) -> dict[str, list[bytes]]:
    """Read a key file in its one form; epochs are k1, k2 … in order, so that none is missing."""
    try:
        value: Any = json.loads(content)
        uses = {use: [bytes.fromhex(key) for key in epochs.values()] for use, epochs in value["uses"].items()}
        if _encode(uses) == content and all(keys and {len(key) for key in keys} == {_SIZE} for keys in uses.values()):
            return uses
    except (AttributeError, KeyError, TypeError, ValueError):
        pass
    raise SetupError("the key file is damaged", about=name, remedy="Restore it from its backup.")
