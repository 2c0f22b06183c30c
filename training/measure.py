"""Measuring: what detectors find on the slices that were kept apart, by the measures of docs/model-card.md.

Rules kept here:

- Strict means the same place and label; covered means that every character is found by some label.
- A share of masked characters stands beside every coverage, from the same run.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from licit.core.ports import Detector
from licit.core.spans import Span
from licit.detectors.registry import find_detectors
from licit.pipeline.deidentify import DIRECT, find_all, sweep_names

from .corpora import TAGS, Kept, Pieces

LABELS = dict(zip(TAGS, ("PERSON", "LOCATION", "ORGANISATION", "DATE", "CASE_NUMBER"), strict=True))
Found = Sequence[Sequence[Span]]


def text_of(pieces: Pieces) -> str:
    """Give a passage's text."""
    return "".join(text for text, _ in pieces)


def gold_of(pieces: Pieces) -> list[tuple[int, int, str]]:
    """Give a passage's mentions: start, end and label ("?" for open ones)."""
    out, at = [], 0
    for text, tag in pieces:
        if tag:
            out.append((at, at + len(text), LABELS.get(tag, "?")))
        at += len(text)
    return out


def look(detectors: Sequence[Detector], texts: Sequence[str]) -> list[tuple[Span, ...]]:
    """Find and settle; a text at which a detector fails stops the measuring."""
    found = find_all(detectors, texts, [""] * len(texts), seconds=600)
    if any(one is None for one in found):
        raise RuntimeError("a detector failed on a measured text")
    return [one for one in found if one is not None]


