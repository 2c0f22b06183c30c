"""How far each request has come in each store, read again from the store itself when somebody looks.

Rules kept here:

- A store is *verified* only when it was read just now and holds nothing more that must go; that something was asked for, or
  said to be done, is another state.
- What is left after the legal date has failed. What waits for a legal hold is shown as waiting, not as done.
- A place in the workspace that is no known store is red for every request: nobody can say what it holds.
- A recipient who was never told, or cannot be, has failed; one who received a recall has acknowledged nothing yet.

Law: RGT-07, RGT-08, FOL-01
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Literal

import polars as pl

from ..core.cases import REQUESTS, cases_from
from ..core.duties import add_months
from ..core.ids import SubjectId
from ..core.recalls import Recall
from ..core.rights import PERSONAL, Entry
from .canaries import is_synthetic
from .erase import pending
from .later import erased_records
from .live import Live
from .queries import downstream_of, records_of, released_rows
from .recalls import recall_id, recalls
from .schedule import backups_at
from .workspace import Released, Workspace, legal_holds, releases_at

State = Literal["none", "asked", "held", "acknowledged", "verified", "failed"]

#: The stores, in the order in which words pass through them.
STORES = ("records", "attributes", "log", "staging", "releases", "vault", "backups", "recipients", "models", "unknown")

#: What a workspace holds at its top. The stand-ins of a workspace are made with a key and kept nowhere, so it has no vault.
_KNOWN = ("shards", "index", "attributes", "state", "releases", "signals", "audits", "works", "keys", "licit.db", "licit.db-*", "web.db", "web.db-*", "*.toml",
          "*.jwks.json")
_MOST = 25
_WORST = ("failed", "asked", "held", "acknowledged", "verified", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One request in one store: how it stands, and how much is left, was found, or is spoken of."""

    state: State
    number: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One request and its cells, by store."""

    entry: int
    kind: str
    subject: str
    due: date
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was read of all stores, once for all requests."""

    space: Workspace
    pending: Mapping[str, int]
    gone: Mapping[str, int]
    held: Collection[str]
    releases: Mapping[str, Released]
    rows: Mapping[str, pl.DataFrame]
    computed: Mapping[str, int]
    leftovers: tuple[str, ...]
    unknown: tuple[str, ...]
    told: Mapping[str, Recall]


def board(live: Live) -> tuple[list[Row], int]:
    """Give the latest erasures and refusals with what every store holds of them, the newest first, and how many there are more."""
    space, synthetic = live.workspace, is_synthetic(live.workspace)
    asked = [entry for entry in space.log.entries(kinds=("erasure", "objection", "withdrawal")) if entry.subject and not synthetic(entry)]
    cases = cases_from(space.log.entries(kinds=frozenset(REQUESTS) | {"step"}))
    read, today = _read(space), space.clock.now().date()
    rows = []
    for entry in reversed(asked[-_MOST:]):
        due = cases[entry.seq].due if entry.seq in cases else add_months(entry.received_at, 1).date()
        standings, _, _ = live.now()
        people = [str(entry.subject), *map(str, standings.linked(SubjectId(entry.subject)))]
        rows.append(Row(entry=entry.seq, kind=entry.kind, subject=str(entry.subject), due=due,
                        cells=_cells(read, entry, people, today > due)))
    return rows, max(0, len(asked) - _MOST)


def _read(space: Workspace) -> _Read:
    gone, waiting, releases = erased_records(space.log), pending(space), releases_at(space.log)
    files = sorted(space.corpus.path("attributes").glob("*/*.parquet"))
    computed = dict(pl.scan_parquet(files).filter(pl.col("record").is_in([*gone, *waiting])).group_by("record").len().collect()
                    .iter_rows()) if files and (gone or waiting) else {}
    folder = space.corpus.path("releases")
    left = [path.name for path in folder.iterdir() if path.name not in releases] if folder.is_dir() else []
    top = [path.name for path in space.root.iterdir()]
    return _Read(
        space=space, pending=waiting, gone=gone, held=legal_holds(space.log).keys(), releases=releases,
        rows={name: released_rows(space, name) for name in releases}, computed=computed, told=recalls(space),
        leftovers=tuple(sorted([*left, *(name for name in top if name.startswith(".spill-"))])),
        unknown=tuple(sorted(name for name in top if not name.startswith(".spill-") and not any(
            fnmatchcase(name, known) for known in _KNOWN))))


