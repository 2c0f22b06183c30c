"""Requests in the hands of staff: the queue by legal date, the search of every store, and the steps entered in the log.

Rules kept here:

- A search really reads what is stored, when it is asked for; its result is a step in the log and holds counts, no words.
- What is left of an erasure is what must go now: records in shards, rows in live releases. Backups that hold it are counted
  and go by their own date; records under a legal hold are counted and go when it ends.
- A shard in which an outsider's findings were never looked for is counted as unread, and no answer can rest on that.
- A step is entered only where it would count, and is folded again afterwards: of two that cross, the first one counts.
- A step about a person stands under their pseudonym, so that they see it, and get a receipt for it, like their own entries.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import polars as pl

from ..core.cases import REPORTS, REQUESTS, Case, Step, breaks, cases_from
from ..core.duties import working_day
from ..core.errors import InputError, RefusedError
from ..core.ids import SubjectId
from .canaries import is_synthetic
from .centre import whereabouts
from .live import Live
from .queries import released_rows
from .reports import search_works
from .schedule import backups_at
from .workspace import Position, Workspace, inputs_at, legal_holds, releases_at

Light = Literal["overdue", "soon", "in-time", "done"]

#: So many days before the legal date a request turns amber.
SOON = 7
_ASKED = frozenset((*REQUESTS, *REPORTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A case in the queue: the day it is due, the working day on which the law lets that period end, and its light."""

    case: Case
    days: int
    ends: date
    light: Light


def queue(live: Live, country: str = "") -> list[Due]:
    """Give every request of a real person: open ones by legal date, the overdue first; then the answered, the newest first."""
    space, synthetic = live.workspace, is_synthetic(live.workspace)
    today, canaries = space.clock.now().date(), {entry.seq for entry in space.log.entries(kinds=_ASKED) if synthetic(entry)}
    found = [_due(case, today, country) for number, case in cases(space).items() if number not in canaries]
    still = sorted((one for one in found if one.light != "done"), key=lambda one: (one.case.due, one.case.entry))
    return still + sorted((one for one in found if one.light == "done"), key=lambda one: -one.case.entry)


def due_of(live: Live, case: Case, country: str = "") -> Due:
    """Give one case with its dates as of today."""
    return _due(case, live.workspace.clock.now().date(), country)


def _due(case: Case, today: date, country: str) -> Due:
    days = (case.due - today).days
    light: Light = "done" if case.state != "open" else "overdue" if days < 0 else "soon" if days <= SOON else "in-time"
    return Due(case=case, days=days, ends=working_day(case.due, country), light=light)


def cases(workspace: Workspace) -> dict[int, Case]:
    """Fold all requests and steps of the log."""
    return cases_from(workspace.log.entries(kinds=_ASKED | {"step"}))


