"""A source that turned out unlawful: every release, recipient, run and model that holds it, and what can be done about it.

Rules kept here:

- One question lists all of it: live and withdrawn releases, rows of the source, rows made from its records, and documents of other
  sources that repeat much of it.
- A release whose rows are no longer on disk is listed as one that may hold it, never as one that does not.
- To refuse the source is an entry of the log with who and why; it counts from then on in every build and patch, and nothing
  lifts it. The patch is the usual one, which the auditor computes again.
- What a model has learnt is said as it is: a patch changes no model.

Law: LIA-13, FOL-01
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ..core.errors import InputError
from ..pipeline.kin import PAIRS, Kin
from .commands import registered
from .deciding import attribute_paths
from .queries import downstream_of, run_line
from .workspace import Position, Released, Workspace, register_at, releases_at

_ROWS = {"record": pl.String, "chunk": pl.Int32, "source": pl.String}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one release holds of a source: its rows, rows made from its records or repeating them, who has it, what trained on it.

    ``rows`` is -1 where the release's rows are no longer on disk, so that nobody can tell.
    """

    release: str
    withdrawn: bool
    rows: int
    made_from_it: int
    repeating_it: int
    recipients: tuple[str, ...]
    runs: tuple[Mapping[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"release": self.release, "withdrawn": self.withdrawn, "rows": None if self.rows < 0 else self.rows,
                "made_from_it": self.made_from_it, "repeating_it": self.repeating_it, "recipients": list(self.recipients), "runs": [dict(run) for run in self.runs]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Everything that a source went into, and the three options with what each would mean."""

    source: str
    refused: bool
    holdings: tuple[Holding, ...]

    @property
    def live(self) -> list[Holding]:
        """Give the releases that are not withdrawn."""
        return [one for one in self.holdings if not one.withdrawn]

    def options(self) -> list[dict[str, Any]]:
        """Give part of the set, whole set and model, in the order in which the authorities name them."""
        live, runs = self.live, [dict(run) for one in self.holdings for run in one.runs]
        told = sorted({name for one in self.holdings for name in one.recipients})
        models = sorted({model for run in runs for model in run["models"]})
        return [
            {"option": "part of the set", "releases": [one.release for one in live],
             "rows": sum(max(one.rows, 0) + one.made_from_it + one.repeating_it for one in live), "tell": told, "models": [],
             "means": "Each live release gets a patch without these rows; recipients are told to use the patch. What was trained keeps them.",
             "command": f"licit source unlawful {self.source} --refuse --patch --by NAME --why TEXT"},
            {"option": "whole set", "releases": [one.release for one in self.holdings], "rows": None, "tell": told, "models": [],
             "means": "Every release that holds it is destroyed wherever it is, and a new one is built without the source. For when what "
                      "is left cannot be told apart from what must go. What was trained keeps it.",
             "command": f"licit source unlawful {self.source} --refuse --by NAME --why TEXT; licit build; licit recall --send"},
            {"option": "model", "releases": [], "rows": None, "tell": told, "models": models,
             "retrain_due": {str(run["run"]): run["next_retrain_due"] for run in runs},
             "means": "Each model is trained again without the source, or taken out of use; until then its output is the only place to act. "
                      "Only this reaches what a model has learnt.",
             "command": "licit run add … --release PATCH, once trained again"}]

    def as_json(self) -> dict[str, Any]:
        """Give the impact as plain values."""
        return {"source": self.source, "refused": self.refused, "releases": [one.as_json() for one in self.holdings],
                "options": self.options()}

    def lines(self) -> Iterator[str]:
        """Say it in lines people can read."""
        yield f"{self.source} is {'refused as unlawful since' if self.refused else 'not refused: builds may still use'} " + (
            "it was found so." if self.refused else "it.")
        if not self.holdings:
            yield "No release holds it."
        for one in self.holdings:
            rows = "its rows are no longer on disk; it may hold some" if one.rows < 0 else f"{one.rows} {'row' if one.rows == 1 else 'rows'} of it"
            more = f", {one.made_from_it} made from it" if one.made_from_it else ""
            more += f", {one.repeating_it} of other sources that repeat much of it" if one.repeating_it else ""
            yield f"{one.release}{' (withdrawn)' if one.withdrawn else ''}: {rows}{more}"
            yield from (f"  recipient: {name}" for name in one.recipients)
            for run in one.runs:
                yield f"  {run_line(run)}"
        for number, option in enumerate(self.options() if self.holdings else (), 1):
            models = f" Models: {', '.join(option['models'])}." if option["models"] else ""
            yield f"Option {number}, {option['option']}: {option['means']}{models}"
            yield f"  {option['command']}"


def impact(workspace: Workspace, source: str) -> Impact:
    """List everything that a source went into.

    Raises:
        InputError: no such source is registered.
    """
    known, downstream = registered(workspace, source), downstream_of(workspace)
    holdings = []
    for name, released in releases_at(workspace.log).items():
        rows, made, repeating = _held(workspace, released, source)
        if rows or made or repeating:
            holdings.append(Holding(release=name, withdrawn=released.withdrawn >= 0, rows=rows, made_from_it=made, repeating_it=repeating,
                                    recipients=tuple(downstream.recipients.get(name, ())), runs=tuple(downstream.runs_of(name))))
    return Impact(source=source, refused=known.unlawful, holdings=tuple(holdings))


def refuse(workspace: Workspace, source: str, *, by: str, why: str) -> int:
    """Refuse a source from now on; give the entry. The same again enters nothing.

    Raises:
        InputError: no such source is registered, or nobody or no reason is named.
    """
    known = registered(workspace, source)
    for value, what, remedy in ((by, "who found it so", "Add --by NAME."), (why, "why", "Add --why TEXT.")):
        if not value.strip():
            raise InputError(f"to refuse a source says {what}", about=source, remedy=remedy)
    if known.unlawful:
        return next(int(entry.seq) for entry in workspace.log.entries(kinds=("unlawful",)) if (entry.decision or {}).get("source") == source)
    return workspace.enter("unlawful", {"source": source, "by": by.strip(), "why": why.strip()})


def _held(workspace: Workspace, released: Released, source: str) -> tuple[int, int, int]:
    """Count a release's rows of a source, -1 where they cannot be read any more, and rows made from records of it or repeating them."""
    folder = workspace.corpus.path(f"releases/{released.name}")
    try:
        files = [file["path"] for file in json.loads((folder / "manifest.json").read_bytes())["files"] if file["path"].startswith("ids/")]
        rows = pl.concat([pl.DataFrame(schema=_ROWS), *(pl.read_parquet(folder / path, columns=list(_ROWS)) for path in files)])
        lock = json.loads(workspace.corpus.path(f"state/{released.name}/lock.json").read_bytes())
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError):
        return -1, 0, 0
    own, others = rows.filter(pl.col("source") == source), rows.filter(pl.col("source") != source)
    made = others.filter(pl.col("record").is_in(_made_from(workspace, lock, rows, source)))
    return own.height, made.height, _repeating(workspace, lock, others.join(made, on=["record", "chunk"], how="anti"), source)


def _repeating(workspace: Workspace, lock: Mapping[str, Any], others: pl.DataFrame, source: str) -> int:
    """Count the released documents of other sources that would be held as descendants of this one."""
    paths = [path for name in attribute_paths(lock).values() if (path := workspace.corpus.path(name)).exists()]
    if not paths or not others.height:
        return 0
    rows = (pl.scan_parquet(paths).select("record", "chunk", "source", "thread", "runs").filter(pl.col("thread") == "document")
            .collect().with_row_index("row").with_columns(pl.col("row").cast(pl.UInt32)))
    kin = Kin(register=register_at(workspace.log, Position.head(workspace.log)), made={}, pairs=pl.DataFrame(schema=PAIRS))
    released = rows.join(others.select("record", "chunk"), on=["record", "chunk"], how="semi")
    return kin.descendants(rows.filter(pl.col("source") == source), released).height


def _made_from(workspace: Workspace, lock: Mapping[str, Any], rows: pl.DataFrame, source: str) -> list[str]:
    """Give the records of a release that were made from records of a source, at whatever remove."""
    paths = [path for name in attribute_paths(lock).values() if (path := workspace.corpus.path(name)).exists()]
    if not paths:
        return []
    scan = pl.scan_parquet(paths)
    edges = scan.select("record", "made_from").filter(pl.col("made_from").list.len() > 0).collect().explode("made_from", empty_as_null=False)
    reached = set(scan.filter(pl.col("source") == source).select("record").collect()["record"].to_list()) if edges.height else set()
    first, size = set(reached), -1
    while len(reached) > size:
        size = len(reached)
        reached |= {*edges.filter(pl.col("made_from").is_in(list(reached)))["record"]}
    return sorted((reached - first) & {*rows["record"]})
