"""Surrogates: that none is somebody who is there, that twice is once, that no verdict hangs on the key, and how fast it is.

With lists of real names (``names/*.csv`` in the folder LICIT_BENCH_DATA, else ``../shared/data``) people are called by
those; without them by names made here, and this is said.
"""

import csv
import json
import os
import random
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.detect import texts
from licit.core.ports import Detector
from licit.core.spans import LABELS
from licit.detectors.registry import find_detectors
from licit.pipeline.deidentify import DIRECT, REPLACEMENTS, DeidentifySettings, replace_all
from licit.pipeline.invented import OWN
from licit.pipeline.surrogates import Surrogates
from licit.pipeline.sweep import TITLES, fold, is_between
from licit.usecases.text import Replacing, deidentify_lines, detect_lines

_KEY = b"k" * 32
_WANTED = 1_000_000
_RECORDS = 10_000
_BATCH = 256
_WORD = re.compile(r"[^\W\d_]+")
_draw = random.Random(41)

_SAID = (
    "Bonjour, je m'appelle {name}, j'habite {number} rue des Lilas, 75011 Paris.", "moi c'est {first} mdr", "Mon collègue {name} arrive le {day}.",
    "Écris à {mail} ou appelle le 06 39 98 {number} {number}.", "Mme {last} a signé, {first} aussi.", "My name is {name}, born on {birth}.",
    "Regards,\n{name}", "IBAN FR76 3000 6000 0112 3456 7890 189", "né le {birth} à Lyon", "my card 4111 1111 1111 1111", "suis-moi @{handle}",
    "{{\"to\": \"{mail}\", \"who\": \"{name}\"}}", "| nom | tel |\n|---|---|\n| {name} | 01 99 00 {number} {number} |", "le serveur 203.0.113.{number} répond",
    "Peux-tu trier 1200 nombres en moins de 50 ms ?", "What is the difference between a list and a tuple?", "Les résultats de 2023 montrent une hausse de 12,5 %.",
    "dossier n° 44719{number}B de {last}", "{LAST} {first} est là", "mdp: Tr0ub4dor&{number}", "elle a {number} ans, {first} aussi")


def _listed() -> tuple[list[str], list[str], frozenset[str]]:
    """Give first names, last names, and every word of every list."""
    folder = Path(os.environ.get("LICIT_BENCH_DATA", "../shared/data")) / "names"
    files = [folder / "insee-first-names.csv", folder / "insee-surnames.csv"]
    if not all(file.exists() for file in files):
        print("no lists of real names here: people get names made here")
        made = [a + b for a in ("Cam", "Al", "Rob", "Sach", "No", "Lou", "Max", "Ti", "Ber", "Oli") for b in ("ille", "ex", "in", "a", "ime", "vier", "on")]
        return made, [f"{one}son" for one in made], frozenset(map(fold, made))
    words = frozenset(fold(word) for file in folder.glob("*.csv") for word in _WORD.findall(file.read_text(encoding="utf-8")))
    first, last = ([row[0].title() for row in csv.reader(file.open(encoding="utf-8")) if row[0].isalpha()][:20_000] for file in files)
    return first, last, words


def _collisions(first: Sequence[str], last: Sequence[str], listed: frozenset[str]) -> None:
    """Draw a million surrogates in records where invented words are the names of people too, and compare."""
    own = sorted(OWN)
    drawn = same = named = unmade = 0
    begun = time.process_time()
    for record in range(_WANTED):
        names = [f"{_draw.choice(first)} {_draw.choice(last)}" for _ in range(_draw.randint(1, 40))]
        texts = [*names, *(f"avec {word.capitalize()}" for word in _draw.sample(own, 8))]
        there = {fold(word) for text in texts for word in _WORD.findall(text)}
        surrogates = Surrogates(_KEY, str(record), texts)
        surrogates.know(names)
        for name in names:
            new = surrogates.of("PERSON", name)
            words = {word for word in map(fold, _WORD.findall(new or "")) if len(word) > 1 and word not in TITLES and not is_between(word)}
            drawn, same, named, unmade = drawn + 1, same + bool(words & there), named + bool(words & listed), unmade + (new is None)
        if drawn >= _WANTED:
            break
    took = time.process_time() - begun
    print(f"surrogates drawn                      {drawn:,} in {took:.0f} s; without one {unmade}")
    print(f"that stand in their own record        {same}   (asked 0)")
    print(f"that are a name of any list           {named}   (asked 0; {len(listed & OWN)} of {len(OWN)} invented words are listed)", flush=True)


def _records(first: Sequence[str], last: Sequence[str]) -> list[tuple[int, bytes]]:
    """Make up records of one to four messages that hold the same few people in several spellings."""
    out = []
    for number in range(1, _RECORDS + 1):
        people = [(_draw.choice(first), _draw.choice(last)) for _ in range(2)]
        said = []
        for _ in range(_draw.randint(1, 4)):
            one, two = _draw.choice(people)
            plain = re.sub("[^a-z]", "", fold(two)) or "x"
            said.append(" ".join(_draw.choice(_SAID).format(
                name=f"{one} {two}", first=one, last=two, LAST=two.upper(), number=_draw.randrange(10, 99), mail=f"{fold(one)[0]}.{plain}@example.com",
                handle=f"{fold(one)}_{plain}", day=f"{_draw.randrange(1, 28)} mars {_draw.randrange(1990, 2026)}",
                birth=f"{_draw.randrange(1, 28):02}/{_draw.randrange(1, 13):02}/{_draw.randrange(1930, 2010)}") for _ in range(_draw.randint(1, 4))))
        out.append((number, json.dumps({"id": number, "messages": [{"role": "user", "content": text} for text in said]}, ensure_ascii=False).encode()))
    return out


