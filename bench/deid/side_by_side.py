"""Side by side: runs every system on every set and prints the tables; see the package for how it is called.

Rules kept here:

- One system at a time, each in its own process with one thread; a system that fails ends the run, for a table without it
  would read as if it had been measured.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import identifiers
from licit.detectors.identifiers import Identifiers, read_schemes
from training import corpora

from . import beside, environment, sets, table, throughput
from .figures import PACKS, SYSTEMS, figures
from .score import Case
from .targets import targets

_ROOT = Path(__file__).parents[2]
_OWN = ("rules", "tagger", "both")
_APART = """Not comparable, and so said: Presidio and datatrove know no organisations, people or places without an NER ("–"); a clinical
note's templates were learnt by both networks; thresholds of licit's network were chosen with ECHR-FR dev and WNUT17 dev in
sight, while spaCy's training saw neither; licit looks again for a name through each text, the peers do not (strict F1 is
before that); Presidio answers with every score it gives; its context words look at lower-cased forms, for there is no
lemmatiser to train; datatrove's places are those of its own patterns."""


def main() -> None:
    """Measure and print."""
    data = Path(os.environ.get("LICIT_BENCH_DATA", "../shared/data"))
    if not (data / "chat/sgd-dev.jsonl").exists():
        print(f"{data} holds no corpora: nothing measured")
        return
    quick = bool(os.environ.get("LICIT_BENCH_QUICK"))
    kept = corpora.load(data)
    python = environment.build()
    model = environment.ner(python, data, [one.learn for one in kept], quick=quick)
    facts = json.loads((model / "facts.json").read_text(encoding="utf-8"))
    cases = sets.make(data, kept, quick=quick)
    with tempfile.TemporaryDirectory(prefix="licit-bench-") as place:
        folder = Path(place)
        files = _written(folder, cases)
        answers = {system: _run(folder, python, model, system, files) for system in (*SYSTEMS, PACKS)}
        other = {"throughput": throughput.measure(folder, data, kept, quick=quick), "false numbers per MB": _false(data),
                 "rows": beside.rows([case.text for case in cases[sets.SPEED]], quick=quick)}
    out = figures(cases, {system: told["sets"] for system, told in answers.items()})
    _print(out, other, {system: told["about"] for system, told in answers.items()}, facts, quick)


def _written(folder: Path, cases: Mapping[str, Sequence[Case]]) -> dict[str, str]:
    files = {}
    for number, (name, some) in enumerate(cases.items()):
        file = folder / f"set-{number}.jsonl"
        file.write_text("".join(json.dumps({"text": case.text, "language": case.language}, ensure_ascii=False) + "\n"
                                for case in some), encoding="utf-8")
        files[name] = str(file)
    return files


def _run(folder: Path, python: Path, model: Path, system: str, files: Mapping[str, str]) -> dict[str, Any]:
    """Run one system in its own process.

    Raises:
        SystemExit: it failed; says what it said.
    """
    job, out = folder / f"job-{system}.json", folder / f"out-{system}.json"
    asked = {name: file for name, file in files.items() if system != PACKS or name in (sets.CHAT, sets.NUMBERED, sets.BARE)}
    told = {"system": system, "sets": asked, "out": str(out), "unswept": [sets.ECHR, sets.WNUT, sets.WNUT_LOWER]}
    if system in ("spacy", "presidio-spacy"):
        told["model"] = str(model)
    job.write_text(json.dumps(told), encoding="utf-8")
    words = ([sys.executable, "-m", "bench.deid.own", str(job)] if system in _OWN
             else [str(python), str(Path(__file__).with_name("peer.py")), str(job)])
    done = subprocess.run(words, cwd=_ROOT, capture_output=True, text=True, check=False, env=os.environ | environment.ALONE)
    if done.returncode:
        raise SystemExit(f"{system} failed, so there is no table:\n{done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    print(f"{system}: {sum(one['cpu'] for one in found['sets'].values()):.1f} s of CPU", flush=True)
    return found


def _false(data: Path) -> float:
    """Give the numbers found in dialogues and judgments, which hold none, for each megabyte, as ``bench.identifiers`` counts them."""
    detector, number, size = Identifiers(read_schemes()), 0, 0
    for texts in (list(identifiers._dialogues(data)), list(identifiers._judgments(data))):
        number += sum(map(len, detector.find(texts, [""] * len(texts))))
        size += sum(len(text.encode()) for text in texts)
    return 1e6 * number / size


def _print(out: dict[str, Any], other: dict[str, Any], about: Mapping[str, str], facts: Mapping[str, Any], quick: bool) -> None:
    rows = targets(out, other)
    for system, text in about.items():
        print(f"{system}: {text}")
    print(f"the NER learnt from {facts['texts']:,} of {facts['of']:,} texts, {facts['words']:,} words, in {facts['cpu_seconds']} s of CPU")
    if quick:
        print("QUICK: a part of each set; no figure here is one to quote")
    print("\nStrict F1\n\n" + table.strict(out))
    print("Mentions covered in full, whatever the label\n\n" + table.covered(out))
    print("Numbers, secrets, findings in vain, speed\n\n" + table.rest(out))
    print(_APART + "\n")
    print("Numbers to reach\n\n" + table.reached(rows))
    copy = Path(os.environ.get("LICIT_BENCH_JSON") or environment.folder() / "deid.json")
    copy.write_text(json.dumps({"quick": quick, "systems": about, "ner": facts, "figures": out, "throughput": other["throughput"],
                                "targets": [{"what": row.what, "asked": row.asked, "got": row.got, "reached": row.reached,
                                             "command": row.command} for row in rows]}, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"As JSON: {copy}")
