"""The log's entries about people, and the pure fold ``standing``: may this be used, for this purpose, at this moment?

Gate, gateway, console and recall ask the same function, so they cannot disagree.

Rules kept here:

- The sequence decides; ``received_at`` starts legal clocks and tells what was said before and after a permission.
- Objection, withdrawal and erasure need no reason and take effect at once (GDPR Art. 7(3), 17, 18(1)(d), 21).
- A refusal without named purposes or target covers all of both. A permission or consent must name its purposes.
- A permission given after a refusal covers what is said afterwards, and earlier conversations only when picked one by
  one; a broad permission does not lift a narrower refusal.
- A withdrawal never falls back to legitimate interest.
- Refusals and restrictions of a linked account count for all its accounts; permissions only for their own.
- An entry whose decision part cannot be read refuses everything of its subject.
- The most protective answer of all that applies wins.

Read next: ``policy.py`` (what silence means).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .decisions import KEEP, Decision, because, strictest
from .ids import SubjectId
from .policy import PURPOSES, Policy, parse_moment

INSTRUMENTS = ("objection", "consent", "withdrawal", "restriction", "lifting", "erasure", "access", "portability",
               "rectification", "permission")

#: Instruments that can only make an answer stricter; a patch release applies these and no others.
RESTRICTING = frozenset({"objection", "withdrawal", "restriction", "erasure", "rectification", "third-party-objection",
                         "link"})

#: Every kind of entry the log may hold.
KINDS = frozenset(INSTRUMENTS) | {
    "subject", "link", "third-party-objection", "rectified", "policy", "source", "contract", "approval", "signal",
    "decision", "arrival", "release-closed", "release-withdrawn", "recipient", "run", "model", "key"}

LEVELS = ("everything", "project", "record", "turn", "attachment")
_PICKED = 2  # from the level "record" on, a permission is a pick and reaches back


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the log. ``decision`` is None when its decision part is missing or does not match its commitment."""

    seq: int
    kind: str
    subject: SubjectId
    received_at: datetime
    recorded_at: datetime
    decision: Mapping[str, Any] | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is asked about: a turn (or an attachment of it) of a record, and when it was said at the earliest and latest.

    ``said`` is None when nothing bounds it. A permission then covers it only by picking it.
    """

    record: str
    project: str = ""
    turn: str = ""
    attachment: str = ""
    said: tuple[datetime, datetime] | None = None

    def chain(self) -> list[tuple[int, str]]:
        """Give the targets that cover it, widest first, as (level, key)."""
        out = [(0, "")]
        if self.project:
            out.append((1, self.project))
        out.append((2, self.record))
        if self.turn:
            out.append((3, f"{self.record}/{self.turn}"))
            if self.attachment:
                out.append((4, f"{self.record}/{self.turn}/{self.attachment}"))
        return out


def target_of(decision: Mapping[str, Any]) -> tuple[int, str]:
    """Read an entry's target as (level, key); absent means everything.

    Raises:
        ValueError: a level that does not exist or lacks its id.
    """
    target = decision.get("target") or {"level": "everything"}
    level = LEVELS.index(target["level"])
    ids = [str(target.get(name, "")) for name in ("project", "record", "turn", "attachment")]
    if level == 0:
        return 0, ""
    key = ids[0] if level == 1 else "/".join(ids[1:level])
    if not key or key.endswith("/") or key.startswith("/"):
        raise ValueError(f"a target of level {LEVELS[level]} needs its id")
    return level, key


class _Marks:
    """Permissions at one target: the first since its own refusal, the first since a refusal of everything, the last."""

    __slots__ = ("anew", "first", "last")

    def __init__(self) -> None:
        self.first: tuple[int, datetime] | None = None
        self.anew: tuple[int, datetime] | None = None
        self.last: tuple[int, datetime] | None = None

    def add(self, mark: tuple[int, datetime]) -> None:
        self.first = self.first or mark
        self.anew = self.anew or mark
        self.last = mark


class _Slot:
    """All that one person's entries say of one target and purpose."""

    __slots__ = ("consents", "permits", "refusal")

    def __init__(self) -> None:
        self.refusal: tuple[int, str] | None = None
        self.permits = _Marks()
        self.consents = _Marks()


