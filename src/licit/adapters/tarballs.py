"""Tars, packed or not, read member by member as they lie: nothing is unpacked to disk, memory stays the same.

A first pass reads the headers, for what lies beside what must be known before a file is looked at; the second gives the
members in the order they lie in. A packed tar is unpacked twice for that, and once more from the start whenever a reader goes
back by more than the few MiB that are kept.

Rules kept here:

- The whole counts against the limits while it is unpacked, headers and all: a bomb gives nothing.
- A link, a device, a name that leads out or that is there twice, a tar in a tar: set aside with a reason.
- What lies behind damage, or behind the end that a tar states, is told; a tar without its end mark counts as damaged.
"""

import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from licit.core.errors import InputError
from licit.core.ports import InputFile
from licit.core.records import SetAside

from .unpacking import BROKEN, Allowance, Limits, climbs, guarded, is_litter, read_head, safe

_AHEAD = 8 << 20
_STEP = 1 << 20
#: No name or list of attributes in a header is this long; a header may claim any size.
_HEADER_BYTES = 1 << 20


def is_tar(block: bytes) -> bool:
    """Tell whether the first block of a file is the header of a tar, by its sum."""
    try:
        tarfile.TarInfo.frombuf(block[:tarfile.BLOCKSIZE], "utf-8", "replace")
    except (tarfile.HeaderError, ValueError):
        return False
    return True


def tar_members(path: Path, unpack: Callable[[Path], Any] | None, limits: Limits) -> Iterator[InputFile | SetAside]:
    """Give the members of a tar that may be read, and what is set aside instead."""
    name = path.as_posix()
    reel = _Reel(path, unpack, limits)
    try:
        members, aside = _listed(reel, name, limits)
        yield from aside
        folders: dict[str, list[str]] = {}
        for member in members:
            folders.setdefault(member.rpartition("/")[0], []).append(member.rpartition("/")[2])
        shared = {folder: tuple(sorted(beside)) for folder, beside in folders.items()}
        for member in members:
            yield _member(_Tar(reel=reel, name=name, members=members), member, shared[member.rpartition("/")[0]])
    finally:
        reel.close()


class _Reel:
    """The unpacked bytes of a tar, read from any place on; going back in a packed one starts again from its start."""

    def __init__(self, path: Path, unpack: Callable[[Path], Any] | None, limits: Limits) -> None:
        self._path, self._unpack, self._limits = path, unpack, limits
        self._file: BinaryIO | None = None
        self._at = 0  # in the unpacked bytes
        self._kept: tuple[int, bytes] = (-1, b"")

    def read(self, at: int, count: int) -> bytes:
        """Read from a place on; fewer bytes at the end only.

        Raises:
            InputError: it cannot be read, or gives more than it may.
        """
        if self._file is None or (self._unpack and at < self._at):
            self.close()
            self._file, self._at = self._opened(), 0
        if not self._unpack:
            self._file.seek(at)
            return self._file.read(count)
        while self._at < at:
            passed = len(self._file.read(min(_STEP, at - self._at)))
            if not passed:
                return b""
            self._at += passed
        data = self._file.read(count)
        self._at += len(data)
        return data

    def member(self, start: int, size: int, at: int, count: int) -> bytes:
        """Read from a member; its beginning is kept, for it is looked at several times."""
        if not self._unpack or at >= _AHEAD:
            return self.read(start + at, count)
        if self._kept[0] != start:
            self._kept = (start, self.read(start, min(size, _AHEAD)))
        return self._kept[1][at:at + count]

    def _opened(self) -> BinaryIO:
        unpack = self._unpack
        if unpack is None:
            return self._path.open("rb")
        # Of one member, its header tells; of all together, only the ratio.
        whole = Allowance(replace(self._limits, member_bytes=sys.maxsize), self._path.stat().st_size)
        return guarded(lambda: unpack(self._path), self._path.as_posix(), whole)

    def close(self) -> None:
        """Let the file go; reading opens it again."""
        if self._file is not None:
            self._file.close()
        self._file, self._kept = None, (-1, b"")

    def __del__(self) -> None:
        # A member may be opened after the walk has closed this.
        self.close()


