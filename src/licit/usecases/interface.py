"""How each tier could refuse on a day: from what the log holds of the interface and the policy, and from nothing else.

An entry ``interface`` is one of two kinds. The server writes what it shows, when that changes and once a day while pages are
asked for. Staff enter what a kept screenshot or an archived page shows of another time, with its source.

Rules kept here:

- What no entry documents is told as "no evidence", never filled in from before or after.
- What the server showed counts from its entry to its next one, where that came within two days; else for its own day alone.
- What staff entered says who, when, from which source, and is shown beside what the server wrote, never in its place.
- Channels and steps are the entry's words; none stands in this code.

Law: CHO-02
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from ..core.errors import EvidenceError, InputError
from ..core.policy import Policy, parse_moment, policy_from
from .workspace import Workspace

#: The tiers that are compared, by the names an interface entry gives them.
TIERS = ("free", "student", "pro", "team", "logged-out")

_DAY, _BRIDGED, _LONGEST = timedelta(days=1), timedelta(days=2), 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One entry about the interface: what each tier could do, and the time it documents (the end excluded).

    ``by`` and ``source`` are empty for what the server wrote itself, ``pages`` is the digest of what it showed.
    """

    entry: int
    recorded_at: datetime
    starts: datetime
    ends: datetime
    tiers: Mapping[str, Sequence[Mapping[str, Any]]]
    pages: str = ""
    by: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to refuse: its channel, its steps (None: nobody said), since when without a gap, and what it is known from."""

    channel: str
    steps: tuple[str, ...] | None
    since: datetime
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day as the log has it: what is known of each tier (None: no evidence), and the policy then (None: no evidence)."""

    day: datetime
    tiers: Mapping[str, tuple[Way, ...] | None]
    policy: Policy | None
    unreadable: tuple[int, ...]
    origin: str
    size: int
    root: str

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"at": self.day.date().isoformat(), "log": {"origin": self.origin, "size": self.size, "root": self.root},
                "tiers": {tier: _told(ways) for tier, ways in self.tiers.items()}, "policy": _policy_told(self.policy, self.day),
                "unreadable_entries": list(self.unreadable)}


def _told(ways: tuple[Way, ...] | None) -> dict[str, Any]:
    if ways is None:
        return {"evidence": False, "could_refuse": None, "channels": []}
    return {"evidence": True, "could_refuse": any(way.channel for way in ways), "channels": [
        {"channel": way.channel, "steps": None if way.steps is None else list(way.steps),
         "number_of_steps": None if way.steps is None else len(way.steps), "since": way.since.strftime("%Y-%m-%dT%H:%M:%SZ"),
         "entry": way.evidence.entry, "recorded_at": way.evidence.recorded_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
         "known_from": "staff" if way.evidence.by else "the server", "by": way.evidence.by, "source": way.evidence.source,
         "pages": way.evidence.pages} for way in ways]}


def _policy_told(policy: Policy | None, day: datetime) -> dict[str, Any]:
    if policy is None:
        return {"evidence": False, "purposes": {}}
    periods = {period.purpose: period.basis for period in policy.periods if period.starts < day + _DAY
               and (period.ends is None or period.ends > day)}
    return {"evidence": True, "purposes": dict(sorted(periods.items()))}


