"""Backups: a copy of the workspace as one moment saw it, without the keys, that is there whole or not at all.

Rules kept here:

- The database is copied in one read while others go on writing; the files it names cannot go meanwhile, for building and
  erasing wait. What is not copied for a reason is named: the keys.
- A backup stands under its name only when every byte of it is on disk and listed; the list is under a key of the workspace.
- A command that was cut short when its backup was whole gives that backup when it is run again, unless the log went on.
- A backup is never changed, for its digests are its worth. One that still holds erased words is replaced and removed.

Read next: ``restore.py``.

Law: RGT-07
"""

import fcntl
import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..core.errors import EvidenceError, InputError, LicitError, RefusedError, SetupError, UnavailableError
from ..core.ids import canonical_json, keyed, short_text
from ..core.ports import Keys
from .alone import alone, storing
from .release import recover
from .schedule import backups_at
from .workspace import Progress, Workspace, silent

FORMAT, LIST, ID = "licit-backup/1", "backup.json", "backup.id"
FOLDERS = ("shards", "index", "attributes", "state", "releases", "signals", "audits")

#: Names the backup that is about to get its name, so that the same command knows its own work again.
_NAMING = "state/.backup"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file of a backup: its path from the workspace, its SHA-256 as text, its size in bytes."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup's list: which it is, how long the log was at least, and its files."""

    id: str
    name: str
    size: int
    made_at: str
    files: tuple[Listed, ...]

    def body(self) -> dict[str, Any]:
        """Give the list as plain values, without its code."""
        return {"format": FORMAT, "id": self.id, "name": self.name, "size": self.size, "made_at": self.made_at,
                "files": [asdict(file) for file in self.files]}


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup came to; ``linked`` files are shared with an earlier backup."""

    path: str
    id: str
    entries: int
    files: int
    bytes: int
    linked: int

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {**asdict(self), "left_out": ["keys"]}


def back_up(workspace: Workspace, target: Path, *, like: Path | None = None, progress: Progress = silent) -> BackedUp:
    """Copy the workspace to a new folder; files that ``like``, an earlier backup, holds already are shared with it.

    Raises:
        RefusedError: the folder exists, or lies in the workspace.
        SetupError: something in the workspace is no plain file.
        EvidenceError: ``like`` is no backup of this workspace.
        UnavailableError: a build, an erasure or another backup is at work.
    """
    target = target.absolute()
    if (earlier := _cut_short(workspace, target)) is not None:
        return earlier
    if target.exists() or target.is_symlink():
        raise RefusedError("there is something of that name, and a backup is never written over another", about=target.name,
                           remedy="Name a new folder.")
    if target.is_relative_to(workspace.root.resolve()):
        raise RefusedError("a backup in the workspace is lost with it", about=target.name,
                           remedy="Name a folder on another disk.")
    with alone(workspace), _part_of(workspace, target) as part:
        recover(workspace)
        known = {file.path: file for file in read_list(like, workspace.keys).files} if like else {}
        name = short_text(workspace.keys.random(10), 16)
        (part / ID).write_text(name, encoding="ascii")
        databases = [name for name in ("licit.db", "web.db") if name != "web.db" or (workspace.root / name).is_file()]
        workspace.enter("backup", {"id": name, "name": target.name, "answer": "begun", "databases": databases})
        with storing(workspace, shared=False):
            size, _ = workspace.log.head()
            workspace.copy_log(part / "licit.db")
            if "web.db" in databases:
                workspace.copy_web(part / "web.db")
            paths = list(_files(workspace.root))
        linked, files = 0, [_listed(part, name) for name in databases]
        for done, path in enumerate(paths, 1):
            old = known.get(path)
            shared = like is not None and old is not None and _share(workspace.root, like, old, part)
            files.append(old if shared and old else copy_file(workspace.root / path, part, path))
            linked += shared
            progress("back up", done, len(paths))
        made = Backup(id=name, name=workspace.name, size=size, files=tuple(sorted(files, key=lambda file: file.path)),
                      made_at=workspace.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"))
        _write_list(part, made, workspace.keys)
        sync_tree(part)
        backed_up = BackedUp(path=str(target), id=name, entries=size, files=len(files), linked=linked,
                             bytes=sum(file.bytes for file in files))
        workspace.corpus.write_bytes(_NAMING, canonical_json(asdict(backed_up)))
        part.replace(target)
        sync_folder(target.parent)
    workspace.corpus.remove(_NAMING)
    return backed_up


def _cut_short(workspace: Workspace, target: Path) -> BackedUp | None:
    """Give the backup of that name, if the command that made it was cut short before it could say so.

    Raises:
        RefusedError: the log went on since, so that it is not the backup that somebody wants now.
    """
    note = workspace.corpus.path(_NAMING)
    try:
        made = BackedUp(**json.loads(note.read_bytes()))
        whole = made.path == str(target) and read_list(target, workspace.keys).id == made.id
    except (OSError, ValueError, TypeError, LicitError):
        return None  # whatever stands there is then judged as any other's
    if not whole:
        return None
    sync_folder(target.parent)
    workspace.corpus.remove(_NAMING)
    if workspace.log.head()[0] != made.entries:
        raise RefusedError("this backup was finished by a command that was cut short, and the log went on since",
                           about=target.name, remedy="It is whole and on the list; name a new folder for one of now.")
    return made


@contextmanager
def _part_of(workspace: Workspace, target: Path) -> Iterator[Path]:
    """Give the folder in which a backup grows; one that a crash left is removed first, and its removal recorded."""
    part = target.with_name(f".{target.name}.backup")
    target.parent.mkdir(parents=True, exist_ok=True)
    with claimed(target.parent, part):
        if part.exists():
            left = part / ID
            old = left.read_text(encoding="ascii") if left.is_file() else ""
            shutil.rmtree(part)
            if old:
                workspace.enter("backup", {"id": old, "name": target.name, "answer": "removed"})
        part.mkdir(mode=0o700)
        try:
            yield part
        except BaseException:
            # What cannot be recorded now stays on the list of backups, which errs on the safe side.
            begun = part / ID
            with suppress(LicitError, OSError):
                name = begun.read_text(encoding="ascii")
                shutil.rmtree(part)
                workspace.enter("backup", {"id": name, "name": target.name, "answer": "removed"})
            raise


@contextmanager
def claimed(folder: Path, part: Path) -> Iterator[None]:
    """Hold the place of a half-made folder against other processes, as long as this one lives.

    Raises:
        UnavailableError: another process is making it.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise UnavailableError("another command is at work in the folder above", about=part.name,
                               remedy="Wait for it to end, then run this again.") from None
    finally:
        os.close(descriptor)


