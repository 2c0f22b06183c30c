"""What silence means, judged again from the log's policy entries: basis, notice, waiting period, assessment.

Rules kept here:

- Every moment of the time asked about needs a period with a basis; where one of them is consent, silence will not do.
- Legitimate interest needs one notice in force over all of that time, a waiting period over since its end, and an
  assessment approved by somebody and in date, in this order.
- Starts are included, ends are not. A policy that cannot be read says nothing, so nothing is permitted under it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any

PURPOSES = ("train", "learn-from-feedback", "evaluate", "human-review", "publish", "personalise")
Said = tuple[datetime, datetime] | None

_FIELDS = {"period": {"purpose", "basis", "starts", "ends", "waiting_days"},
           "notice": {"id", "purposes", "starts", "ends", "digest"},
           "assessment": {"id", "purposes", "approved_at", "expires_at", "approved_by", "digest"},
           "surface": {"id", "assurance", "theme"}}
_THEMES = ("general", "health", "therapy", "legal-advice", "intimacy")
_ENDLESS = datetime.max.replace(tzinfo=UTC)


def moment(text: object) -> datetime:
    """Read an ISO day (its first moment) or a time with a zone.

    Raises:
        ValueError: anything else.
    """
    if not isinstance(text, str):
        raise ValueError("a time is text")
    found = datetime.fromisoformat(text)
    if len(text) == 10:
        return datetime.combine(found.date(), time(), UTC)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time out of range") from None


def said_at(text: str) -> Said:
    """Give the first and last moment that a day or time may mean; None when it cannot be told."""
    try:
        first = moment(text)
        return first, first + timedelta(days=1, microseconds=-1) if len(text) == 10 else first
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class _Span:
    """Something that holds for some purposes over some time."""

    purposes: frozenset[str]
    starts: datetime
    ends: datetime
    basis: str = ""
    waiting: int = 0


@dataclass(slots=True)
class Policy:
    """The periods, notices, assessments and surfaces that the log's entries leave in force."""

    periods: list[_Span] = field(default_factory=list)
    notices: dict[str, _Span] = field(default_factory=dict)
    assessments: dict[str, _Span] = field(default_factory=dict)
    surfaces: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    intimate: frozenset[str] = frozenset()

    @classmethod
    def read(cls, bodies: Iterable[Mapping[str, Any] | None]) -> "Policy":
        """Fold policy entries: the latest periods and surfaces, every notice and assessment.

        Raises:
            ValueError: an entry that cannot be read, or a notice or assessment that changes under its id.
        """
        out, originals = cls(), dict[tuple[str, str], Mapping[str, Any]]()
        for body in bodies:
            if not isinstance(body, Mapping) or set(body) - _FIELDS.keys() - {"by"}:
                raise ValueError("a policy entry cannot be read")
            parts = {name: _items(body, name) for name in _FIELDS}
            if parts["period"]:
                out.periods = sorted(map(_period, parts["period"]), key=lambda span: span.starts)
                _one_basis(out.periods)
            if parts["surface"]:
                out.surfaces = {item["id"]: item.get("assurance", "none") for item in parts["surface"]}
                out.intimate = frozenset(item["id"] for item in parts["surface"] if item.get("theme", "general") != "general")
            out.digests |= {str(item["id"]): str(item.get("digest", "")) for item in parts["assessment"]}
            for name, kept, read in (("notice", out.notices, _notice), ("assessment", out.assessments, _assessment)):
                for item in parts[name]:
                    span = read(item)
                    if kept.setdefault(str(item["id"]), span) != span or (
                            originals.setdefault((name, item["id"]), item) != item):
                        raise ValueError("a notice or assessment changes under its id")
        return out

    def silence(self, purpose: str, said: Said, as_of: datetime, *, consented: bool) -> str:
        """Give the reason why somebody who refused nothing is not used, or "" if they may be."""
        if said is None or said[1] < said[0]:
            return "date-unknown"
        periods = self._covering(purpose, *said)
        if not periods:
            return "basis-missing"
        if any(period.basis == "consent" for period in periods):
            return "" if consented else "consent-missing"
        announced = [notice for notice in self.notices.values() if purpose in notice.purposes]
        if not any(notice.starts <= said[0] and said[1] < notice.ends for notice in announced):
            late = announced and all(notice.starts > said[0] for notice in announced)
            return "notice-after-collection" if late else "notice-missing"
        if said[1] + timedelta(days=max(period.waiting for period in periods)) > as_of:
            return "waiting-period"
        if not any(purpose in paper.purposes and paper.starts <= as_of < paper.ends
                   for paper in self.assessments.values()):
            return "assessment-missing"
        return ""

    def on_interest(self, purpose: str, said: Said) -> bool:
        """Tell whether legitimate interest is the basis at any moment of a time that is covered wholly."""
        return said is not None and any(period.basis == "legitimate-interest" for period in self._covering(purpose, *said))

    def _covering(self, purpose: str, first: datetime, last: datetime) -> list[_Span]:
        touching = [p for p in self.periods if purpose in p.purposes and p.starts <= last and first < p.ends]
        reached = first
        for period in touching:
            if period.starts > reached:
                return []
            reached = period.ends
        return touching if touching and reached > last else []

    def boundaries(self, as_of: datetime) -> set[datetime]:
        """Give every moment at which some answer about a time may change, for grouping times that fare alike."""
        spans = [*self.periods, *self.notices.values()]
        waits = {as_of - timedelta(days=period.waiting) + timedelta(microseconds=1) for period in self.periods
                 if period.waiting < 1_000_000}
        return {edge for span in spans for edge in (span.starts, span.ends)} | waits


