"""Opens what a user names, safely: files, folders and archives, one readable file at a time.

It finds the readers too, and picks the one that knows a file. It reads no content beyond a file's head.

Rules kept here:

- Nothing is unpacked to disk. A member's true size and ratio are measured while it is read; its header is not believed.
- What is not opened (a link, a device, a path that climbs out, a locked or nested archive, a bomb) is set aside with a
  reason; nothing is passed over but the litter that systems leave in folders.
- The order is by name, so that two runs see the same files in the same order.
- A file is recognised by its content; a tie is an error, not a guess.
"""

import gzip
import io
import pkgutil
import re
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from licit.core.errors import InputError, SetupError
from licit.core.ports import InputFile, Reader
from licit.core.records import SetAside

from .chatlogs._streams import read_lines as read_lines
from .tarballs import is_tar, tar_members
from .unpacking import BROKEN, LITTER, Allowance, Limits, climbs, guarded, is_litter, read_head, safe, unpacker

READER_PACKAGES = ("licit.adapters.chatlogs", "licit.adapters.documents")
ENTRY_POINTS = "licit.readers"

_NESTED = "unpack it and import it itself"
_ZIP_MAGIC = ("PK\x03\x04", "PK\x05\x06")
_UNPACKED_SUFFIX = re.compile(r"\.(?:gz|bz2|xz)$")


_DEFAULT = Limits()


def open_inputs(paths: Sequence[Path], limits: Limits = _DEFAULT) -> Iterator[InputFile | SetAside]:
    """Walk files, folders and archives; give every file that may be read, and what is set aside instead.

    Names are as the user typed the path, members of an archive below it (``export.zip/conversations.json``). A path
    given twice is read once. A path that does not exist is set aside as ``not-found``. A file's ``siblings`` are the
    names in its folder, its own among them: files of one folder share one list.
    """
    seen: set[Path] = set()
    folders: dict[Path, tuple[str, ...]] = {}
    for path in paths:
        for file in _walk(path, top=True):
            if isinstance(file, SetAside):
                yield file
            elif (real := file.resolve()) not in seen:
                seen.add(real)
                yield from _open(file, limits, folders)


def _walk(path: Path, *, top: bool = False) -> Iterator[Path | SetAside]:
    where = path.as_posix()
    try:
        if path.is_symlink() and not top:
            yield SetAside(reason="symlink", where=where,
                           detail="a link inside a folder is not followed; name it itself")
        elif path.is_dir():
            for child in sorted(path.iterdir(), key=lambda item: item.name):
                if child.name not in LITTER and child.name != "__MACOSX":
                    yield from _walk(child)
        elif path.is_file():
            yield path
        elif path.exists():
            yield SetAside(reason="not-a-file", where=where)
        else:
            yield SetAside(reason="not-found", where=where)
    except OSError as error:
        yield SetAside(reason="not-readable", where=where, detail=error.strerror or "")


def _open(path: Path, limits: Limits, folders: dict[Path, tuple[str, ...]]) -> Iterator[InputFile | SetAside]:
    name = path.as_posix()

    def opened() -> BinaryIO:
        return guarded(lambda: path.open("rb"), name, None)

    def sibling(other: str) -> BinaryIO | None:
        beside = path.parent / other
        inside = beside.name == other and beside.is_file() and not beside.is_symlink()
        return guarded(lambda: beside.open("rb"), other, None) if inside else None

    try:
        head, size = read_head(opened), path.stat().st_size
        if head.startswith(_ZIP_MAGIC):
            yield from _members(zipfile.ZipFile(path), name, limits, nested=False)
            return
        unpack = unpacker(head)
        first = _first_block(path, unpack) if unpack or "ustar" in head[:512] or path.suffix == ".tar" else b""
        if path.parent not in folders:
            folders[path.parent] = tuple(sorted(child.name for child in path.parent.iterdir()
                                                if child.is_file() and not child.is_symlink()))
    except InputError as error:
        yield SetAside(reason=error.reason, where=name, detail=error.what)
    except OSError as error:
        yield SetAside(reason="not-readable", where=name, detail=error.strerror or "")
    except BROKEN:
        yield SetAside(reason="broken-archive", where=name)
    else:
        if is_tar(first):
            yield from _tar(path, unpack, limits)
            return
        # A reader of its own knows a web archive that is packed record by record.
        if unpack and not (unpack is gzip.open and first.startswith(b"WARC/")):
            yield from _alone(path, unpack, size, limits, (folders[path.parent], sibling))
            return
        yield InputFile(name=name, size=size, head=head, open=opened, siblings=folders[path.parent], sibling=sibling,
                        path=path)