def _files(root: Path) -> Iterator[str]:
    """Give the files to copy: settings, issuers' public keys, and all of the folders but what only a running command needs.

    Raises:
        SetupError: a link or another thing that is no plain file, whose content nobody can vouch for.
    """
    for path in [*sorted(root.glob("*.toml")), *sorted(root.glob("*.json")), *(item for folder in FOLDERS for item in _below(root / folder))]:
        if path.is_symlink() or not path.is_file():
            raise SetupError("this is no plain file, and a backup without what it stands for would not be whole",
                             about=path.relative_to(root).as_posix(), remedy="Put the files themselves there.")
        if not path.name.startswith(".") or path.suffix not in ("", ".part"):
            yield path.relative_to(root).as_posix()


def _below(folder: Path) -> list[Path]:
    if folder.is_symlink():
        return [folder]
    return sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


def copy_file(source: Path, part: Path, path: str) -> Listed:
    """Copy a file durably; give its place, digest and size as they were read."""
    target = part / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as old, target.open("xb") as new:
        while block := old.read(_BLOCK):
            digest.update(block)
            new.write(block)
            size += len(block)
        new.flush()
        os.fchmod(new.fileno(), os.fstat(old.fileno()).st_mode & 0o777)
        os.fsync(new.fileno())
    return Listed(path=path, sha256="sha256:" + digest.hexdigest(), bytes=size)


