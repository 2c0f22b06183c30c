"""The workspace's keys: what there is, and a new epoch for those that can have one.

Rules kept here:

- A rotation is an entry of the log, by a named person, made while the log is held: nobody makes an id under the old epoch
  after that entry. If the process dies between key file and log, an epoch that nothing names is there, which harms nothing.
- Only keys whose older epochs are still tried everywhere can rotate; record ids, row order and stand-ins rest on one key
  for ever, and a new one would make strangers of what is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..core.errors import InputError, RefusedError
from ..core.ids import NOBODY
from ..core.ports import NewEntry
from .workspace import Workspace

#: The uses of secret keys, and for those that cannot rotate what rests on them.
FIXED = {"records": "the ids of records rest on it: everything would arrive a second time under new ones",
         "order": "the order of rows rests on it: a patch could not be told from its parent",
         "stand-in": "stand-ins rest on it: one name would have two, before and after",
         "signing": "releases, checkpoints and receipts that exist name it, and nothing vouches yet for a second one"}
ROTATING = ("lookup", "audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key by its use: how many epochs it has, the current one's name, and why it cannot rotate ("" if it can)."""

    use: str
    epochs: int
    current: str
    fixed: str

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"use": self.use, "epochs": self.epochs, "current": self.current, "rotates": not self.fixed}


def keys_of(workspace: Workspace) -> Iterator[Key]:
    """Give every key of a workspace, never a key itself; the signing key by its public id."""
    for use in (*ROTATING, *FIXED):
        if use == "signing":
            yield Key(use=use, epochs=1, current=workspace.signer.key_id, fixed=FIXED[use])
        else:
            yield Key(use=use, epochs=len(workspace.keys.epochs(use)), current=workspace.keys.epoch(use),
                      fixed=FIXED.get(use, ""))


def rotate(workspace: Workspace, use: str, by: str) -> tuple[str, int]:
    """Start a new epoch of a key; give its name and the log's entry. Older epochs stay, and are still tried.

    Raises:
        InputError: no such key, or nobody is named.
        RefusedError: what is stored rests on this key.
    """
    if use not in (*ROTATING, *FIXED):
        raise InputError("there is no such key", about=use, remedy=f"There are: {', '.join((*ROTATING, *FIXED))}.")
    if use in FIXED:
        raise RefusedError(f"this key cannot be rotated: {FIXED[use]}", about=use, reason="key-fixed",
                           remedy=f"These can: {', '.join(ROTATING)}.")
    if not by.strip():
        raise InputError("a rotation names who makes it", about=use, remedy="Add --by NAME.")
    with workspace.log.writing() as writing:
        epoch = workspace.keys.rotate(use)
        (seq,) = writing.append([NewEntry(kind="key", subject=NOBODY, received_at=workspace.clock.now(),
                                          decision={"use": use, "epoch": epoch, "by": by.strip()})])
    return epoch, seq
