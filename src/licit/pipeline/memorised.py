"""What a model kept of its training set, as numbers with their bounds: exposure, extraction, membership, and tests of a split.

Rules kept here:

- Every share has a Clopper-Pearson interval, which covers the truth at least as often as it says; every area one by resampling,
  and where nothing overlaps by as many pairs as there are apart. A rate at few false alarms counts the drawing of both sides.
- A rate at few false alarms is told only where so many held-out rows can show it; else it is None, and never nothing.
- Nothing draws: whoever resamples gives the generator.

Law: MOD-02, MOD-03, MOD-05
"""

import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.models import Scored

Floats = npt.NDArray[np.float64]

#: The share of least likely tokens that Min-K % looks at.
LEAST_LIKELY = 0.2

#: Ways of telling members from others, in the order in which they are told.
WAYS = ("loss", "zlib", "min-k", "min-k++", "reference")


def rank(own: float, others: Any) -> int:
    """Give the place of a canary among references, 1 the likeliest; one as likely as it stands before it."""
    return 1 + int(np.count_nonzero(np.asarray(others) >= own))


def exposure(place: int, among: int) -> float:
    """Give the exposure in bits of a canary by its rank among so many phrases, itself included: log2 |R| - log2 rank."""
    return math.log2(among) - math.log2(place)


def together(chances: Sequence[float]) -> float:
    """Give by Fisher's method the chance that independent tests of nothing come out as small as these."""
    half = -sum(map(math.log, chances))
    term = total = math.exp(-half)
    for step in range(1, len(chances)):
        term *= half / step
        total += term
    return min(1.0, total)


def tries_needed(logarithm: float, certainty: float) -> float:
    """Give how many samples draw a text of that probability (natural logarithm) at least once, with a certainty below 1."""
    chance = math.exp(min(logarithm, 0.0))
    if chance >= 1:
        return 1
    return math.inf if chance == 0 else max(1.0, math.log1p(-certainty) / math.log1p(-chance))


def _tail(hits: int, of: int, chance: float) -> float:
    """Give the chance of at least so many hits."""
    if hits <= 0 or chance >= 1:
        return 1.0
    if chance <= 0:
        return 0.0
    some = np.arange(hits, of + 1)
    logs = _choose(of)[some] + some * math.log(chance) + (of - some) * math.log1p(-chance)
    return float(min(1.0, np.exp(logs - logs.max()).sum() * math.exp(logs.max())))


def _choose(of: int) -> Floats:
    """Give the logarithms of the numbers of ways to choose 0 … ``of``."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, of + 1)))])
    return np.asarray(logs[-1] - logs - logs[::-1])


def chance_of(hits: int, of: int, by_chance: float) -> float:
    """Give how likely at least so many hits are where each is one by that chance."""
    return _tail(hits, of, by_chance)


def interval(hits: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """Give the Clopper-Pearson interval of a share; of nothing, nothing is known."""
    if not of:
        return 0.0, 1.0
    miss = (1 - level) / 2

    def solve(wanted: int, target: float) -> float:
        low, high = 0.0, 1.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if _tail(wanted, of, middle) < target else (low, middle)
        return (low + high) / 2
    return solve(hits, miss) if hits else 0.0, solve(hits + 1, 1 - miss) if hits < of else 1.0


def more_often(hits: int, of: int, other: int, other_of: int) -> float:
    """Give by Fisher's exact test the chance of so many more hits on the first side, were both sides alike."""
    if not of or not other_of:
        return 1.0
    whole = hits + other
    some = np.arange(max(hits, whole - other_of), min(whole, of) + 1)
    logs = _choose(of)[some] + _choose(other_of)[whole - some] - _choose(of + other_of)[whole]
    return float(min(1.0, np.exp(logs).sum()))


def members_by(scored: Sequence[Scored], texts: Sequence[str], others: Sequence[Scored] | None = None) -> dict[str, Floats]:
    """Give each text's score by each way, more for a likelier member; ``others`` are what a reference model says of the texts."""
    logs = [np.asarray(one.logs, dtype=np.float64) for one in scored]
    sums = np.array([one.sum() for one in logs])
    sizes = np.array([max(len(text), 1) for text in texts])
    out = {"loss": np.array([one.mean() for one in logs]), "zlib": sums / [len(zlib.compress(text.encode())) for text in texts],
           "min-k": np.array([_least(one) for one in logs])}
    if all(one.means is not None for one in scored):
        out["min-k++"] = np.array([_least((log - np.asarray(one.means)) / np.sqrt(np.asarray(one.variances) + 1e-6))
                                   for log, one in zip(logs, scored, strict=True)])
    if others is not None:
        out["reference"] = (sums - [float(np.sum(one.logs)) for one in others]) / sizes
    return out


def _least(values: Floats) -> float:
    number = max(1, int(len(values) * LEAST_LIKELY))
    return float(np.partition(values, number - 1)[:number].mean())


def area(members: Floats, others: Floats) -> float:
    """Give the area under the curve: how often a member scores above another, ties counting half."""
    order = np.sort(others)
    below, upto = np.searchsorted(order, members, "left"), np.searchsorted(order, members, "right")
    return float((below + upto).sum() / (2 * len(members) * len(others)))


