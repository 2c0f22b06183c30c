"""Keys by which staff sign: enrolled by somebody else, taken back, listed; and what is approved, signed with one.

Rules kept here:

- A person's private key stays with them: the log holds the public half, the name, the role, and who enrolled it.
- Nobody enrols a key of their own, and a key never becomes a second person's.
- What a key signed lapses when it is taken back, unless it is said that it stands.
- Every rule that the fold goes by is looked at before an approval is entered, so that none is signed in vain.

Law: PRV-01, LIA-01
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..core.approvals import ROLES, Enrolled, Keyring, against, folded, read_approval, statement
from ..core.contracts import USES
from ..core.errors import InputError, RefusedError
from ..core.policy import parse_moment
from ..core.ports import Signer
from .register import registered
from .workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Covers:
    """What an approval covers: uses, the number of records (0: any), and the first day on which it counts no more ("": open)."""

    uses: tuple[str, ...] = ("train",)
    records: int = 0
    until: str = ""


def keyring(workspace: Workspace) -> Keyring:
    """Fold the keys of staff."""
    out = Keyring()
    for entry in workspace.log.entries(kinds=("staff-key",)):
        out.read(entry.decision or {})
    return out


def enrolled(workspace: Workspace) -> list[Enrolled]:
    """Give the keys that count, by name."""
    return sorted(keyring(workspace).enrolled.values(), key=lambda one: (folded(one.name), one.key))


def enroll(workspace: Workspace, name: str, role: str, key: bytes, by: str) -> int:
    """Enrol a person's public key (32 raw bytes) for a role; give the log's entry.

    Raises:
        InputError: no name, or no such role.
        RefusedError: they would enrol themselves, or the key was somebody's before.
    """
    if role not in ROLES or not name.strip() or not by.strip():
        raise InputError("a key is enrolled for a name and a role, by somebody", about=name, remedy=f"Roles: {', '.join(ROLES)}.")
    if folded(name) == folded(by):
        raise RefusedError("nobody enrols a key of their own", about=name, reason="self-enrolment", remedy="A third person does: --by NAME.")
    known = keyring(workspace)
    owner = known.enrolled.get(key.hex())
    if key.hex() in known.gone or (owner and folded(owner.name) != folded(name)):
        raise RefusedError("this key was enrolled for somebody else, or was taken back; it becomes nobody's again", about=name,
                           reason="key-used", remedy="Make another: licit staff key new NAME.")
    return workspace.enter("staff-key", {"answer": "enrolled", "name": name.strip(), "role": role, "key": key.hex(), "by": by.strip()})


def revoke(workspace: Workspace, who: str, *, by: str, why: str, stand: bool) -> list[int]:
    """Take back a key (by its hexadecimal digits), or every key of a person; give the log's entries.

    ``stand`` keeps what it approved so far; else that lapses.

    Raises:
        InputError: no such key, or nobody is named.
    """
    mine = [one for one in enrolled(workspace) if one.key == who.lower() or folded(one.name) == folded(who)]
    if not mine or not by.strip():
        raise InputError("no such key is enrolled, or nobody is named who takes it back", about=who, remedy="licit staff list")
    return [workspace.enter("staff-key", {"answer": "revoked", "key": one.key, "by": by.strip(), "why": why.strip(), "stand": stand})
            for one in mine]


def approve_source(workspace: Workspace, source: str, by: str, *, signer: Signer | None = None, covers: Covers | None = None) -> int:
    """Approve the present version of a source, signed with a key of the role ``legal``; without one, by a name alone.

    Raises:
        InputError: nobody is named, or what it covers is on no list.
        RefusedError: whoever proposed it approves it, or the key is not one that may.
    """
    known = registered(workspace, source)
    if not by.strip():
        raise InputError("an approval names who gives it", about=source, remedy="Add --by NAME.")
    if folded(by) in map(folded, known.proposers):
        raise RefusedError("who proposed a source cannot approve it", about=source, reason="self-approval",
                           remedy="Somebody else approves: --by NAME.")
    body: dict[str, Any] = {"source": source, "version": known.version, "by": by.strip()}
    if signer is None:
        return workspace.enter("approval", body)
    covers = covers or Covers()
    body |= {"uses": sorted(set(covers.uses)), "digest": known.digest}
    body |= {"records": covers.records} if covers.records else {}
    body |= {"until": covers.until} if covers.until else {}
    try:
        read_approval(body)
        parse_moment(covers.until or "2025-01-01")
    except ValueError as error:
        raise InputError(str(error), about=source, remedy=f"Uses are {', '.join(USES)}; an end is a day such as 2027-01-31.") from None
    return workspace.enter("approval", signed(workspace, body, signer, known.proposers, about=source))


def signed(workspace: Workspace, body: Mapping[str, Any], signer: Signer, proposers: Collection[str], *, about: str) -> dict[str, Any]:
    """Give the entry of an approval, of anything, with its signature; its ``digest`` names what is approved.

    Raises:
        RefusedError: it would not count, for its key or for who gives it.
    """
    body = {**body, "key": signer.public_key().hex()}
    if why := against(body, keyring=keyring(workspace), digest=str(body["digest"]), proposers=proposers):
        raise RefusedError(why, about=about, reason="approval-unsigned", remedy="Enrolled keys: licit staff list.")
    return {**body, "signature": signer.sign(statement(workspace.origin, body)).hex()}
