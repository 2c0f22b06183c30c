"""The release: the training set is itself made by licit, from registered sources under their licences, and verified.

The corpora become documents with their annotations written in line, go through the same gates as anybody's documents,
and are read back from the release, which the loader refuses unless it is whole and live. Names stay, since they are what is
learnt; addresses, numbers and handles that lead to somebody are replaced, and stand-ins of one kind read alike.

Rules kept here:

- What is learnt from is what the release holds, in an order that does not depend on it.
- The same corpora give the same texts in every workspace, whatever its keys: they are replaced before they arrive, under a
  key that everybody knows, and where the release's own pass still replaces something, or holds what could not be looked
  at, nothing is learnt. (The letters of a stand-in are context for the next look, and may tip it.)
- The network that is made follows from none that shipped before: it has no part in what is replaced.
"""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import licit
from licit.detectors.registry import find_detectors
from licit.pipeline.deidentify import STAND_IN, DeidentifySettings, replace_all

from .corpora import Kept, Pieces, Source

#: Names, places and dates stay: they are what is learnt. What finds people by itself goes.
_REPLACED = ("EMAIL", "PHONE", "IP_ADDRESS", "BANK_ACCOUNT", "PAYMENT_CARD", "NATIONAL_ID", "SOCIAL_SECURITY", "SECRET")
#: No secret: the corpora are public, and the same number must get the same letters every time.
_KEY = hashlib.sha256(b"licit/training").digest()
_PLAN = f"""name = "tagger"
purpose = "train"
use = "train"
# What is made here is what will be measured; names stay in it anyhow.
accept_unmeasured_deidentification = true
# Spanish has no screening of its own yet; what there is in it are published judgments.
accept_unmeasured_screening = true

[screen]
languages = ["en", "es", "fr"]

[deidentify]
labels = {json.dumps(_REPLACED)}

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
_AT_ONCE = 256
#: What the register says of each corpus.
_TOLD: Mapping[str, Mapping[str, str]] = tomllib.loads(Path(__file__).with_name("sources.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A release to learn from: its folder, content root, and tally; ``texts`` is a digest of all that is learnt from."""

    path: Path
    content_root: str
    tally: str
    texts: str
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


def documents(source: Source) -> dict[str, str]:
    """Give a set's documents by their headings, with what finds people replaced.

    Raises:
        RuntimeError: a document could not be looked at.
    """
    texts = {f"{source.name} {number:06}": "\n\n".join(map(written, source.passages[number:number + _PASSAGES]))
             for number in range(0, len(source.passages), _PASSAGES)}
    looking = [one for one in find_detectors() if one.name != "tagger"]
    out, heads = {}, list(texts)
    for start in range(0, len(heads), _AT_ONCE):
        some = heads[start:start + _AT_ONCE]
        masked = replace_all(some, [[texts[head]] for head in some], [source.language] * len(some), looking,
                             DeidentifySettings(labels=_REPLACED, seconds=600), _KEY)
        for head, one in zip(some, masked, strict=True):
            if one.reason:
                raise RuntimeError(f"{head} could not be de-identified ({one.reason}): nothing is learnt")
            out[head] = one.texts[0]
    return out


def make(kept: Sequence[Kept], folder: Path) -> Made:
    """Write the documents, run them through licit, and read the release.

    Raises:
        RuntimeError: a command failed, or the release does not hold what arrived, so that another would not hold the same.
    """
    space, texts = folder / "workspace", dict[str, str]()
    _licit("init", str(space))
    key, at = folder / "reviewer.key", ("--workspace", str(space))
    licit.open_workspace(space).enroll("reviewer", role="legal", key=key, by="chair")
    for source in (one.learn for one in kept):
        files, own = folder / source.name, documents(source)
        files.mkdir(parents=True)
        for head, text in own.items():
            (files / f"{head.split()[1]}.md").write_text(f"---\nlanguage: {source.language}\n---\n\n# {head}\n\n{text}\n",
                                                         encoding="utf-8")
        texts |= own
        _register(source, at)
        _licit("source", "approve", source.name, "--by", "reviewer", "--key", str(key), *at)
        _licit("import", str(files), "--source", source.name, *at)
    (space / "plan.toml").write_text(_PLAN, encoding="utf-8")
    tally = _licit("build", str(space / "plan.toml"), "--workspace", str(space))
    if lost := re.search("detector-failed|second-look", tally):
        raise RuntimeError(f"some documents were held by {lost[0]}, which may fall otherwise another time: nothing is learnt")
    path = space / "releases" / "tagger-1"
    _licit("verify", str(path))
    _licit("verify", str(path), "--auditor", str(space))
    return _read(path, kept, tally, texts)


def _register(source: Source, at: Sequence[str]) -> None:
    """Enter a corpus, its licence and what is known of how it came to be; what nobody found out is said so."""
    told = _TOLD.get(source.name, {"title": source.name, "origin": source.name, "collected": "Made for this purpose."})
    _licit("source", "add", source.name, "--ground", "open-licence", "--licence", source.licence, "--kind", "public-dataset",
           "--title", told["title"], "--origin", told["origin"], "--how", "downloaded from its publisher's repository",
           "--language", source.language, "--by", "training", *at)
    _licit("source", "diligence", source.name, "--collected", told["collected"], "--findings",
           _TOLD["all"]["findings"],
           "--opt-outs", _TOLD["all"]["opt_outs"], "--looked-by", "training", "--looked-on", _TOLD["all"]["looked_on"],
           "--evidence", "supplier: its publication and licence", "--evidence", "own: its texts, read to build the corpus's reader",
           "--by", "training", *at)


def _read(path: Path, kept: Sequence[Kept], tally: str, texts: Mapping[str, str]) -> Made:
    release = licit.open_release(str(path))
    passages: dict[str, dict[int, list[Pieces]]] = {one.learn.name: {} for one in kept}
    held = {}
    for row in release:
        head, _, text = row["text"].partition("\n\n")
        if head not in texts:
            # Not one of ours: a canary that the loader mixes in.
            continue
        if text.split("\n\n") != texts[head].strip().split("\n\n"):
            raise RuntimeError(f"the release holds {head} with other words than arrived: nothing is learnt")
        held[head] = text
        source, number = head.split()
        passages[source][int(number)] = [read(line) for line in text.split("\n\n") if line.strip()]
    sources = [replace(one.learn, passages=[each for _, some in sorted(passages[one.learn.name].items()) for each in some])
               for one in kept]
    digest = hashlib.sha256(json.dumps(sorted(held.items())).encode()).hexdigest()
    return Made(path=path, content_root=release.manifest["content_root"], tally=tally, texts=digest, sources=sources)


def _licit(*words: str) -> str:
    done = subprocess.run([str(Path(sys.executable).with_name("licit")), *words], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"licit {words[0]}: {done.stderr or done.stdout}")
    return done.stdout
