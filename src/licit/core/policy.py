"""What silence means: the policy, its notices and assessments, as the log holds them.

A policy names one legal basis for each purpose and period. Nothing here permits by default: a purpose or a time that no
period covers has no basis, and what has no basis is held.

Rules kept here:

- One legal basis per purpose and moment (GDPR Art. 6); two overlapping periods are an error, not a choice.
- Legitimate interest needs one notice in force over all of the time of collection, a waiting period that is over since
  its last moment (exactly ``waiting_days`` is enough), and an approved assessment in date (EDPB Opinion 28/2024; GDPR
  Art. 13, 21). All three are looked at each time, in this order.
- Starts are included, ends are not. A day means all its moments.
- A notice or assessment never changes under its id.

Law: CHO-16, CHO-17, LIA-01, TRN-01, TRN-02.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal, get_args

from .decisions import KEEP, Decision, because
from .errors import misnamed

Basis = Literal["consent", "legitimate-interest"]
Assurance = Literal["adults", "minors", "none"]
#: What a surface is for; all but the first are left out as a whole.
Theme = Literal["general", "health", "therapy", "legal-advice", "intimacy"]

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
    """A product surface: the age assurance declared for it (``adults`` only, ``minors`` may use it, or none), and its theme."""

    id: str
    assurance: Assurance = "none"
    theme: Theme = "general"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The periods, notices, assessments and surfaces in force at a position of the log."""

    periods: tuple[Period, ...] = ()
    notices: tuple[Notice, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    surfaces: tuple[Surface, ...] = ()

    def __post_init__(self) -> None:
        """Insist on values in their lists, on times with a zone, and on one basis per purpose and moment.

        Raises:
            ValueError: otherwise.
        """
        for period in self.periods:
            if period.purpose not in PURPOSES or period.basis not in get_args(Basis):
                raise ValueError(f"no such purpose or basis: {period.purpose} {period.basis}")
            if type(period.waiting_days) is not int or not 0 <= period.waiting_days <= 36500:
                raise ValueError("a waiting period is a whole number of days, from none to a hundred years")
            _check_times(period.purpose, period.starts, period.ends)
        for notice in self.notices:
            _check_times(notice.id, notice.starts, notice.ends)
        for paper in self.assessments:
            _check_times(paper.id, paper.approved_at, paper.expires_at)
        announced = [(n.id, n.purposes) for n in self.notices] + [(a.id, a.purposes) for a in self.assessments]
        for name, purposes in announced:
            if unknown := set(purposes) - set(PURPOSES):
                raise ValueError(f"{name}: no such purpose: {', '.join(sorted(map(str, unknown)))}")
        for surface in self.surfaces:
            if surface.assurance not in get_args(Assurance):
                raise ValueError(f"{surface.id}: no such age assurance: {surface.assurance}")
            if surface.theme not in get_args(Theme):
                raise ValueError(f"{surface.id}: no such theme: {surface.theme}")
        for group in (self.notices, self.assessments, self.surfaces):
            if len({item.id for item in group}) != len(group):
                raise ValueError("two notices, assessments or surfaces share an id")
        ordered = sorted(self.periods, key=lambda p: (p.purpose, p.starts))
        for one, two in pairwise(ordered):
            if one.purpose == two.purpose and (one.ends is None or one.ends > two.starts):
                raise ValueError(f"two bases overlap for {one.purpose}")

    def period(self, purpose: str, moment: datetime) -> Period | None:
        """Find the period that covers a purpose at a moment."""
        for period in self.periods:
            if period.purpose == purpose and period.starts <= moment and (period.ends is None or moment < period.ends):
                return period
        return None

    def periods_between(self, purpose: str, first: datetime, last: datetime) -> tuple[Period, ...]:
        """Find every period that touches a stretch of time (both ends included); none if a moment of it is uncovered."""
        touching = sorted((period for period in self.periods if period.purpose == purpose and period.starts <= last
                           and (period.ends is None or first < period.ends)), key=lambda period: period.starts)
        at: datetime | None = first
        for period in touching:
            if at is None or period.starts > at:
                return ()
            at = period.ends
        return tuple(touching) if touching and (at is None or at > last) else ()

    def notice(self, notice_id: str) -> Notice | None:
        """Find a notice by id."""
        return next((notice for notice in self.notices if notice.id == notice_id), None)

    def assurance(self, surface: str) -> str:
        """Give the age assurance declared for a surface; ``none`` for one that is not declared."""
        return next((item.assurance for item in self.surfaces if item.id == surface), "none")

    def intimate(self, surface: str) -> bool:
        """Say whether a surface is for health, therapy, legal advice or intimacy."""
        return any(item.id == surface and item.theme != "general" for item in self.surfaces)

    def interest(self, purpose: str, said_from: datetime, said_until: datetime, as_of: datetime,
                 waiting_days: int = WAITING_DAYS) -> Decision:
        """Judge silence under legitimate interest: notice before collection, waiting over, assessment in date.

        When no notice will do: ``notice-after-collection`` if every one that announced the purpose starts after the
        first moment of collection, else ``notice-missing`` (there was none, or it had ended).
        """
        announced = [notice for notice in self.notices if purpose in notice.purposes]
        if not any(n.starts <= said_from and (n.ends is None or said_until < n.ends) for n in announced):
            late = announced and all(n.starts > said_from for n in announced)
            return because("notice-after-collection" if late else "notice-missing")
        if as_of - said_until < timedelta(days=waiting_days):
            return because("waiting-period")
        if not any(purpose in a.purposes and a.approved_by and a.approved_at <= as_of < a.expires_at
                   for a in self.assessments):
            return because("assessment-missing")
        return KEEP


def silence(policy: Policy, purpose: str, said: tuple[datetime, datetime] | None, as_of: datetime, *,
            consented: bool = False) -> Decision:
    """Say what the policy makes of somebody who refused nothing.

    Every period that touches the time counts. A time that no period covers, wholly, has no basis; if one of them rests
    on consent, nothing but a complete consent will do; under legitimate interest its conditions are checked each time,
    with the longest of the waiting periods. An unknown time, or one that ends before it begins, is held before all that.

    Law: CHO-16, TRN-01, TRN-02.
    """
    if said is None or said[1] < said[0]:
        return because("date-unknown")
    periods = policy.periods_between(purpose, said[0], said[1])
    if not periods:
        return because("basis-missing")
    if any(period.basis == "consent" for period in periods):
        return KEEP if consented else because("consent-missing")
    return policy.interest(purpose, said[0], said[1], as_of, max(period.waiting_days for period in periods))


def _check_times(name: str, starts: datetime, ends: datetime | None) -> None:
    for moment in (starts, ends or starts):
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            raise ValueError(f"{name}: a time needs its zone, such as 2025-02-17T16:14:00Z")
    if ends is not None and ends <= starts:
        raise ValueError(f"{name}: it ends before it starts")


def toml_values(text: str) -> dict[str, Any]:
    """Read TOML as values that the log can hold: days and moments as ISO 8601 text.

    Raises:
        ValueError: it is no TOML.
    """
    return {name: _plain(value) for name, value in tomllib.loads(text.replace("\r\n", "\n")).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def parse_moment(text: str) -> datetime:
    """Read an ISO 8601 day or UTC time as an aware datetime (a day means its first second).

    Raises:
        ValueError: not such a text, or a time without a zone.
    """
    if not isinstance(text, str):
        raise ValueError("a time is written as text, such as 2025-02-17T16:14:00Z")
    if len(text) == 10 and text[4] == text[7] == "-":
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone, such as 2025-02-17T16:14:00Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time outside the years 1 to 9999") from error


def said_between(text: str) -> tuple[datetime, datetime] | None:
    """Give the first and last moment that an ISO day or time may mean; None when unknown or unreadable.

    A time written to the minute or second means its first moment.

    >>> [str(moment) for moment in said_between("2025-02-17")]
    ['2025-02-17 00:00:00+00:00', '2025-02-17 23:59:59.999999+00:00']
    >>> said_between("last week") is None
    True
    """
    if not text:
        return None
    try:
        moment = parse_moment(text)
        return (moment, moment + timedelta(days=1, microseconds=-1)) if len(text) == 10 else (moment, moment)
    except (ValueError, OverflowError):
        return None


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

    ``by``, who put it in force, decides nothing.

    Raises:
        ValueError: an unknown field, a missing one, or a value out of its list.
    """
    if wrong := misnamed(body, ("period", "notice", "assessment", "surface", "by"), "a policy"):
        raise ValueError(wrong)
    try:
        return Policy(
            periods=tuple(Period(**item) for item in _blocks(body, "period", Period)),
            notices=tuple(Notice(**item) for item in _blocks(body, "notice", Notice)),
            assessments=tuple(Assessment(**item) for item in _blocks(body, "assessment", Assessment)),
            surfaces=tuple(Surface(**item) for item in _blocks(body, "surface", Surface)))
    except TypeError as error:
        raise ValueError(str(error)) from error


def _blocks(body: Mapping[str, Any], name: str, kind: type[Any]) -> Iterator[dict[str, Any]]:
    """Give the blocks of one name with their times read, and insist that each has all of its fields and no other."""
    items = body.get(name, ())
    if not isinstance(items, list | tuple) or not all(isinstance(item, Mapping) for item in items):
        raise ValueError(f"{name} is a list of blocks: write [[{name}]] above each")
    for item in items:
        if wrong := misnamed(item, [field.name for field in fields(kind)], f"[[{name}]]"):
            raise ValueError(wrong)
        if missing := [field.name for field in fields(kind) if field.default is MISSING and field.name not in item]:
            raise ValueError(f"[[{name}]] lacks {', '.join(missing)}")
        yield _moments(item)


def _moments(item: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(item)
    for name in ("starts", "ends", "approved_at", "expires_at"):
        value = out.get(name)
        if value is not None:
            out[name] = parse_moment(value.isoformat() if isinstance(value, date) else value)
    if "purposes" in out:
        if not isinstance(out["purposes"], list | tuple):
            raise ValueError("purposes are a list")
        out["purposes"] = tuple(out["purposes"])
    return out
