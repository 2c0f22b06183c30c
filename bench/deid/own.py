"""licit at work: the same job as a peer's, alone in its process, by what ``licit.detect`` runs.

Usage: python -m bench.deid.own JOB.json

Texts go in and places come out, as with the peers. ``rules`` is every bundled detector but the tagger,
``tagger`` that one alone, ``both`` all of them. A record is one text.
"""

import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from licit import __version__
from licit.core.ports import Detector
from licit.detectors.registry import find_detectors, pin
from licit.usecases.text import detect
from licit.usecases.text import look as look_at

from .peer import Look, Spans, run


def chosen(system: str) -> tuple[Detector, ...]:
    """Give the detectors of one of licit's three columns.

    Raises:
        ValueError: there is no such column, or it would be empty.
    """
    found = {"rules": [one for one in find_detectors() if one.name != "tagger"],
             "tagger": [one for one in find_detectors() if one.name == "tagger"], "both": list(find_detectors())}[system]
    if not found:
        raise ValueError(f"no detector for {system}")
    return tuple(found)


def looking(detectors: Sequence[Detector]) -> Look:
    """Give what looks at texts as ``licit.detect`` does; a record that is held stops the measuring."""
    find = partial(tuple, detectors)

    def look(texts: Sequence[str], languages: Sequence[str]) -> list[Spans]:
        answers = detect([{"id": number, "text": text, "language": language}
                          for number, (text, language) in enumerate(zip(texts, languages, strict=True))], find)
        return [_spans(answer["spans"]) for answer in answers]

    return look


def unswept(detectors: Sequence[Detector]) -> Look:
    """Give what looks without looking again for what it found, as strict measures want it."""
    def look(texts: Sequence[str], languages: Sequence[str]) -> list[Spans]:
        records = [{"id": number, "text": text, "language": language}
                   for number, (text, language) in enumerate(zip(texts, languages, strict=True))]
        return [_spans(answer["spans"]) for answer in look_at(records, detectors, sweep=False)]

    return look


def _spans(found: Sequence[dict[str, object]]) -> Spans:
    return [(one["start"], one["end"], one["label"], one["score"]) for one in found]  # type: ignore[misc]


def main() -> None:
    """Do the job."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    detectors = chosen(job["system"])
    strict = job | {"sets": {f"{name}, unswept": job["sets"][name] for name in job.get("unswept", ()) if name in job["sets"]}}
    sets = run(looking(detectors), job) | run(unswept(detectors), strict)
    about = f"licit {__version__}: {', '.join(pin(detectors))}"
    Path(job["out"]).write_text(json.dumps({"about": about, "sets": sets}), encoding="utf-8")


if __name__ == "__main__":
    main()
