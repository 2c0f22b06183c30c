"""What is kept too long: each store with its purpose and its end, what is due, and its removal, proved by reading again.

Rules kept here:

- A conversation's time runs from when its newest state arrived. When it is over the words leave the shards and what was
  computed of them, and every release that holds them: nobody could find its rows for a later refusal otherwise.
- What a legal hold keeps, what its person froze, and what somebody asked for and was not answered, stays, and is counted.
- The end is an entry of the log with its days, before anything goes; what was read again afterwards is another. The auditor
  finds every record that went before its time.
- A removal that was cut short goes on when it is called again. A store without an end says why.

Law: REL-11
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import polars as pl

from ..core.cases import REQUESTS, cases_from
from ..core.errors import EvidenceError, InputError
from ..core.ids import SubjectId
from ..core.ports import Log
from ..core.rights import Item, standing
from .alone import alone
from .erase import holding, purge_release, take_out
from .later import erased_records
from .release import recover
from .schedule import backups_at
from .shards import arrivals
from .workspace import (
    Position,
    Progress,
    Workspace,
    inputs_at,
    legal_holds,
    policy_at,
    releases_at,
    silent,
    standings_at,
)

#: Every store, in the order in which words pass through them.
STORES = ("conversations", "releases", "withdrawn-releases", "backups", "visits", "log", "identities", "keys")
#: What each is kept for, and when it ends where no days are set for it.
PURPOSES = {
    "conversations": "to make training sets of what people allow",
    "releases": "to train models; until they are withdrawn",
    "withdrawn-releases": "to compare what took their place",
    "backups": "to put the workspace back after a loss",
    "visits": "to know who is signed in; at most a day",
    "log": "to prove what was decided; it keeps refusals and does not end",
    "identities": "to know who refused; random ids that do not end, or the erased would come back",
    "keys": "to find nobody without them; they do not end before the log"}
_FROZEN = frozenset({"restricted", "rectification-pending"})
_EMPTY = pl.DataFrame(schema={"record": pl.String, "arrived": pl.Datetime(time_zone="UTC")})


class Visits(Protocol):
    """Where sessions, used tokens and request keys end by themselves."""

    def over(self, now: datetime) -> int:
        """Count what is over and still there."""
        ...

    def sweep(self, now: datetime) -> int:
        """Remove what is over; give how much that was."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """After how many days each store's contents are to be gone; 0 where nothing is said."""

    conversations: int = 0
    withdrawn_releases: int = 0
    backups: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One store: its days (0: none, or ends otherwise), how much it holds, is due, and is due but must stay, and since when.

    ``due`` of releases and backups is their number, of conversations that of records. ``names`` says which, where few.
    """

    store: str
    days: int
    holds: int
    due: int = 0
    stays: int = 0
    oldest: datetime | None = None
    names: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"store": self.store, "days": self.days or None, "holds": self.holds, "due": self.due, "stays": self.stays,
                "oldest": self.oldest.isoformat() if self.oldest else None, "names": list(self.names)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What was removed: records, releases patched for it, withdrawn releases whose data went, rows of visits; entries that say so."""

    records: int
    patches: tuple[str, ...]
    releases: tuple[str, ...]
    visits: int
    entries: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"records": self.records, "patches": list(self.patches), "releases": list(self.releases), "visits": self.visits,
                "entries": list(self.entries)}


