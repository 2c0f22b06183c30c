"""After somebody's death: what they directed themselves, and what staff record with evidence, carried out as rights are.

What the French data protection act says of it (articles 84 to 86, read second-hand only) is for the controller's counsel to
check; what is done here is never less careful than a refusal.

Rules kept here:

- A directive is the person's own choice, made, changed and taken back by them alone; it counts nothing while they live.
- A recorded death ends every use, whatever was directed: an objection is entered, and with a directive to erase an erasure,
  which are carried out, answered, proved and recalled like anybody's. Where nothing was directed, heirs may ask for erasure.
- What the person directed stands above what heirs ask.
- After a recorded death nobody consents, permits or lifts in the person's name. A death recorded in error is corrected by
  staff; what was entered for it stays until the person themselves permits again.
- An entry holds who recorded it and what kind of evidence was seen and where it is kept; no name of heirs.

Law: RGT-12
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from ..core.afterwards import KINDS, WISHES, Afterwards, afterwards_from
from ..core.cases import SHORTEST
from ..core.errors import InputError, RefusedError
from ..core.ids import SubjectId
from .commands import Asked, exercise, meant, receipt
from .workspace import Position, Workspace, standings_at


def afterwards(workspace: Workspace, subject: str) -> Afterwards:
    """Say what stands for a person, linked accounts' entries included."""
    return afterwards_from(entry for one in _people(workspace, [subject]) for entry in workspace.log.entries(
        subject=SubjectId(one), kinds=KINDS))


def direct(workspace: Workspace, subject: str, wish: str) -> int:
    """Enter a person's own directive, or ("") take it back; give the entry, the earlier one where it says the same.

    Raises:
        InputError: no such wish.
        RefusedError: a death is recorded: nobody directs in the person's name.
    """
    if wish and wish not in WISHES:
        raise InputError("there is no such directive", reason="choice-unknown", remedy=f"There are: {', '.join(WISHES)}.")
    stands = afterwards(workspace, subject)
    if stands.death >= 0:
        raise RefusedError("a death is recorded for this account", reason="death-recorded")
    if stands.wish == wish:
        return stands.directive
    return workspace.enter("directive", {"wish": wish}, subject=subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """What staff record: whose death, seen by whom on which evidence, and what heirs ask ("" or erase) where nothing was directed."""

    account: str = field(repr=False)
    issuer: str = ""
    key: str = "account"
    by: str
    evidence: str = field(repr=False)
    heirs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What came of it: the entries of the death, what was carried out and whose wish it was, and the receipts."""

    entries: tuple[int, ...]
    wish: str
    of: Literal["directive", "heirs", "nobody"]
    receipts: tuple[dict[str, Any], ...] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"entries": list(self.entries), "wish": self.wish, "of": self.of, "receipts": list(self.receipts)}


def record_death(workspace: Workspace, passing: Passing) -> Recorded:
    """Record a death on evidence, end every use and carry out what was directed.

    The erasure, where one is entered, is carried out by ``licit rights sweep`` like any other.

    Raises:
        InputError: nobody of that name is known, or who records it, or what evidence was seen, is not said.
        RefusedError: it is recorded already.
    """
    _insist(passing.by, passing.evidence)
    if passing.heirs not in ("", "erase"):
        raise InputError("heirs may ask for erasure, and for nothing else here", reason="choice-unknown")
    found = _known(workspace, passing)
    people = _people(workspace, found)
    stands = afterwards_from(entry for one in people for entry in workspace.log.entries(subject=SubjectId(one), kinds=KINDS))
    if stands.death >= 0:
        raise RefusedError("this death is recorded already", about=f"log entry {stands.death}", reason="death-recorded")
    wish = stands.wish or passing.heirs or "no-use"
    of: Literal["directive", "heirs", "nobody"] = "directive" if stands.wish else "heirs" if passing.heirs else "nobody"
    said = {"answer": "recorded", "by": passing.by.strip(), "evidence": passing.evidence.strip(), "wish": wish, "of": of} | (
        {"directive": stands.directive} if stands.wish else {})
    receipts: list[dict[str, Any]] = []
    for one in people:
        # First the refusal: should anything fail after it, nothing of theirs is used.
        receipts += exercise(workspace, Asked(kind="objection", subject=one, how=_HOW))
        if wish == "erase":
            receipts += exercise(workspace, Asked(kind="erasure", subject=one, how=_HOW))
    entries = [workspace.enter("death", said, subject=one) for one in people]
    return Recorded(entries=tuple(entries), wish=wish, of=of, receipts=tuple(receipts + [receipt(workspace, seq, one) for seq, one in zip(
        entries, people, strict=True)]))


def correct_death(workspace: Workspace, passing: Passing) -> tuple[int, ...]:
    """Record that a death was recorded in error; what was entered for it stays until the person permits again.

    Raises:
        InputError: nobody of that name is known, or who corrects it, or why, is not said.
        RefusedError: no death is recorded.
    """
    _insist(passing.by, passing.evidence)
    people = [one for one in _people(workspace, _known(workspace, passing)) if afterwards_from(
        workspace.log.entries(subject=SubjectId(one), kinds=KINDS)).death >= 0]
    if not people:
        raise RefusedError("no death is recorded for this account", reason="death-unknown")
    said = {"answer": "corrected", "by": passing.by.strip(), "evidence": passing.evidence.strip()}
    return tuple(workspace.enter("death", said, subject=one) for one in people)


_HOW = "after death, entered by staff"


def _insist(by: str, evidence: str) -> None:
    if not by.strip():
        raise InputError("say who records it", remedy="Add --by NAME.")
    if len(evidence.strip()) < SHORTEST:
        raise InputError("say in a sentence what evidence was seen and where it is kept", reason="evidence-missing",
                         remedy="For example: death certificate seen on 3 March, file 12 of the officer.")


def _known(workspace: Workspace, passing: Passing) -> list[str]:
    """Find who is meant, and make nobody: a death recorded for a mistyped name would be carried out for nobody."""
    return meant(workspace, Asked(kind="objection", account=passing.account.strip(), issuer=passing.issuer.strip(), key=passing.key), create=False)


def _people(workspace: Workspace, found: list[str]) -> list[str]:
    standings = standings_at(workspace.log, Position.head(workspace.log))
    return list(dict.fromkeys(str(one) for first in found for one in (first, *standings.linked(SubjectId(first)))))
