"""What stays a record's use, read again from the log: requests that are overdue, and legal holds.

The product folds steps into a case; here each request is walked once, and a step counts or is passed over.

Rules kept here:

- A request is over by an answer that follows a search, or by a refusal that two persons signed on one ground of its list;
  evidence of identity is destroyed before either.
- The month is extended once, by one or two, within the first, with a ground and a reason.
- What lacks a part counts for nothing, and an overdue request stays overdue.
"""

import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .rights import Entry, People

REQUESTS = ("access", "portability", "rectification", "restriction", "erasure")
_SHORTEST = 20
_EVERY = {"not-identified", "manifestly-unfounded", "manifestly-excessive"}
_GROUNDS = {"access": {"rights-of-others"}, "portability": {"rights-of-others"}, "rectification": {"not-inaccurate"},
            "restriction": {"no-ground-for-restriction"},
            "erasure": {"expression-and-information", "legal-obligation", "legal-claims"}}


def later(day: datetime, months: int) -> date:
    """Give the day some calendar months later, the last of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(slots=True)
class _Request:
    kind: str
    subject: str
    received: datetime
    months: int = 1
    over: bool = False
    evidence: bool = False
    stores: Mapping[str, Any] | None = None
    proposed: tuple[str, str] = ("", "")

    def take(self, body: Mapping[str, Any], day: date) -> None:
        what, by, why = (_text(body, name) for name in ("step", "by", "why"))
        if not by.strip():
            return
        if what == "identity-purged":
            self.evidence = False
        elif not self.over:
            reasoned = len(why.strip()) >= _SHORTEST
            ground = _text(body, "ground")
            if what == "searched" and _stores(body.get("stores")):
                self.stores = body["stores"]
            elif what == "identity-asked" and reasoned:
                self.evidence = True
            elif what == "extended" and reasoned:
                self._extend(body, ground, day)
            elif what == "refusal-proposed" and reasoned and ground in _EVERY | _GROUNDS[self.kind]:
                self.proposed = (by, ground)
            elif what in ("refused", "answered"):
                self.over = not self.evidence and (self._refused(body, by, ground) if what == "refused" else self._answered())

    def _extend(self, body: Mapping[str, Any], ground: str, day: date) -> None:
        months = body.get("months")
        if self.months == 1 and day <= later(self.received, 1) and ground in ("complexity", "number-of-requests") \
                and type(months) is int and months in (1, 2):
            self.months += months

    def _refused(self, body: Mapping[str, Any], by: str, ground: str) -> bool:
        remedies = body.get("remedies")
        return (bool(self.proposed[0]) and _name(self.proposed[0]) != _name(by) and self.proposed[1] == ground
                and isinstance(remedies, list) and len(remedies) > 1 and all(isinstance(one, str) and one for one in remedies))

    def _answered(self) -> bool:
        if self.stores is None or self.stores.get("unread", {}).get("found"):
            return False
        return self.kind != "erasure" or not sum(store["left"] for store in self.stores.values())


def overdue(entries: Iterable[Entry], people: People, at: datetime) -> set[str]:
    """Give everybody, all accounts, of whom a request is still open after its date."""
    open_requests: dict[int, _Request] = {}
    for entry in entries:
        if entry.kind in REQUESTS and entry.subject:
            open_requests[entry.seq] = _Request(entry.kind, entry.subject, entry.received_at)
        elif entry.kind == "step" and isinstance(entry.decision, Mapping):
            number = entry.decision.get("request")
            if type(number) is int and number in open_requests:
                open_requests[number].take(entry.decision, (entry.recorded_at or entry.received_at).date())
    return {account for request in open_requests.values()
            if not request.over and at.date() > later(request.received, request.months)
            for account in people.accounts(request.subject)}


def held(entries: Iterable[Entry]) -> set[str]:
    """Give the records under a legal hold.

    Raises:
        ValueError: a hold of no record.
    """
    out: set[str] = set()
    for entry in entries:
        body = entry.decision if isinstance(entry.decision, Mapping) else {}
        record = _text(body, "record")
        if not record:
            raise ValueError("a legal hold of no record")
        if body.get("answer") != "release":
            out.add(record)
        elif _text(body, "by").strip() and _text(body, "why").strip():
            out.discard(record)
    return out


def _stores(stores: Any) -> bool:
    return isinstance(stores, Mapping) and bool(stores) and all(
        isinstance(found, Mapping) and type(found.get("found")) is int and type(found.get("left")) is int
        for found in stores.values())


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _name(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()
