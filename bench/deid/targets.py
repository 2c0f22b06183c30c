"""Targets: the one table of numbers to reach, each with what was asked, what was got, and by which command.

Rules kept here:

- What was not reached says "a miss"; what was not measured in this run says so, and never counts as reached.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import sets
from .figures import lower_cells, micro

DEID = "python -m bench deid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One number to reach; ``reached`` is None where it was not measured."""

    what: str
    asked: str
    got: str
    reached: bool | None
    command: str = DEID

    @property
    def said(self) -> str:
        """Give what was got, with a miss named as one."""
        if self.reached is None:
            return f"**not measured**{': ' + self.got if self.got else ''}"
        return self.got if self.reached else f"{self.got}: **a miss**"


def targets(out: Mapping[str, Any], beside: Mapping[str, Any]) -> list[Target]:
    """Give every row; ``beside`` holds what other benches and the command itself gave."""
    return [*_names(out), *_numbers(out, beside), *_speed(out, beside), *beside.get("rows", ())]


def _share(pair: Sequence[int]) -> float:
    return pair[0] / pair[1] if pair[1] else 0.0


def _names(out: Mapping[str, Any]) -> list[Target]:
    strict, direct = micro(out, sets.ECHR, "both") or 0.0, out["direct"]
    judged = direct["whole"] / direct["mentions"] if direct["mentions"] else 0.0
    noisy, low, home = (_share(out["covered"][name]["PERSON"]["both"]) for name in (sets.WNUT, sets.WNUT_LOWER, sets.HOME))
    chat = out["chat"]["both"]
    return [
        Target(what="French judgments (ECHR dev), strict F1 of five labels", asked="≥ .76, stretch .82", got=f"{strict:.3f}",
               reached=strict >= .76),
        Target(what="the same, people covered in full after the sweep, by labels that are replaced",
               asked="≥ .96 (stretch .98), ≤ 6 % of other characters masked",
               got=f"{judged:.3f} of {direct['mentions']}, {direct['masked']:.1%} masked", reached=judged >= .96 and direct["masked"] <= .06),
        Target(what="WNUT17 dev, people covered, as is and in lower case", asked="≥ .75 and .60, stretch .85 and .75",
               got=f"{noisy:.3f} and {low:.3f}", reached=noisy >= .75 and low >= .6),
        Target(what="home-assistant requests kept apart, people covered", asked="≥ .85, stretch .92",
               got=f"{home:.3f} of {out['covered'][sets.HOME]['PERSON']['both'][1]}", reached=home >= .85),
        Target(what="false spans in ordinary chat (SGD turns without slots), share of characters masked",
               asked="≤ 2 per 10 kB (stretch 1), ≤ 5 %", got=f"{chat['per 10 kB']:.2f} per 10 kB, {chat['masked']:.2%}",
               reached=chat["per 10 kB"] <= 2 and chat["masked"] <= .05)]


def _numbers(out: Mapping[str, Any], beside: Mapping[str, Any]) -> list[Target]:
    told, bare = (_share(out["numbers"][name]["both"]) for name in (sets.NUMBERED, sets.BARE))
    false, keys = beside["false numbers per MB"], out["secrets"]["both"]
    recall, named = _share(keys["covered"]), keys["named"]
    precision = named / (named + keys["false"]) if named else 0.0
    return [
        Target(what="numbers with check digits of 33 states in running text of six languages, announced and bare",
               asked="100 % and ≥ .98", got=f"{told:.4f} and {bare:.4f}", reached=told == 1 and bare >= .98),
        Target(what="such numbers found in dialogues and judgments, which hold none", asked="≤ 1 per MB, stretch 0",
               got=f"{false:.2f} per MB", reached=false <= 1),
        Target(what="secrets, on a generated set with hard negatives", asked="recall ≥ .98, precision ≥ .95",
               got=f"{recall:.4f} and {precision:.4f}", reached=recall >= .98 and precision >= .95)]


def _speed(out: Mapping[str, Any], beside: Mapping[str, Any]) -> list[Target]:
    rate, speed = beside["throughput"], out["speed"]
    ratio, (low, compared) = speed["both"] / speed["presidio-spacy"], lower_cells(out)
    recall = f"recall higher in {compared - len(low)} of {compared} cells" + (f" (not: {'; '.join(low)})" if low else "")
    return [
        Target(what="`licit detect`, everything on, French and English, two processes", asked="≥ 3 MB/s, stretch 5",
               got=f"{rate['whole']:.2f} MB/s with its start, {rate['without the start']:.2f} without, "
                   f"{rate['by CPU time, of two']:.2f} by twice one process's CPU time; {rate['MB']:.1f} MB, load {rate['load']:.0f}",
               reached=rate["without the start"] >= 3),
        Target(what="against Presidio + spaCy NER of equal data, same text, one thread each, CPU time", asked="≥ 30 × (stretch 60 ×)",
               got=f"{ratio:.0f} × ({speed['both']:.2f} against {speed['presidio-spacy']:.3f} MB/s)", reached=ratio >= 30),
        Target(what="recall against the same, on every shared label", asked="higher on each", got=recall, reached=not low)]
