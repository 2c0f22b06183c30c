"""The release: the training set is itself made by licit, from registered sources under their licences, and verified.

The corpora become documents with their annotations written in line, go through the same gates as anybody's documents,
and are read back from the release, which the loader refuses unless it is whole and live. Names stay, since they are what is
learnt; addresses, numbers and handles that lead to somebody are replaced, and stand-ins of one kind read alike.

Rules kept here:

- What is learnt from is what the release holds, in an order that does not depend on it.
"""

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import licit
from licit.pipeline.deidentify import STAND_IN

from .corpora import Kept, Pieces, Source

_PLAN = """name = "tagger"
purpose = "train"
use = "train"
# What is made here is what will be measured; names stay in it anyhow.
accept_unmeasured_deidentification = true
# Spanish has no screening of its own yet; what there is in it are published judgments.
accept_unmeasured_screening = true

[screen]
languages = ["en", "es", "fr"]

[deidentify]
# Names, places and dates stay: they are what is learnt. What finds people by itself goes.
labels = ["EMAIL", "PHONE", "IP_ADDRESS", "BANK_ACCOUNT", "PAYMENT_CARD", "NATIONAL_ID", "SOCIAL_SECURITY", "SECRET"]

[dedupe]
near = false

[audit]
# No row is kept apart: the corpora have slices of their own for that, and every build must hold the same texts.
twin_per_thousand = 0
canaries = 0
"""
_INSTEAD = {"EMAIL": "someone@example.org", "PHONE": "01 99 00 12 34", "IP": "192.0.2.7",
            "BANK": "FR76 0000", "PAYMENT": "0000 0000", "NATIONAL": "0000000", "SOCIAL": "0000000", "SECRET": "xxxx"}
#: Handles go before licit looks: which words it takes for handles follows from whom it takes for people, and the network
#: that is made here must not follow from the one that ships.
_HANDLE = re.compile(r"(?<!\w)@\w+")
_MARK = re.compile(r"⟦([A-Z?]+)\|([^⟧]*)⟧")
#: Passages to a document: few enough that a gate that refuses one refuses little.
_PASSAGES = 8
TITLES = {
    "echr-fr": "French judgments of the European Court of Human Rights (Sierro et al. 2024)",
    "echr-es": "Spanish judgments of the European Court of Human Rights (Sierro et al. 2024)",
    "echr-manual": "French judgments, annotated by hand (Sierro et al. 2024)",
    "europeana": "Europeana Newspapers, French (BnF)", "eds": "EDS-Pseudo templates (AP-HP)",
    "wnut17": "WNUT17 (Derczynski, Nichols, van Erp, Limsopatham 2017)",
    "btc": "Broad Twitter Corpus (Derczynski, Bontcheva, Roberts 2016)",
    "wikigold": "wikigold (Balasuriya, Ringland, Nothman, Murphy, Curran 2009)",
    "litbank": "LitBank (Bamman, Popat, Shen 2019)",
    "home-assistant": "NLU Evaluation Data (Liu, Eshghi, Swietojanski, Rieser 2019)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A release to learn from: its folder, content root, and tally."""

    path: Path
    content_root: str
    tally: str
    sources: list[Source] = field(repr=False)


def written(pieces: Pieces) -> str:
    """Write a passage with its annotations in line."""
    return "".join(f"⟦{tag}|{text}⟧" if tag else text
                   for text, tag in ((_HANDLE.sub("@someone", text), tag) for text, tag in pieces)).replace("\n", "⏎")


def read(line: str) -> Pieces:
    """Read a passage back."""
    pieces, at = [], 0
    line = STAND_IN.sub(lambda found: _INSTEAD[found[0][1:].partition("_")[0]], line.replace("⏎", "\n"))
    for found in _MARK.finditer(line):
        pieces += [(line[at:found.start()], ""), (found[2], found[1])]
        at = found.end()
    return [one for one in [*pieces, (line[at:], "")] if one[0]]


def make(kept: Sequence[Kept], folder: Path) -> Made:
    """Write the documents, run them through licit, and read the release."""
    space = folder / "workspace"
    _licit("init", str(space))
    for one in kept:
        source = one.learn
        files = folder / source.name
        files.mkdir(parents=True)
        for number in range(0, len(source.passages), _PASSAGES):
            lines = [written(piece) for piece in source.passages[number:number + _PASSAGES]]
            text = (f"---\nlanguage: {source.language}\n---\n\n# {source.name} {number:06}\n\n" + "\n\n".join(lines) + "\n")
            (files / f"{number:06}.md").write_text(text, encoding="utf-8")
        at = ("--workspace", str(space))
        _licit("source", "add", source.name, "--ground", "open-licence", "--licence", source.licence, "--title",
               TITLES[source.name], "--by", "training", *at)
        _licit("source", "approve", source.name, "--by", "reviewer", *at)
        _licit("import", str(files), "--source", source.name, *at)
    (space / "plan.toml").write_text(_PLAN, encoding="utf-8")
    tally = _licit("build", str(space / "plan.toml"), "--workspace", str(space))
    path = space / "releases" / "tagger-1"
    _licit("verify", str(path))
    _licit("verify", str(path), "--auditor", str(space))
    return _read(path, kept, tally)


def _read(path: Path, kept: Sequence[Kept], tally: str) -> Made:
    release = licit.open_release(str(path))
    passages: dict[str, dict[int, list[Pieces]]] = {one.learn.name: {} for one in kept}
    for row in release:
        head, *lines = row["text"].split("\n\n")
        if " " not in head or head.split()[0] not in passages:
            # Not one of ours: a canary that the loader mixes in.
            continue
        source, number = head.split()
        passages[source][int(number)] = [read(line) for line in lines if line.strip()]
    sources = [replace(one.learn, passages=[each for _, some in sorted(passages[one.learn.name].items()) for each in some])
               for one in kept]
    return Made(path=path, content_root=release.manifest["content_root"], tally=tally, sources=sources)


def _licit(*words: str) -> str:
    done = subprocess.run([str(Path(sys.executable).with_name("licit")), *words], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"licit {words[0]}: {done.stderr or done.stdout}")
    return done.stdout
