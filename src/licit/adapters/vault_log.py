"""The vault's own log: who made, read or forgot a scope, when and why; no text of anybody's.

Rules kept here:

- Lines are only appended, each on disk before what it tells of is done, and each names the digest of the one before.
- The keys' folder holds a mark of how far the log has come, so that a shortened log is seen too. What is damaged,
  shortened or mended opens nothing.
- Several processes take turns.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from licit.core.errors import EvidenceError, SetupError
from licit.core.ids import canonical_json, parse_canonical

What = Literal["made", "written", "read", "forgotten"]
_START = "sha256:" + "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of the log: its number from 0, what was done to which scope, by whom, why, and when (UTC)."""

    seq: int
    what: What
    scope: str
    by: str
    reason: str
    at: str


class VaultLog:
    """An append-only file of lines, and a mark of its end kept elsewhere."""

    def __init__(self, path: Path, mark: Path) -> None:
        self._path, self._mark = path, mark

    def lines(self) -> list[Told]:
        """Give every line, in order.

        Raises:
            EvidenceError: a line was changed, or lines are missing.
        """
        with self._locked(fcntl.LOCK_SH) as descriptor:
            return self._read(descriptor)[0]

    def append(self, what: What, scope: str, *, by: str, reason: str, at: datetime) -> Told:
        """Append a line; it is on disk when this returns.

        Raises:
            EvidenceError: the log is not whole, so that nothing may be done in its name.
            SetupError: it cannot be written.
        """
        try:
            with self._locked(fcntl.LOCK_EX) as descriptor:
                told, last = self._read(descriptor, mending=True)
                new = Told(seq=len(told), what=what, scope=scope, by=by, reason=reason,
                           at=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
                body = canonical_json({**{name: getattr(new, name) for name in Told.__slots__}, "previous": last})
                os.lseek(descriptor, 0, os.SEEK_END)
                _write_all(descriptor, body + b"\n")
                os.fsync(descriptor)
                _write_mark(self._mark, len(told) + 1, _digest(body))
                return new
        except OSError as error:
            raise SetupError(f"the vault's log cannot be written: {error.strerror}", about=self._path.name,
                             remedy="Nothing was opened or forgotten.") from None

    @contextmanager
    def _locked(self, how: int) -> Iterator[int]:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise EvidenceError(f"the vault's log cannot be opened: {error.strerror}", about=self._path.name,
                                remedy="Restore it from a backup; nothing is opened without it.") from None
        try:
            fcntl.flock(descriptor, how)
            yield descriptor
        finally:
            os.close(descriptor)

    def _read(self, descriptor: int, *, mending: bool = False) -> tuple[list[Told], str]:
        data, last, told = os.pread(descriptor, os.fstat(descriptor).st_size, 0), _START, list[Told]()
        number, end = self._get_mark()
        whole = data[:data.rfind(b"\n") + 1]
        if mending and whole != data:
            os.ftruncate(descriptor, len(whole))  # a crash cut the last line short: nothing was done in its name
        for seq, line in enumerate(whole.splitlines()):
            try:
                value = parse_canonical(line)
                previous = value.pop("previous")
                new = Told(**value)
            except (ValueError, TypeError, KeyError, AttributeError):
                raise self._broken() from None
            if previous != last or new.seq != seq:
                raise self._broken()
            told.append(new)
            last = _digest(line)
            if seq + 1 == number and last != end:
                raise self._broken()
        if len(told) < number:
            raise self._broken()
        return told, last

    def is_new(self) -> bool:
        """Tell whether no line was ever written."""
        return not self._mark.exists() or self._get_mark()[0] == 0

    def _get_mark(self) -> tuple[int, str]:
        try:
            value = json.loads(self._mark.read_bytes())
            return int(value["lines"]), str(value["last"])
        except (OSError, ValueError, KeyError, TypeError):
            raise self._broken() from None

    def _broken(self) -> EvidenceError:
        return EvidenceError("the vault's log is not the one that was written", about=self._path.name,
                             remedy="Restore vault and keys from the same backup; nothing is opened meanwhile.")


def start_log(path: Path, mark: Path) -> None:
    """Make an empty log and its mark."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    _write_mark(mark, 0, _START)


def _write_mark(mark: Path, lines: int, last: str) -> None:
    beside = mark.with_name(mark.name + ".part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        _write_all(descriptor, json.dumps({"lines": lines, "last": last}).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    beside.replace(mark)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data):]


def _digest(line: bytes) -> str:
    return "sha256:" + hashlib.sha256(line).hexdigest()
