"""Decisions of staff on single records: a pure fold that says which one counts for a state of a record, and what it lifts.

Rules kept here:

- To hold or refuse counts for every state of the record, past and to come, until somebody decides otherwise.
- A release counts only for the state it was made on: the shard it names, or what erasures of other records made of that
  shard. It names who decided and why. A release that lacks one of these counts for nothing, and what was decided before it
  stands.
- A release ends an earlier hold or refusal by staff and lifts the hold reasons it names, among :data:`LIFTABLE`; it never
  lifts what a person concerned said, what a source lacks, an age, or a check that could not run.
- It lifts what could be seen when it was made and no more: a namesake of somebody whose objection stood in the log by
  then, a copy of the records it names.
- Of the decisions that count, the last one decides; an unknown answer is a refusal.

Law: CHO-21
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: The hold reasons that a decision of staff may lift, record by record.
LIFTABLE = ("third-parties", "third-party-homonym", "copy-of-refused", "minor-in-text", "shadow-library",
            "shadow-descendant", "possible-translation")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDecision:
    """One decision: the answer, and for a release what it lifts and what was seen by whoever made it.

    ``shard`` holds the state that was judged, ``log`` is the size of the log by then, and ``copied`` names the refused
    records whose words the record was seen to repeat, ``kin`` those it may translate that stood by then and ``kin_out`` those
    that did not.
    """

    seq: int
    answer: str
    by: str
    shard: str = ""
    lifts: frozenset[str] = frozenset()
    log: int = 0
    copied: frozenset[str] = frozenset()
    kin: frozenset[str] = frozenset()
    kin_out: frozenset[str] = frozenset()


class Staff:
    """All decisions of staff, by record."""

    def __init__(self, decisions: Iterable[tuple[int, Mapping[str, Any]]] = (),
                 rewrites: Iterable[Mapping[str, Any]] = ()) -> None:
        """Fold decisions (entry number and body) in sequence, and every rewrite of a shard that the log holds.

        Raises:
            ValueError: a decision that names no record, or a rewrite that names no shard.
        """
        self._made: dict[str, list[StaffDecision]] = {}
        self._first: dict[str, str] = {}
        for body in rewrites:
            old, new = body.get("shard"), body.get("by")
            if not isinstance(old, str) or not old:
                raise ValueError("a rewrite names no shard")
            if isinstance(new, str) and new:
                self._first[new] = self._origin(old)
        for seq, body in decisions:
            record = body.get("record")
            if not isinstance(record, str) or not record:
                raise ValueError(f"entry {seq}: a decision names no record")
            if (made := _read(seq, body)) is not None:
                self._made.setdefault(record, []).append(made)

    def _origin(self, shard: str) -> str:
        return self._first.get(shard, shard)

    @property
    def records(self) -> tuple[str, ...]:
        """The records that staff decided on."""
        return tuple(self._made)

    def of(self, record: str, shard: str) -> StaffDecision | None:
        """Give the decision that counts for the state of a record that lies in a shard, or None."""
        for made in reversed(self._made.get(record, ())):
            if made.answer != "release" or self._origin(made.shard) == self._origin(shard):
                return made
        return None

    def made_on(self, record: str) -> tuple[StaffDecision, ...]:
        """Give every decision on a record that could count for one of its states, in sequence."""
        return tuple(self._made.get(record, ()))


def _read(seq: int, body: Mapping[str, Any]) -> StaffDecision | None:
    by, answer = body.get("by"), body.get("answer")
    name = by.strip() if isinstance(by, str) else ""
    if answer != "release":
        return StaffDecision(seq=seq, answer="hold" if answer == "hold" else "refuse", by=name)
    why, shard, log = body.get("why"), body.get("shard"), body.get("log")
    reasons, copied, kin, kin_out = (body.get(name, []) for name in ("reasons", "copied", "kin", "kin_out"))
    stated = name and isinstance(why, str) and why.strip() and isinstance(shard, str) and shard.strip()
    if not stated or type(log) is not int or log < 0 or not all(map(_texts, (reasons, copied, kin, kin_out))):
        return None
    return StaffDecision(seq=seq, answer="release", by=name, shard=str(shard), log=log,
                         lifts=frozenset(reasons) & frozenset(LIFTABLE), copied=frozenset(copied), kin=frozenset(kin),
                         kin_out=frozenset(kin_out))


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
