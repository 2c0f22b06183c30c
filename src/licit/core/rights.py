"""The log's entries about people, and the pure fold ``standing``: may this be used, for this purpose, at this moment?

Gate, gateway, console and recall ask the same function, so they cannot disagree.

Rules kept here:

- The sequence decides; ``received_at`` starts legal clocks and tells what was said before and after a permission.
- Objection, withdrawal and erasure need no reason and take effect at once (GDPR Art. 7(3), 17, 18(1)(d), 21).
- A refusal (objection, withdrawal) or a restriction without named purposes or target covers all of both. A permission
  or consent must name its purposes; without any it does nothing.
- A permission counts against a refusal only when it was recorded after it and not received before it, and when its
  target is the refusal's or a narrower one: a broad permission does not lift a narrower refusal.
- A permission of everything or of a project covers what is said at or after its receipt; one that names a record, turn
  or attachment is a pick and covers all of that, earlier words included.
- A consent counts only when it records its notice, its wording and how it was given; otherwise it does nothing, not
  even what a permission does. A complete consent is a permission as well. It covers like one, and any later refusal
  that applies to the item ends it: a permission alone does not bring it back.
- A withdrawal never falls back to legitimate interest.
- Several refusals of one target count as one: the last recorded names it, the latest receipt dates it.
- A lifting (of a restriction) and a ``rectified`` end those of the same target; of everything, all of them. A lifting
  without named purposes lifts for all.
- An erasure covers, for every purpose, what was said at or before its receipt or at an unknown time; nothing lifts it.
- Refusals, restrictions, erasures and rectifications of a linked account count for all its accounts; permissions and
  consents only for their own.
- A question about a record or turn as a whole is one about each of its parts: a refusal of a part counts.
- An entry about a person that cannot be read (no decision part, an unknown kind, purpose, level or target, a link that
  names nobody) refuses everything of its subject.
- The most protective answer of all that applies wins. Among equals the reason is that of the first in this order: own
  account, then linked ones by id; unreadable entry; erasure, restriction, rectification, target by target from the
  widest; refusals from the widest target; then the same for the parts. What nobody refused is judged by ``silence``.

Law: CHO-04, CHO-06, CHO-07, CHO-14, CHO-16, CHO-17.

Read next: ``policy.py`` (what silence means).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .decisions import Decision, because, strictest
from .errors import EvidenceError
from .ids import SubjectId
from .policy import PURPOSES, Policy, parse_moment, silence

INSTRUMENTS = ("objection", "consent", "withdrawal", "restriction", "lifting", "erasure", "access", "portability",
               "rectification", "permission")

#: Instruments that can only make an answer stricter; a patch release applies these and no others.
RESTRICTING = frozenset({"objection", "withdrawal", "restriction", "erasure", "rectification", "third-party-objection",
                         "link", "signal", "unlawful"})

#: Every kind of entry the log may hold.
KINDS = frozenset(INSTRUMENTS) | {
    "subject", "link", "third-party-objection", "rectified", "policy", "source", "contract", "approval", "signal", "staff-key",
    "decision", "reading", "step", "legal-hold", "delivery", "breach", "arrival", "rewrite", "compaction", "release-closed", "release-withdrawn", "recipient", "run", "model", "model-audit", "model-claim", "key",
    "backup", "loss", "interface", "canary", "law", "retention", "unlawful", "directive", "death", "model-report", "work-complaint"}

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

    def __post_init__(self) -> None:
        """Take a time that ends before it begins for unknown: no clock that errs so bounds anything."""
        if self.said is not None and self.said[1] < self.said[0]:
            object.__setattr__(self, "said", None)

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

    >>> target_of({"target": {"level": "turn", "record": "r1", "turn": "t2"}})
    (3, 'r1/t2')

    Raises:
        ValueError: a level that does not exist or lacks one of its ids.
    """
    target = decision.get("target")
    if target is None:
        return 0, ""
    level = LEVELS.index(target["level"])
    names = (("project",) if level == 1 else ("record", "turn", "attachment")[:level - 1]) if level else ()
    ids = [target.get(name) for name in names]
    if not all(isinstance(name, str) and name for name in ids):
        raise ValueError(f"a target of level {LEVELS[level]} needs its {', '.join(names)}")
    return level, "/".join(ids)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A permission, consent or refusal: its place in the log, when it was received, and its kind."""

    seq: int
    moment: datetime
    kind: str

    def after(self, other: "_Mark") -> bool:
        return self.seq > other.seq and self.moment >= other.moment

    def received_with(self, earlier: "_Mark | None") -> "_Mark":
        """Give this mark, dated by the latest receipt of the two."""
        return self if earlier is None or earlier.moment <= self.moment else replace(self, moment=earlier.moment)

    def covers(self, level: int, item: Item) -> bool:
        return level >= _PICKED or (item.said is not None and self.moment <= item.said[0])


class _Slot:
    """All that one person's entries say of one target and purpose; a refusal clears what came before it."""

    __slots__ = ("consents", "permits", "refusal")

    def __init__(self) -> None:
        self.refusal: _Mark | None = None
        self.permits: list[_Mark] = []
        self.consents: list[_Mark] = []

    def refuse(self, mark: _Mark) -> None:
        self.refusal = mark.received_with(self.refusal)
        self.permits, self.consents = [], []


