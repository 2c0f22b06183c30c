"""Equal data: writes for spaCy the texts that the bundled network learns from, varied and made up as they are for it.

Rules kept here:

- The texts come from ``training``, epoch by epoch: the same corpora and shares, the same changes of names, case and
  spelling, as many made-up chats. The slices kept apart there are kept apart here.
- What a set is silent on stays open for spaCy too: digits and words of dates where dates are not told.
- The folder's name is the digest of what is in it, so that a model is known by what it learnt from.
"""

import hashlib
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from training import epoch
from training.corpora import TAGS, Pieces, Source
from training.invent import Invention, compose
from training.vary import vary

LABELS = dict(zip(TAGS, ("PERSON", "LOCATION", "ORGANISATION", "DATE", "CASE_NUMBER"), strict=True))
_LANGUAGES = {"fr": .6, "en": .28, "es": .12}
#: Made-up texts in an epoch, as the network's own recipe has them.
_MADE = 12_000
_DATED = re.compile(r"(?i)\w*\d\w*|\b(?:" + "|".join(epoch._DATE_WORDS.split()) + r")\b")


def write(data: Path, sources: Sequence[Source], folder: Path, epochs: int) -> Path:
    """Write so many epochs into a folder named by their digest, and give it."""
    invention, written = Invention(data), []
    for number in range(epochs):
        rng = random.Random(f"peers {number}")
        lines = [json.dumps(one, ensure_ascii=False) for one in _lines(sources, invention, rng)]
        rng.shuffle(lines)
        written.append("\n".join(lines) + "\n")
    target = folder / f"texts-{hashlib.sha256(''.join(written).encode()).hexdigest()[:16]}"
    target.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(written):
        (target / f"epoch-{number}.jsonl").write_text(text, encoding="utf-8")
    return target


def _lines(sources: Sequence[Source], invention: Invention, rng: random.Random) -> Iterator[dict[str, Any]]:
    for source in sources:
        for text in epoch.texts([source], invention, rng, 0):
            yield line(text.pieces, source.language, text.tells)
    for _ in range(_MADE):
        language = rng.choices(list(_LANGUAGES), list(_LANGUAGES.values()))[0]
        pieces: Pieces = []
        for number in range(rng.choice((1, 1, 1, 2, 2, 3))):
            one = compose(invention, rng, language, named=rng.random() < .62)
            pieces += [(rng.choice((" ", ". ", "\n")), ""), *one] if number else one
        yield line(vary(pieces, rng, invention, language, chat=True), language, TAGS)


def line(pieces: Pieces, language: str, tells: Sequence[str]) -> dict[str, Any]:
    """Give a passage as spaCy's trainer reads it: its text, language and spans, "?" where nothing certain is known."""
    spans: list[tuple[int, int, str]] = []
    at = 0
    for text, tag in pieces:
        if tag:
            spans.append((at, at + len(text), LABELS.get(tag, "?")))
        elif "DATE" not in tells or "CODE" not in tells:
            spans += [(at + found.start(), at + found.end(), "?") for found in _DATED.finditer(text)]
        at += len(text)
    return {"text": "".join(text for text, _ in pieces), "language": language, "spans": spans}