class _Headers:
    """What ``tarfile`` reads headers from: it goes forward only, and in small pieces."""

    def __init__(self, reel: _Reel) -> None:
        self._reel, self._at, self.last = reel, 0, b""

    def read(self, count: int) -> bytes:
        if count > _HEADER_BYTES:
            raise InputError("a header claims more than any name needs", reason="bomb")
        self.last = self._reel.read(self._at, count)
        self._at += len(self.last)
        return self.last

    def seek(self, place: int) -> None:
        self._at = place

    def tell(self) -> int:
        return self._at

    def more(self) -> bool:
        """Tell whether anything but zeros follows."""
        while data := self._reel.read(self._at, _STEP):
            self._at += len(data)
            if data.count(0) < len(data):
                return True
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tar:
    reel: _Reel
    name: str
    members: Mapping[str, tuple[int, int]]

    def open(self, member: str) -> BinaryIO:
        return guarded(lambda: _Slice(self.reel, *self.members[member]), f"{self.name}/{member}", None)


class _Slice:
    """The bytes of one member, from its start."""

    def __init__(self, reel: _Reel, start: int, size: int) -> None:
        self._reel, self._start, self._size, self._at = reel, start, size, 0

    def read(self, count: int) -> bytes:
        if not (count := min(count, self._size - self._at)):
            return b""
        data = self._reel.member(self._start, self._size, self._at, count)
        if not data:
            raise EOFError("cut short")
        self._at += len(data)
        return data

    def close(self) -> None:
        pass


def _listed(reel: _Reel, name: str, limits: Limits) -> tuple[dict[str, tuple[int, int]], list[SetAside]]:
    """Read the headers: the place and size of every member that may be read, and what is set aside."""
    good: dict[str, tuple[int, int]] = {}
    aside: list[SetAside] = []
    headers = _Headers(reel)
    try:
        tar = tarfile.TarFile(fileobj=headers, encoding="utf-8", errors="replace")  # type: ignore[arg-type]
        while (info := tar.next()) is not None:
            tar.members.clear()  # type: ignore[attr-defined]
            _place(info, name, limits, (good, aside))
            if len(good) + len(aside) > limits.members:
                raise InputError(f"more than {limits.members} files", reason="too-many-members")
        if headers.last.strip(b"\0") or len(headers.last) < tarfile.BLOCKSIZE:
            aside.append(SetAside(reason="broken-archive", where=name, detail="it has no end mark: something may be missing"))
        elif headers.more():
            aside.append(SetAside(reason="broken-archive", where=name, detail="something follows its end mark and was not read"))
    except InputError as error:
        if error.reason in ("bomb", "too-many-members"):
            return {}, [SetAside(reason=error.reason, where=name, detail=error.what)]
        aside.append(SetAside(reason=error.reason, where=name, detail=error.what))
    except OSError as error:
        aside.append(SetAside(reason="not-readable", where=name, detail=error.strerror or ""))
    except BROKEN:
        aside.append(SetAside(reason="broken-archive", where=name, detail=f"damaged after {len(good)} files"))
    return good, aside


def _place(info: tarfile.TarInfo, name: str, limits: Limits, told: tuple[dict[str, tuple[int, int]], list[SetAside]]) -> None:
    """Put one member among those that may be read, or set it aside."""
    good, aside = told
    member = "/".join(part for part in info.name.split("/") if part not in ("", "."))
    if info.isdir() or is_litter(member):
        return
    if reason := "duplicate-member" if member in good else _refusal(info, limits):
        aside.append(SetAside(reason=reason, where=f"{name}/{safe(info.name)}"))
    else:
        good[member] = (info.offset_data, info.size)


def _refusal(info: tarfile.TarInfo, limits: Limits) -> str:
    if climbs(info.name):
        return "path-traversal"
    if info.issym() or info.islnk():
        return "symlink"
    # A sparse file does not lie as it is.
    if not info.isreg() or info.issparse():
        return "not-a-file"
    return "too-large" if info.size > limits.member_bytes else ""


def _member(tar: _Tar, member: str, siblings: tuple[str, ...]) -> InputFile | SetAside:
    name = f"{tar.name}/{member}"
    folder = member.rpartition("/")[0]

    def sibling(other: str) -> BinaryIO | None:
        full = f"{folder}/{other}" if folder else other
        return tar.open(full) if full in tar.members and "/" not in other else None

    try:
        head = read_head(lambda: tar.open(member))
    except InputError as error:
        return SetAside(reason=error.reason, where=name, detail=error.what)
    if "ustar" in head[:tarfile.BLOCKSIZE][200:]:
        return SetAside(reason="nested-archive", where=name, detail="unpack it and import it itself")
    return InputFile(name=name, size=tar.members[member][1], head=head, open=lambda: tar.open(member), siblings=siblings,
                     sibling=sibling)
