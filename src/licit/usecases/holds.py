"""Legal holds: setting and ending one on a record, and what the people it concerns are told of it.

Rules kept here:

- A hold names its record, who sets it and why; ending one names who and why. Both are entries of the log.
- A held record is in no release still to come and is not erased; an erasure that was asked for waits, and goes on once the
  hold ends.
- The people a held record concerns see the hold, its reason and its day.

Law: RGT-07
"""

from ..core.cases import SHORTEST
from ..core.errors import HeldError, InputError, RefusedError, UnavailableError
from ..core.ids import SubjectId
from ..core.stays import LegalHold
from .erase import Erased, carry_out, pending
from .live import Live
from .queries import insist_on, records_of
from .workspace import Workspace, legal_holds


def set_hold(workspace: Workspace, record: str, by: str, why: str) -> int:
    """Put a record under a legal hold; give the entry's number.

    Raises:
        InputError: no such record is stored, nobody is named, or the reason is no sentence.
        RefusedError: it is under one already.
    """
    record = _stated(record, by, why)
    insist_on(workspace, record)
    if record in legal_holds(workspace.log):
        raise RefusedError("this record is under a legal hold already", about=record, reason="held-already")
    return workspace.enter("legal-hold", {"record": record, "answer": "set", "by": by.strip(), "why": why.strip()})


def end_hold(workspace: Workspace, record: str, by: str, why: str) -> tuple[int, Erased | None]:
    """End a hold; give the entry's number, and what of the erasures that waited was carried out.

    None stands for another command at work: ``licit rights sweep`` then goes on with it.

    Raises:
        InputError: there is no such hold, nobody is named, or the reason is no sentence.
    """
    record = _stated(record, by, why)
    if record not in legal_holds(workspace.log):
        raise InputError("no hold is on this record", about=record, reason="hold-unknown", remedy="licit hold list")
    seq = workspace.enter("legal-hold", {"record": record, "answer": "release", "by": by.strip(), "why": why.strip()})
    try:
        return seq, carry_out(workspace)
    except (UnavailableError, HeldError):
        return seq, None


def _stated(record: str, by: str, why: str) -> str:
    if not by.strip():
        raise InputError("a hold names who sets or ends it", about=record, reason="step-incomplete", remedy="Add --by NAME.")
    if len(why.strip()) < SHORTEST:
        raise InputError("a hold names its reason in a sentence", about=record, reason="reason-missing", remedy="Add --why TEXT.")
    return record.split("#")[0].strip()


def holds(workspace: Workspace) -> list[tuple[LegalHold, bool]]:
    """Give the holds that stand, the newest first, and whether an erasure waits for each."""
    found = legal_holds(workspace.log)
    waiting = pending(workspace) if found else {}
    return sorted(((hold, hold.record in waiting) for hold in found.values()), key=lambda one: -one[0].entry)


def holds_on(live: Live, subject: str) -> dict[str, LegalHold]:
    """Give the holds on records that concern a person, by record."""
    found = legal_holds(live.workspace.log)
    if not found:
        return {}
    standings, _, _ = live.now()
    mine = records_of(live.workspace, [subject, *map(str, standings.linked(SubjectId(subject)))])
    return {record: found[record] for record in mine if record in found}