def _run(work: Callable[[Sequence[tuple[int, bytes]]], tuple[bytes, ...]], lines: Sequence[tuple[int, bytes]]) -> tuple[float, list[tuple[int, bytes]]]:
    begun, out = time.process_time(), list[bytes]()
    for start in range(0, len(lines), _BATCH):
        out += work(lines[start:start + _BATCH])
    return time.process_time() - begun, [(number, line) for (number, _), line in zip(lines, out, strict=True)]


def _twice(lines: Sequence[tuple[int, bytes]], detectors: Sequence[Detector]) -> None:
    """Replace, replace the result again, and compare byte by byte."""
    for name, settings in (("placeholders", DeidentifySettings()), ("surrogates", DeidentifySettings(replace="surrogates")),
                           ("surrogates, every label", DeidentifySettings(replace="surrogates", labels=LABELS))):
        replacing = Replacing(key=_KEY, settings=settings)
        once = _run(lambda some, how=replacing: deidentify_lines(lambda: detectors, how, some).lines, lines)[1]  # type: ignore[misc]
        twice = _run(lambda some, how=replacing: deidentify_lines(lambda: detectors, how, some).lines, once)[1]  # type: ignore[misc]
        held = sum(b'"held"' in line for _, line in once)
        changed = [number for (number, a), (_, b) in zip(once, twice, strict=True) if a != b and b'"held"' not in a]
        print(f"{name}: a second time changes {len(changed)} of {len(lines) - held:,} records (asked 0), {held} held", *changed[:5], flush=True)


_ITEMS = ("{name}", "{LAST}", "{first}", "{mail}", "06 12 {number} {number} 78", "{day}", "{number}{number}{number}", "@{handle}", "{number} rue {last}",
          "{initial}. {last}", "Mme {last}", "{number} ans", "12/34", "dossier {number}{number}/{number}", "192.168.{number}.{number}")
_GAPS = (" et ", " de ", " à ", " with ", " Bonjour ", " Écris ", " Regards ", " est ", " a signé ", " client ", " ", ", ", "/", "-", "\n", " (", ") ", "")


def _heaps(first: Sequence[str], last: Sequence[str]) -> list[str]:
    """Make up texts of 25 findings each with hardly a word between them: the worst that a second look can meet."""
    out = []
    for _ in range(_BATCH):
        people = [(_draw.choice(first), _draw.choice(last)) for _ in range(4)]
        said = []
        for one, two in (_draw.choice(people) for _ in range(25)):
            plain = re.sub("[^a-z]", "", fold(two)) or "x"
            said += [_draw.choice(_ITEMS).format(
                name=f"{one} {two}", first=one, last=two, LAST=two.upper(), initial=one[0], number=_draw.randrange(10, 99), handle=f"{fold(one)}_{plain}",
                mail=f"{fold(one)[0]}.{plain}@example.com", day=f"{_draw.randrange(1, 28)} mars {_draw.randrange(1990, 2026)}"), _draw.choice(_GAPS)]
        out.append("".join(said))
    return out


def _keys(texts: Sequence[str], detectors: Sequence[Detector]) -> None:
    """Replace the same texts under four keys, and count what is held and what differs but for the words themselves."""
    ids, hints = [str(number) for number in range(len(texts))], [""] * len(texts)
    for labels in (DIRECT, LABELS):
        settings = DeidentifySettings(replace="surrogates", labels=labels)
        done = [replace_all(ids, [[text] for text in texts], hints, detectors, settings, bytes([key]) * 32) for key in range(4)]
        held = sum(bool(one.reason) for some in done for one in some)
        verdict, places = (sum(len({what(one) for one in some}) > 1 for some in zip(*done, strict=True))
                           for what in (lambda one: one.reason, lambda one: tuple(sorted(one.counts.items()))))
        print(f"heaps of findings, {len(labels)} labels, four keys: {held} of {4 * len(texts)} held by the second look (asked 0); "
              f"held under one key and not under another {verdict} of {len(texts)} (asked 0); other counts of what was replaced {places}", flush=True)


def _speed(what: str, lines: Sequence[tuple[int, bytes]], detectors: Sequence[Detector]) -> None:
    """Look and replace by turns, and give the best of three of each."""
    size = sum(len(line) for _, line in lines) / 1e6
    looks, plain, words = [], [], []
    placeholders, surrogates = (Replacing(key=_KEY, settings=DeidentifySettings(replace=replace)) for replace in REPLACEMENTS)
    for _ in range(3):
        looks.append(_run(lambda some: detect_lines(lambda: detectors, some).lines, lines)[0])
        plain.append(_run(lambda some: deidentify_lines(lambda: detectors, placeholders, some).lines, lines)[0])
        words.append(_run(lambda some: deidentify_lines(lambda: detectors, surrogates, some).lines, lines)[0])
    print(f"{what}, {size:.1f} MB: detect {size / min(looks):.2f} MB/s of processor time; of its speed, placeholders {min(looks) / min(plain):.2f}, "
          f"surrogates {min(looks) / min(words):.2f} (asked 0.5)", flush=True)


def main() -> None:
    """Print collisions, what replacing again changes, what hangs on the key, and the speed of replacing against that of looking."""
    first, last, listed = _listed()
    _collisions(first, last, listed)
    detectors = find_detectors()
    lines = _records(first, last)
    _twice(lines, detectors)
    _keys(_heaps(first, last), detectors)
    chats = texts(1_500_000)
    _speed("chats, personal data in one sentence of twelve", [(number, json.dumps({"id": number, "text": text}, ensure_ascii=False).encode())
                                                              for number, text in enumerate(chats, 1)], detectors)
    _speed("chats, personal data in most sentences", lines[:3_000], detectors)


if __name__ == "__main__":
    main()
