"""Folds: what a recipe finds in judgments that it did not learn from, over all that train.

Usage: python -m training.folds DATA [FOLD …]

The few judgments that are kept apart say little: a score over four of them is uncertain by three points in a hundred. Here
every judgment that trains is held out once, with its translation and its hand-made twin, and a network is trained without
it. Choices for judgments are made on these folds.

Rules kept here:

- No sentence of a judgment that is held out is learnt from, in either language, whoever annotated it.
- All detectors are on, as in every measure.
"""

import functools
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from licit.core.ids import hex_digest
from licit.detectors import _network, tagger
from licit.detectors.registry import find_detectors
from licit.pipeline.deidentify import DIRECT

from . import corpora, measure
from .__main__ import CHOICES, PUPIL
from .choose import choose, sample
from .corpora import Pieces, Source
from .export import export
from .fit import fit
from .invent import Invention

FOLDS = 4
LABELS = tuple(measure.LABELS.values())
#: What is shorter is said in every judgment.
_TELLING = 25


def held_out(data: Path, fold: int, folds: int = FOLDS) -> dict[str, list[list[Pieces]]]:
    """Give the judgments of one fold for each language, as sentences; the two languages' judgments stand in one order."""
    return {language: [sentences for number, sentences in enumerate(corpora.judgments(data / f"ner/{language}/echr-train.tsv")[:-4])
                       if number % folds == fold] for language in ("fr", "es")}


def without(sources: Sequence[Source], judgments: Mapping[str, Sequence[Sequence[Pieces]]]) -> list[Source]:
    """Give the sets without what stands in some judgments; numbers do not tell sentences apart."""
    gone = {_words(one) for some in judgments.values() for sentences in some for one in sentences}
    gone = {words for words in gone if len(words) > _TELLING}
    return [replace(source, passages=[one for one in source.passages if _words(one) not in gone]) if source.court else source
            for source in sources]


def _words(pieces: Pieces) -> str:
    return re.sub(r"[\W\d_]+", " ", measure.text_of(pieces).lower()).strip()


def read_from(folder: Path) -> None:
    """Let the tagger read a network from a folder instead of the one that ships."""
    models = tuple((folder / name).read_bytes() for name in ("kinds.onnx", "tokens.onnx"))
    made = functools.cache(lambda: _network.Network(models=models, digest=hex_digest("licit/tagger", *models)))
    _network.network = tagger.network = made
    _network._sessions.cache_clear()


def main() -> None:
    """Train and measure each fold asked for, or all, and print the counts and rates of each and of all together."""
    data = Path(sys.argv[1])
    asked = [int(word) for word in sys.argv[2:]] or list(range(FOLDS))
    sources = [one.learn for one in corpora.load(data)]
    total, people, hidden = dict.fromkeys((*LABELS, "all"), (0, 0, 0)), 0., 0.
    for fold in asked:
        apart = held_out(data, fold)
        invention, less = Invention(data), without(sources, apart)
        net, rows = fit(less, invention, PUPIL)
        some = sample(less, invention)
        with tempfile.TemporaryDirectory() as folder:
            export(net, rows, some, choose(net, rows, some, CHOICES), Path(folder))
            read_from(Path(folder))
        passages = [corpora.lines(one) for one in apart["fr"]]
        found = measure.look(find_detectors(), [measure.text_of(one) for one in passages])
        counts = measure.strict(passages, found, LABELS)
        cover = measure.covered(passages, measure.sweep(passages, found), DIRECT)
        say(f"fold {fold}", counts, cover["whole"])
        total = {label: (a + counts[label][0], b + counts[label][1], c + counts[label][2]) for label, (a, b, c) in total.items()}
        people, hidden = people + cover["mentions"], hidden + cover["mentions"] * cover["whole"]
    say("all folds", total, hidden / max(1, people))


def say(name: str, counts: Mapping[str, tuple[int, int, int]], people: float) -> None:
    """Print precision, recall and F1 for each label and in all, and the share of people covered in full after the sweep."""
    told = " ".join("{} {:.2f}/{:.2f}/{:.3f}".format(label[:4], *measure.rates(*row)) for label, row in counts.items())
    sys.stdout.write(f"{name:10} {told} | people covered in full, swept {people:.3f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
