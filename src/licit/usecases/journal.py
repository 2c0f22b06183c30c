"""What staff did, from the log: readings of people's words, decisions on records, steps on requests, legal holds, recalls sent, breaches."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .workspace import Workspace

Deed = Literal["reading", "decision", "step", "legal-hold", "delivery", "breach", "death"]
_KINDS = ("reading", "decision", "step", "legal-hold", "delivery", "breach", "death")
_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One deed: its entry, who did it and why, and what it was about (a record, or the number of a request)."""

    entry: int
    kind: str
    by: str
    why: str
    what: str
    about: str
    at: datetime


def journal(workspace: Workspace, *, before: int = -1, number: int = _PAGE) -> tuple[list[Done], int]:
    """Give deeds, the newest first, and from where to go on (0: there are no more).

    An entry whose decision part cannot be read stands here with nobody's name, for it was something that somebody did.
    """
    stop = before if before > 0 else None
    found = [Done(entry=entry.seq, kind=entry.kind, by=_text(body.get("by")), why=_text(body.get("why") or body.get("evidence")),
                  what=_text(body.get("answer") or body.get("step") or body.get("shown")), about=_text(body.get("record")) or _text(body.get("id")) or str(body.get("request", "")),
                  at=entry.recorded_at)
             for entry in workspace.log.entries(stop=stop, kinds=_KINDS) for body in [entry.decision or {}]]
    found.reverse()
    return found[:number], found[number - 1].entry if len(found) > number else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
