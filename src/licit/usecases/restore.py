"""Restoring: a backup is put back beside the keys, and nobody's no is lost on the way.

What was refused since the backup lies with the keys, apart from the database. It is entered again, and every erasure is
carried out on the copy, before the workspace stands under its name.

Rules kept here:

- Every byte is checked against the backup's list as it is copied; the first workspace anybody sees is whole.
- Entries that the backup lacks are a hole. It is recorded, and the workspace answers nothing until the newer log was
  entered again, or somebody accepted the loss by name; releases made afterwards show it.
- Keys of the API and accounts of staff come back with the backup, and count only once each is confirmed: one may have been
  removed since.
- A restore that is cut short leaves nothing under the workspace's name, and the same command begins anew.

Law: RGT-07
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..core.errors import EvidenceError, InputError, RefusedError
from ..core.ports import HighWater, Keys, Withheld
from .backup import FOLDERS, Backup, claimed, copy_file, read_list, sync_folder, sync_tree
from .erase import Erased, carry_out
from .workspace import Progress, Workspace, silent

_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to restore: the backup, the keys' folder, the workspace to be; ``newer`` is a newer database that was left.

    ``by`` and ``why`` accept that entries are lost; both empty, nobody does.
    """

    backup: Path
    keys: Path
    target: Path
    newer: Path | None = None
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a workspace, a folder of keys, and a newer database beside a workspace are opened.

    ``visits`` lets the keys and accounts of a server's database wait to be confirmed, and gives their number.
    """

    workspace: Callable[[Path], Workspace]
    keys: Callable[[Path], Keys]
    newer: Callable[[Path, Path], HighWater]
    visits: Callable[[Path], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore came to: the log's size in the backup and at its longest, what was entered again and erased again.

    ``waiting`` counts the API keys and accounts of staff that wait to be confirmed.
    """

    path: str
    files: int
    entries: int
    had: int
    again: int
    erased: int
    patches: tuple[str, ...]
    pending: bool
    waiting: int = 0

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {**asdict(self), "patches": list(self.patches)}


def restore(order: Order, opening: Opening, *, progress: Progress = silent) -> Restored:
    """Put a backup back as a workspace.

    Raises:
        RefusedError: something stands where the workspace is to be.
        InputError: the folder is no whole backup, or an acceptance names nobody or no reason.
        EvidenceError: a file of the backup is altered or missing (named), or the log is another's.
        UnavailableError: another command restores there.
    """
    target, backup = order.target.absolute(), order.backup.absolute()
    _accepted_by(order.by, order.why)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RefusedError("something is there already, and a backup is put back into an empty place only",
                           about=target.name, remedy="Move it away, or name another folder: --workspace DIR.")
    part = target.with_name(f".{target.name}.restore")
    target.parent.mkdir(parents=True, exist_ok=True)
    with claimed(target.parent, part):
        if part.exists():
            shutil.rmtree(part)
        part.mkdir(mode=0o700)
        try:
            _copy_keys(order.keys, part)
            _copy_files(backup, read_list(backup, opening.keys(part / "keys")), part, progress)
            found = replay(opening.workspace(part), opening.newer(order.newer, part) if order.newer else None, order, progress)
            shutil.rmtree(part / "newer", ignore_errors=True)
            if (part / "web.db").is_file():
                found = replace(found, waiting=opening.visits(part / "web.db"))
            sync_tree(part)
            part.replace(target)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)  # it may hold words that were erased, and the keys
            raise
        sync_folder(target.parent)
    return found


def _copy_keys(keys: Path, part: Path) -> None:
    if not keys.is_dir():
        raise InputError("there are no keys here", about=keys.name,
                         remedy="A backup holds none. Name the folder where they are kept: --keys DIR.")
    for path in sorted(keys.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            copy_file(path, part, f"keys/{path.name}")


def _copy_files(backup: Path, made: Backup, part: Path, progress: Progress) -> None:
    """Copy every file that is listed, checking each as it is read."""
    bad = []
    for done, file in enumerate(made.files, 1):
        try:
            if copy_file(backup / file.path, part, file.path) != file:
                bad.append(f"{file.path} is altered")
        except FileNotFoundError:
            bad.append(f"{file.path} is missing")
        progress("put back", done, len(made.files))
    if bad:
        more = f" and {len(bad) - _NAMED} more" if len(bad) > _NAMED else ""
        raise EvidenceError(f"the backup is damaged: {', '.join(bad[:_NAMED])}{more}", about=backup.name,
                            reason="backup-altered", remedy="Nothing was restored; use another backup.")
    for folder in FOLDERS:
        (part / folder).mkdir(exist_ok=True)


def replay(space: Workspace, newer: HighWater | None, order: Order, progress: Progress) -> Restored:
    """Enter again what the restored log lacks, and carry out every erasure; give what that came to."""
    size, root = space.log.head()
    lost, complete = space.water.lost(), True
    last = space.water.last()
    had = max(last.size, last.pending) if lost is not None else size
    if lost is not None:
        complete = False
        if newer is not None:
            rest = newer.lost()
            lost, complete = [*newer.since(size, root), *(rest or ())], rest is None
        space.water.put_back(had)
        lost = _once(lost)
        _enter_loss(space, size, had, order.by, order.why, again=len(lost))
        space.water.enter_again(lost)
    done: Erased = carry_out(space, progress=progress)
    if lost is not None and (complete or order.by):
        space.water.accept()
    return Restored(path=str(order.target), files=sum(1 for path in space.root.rglob("*") if path.is_file()), entries=size,
                    had=had, again=len(lost or ()), erased=done.records, patches=done.patches,
                    pending=bool(space.water.last().pending))


def _once(lost: Sequence[Withheld]) -> list[Withheld]:
    """Leave out what an earlier restore entered again: the same right of the same person, received at the same time."""
    seen: dict[str, Withheld] = {}
    for item in lost:
        seen.setdefault(repr((item.entry.kind, item.entry.subject, item.entry.received_at, item.entry.decision)), item)
    return list(seen.values())


def _enter_loss(space: Workspace, size: int, had: int, by: str, why: str, *, again: int) -> None:
    space.enter("loss", {"from": size, "to": had, "again": again, "by": by, "why": why})


def accept_lost(space: Workspace, by: str, why: str) -> int:
    """Accept on the record that entries of the log are lost; give how many entries the log once had.

    Raises:
        InputError: nobody is named, or no reason.
        RefusedError: nothing is pending here.
        EvidenceError: the log is an older one that was copied here by hand, which nobody can accept.
    """
    if not by.strip():
        raise InputError("who accepts the loss is named", remedy="Add --by NAME and --why TEXT.")
    _accepted_by(by, why)
    mark = space.water.last()
    if space.water.lost() is not None:
        raise EvidenceError("this is no restored backup but an older database", about="log", reason="log-behind",
                            remedy="Put the newest licit.db back; or restore a whole backup: licit restore BACKUP.")
    if not mark.pending:
        raise RefusedError("no entry is known to be lost here", about=space.name)
    _enter_loss(space, mark.size, mark.pending, by, why, again=0)
    space.water.accept()
    return mark.pending


def _accepted_by(by: str, why: str) -> None:
    if bool(by.strip()) != bool(why.strip()):
        raise InputError("an acceptance names who accepts, and why", remedy="Add --by NAME and --why TEXT.")
