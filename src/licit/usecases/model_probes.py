"""The parts of a model's audit that hold it against rows: canaries, extraction, membership and works.

Each gives ``state`` (``found``, ``nothing-found``, ``not-run`` with ``why``) and its numbers; no text, and of rows only their ids.

Rules kept here:

- What the model says again is held against what it says of rows it never saw: what anybody could guess is no memory.
- A part that the model or the release does not allow is ``not-run``; it never counts as nothing found.

Law: MOD-02, MOD-03, MOD-05, MOD-07
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from ..core.errors import EvidenceError
from ..pipeline.audit import phrase
from ..pipeline.memorised import (
    WAYS,
    area,
    area_chance,
    area_interval,
    curve,
    exposure,
    found_at,
    interval,
    longest_run,
    members_by,
    more_often,
    rank,
    together,
    tries_needed,
)
from .model_asked import AFTER, BEFORE, Asking, not_run, same, snippets
from .model_sets import Sets

#: So many random phrases each canary is ranked among.
REFERENCES = 511

#: Below this chance a finding is none of chance; canaries are few, and each of several ways is tried.
RARE = 1e-3

#: So many held-out rows are needed before anything is said of membership.
LEAST_ROWS = 30

#: How often a text is drawn, and with what certainty at least once: the (n, p) of extraction.
TRIES, CERTAINTIES = (1, 10, 100, 1000, 10_000), (0.1, 0.5, 0.9)

ALARMS = (0.01, 0.001)
#: A row of so many words that stands in a work and in an answer counts as said again.
RUN = 50

_CHARACTERS, _WORKS, _ANSWER, _WORK_WORDS = 600, 60, 300, 6000


def canaries(asking: Asking, sets: Sets, *, references: int = REFERENCES, most: float = 0) -> dict[str, Any]:
    """Rank every canary among random phrases of its kind; ``most`` is an exposure in bits that is not to be passed (0: none set)."""
    if not sets.canaries:
        return not_run("no-canaries")
    if not asking.can("score"):
        return not_run("no-probabilities")
    draw = np.random.default_rng([sets.seed, 1])
    items: list[tuple[str, str]] = []
    for number, row in enumerate(sets.canaries):
        before, text = phrase(number, b"")[0], str(row["text"])
        if not text.startswith(before):
            raise EvidenceError("a canary is none of those that are drawn", about=str(row["canary"]), reason="file-altered")
        drawn = [phrase(number, draw.bytes(10))[1] for _ in range(references)]
        items += [(before, each) for each in (text[len(before):], *drawn)]
    sums = np.array([float(np.sum(one.logs)) for one in asking.score("canaries", items)]).reshape(len(sets.canaries), references + 1)
    places = [rank(row[0], row[1:]) for row in sums]
    groups: dict[int, list[int]] = {}
    for row, place in zip(sets.canaries, places, strict=True):
        groups.setdefault(int(row["repeats"]), []).append(place)
    told: list[dict[str, Any]] = [{"repeats": repeats, "canaries": len(mine), "exposure": [exposure(place, references + 1) for place in sorted(mine)],
             "chance": together([place / (references + 1) for place in mine])} for repeats, mine in sorted(groups.items())]
    chance = min(1.0, (len(told) + 1) * min(together([place / (references + 1) for place in places]), *(one["chance"] for one in told)))
    highest = max(max(one["exposure"]) for one in told)
    return {"state": "found" if chance < RARE or (most and highest > most) else "nothing-found", "why": "", "references": references,
            "measurable": exposure(1, references + 1), "limit": most, "highest": highest, "chance": chance, "groups": told}


def extraction(asking: Asking, sets: Sets) -> dict[str, Any]:
    """Ask for fifty tokens after fifty of each row; greedily, and by how many samples would do."""
    if not asking.can("continue"):
        return not_run("no-continuation")
    mine, theirs = (_asked(asking, rows) for rows in (sets.members, sets.twin.head(sets.members.height)))
    if not mine:
        return not_run("rows-too-short", too_short=sets.members.height)
    hits, others = sum(one["hit"] for one in mine), sum(one["hit"] for one in theirs)
    beyond = hits > 0 and (not others or more_often(hits, len(mine), others, len(theirs)) < 0.01)
    return {"state": "found" if beyond else "nothing-found", "why": "", "before": BEFORE, "after": AFTER,
            "released": _share(hits, len(mine)), "held_out": _share(others, len(theirs)) if theirs else None,
            "too_short": sets.members.height - len(mine), "by_source": _by(mine, "source"), "by_copies": _by(mine, "copies"),
            "tries": _tries(mine), "rows": [f"{one['record']}#{one['chunk']}" for one in mine if one["hit"]]}


def _asked(asking: Asking, rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Give each row that is long enough, whether it was said again, and how likely that was."""
    cut = snippets(asking.model, rows["longest"].to_list())
    found = [(row, pair) for row, pair in zip(rows.select("record", "chunk", "source", "copies").to_dicts(), cut, strict=True) if pair]
    pairs = [pair for _, pair in found]
    said = asking.go_on("extraction", [before for before, _ in pairs], tokens=AFTER + 8, wanted=[after for _, after in pairs])
    logs = [float(np.sum(one.logs)) for one in asking.score("extraction, by probability", pairs)] if asking.can("score") else [None] * len(pairs)
    return [{**row, "copies": _bucket(row["copies"]), "hit": same(text, after), "log": log}
            for (row, (_, after)), text, log in zip(found, said, logs, strict=True)]


