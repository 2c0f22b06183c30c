"""Backups the workspace made, which of them still hold words that were erased since, and the day by which those must go.

Rules kept here:

- A backup counts from the moment it was begun until its removal is recorded, whether it was ever finished or not.
- It is taken to hold erased words when an erasure was recorded, or carried out, after it was begun.

Law: RGT-07
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..core.duties import Duty, answer_due
from ..core.ports import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A backup that was not removed: its id, its folder's name, when it was begun, and when it must go ("" never)."""

    id: str
    name: str
    begun: datetime
    due: str

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"id": self.id, "name": self.name, "begun": self.begun.isoformat(), "due": self.due or None}


def backups_at(log: Log) -> list[Kept]:
    """Fold the backups that are not recorded as removed, oldest first."""
    begun: dict[str, tuple[int, str, datetime]] = {}
    erasures: list[tuple[int, datetime]] = []
    rewritten = -1
    for entry in log.entries(kinds=("backup", "erasure", "rewrite")):
        body = entry.decision or {}
        if entry.kind == "erasure":
            erasures.append((entry.seq, entry.received_at))
        elif entry.kind == "rewrite":
            rewritten = entry.seq
        elif body.get("answer") == "removed":
            begun.pop(str(body.get("id")), None)
        else:
            begun[str(body.get("id", entry.seq))] = (entry.seq, str(body.get("name", "?")), entry.recorded_at)
    return [Kept(id=name, name=folder, begun=at, due=_due(seq, erasures, rewritten))
            for name, (seq, folder, at) in begun.items()]


def _due(seq: int, erasures: list[tuple[int, datetime]], rewritten: int) -> str:
    since = [at for number, at in erasures if number > seq]
    if not since and rewritten > seq:  # recorded before the backup, carried out after it
        since = [at for _, at in erasures]
    return min(map(answer_due, since), default="")


def backup_duties(log: Log) -> Iterator[Duty]:
    """Give a duty for each backup that must go."""
    for kept in backups_at(log):
        if kept.due:
            yield Duty(name="remove the backup", article="GDPR Art. 17", about=f"{kept.name} ({kept.id})", due=kept.due)
