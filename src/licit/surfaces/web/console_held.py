"""The console's held records and released sets: reasons, reading on the record, deciding, and who has what.

Rules kept here:

- A list shows ids, reasons and counts. Words are shown to officer and legal alone, by a form, after the log says who read them,
  and de-identified; as they were typed, to the officer alone and for a stated reason.
- A decision names its reason and, to release, each hold that it lifts; none is ticked beforehand.

Law: CHO-21, DEI-09, FOL-01
"""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from ...core.errors import HeldError, InputError, LicitError, RefusedError
from ...usecases.review import Read, Ruling, Waiting, read, rule, waiting
from .desk import at_desk, guard, sent, sheet
from .picture import drawn

router = APIRouter(prefix="/console", include_in_schema=False, dependencies=[Depends(guard)])


@router.get("/held")
def held(request: Request) -> Response:
    """List what waits for a decision, by reason."""
    _, live, _ = at_desk(request)
    found = waiting(live.workspace)
    counts: dict[str, int] = {}
    for item in found:
        for reason in item.reasons:
            counts[reason] = counts.get(reason, 0) + 1
    return sheet(request, "held.html", "/console/held", found=found, counts=sorted(counts.items(), key=lambda one: -one[1]))


@router.get("/held/{record}")
def one(request: Request, record: str) -> Response:
    """Show one record that waits: why, and what can be decided."""
    return _one(request, record)


@router.post("/held/{record}/read")
async def words(request: Request, record: str) -> Response:
    """Show its words, once the log says that they were read."""
    form = await sent(request)
    return await run_in_threadpool(_read, request, form.live, record, form.shift.name)


@router.post("/held/{record}/as-typed")
async def typed(request: Request, record: str) -> Response:
    """Show its words as they were typed, for a reason that the log keeps."""
    form = await sent(request)
    return await run_in_threadpool(_read, request, form.live, record, form.shift.name, form.text("why") or "-")


def _read(request: Request, live: Any, record: str, by: str, clear: str = "") -> Response:
    found = _waiting(live, record).record
    try:
        return _one(request, record, shown=read(live.workspace, found, by, clear=clear))
    except (RefusedError, HeldError, InputError) as error:
        return _one(request, record, error=error)


@router.post("/held/{record}/decide")
async def decide(request: Request, record: str) -> Response:
    """Decide on it."""
    form = await sent(request)
    answer = form.text("answer")
    lifts = tuple(sorted(set(form.many("lift")))) if answer == "release" else ()
    ruling = Ruling(record=record, answer=answer, by=form.shift.name, why=form.text("why"), lifts=lifts)
    return await run_in_threadpool(_decide, request, form.live, ruling)


def _decide(request: Request, live: Any, ruling: Ruling) -> Response:
    _waiting(live, ruling.record)
    try:
        rule(live.workspace, ruling)
    except (InputError, RefusedError) as error:
        return _one(request, ruling.record, error=error)
    return Response(status_code=303, headers={"location": "/console/held"})


def _waiting(live: Any, record: str) -> Waiting:
    for item in waiting(live.workspace):
        if item.record == record:
            return item
    raise InputError("no such record waits for a decision", reason="record-unknown")


def _one(request: Request, record: str, *, shown: Read | None = None, error: LicitError | None = None) -> Response:
    _, live, shift = at_desk(request)
    return sheet(request, "record.html", f"/console/held/{record}", 409 if error else 200, item=_waiting(live, record), shown=shown,
                 error=error, may_read=shift.may("POST", "/console/held/{record}/read"),
                 may_see=shift.may("POST", "/console/held/{record}/as-typed"),
                 may_decide=shift.may("POST", "/console/held/{record}/decide"))


@router.get("/releases")
def releases(request: Request) -> Response:
    """Show releases, who received them, runs and models, as a picture and as a table."""
    _, live, _ = at_desk(request)
    return sheet(request, "releases.html", "/console/releases", picture=drawn(live.workspace))