class SubjectState:
    """One person's entries, folded in sequence; its size grows with refusals, not with repeated permissions."""

    __slots__ = ("edge", "erased", "parts", "rectify", "restricted", "seq", "slots", "unreadable")

    def __init__(self) -> None:
        self.seq = -1
        self.unreadable: int | None = None
        self.slots: dict[str, dict[tuple[int, str], _Slot]] = {}
        self.edge: dict[str, _Mark] = {}
        self.restricted: dict[str, dict[tuple[int, str], int]] = {}
        self.rectify: dict[tuple[int, str], int] = {}
        self.erased: dict[tuple[int, str], _Mark] = {}
        self.parts: dict[tuple[int, str], set[tuple[str, str]]] = {}

    def add(self, entry: Entry) -> None:
        """Fold one more entry; entries must come in sequence.

        Raises:
            ValueError: out of sequence.
        """
        if entry.seq <= self.seq:
            raise ValueError("entries must be folded in sequence")
        self.seq = entry.seq
        try:
            if entry.decision is None or entry.received_at.tzinfo is None:
                raise ValueError("no decision part, or a time without a zone")
            self._fold(entry, entry.decision)
        except (ValueError, KeyError, TypeError, AttributeError):
            self.unreadable = entry.seq

    def _fold(self, entry: Entry, decision: Mapping[str, Any]) -> None:
        kind, target = entry.kind, target_of(decision)
        mark = _Mark(entry.seq, entry.received_at, kind)
        if kind in ("objection", "withdrawal"):
            for purpose in _purposes(decision):
                self._refuse(purpose, target, mark)
        elif kind in ("permission", "consent"):
            for purpose in _purposes(decision, silent=()):
                self._permit(purpose, target, mark, decision)
        elif kind == "restriction":
            for purpose in _purposes(decision):
                self.restricted.setdefault(purpose, {})[target] = entry.seq
        elif kind == "lifting":
            for purpose in _purposes(decision):
                _clear(self.restricted.get(purpose, {}), target)
        elif kind == "rectification":
            self.rectify[target] = entry.seq
        elif kind == "rectified":
            _clear(self.rectify, target)
        elif kind == "erasure":
            if target not in self.erased or self.erased[target].moment < mark.moment:
                self.erased[target] = mark
        elif kind not in ("access", "portability"):
            raise ValueError("an unknown kind")
        if target[0] > _PICKED and kind in RESTRICTING:
            self._remember_part(decision["target"])

    def _remember_part(self, target: Mapping[str, Any]) -> None:
        record, turn, attachment = target["record"], target["turn"], ""
        if target["level"] == "attachment":
            attachment = target["attachment"]
            self.parts.setdefault((3, f"{record}/{turn}"), set()).add((turn, attachment))
        self.parts.setdefault((2, record), set()).add((turn, attachment))

    def _refuse(self, purpose: str, target: tuple[int, str], mark: _Mark) -> None:
        self.slots.setdefault(purpose, {}).setdefault(target, _Slot()).refuse(mark)
        self.edge[purpose] = mark.received_with(self.edge.get(purpose))

    def _permit(self, purpose: str, target: tuple[int, str], mark: _Mark, decision: Mapping[str, Any]) -> None:
        if mark.kind == "consent" and not _complete(decision):
            return
        slot = self.slots.setdefault(purpose, {}).setdefault(target, _Slot())
        for marks in (slot.permits, slot.consents) if mark.kind == "consent" else (slot.permits,):
            edge = self.edge.get(purpose)
            stands = marks and marks[-1].moment <= mark.moment and (edge is None or marks[-1].after(edge))
            if not stands:
                marks.append(mark)

    def refusals(self, purpose: str, item: Item) -> list[Decision]:
        """Give every answer stricter than keep that these entries have on an item or on a part of it."""
        if self.unreadable is not None:
            return [because("entry-unreadable", self.unreadable)]
        out = self._refusals(purpose, item)
        if self.parts:
            for turn, attachment in sorted(self.parts.get(item.chain()[-1], ())):
                out += self._refusals(purpose, replace(item, turn=turn, attachment=attachment))
        return out

    def _refusals(self, purpose: str, item: Item) -> list[Decision]:
        chain, restricted = item.chain(), self.restricted.get(purpose, {})
        out: list[Decision] = []
        for target in chain:
            if (erased := self.erased.get(target)) and (item.said is None or item.said[0] <= erased.moment):
                out.append(because("erased", erased.seq))
            if target in restricted:
                out.append(because("restricted", restricted[target]))
            if target in self.rectify:
                out.append(because("rectification-pending", self.rectify[target]))
        applying = self._applying(purpose, chain)
        for level, slot in applying:
            if slot.refusal is not None:
                out += _unless_lifted(level, slot.refusal, applying, item)
        return out

    def _applying(self, purpose: str, chain: list[tuple[int, str]]) -> list[tuple[int, _Slot]]:
        slots = self.slots.get(purpose, {})
        return [(target[0], slots[target]) for target in chain if target in slots]

    def consented(self, purpose: str, item: Item) -> bool:
        """Tell whether a complete consent covers an item and no refusal that applies to it came later."""
        applying = self._applying(purpose, item.chain())
        refused = [slot.refusal for _, slot in applying if slot.refusal is not None]
        return any(mark.covers(level, item) and all(mark.after(refusal) for refusal in refused)
                   for level, slot in applying for mark in slot.consents)