def kept(workspace: Workspace, periods: Periods, visits: Visits | None) -> list[Kept]:
    """Give every store with what of it is due, read now; ``visits`` is None where no server ever ran."""
    now, known = workspace.clock.now(), releases_at(workspace.log)
    found = _arrived(workspace)
    over = _over(found, periods.conversations, now)
    staying = _staying(workspace, over)
    gone = {name: item for name, item in known.items() if item.withdrawn >= 0 and _has_data(workspace, name)}
    late = tuple(name for name, at in _withdrawn(workspace.log).items() if name in gone and _is_over(at, periods.withdrawn_releases, now))
    backups = backups_at(workspace.log)
    old = [one for one in backups if _is_over(one.begun, periods.backups, now)]
    size, waiting = workspace.log.head()[0], visits.over(now) if visits else 0
    return [
        Kept(store="conversations", days=periods.conversations, holds=found.height, due=len(over) - len(staying) + len(_unfinished(workspace)),
             stays=len(staying), oldest=found["arrived"].min() if found.height else None),  # type: ignore[arg-type]
        Kept(store="releases", days=0, holds=sum(item.withdrawn < 0 for item in known.values())),
        Kept(store="withdrawn-releases", days=periods.withdrawn_releases, holds=len(gone), due=len(late), names=late),
        Kept(store="backups", days=periods.backups, holds=len(backups), due=len(old), names=tuple(one.name for one in old),
             oldest=min((one.begun for one in backups), default=None)),
        Kept(store="visits", days=0, holds=waiting, due=waiting),
        Kept(store="log", days=0, holds=size),
        Kept(store="identities", days=0, holds=sum(1 for _ in workspace.log.entries(kinds=("subject",)))),
        Kept(store="keys", days=0, holds=1)]


def carry_out(workspace: Workspace, periods: Periods, visits: Visits, by: str, *, progress: Progress = silent) -> Swept:
    """Remove what is due, then read the stores again and enter what was found.

    Raises:
        InputError: nobody is named.
        EvidenceError: something that was due is still there.
        UnavailableError: another command is at work in the workspace.
    """
    if not by.strip():
        raise InputError("somebody carries it out", reason="name-missing", remedy="Add --by NAME.")
    with alone(workspace):
        recover(workspace)
        patches, entries, records = list[str](), list[int](), 0
        if doomed := _doomed(workspace, periods, by, entries):
            done = take_out(workspace, doomed, progress)
            patches, records = list(done.patches), done.records
            left = _left(workspace, doomed)
            entries.append(_proved(workspace, "conversations", by, left, records=len(doomed)))
        released = tuple(_withdraw_data(workspace, periods, by, entries))
        swept = visits.sweep(workspace.clock.now())
        if left := visits.over(workspace.clock.now()):
            raise EvidenceError(f"{left} rows of visits are over and still there", reason="retention-left")
    return Swept(records=records, patches=tuple(patches), releases=released, visits=swept, entries=tuple(entries))


def _doomed(workspace: Workspace, periods: Periods, by: str, entries: list[int]) -> dict[str, int]:
    """Give the records that must go, each with the entry that says so; one that was cut short keeps its own."""
    doomed = _unfinished(workspace)
    over = _over(_arrived(workspace), periods.conversations, workspace.clock.now())
    if due := over - _staying(workspace, over):
        seq = workspace.enter("retention", {"store": "conversations", "days": periods.conversations, "answer": "due", "by": by.strip(),
                                            "records": len(due)})
        entries.append(seq)
        doomed |= dict.fromkeys(sorted(due), seq)
    return doomed


def _unfinished(workspace: Workspace) -> dict[str, int]:
    """Give the records whose time was over, that left the shards, and that a live release still holds: a crash came between."""
    ours = {entry.seq for entry in workspace.log.entries(kinds=("retention",))}
    gone = {record: seq for record, seq in erased_records(workspace.log).items() if seq in ours} if ours else {}
    return {record: gone[record] for record in holding(workspace, gone)} if gone else {}


def _arrived(workspace: Workspace) -> pl.DataFrame:
    """Give every stored record with the time when its newest state arrived."""
    live, _ = inputs_at(workspace.log, Position.head(workspace.log), ())
    times = arrivals(workspace.log)
    parts = [pl.read_parquet(workspace.corpus.path(f"shards/{item.shard}.parquet"), columns=["record"]).with_columns(
        arrived=pl.lit(times[item.shard], dtype=pl.Datetime(time_zone="UTC"))) for item in live]
    return pl.concat(parts).group_by("record").agg(pl.col("arrived").max()) if parts else _EMPTY


