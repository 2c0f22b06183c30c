"""Real text through import, build and verify: dialogues of an assistant, and French judgments rebuilt from their tokens.

The data are no part of the project: name their folder in LICIT_BENCH_DATA (else ``../shared/data``). Without them this says
so and measures nothing.
"""

import os
import random
import re
import tempfile
from pathlib import Path
from typing import Any

from bench._world import alone, line, peak, timed, workspace

_NO_SPACE_BEFORE = re.compile(r" ([.,)\]’'»])")
_NO_SPACE_AFTER = re.compile(r"([(\[’'«]) ")


def main() -> None:
    """Measure and print."""
    data = Path(os.environ.get("LICIT_BENCH_DATA", "../shared/data"))
    chats, judgments = data / "chat/sgd-dev.jsonl", data / "ner/fr/echr-train.tsv"
    for path in (chats, judgments):
        if not path.exists():
            print(f"{path} is not here: nothing measured")
            return
    with alone(_dialogues) as run:
        _say("2,098 dialogues (SGD)", run(chats))
    with alone(_judgments) as run:
        _say("French judgments (ECHR)", run(judgments))


def _say(what: str, found: dict[str, Any]) -> None:
    line(what, f"{found['bytes'] / 1e6:.1f} MB of input")
    for step in ("import", "build", "verify", "verify --auditor", "recall", "patch"):
        if step in found:
            line(f"  {step}", f"{found[step]:.1f} s")
    line("  peak memory", f"{found['peak']:,} MiB")
    line("  verify, verify --auditor", f"exit {found['codes']}", "0")
    for key in ("arrived", "released"):
        line(f"  {key}", f"{found['tally'][key]:,}")
    for answer in ("held", "refused"):
        for reason, number in found["tally"][answer].items():
            line(f"  {answer} {reason}", f"{number:,}")
    if "left" in found:
        line("  rows that left after ten more objections", str(found["left"]))


def _dialogues(path: Path) -> dict[str, Any]:
    """Import, refuse for 300 people drawn at random, build, verify, refuse for ten more, recall, patch."""
    with tempfile.TemporaryDirectory(prefix="licit-bench-") as folder:
        space = workspace(Path(folder) / "w")
        out: dict[str, Any] = {"bytes": path.stat().st_size}
        out["import"], _ = timed(lambda: space.import_(path, source="chats", subject_field="id", capacity="consumer",
                                                       age="adult", collected=("2025-01-01", "2025-03-31")))
        people = re.findall(r'"id": "(sgd-[^"]+)"', path.read_text(encoding="utf-8"))
        drawn = random.Random(1).sample(people, 310)
        for person in drawn[:300]:
            space.exercise("objection", subject=person, issuer="chats")
        _built(space, Path(folder) / "w", out)
        for person in drawn[300:]:
            space.exercise("objection", subject=person, issuer="chats")
        out["recall"], _ = timed(space.recall)
        out["patch"], patched = timed(lambda: space.patch("release-1"))
        out["left"] = out["tally"]["released"] - patched.tally.released
        out["peak"] = peak()
        return out


def _judgments(path: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="licit-bench-") as folder:
        files = Path(folder) / "judgments"
        files.mkdir()
        texts = running_text(path)
        for number, text in enumerate(texts):
            (files / f"judgment-{number:03}.txt").write_text(text, encoding="utf-8")
        space = workspace(Path(folder) / "w", "court")
        space.add_source("judgments", ground="open-licence", kind="works", licence="MIT", by="engineer")
        space.approve_source("judgments", by="lawyer", key=Path(folder) / "w" / "lawyer.key")
        out: dict[str, Any] = {"bytes": sum(len(text.encode()) for text in texts)}
        out["import"], _ = timed(lambda: space.import_(files, source="judgments"))
        _built(space, Path(folder) / "w", out)
        out["peak"] = peak()
        return out


def _built(space: Any, folder: Path, out: dict[str, Any]) -> None:
    from licit_verify import verify

    out["build"], built = timed(space.build)
    out["tally"] = built.tally.as_json()
    out["codes"] = []
    if built.name:
        for name, auditor in (("verify", None), ("verify --auditor", folder)):
            out[name], report = timed(lambda auditor=auditor: verify(Path(built.path), auditor=auditor))
            out["codes"].append(report.exit_code)


def running_text(path: Path) -> list[str]:
    """Rebuild judgments from ``token TAG`` lines: an empty line ends a sentence, PROCÉDURE begins a judgment."""
    texts: list[list[str]] = []
    sentence: list[str] = []
    for row in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        token = row.rsplit(" ", 1)[0] if row.strip() else ""
        if token == "PROCÉDURE" or not texts:
            texts.append([])
        if token:
            sentence.append(token)
        elif sentence:
            spaced = _NO_SPACE_AFTER.sub(r"\1", _NO_SPACE_BEFORE.sub(r"\1", " ".join(sentence)))
            texts[-1].append(spaced)
            sentence = []
    return ["\n\n".join(part) for part in texts if part]


if __name__ == "__main__":
    main()