def area_chance(members: Floats, others: Floats) -> float:
    """Give how likely an area at least as large is, were members and others alike (Mann-Whitney, normal, ties counted)."""
    m, n = len(members), len(others)
    _, ties = np.unique(np.concatenate([members, others]), return_counts=True)
    whole = m + n
    spread = math.sqrt(m * n / 12 * (whole + 1 - float((ties ** 3.0 - ties).sum()) / (whole * (whole - 1))))
    return 1.0 if not spread else 0.5 * math.erfc((area(members, others) * m * n - m * n / 2 - 0.5) / spread / math.sqrt(2))


def area_interval(members: Floats, others: Floats, draw: np.random.Generator, *, times: int = 1000, level: float = 0.95) -> tuple[float, float]:
    """Give an interval of the area by drawing both sides again, with replacement."""
    better = (members[:, None] > others[None, :]) + 0.5 * (members[:, None] == others[None, :])
    mine = draw.multinomial(len(members), np.full(len(members), 1 / len(members)), size=times)
    theirs = draw.multinomial(len(others), np.full(len(others), 1 / len(others)), size=times)
    areas = ((mine @ better) * theirs).sum(axis=1) / (len(members) * len(others))
    miss = (1 - level) / 2
    low, high = (float(bound) for bound in np.quantile(areas, [miss, 1 - miss]))
    # Drawn again, sides that nothing joins stay so each time. That so many pairs without a row in common all fall alike bounds it.
    apart_by, found = miss ** (1 / min(len(members), len(others))), area(members, others)
    return min(low, apart_by if found >= 1 else 1.0), max(high, 1 - apart_by if found <= 0 else 0.0)


def found_at(members: Floats, others: Floats, alarms: float, draw: np.random.Generator, *, times: int = 1000) -> tuple[int, tuple[float, float]] | None:
    """Give how many members score above all but a share of the others, and a 95 % interval of that rate.

    The limit itself comes of few rows: the interval is that of both sides drawn again, and never narrower than the rate's alone.
    None where so few others cannot show so small a share.
    """
    allowed = int(len(others) * alarms + 1e-9)
    if allowed < 1:
        return None
    top, mine = np.sort(others)[::-1], np.sort(members)
    counts = draw.multinomial(len(others), np.full(len(others), 1 / len(others)), size=times)
    limits = top[(np.cumsum(counts, axis=1) > allowed).argmax(axis=1)]
    rates = 1 - np.searchsorted(mine, limits, "right") / len(mine)
    low, high = np.quantile(draw.binomial(len(mine), rates) / len(mine), [0.025, 0.975])
    hits = int(np.count_nonzero(members > top[allowed]))
    alone = interval(hits, len(members))
    return hits, (min(alone[0], float(low)), max(alone[1], float(high)))


def curve(members: Floats, others: Floats, points: int = 60) -> list[tuple[float, float]]:
    """Give (share of others, share of members) above falling limits, from nothing to all, for a picture."""
    limits = np.unique(np.concatenate([members, others]))[::-1]
    some = limits[np.linspace(0, len(limits) - 1, min(points, len(limits))).astype(int)]
    mine, theirs = np.sort(members), np.sort(others)
    return [(0.0, 0.0), *((1 - float(np.searchsorted(theirs, at, "left")) / len(theirs), 1 - float(np.searchsorted(mine, at, "left")) / len(mine))
                          for at in some)]


def apart(one: Any, other: Any) -> float:
    """Give how likely two samples of numbers lie so far apart, were they drawn alike (Kolmogorov-Smirnov)."""
    first, second = np.sort(np.asarray(one, dtype=np.float64)), np.sort(np.asarray(other, dtype=np.float64))
    if not len(first) or not len(second):
        return 1.0
    at = np.concatenate([first, second])
    gap = np.abs(np.searchsorted(first, at, "right") / len(first) - np.searchsorted(second, at, "right") / len(second)).max()
    size = math.sqrt(len(first) * len(second) / (len(first) + len(second)))
    reach = (size + 0.12 + 0.11 / size) * float(gap)
    if reach < 0.2:
        return 1.0
    return float(min(1.0, max(0.0, 2 * sum((-1) ** (step - 1) * math.exp(-2 * (step * reach) ** 2) for step in range(1, 101)))))


def counts_apart(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Give how likely the most uneven kind is so uneven between two counts by kind, were they drawn alike (Bonferroni)."""
    mine, theirs, kinds = sum(one.values()), sum(other.values()), {*one, *other}
    least = min((more_often(a.get(kind, 0), of, b.get(kind, 0), total)
                 for kind in kinds for a, of, b, total in ((one, mine, other, theirs), (other, theirs, one, mine))), default=1.0)
    return min(1.0, 2 * len(kinds) * least)


def longest_run(one: Sequence[str], other: Sequence[str]) -> int:
    """Give the length of the longest row of words that stands in both."""
    number = {word: at for at, word in enumerate(dict.fromkeys([*one, *other]))}
    first, second = (np.array([number[word] for word in words], dtype=np.int64) for words in (one, other))
    before, longest = np.zeros(len(second) + 1, dtype=np.int64), 0
    for word in first:
        now = np.zeros_like(before)
        now[1:] = np.where(second == word, before[:-1] + 1, 0)
        longest, before = max(longest, int(now.max(initial=0))), now
    return longest
