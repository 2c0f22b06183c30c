"""The workspace's keys: what there is, and a new epoch for those that can have one.

Rules kept here:

- A rotation is an entry of the log, by a named person, made while the log is held: nobody makes an id under the old epoch
  after that entry. If the process dies between key file and log, an epoch that nothing names is there, which harms nothing.
- Only keys whose older epochs are still tried everywhere can rotate; record ids, row order and stand-ins rest on one key
  for ever, and a new one would make strangers of what is stored.
- A new signing key is vouched for by the old one, or, where that was lost, by nobody: then people must be told.

Law: REL-03
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..core.errors import InputError, RefusedError
from ..core.ids import NOBODY
from ..core.keychain import Link, links_from
from ..core.ports import NewEntry
from .workspace import Workspace

#: The uses of secret keys, and for those that cannot rotate what rests on them.
FIXED = {"records": "the ids of records rest on it: everything would arrive a second time under new ones",
         "order": "the order of rows rests on it: a patch could not be told from its parent",
         "stand-in": "stand-ins rest on it: one name would have two, before and after"}
ROTATING = ("lookup", "audit", "signing")
LIST = "licit-keys/1"


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
            signer = workspace.signer.current()
            yield Key(use=use, epochs=1 + len(signer.chain), current=signer.key_id, fixed="")
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
    _named(by, use)
    if use == "signing":
        return rotate_signing(workspace, by)
    with workspace.log.writing() as writing:
        epoch = workspace.keys.rotate(use)
        (seq,) = writing.append([NewEntry(kind="key", subject=NOBODY, received_at=workspace.clock.now(),
                                          decision={"use": use, "epoch": epoch, "by": by.strip()})])
    return epoch, seq


def rotate_signing(workspace: Workspace, by: str, *, why: str = "", since: datetime | None = None,
                   lost: bool = False) -> tuple[str, int]:
    """Let a new key sign from now on; give its epoch and the log's entry. The old one's file stays, and signs no more.

    Args:
        workspace: whose key it is.
        by: who rotates it.
        why: the reason, for the log alone.
        since: from when on nothing counts that the old key signed, where somebody else may have had it.
        lost: whether the old key cannot sign any more; whoever pinned it must then be told of the new one.

    Raises:
        InputError: nobody is named, or ``since`` names no zone or lies in the future.
        SetupError: the old key's file is missing, and it was not said to be lost.
    """
    _named(by, "signing")
    now = workspace.clock.now()
    if since and (since.tzinfo is None or since > now):
        raise InputError("the moment since which the old key is not trusted has a zone and is past", about="signing",
                         remedy="Write it as 2026-03-01T09:00:00Z.")
    with workspace.log.writing() as writing:
        seq, _ = writing.head()
        links = links_from(workspace.log.entries(stop=seq, kinds=("key",)))
        old = None if lost else workspace.signer.current()
        before = bytes.fromhex(links[-1]["body"]["to"]) if links else workspace.signer.public_key()
        new = workspace.signer.make()
        link = Link(origin=workspace.origin, number=len(links) + 2, seq=seq, old=before, new=new.public_key(), at=now,
                    since=since)
        message = link.message()
        signed = link.as_json(old.sign(message) if old else b"", new.sign(message))
        writing.append([NewEntry(kind="key", subject=NOBODY, received_at=now, decision={
            "use": "signing", "epoch": f"k{link.number}", "by": by.strip(), "why": why.strip(), "link": signed})])
    return f"k{link.number}", seq


def chain_of(workspace: Workspace) -> dict[str, Any]:
    """Give the list of the log's signing keys, for whoever pinned one of them: see ``licit verify --keys``."""
    signer = workspace.signer.current()
    return {"format": LIST, "origin": workspace.origin, "key": signer.public_key().hex(), "chain": list(signer.chain)}


def _named(by: str, use: str) -> None:
    if not by.strip():
        raise InputError("a rotation names who makes it", about=use, remedy="Add --by NAME.")
