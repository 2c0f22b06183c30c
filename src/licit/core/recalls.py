"""Recalls sent to recipients of a withdrawn release: a pure fold that says how each stands and when it is tried next.

Rules kept here:

- A recall is asked for once for each recipient and release. What answers with success has received it, no more: only the
  recipient's own answer acknowledges it, and only one signed with their registered key can say that it was carried out.
- A try that failed is repeated after growing times, kept in the log; after the last one it has failed and stays so until
  somebody asks anew.
- A recipient without an address cannot be told by itself: that is a failure that is shown, never a success.

Law: RGT-08, FOL-02
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from .rights import Entry

State = Literal["asked", "received", "acknowledged", "verified", "failed"]

#: How long after each failed try the next one follows: eight tries in about two and a half days.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440, 1440))

_ORDER = ("asked", "received", "acknowledged", "verified")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """One recall: to whom, of which release, what replaces it, since when; tries since it was asked for, and why the last failed.

    ``reached`` is the furthest that it came; ``next_try`` is None when nothing is to be sent any more.
    """

    id: str
    entry: int
    recipient: str
    release: str
    replaced_by: str
    asked_at: datetime
    reached: str = "asked"
    tries: int = 0
    tried_at: datetime | None = None
    why: str = ""
    answered_at: datetime | None = None

    @property
    def state(self) -> State:
        """How it stands."""
        if self.reached == "asked" and self.tries > len(WAITS):
            return "failed"
        return self.reached  # type: ignore[return-value]

    @property
    def next_try(self) -> datetime | None:
        """When it is sent next."""
        if self.reached != "asked" or self.tries > len(WAITS):
            return None
        return self.tried_at + WAITS[self.tries - 1] if self.tried_at and self.tries else self.asked_at


def recalls_from(entries: Iterable[Entry]) -> dict[str, Recall]:
    """Fold entries, in sequence, into recalls by id; what cannot be read brings none of them further."""
    out: dict[str, Recall] = {}
    for entry in entries:
        body = {name: value if isinstance(value, str) else "" for name, value in (entry.decision or {}).items()}
        name, answer = body.get("id", ""), body.get("answer", "")
        known = out.get(name)
        if answer == "asked" and name and (known is None or known.state == "failed"):
            out[name] = Recall(id=name, entry=entry.seq, recipient=body.get("recipient", ""), release=body.get("release", ""),
                               replaced_by=body.get("replaced_by", ""), asked_at=entry.recorded_at)
        elif known is not None and answer == "tried":
            out[name] = replace(known, tries=known.tries + 1, tried_at=entry.recorded_at, why=body.get("why", ""))
        elif known is not None and answer in _ORDER[1:] and _ORDER.index(answer) > _ORDER.index(known.reached):
            out[name] = replace(known, reached=answer, answered_at=entry.recorded_at, why="")
    return out
