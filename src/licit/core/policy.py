"""What silence means: the policy, its notices and assessments, as the log holds them.

A policy names one legal basis for each purpose and period. Nothing here permits by default: a purpose or a time that no
period covers has no basis, and what has no basis is held.

Rules kept here:

- One legal basis per purpose and moment (GDPR Art. 6); two overlapping periods are an error, not a choice.
- Legitimate interest needs a notice in force before collection, a waiting period that is over, and an approved
  assessment in date (EDPB Opinion 28/2024; GDPR Art. 13, 21). All three are looked at each time.
- A notice or assessment never changes under its id.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from .decisions import KEEP, Decision, because

Basis = Literal["consent", "legitimate-interest"]

#: The closed list of purposes; there is no wildcard (GDPR Art. 5(1)(b)).
PURPOSES = ("train", "learn-from-feedback", "evaluate", "human-review", "publish", "personalise")

WAITING_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One legal basis for one purpose from ``starts`` until ``ends`` (open when None)."""

    purpose: str
    basis: Basis
    starts: datetime
    ends: datetime | None = None
    waiting_days: int = WAITING_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A text people could read that announced purposes, in force from a moment (GDPR Art. 13, 14)."""

    id: str
    purposes: tuple[str, ...]
    starts: datetime
    ends: datetime | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A legitimate-interest assessment, approved by somebody until a moment."""

    id: str
    purposes: tuple[str, ...]
    approved_at: datetime
    expires_at: datetime
    approved_by: str
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """A product surface and the age assurance declared for it: ``adults`` only, ``minors`` may use it, or none."""

    id: str
    assurance: Literal["adults", "minors", "none"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The periods, notices, assessments and surfaces in force at a position of the log."""

    periods: tuple[Period, ...] = ()
    notices: tuple[Notice, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    surfaces: tuple[Surface, ...] = ()

    def __post_init__(self) -> None:
        """Insist on known purposes and on one basis per purpose and moment.

        Raises:
            ValueError: otherwise.
        """
        for period in self.periods:
            if period.purpose not in PURPOSES or period.basis not in get_args(Basis):
                raise ValueError(f"no such purpose or basis: {period.purpose} {period.basis}")
            if period.waiting_days < 0:
                raise ValueError("a waiting period cannot be negative")
        for group in (self.notices, self.assessments, self.surfaces):
            if len({item.id for item in group}) != len(group):
                raise ValueError("two notices, assessments or surfaces share an id")
        ordered = sorted(self.periods, key=lambda p: (p.purpose, p.starts))
        for one, two in zip(ordered, ordered[1:], strict=False):
            if one.purpose == two.purpose and (one.ends is None or one.ends > two.starts):
                raise ValueError(f"two bases overlap for {one.purpose}")

    def period(self, purpose: str, moment: datetime) -> Period | None:
        """Find the period that covers a purpose at a moment."""
        for period in self.periods:
            if period.purpose == purpose and period.starts <= moment and (period.ends is None or moment < period.ends):
                return period
        return None

    def notice(self, notice_id: str) -> Notice | None:
        """Find a notice by id."""
        return next((notice for notice in self.notices if notice.id == notice_id), None)

    def assurance(self, surface: str) -> str:
        """Give the age assurance declared for a surface; ``none`` for one that is not declared."""
        return next((item.assurance for item in self.surfaces if item.id == surface), "none")

    def interest(self, purpose: str, said_from: datetime, said_until: datetime, as_of: datetime,
                 waiting_days: int = WAITING_DAYS) -> Decision:
        """Judge silence under legitimate interest: notice before collection, waiting over, assessment in date."""
        announced = [notice for notice in self.notices if purpose in notice.purposes]
        if not announced:
            return because("notice-missing")
        if not any(n.starts <= said_from and (n.ends is None or said_until < n.ends) for n in announced):
            return because("notice-after-collection")
        if said_until + timedelta(days=waiting_days) > as_of:
            return because("waiting-period")
        if not any(purpose in a.purposes and a.approved_by and a.approved_at <= as_of < a.expires_at
                   for a in self.assessments):
            return because("assessment-missing")
        return KEEP


def parse_moment(text: str) -> datetime:
    """Read an ISO 8601 day or UTC time as an aware datetime (a day means its first second).

    Raises:
        ValueError: not such a text, or a time without a zone.
    """
    if len(text) == 10:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone, such as 2025-02-17T16:14:00Z")
    return moment.astimezone(UTC)


def said_between(text: str) -> tuple[datetime, datetime] | None:
    """Give the first and last moment that an ISO day or time may mean; None when unknown or unreadable."""
    if not text:
        return None
    try:
        moment = parse_moment(text)
    except ValueError:
        return None
    return (moment, moment + timedelta(days=1, microseconds=-1)) if len(text) == 10 else (moment, moment)


def policy_from(bodies: Iterable[Mapping[str, Any]]) -> Policy:
    """Fold policy entries in sequence: the latest periods and surfaces; every notice and assessment ever recorded.

    Raises:
        ValueError: a notice or assessment that changes under its id, or a policy that is not well formed.
    """
    periods: tuple[Period, ...] = ()
    surfaces: tuple[Surface, ...] = ()
    notices: dict[str, Notice] = {}
    assessments: dict[str, Assessment] = {}
    for body in bodies:
        part = parse_policy(body)
        periods, surfaces = part.periods or periods, part.surfaces or surfaces
        for notice in part.notices:
            if notices.setdefault(notice.id, notice) != notice:
                raise ValueError(f"{notice.id} changes under its id; give the new text a new id")
        for paper in part.assessments:
            if assessments.setdefault(paper.id, paper) != paper:
                raise ValueError(f"{paper.id} changes under its id; give the new text a new id")
    return Policy(periods=periods, notices=tuple(notices.values()), assessments=tuple(assessments.values()),
                  surfaces=surfaces)


def parse_policy(body: Mapping[str, Any]) -> Policy:
    """Read a policy from plain values: lists ``period``, ``notice``, ``assessment`` and ``surface``.

    Raises:
        ValueError: an unknown field, a missing one, or a value out of its list.
    """
    unknown = set(body) - {"period", "notice", "assessment", "surface"}
    if unknown:
        raise ValueError(f"a policy has no {', '.join(sorted(unknown))}")
    try:
        return Policy(
            periods=tuple(Period(**_moments(item)) for item in body.get("period", ())),
            notices=tuple(Notice(**_moments(item)) for item in body.get("notice", ())),
            assessments=tuple(Assessment(**_moments(item)) for item in body.get("assessment", ())),
            surfaces=tuple(Surface(**item) for item in body.get("surface", ())))
    except TypeError as error:
        raise ValueError(str(error).replace("__init__() got an ", "").replace("__init__() ", "")) from error


def _moments(item: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(item)
    for name in ("starts", "ends", "approved_at", "expires_at"):
        if isinstance(out.get(name), str):
            out[name] = parse_moment(out[name])
    if "purposes" in out:
        out["purposes"] = tuple(out["purposes"])
    return out
