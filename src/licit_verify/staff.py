"""Decisions of staff on single records, read again from the log: which one counts for a state, and what it lifts.

Rules kept here:

- To hold or refuse counts for every state of a record; a release for the one it names by its shard, followed through every
  rewrite, and only when it says who decided and why.
- A release lifts what it names among :data:`LIFTABLE` and what could be seen by then, never more.
- The last decision that counts decides; an answer that is unknown is a refusal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

LIFTABLE = frozenset({"third-parties", "third-party-homonym", "copy-of-refused", "minor-in-text", "shadow-library",
                      "shadow-descendant", "possible-translation"})


@dataclass(frozen=True, slots=True)
class Decided:
    """What staff decided on a state of a record: a reason against it ("" for a release), and what a release lifts.

    ``seen`` is the size of the log that was looked at, ``copied`` the refused records that the state was seen to repeat, ``kin``
    and ``kin_out`` those it may translate, as they stood or did not.
    """

    against: str
    lifts: frozenset[str] = frozenset()
    seen: int = 0
    copied: frozenset[str] = frozenset()
    kin: frozenset[str] = frozenset()
    kin_out: frozenset[str] = frozenset()

    def spares(self, reason: str, *, entry: int = -1) -> bool:
        """Tell whether it lifts a reason, one that an entry of the log gives only if that was there to be seen."""
        return reason in self.lifts and entry < self.seen


@dataclass(slots=True)
class Decisions:
    """Everything that staff decided, by record, the latest first."""

    made: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, decisions: Iterable[Any], rewrites: Iterable[Any]) -> "Decisions":
        """Read the bodies of decisions below a position, and of every rewrite in the log.

        Raises:
            ValueError: one that does not say what it is about.
        """
        out = cls()
        for body in rewrites:
            if not _text(body, "shard"):
                raise ValueError("a rewrite of no shard")
            if _text(body, "by"):
                out.origins[body["by"]] = out.origins.get(body["shard"], body["shard"])
        for body in decisions:
            if not _text(body, "record"):
                raise ValueError("a decision on no record")
            out.made.setdefault(body["record"], []).insert(0, body)
        return out

    def on(self, record: str, shard: str) -> Decided | None:
        """Give what was decided on the state of a record that lies in a shard, if anything."""
        for body in self.made.get(record, ()):
            if body.get("answer") != "release":
                return Decided("decided-hold" if body.get("answer") == "hold" else "decided-refuse")
            if _stated(body) and self._same(body["shard"], shard):
                return Decided("", LIFTABLE.intersection(body.get("reasons", ())), body["log"],
                               *(frozenset(body.get(name, ())) for name in ("copied", "kin", "kin_out")))
        return None

    def _same(self, one: str, two: str) -> bool:
        return self.origins.get(one, one) == self.origins.get(two, two)


def _stated(body: Mapping[str, Any]) -> bool:
    lists = [body.get(name, []) for name in ("reasons", "copied", "kin", "kin_out")]
    return (all(_text(body, name).strip() for name in ("by", "why", "shard"))
            and type(body.get("log")) is int and body["log"] >= 0
            and all(isinstance(some, list) and all(isinstance(item, str) for item in some) for some in lists))


def _text(body: Any, name: str) -> str:
    value = body.get(name) if isinstance(body, Mapping) else None
    return value if isinstance(value, str) else ""