def strict(passages: Sequence[Pieces], found: Found, labels: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Count true, told and gold mentions per label and in all; what touches an open mention is left out."""
    out: dict[str, list[int]] = {label: [0, 0, 0] for label in (*labels, "all")}
    for pieces, spans in zip(passages, found, strict=True):
        gold = gold_of(pieces)
        open_places = [(a, b) for a, b, label in gold if label == "?"]
        wanted = {one for one in gold if one[2] in labels}
        told = {(one.start, one.end, label) for one in spans
                if (label := {"DATE_OF_BIRTH": "DATE"}.get(one.label, one.label)) in labels
                and not any(one.start < b and a < one.end for a, b in open_places)}
        for label in labels:
            counts = (sum(one[2] == label for one in told & wanted), sum(one[2] == label for one in told),
                      sum(one[2] == label for one in wanted))
            for row in (out[label], out["all"]):
                row[:] = [a + b for a, b in zip(row, counts, strict=True)]
    return {label: (row[0], row[1], row[2]) for label, row in out.items()}


def rates(true: int, told: int, gold: int) -> tuple[float, float, float]:
    """Give precision, recall and F1."""
    precision, recall = true / max(1, told), true / max(1, gold)
    return precision, recall, 2 * true / max(1, told + gold)


def covered(passages: Sequence[Pieces], found: Found, labels: Sequence[str] = (), label: str = "PERSON") -> dict[str, float]:
    """Give the share of mentions covered in full, of their characters, and of other characters masked.

    ``labels`` are those that count as masked (none: all).
    """
    whole = mentions = hit = letters = masked = others = 0
    for pieces, spans in zip(passages, found, strict=True):
        text = text_of(pieces)
        mask = bytearray(len(text))
        for one in spans:
            if not labels or one.label in labels:
                mask[one.start:one.end] = b"\1" * (one.end - one.start)
        entity = bytearray(len(text))
        for start, end, sort in gold_of(pieces):
            entity[start:end] = b"\1" * (end - start)
            if sort == label:
                real = [i for i in range(start, end) if text[i].isalnum()]
                mentions += 1
                whole += all(mask[i] for i in real)
                hit += sum(mask[i] for i in real)
                letters += len(real)
        masked += sum(1 for i in range(len(text)) if mask[i] and not entity[i])
        others += len(text) - sum(entity)
    return {"whole": whole / max(1, mentions), "letters": hit / max(1, letters), "masked": masked / max(1, others),
            "mentions": mentions}


def lowered(passages: Sequence[Pieces]) -> list[Pieces]:
    """Give passages in lower case, character by character."""
    return [[("".join(low if len(low := char.lower()) == 1 else char for char in text), tag) for text, tag in one]
            for one in passages]


def ordinary_chat(path: Path) -> list[str]:
    """Give the turns of SGD in which nothing was annotated."""
    return [turn["content"] for line in path.read_text(encoding="utf-8").splitlines()
            for turn in json.loads(line)["messages"] if not turn.get("slots")]


def chat_with_slots(path: Path) -> list[Pieces]:
    """Give the turns of SGD with places, people, firms and dates marked; everything else annotated is open."""
    sort = {"therapist_name": "PER", "stylist_name": "ORG", "dentist_name": "PER", "location": "LOC", "city": "LOC",
            "destination": "LOC", "origin": "LOC", "address": "LOC"}
    out = []
    for line in path.read_text(encoding="utf-8").splitlines():
        for turn in json.loads(line)["messages"]:
            pieces, at, text = [], 0, turn["content"]
            for start, end, slot in sorted(turn.get("slots", [])):
                if start >= at:
                    pieces += [(text[at:start], ""), (text[start:end], sort.get(slot, "?"))]
                    at = end
            if turn.get("slots"):
                out.append([one for one in [*pieces, (text[at:], "")] if one[0]])
    return out


def report(kept: Sequence[Kept], data: Path, detectors: Sequence[Detector], part: str = "tune",
           say: Callable[[str], None] = print) -> dict[str, float]:
    """Measure on every slice of one part and say so; gives the numbers that targets are set for."""
    numbers: dict[str, float] = {}
    for one in kept:
        passages: list[Pieces] = getattr(one, part)
        if not passages:
            continue
        name, labels = one.learn.name, [LABELS[tag] for tag in one.learn.tells]
        found = look(detectors, [text_of(each) for each in passages])
        counts = strict(passages, found, labels)
        swept = sweep(passages, found)
        line = " ".join(f"{label[:4]} {rates(*row)[0]:.2f}/{rates(*row)[1]:.2f}/{rates(*row)[2]:.3f}"
                        for label, row in counts.items())
        cover, cover_swept = covered(passages, found), covered(passages, swept, DIRECT)
        say(f"{name:15} {line} | PER whole {cover['whole']:.3f} letters {cover['letters']:.3f} masked {cover['masked']:.3f}"
            f" | swept, direct labels: {cover_swept['whole']:.3f} {cover_swept['letters']:.3f} {cover_swept['masked']:.3f}"
            f" ({cover['mentions']})")
        numbers[f"{name} strict"] = rates(*counts["all"])[2]
        numbers[f"{name} person"] = cover["whole"]
        numbers[f"{name} person swept"] = cover_swept["whole"]
        numbers[f"{name} masked swept"] = cover_swept["masked"]
        if one.learn.language == "en" or name == "europeana":
            low = lowered(passages)
            lower = covered(low, look(detectors, [text_of(each) for each in low]))
            say(f"{name + ' lower':15} PER whole {lower['whole']:.3f} letters {lower['letters']:.3f} masked {lower['masked']:.3f}")
            numbers[f"{name} lower person"] = lower["whole"]
    turns = ordinary_chat(data / "chat/sgd-dev.jsonl")
    found = look(detectors, turns)
    size, spans = sum(map(len, turns)), [span for one in found for span in one]
    per_label = Counter(span.label for span in spans)
    say(f"ordinary chat   {len(spans) / size * 1e4:.2f} spans per 10 kB, {sum(s.end - s.start for s in spans) / size:.4f} masked"
        f" ({dict(per_label)})")
    numbers["chat spans"] = len(spans) / size * 1e4
    numbers["chat masked"] = sum(s.end - s.start for s in spans) / size
    marked = chat_with_slots(data / "chat/sgd-dev.jsonl")
    found = look(detectors, [text_of(one) for one in marked])
    say("chat with slots " + " ".join(f"{label} {covered(marked, found, label=label)['whole']:.3f}" for label in ("PERSON", "LOCATION")))
    return numbers


def measured(kept: Sequence[Kept], data: Path) -> None:
    """Print what the shipped network finds on the slices kept apart."""
    for part in ("tune", "report"):
        sys.stdout.write(f"on the slices kept to {part}:\n")
        report(kept, data, find_detectors(), part)


def sweep(passages: Sequence[Pieces], found: Found) -> list[tuple[Span, ...]]:
    """Look again for every name found, each passage being one conversation."""
    return [sweep_names([text_of(pieces)], [tuple(spans)])[0] for pieces, spans in zip(passages, found, strict=True)]
