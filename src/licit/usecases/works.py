"""Is this work in a release? By its words, or by its number, with the rows, sources and models, and as a signed answer.

Rules kept here:

- The index of a data file goes by the file's digest: a patch makes anew only those of the files it wrote.
- A release whose rows can no longer be read answers ``cannot-tell``, never ``not-found``; a work too short to be seen as well.
- ``not-found`` says of a release that no :data:`~licit.pipeline.fingerprints.SURE` words in a row of the work stand in it, and
  that under the settings told nothing was found. It says nothing of shorter quotations, of words that were replaced before
  release, nor of rewrites and translations.
- A number found in a row's text or metadata is a lead, not proof that the work is there.
- A signed answer names the manifest of each release that it covers and the moment it was given; it covers none that came later.

Law: PRV-12, PRV-13, FOL-01
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ..core.errors import EvidenceError, InputError
from ..core.ids import canonical_json
from ..core.notes import Envelope, pae
from ..core.ports import InputFile
from ..core.records import SetAside
from ..pipeline.fingerprints import SURE, WINDOW, WORDS, Index, Wanted, fingerprints, index_of, opened_index
from ..pipeline.works import work_numbers
from .facts import column_of
from .queries import downstream_of
from .workspace import Released, Workspace, releases_at

FORMAT, ANSWER_TYPE = "licit-work-answer/1", "application/vnd.licit.work-answer+json"

#: A row holds a work when it has so many of its fingerprints (all, where it has fewer), and one in ten of the work's or of its own.
LEAST, PART = 4, 10
_BATCH, _SHOWN = 4096, 50
_NUMBERS = pl.DataFrame(schema={"number": pl.String, "record": pl.String, "source": pl.String})


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is asked about: the words of a work, or its number in short form (``isbn:…``, ``issn:…``, ``doi:…``)."""

    words: str = field(default="", repr=False)
    number: str = ""

    def told(self, prints: int) -> dict[str, Any]:
        """Say what was asked, without the words."""
        if self.number:
            return {"number": self.number}
        return {"sha256": hashlib.sha256(self.words.encode()).hexdigest(), "fingerprints": prints}


def check(workspace: Workspace, work: Work, release: str = "", *, whole: bool = False) -> dict[str, Any]:
    """Say of every release, or of one, whether it holds a work.

    ``whole`` hashes every index first, so that a damaged one is not taken at its word.

    Raises:
        InputError: no such release.
        EvidenceError: an index is not what was written.
    """
    known, downstream = releases_at(workspace.log), downstream_of(workspace)
    if release and release not in known:
        raise InputError("no such release", about=release, reason="release-unknown", remedy=f"There are: {', '.join(known) or 'none'}.")
    wanted = Wanted(fingerprints([work.words if not work.number else ""])[0])
    releases = []
    for name, closed in known.items():
        if release in ("", name):
            found = _by_number(workspace, closed, work.number) if work.number else _by_words(workspace, closed, wanted, whole)
            releases.append({"release": name, "manifest": closed.manifest, "withdrawn": closed.withdrawn >= 0, **found,
                             "recipients": downstream.recipients.get(name, []), "runs": downstream.runs_of(name)})
    return {"asked": work.told(len(wanted)), "releases": releases, "settings": {
        "words": WORDS, "window": WINDOW, "sure": SURE, "least": LEAST, "part": PART}}


def work_of_number(kind: str, number: str) -> Work:
    """Read an ISBN, ISSN or DOI.

    Raises:
        InputError: its check digit is wrong, or it is none.
    """
    (found,) = work_numbers([number if kind == "doi" else f"{kind.upper()} {number}"])
    if (short := next((value for name, value in found if name == kind), "")) == "":
        raise InputError(f"this is no {kind.upper()}: its check digits or form are wrong", about=number, remedy="Look at the number again.")
    return Work(number=f"{kind}:{short}")


def work_of_file(workspace: Workspace, path: Path) -> Work:
    """Read the words of a document of any format that licit reads.

    Raises:
        InputError: there is no such file, or nothing of it can be read.
    """
    words: list[str] = []
    for item in workspace.open_inputs([path]):
        if isinstance(item, InputFile) and not workspace.companion(item):
            for record in workspace.recognise(item, None).read(item):
                if isinstance(record, SetAside):
                    raise InputError("some of the file cannot be read, so that nothing can be said of it", about=path.name, reason=record.reason)
                words += [turn.text for turn in record.turns]
    if not "".join(words).strip():
        raise InputError("no words are in it", about=path.name, reason="no-text")
    return Work(words="\n".join(words))