def _first_block(path: Path, unpack: Callable[[Path], Any] | None) -> bytes:
    with unpack(path) if unpack else path.open("rb") as inside:
        try:
            return bytes(inside.read(512))
        except (*BROKEN, OSError):
            return b"?"  # reading it says what is wrong


def _alone(path: Path, unpack: Callable[[Path], Any], size: int, limits: Limits, beside: tuple[tuple[str, ...], Any]) -> Iterator[InputFile | SetAside]:
    """Give a file that was packed alone, by its own name below that of the packed one."""
    name = f"{path.as_posix()}/{_UNPACKED_SUFFIX.sub('', path.name)}"

    def inside() -> BinaryIO:
        return guarded(lambda: unpack(path), name, Allowance(limits, size))

    try:
        yield InputFile(name=name, size=size, head=read_head(inside), open=inside, siblings=beside[0], sibling=beside[1])
    except InputError as error:
        yield SetAside(reason=error.reason, where=path.as_posix(), detail=error.what)


def _tar(path: Path, unpack: Callable[[Path], Any] | None, limits: Limits) -> Iterator[InputFile | SetAside]:
    """Give each member of a tar; a zip among them is opened as one in a zip is."""
    for file in tar_members(path, unpack, limits):
        if isinstance(file, InputFile) and file.head.startswith(_ZIP_MAGIC):
            yield from _nested(file.name, file.size, file.open, limits)
        else:
            yield file


def _members(archive: zipfile.ZipFile, name: str, limits: Limits, *, nested: bool) -> Iterator[InputFile | SetAside]:
    infos = sorted((info for info in archive.infolist() if not info.is_dir()), key=lambda info: info.filename)
    packed, declared = sum(info.compress_size for info in infos), sum(info.file_size for info in infos)
    if len(infos) > limits.members:
        yield SetAside(reason="too-many-members", where=name, detail=f"{len(infos)} files, {limits.members} at most")
        return
    if declared > max(limits.ratio_from, packed * limits.ratio):
        yield SetAside(reason="bomb", where=name, detail="it would unpack to far more than any real export")
        return
    good: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if is_litter(info.filename):
            continue
        if reason := "duplicate-member" if info.filename in good else _refusal(info, limits):
            yield SetAside(reason=reason, where=f"{name}/{safe(info.filename)}")
        else:
            good[info.filename] = info
    folders: dict[str, list[str]] = {}
    for member in good:
        folders.setdefault(member.rpartition("/")[0], []).append(member.rpartition("/")[2])
    shared = {folder: tuple(beside) for folder, beside in folders.items()}
    opened = _Archive(archive, name, limits, good)
    for member in good:
        yield from _member(opened, member, shared[member.rpartition("/")[0]], nested)


@dataclass(frozen=True, slots=True)
class _Archive:
    file: zipfile.ZipFile
    name: str
    limits: Limits
    members: Mapping[str, zipfile.ZipInfo]

    def open(self, member: str) -> BinaryIO:
        info = self.members[member]
        return guarded(lambda: self.file.open(info), f"{self.name}/{member}", Allowance(
            self.limits, info.compress_size))


def _member(archive: _Archive, member: str, siblings: tuple[str, ...],
            nested: bool) -> Iterator[InputFile | SetAside]:
    name = f"{archive.name}/{member}"
    folder = member.rpartition("/")[0]

    def sibling(other: str) -> BinaryIO | None:
        full = f"{folder}/{other}" if folder else other
        return archive.open(full) if full in archive.members and "/" not in other else None

    try:
        head = read_head(lambda: archive.open(member))
        if head.startswith(_ZIP_MAGIC):
            if nested:
                yield SetAside(reason="nested-archive", where=name, detail=_NESTED)
            else:
                yield from _nested(name, archive.members[member].file_size, lambda: archive.open(member), archive.limits)
            return
    except InputError as error:
        yield SetAside(reason=error.reason, where=name, detail=error.what)
        return
    yield InputFile(name=name, size=archive.members[member].file_size, head=head,
                    open=lambda: archive.open(member), siblings=siblings, sibling=sibling)


