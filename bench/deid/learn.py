"""Learn: trains a spaCy NER on the texts that ``equal`` wrote. Runs in the peers' environment, with spaCy alone.

Usage: python learn.py FOLDER SECONDS TARGET

One set of weights for all languages, each text cut by its language's own tokeniser; spaCy's default NER for the CPU (hash
embeddings, four layers of 96), its Adam, averaged weights. What the texts leave open ("?") is a missing value, and so is a
mention that does not fit the tokens. The rate of learning falls to nothing as the seconds of CPU pass, and when they are over
the weights are saved, once for each tokeniser; so the cap is a part of the recipe, not an accident.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import spacy
from spacy.training import Example, offsets_to_biluo_tags
from spacy.util import fix_random_seed

LANGUAGES = ("fr", "en", "es")
_RATE, _DROP, _SEED = .001, .15, 5
#: On a machine that others use, so many times the seconds may pass before the seconds of CPU have.
_PATIENCE = 3
_FIRST_BATCH, _LAST_BATCH = 100, 1_000


def main() -> None:
    """Train and save."""
    folder, seconds, target = Path(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
    fix_random_seed(_SEED)
    blanks = {language: spacy.blank(language) for language in LANGUAGES}
    teacher = spacy.blank("xx")
    ner = teacher.add_pipe("ner")
    texts = [json.loads(line) for file in sorted(folder.glob("epoch-*.jsonl")) for line in file.open(encoding="utf-8")]
    for label in sorted({label for text in texts for _, _, label in text["spans"]} - {"?"}):
        ner.add_label(label)
    teacher.initialize(lambda: [_example(blanks, one) for one in texts[:200]])
    rate = teacher.create_optimizer()
    done, words, spent = 0, 0, _clock()
    for batch in _batches(texts):
        wall, cpu = spent()
        left = 1 - max(cpu / seconds, wall / (_PATIENCE * seconds))
        if left <= 0:
            break
        rate.learn_rate = _RATE * min(1, .05 + left, (done + 1) / 400)
        examples = [_example(blanks, one) for one in batch]
        losses = teacher.update(examples, sgd=rate, drop=_DROP)
        done, words = done + len(batch), words + sum(len(one.predicted) for one in examples)
        if done % 2_000 < len(batch):
            print(f"{done} of {len(texts)} texts, {words} words, {wall:.0f} s, {cpu:.0f} s of CPU, loss {losses['ner']:.1f}", flush=True)
    with teacher.use_params(rate.averages):
        weights = ner.to_bytes(exclude=["vocab"])
    target.mkdir(parents=True)
    for language in LANGUAGES:
        one = spacy.blank(language)
        one.add_pipe("ner").from_bytes(weights)
        one.to_disk(target / language)
    wall, cpu = spent()
    facts = {"texts": done, "of": len(texts), "words": words, "seconds": round(wall), "cpu_seconds": round(cpu),
             "spacy": spacy.__version__}
    # Written last: a model without it is not whole.
    (target / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    print(facts)


def _clock() -> Callable[[], tuple[float, float]]:
    wall, cpu = time.perf_counter(), time.process_time()
    return lambda: (time.perf_counter() - wall, time.process_time() - cpu)


def _batches(texts: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Give batches of about so many words, growing as training goes on, as spaCy's own recipe has it."""
    size, current, count = float(_FIRST_BATCH), [], 0
    for text in texts:
        current.append(text)
        count += len(text["text"]) // 5
        if count >= size:
            yield current
            current, count = [], 0
            size = min(_LAST_BATCH, size * 1.001)
    if current:
        yield current


def _example(blanks: dict[str, Any], text: dict[str, Any]) -> Example:
    doc = blanks[text["language"]].make_doc(text["text"])
    fitted, opened, taken = [], [], -1
    for start, end, label in text["spans"]:
        span = doc.char_span(start, end, label=label, alignment_mode="expand")
        if span is None or span.start_char < taken:
            continue
        taken = span.end_char
        whole = label != "?" and (span.start_char, span.end_char) == (start, end)
        (fitted if whole else opened).append((span.start_char, span.end_char, label) if whole else span)
    tags = offsets_to_biluo_tags(doc, fitted)
    for span in opened:
        tags[span.start:span.end] = ["-"] * len(span)
    return Example.from_dict(doc, {"entities": tags})


if __name__ == "__main__":
    main()