def _purposes(decision: Mapping[str, Any], silent: tuple[str, ...] = PURPOSES) -> tuple[str, ...]:
    named = decision.get("purposes")
    if not named:
        return silent
    if isinstance(named, str) or any(purpose not in PURPOSES for purpose in named):
        raise ValueError("an unknown purpose")
    return tuple(named)


def _complete(decision: Mapping[str, Any]) -> bool:
    """Tell whether a consent records its notice, its wording and how it was given (GDPR Art. 7(1))."""
    return all(decision.get(name) for name in ("notice", "wording", "how"))


def _clear(marks: dict[tuple[int, str], int], target: tuple[int, str]) -> None:
    if target[0] == 0:
        marks.clear()
    else:
        marks.pop(target, None)


def _unless_lifted(level: int, refusal: _Mark, applying: list[tuple[int, _Slot]], item: Item) -> list[Decision]:
    later = [(other, mark) for other, slot in applying if other >= level
             for mark in slot.permits if mark.after(refusal)]
    if any(mark.covers(other, item) for other, mark in later):
        return []
    if later:
        return [because("said-before-permission", refusal.seq, later[-1][1].seq)]
    return [because("consent-withdrawn" if refusal.kind == "withdrawal" else "objection", refusal.seq)]


class Standings:
    """Every person's folded state up to one position of the log, with accounts linked."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        """Fold entries in sequence."""
        self.states: dict[SubjectId, SubjectState] = {}
        self._linked: dict[SubjectId, set[SubjectId]] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Fold one more entry; kinds that concern no person are passed over.

        Raises:
            EvidenceError: an instrument of nobody: somebody's choice would be lost without a trace.
            ValueError: out of sequence.
        """
        if entry.kind in KINDS and entry.kind not in PERSONAL:
            return
        if not entry.subject:
            raise EvidenceError(f"the log holds {entry.kind or 'an entry'} of nobody", about=f"entry {entry.seq}",
                                remedy="Find whose it is and record it again; nothing may be released before.")
        other = self._link(entry) if entry.kind == "link" else None
        if other is None:
            self.states.setdefault(entry.subject, SubjectState()).add(entry)

    def _link(self, entry: Entry) -> SubjectId | None:
        other = entry.decision.get("with") if isinstance(entry.decision, Mapping) else None
        if not isinstance(other, str) or not other:
            return None
        group = {entry.subject, SubjectId(other)}
        for member in tuple(group):
            group |= self._linked.get(member, set())
        for member in group:
            self._linked[member] = group
        return SubjectId(other)

    def linked(self, subject: SubjectId) -> Iterator[SubjectId]:
        """Give the other accounts of the same person, by id (the order names the reason among equals)."""
        return (other for other in sorted(self._linked.get(subject, ())) if other != subject)

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


#: Kinds that are folded into the state of the person they concern.
PERSONAL = frozenset(INSTRUMENTS) | {"rectified", "link"}


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
