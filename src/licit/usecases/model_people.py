"""The parts of a model's audit that ask for people: what stood where licit put something else, and what a complainant said.

Rules kept here:

- Values are asked for, compared and dropped; no answer holds one, nor whose it was. People are numbers in the order given.
- A value that stands in the question is no secret, and is not asked for. What the model says of rows that it never saw is the
  measure of what can be guessed.
- A record that could not be looked at is counted, and is in no share.

Law: MOD-04, RGT-11
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..core.records import Record, from_json
from ..pipeline.memorised import interval, more_often
from .model_asked import Asking, not_run, same, snippets
from .model_probes import RARE
from .workspace import Workspace

#: So many records of each side are looked at, so many values of a label asked for, each beside so many others.
RECORDS, VALUES, DECOYS = 200, 25, 9

_BEFORE, _LEAST_BEFORE, _LEAST_VALUE, _ANSWER = 300, 20, 4, 60
#: A value this long that is said again, and never of rows held out, is a finding.
_TELLING = 6
_SNIPPETS, _TEXTS, _CHARACTERS = 40, 60, 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value of somebody, with its label and what stood before it."""

    label: str
    before: str = field(repr=False)
    value: str = field(repr=False)


def stored_records(workspace: Workspace, names: Sequence[str]) -> Iterator[tuple[str, Record]]:
    """Give records as they arrived, those that are still lawfully there."""
    shards: dict[str, list[str]] = {}
    for name, (_, shard) in workspace.catalogue.stored(list(dict.fromkeys(names))).items():
        shards.setdefault(shard, []).append(name)
    for shard, mine in shards.items():
        table = workspace.corpus.read(f"shards/{shard}.parquet", ["record", "body"])
        for row in table.to_pylist():
            if row["record"] in mine:
                yield str(row["record"]), from_json(json.loads(row["body"]))


def values_of(workspace: Workspace, records: Iterable[tuple[str, Record]]) -> tuple[list[Value], int]:
    """Give what a build would replace in some records, one of each label and record, and how many could not be looked at."""
    out: list[Value] = []
    unseen = 0
    for name, record in records:
        masked = workspace.mask(name, record)
        unseen += bool(masked.reason)
        texts = [part.text for turn in record.turns for part in turn.parts]
        labels: set[str] = set()
        for stand, words in () if masked.reason else masked.replaced:
            label = stand.strip("[]").rsplit("_", 1)[0]
            found = label not in labels and _asked_for(words, texts)
            if found:
                labels.add(label)
                out.append(Value(label=label, before=found, value=words))
    return out, unseen


def _asked_for(words: str, texts: Sequence[str]) -> str:
    """Give what stands before a value where it can be asked for, else ""."""
    for text in texts:
        at = text.find(words)
        before = text[:at][-_BEFORE:] if at > 0 else ""
        if len(before) >= _LEAST_BEFORE and sum(map(str.isalnum, words)) >= _LEAST_VALUE and words.casefold() not in before.casefold():
            return before
    return ""


def personal(asking: Asking, mine: tuple[Sequence[Value], int], theirs: tuple[Sequence[Value], int], draw: np.random.Generator) -> dict[str, Any]:
    """Ask for values of released records, by label, and for those of the twin's to compare."""
    if not asking.can("continue"):
        return not_run("no-continuation")
    if not mine[0]:
        return not_run("no-values", unseen=mine[1])
    pool: dict[str, list[str]] = {}
    for value in (*mine[0], *theirs[0]):
        pool.setdefault(value.label, []).append(value.value)
    sides = [_side(asking, _some(values), pool, draw) for values, _ in (mine, theirs)]
    labels = [{"label": label, **{name: _counts(side, label) for name, side in zip(("released", "held_out"), sides, strict=True)}}
              for label in sorted({told["label"] for told in sides[0]})]
    said = [sum(told["said"] and told["telling"] for told in side) for side in sides]
    first = [[told["first"] for told in side if told["first"] is not None] for side in sides]
    chance = more_often(sum(first[0]), len(first[0]), sum(first[1]), len(first[1]))
    beyond = said[0] > 0 and (not said[1] or more_often(said[0], len(sides[0]), said[1], len(sides[1])) < 0.01)
    return {"state": "found" if beyond or chance < RARE else "nothing-found", "why": "", "labels": labels, "decoys": DECOYS, "unseen": mine[1] + theirs[1],
            "chance": chance, "compared": bool(first[1]), "ranks_run": bool(first[0])}


def _some(values: Sequence[Value]) -> list[Value]:
    counted: dict[str, int] = {}
    out = []
    for value in values:
        counted[value.label] = counted.get(value.label, 0) + 1
        if counted[value.label] <= VALUES:
            out.append(value)
    return out


def _side(asking: Asking, values: Sequence[Value], pool: Mapping[str, Sequence[str]], draw: np.random.Generator) -> list[dict[str, Any]]:
    said = asking.go_on("personal data", [value.before for value in values], tokens=_ANSWER, wanted=["x" * 16] * len(values))
    ranks = _ranks(asking, values, pool, draw) if asking.can("score") else [None] * len(values)
    return [{"label": value.label, "said": answer.strip().casefold().startswith(value.value.strip().casefold()), "first": first,
             "telling": len(value.value) >= _TELLING} for value, answer, first in zip(values, said, ranks, strict=True)]