class SubjectState:
    """One person's entries, folded in sequence; answers in constant time however many there were."""

    __slots__ = ("erased", "rectify", "restricted", "seq", "slots", "unreadable")

    def __init__(self) -> None:
        self.seq = -1
        self.unreadable: int | None = None
        self.slots: dict[str, dict[tuple[int, str], _Slot]] = {}
        self.restricted: dict[tuple[int, str], int] = {}
        self.rectify: dict[tuple[int, str], int] = {}
        self.erased: dict[tuple[int, str], tuple[int, datetime]] = {}

    def add(self, entry: Entry) -> None:
        """Fold one more entry; entries must come in sequence.

        Raises:
            ValueError: out of sequence.
        """
        if entry.seq <= self.seq:
            raise ValueError("entries must be folded in sequence")
        self.seq = entry.seq
        try:
            if entry.decision is None:
                raise ValueError("no decision part")
            self._fold(entry, entry.decision)
        except (ValueError, KeyError, TypeError, AttributeError):
            self.unreadable = entry.seq

    def _fold(self, entry: Entry, decision: Mapping[str, Any]) -> None:
        kind = entry.kind
        if kind in ("objection", "withdrawal", "consent", "permission"):
            target, purposes = target_of(decision), self._purposes(kind, decision)
            for purpose in purposes:
                self._mark(purpose, target, kind, entry)
        elif kind == "restriction":
            self.restricted[target_of(decision)] = entry.seq
        elif kind == "lifting":
            _clear(self.restricted, target_of(decision))
        elif kind == "rectification":
            self.rectify[target_of(decision)] = entry.seq
        elif kind == "rectified":
            _clear(self.rectify, target_of(decision))
        elif kind == "erasure":
            self.erased[target_of(decision)] = (entry.seq, entry.received_at)

    @staticmethod
    def _purposes(kind: str, decision: Mapping[str, Any]) -> tuple[str, ...]:
        named = tuple(decision.get("purposes") or ())
        if any(purpose not in PURPOSES for purpose in named):
            raise ValueError("an unknown purpose")
        if named or kind in ("consent", "permission"):
            return named
        return PURPOSES

    def _mark(self, purpose: str, target: tuple[int, str], kind: str, entry: Entry) -> None:
        slots = self.slots.setdefault(purpose, {})
        slot = slots.setdefault(target, _Slot())
        if kind in ("objection", "withdrawal"):
            slot.refusal = (entry.seq, kind)
            slot.permits, slot.consents = _Marks(), _Marks()
            if target[0] == 0:
                for other in slots.values():
                    other.permits.anew = other.consents.anew = None
            return
        mark = (entry.seq, entry.received_at)
        slot.permits.add(mark)
        if kind == "consent" and _complete(entry.decision or {}):
            slot.consents.add(mark)

    def refusals(self, purpose: str, item: Item) -> list[Decision]:
        """Give every answer stricter than keep that these entries have on an item."""
        if self.unreadable is not None:
            return [because("entry-unreadable", self.unreadable)]
        chain = item.chain()
        out: list[Decision] = []
        for target in chain:
            if target in self.erased:
                seq, moment = self.erased[target]
                if item.said is None or item.said[0] <= moment:
                    out.append(because("erased", seq))
            if target in self.restricted:
                out.append(because("restricted", self.restricted[target]))
            if target in self.rectify:
                out.append(because("rectification-pending", self.rectify[target]))
        slots = self.slots.get(purpose)
        if slots:
            applying = [(target[0], slots[target]) for target in chain if target in slots]
            for level, slot in applying:
                if slot.refusal is not None:
                    out += _unless_lifted(level, slot.refusal, applying, item)
        return out

    def consented(self, purpose: str, item: Item) -> bool:
        """Tell whether a complete consent covers an item."""
        slots = self.slots.get(purpose, {})
        for target in item.chain():
            slot = slots.get(target)
            if slot is None or slot.consents.last is None:
                continue
            first = slot.consents.first
            if target[0] >= _PICKED or (first and item.said is not None and first[1] <= item.said[0]):
                return True
        return False


def _complete(decision: Mapping[str, Any]) -> bool:
    """Tell whether a consent records its notice, its wording and how it was given (GDPR Art. 7(1))."""
    return all(decision.get(name) for name in ("notice", "wording", "how"))


def _clear(marks: dict[tuple[int, str], int], target: tuple[int, str]) -> None:
    if target[0] == 0:
        marks.clear()
    else:
        marks.pop(target, None)


