"""What a model is held against: rows that were released, the twin drawn with them, and the canaries, as they were at the closing.

Rules kept here:

- Only the twin that was drawn with the release tells members from others: its bytes are those that the manifest names, and the
  manifest is the one that the log names. Any other split is refused, however much it looks like one.
- Even that twin is refused where periods, sources, languages or lengths part it from the released rows: a test of membership
  would then be one of these. An honest draw is refused so in less than one of a thousand.
- Rows that the model saw in other releases are no longer held out, and are left out on both sides.

Law: MOD-01, MOD-05
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from ..core.errors import EvidenceError, InputError, RefusedError
from ..core.manifest import manifest_digest
from ..pipeline.memorised import apart, counts_apart
from .queries import Downstream, downstream_of, released_rows
from .workspace import Released, Workspace, releases_at

#: So many released rows are asked for, and so many of those held out, where nobody says otherwise: a rate at 0.1 % false alarms needs 1,000.
ROWS, HELD_OUT = 400, 2000

#: A draw is refused where one of four differences would come by chance less often than this.
UNLIKELY = 2e-4

_KEYS = ["record", "chunk"]
_LEAD = 60
_SAID = pl.col("messages").list.eval(pl.element().struct.field("content").fill_null(""))
_WORDS = pl.coalesce("text", _SAID.list.join("\n"))
_LONGEST = pl.coalesce("text", _SAID.list.eval(pl.element().sort_by(pl.element().str.len_chars(), descending=True, maintain_order=True)).list.first())
_COLUMNS = [*_KEYS, "messages", "text", "language", "source", "first_day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """Some released rows and some of the twin, each in a random order (``record, chunk, source, language, day, words, longest, copies``), and canaries.

    ``copies`` counts the released rows whose longest message begins alike. ``why`` says why there is no twin to compare with.
    """

    release: str
    manifest: Mapping[str, Any] = field(repr=False)
    digest: str
    seed: int
    members: pl.DataFrame = field(repr=False)
    twin: pl.DataFrame = field(repr=False)
    canaries: Sequence[Mapping[str, Any]] = field(repr=False)
    tokens: int
    withdrawn: bool
    why: str = ""


def sets_of(workspace: Workspace, release: str, *, model: str = "", rows: int = ROWS, held_out: int = HELD_OUT) -> Sets:
    """Give what a model is held against: at most ``rows`` released rows and ``held_out`` of the twin's, drawn by the release's seed.

    Raises:
        InputError: no such release.
        EvidenceError: its rows, its twin or its canaries are not those that were closed.
        RefusedError: something other than the draw parts the twin from the released rows.
    """
    known = releases_at(workspace.log)
    if release not in known:
        raise InputError("no such release", about=release, reason="release-unknown", remedy=f"There are: {', '.join(known) or 'none'}.")
    manifest = _manifest(workspace, known[release])
    seed = int(manifest["lock"]["seed"], 16)
    others = _others(workspace, release, model, known, manifest)
    whole = list(_released(workspace, release, manifest, others))
    told = pl.concat([part.drop("words", "longest") for part in whole]) if whole else pl.DataFrame()
    if not told.height:
        raise RefusedError("the release has no rows to hold a model against", about=release, reason="rows-gone",
                           remedy="They were removed, or all stand in other releases that it was trained on; audit against those.")
    twin, why = _twin(workspace, release, manifest, others)
    if twin.height:
        insist_on_draw(told, twin)
    some, mates = (np.random.default_rng([seed, number]).permutation(height)[:most] for number, height, most in ((0, told.height, rows), (4, twin.height, held_out)))
    members = pl.concat(whole)[some].join(told.group_by("lead").len("copies"), on="lead", how="left", maintain_order="left")
    return Sets(release=release, manifest=manifest, digest=known[release].manifest, seed=seed, members=members.drop("lead"),
                twin=twin[mates].with_columns(copies=pl.lit(0, dtype=pl.UInt32)).drop("lead"), canaries=_canaries(workspace, release, manifest),
                tokens=int(told["tokens"].sum()), withdrawn=known[release].withdrawn >= 0, why=why)


def insist_on_draw(members: pl.DataFrame, twin: pl.DataFrame) -> None:
    """Insist that nothing but chance parts two sets of rows: not their days, sources, languages or lengths.

    Raises:
        RefusedError: something does, and is named.
    """
    kinds = {name: counts_apart(*(dict(rows.group_by(name).len().iter_rows()) for rows in (members, twin))) for name in ("source", "language")}
    days = pl.concat([members["day"], twin["day"]]).rank("dense").to_numpy()
    found = {"their days": apart(days[:members.height], days[members.height:]), "their lengths": apart(members["size"], twin["size"]),
             "their sources": kinds["source"], "their languages": kinds["language"]}
    uneven = [name for name, chance in found.items() if chance < UNLIKELY]
    if uneven:
        raise RefusedError(f"the rows held out differ from those released by {' and '.join(uneven)}: this is no random split", reason="split-not-random",
                           remedy="A test of membership would measure that difference. Only the twin drawn with a release serves; build one anew.")


def _manifest(workspace: Workspace, closed: Released) -> Mapping[str, Any]:
    try:
        data = workspace.corpus.path(f"releases/{closed.name}/manifest.json").read_bytes()
    except OSError:
        data = b""
    if manifest_digest(data) != closed.manifest:
        raise EvidenceError("the manifest is not the one that was closed", about=closed.name, reason="file-altered",
                            remedy="Restore the release from a backup; no audit rests on another.")
    return dict(json.loads(data))


def _others(workspace: Workspace, release: str, model: str, known: Mapping[str, Released], manifest: Mapping[str, Any]) -> pl.DataFrame:
    """Give the rows of other releases that the model was trained on, and whether they are of the release's own line."""
    downstream, line = downstream_of(workspace), {release}
    while manifest.get("parent"):
        name = str(manifest["parent"]["name"])
        line.add(name)
        manifest = _manifest(workspace, known[name]) if name in known else {}
    names = set(releases_of(downstream, model)) - {release}
    found = [released_rows(workspace, name).with_columns(own=pl.lit(name in line)) for name in sorted(names)]
    return pl.concat(found) if found else pl.DataFrame(schema={"record": pl.String, "chunk": pl.Int32, "own": pl.Boolean})