def _items(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    items = body.get(name, [])
    if not isinstance(items, list) or any(not isinstance(item, Mapping) or set(item) - _FIELDS[name] for item in items):
        raise ValueError(f"a policy's {name} cannot be read")
    if name != "period" and (len({item.get("id") for item in items}) != len(items) or any(
            not isinstance(item.get("id"), str) for item in items)):
        raise ValueError(f"a policy's {name} needs ids of its own")
    if name == "surface" and any(item.get("assurance", "none") not in ("adults", "minors", "none") for item in items):
        raise ValueError("a surface with an unknown age assurance")
    if name == "surface" and any(item.get("theme", "general") not in _THEMES for item in items):
        raise ValueError("a surface with an unknown theme")
    return items


def _purposes(values: object) -> frozenset[str]:
    if not isinstance(values, list) or any(value not in PURPOSES for value in values):
        raise ValueError("unknown purposes")
    return frozenset(values)


def _between(starts: object, ends: object) -> tuple[datetime, datetime]:
    first, last = moment(starts), _ENDLESS if ends is None else moment(ends)
    if last <= first:
        raise ValueError("it ends before it starts")
    return first, last


def _period(item: Mapping[str, Any]) -> _Span:
    waiting = item.get("waiting_days", 30)
    if item.get("basis") not in ("consent", "legitimate-interest") or type(waiting) is not int or waiting < 0:
        raise ValueError("a period needs a basis and a waiting time")
    return _Span(_purposes([item.get("purpose")]), *_between(item.get("starts"), item.get("ends")), item["basis"],
                 waiting)


def _notice(item: Mapping[str, Any]) -> _Span:
    return _Span(_purposes(item.get("purposes")), *_between(item.get("starts"), item.get("ends")))


def _assessment(item: Mapping[str, Any]) -> _Span:
    purposes = _purposes(item.get("purposes"))
    if item.get("expires_at") is None:
        raise ValueError("an assessment needs its end")
    return _Span(purposes if item.get("approved_by") else frozenset(),
                 *_between(item.get("approved_at"), item["expires_at"]))


def _one_basis(periods: list[_Span]) -> None:
    for purpose in PURPOSES:
        own = [period for period in periods if purpose in period.purposes]
        if any(one.ends > two.starts for one, two in pairwise(own)):
            raise ValueError("two bases for one moment")
