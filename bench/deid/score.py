"""Scores: what a system's spans are worth on a set, by rules that are the same for everybody.

Rules kept here:

- Strict means the same place and label; what touches a mention that the set leaves open counts neither way.
- Covered means that every letter and digit of a mention lies in some span, whatever its label; the share of all other
  characters that are masked stands beside it, from the same spans.
- Spans that overlap are one finding where findings are counted, so that nobody is charged twice for one place.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from .labels import counts_as, ours

Place = tuple[int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One text of a set, its language, and what is marked in it ("?" where nothing certain is known)."""

    text: str = field(repr=False)
    language: str
    gold: tuple[Place, ...] = field(default=(), repr=False)


@dataclass(slots=True, kw_only=True)
class Covered:
    """How many mentions of a label there are, how many are covered in full."""

    mentions: int = 0
    whole: int = 0

    @property
    def share(self) -> float | None:
        """Give the share covered; of no mention there is none."""
        return self.whole / self.mentions if self.mentions else None


def places(spans: Iterable[Sequence[object]]) -> list[Place]:
    """Give spans of any system under licit's labels."""
    return [(int(start), int(end), counts_as(ours(str(name)))) for start, end, name, *_ in spans]  # type: ignore[call-overload]


def strict(cases: Sequence[Case], found: Sequence[Sequence[Place]], labels: Collection[str]) -> dict[str, tuple[int, int, int]]:
    """Count (right, told, marked) mentions for each label, and for ``all``."""
    out = {label: [0, 0, 0] for label in (*labels, "all")}
    for case, spans in zip(cases, found, strict=True):
        opened = [(a, b) for a, b, label in case.gold if label == "?"]
        gold = {one for one in case.gold if one[2] in labels}
        told = {one for one in spans if one[2] in labels and not any(one[0] < b and a < one[1] for a, b in opened)}
        for kind, some in enumerate((told & gold, told, gold)):
            for _, _, label in some:
                out[label][kind] += 1
                out["all"][kind] += 1
    return {label: (row[0], row[1], row[2]) for label, row in out.items()}


def f1(row: tuple[int, int, int]) -> float | None:
    """Give F1 of (right, told, marked); of nothing there is none."""
    right, told, marked = row
    return 2 * right / (told + marked) if told + marked else None


def covered(cases: Sequence[Case], found: Sequence[Sequence[Place]], labels: Collection[str] = ()
            ) -> tuple[dict[str, Covered], float]:
    """Give for each marked label what is covered, and the share of all other characters that are masked.

    ``labels`` are those that mask (none: all).
    """
    out: dict[str, Covered] = {}
    masked = others = 0
    for case, spans in zip(cases, found, strict=True):
        mask = bytearray(len(case.text))
        for start, end, label in spans:
            if not labels or label in labels:
                mask[start:end] = b"\1" * (min(end, len(mask)) - start)
        outside = bytearray(b"\1") * len(case.text)
        for start, end, label in case.gold:
            outside[start:end] = bytes(end - start)
            if label != "?":
                one = out.setdefault(label, Covered())
                one.mentions += 1
                one.whole += all(mask[i] for i in range(start, end) if case.text[i].isalnum())
        masked += sum(a & b for a, b in zip(mask, outside, strict=True))
        others += sum(outside)
    return out, masked / max(1, others)


def runs(spans: Sequence[Place]) -> int:
    """Count findings; those that overlap are one."""
    number, reached = 0, -1
    for start, end, _ in sorted(spans):
        number += start >= reached
        reached = max(reached, end)
    return number


def false_spans(cases: Sequence[Case], found: Sequence[Sequence[Place]], labels: Collection[str] = ()) -> tuple[int, float, int]:
    """Give findings in texts that hold nothing, for each 10 kB, the share of characters masked, and the bytes."""
    kept = [[one for one in spans if not labels or one[2] in labels] for spans in found]
    size = sum(len(case.text.encode()) for case in cases)
    _, masked = covered([Case(text=case.text, language=case.language) for case in cases], kept)
    return sum(map(runs, kept)), masked, size