def runs_of(downstream: Downstream, model: str) -> list[str]:
    """Give every run that ever made a model of that name: weights that go on from earlier ones saw what these saw."""
    return sorted(run for run, models in downstream.models.items() if any(name == model for name, _ in models))


def releases_of(downstream: Downstream, model: str) -> list[str]:
    """Give every release that a model of that name was ever trained on, as far as the log knows."""
    return sorted({name for run in runs_of(downstream, model) if run in downstream.runs for name in downstream.runs[run].releases})


def _released(workspace: Workspace, release: str, manifest: Mapping[str, Any], others: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Give the released rows, file by file, from the very bytes that the manifest names."""
    for file in manifest["files"]:
        if file["path"].startswith("data/"):
            path = _same(workspace, f"releases/{release}/{file['path']}", file["sha256"])
            rows = pl.read_parquet(path, columns=[*_COLUMNS, "tokens"], hive_partitioning=False)
            yield _told(rows).join(others.filter(~pl.col("own")), on=_KEYS, how="anti", maintain_order="left")


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(*_KEYS, "source", pl.col("language").fill_null(""), "tokens", day=pl.col("first_day").fill_null(""), words=_WORDS.fill_null(""),
                       longest=_LONGEST.fill_null("")).with_columns(size=pl.col("words").str.len_chars(), lead=pl.col("longest").str.head(_LEAD).hash())


def _twin(workspace: Workspace, release: str, manifest: Mapping[str, Any], others: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Give the twin, or the empty frame and why there is none."""
    nothing = pl.DataFrame(schema={"record": pl.String, "chunk": pl.Int32, "source": pl.String, "language": pl.String, "tokens": pl.Int32, "day": pl.String,
                                   "words": pl.String, "longest": pl.String, "size": pl.UInt32, "lead": pl.UInt64})
    if not manifest["audit"]["twin"]:
        return nothing, "no-twin"
    path = _same(workspace, f"state/{release}/twin.parquet", manifest["audit"]["twin_digest"])
    rows = _told(pl.read_parquet(path, columns=[*_COLUMNS, "tokens"]))
    both = rows.join(released_rows(workspace, release), on=_KEYS, how="semi").height
    if both:
        raise EvidenceError(f"{both} rows of the twin were released as well", about=release, reason="file-altered", remedy="See licit verify --auditor.")
    left = rows.join(others, on=_KEYS, how="anti", maintain_order="left")
    return left, "" if left.height else "twin-released-elsewhere"


def _canaries(workspace: Workspace, release: str, manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for file in manifest["files"]:
        if file["path"].startswith("audit/"):
            out += pl.read_parquet(_same(workspace, f"releases/{release}/{file['path']}", file["sha256"])).to_dicts()
    return out


def _same(workspace: Workspace, relative: str, sha256: str) -> bytes:
    """Read a file and insist on its digest."""
    try:
        data = workspace.corpus.path(relative).read_bytes()
    except OSError:
        data = b""
    if "sha256:" + hashlib.sha256(data).hexdigest() != sha256:
        raise EvidenceError("a file is not the one that was there at the closing, or is gone", about=relative, reason="file-altered",
                            remedy="Restore it from a backup. A twin or a row that was put in its place proves nothing.")
    return data
