"""What people asked for and what it touched, in numbers that anybody may read: from the log and the released rows.

Rules kept here:

- A kind with fewer than :data:`FEWEST` requests is counted with others, or not shown where these are few too; so nobody's
  single request is shown. There is no total, from which a hidden number could be worked out.
- A delay is shown of at least as many; it ends when a request was answered, or, of what needs no answer, when it counts.
- Overdue requests are never silent: few of them are told as few, never as none.
- Sets and models are the company's and are counted one by one: a set is touched when it was withdrawn for another, or still
  holds words of somebody who refused, erased or corrected since. Where only a part was meant, more may be counted, not less.
- Synthetic people (canaries) are nobody, and counted nowhere.

Law: FOL-08
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import polars as pl

from ..core.cases import REQUESTS, Case
from ..core.rights import INSTRUMENTS, RESTRICTING, Entry
from .canaries import is_synthetic
from .cases import cases
from .erase import pending
from .later import erased_records
from .live import Live
from .queries import downstream_of, released_rows
from .workspace import Position, Workspace, outsiders_at, releases_at

#: So many requests stand together in a number about people, at least.
FEWEST = 5

_KINDS = (*INSTRUMENTS, "third-party-objection")
_TAKING = RESTRICTING & frozenset(INSTRUMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of request ("": several, each with few): how many, how long until each was answered or counted, how many overdue.

    ``middle`` and ``worst`` are None where too few were answered to say; ``overdue`` is None for some, but fewer than can be told.
    """

    name: str
    number: int
    middle: timedelta | None = None
    worst: timedelta | None = None
    overdue: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers at a moment: requests by kind, and of sets and models how many there are and how many were touched."""

    at: datetime
    size: int
    kinds: tuple[Kind, ...]
    sets: int
    replaced: int
    waiting: int
    models: int
    models_touched: int

    def as_json(self) -> dict[str, Any]:
        """Give them as plain values; delays in seconds, null where too few people stand behind a number."""
        def seconds(delay: timedelta | None) -> int | None:
            return None if delay is None else int(delay.total_seconds())
        return {"at": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"), "log_entries": self.size, "fewest_people_in_a_number": FEWEST,
                "requests": [{"kind": one.name or "others", "number": one.number, "median_seconds": seconds(one.middle),
                              "worst_seconds": seconds(one.worst), "overdue": one.overdue,
                              "some_overdue": one.overdue is None or one.overdue > 0} for one in self.kinds],
                "sets": {"closed": self.sets, "replaced": self.replaced, "waiting_for_a_patch": self.waiting},
                "models": {"known": self.models, "trained_on_a_set_touched": self.models_touched}}


def figures(live: Live) -> Figures:
    """Count everything as the log has it now."""
    space, now = live.workspace, live.workspace.clock.now()
    synthetic, size = is_synthetic(space), space.log.head()[0]
    asked = [entry for entry in space.log.entries(kinds=frozenset(_KINDS)) if not synthetic(entry)]
    releases, waiting = releases_at(space.log), _waiting(live, asked)
    replaced = {name for name, one in releases.items() if one.withdrawn >= 0}
    known = downstream_of(space)
    touched = {name for name, run in known.runs.items() if (replaced | waiting).intersection(run.releases)}
    models = [(run, name) for run, made in known.models.items() for name in dict.fromkeys(name for name, _ in made)]
    return Figures(at=now, size=size, kinds=_kinds(asked, cases(space), now), sets=len(releases), replaced=len(replaced),
                   waiting=len(waiting), models=len({name for _, name in models}),
                   models_touched=len({name for run, name in models if run in touched}))


def _kinds(asked: Iterable[Entry], known: Mapping[int, Case], now: datetime) -> tuple[Kind, ...]:
    """Give the kinds with enough requests, the most frequent first, then the others together."""
    found: dict[str, list[Entry]] = {}
    for entry in asked:
        found.setdefault(entry.kind, []).append(entry)
    shown = sorted((_kind(kind, entries, known, now) for kind, entries in found.items() if len(entries) >= FEWEST),
                   key=lambda one: (-one.number, one.name))
    few = [entry for entries in found.values() if len(entries) < FEWEST for entry in entries]
    return (*shown, *([Kind(name="", number=len(few), overdue=_overdue(few, known, now))] if len(few) >= FEWEST else ()))


def _kind(kind: str, entries: list[Entry], known: Mapping[int, Case], now: datetime) -> Kind:
    if kind in REQUESTS:
        ended = ((entry, known[entry.seq].last("answered", "refused")) for entry in entries)
        delays = [step.at - entry.received_at for entry, step in ended if step]
    else:
        delays = [entry.recorded_at - entry.received_at for entry in entries]
    delays = [max(delay, timedelta(0)) for delay in delays]
    told = len(delays) >= FEWEST
    return Kind(name=kind, number=len(entries), overdue=_overdue(entries, known, now), worst=max(delays) if told else None,
                middle=timedelta(seconds=median(delay.total_seconds() for delay in delays)) if told else None)


def _overdue(entries: Iterable[Entry], known: Mapping[int, Case], now: datetime) -> int | None:
    late = sum(entry.seq in known and known[entry.seq].state == "open" and known[entry.seq].due < now.date() for entry in entries)
    return late if not late or late >= FEWEST else None


def _waiting(live: Live, asked: Iterable[Entry]) -> set[str]:
    """Give the live sets that hold words of somebody who asked, since they closed, for something that takes words out."""
    space = live.workspace
    since = pl.concat([_of_people(live, asked), _of_outsiders(space), _frame("record", {**erased_records(space.log), **pending(space)})])
    since = since.group_by("record").agg(pl.col("seq").max())
    return {name for name, one in releases_at(space.log).items() if one.withdrawn < 0
            and released_rows(space, name).join(since.filter(pl.col("seq") > one.seq), on="record", how="semi").height}


def _frame(key: str, values: Mapping[str, int]) -> pl.DataFrame:
    return pl.DataFrame({key: list(values), "seq": list(values.values())}, schema={key: pl.String, "seq": pl.Int64})


def _of_people(live: Live, asked: Iterable[Entry]) -> pl.DataFrame:
    """Give the records that somebody is in who asked, with the last entry that may take them out."""
    standings, _, _ = live.now()
    latest: dict[str, int] = {}
    for entry in asked:
        body = entry.decision or {}
        if entry.kind in _TAKING and "train" in (body.get("purposes") or ("train",)):
            for one in (entry.subject, *standings.linked(entry.subject)):
                latest[str(one)] = entry.seq
    files = sorted(live.workspace.corpus.path("index").glob("*.parquet"))
    if not latest or not files:
        return _frame("record", {})
    return pl.scan_parquet(files).select("subject", "record").join(_frame("subject", latest).lazy(), on="subject").select(
        "record", "seq").unique().collect()


def _of_outsiders(space: Workspace) -> pl.DataFrame:
    """Give the records in which somebody who is no user was found, or a namesake, with their objection's entry."""
    keys, names = outsiders_at(space.log, Position.head(space.log))
    files = sorted(space.corpus.path("attributes").glob("*/*.parquet"))
    found = [_frame("record", {})]
    for column, wanted in (("mentions", keys), ("names", names)):
        if wanted and files:
            found.append(pl.scan_parquet(files).select("record", key=pl.col(column)).explode("key").join(
                _frame("key", wanted).lazy(), on="key").select("record", "seq").unique().collect())
    return pl.concat(found)