def _listed(folder: Path, path: str) -> Listed:
    with (folder / path).open("rb") as file:
        return Listed(path=path, sha256="sha256:" + hashlib.file_digest(file, "sha256").hexdigest(),
                      bytes=os.fstat(file.fileno()).st_size)


def _share(root: Path, like: Path, old: Listed, part: Path) -> bool:
    """Make a file of an earlier backup appear in this one, if both it and the workspace's are what was listed."""
    try:
        if _listed(root, old.path) != old or _listed(like, old.path) != old:
            return False
        (part / old.path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.link(like / old.path, part / old.path)
    except OSError:
        return False
    return True


def _write_list(part: Path, made: Backup, keys: Keys) -> None:
    body = made.body()
    data = canonical_json({**body, "mac": _codes(body, keys)[-1]}) + b"\n"
    with (part / LIST).open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _codes(body: Mapping[str, Any], keys: Keys) -> list[str]:
    return [keyed(key, "licit/backup", canonical_json(body)).hex() for key in keys.epochs("audit").values()]


def read_list(folder: Path, keys: Keys) -> Backup:
    """Read a backup's list, and check that it is of the workspace that the keys belong to.

    Raises:
        InputError: the folder is no whole backup.
        EvidenceError: its list was changed, or is of another workspace.
    """
    try:
        data = (folder / LIST).read_bytes()
    except OSError:
        raise InputError("this is no whole backup: it has no list", about=folder.name,
                         remedy="Name the folder that licit backup made; what a crash left is never one.") from None
    try:
        value = json.loads(data)
        made = Backup(id=value["id"], name=value["name"], size=value["size"], made_at=value["made_at"],
                      files=tuple(Listed(**file) for file in value["files"]))
        sound = canonical_json({**made.body(), "mac": value["mac"]}) + b"\n" == data and any(
            hmac.compare_digest(code, value["mac"]) for code in _codes(made.body(), keys))
        inside = all(not PurePosixPath(file.path).is_absolute() and ".." not in PurePosixPath(file.path).parts
                     for file in made.files)
    except (ValueError, KeyError, TypeError):
        sound = inside = False
    if not (sound and inside):
        raise EvidenceError("the backup's list was changed, or is of another workspace", about=f"{folder.name}/{LIST}",
                            reason="backup-altered", remedy="Use another backup, or the keys that belong to this one.")
    return made


def prune(workspace: Workspace, folder: Path) -> Backup:
    """Remove a backup of this workspace and record that; it stops being one before anything of it goes.

    Raises:
        InputError: the folder is no backup.
        RefusedError: no later backup is recorded, so that none would be left.
    """
    made = read_list(folder, workspace.keys)
    known = backups_at(workspace.log)
    at = next((number for number, kept in enumerate(known) if kept.id == made.id), len(known))
    if not known[at + 1:]:
        raise RefusedError("no later backup is recorded, and this one would be missed", about=folder.name,
                           remedy=f"Make one first: licit backup FOLDER --like {folder.name}")
    (folder / LIST).unlink()
    sync_folder(folder)
    shutil.rmtree(folder)
    workspace.enter("backup", {"id": made.id, "name": folder.name, "answer": "removed"})
    return made


def record_gone(workspace: Workspace, name: str, by: str) -> int:
    """Record, on somebody's word, that a backup of that id was destroyed by other means.

    Raises:
        InputError: no such backup is recorded, or nobody vouches.
    """
    known = {kept.id: kept for kept in backups_at(workspace.log)}
    if name not in known:
        raise InputError("no backup of that id is recorded", about=name, remedy="Ids: licit backup --list.")
    if not by.strip():
        raise InputError("somebody says that it was destroyed", about=name, remedy="Add --by NAME.")
    return workspace.enter("backup", {"id": name, "name": known[name].name, "answer": "removed", "by": by})


def sync_tree(folder: Path) -> None:
    """Make the entries of a folder and of all below it durable; its files are already."""
    for path in [*(path for path in folder.rglob("*") if path.is_dir()), folder]:
        sync_folder(path)


def sync_folder(folder: Path) -> None:
    """Make the entries of a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
