"""Names: people found and what is found by mistake, in made-up chats and, where the data are, in the sets kept apart.

``bench/data/chats.txt`` was written by hand for measuring; nobody in it exists, and nothing is learnt from it. With
``LICIT_BENCH_DATA`` naming the folder of the public sets, every row that was asked for is measured with all detectors on, on
what the sets' makers kept apart to tune on and on slices that were kept from learning and tuning both. ``--missed`` prints
what is missed and what is told by mistake in the chats.
"""

import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from licit.core.ports import Detector
from licit.detectors.registry import find_detectors
from training import corpora, measure
from training.corpora import Pieces

CHATS = Path(__file__).parent / "data/chats.txt"

#: What is asked for: a row's words, the number that answers it, its bound and its stretch; a bound with "<" is a ceiling.
ASKED = (
    ("French judgments, strict span micro-F1, five labels", "echr-fr strict", ".76", ".82"),
    ("French judgments, people covered in full after the sweep", "echr-fr person swept", ".96", ".98"),
    ("… other characters masked", "echr-fr masked swept", "< .06", ""),
    ("noisy English (WNUT17), people covered in full", "wnut17 person", ".75", ".85"),
    ("… all in lower case", "wnut17 lower person", ".60", ".75"),
    ("requests to a home assistant, people covered in full", "home-assistant person", ".85", ".92"),
    ("ordinary chat (SGD turns without slots), spans in 10 kB", "chat spans", "< 2", "< 1"),
    ("… characters masked", "chat masked", "< .05", ""),
)


def chats(path: Path = CHATS) -> list[tuple[str, Pieces]]:
    """Read the made-up messages: language and pieces, "PER" for a person and "?" for what may be found."""
    out = []
    for line in path.read_text(encoding="utf-8").splitlines():
        language, _, text = line.partition(" ")
        if language == "#":
            continue
        pieces: Pieces = []
        for number, part in enumerate(text.replace("\\n", "\n").replace("⟧", "⟦").split("⟦")):
            tag = "" if number % 2 == 0 else "?" if part.startswith("?|") else "PER"
            pieces.append((part.removeprefix("?|"), tag))
        out.append((language, [one for one in pieces if one[0]]))
    return out


def found_in_chats(detectors: Sequence[Detector], language: str = "", show: bool = False) -> dict[str, Any]:
    """Measure on the made-up messages: people covered in full, spans that touch nothing marked, in 10 kB of characters."""
    passages = [pieces for spoken, pieces in chats() if language in ("", spoken)]
    found = measure.look(detectors, [measure.text_of(one) for one in passages])
    false: Counter[str] = Counter()
    for pieces, spans in zip(passages, found, strict=True):
        text, gold = measure.text_of(pieces), measure.gold_of(pieces)
        for span in spans:
            if not any(span.start < end and start < span.end for start, end, _ in gold):
                false[span.label] += 1
                if show:
                    print(f"  by mistake {span.label} {span.detector}: ⟦{text[span.start:span.end]}⟧ in {text!r}")
        for start, end, sort in gold if show else ():
            if sort == "PERSON" and not all(any(s.start <= i < s.end for s in spans) for i in range(start, end) if text[i].isalnum()):
                print(f"  missed: ⟦{text[start:end]}⟧ in {text!r}")
    cover = measure.covered(passages, found)
    size = sum(len(measure.text_of(one)) for one in passages)
    return {"person": cover["whole"], "people": cover["mentions"], "masked": cover["masked"],
            "false": sum(false.values()) / size * 1e4, "labels": dict(false)}


def table(numbers: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Give the rows asked for, as Markdown: what, bound, stretch, and what each part of the data gave."""
    out = [f"| what | asked for | stretch | {' | '.join(numbers)} |", "|---|---|---|" + "---|" * len(numbers)]
    for what, key, bound, stretch in ASKED:
        got = []
        for some in numbers.values():
            value, limit = some.get(key), float(bound.lstrip("< "))
            kept = value is not None and (value <= limit if bound.startswith("<") else value >= limit)
            got.append("–" if value is None else f"{value:.3f}" if kept else f"**{value:.3f}, a miss**")
        out.append(f"| {what} | {bound} | {stretch} | {' | '.join(got)} |")
    return out


def main() -> None:
    """Print what is found in the made-up chats, and the table where the data are."""
    detectors, show = find_detectors(), "--missed" in sys.argv
    print("| made-up chats | people | covered in full | spans by mistake in 10 kB | other characters masked |\n|---|---|---|---|---|")
    for language in ("fr", "en", "es", ""):
        got = found_in_chats(detectors, language, show and not language)
        print(f"| {language or 'all'} | {got['people']} | {got['person']:.3f} | {got['false']:.1f} {got['labels'] or ''} | "
              f"{got['masked']:.4f} |")
    data = Path(os.environ.get("LICIT_BENCH_DATA", "../shared/data"))
    if not (data / "chat/sgd-dev.jsonl").exists():
        print(f"{data} is not here: the rows on public sets were not measured")
        return
    kept = corpora.load(data)
    numbers = {name: measure.report(kept, data, detectors, part, print if show else lambda _: None)
               for name, part in (("to tune on", "tune"), ("kept from both", "report"))}
    print("\n".join(table(numbers)))


if __name__ == "__main__":
    main()
