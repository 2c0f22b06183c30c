"""What people are told that each purpose covers, as the log has it, and whether a new entry would change it in silence.

Law: LIA-10, TRN-01, TRN-02
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ..core.errors import EvidenceError, RefusedError
from ..core.ids import NOBODY
from ..core.law import law_from
from ..core.rights import Entry
from ..core.told import Told, told_from
from .workspace import Position, Workspace, entries_at, law_at

_LAW = frozenset({"law", "breach", "staff-key"})
_POLICY = frozenset({"policy"})
#: The entries that may change what people are told.
TELLING = _LAW | _POLICY


def told_at(workspace: Workspace, at: Position) -> Told:
    """Find the words of every approved notice of the policy.

    Raises:
        EvidenceError: an entry cannot be read.
    """
    try:
        return told_from(law_at(workspace, at), entries_at(workspace.log, at, _POLICY))
    except ValueError as error:
        raise EvidenceError(str(error), reason="entry-unreadable", remedy="Restore the workspace from a backup.") from None


def require_told(workspace: Workspace, kind: Literal["law", "policy"], bodies: Sequence[Mapping[str, Any]]) -> None:
    """Insist that new entries change no words of a purpose in silence.

    Raises:
        RefusedError: they do.
        EvidenceError: an entry cannot be read.
    """
    at, now = Position.head(workspace.log), workspace.clock.now()
    law, policies = (list(entries_at(workspace.log, at, kinds)) for kinds in (_LAW, _POLICY))
    new = [Entry(seq=at.size + number, kind=kind, subject=NOBODY, received_at=now, recorded_at=now, decision=body)
           for number, body in enumerate(bodies)]
    try:
        before, after = (told_from(law_from(papers, origin=workspace.origin, holds=workspace.holds), rules).widened for papers, rules in (
            (law, policies), ([*law, *(new if kind == "law" else ())], [*policies, *(new if kind == "policy" else ())])))
    except ValueError as error:
        raise EvidenceError(str(error), reason="entry-unreadable", remedy="Restore the workspace from a backup.") from None
    if wider := sorted(after - before):
        raise RefusedError(f"it changes what people are told that {', '.join(wider)} covers, for what they said already",
                           reason="policy-widened",
                           remedy="Leave the words of the notice in force as they are. Give the new words to a notice with a new id, have "
                                  "it approved, and adopt a policy that names it, in force from that day or later.")


__all__ = ["TELLING", "require_told", "told_at"]
