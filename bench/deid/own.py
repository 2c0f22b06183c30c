"""licit at work: the same job as a peer's, alone in its process, by the code that ``licit detect`` runs.

Usage: python -m bench.deid.own JOB.json

Lines of JSON go in and come out, in batches as the command cuts them. ``rules`` is every bundled detector but the tagger,
``tagger`` that one alone, ``both`` all of them. A record is one text.
"""

import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from licit import __version__
from licit.adapters.jsonl import batches
from licit.core.ports import Detector
from licit.detectors.registry import find_detectors, pin
from licit.usecases.text import detect_lines
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
    """Give what looks at texts as ``licit detect`` does; a record that is held stops the measuring."""
    find = partial(tuple, detectors)

    def look(texts: Sequence[str], languages: Sequence[str]) -> list[Spans]:
        lines = [(number, json.dumps({"id": number, "text": text, "language": language}, ensure_ascii=False).encode())
                 for number, (text, language) in enumerate(zip(texts, languages, strict=True))]
        answers = [json.loads(line) for batch in batches(iter(lines)) for line in detect_lines(find, batch).lines]
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
