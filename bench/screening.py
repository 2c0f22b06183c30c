"""Screening: recall and precision by family and language on the labelled sentences, and false alarms in ordinary chat.

The sentences of ``tests/data/screening`` were written by hand. ``dev`` is what rules may be tuned on; no rule was ever
changed for ``held``, which was written after most of them: what came later (the words of judgments) was tuned on ``dev`` alone. One hand wrote both and the rules, so strangers' words will be met
less well. ``implied`` marks sentences in which no word names the matter; ``outright`` is the recall without them.

A family is found when a labelled sentence tells that family; it is false when a sentence without a label tells it. A second
family told beside the labelled one is not counted; ``answered`` counts a labelled sentence for which anything was told.

``--write`` renews ``screens/measured``. With ``LICIT_BENCH_DATA``, counts the messages of real chats that would be
refused or held; with ``--missed`` prints what dev misses. When rules are tuned by what ``held``
missed, move it to ``dev`` and write a new one first.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from licit.core.ports import Sensitive
from licit.detectors.sensitive import SCREENS, SensitiveScreener
from licit.usecases.measure import Rate

SETS = Path(__file__).parents[1] / "tests/data/screening"
HALVES = ("dev", "held")

Row = Mapping[str, Any]


def rows(half: str) -> list[Row]:
    """Read one half of the labelled sentences."""
    return [json.loads(line) for line in (SETS / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()]


def measures(screener: SensitiveScreener) -> dict[str, dict[str, Any]]:
    """Measure every language of the sets: what ``screens/measured`` holds, by language."""
    sets = {half: rows(half) for half in HALVES}
    languages = sorted({row["language"] for half in HALVES for row in sets[half]})
    rules = {screen.language: screen.digest for screen in screener.screens}
    return {language: {"language": language, "rules": rules[language],
                       **{half: _half(screener, [row for row in sets[half] if row["language"] == language])
                          for half in HALVES}}
            for language in languages}


def _half(screener: SensitiveScreener, mine: Sequence[Row]) -> dict[str, Any]:
    told = [{found.family for found in each} for each in _look(screener, [row["text"] for row in mine])]
    families = sorted({family for row in mine for family in row["families"]})
    text = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in mine)
    positive = [(row, found) for row, found in zip(mine, told, strict=True) if row["families"]]
    outright = [(row, found) for row, found in positive if not row.get("implied")]
    wrong = [found for row, found in zip(mine, told, strict=True) if not row["families"] and found]
    right = sum(bool(found & set(row["families"])) for row, found in positive)
    answered = sum(bool(found) for _, found in positive)
    return {"sentences": len(mine), "without": len(mine) - len(positive),
            "digest": hashlib.sha256(text.encode()).hexdigest(),
            "overall": _scores(right, len(positive), len(wrong)),
            "answered": Rate(hits=answered, of=len(positive)).as_json(),
            "outright": Rate(hits=sum(bool(found & set(row["families"])) for row, found in outright), of=len(outright)).as_json(),
            "families": {family: _scores(sum(family in found for row, found in positive if family in row["families"]),
                                         sum(family in row["families"] for row in mine),
                                         sum(family in found for found in wrong)) for family in families}}


def _scores(right: int, labelled: int, wrong: int) -> dict[str, Any]:
    return {"recall": Rate(hits=right, of=labelled).as_json(), "precision": Rate(hits=right, of=right + wrong).as_json()}


def _look(screener: SensitiveScreener, texts: Sequence[str]) -> Sequence[Sequence[Sensitive]]:
    return screener.look(texts, [""] * len(texts))


def main() -> None:
    """Print the table, and what ``--write``, ``--missed`` and ``LICIT_BENCH_DATA`` ask for."""
    screener = SensitiveScreener()
    found = measures(screener)
    _table(found)
    for language, measure in found.items():
        print(f"{language}: said outright, held: {_shown(measure['held']['outright'])}; anything told: {_shown(measure['held']['answered'])}")
    if "--missed" in sys.argv:
        _missed(screener)
    if "--write" in sys.argv:
        for language, measure in found.items():
            file = SCREENS / "measured" / f"{language}.json"
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(measure, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if data := os.environ.get("LICIT_BENCH_DATA"):
        _ordinary(screener, Path(data))


def _table(found: Mapping[str, Mapping[str, Any]]) -> None:
    print(f"{'family':<14}{'language':<10}" + "".join(f"{f'{half} {what}':>28}" for half in HALVES for what in ("recall", "precision")))
    for language, measure in found.items():
        for family in ("overall", *measure["dev"]["families"]):
            cells = [(measure[half]["overall"] if family == "overall" else measure[half]["families"][family])[what]
                     for half in HALVES for what in ("recall", "precision")]
            print(f"{family:<14}{language:<10}" + "".join(f"{_shown(cell):>28}" for cell in cells))


def _shown(cell: Mapping[str, Any]) -> str:
    share = "–" if cell["share"] is None else f"{cell['share']:.3f}"
    return f"{share} [{cell['low']:.2f}, {cell['high']:.2f}] {cell['hits']}/{cell['of']}"


def _missed(screener: SensitiveScreener) -> None:
    mine = rows("dev")
    for row, each in zip(mine, _look(screener, [row["text"] for row in mine]), strict=True):
        told = {found.family for found in each}
        if (told - set(row["families"]) if not row["families"] else not told & set(row["families"])):
            print(row["id"], sorted(told), row["text"].replace("\n", " / "))


def _ordinary(screener: SensitiveScreener, data: Path) -> None:
    chats = [json.loads(line) for line in (data / "chat/sgd-dev.jsonl").read_text(encoding="utf-8").splitlines()]
    requests = (data / "ner/en/home-assistant.jsonl").read_text(encoding="utf-8").splitlines()
    for title, texts in (("SGD messages", [message["content"] for chat in chats for message in chat["messages"]]),
                         ("SGD chats, whole", ["\n".join(message["content"] for message in chat["messages"]) for chat in chats]),
                         ("home-assistant requests", [json.loads(line)["text"] for line in requests])):
        _false(screener, title, texts)
    _speed(screener, ["\n".join(message["content"] for message in chat["messages"]) for chat in chats])


def _false(screener: SensitiveScreener, title: str, texts: Sequence[str]) -> None:
    answers = _look(screener, texts)
    told = [(text, each) for text, each in zip(texts, answers, strict=True) if each]
    families = sorted(found.family for _, each in told for found in each)
    share = Rate(hits=len(told), of=len(texts)).as_json()
    print(f"{title}: {len(told)} of {len(texts)} told ({share['share']:.4%}, at most {share['high']:.4%}); "
          f"{ {name: families.count(name) for name in dict.fromkeys(families)} }")
    if "--missed" in sys.argv:
        for text, each in told[:60]:
            print("   ", [found.family for found in each], text[:160].replace("\n", " / ") if len(text) < 400 else "…")


def _speed(screener: SensitiveScreener, texts: Sequence[str]) -> None:
    size, best = sum(len(text.encode()) for text in texts), {}
    for title, some in (("chats", list(texts)), ("the same with every letter x (nothing to find)", _blank(texts))):
        took = []
        for turn in range(4):
            start = time.process_time()
            _look(screener, [*some, str(turn)])
            took.append(time.process_time() - start)
        best[title] = size / min(took[1:]) / 1e6
    print("; ".join(f"{title}: {speed:.0f} MB/s of CPU time" for title, speed in best.items()))


def _blank(texts: Iterable[str]) -> list[str]:
    return ["".join("x" if letter.isalpha() else letter for letter in text) for text in texts]


if __name__ == "__main__":
    main()