def record_interface(workspace: Workspace, tiers: Mapping[str, Sequence[Mapping[str, Any]]], pages: str) -> int:
    """Enter what the server shows, unless its last entry says the same and is of today; give the entry's number, -1 for none.

    ``tiers`` has for each tier its channels: ``{"channel": name, "steps": [step, …] or None}``.
    """
    last = None
    for entry in workspace.log.entries(kinds=("interface",)):
        if entry.decision is not None and not entry.decision.get("by"):
            last = entry
    body = {"tiers": {tier: [dict(way) for way in ways] for tier, ways in tiers.items()}, "pages": pages}
    if last and last.decision == body and last.recorded_at.date() == workspace.clock.now().date():
        return -1
    return workspace.enter("interface", body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What staff enter of an older interface, by whom and from which source.

    ``channel`` is "" where there was none, ``steps`` None where nobody knows them; the days are both included.
    """

    tiers: tuple[str, ...]
    channel: str
    steps: tuple[str, ...] | None
    starts: str
    ends: str
    by: str
    source: str


def state_interface(workspace: Workspace, stated: Stated) -> int:
    """Enter evidence of an older state; give the entry's number.

    Raises:
        InputError: nobody or no source is named, a tier is unknown, or the days are none or to come.
    """
    if not stated.by.strip() or len(stated.source.strip()) < 10:
        raise InputError("evidence names who enters it and where it is from", reason="source-missing",
                         remedy="Name the archived page, screenshot or letter, and where it is kept.")
    if not stated.tiers or set(stated.tiers) - set(TIERS):
        raise InputError("no such tier", reason="tier-unknown", remedy=f"There are: {', '.join(TIERS)}.")
    texts = (stated.channel, stated.by, stated.source, *(stated.steps or ()))
    if any(len(text) > _LONGEST or not text.isprintable() for text in texts) or len(stated.steps or ()) > 50:
        raise InputError("one of these is too long, or holds signs that cannot be shown", reason="too-long")
    starts, ends = _days(stated, workspace.clock.now())
    way = [{"channel": stated.channel.strip(), "steps": None if stated.steps is None else list(stated.steps)}]
    body = {"tiers": {tier: way if stated.channel.strip() else [] for tier in stated.tiers},
            "starts": starts.date().isoformat(), "ends": ends.date().isoformat(), "by": stated.by.strip(), "source": stated.source.strip()}
    return workspace.enter("interface", body)


def _days(stated: Stated, now: datetime) -> tuple[datetime, datetime]:
    try:
        starts, ends = parse_moment(stated.starts), parse_moment(stated.ends or stated.starts)
    except ValueError:
        raise InputError("a day is not one", reason="day-unreadable", remedy="Write it YYYY-MM-DD.") from None
    if ends < starts or ends > now:
        raise InputError("the days end before they begin, or are to come", reason="day-wrong")
    return starts, ends


def evidence_of(workspace: Workspace) -> tuple[list[Evidence], tuple[int, ...]]:
    """Give everything the log holds about the interface, and the entries of it that cannot be read."""
    served: list[tuple[int, datetime, Mapping[str, Any]]] = []
    out, unreadable = [], []
    for entry in workspace.log.entries(kinds=("interface",)):
        body = entry.decision
        try:
            if body is None:
                raise ValueError("no decision part")
            for ways in body["tiers"].values():
                _read(ways)
            if body.get("by"):
                starts, ends = parse_moment(body["starts"]), parse_moment(body["ends"]) + _DAY
                out.append(Evidence(entry=entry.seq, recorded_at=entry.recorded_at, starts=starts, ends=ends,
                                    tiers=body["tiers"], by=str(body["by"]), source=str(body["source"])))
            else:
                served.append((entry.seq, entry.recorded_at, {**body, "pages": str(body["pages"])}))
        except (ValueError, KeyError, TypeError, AttributeError):
            unreadable.append(entry.seq)
    for number, (seq, at, body) in enumerate(served):
        following = served[number + 1][1] if number + 1 < len(served) else None
        ends = following if following and following - at <= _BRIDGED else _midnight(at) + _DAY
        out.append(Evidence(entry=seq, recorded_at=at, starts=at, ends=max(ends, at), tiers=body["tiers"], pages=body["pages"]))
    return sorted(out, key=lambda one: (one.starts, one.entry)), tuple(unreadable)


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)


def day_of(workspace: Workspace, at: str = "") -> Day:
    """Say how each tier could refuse on a day (YYYY-MM-DD, UTC; "" today).

    Raises:
        InputError: no day, or one to come.
    """
    now = workspace.clock.now()
    try:
        day = _midnight(parse_moment(at)) if at else _midnight(now)
    except ValueError:
        raise InputError("a day is not one", reason="day-unreadable", remedy="Write it YYYY-MM-DD.") from None
    if day > now:
        raise InputError("this day is still to come", reason="day-wrong")
    found, unreadable = evidence_of(workspace)
    size, root = workspace.log.head()
    return Day(day=day, tiers={tier: _ways(found, tier, day) for tier in TIERS}, policy=_policy(workspace, day + _DAY),
               unreadable=unreadable, origin=workspace.origin, size=size, root=root.hex())


def _ways(found: Sequence[Evidence], tier: str, day: datetime) -> tuple[Way, ...] | None:
    """Give every way of a tier that is documented for a day, the latest evidence of a way first; None without any evidence."""
    told = [one for one in found if tier in one.tiers and one.starts < day + _DAY and one.ends > day]
    if not told:
        return None
    ways: dict[tuple[Any, ...], Way] = {}
    for one in told:
        for channel, steps in _channels(one, tier) or [("", ())]:
            ways[channel, steps, bool(one.by)] = Way(channel=channel, steps=steps, evidence=one,
                                                     since=_since(found, tier, one, (channel, steps)))
    return tuple(ways.values())


def _channels(one: Evidence, tier: str) -> list[tuple[str, tuple[str, ...] | None]]:
    return _read(one.tiers[tier])


def _read(ways: Sequence[Mapping[str, Any]]) -> list[tuple[str, tuple[str, ...] | None]]:
    return [(str(way["channel"]), None if way.get("steps") is None else tuple(map(str, way["steps"]))) for way in ways]


def _since(found: Sequence[Evidence], tier: str, last: Evidence, way: tuple[str, tuple[str, ...] | None]) -> datetime:
    """Go back from an evidence as long as each moment before is documented with the same way."""
    since = last.starts
    for one in reversed(found):
        if one.starts < since <= one.ends and tier in one.tiers and (way in _channels(one, tier) or not (way[0] or one.tiers[tier])):
            since = one.starts
    return since


def _policy(workspace: Workspace, until: datetime) -> Policy | None:
    def bodies() -> Iterator[Mapping[str, Any]]:
        for entry in entries:
            if entry.decision is None:
                raise EvidenceError(f"entry {entry.seq} (policy) of the log cannot be read", reason="entry-unreadable")
            yield entry.decision

    entries = [entry for entry in workspace.log.entries(kinds=("policy",)) if entry.recorded_at < until]
    return policy_from(bodies()) if entries else None