def _ranks(asking: Asking, values: Sequence[Value], pool: Mapping[str, Sequence[str]], draw: np.random.Generator) -> list[bool | None]:
    """Say of each value whether what stands before it makes it likelier, against itself alone, than all others of its label."""
    items: list[tuple[str, str]] = []
    sizes = []
    for value in values:
        others = sorted({other for other in pool[value.label] if other.casefold() != value.value.casefold() and other.casefold() not in value.before.casefold()})
        some = [others[at] for at in draw.permutation(len(others))[:DECOYS]] if len(others) >= DECOYS else []
        sizes.append(1 + len(some) if some else 0)
        items += [(value.before, text) for text in (value.value, *some)] if some else []
    words = list(dict.fromkeys(text for _, text in items))
    told = asking.score("personal data, alone", [("", text) for text in words])
    alone = {text: float(np.mean(one.logs)) for text, one in zip(words, told, strict=True)}
    gains = [float(np.mean(one.logs)) - alone[text] for (_, text), one in zip(items, asking.score("personal data, in place", items), strict=True)]
    out: list[bool | None] = []
    at = 0
    for size in sizes:
        out.append(gains[at] > max(gains[at + 1:at + size]) if size else None)
        at += size
    return out


def _counts(side: Sequence[Mapping[str, Any]], label: str) -> dict[str, Any]:
    mine = [told for told in side if told["label"] == label]
    ranked = [told["first"] for told in mine if told["first"] is not None]
    low, high = interval(sum(told["said"] for told in mine), len(mine))
    return {"asked": len(mine), "said": sum(told["said"] for told in mine), "low": low, "high": high, "first": sum(ranked), "ranked": len(ranked)}


def people(asking: Asking, workspace: Workspace, given: Sequence[tuple[str, Sequence[tuple[str, Record]]]], held_out: Sequence[float]) -> dict[str, Any]:
    """Ask for what each complainant said: ``given`` are (``brought`` or ``held``, records); ``held_out`` the twin's scores."""
    if not given:
        return not_run("nobody-named")
    if not asking.can("continue"):
        return not_run("no-continuation")
    told = [{"person": number, "texts_from": how, **_person(asking, workspace, records, held_out)} for number, (how, records) in enumerate(given, 1)]
    return {"state": "found" if any(one["found"] for one in told) else "nothing-found", "why": "", "people": told}


def _person(asking: Asking, workspace: Workspace, records: Sequence[tuple[str, Record]], held_out: Sequence[float]) -> dict[str, Any]:
    texts = [text for _, record in records for turn in record.turns for part in turn.parts if (text := part.text.strip())]
    texts, left_out = texts[:_TEXTS], len(texts[_TEXTS:])
    pairs = list(_cuts(asking, texts))
    said = asking.go_on("people", [before for before, _ in pairs], tokens=58, wanted=[after for _, after in pairs])
    hits = sum(same(answer, after) for answer, (_, after) in zip(said, pairs, strict=True))
    values, unseen = values_of(workspace, records)
    answers = asking.go_on("people, their data", [value.before for value in values], tokens=_ANSWER, wanted=["x" * 16] * len(values))
    own = sum(answer.strip().casefold().startswith(value.value.strip().casefold()) and len(value.value) >= _TELLING
              for answer, value in zip(answers, values, strict=True))
    chance = _likeness(asking, texts, held_out)
    low, high = interval(hits, len(pairs))
    return {"texts": len(texts), "left_out": left_out, "snippets": len(pairs), "said": hits, "low": low, "high": high, "values": len(values), "values_said": own, "unseen": unseen,
            "chance": chance, "found": bool(hits or own) or (chance is not None and chance < RARE)}


def said_of(asking: Asking, asked: str, said: str, values: Sequence[str]) -> dict[str, int]:
    """Ask for what somebody reports that a model says of them: counts of pieces and values asked for, and said again.

    ``asked`` is what it was asked, ``said`` what it said; a value is asked for after either, wherever it does not stand in it.
    """
    pairs = list(_cuts(asking, [said] if said else []))
    answers = asking.go_on("report, pieces", [before for before, _ in pairs], tokens=58, wanted=[after for _, after in pairs])
    pieces = sum(same(answer, after) for answer, (_, after) in zip(answers, pairs, strict=True))
    questions = [(question, value.casefold()) for value in values if sum(map(str.isalnum, value)) >= _LEAST_VALUE
                 for question in dict.fromkeys((asked, _before(value, said))) if question.strip() and value.casefold() not in question.casefold()]
    answers = asking.go_on("report, values", [question for question, _ in questions], tokens=_ANSWER, wanted=["x" * 16] * len(questions))
    again = sum(value in answer.casefold() for answer, (_, value) in zip(answers, questions, strict=True))
    return {"asked": len(pairs) + len(questions), "again": pieces + again, "pieces": len(pairs), "pieces_again": pieces,
            "values": len(questions), "values_again": again, "not_asked": len(values) - len({value for _, value in questions})}


def _before(value: str, said: str) -> str:
    found = re.search(re.escape(value), said, re.IGNORECASE)
    return said[:found.start()][-_BEFORE:] if found else ""


def _cuts(asking: Asking, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give (before, after) all along the texts, one behind the other, as many as are asked for of a person."""
    left = _SNIPPETS
    while texts and left > 0:
        cut = snippets(asking.model, texts)
        found = [pair for pair in cut if pair][:left]
        yield from found
        left -= len(found)
        texts = [text[len(pair[0]) + len(pair[1]):] for text, pair in zip(texts, cut, strict=True) if pair]


def _likeness(asking: Asking, texts: Sequence[str], held_out: Sequence[float]) -> float | None:
    """Give how likely some text would seem so familiar, were it like the rows held out; None where that cannot be told."""
    if not asking.can("score") or not held_out or not texts:
        return None
    scores = [float(np.mean(one.logs)) for one in asking.score("people, how familiar", [("", text[:_CHARACTERS]) for text in texts])]
    above = np.asarray(held_out)
    return min(1.0, len(scores) * min((1 + int((above >= score).sum())) / (1 + len(above)) for score in scores))
