"""Figures: everything that was found, turned into the numbers of the tables, once, for whoever prints or keeps them."""

from collections.abc import Mapping, Sequence
from typing import Any

from licit.pipeline.deidentify import DIRECT

from . import sets
from .labels import LOOKED_FOR, NUMBERS
from .score import Case, Place, covered, f1, false_spans, places, strict

#: The columns, in order: licit's three, then the peers.
SYSTEMS = {"rules": "licit, rules", "tagger": "licit, tagger", "both": "licit, both", "presidio": "Presidio, patterns",
           "presidio-spacy": "Presidio + spaCy", "spacy": "spaCy NER alone", "datatrove": "datatrove"}
#: Presidio with every country's recognisers switched on for every text; measured where they matter alone.
PACKS = "presidio-packs"
STRICT = {sets.ECHR: ("PERSON", "LOCATION", "ORGANISATION", "DATE", "CASE_NUMBER"),
          sets.WNUT: ("PERSON", "LOCATION", "ORGANISATION"), sets.WNUT_LOWER: ("PERSON", "LOCATION", "ORGANISATION")}
COVERED = (sets.ECHR, sets.WNUT, sets.WNUT_LOWER, sets.HOME, sets.NOTES_SET, sets.SLOTTED)

Answers = Mapping[str, Mapping[str, Mapping[str, Any]]]


def figures(cases: Mapping[str, Sequence[Case]], answers: Answers) -> dict[str, Any]:
    """Give every figure by table, set, label and system."""
    found = {system: {name: [places(spans) for spans in one["spans"]] for name, one in told.items()}
             for system, told in answers.items()}
    out: dict[str, Any] = {"strict": {}, "covered": {}, "masked": {}, "sizes": {name: len(some) for name, some in cases.items()}}
    for name, labels in STRICT.items():
        out["strict"][name] = {label: {} for label in (*labels, "all")}
        for system in SYSTEMS:
            told = found[system].get(f"{name}, unswept", found[system][name])
            for label, row in strict(cases[name], told, labels).items():
                if LOOKED_FOR[system] & ({label} if label != "all" else set(labels)):
                    out["strict"][name][label][system] = row
    for name in COVERED:
        out["covered"][name], out["masked"][name] = {}, {}
        for system in SYSTEMS:
            cover, masked = covered(cases[name], found[system][name])
            out["masked"][name][system] = masked
            for label, one in cover.items():
                out["covered"][name].setdefault(label, {})[system] = (one.whole, one.mentions)
    out |= {"chat": _chat(cases, found), "numbers": _numbers(cases, found), "secrets": _secrets(cases, found),
            "direct": _direct(cases[sets.ECHR], answers["both"][sets.ECHR]["spans"])}
    out["speed"] = {system: told[sets.SPEED]["bytes"] / told[sets.SPEED]["cpu"] / 1e6 for system, told in answers.items()
                    if sets.SPEED in told}
    return out


def _chat(cases: Mapping[str, Sequence[Case]], found: Mapping[str, Mapping[str, Sequence[Sequence[Place]]]]) -> dict[str, Any]:
    out = {}
    for system, told in found.items():
        number, masked, size = false_spans(cases[sets.CHAT], told[sets.CHAT])
        of_numbers, _, _ = false_spans(cases[sets.CHAT], told[sets.CHAT], NUMBERS)
        out[system] = {"per 10 kB": 1e4 * number / size, "masked": masked, "numbers per MB": 1e6 * of_numbers / size}
    return out


def _numbers(cases: Mapping[str, Sequence[Case]], found: Mapping[str, Mapping[str, Sequence[Sequence[Place]]]]) -> dict[str, Any]:
    return {name: {system: (one.whole, one.mentions) for system, told in found.items()
                   for one in covered(cases[name], told[name])[0].values()} for name in (sets.NUMBERED, sets.BARE)}


def _secrets(cases: Mapping[str, Sequence[Case]], found: Mapping[str, Mapping[str, Sequence[Sequence[Place]]]]) -> dict[str, Any]:
    """Recall under any label; precision of what is called a secret, where a system calls anything so."""
    out = {}
    for system, told in found.items():
        if sets.KEYS not in told:
            continue
        one = covered(cases[sets.KEYS], told[sets.KEYS])[0]["SECRET"]
        named = covered(cases[sets.KEYS], told[sets.KEYS], ("SECRET",))[0]["SECRET"]
        beside = sum(not any(a < end and start < b for start, end, _ in case.gold) for case, spans
                     in zip(cases[sets.KEYS], told[sets.KEYS], strict=True) for a, b, label in spans if label == "SECRET")
        false = beside + sum(label == "SECRET" for spans in told[sets.CLEAN] for _, _, label in spans)
        out[system] = {"covered": (one.whole, one.mentions), "named": named.whole, "false": false}
    return out


def _direct(cases: Sequence[Case], spans: Sequence[Sequence[Sequence[Any]]]) -> dict[str, Any]:
    """Give what the labels that are replaced unless a plan says otherwise cover of the judgments, and mask beside it."""
    cover, masked = covered(cases, [[(one[0], one[1], one[2]) for one in some] for some in spans], DIRECT)
    one = cover["PERSON"]
    return {"whole": one.whole, "mentions": one.mentions, "masked": masked}


def lower_cells(out: Mapping[str, Any], peer: str = "presidio-spacy") -> tuple[list[str], int]:
    """Give the cells (set, label) in which licit covers no more than a peer, and how many cells are compared.

    A label is compared where the set marks at least 20 mentions.
    """
    low, compared = [], 0
    for name, labels in out["covered"].items():
        for label, row in labels.items():
            (ours, mentions), (theirs, _) = row["both"], row[peer]
            if mentions >= 20:
                compared += 1
                if ours <= theirs:
                    low.append(f"{label} on {name}: {ours / mentions:.3f} against {theirs / mentions:.3f}")
    for name, row in out["numbers"].items():
        (ours, mentions), (theirs, _) = row["both"], row[peer]
        compared += 1
        if ours <= theirs:
            low.append(f"{name}: {ours / mentions:.3f} against {theirs / mentions:.3f}")
    return low, compared


def micro(out: Mapping[str, Any], name: str, system: str) -> float | None:
    """Give strict F1 over all labels of a set."""
    row = out["strict"][name]["all"].get(system)
    return f1(row) if row else None
