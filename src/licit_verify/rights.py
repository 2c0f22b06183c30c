"""Each person's choices, asked anew: their entries are kept as a list and every question looks through it.

The product folds entries into a state as they come; here nothing is folded. A question gathers the entries whose target
covers what is asked, and weighs them by their place in the log and their day of receipt. Slower, and another way to the
same answers.

Rules kept here:

- A refusal stands unless a permission of the same or a narrower target was recorded after it and not received before it;
  of everything or a project, such a permission covers what was said since its receipt, of a record or less all of it.
- A complete consent permits as well; only one that no applying refusal follows makes up for a basis of consent.
- Erasure, restriction and rectification hold for every part; refusals of linked accounts count, permissions do not.
- What cannot be read refuses everything of its person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .policy import PURPOSES, Policy, Said

REFUSALS = ("objection", "withdrawal")
INSTRUMENTS = (*REFUSALS, "consent", "permission", "restriction", "lifting", "erasure", "rectification", "rectified",
               "access", "portability")
RESTRICTING = frozenset({"objection", "withdrawal", "restriction", "erasure", "rectification",
                         "third-party-objection", "link", "signal", "unlawful"})
OTHER_KINDS = frozenset({
    "subject", "third-party-objection", "policy", "source", "contract", "approval", "signal", "decision", "reading", "step",
    "staff-key", "legal-hold", "delivery", "breach", "arrival", "rewrite", "compaction", "release-closed", "release-withdrawn", "recipient", "run", "model", "model-audit", "model-claim", "key",
    "backup", "loss", "interface", "canary", "law", "retention", "unlawful", "directive", "death", "model-report", "work-complaint"})

REFUSING = frozenset({"objection", "consent-withdrawn", "said-before-permission", "erased", "entry-unreadable",
                      "third-party-objection"})

_LEVELS = ("everything", "project", "record", "turn", "attachment")
_WHOLE_RECORD = 2

Target = tuple[str, ...]  # (), ("project", P), (R,), (R, T), (R, T, A)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log; ``decision`` is None when it cannot be read."""

    seq: int
    kind: str
    subject: str
    received_at: datetime
    decision: Any
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A turn, record or attachment that is asked about, and when it was said."""

    record: str
    project: str = ""
    turn: str = ""
    attachment: str = ""
    said: Said = None

    def targets(self) -> list[tuple[int, Target]]:
        """Give the targets that cover it, with their levels, widest first."""
        out: list[tuple[int, Target]] = [(0, ())]
        if self.project:
            out.append((1, ("project", self.project)))
        parts = [self.record] + ([self.turn] if self.turn else [])
        parts += [self.attachment] if self.turn and self.attachment else []
        return out + [(_WHOLE_RECORD + depth, tuple(parts[:depth + 1])) for depth in range(len(parts))]


@dataclass(frozen=True, slots=True)
class _Choice:
    """One readable entry about a person: what it does, to what, for which purposes, and when."""

    seq: int
    kind: str
    moment: datetime
    purposes: frozenset[str]
    level: int
    target: Target

    def follows(self, refusals: Sequence["_Choice"]) -> bool:
        return self.seq > refusals[-1].seq and self.moment >= max(refusal.moment for refusal in refusals)

    def reaches(self, said: Said) -> bool:
        return self.level >= _WHOLE_RECORD or (said is not None and self.moment <= said[0])


def _read(entry: Entry) -> _Choice | None:
    """Read an entry; None when it does nothing.

    Raises:
        ValueError: it cannot be read.
    """
    body = entry.decision
    if not isinstance(body, Mapping) or entry.kind not in INSTRUMENTS or entry.received_at.tzinfo is None:
        raise ValueError("unreadable")
    level, target = _target(body.get("target"))
    purposes = frozenset(PURPOSES)
    if entry.kind in ("objection", "withdrawal", "restriction", "lifting", "consent", "permission"):
        named = body.get("purposes")
        if named and (isinstance(named, str) or not isinstance(named, Sequence | Mapping)
                      or any(purpose not in PURPOSES for purpose in named)):
            raise ValueError("unreadable")
        if named:
            purposes = frozenset(named)
        elif entry.kind in ("consent", "permission"):
            return None
    if entry.kind in ("access", "portability"):
        return None
    if entry.kind == "consent" and not all(body.get(name) for name in ("notice", "wording", "how")):
        return None
    return _Choice(entry.seq, entry.kind, entry.received_at, purposes, level, target)


def _target(value: Any) -> tuple[int, Target]:
    if value is None:
        return 0, ()
    if not isinstance(value, Mapping) or value.get("level") not in _LEVELS:
        raise ValueError("unreadable")
    level = _LEVELS.index(value["level"])
    if level == 0:
        return 0, ()
    names = ("project",) if level == 1 else ("record", "turn", "attachment")[:level - 1]
    ids = [part for name in names if isinstance(part := value.get(name), str) and part]
    if len(ids) != len(names):
        raise ValueError("unreadable")
    return level, ("project", *ids) if level == 1 else tuple(ids)


class Person:
    """One account's choices, in the order of the log."""

    def __init__(self) -> None:
        self.readable = True
        self.choices: list[_Choice] = []

    def add(self, entry: Entry) -> None:
        """Take one more entry."""
        try:
            choice = _read(entry)
        except ValueError:
            self.readable = False
            return
        if choice is not None:
            self.choices.append(choice)

    def refusals(self, purpose: str, item: Item) -> list[str]:
        """Give every reason against an item, its parts included."""
        if not self.readable:
            return ["entry-unreadable"]
        out = self._against(purpose, item)
        for part in self._parts(item):
            out += self._against(purpose, part)
        return out

    def _parts(self, item: Item) -> list[Item]:
        """Give the parts of an item that some restricting choice names; a part is asked about like the item itself."""
        here = item.targets()[-1][1]
        parts = {choice.target for choice in self.choices if choice.kind in RESTRICTING and choice.level > _WHOLE_RECORD
                 and len(choice.target) > len(here) and choice.target[:len(here)] == here}
        named = [(*target, "")[:3] for target in sorted(parts)] if not item.attachment else []
        return [replace(item, turn=part[1], attachment=part[2]) for part in named]

    def _against(self, purpose: str, item: Item) -> list[str]:
        out = []
        for level, target in item.targets():
            own = [choice for choice in self.choices if choice.target == target and choice.level == level]
            if any(c.kind == "erasure" and (item.said is None or item.said[0] <= c.moment) for c in own):
                out.append("erased")
            if self._pending(own, "restriction", "lifting", purpose):
                out.append("restricted")
            if self._pending(own, "rectification", "rectified", purpose):
                out.append("rectification-pending")
        for level, refusals in self._refused(purpose, item):
            out += self._unless_permitted(purpose, item, level, refusals)
        return out

    def _pending(self, own: list[_Choice], opens: str, ends: str, purpose: str) -> bool:
        last = max((choice.seq for choice in own if choice.kind == opens and purpose in choice.purposes), default=-1)
        ended = (choice for choice in self.choices if choice.kind == ends and purpose in choice.purposes
                 and (choice.level == 0 or (own and choice.target == own[0].target)))
        return last >= 0 and all(choice.seq < last for choice in ended)

    def _refused(self, purpose: str, item: Item) -> list[tuple[int, list[_Choice]]]:
        out = []
        for level, target in item.targets():
            found = [c for c in self.choices
                     if c.kind in REFUSALS and c.level == level and c.target == target and purpose in c.purposes]
            if found:
                out.append((level, found))
        return out

    def _permissions(self, purpose: str, item: Item, kinds: tuple[str, ...]) -> list[_Choice]:
        """Give the permissions that cover an item and that no later refusal of their own target ended."""
        covering = set(item.targets())
        ended = {(level, refusals[0].target): refusals[-1].seq for level, refusals in self._refused(purpose, item)}
        return [c for c in self.choices if c.kind in kinds and purpose in c.purposes
                and (c.level, c.target) in covering and c.seq > ended.get((c.level, c.target), -1)]

    def _unless_permitted(self, purpose: str, item: Item, level: int, refusals: list[_Choice]) -> list[str]:
        later = [c for c in self._permissions(purpose, item, ("permission", "consent"))
                 if c.level >= level and c.follows(refusals)]
        if any(choice.reaches(item.said) for choice in later):
            return []
        if later:
            return ["said-before-permission"]
        return ["consent-withdrawn" if refusals[-1].kind == "withdrawal" else "objection"]

    def consented(self, purpose: str, item: Item) -> bool:
        """Tell whether a complete consent covers an item and every refusal that applies came before it."""
        refused = [refusals for _, refusals in self._refused(purpose, item)]
        return any(choice.reaches(item.said) and all(choice.follows(refusals) for refusals in refused)
                   for choice in self._permissions(purpose, item, ("consent",)))