def _is_over(at: datetime, days: int, now: datetime) -> bool:
    return days > 0 and now - at >= timedelta(days=days)


def _over(found: pl.DataFrame, days: int, now: datetime) -> set[str]:
    return set(found.filter(pl.col("arrived") <= now - timedelta(days=days))["record"].to_list()) if days else set()


def _staying(workspace: Workspace, over: set[str]) -> set[str]:
    """Give those that must stay although their time is over: held, frozen, or asked for by somebody who waits for an answer."""
    if not over:
        return set()
    log, out = workspace.log, over & legal_holds(workspace.log).keys()
    at = Position.head(log)
    standings, policy, now = standings_at(log, at), policy_at(log, at), workspace.clock.now()
    waiting = {str(case.subject) for case in cases_from(log.entries(kinds=frozenset(REQUESTS) | {"step"})).values()
               if case.state == "open" and case.kind in ("access", "portability")}
    freezing = {str(entry.subject) for entry in log.entries(kinds=("restriction", "rectification"))}
    for subject in sorted((waiting | freezing) - {""}):
        people = [subject, *map(str, standings.linked(SubjectId(subject)))]
        mine = over.intersection(_records(workspace, people))
        out |= {record for record in mine if not waiting.isdisjoint(people) or standing(
            standings, policy, SubjectId(subject), "train", Item(record=record), now).reason in _FROZEN}
    return out


def _records(workspace: Workspace, people: list[str]) -> list[str]:
    files = sorted(workspace.corpus.path("index").glob("*.parquet"))
    found = pl.scan_parquet(files).filter(pl.col("subject").is_in(people)).select("record").unique().collect() if files else _EMPTY
    return found["record"].to_list()


def _left(workspace: Workspace, doomed: Mapping[str, int]) -> int:
    """Count what shards, indexes, attributes and live releases hold of records that were to go."""
    files = [path for folder in ("shards", "index", "attributes/*") for path in sorted(workspace.root.glob(f"{folder}/*.parquet"))]
    found = sum(int(pl.scan_parquet(path).filter(pl.col("record").is_in(list(doomed))).select(pl.len()).collect().item()) for path in files)
    return found + len(holding(workspace, doomed))


def _proved(workspace: Workspace, store: str, by: str, left: int, **body: Any) -> int:
    if left:
        raise EvidenceError(f"{left} things of the store {store} were due and are still there", about=store, reason="retention-left",
                            remedy="Run the same command again; if it stays so, report this.")
    return workspace.enter("retention", {"store": store, "answer": "removed", "by": by.strip(), "left": left, **body})


def _withdrawn(log: Log) -> dict[str, datetime]:
    """Give when each withdrawn release was withdrawn."""
    return {str(entry.decision["release"]): entry.recorded_at for entry in log.entries(kinds=("release-withdrawn",)) if entry.decision}


def _has_data(workspace: Workspace, name: str) -> bool:
    return any(workspace.corpus.path(f"releases/{name}/data").glob("*.parquet"))


def _withdraw_data(workspace: Workspace, periods: Periods, by: str, entries: list[int]) -> Iterator[str]:
    """Remove the rows of releases that were withdrawn long enough ago; digests, counts and proofs stay."""
    now = workspace.clock.now()
    for name, at in _withdrawn(workspace.log).items():
        if _is_over(at, periods.withdrawn_releases, now) and _has_data(workspace, name):
            entries.append(workspace.enter("retention", {"store": "withdrawn-releases", "release": name, "answer": "due", "by": by.strip(),
                                                         "days": periods.withdrawn_releases}))
            purge_release(workspace, name)
            entries.append(_proved(workspace, "withdrawn-releases", by, int(_has_data(workspace, name)), release=name))
            yield name