def _nested(name: str, size: int, opened: Callable[[], BinaryIO], limits: Limits) -> Iterator[InputFile | SetAside]:
    if size > limits.nested_bytes:
        yield SetAside(reason="nested-archive", where=name, detail=_NESTED)
        return
    try:
        with opened() as stream:
            inner = zipfile.ZipFile(io.BytesIO(stream.read()))
    except InputError as error:
        yield SetAside(reason=error.reason, where=name, detail=error.what)
    except BROKEN:
        yield SetAside(reason="broken-archive", where=name)
    else:
        yield from _members(inner, name, limits, nested=True)


def _refusal(info: zipfile.ZipInfo, limits: Limits) -> str:
    if climbs(info.filename):
        return "path-traversal"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "symlink"
    if info.flag_bits & 0x1:
        return "encrypted"
    return "too-large" if info.file_size > limits.member_bytes else ""


def find_readers() -> dict[str, Reader]:
    """Find every reader: each public module of the reader packages, then installed plug-ins, by name.

    Raises:
        SetupError: a module or plug-in cannot be loaded, or two readers have one name.
    """
    found: dict[str, Reader] = {}
    for place, load in _sources():
        try:
            loaded = load()
        except Exception as error:
            raise SetupError(f"the reader plug-in cannot be loaded: {type(error).__name__}", about=place,
                             remedy="Mend or uninstall it.") from error
        for reader in loaded if isinstance(loaded, tuple) else (loaded,):
            if not isinstance(getattr(reader, "name", None), str) or not callable(getattr(reader, "read", None)):
                raise SetupError("this plug-in gives something that is no reader", about=place)
            if reader.name in found:
                raise SetupError(f"two readers are named {reader.name}", about=place, remedy="Uninstall one of them.")
            found[reader.name] = reader
    return dict(sorted(found.items()))


def _sources() -> Iterator[tuple[str, Callable[[], Any]]]:
    for package in READER_PACKAGES:
        for module in sorted(pkgutil.iter_modules(import_module(package).__path__), key=lambda item: item.name):
            if not module.name.startswith("_"):
                full = f"{package}.{module.name}"
                yield full, partial(_module_readers, full)
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda item: item.name):
        yield f"{ENTRY_POINTS}:{entry.name}", entry.load


def _module_readers(module: str) -> Any:
    return getattr(import_module(module), "READERS", ())


def recognise(file: InputFile, readers: Mapping[str, Reader], forced: str | None = None) -> Reader:
    """Pick the reader that is surest of a file, or the one that was asked for by name.

    Raises:
        InputError: no reader knows it, or two are equally sure (``format-unknown``).
        SetupError: no reader has the name asked for.
    """
    if forced is not None:
        if forced not in readers:
            raise SetupError(f"no reader is named {forced}", remedy=f"Readers: {', '.join(sorted(readers))}.")
        return readers[forced]
    sure = {name: reader.recognise(file) for name, reader in readers.items()}
    best = max(sure.values(), default=0)
    named = sorted(name for name, score in sure.items() if score == best)
    if best <= 0:
        raise InputError("no reader knows this file", about=file.name, reason="format-unknown",
                         remedy=f"Say which it is with --as: {', '.join(sorted(readers))}.")
    if len(named) > 1:
        raise InputError("several readers know this file equally well", about=file.name, reason="format-unknown",
                         remedy=f"Say which it is with --as: {', '.join(named)}.")
    return readers[named[0]]


def is_companion(file: InputFile, readers: Mapping[str, Reader]) -> bool:
    """Tell whether a file only serves the files beside it (accounts, feedback, metadata) and is no input of its own.

    A reader says so in an optional ``companion(name, siblings)``.
    """
    own = PurePosixPath(file.name).name
    tests = (getattr(reader, "companion", None) for reader in readers.values())
    return any(test(own, file.siblings) for test in tests if test is not None)
