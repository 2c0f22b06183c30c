"""Unpacking: streams that give no more than an archive may, and say what is wrong with one.

Rules kept here:

- A stream's true size and ratio are measured while it is read; no header is believed.
- A failure of a format is an input error with a reason; none ends a stream as if it were whole.
"""

import bz2
import codecs
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from licit.core.errors import InputError

HEAD_BYTES = 64 * 1024
LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, gzip.BadGzipFile,
          lzma.LZMAError, tarfile.TarError)

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_BLOCK = 1 << 16
# The strongest usual setting of xz needs 65 MiB; a header may claim gigabytes.
_XZ_MEMORY = 128 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much an archive may hold: bytes of one member, growth over its packed size once past a size, members."""

    member_bytes: int = 4 << 30
    ratio: int = 200
    ratio_from: int = 64 << 20
    members: int = 100_000
    nested_bytes: int = 64 << 20


def is_litter(member: str) -> bool:
    """Tell whether a member is what systems leave in folders."""
    return member.startswith("__MACOSX/") or PurePosixPath(member).name in LITTER


def safe(member: str) -> str:
    """Give a name that may be shown."""
    return re.sub(r"[^ -~\u00a0-\uffff]", "?", member)[:200]


def climbs(member: str) -> bool:
    """Tell whether the name of a member leads out of its archive."""
    name = member.replace("\\", "/")
    return name.startswith("/") or bool(re.match(r"[A-Za-z]:", name)) or ".." in name.split("/")


class _Xz(io.RawIOBase):
    """A stream of xz in bounded memory; ``lzma.open`` would allot whatever a header claims."""

    def __init__(self, path: Path) -> None:
        self._file, self._one = path.open("rb"), self._begun()

    @staticmethod
    def _begun() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = b""
        while not data:
            fresh = b""
            if self._one.eof:
                # Streams may follow each other, with zeros between.
                fresh = self._one.unused_data
                while not (fresh := fresh.lstrip(b"\0")):
                    if not (fresh := self._file.read(_BLOCK)):
                        return 0
                self._one = self._begun()
            elif self._one.needs_input and not (fresh := self._file.read(_BLOCK)):
                raise EOFError("cut short")
            data = self._one.decompress(fresh, len(buffer))
        buffer[:len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def unpacker(head: str) -> Callable[[Path], Any] | None:
    """Give what opens a packed file by its first bytes, decoded leniently; None for one that is not packed."""
    if head.startswith("\x1f\ufffd\x08"):
        return gzip.open
    if re.match("BZh[1-9]1AY&SY", head):
        return bz2.open
    return _Xz if head.startswith("\ufffd7zXZ\0") else None


class Allowance:
    """How many bytes one member may still give."""

    def __init__(self, limits: Limits, packed: int) -> None:
        self._limits, self._packed, self._given = limits, packed, 0

    def spend(self, count: int, name: str) -> None:
        """Count bytes read.

        Raises:
            InputError: it gives more than it may.
        """
        self._given += count
        if self._given > self._limits.member_bytes:
            raise InputError("it unpacks to more than may be read", about=name, reason="too-large")
        if self._given > max(self._limits.ratio_from, self._packed * self._limits.ratio):
            raise InputError("it unpacks to far more than any real export", about=name, reason="bomb")


class _Guarded(io.RawIOBase):
    """A stream whose failures are input errors, and whose length is measured."""

    def __init__(self, inner: Any, name: str, allowance: Allowance | None) -> None:
        self._inner, self._name, self._allowance = inner, name, allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._inner.read(len(buffer))
        except OSError as error:
            raise InputError("it cannot be read", about=self._name, reason="not-readable") from error
        except BROKEN as error:
            raise InputError("the archive is damaged here", about=self._name, reason="broken-archive") from error
        if self._allowance is not None:
            self._allowance.spend(len(data), self._name)
        buffer[:len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def guarded(opener: Callable[[], Any], name: str, allowance: Allowance | None) -> BinaryIO:
    """Open a stream whose failures are input errors.

    Raises:
        InputError: it cannot be opened.
    """
    try:
        inner = opener()
    except OSError as error:
        raise InputError("it cannot be opened", about=name, reason="not-readable") from error
    except BROKEN as error:
        raise InputError("the archive is damaged here", about=name, reason="broken-archive") from error
    return io.BufferedReader(_Guarded(inner, name, allowance), buffer_size=1 << 16)


def read_head(opener: Callable[[], BinaryIO]) -> str:
    """Read the first 64 KiB as text, leniently: UTF-8 with or without its mark, or UTF-16 with one.

    Raises:
        InputError: the file cannot be opened or read.
    """
    with opener() as stream:
        data = stream.read(HEAD_BYTES)
    if (encoding := _UTF16.get(data[:2])) is not None:
        return data[2:].decode(encoding, errors="replace")
    return data.decode("utf-8-sig", errors="replace")