def _cells(read: _Read, entry: Entry, people: list[str], late: bool) -> dict[str, Cell]:
    """Give what each store holds of one request."""
    erasing = entry.kind == "erasure"
    mine = {record for record, seq in (*read.gone.items(), *read.pending.items()) if seq == entry.seq} if erasing else set(
        records_of(read.space, people))
    went = {name: rows.filter(pl.col("record").is_in(list(mine))) for name, rows in read.rows.items()}
    went = {name: rows for name, rows in went.items() if rows.height and (erasing or read.releases[name].seq < entry.seq)}
    none = Cell(state="none")
    cells = {"records": _kept(read, [record for record in mine if record in read.pending], late) if erasing else none,
             "attributes": _kept(read, [record for record in mine if record in read.computed], late) if erasing else none,
             "log": _left(_particulars(read.space, people), late) if erasing else none,
             "staging": _left(len(read.leftovers), late, read.leftovers) if erasing else none,
             "releases": _released(read, went, late), "vault": none,
             "backups": _backups(read, entry) if erasing else none,
             "recipients": _recipients(read, went), "models": _models(read, went)}
    unknown = Cell(state="failed", number=len(read.unknown), names=read.unknown) if read.unknown else Cell(state="verified")
    return cells | {"unknown": unknown}


def _left(number: int, late: bool, names: tuple[str, ...] = ()) -> Cell:
    return Cell(state="verified" if not number else "failed" if late else "asked", number=number, names=names)


def _kept(read: _Read, stored: Collection[str], late: bool) -> Cell:
    """Tell what is still stored: what a legal hold keeps is no failure, and no success."""
    waiting = sum(record in read.held for record in stored)
    return Cell(state="held", number=waiting) if waiting and waiting == len(stored) else _left(len(stored), late)


def _particulars(space: Workspace, people: Iterable[str]) -> int:
    """Count the entries of somebody of which more than the decision is still there."""
    return sum(space.log.commitments(entry.seq).particulars is not None for one in people
               for entry in space.log.entries(subject=SubjectId(one), kinds=PERSONAL))


def _released(read: _Read, went: Mapping[str, pl.DataFrame], late: bool) -> Cell:
    """Count the rows that live releases hold, and the erased rows of withdrawn ones whose files are still there."""
    if not went:
        return Cell(state="none")
    live = {name: rows.height for name, rows in went.items() if read.releases[name].withdrawn < 0}
    return _left(sum(live.values()), late, tuple(live)) if live else Cell(state="verified", names=tuple(went))


def _backups(read: _Read, entry: Entry) -> Cell:
    kept = [one for one in backups_at(read.space.log) if one.due and one.begun <= entry.recorded_at]
    today = read.space.clock.now().date().isoformat()
    if not kept:
        return Cell(state="verified")
    return Cell(state="failed" if min(one.due for one in kept) < today else "asked", number=len(kept),
                names=tuple(one.name for one in kept))


def _recipients(read: _Read, went: Mapping[str, pl.DataFrame]) -> Cell:
    known, states, names = downstream_of(read.space).recipients, list[State](), list[str]()
    for name in went:
        for recipient in known.get(name, ()):
            told = read.told.get(recall_id(read.space, recipient, name))
            states.append("failed" if told is None or told.state == "failed" else "asked" if told.state in ("asked", "received")
                          else "acknowledged" if told.state == "acknowledged" else "verified")
            names.append(recipient)
    return Cell(state=min(states, key=_WORST.index), number=len(states), names=tuple(dict.fromkeys(names))) if states else Cell(state="none")


def _models(read: _Read, went: Mapping[str, pl.DataFrame]) -> Cell:
    """Tell which models learnt from it: they stay as they are until they are trained again, on the day that was set.

    A run that is under way has made none yet; one that was broken off made none, unless one was recorded.
    """
    all_runs = [run for name in went for run in downstream_of(read.space).runs_of(name)]
    runs = [run for run in all_runs if not run["replaced"] and (run["models"] or run["state"] != "aborted")]
    if not runs:
        return Cell(state="verified" if all_runs else "none")
    days = [str(run["next_retrain_due"]) for run in runs if run["models"] or run["state"] != "started"]
    late = any(not day or day < read.space.clock.now().date().isoformat() for day in days)
    return Cell(state="failed" if late else "asked", number=len(runs),
                names=tuple(dict.fromkeys(model for run in runs for model in run["models"] or [run["run"]])))
