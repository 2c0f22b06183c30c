"""Sets: what everybody is measured on, each text with its language and what is marked in it.

Rules kept here:

- Nothing here is learnt from: the slices that ``training`` keeps apart, dialogues that may not train, and numbers and keys
  drawn when the bench runs. The clinical notes are the one exception, said in their name: they were made from templates
  that both networks learnt from.
- A set is sorted by language, so that whoever works in batches of one language can.
"""

import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench import identifiers, secrets
from training.corpora import Kept, Pieces, together
from training.measure import gold_of, lowered, text_of

from .labels import NOTES, SLOTS
from .score import Case, Place

ECHR, WNUT, WNUT_LOWER, HOME, NOTES_SET, SLOTTED, CHAT, NUMBERED, BARE, KEYS, CLEAN, SPEED = (
    "ECHR-FR dev", "WNUT17 dev", "WNUT17 dev, lower case", "home-assistant, kept apart", "clinical notes (templates learnt)",
    "SGD turns with slots", "SGD turns without slots", "numbers, announced", "numbers, bare", "secrets", "no secrets", "speed")
_FRAMES = ("fr", "en", "de", "es", "ja", "ru")


def make(data: Path, kept: Sequence[Kept], *, quick: bool) -> dict[str, list[Case]]:
    """Give every set by its name; ``quick`` takes a part of each."""
    by_name = {one.learn.name: one for one in kept}
    chat = data / "chat/sgd-dev.jsonl"
    wnut, home = by_name["wnut17"].tune, by_name["home-assistant"].tune + by_name["home-assistant"].report
    slotted, plain = _dialogues(chat)
    announced, bare = _numbers(8 if quick else 40)
    keys, clean = _secrets(6 if quick else 60)
    part = 6 if quick else 1
    out = {ECHR: _cases(by_name["echr-fr"].tune[::3 if quick else 1], "fr"), WNUT: _cases(wnut[::part], "en"),
           WNUT_LOWER: _cases(lowered(wnut[::part]), "en"), HOME: _cases(home[::part], "en"),
           NOTES_SET: _notes(data)[::part * 2], SLOTTED: slotted[::part * 3], CHAT: plain[::part * 2 - 1],
           NUMBERED: announced, BARE: bare, KEYS: keys, CLEAN: clean, SPEED: _mixed(data, by_name, 60_000 if quick else 500_000)}
    return {name: sorted(cases, key=lambda case: case.language) for name, cases in out.items()}


def _cases(passages: Iterable[Pieces], language: str) -> list[Case]:
    return [Case(text=text_of(one), language=language, gold=tuple(gold_of(one))) for one in passages if text_of(one).strip()]


def _notes(data: Path) -> list[Case]:
    out = []
    for row in _rows(data / "ner/fr/eds-pseudo-generated.jsonl"):
        text, at = row["note_text"], 0
        pieces: Pieces = []
        for one in sorted(row["entities"], key=lambda one: one["start"]):
            start, end = one["start"], one["end"]
            if start >= at:
                # A few digits are a telephone's extension in a house, which leads to nobody.
                label = "?" if one["label"] == "TEL" and sum(map(str.isdigit, text[start:end])) < 8 else NOTES[one["label"]]
                pieces += [(text[at:start], ""), (text[start:end], "PER" if label == "PERSON" else label)]
                at = end
        gold: list[Place] = []
        at = 0
        for words, label in together([one for one in [*pieces, (text[at_end(pieces):], "")] if one[0]]):
            if label:
                gold.append((at, at + len(words), "PERSON" if label == "PER" else label))
            at += len(words)
        out.append(Case(text=text, language="fr", gold=tuple(gold)))
    return out


def at_end(pieces: Pieces) -> int:
    """Give how far pieces reach."""
    return sum(len(text) for text, _ in pieces)


def _dialogues(path: Path) -> tuple[list[Case], list[Case]]:
    slotted: list[Case] = []
    plain: list[Case] = []
    for row in _rows(path):
        for turn in row["messages"]:
            gold = tuple((start, end, SLOTS.get(slot, "?")) for start, end, slot in turn.get("slots", ()))
            (slotted if gold else plain).append(Case(text=turn["content"], language="en", gold=gold))
    return slotted, plain


def _numbers(each: int) -> tuple[list[Case], list[Case]]:
    """Numbers as ``bench.identifiers`` draws them, those alone that have check digits."""
    draw = random.Random(7)
    announced, bare = [], []
    for module, pattern, word in identifiers._KINDS:
        wrote = identifiers._numbers(module, pattern, draw)
        if module in ("us.ssn", "us.itin"):
            continue
        for place, number in enumerate(wrote[:each]):
            frame, language = identifiers._FRAMES[place % len(_FRAMES)], _FRAMES[place % len(_FRAMES)]
            announced.append(_marked(frame, f"{word} {number}", number, language, "NATIONAL_ID"))
            bare.append(_marked(frame, number, number, language, "NATIONAL_ID"))
    return announced, bare


def _marked(frame: str, words: str, number: str, language: str, label: str) -> Case:
    text = frame.format(words)
    start = text.rindex(number)
    return Case(text=text, language=language, gold=((start, start + len(number), label),))


def _secrets(each: int) -> tuple[list[Case], list[Case]]:
    """Keys and hard negatives as ``bench.secrets`` draws them."""
    keys = [_marked(secrets._FRAMES[place % len(secrets._FRAMES)], key, key, "en", "SECRET")
            for make_one in secrets._KEYS.values() for place, key in enumerate(make_one() for _ in range(each))]
    keys += [_marked(frames[place % len(frames)], key, key, "en", "SECRET")
             for make_one, frames in secrets._NAMED.values() for place, key in enumerate(make_one() for _ in range(each))]
    clean = [make_one() for make_one in secrets._CLEAN.values() for _ in range(each)] + list(secrets._TALK) * max(1, each // 4)
    return keys, [Case(text=text, language="en") for text in clean]


def _mixed(data: Path, kept: dict[str, Kept], size: int) -> list[Case]:
    """Real text for the clock: as many bytes of French judgments as of English dialogues, about 700 characters each."""
    sentences = [text_of(one) for one in kept["echr-fr"].learn.passages]
    french = ["\n".join(sentences[i:i + 5]) for i in range(0, len(sentences), 5)]
    english = ["\n".join(turn["content"] for turn in row["messages"]) for row in _rows(data / "chat/sgd-dev.jsonl")]
    return [Case(text=text, language=language) for language, some in (("fr", french), ("en", english))
            for text in _drawn(some, size)]


def _drawn(texts: Sequence[str], size: int) -> list[str]:
    out, total = [], 0
    for text in random.Random(3).sample(texts, len(texts)):
        if total >= size:
            break
        out.append(text)
        total += len(text.encode())
    return out


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
