"""What stays a record's use for a while: a request of somebody it concerns that is overdue, and a legal hold.

Rules kept here:

- A request that stands open after its legal date keeps every record of that person, linked accounts included, out of any
  release. Only a step that counts ends it: an answer, a refusal by two persons, or an extension made in time.
- The moment that counts is the later of the release's own and the last entry of the log: no release is dated back past a
  duty.
- A legal hold is on one record. Who set it and why must be said; so must who releases it and why, or it stands.
- A hold keeps what it is on from being erased and from being trained on; it permits nothing.

Law: RGT-01, RGT-07
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from .cases import Case
from .ids import SubjectId
from .rights import Entry, Standings


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    """A hold that stands: on which record, since which entry and moment, by whom and why (both are told to the person)."""

    record: str
    entry: int
    by: str
    why: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """The people with an overdue request, each with the number of its entry, and the records under a legal hold."""

    late: Mapping[str, int]
    held: Mapping[str, int]


def overdue(cases: Iterable[Case], standings: Standings, at: datetime) -> dict[str, int]:
    """Give everybody of whom a request is open after its legal date, linked accounts included, with its number."""
    out: dict[str, int] = {}
    for case in cases:
        if case.subject and case.state == "open" and at.date() > case.due:
            for account in (SubjectId(case.subject), *standings.linked(SubjectId(case.subject))):
                out.setdefault(str(account), case.entry)
    return out


def holds_from(entries: Iterable[Entry]) -> dict[str, LegalHold]:
    """Fold legal holds, in sequence, into those that stand, by record.

    Raises:
        ValueError: an entry that names no record: whose hold it is would be lost.
    """
    out: dict[str, LegalHold] = {}
    for entry in entries:
        body = entry.decision or {}
        record, by, why = (value if isinstance(value := body.get(name), str) else "" for name in ("record", "by", "why"))
        if not record:
            raise ValueError(f"entry {entry.seq}: a legal hold names no record")
        if body.get("answer") != "release":
            out[record] = LegalHold(record=record, entry=entry.seq, by=by, why=why, since=entry.recorded_at)
        elif by.strip() and why.strip():
            out.pop(record, None)
    return out