def case_of(workspace: Workspace, number: int) -> Case:
    """Give the case of one request.

    Raises:
        InputError: no entry of that number asks for anything.
    """
    found = cases(workspace).get(number)
    if found is None:
        raise InputError("no request has this number", about=str(number), reason="request-unknown")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that somebody of staff takes: on which request, what, who in which role, why, and what belongs to it."""

    request: int
    what: str
    by: str
    role: str
    why: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def take(live: Live, taken: Taken) -> Step:
    """Take a step: enter it in the log, if it counts.

    Raises:
        InputError: no such request.
        RefusedError: the rules are against it, which its reason names; nothing was entered, or it crossed another one.
    """
    space = live.workspace
    case = case_of(space, taken.request)
    values = dict(taken.values) | ({"stores": search(live, case)} if taken.what == "searched" else {})
    wanted = Step(seq=-1, what=taken.what, by=taken.by, why=taken.why.strip(), at=space.clock.now(), values=values)
    against = breaks(case, wanted) if taken.what in case.may(taken.role, wanted.at) else breaks(case, wanted) or "role-refused"
    if against:
        raise RefusedError("this step would not count", about=f"request {taken.request}", reason=against)
    return record(space, case, wanted, taken.role)


def record(space: Workspace, case: Case, wanted: Step, role: str) -> Step:
    """Enter a step that would count; once a report is answered, what was reported goes.

    Raises:
        RefusedError: it crossed another one, and does not count.
    """
    body = {"request": case.entry, "step": wanted.what, "by": wanted.by, "role": role, **wanted.values}
    seq = space.enter("step", body | ({"why": wanted.why} if wanted.why else {}), subject=case.subject)
    made = next(step for step in case_of(space, case.entry).steps if step.seq == seq)
    if made.against:
        raise RefusedError("another step came first, and this one does not count", about=f"request {case.entry}",
                           reason=made.against)
    if case.report and made.what == "answered":
        purge(space)
    return made


def purge(workspace: Workspace) -> int:
    """Delete the words and contacts of every report that was answered; give how many were still there."""
    return workspace.log.erase_particulars([case.entry for case in cases(workspace).values() if case.report and case.state != "open"])


def search(live: Live, case: Case) -> dict[str, dict[str, int]]:
    """Read every store for what a request is about: how much was found, and for an erasure how much of that must go."""
    if case.report:
        return search_works(live.workspace, case)
    if not case.subject:
        return _search_outsider(live, case)
    found = whereabouts(live, case.subject)
    erased = [item for item in found if item.state == "erased"] if case.kind == "erasure" else []
    held = legal_holds(live.workspace.log)
    waiting = [item for item in erased if item.record in held]
    kept = [one for one in backups_at(live.workspace.log) if one.due or case.kind != "erasure"]
    return {
        "records": {"found": len(found), "left": len(erased) - len(waiting)},
        "releases": {"found": _released(live.workspace, {item.record for item in found}),
                     "left": _released(live.workspace, {item.record for item in erased})},
        "log": {"found": sum(1 for _ in live.workspace.log.entries(subject=SubjectId(case.subject))), "left": 0},
        "backups": {"found": len(kept), "left": 0}} | (
            {"legal-hold": {"found": sum(item.record in held for item in found), "left": 0}} if held else {})


def _released(space: Workspace, records: set[str]) -> int:
    """Count the rows that live releases hold of some records."""
    return sum(released_rows(space, name).filter(pl.col("record").is_in(list(records))).height
               for name, release in releases_at(space.log).items() if release.withdrawn < 0)


def _search_outsider(live: Live, case: Case) -> dict[str, dict[str, int]]:
    """Count the rows whose findings match an outsider's hashes, by what was given; a name may be somebody else's."""
    space = live.workspace
    entry = next(iter(space.log.entries(start=case.entry, stop=case.entry + 1)))
    body = entry.decision
    if body is None:
        raise InputError("this objection cannot be read, so that nothing can be searched for it", about=f"log entry {case.entry}",
                         reason="entry-unreadable")
    files = sorted(space.corpus.path("attributes").glob("*/*.parquet"))
    inputs, _ = inputs_at(space.log, Position.head(space.log), ())
    unread = len({one.shard for one in inputs} - {file.stem for file in files})
    out = {"identifiers": {"found": 0, "left": 0}, "namesakes": {"found": 0, "left": 0}}
    rows: dict[str, set[tuple[str, int]]] = {"identifiers": set(), "namesakes": set()}
    for file in files:
        frame = pl.scan_parquet(file)
        for name, column, keys in (("identifiers", "mentions", body.get("keys")), ("namesakes", "names", body.get("names"))):
            if keys:
                wanted = pl.col(column).list.eval(pl.element().is_in(list(keys))).list.any()
                rows[name] |= set(frame.filter(wanted).select("record", "chunk").collect().iter_rows())
    for name, seen in rows.items():
        out[name]["found"] = len(seen)
    return out | {"unread": {"found": unread, "left": 0}}