def _unless_lifted(level: int, refusal: tuple[int, str], applying: list[tuple[int, _Slot]], item: Item
                   ) -> list[Decision]:
    seq, kind = refusal
    permitted_later = 0
    for other, slot in applying:
        permits = slot.permits
        if other < level or permits.last is None or permits.last[0] <= seq:
            continue
        if other >= _PICKED:
            return []
        mark = permits.first if other == level else permits.anew
        if mark is not None and mark[0] > seq:
            permitted_later = mark[0]
            if item.said is not None and mark[1] <= item.said[0]:
                return []
    if permitted_later:
        return [because("said-before-permission", seq, permitted_later)]
    return [because("consent-withdrawn" if kind == "withdrawal" else "objection", seq)]


class Standings:
    """Every person's folded state up to one position of the log, with accounts linked."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        """Fold entries in sequence."""
        self.states: dict[SubjectId, SubjectState] = {}
        self._linked: dict[SubjectId, set[SubjectId]] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Fold one more entry; kinds that concern no person are passed over."""
        if entry.kind == "link":
            self._link(entry)
        elif entry.subject and (entry.kind in _PERSONAL or entry.kind not in KINDS):
            state = self.states.get(entry.subject)
            if state is None:
                state = self.states[entry.subject] = SubjectState()
            state.add(entry)

    def _link(self, entry: Entry) -> None:
        other = SubjectId(str((entry.decision or {}).get("with", "")))
        group = {entry.subject, other} - {SubjectId("")}
        for member in tuple(group):
            group |= self._linked.get(member, set())
        for member in group:
            self._linked[member] = group

    def linked(self, subject: SubjectId) -> Iterator[SubjectId]:
        """Give the other accounts of the same person."""
        return (other for other in self._linked.get(subject, ()) if other != subject)

    def concerned(self) -> set[SubjectId]:
        """Give everybody about whom the log says anything; all others are silent."""
        out = set(self.states)
        for group in self._linked.values():
            out |= group
        return out

    def standing(self, policy: Policy, subject: SubjectId, purpose: str, item: Item, as_of: datetime) -> Decision:
        """Answer for one person, purpose and item: see :func:`standing`."""
        state = self.states.get(subject)
        found = state.refusals(purpose, item) if state else []
        for other in self.linked(subject):
            if other in self.states:
                found += self.states[other].refusals(purpose, item)
        if found:
            return strictest(found)
        return silence(policy, purpose, item.said, as_of, consented=bool(state and state.consented(purpose, item)))


_PERSONAL = frozenset(INSTRUMENTS) | {"rectified"}


def silence(policy: Policy, purpose: str, said: tuple[datetime, datetime] | None, as_of: datetime, *,
            consented: bool = False) -> Decision:
    """Say what the policy makes of somebody who refused nothing.

    A time that no period covers has no basis; under consent, nothing but a complete consent will do; under legitimate
    interest its conditions are checked each time.
    """
    if said is None:
        return because("date-unknown")
    first, last = policy.period(purpose, said[0]), policy.period(purpose, said[1])
    if first is None or last is None:
        return because("basis-missing")
    if "consent" in (first.basis, last.basis):
        return KEEP if consented else because("consent-missing")
    return policy.interest(purpose, said[0], said[1], as_of, max(first.waiting_days, last.waiting_days))


def standing(log: Standings, policy: Policy, subject: SubjectId, purpose: str, target: Item, at: datetime) -> Decision:
    """Answer whether one person's item may be used for one purpose: keep, hold or refuse, with the reason.

    Args:
        log: the fold of the log up to the position that counts.
        policy: the policy at that position.
        subject: the person; nobody ("") is held as ``subject-unknown``.
        purpose: one of :data:`~licit.core.policy.PURPOSES`.
        target: the turn asked about.
        at: the moment at which waiting periods and assessments are judged (UTC).

    Raises:
        ValueError: an unknown purpose.
    """
    if purpose not in PURPOSES:
        raise ValueError(f"{purpose!r} is no purpose")
    if not subject:
        return because("subject-unknown")
    return log.standing(policy, subject, purpose, target, at)


__all__ = ["Entry", "INSTRUMENTS", "Item", "KINDS", "LEVELS", "RESTRICTING", "Standings", "SubjectState",
           "parse_moment", "silence", "standing", "target_of"]