def _bucket(copies: int) -> str:
    return "1" if copies <= 1 else "2-4" if copies < 5 else "5+"


def _share(hits: int, of: int) -> dict[str, Any]:
    low, high = interval(hits, of)
    return {"hits": hits, "of": of, "low": low, "high": high}


def _by(rows: Sequence[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    groups: dict[str, list[bool]] = {}
    for row in rows:
        groups.setdefault(str(row[name]), []).append(row["hit"])
    return [{"name": key, **_share(sum(hits), len(hits))} for key, hits in sorted(groups.items())]


def _tries(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
    """Give the rows that so many samples would draw at least once, by certainty; None where no probability is told."""
    if any(row["log"] is None for row in rows):
        return None
    return [{"certainty": p, "tries": n, **_share(sum(tries_needed(row["log"], p) <= n for row in rows), len(rows))} for p in CERTAINTIES for n in TRIES]


def membership(asking: Asking, sets: Sets, reference: Asking | None = None) -> dict[str, Any]:
    """Try to tell released rows from the twin, by each way."""
    if not asking.can("score"):
        return not_run("no-probabilities")
    if sets.why:
        return not_run(sets.why)
    texts = [[text[:_CHARACTERS] for text in rows["words"].to_list() if text.strip()] for rows in (sets.members, sets.twin)]
    if min(map(len, texts)) < LEAST_ROWS:
        return not_run("twin-too-small", released=len(texts[0]), held_out=len(texts[1]), needed=LEAST_ROWS)
    asked = [[("", text) for text in some] for some in texts]
    others = [reference.score("membership, the other model", some) if reference else None for some in asked]
    scores = [members_by(asking.score("membership", some), plain, other) for some, plain, other in zip(asked, texts, others, strict=True)]
    draw = np.random.default_rng([sets.seed, 2])
    ways = [_way(name, scores[0][name], scores[1][name], draw) for name in WAYS if name in scores[0]]
    chance = min(1.0, len(ways) * min(way["chance"] for way in ways))
    return {"state": "found" if chance < RARE else "nothing-found", "why": "", "released": len(texts[0]), "held_out": len(texts[1]),
            "chance": chance, "ways": ways, "ways_not_run": [name for name in WAYS if name not in scores[0]],
            "held_out_scores": sorted(map(float, scores[1]["loss"]))}


def _way(name: str, members: Any, others: Any, draw: np.random.Generator) -> dict[str, Any]:
    low, high = area_interval(members, others, draw)
    at = []
    for alarms in ALARMS:
        found = found_at(members, others, alarms, draw)
        at.append({"alarms": alarms, "hits": found[0], "of": len(members), "low": found[1][0], "high": found[1][1]} if found
                  else {"alarms": alarms, "hits": None, "needed": round(1 / alarms)})
    return {"way": name, "area": area(members, others), "low": low, "high": high, "chance": area_chance(members, others), "at": at,
            "curve": curve(members, others)}


def works(asking: Asking, sets: Sets, given: Iterable[str] = ()) -> dict[str, Any]:
    """Begin protected works, released by contract or exception or given, and look for their words in a row in what follows.

    ``left_out`` are those that were not begun: too short, or beyond so many of a release.
    """
    if not asking.can("continue"):
        return not_run("no-continuation")
    grounds = {source["id"]: source["ground"] for source in sets.manifest["sources"]}
    protected = [name for name, ground in grounds.items() if ground not in ("own", "public-domain")]
    rows = sets.members.filter(pl.col("source").is_in(protected))
    brought = [("given", text) for text in given]
    told = works_begun(asking, [*rows.select("source", "words").head(_WORKS).iter_rows(), *brought])
    return told if told["state"] == "not-run" else {**told, "left_out": rows.height + len(brought) - told["works"]}


def works_begun(asking: Asking, asked: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Begin each text, given with its source, and count the longest row of its own words in what follows."""
    cut = asking.model.cut([text for _, text in asked], BEFORE, AFTER)
    asked = [(source, text) for (source, text), pair in zip(asked, cut, strict=True) if pair]
    if not asked:
        return not_run("no-protected-works")
    prefixes = [pair[0] for pair in cut if pair]
    wanted = [text[len(before):][:_ANSWER] for (_, text), before in zip(asked, prefixes, strict=True)]
    said = asking.go_on("works", prefixes, tokens=_ANSWER, wanted=wanted)
    runs = [longest_run(answer.split(), text[len(before):].split()[:_WORK_WORDS]) for (_, text), before, answer in zip(asked, prefixes, said, strict=True)]
    sources = sorted({source for source, _ in asked})
    return {"state": "found" if max(runs) >= RUN else "nothing-found", "why": "", "works": len(runs), "run": RUN, "longest": max(runs),
            "with_run": _share(sum(run >= RUN for run in runs), len(runs)), "lengths": sorted(runs, reverse=True),
            "by_source": [{"name": name, "works": sum(source == name for source, _ in asked),
                           "longest": max(run for run, (source, _) in zip(runs, asked, strict=True) if source == name)} for name in sources]}