def signed(workspace: Workspace, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Sign an answer, without records, recipients and runs, which are the company's own; give the DSSE envelope."""
    size, root = workspace.log.head()
    at = workspace.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = canonical_json({
        "format": FORMAT, "origin": workspace.origin, "answered_at": at, "log": {"size": size, "root": root.hex()},
        "asked": answer["asked"], "settings": answer["settings"], "releases": [
            {name: one[name] for name in ("release", "manifest", "withdrawn", "verdict", "share", "rows")} for one in answer["releases"]]})
    signer = workspace.signer.current()
    return Envelope(payload_type=ANSWER_TYPE, body=body, signatures={signer.key_id: signer.sign(pae(ANSWER_TYPE, body))}).to_json()


def _by_words(workspace: Workspace, closed: Released, wanted: Wanted, whole: bool) -> dict[str, Any]:
    """Say what a release holds of some fingerprints; shares in thousandths."""
    if not len(wanted):
        return {"verdict": "cannot-tell", "why": "too-short", "share": 0, "rows": 0, "sources": {}, "found": []}
    parts, folder = _data_files(workspace, closed), f"{workspace.corpus.path('works')}/"
    if parts is None:
        return {"verdict": "cannot-tell", "why": "rows-gone", "share": 0, "rows": 0, "sources": {}, "found": []}
    seen, rows = np.zeros(len(wanted), dtype=bool), []
    for path, sha256 in parts:
        index = opened_index(folder + sha256[7:] + ".idx", whole=whole) or _made(workspace, closed.name, path, sha256)
        which, at = index.find(wanted)
        if len(which):
            seen[which] = True
            rows += _holding(workspace, closed.name, path, index, at, len(wanted))
    rows.sort(key=lambda row: (-row["share"], row["record"], row["chunk"]))
    share = int(seen.sum()) * 1000 // len(wanted)
    sources: dict[str, int] = {}
    for row in rows:
        sources[row["source"]] = sources.get(row["source"], 0) + 1
    return {"verdict": "found" if rows else "not-found", "why": "", "share": share, "rows": len(rows), "sources": sources, "found": rows[:_SHOWN]}


def _holding(workspace: Workspace, release: str, path: str, index: Index, at: Any, prints: int) -> list[dict[str, Any]]:
    """Give the rows of a data file that hold the work."""
    found, hits = np.unique(at, return_counts=True)
    enough = hits >= min(LEAST, prints)
    own = index.counts[found].astype(np.int64)
    enough &= (hits * PART >= prints) | (hits * PART >= own)
    if not enough.any():
        return []
    ids = workspace.corpus.read(f"releases/{release}/{path.replace('data/', 'ids/')}", ["record", "chunk", "source"]).take(found[enough])
    return [{**row, "share": int(hit) * 1000 // prints, "of_row": int(hit) * 1000 // max(1, int(all_of))}
            for row, hit, all_of in zip(ids.to_pylist(), hits[enough], own[enough], strict=True)]


def _data_files(workspace: Workspace, closed: Released) -> list[tuple[str, str]] | None:
    """Give a release's data files with their digests; None where one is no longer there."""
    folder = workspace.corpus.path(f"releases/{closed.name}")
    try:
        files = json.loads((folder / "manifest.json").read_bytes())["files"]
    except (OSError, ValueError, KeyError):
        return None
    data = [(str(file["path"]), str(file["sha256"])) for file in files if file["path"].startswith("data/")]
    there = {f"data/{path.name}" for path in (folder / "data").iterdir()} if data and (folder / "data").is_dir() else set()
    return data if there.issuperset(path for path, _ in data) else None


def index_path(sha256: str) -> str:
    """Give the place of the index of a data file."""
    return f"works/{sha256.removeprefix('sha256:')}.idx"


def _made(workspace: Workspace, release: str, path: str, sha256: str) -> Index:
    """Make the index of a data file, from the very bytes that the manifest names."""
    place, relative = index_path(sha256), f"releases/{release}/{path}"
    if workspace.corpus.digest(relative) != sha256:
        raise EvidenceError("a data file is not the one that was released", about=relative, reason="file-altered",
                            remedy="Restore the release; nothing is said of it.")
    workspace.corpus.write_bytes(place, index_of(_texts(workspace, relative)))
    made = opened_index(workspace.corpus.path(place))
    if made is None:
        raise EvidenceError("an index of words cannot be read back", about=place, reason="file-unreadable")
    return made


def _texts(workspace: Workspace, relative: str) -> Iterator[Sequence[str]]:
    """Give the words of a data file's rows, batch by batch."""
    for batch in workspace.corpus.batches(relative, _BATCH):
        rows = batch.select(["text", "messages"]).to_pylist()
        yield [row["text"] if row["text"] is not None else "\n".join(said["content"] or "" for said in row["messages"] or ()) for row in rows]


def _by_number(workspace: Workspace, closed: Released, number: str) -> dict[str, Any]:
    """Say which records of a release name a work by its number, in their words or in what their source says of them."""
    rows = _numbers(workspace, closed)
    if rows is None:
        return {"verdict": "cannot-tell", "why": "rows-gone", "share": 0, "rows": 0, "sources": {}, "found": []}
    mine = rows.filter(pl.col("number") == number).sort("record")
    return {"verdict": "named" if mine.height else "not-found", "why": "", "share": 0, "rows": mine.height,
            "sources": dict(mine.group_by("source").len().sort("source").iter_rows()),
            "found": [{"record": record, "source": source} for record, source in mine.head(_SHOWN).select("record", "source").iter_rows()]}


def _numbers(workspace: Workspace, closed: Released) -> pl.DataFrame | None:
    """Give every number of a work that a release's records name, from a file that is made where it is missing."""
    place = f"state/{closed.name}/works.parquet"
    if _data_files(workspace, closed) is None:
        return None
    if not workspace.corpus.exists(place):
        try:
            lock = json.loads(workspace.corpus.path(f"state/{closed.name}/lock.json").read_bytes())
            told = column_of(workspace.corpus, lock, "record", "works") if lock["inputs"] else None
        except (OSError, ValueError, KeyError, EvidenceError, pl.exceptions.PolarsError):
            return None
        files = sorted(workspace.corpus.path(f"releases/{closed.name}/ids").glob("*.parquet"))
        kept = pl.read_parquet(files, columns=["record", "source"]).unique() if files else None
        rows = _NUMBERS if told is None or kept is None else told.select("record", number="works").explode(
            "number", empty_as_null=False).drop_nulls().unique().join(kept, on="record").select(_NUMBERS.columns)
        workspace.corpus.write(place, pl.concat([_NUMBERS, rows]).sort("number", "record").to_arrow(compat_level=pl.CompatLevel.oldest()))
    return pl.DataFrame(pl.from_arrow(workspace.corpus.read(place)))