class People:
    """Everybody's choices, accounts of one person linked."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Sort entries by person.

        Raises:
            ValueError: a choice of nobody, which can be honoured by nobody.
        """
        self._people: dict[str, Person] = {}
        self._leader: dict[str, str] = {}
        self._groups: dict[str, set[str]] = {}
        for entry in entries:
            if entry.kind in OTHER_KINDS:
                continue
            if not entry.subject:
                raise ValueError(f"entry {entry.seq} is of nobody")
            other = entry.decision.get("with") if entry.kind == "link" and isinstance(entry.decision, Mapping) else None
            if isinstance(other, str) and other:
                self._join(entry.subject, other)
            else:
                self._people.setdefault(entry.subject, Person()).add(entry)

    def _join(self, one: str, two: str) -> None:
        first, second = self._leader.get(one, one), self._leader.get(two, two)
        group = self._groups.pop(first, {first}) | self._groups.pop(second, {second})
        self._groups[first] = group
        self._leader.update(dict.fromkeys(group, first))

    def accounts(self, subject: str) -> set[str]:
        """Give all accounts of the person who has one, itself included."""
        return self._groups.get(self._leader.get(subject, ""), set()) | {subject}

    def known(self) -> set[str]:
        """Give everybody about whom the log says anything."""
        return set(self._people) | set(self._leader)

    def standing(self, policy: Policy, subject: str, purpose: str, item: Item, as_of: datetime) -> str:
        """Give the strictest reason against using one person's item, or ""."""
        if not subject:
            return "subject-unknown"
        if item.said is not None and item.said[1] < item.said[0]:
            item = replace(item, said=None)
        own = self._people.get(subject)
        accounts = sorted(self._groups.get(self._leader.get(subject, ""), set()) - {subject})
        reasons = own.refusals(purpose, item) if own else []
        reasons += [reason for account in accounts if account in self._people
                    for reason in self._people[account].refusals(purpose, item)]
        if reasons:
            return next((reason for reason in reasons if reason in REFUSING), reasons[0])
        consented = own is not None and own.consented(purpose, item)
        return policy.silence(purpose, item.said, as_of, consented=consented)
