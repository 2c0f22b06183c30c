"""The officer's console: requests by their legal date, and the file of each with every step taken.

Rules kept here:

- Every page but the sign-in stands behind the guard; what a role may open is one table (``desk.py``).
- Overdue comes first. A colour never says anything alone.
- The page offers the steps that are a role's to take, and says why one that was sent does not count; it then enters nothing.

Law: RGT-01, RGT-02, RGT-04, RGT-11, PRV-14
"""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from ...core.cases import GROUNDS
from ...core.errors import InputError, LicitError, RefusedError
from ...usecases.cases import Taken, case_of, due_of, queue, take
from ...usecases.journal import journal
from ...usecases.reports import reported
from .desk import Desk, at_desk, guard, sent, sheet

#: Pages behind the guard.
router = APIRouter(prefix="/console", include_in_schema=False, dependencies=[Depends(guard)])
#: The way in.
door = APIRouter(prefix="/console", include_in_schema=False)

_PAGE = 100


@door.get("/sign-in")
def ask_in(request: Request) -> Response:
    """Ask who comes."""
    return asked_in(request)


@door.post("/sign-in")
async def come_in(request: Request) -> Response:
    """Let somebody of staff in; whatever fails, the answer is the same."""
    desk: Desk = request.app.state.desk
    form = await request.form(max_files=0)
    desk.check_form(request, desk.before(request)[1], form.get("form"))
    given = [value if isinstance(value := form.get(name), str) else "" for name in ("name", "password", "code")]
    return await run_in_threadpool(desk.sign_in, request, *given) or asked_in(request, failed=True)


def asked_in(request: Request, *, failed: bool = False) -> Response:
    """Ask who comes, and say so if it did not work."""
    desk: Desk = request.app.state.desk
    secret, token = desk.before(request)
    response = sheet(request, "sign-in.html", "/console/sign-in", 403 if failed else 200, token=token, failed=failed)
    desk.remember(response, secret)
    return response


@router.post("/sign-out")
async def go(request: Request) -> Response:
    """End the session."""
    form = await sent(request)
    return form.desk.sign_out(form.shift)


@router.get("")
def overview(request: Request, start: int = 0) -> Response:
    """Show the queue."""
    desk, live, _ = at_desk(request)
    found = queue(live, desk.settings.controller.country)
    start = max(0, min(start, len(found)))
    counts = {light: sum(one.light == light for one in found) for light in ("overdue", "soon", "in-time", "done")}
    return sheet(request, "queue.html", "/console", found=found[start:start + _PAGE], counts=counts, start=start,
                 following=start + _PAGE if start + _PAGE < len(found) else 0)


@router.get("/requests/{entry}")
def file(request: Request, entry: int) -> Response:
    """Show the file of a request."""
    return _file(request, entry)


@router.post("/requests/{entry}")
async def step(request: Request, entry: int) -> Response:
    """Take a step."""
    form = await sent(request)
    given = form.texts(("step", "why", "ground", "months"))
    taken = Taken(request=entry, what=given["step"], by=form.shift.name, role=form.shift.role, why=given["why"])
    try:
        await run_in_threadpool(_take, form.desk, form.live, taken, given)
    except (RefusedError, InputError) as error:
        if error.reason == "request-unknown":
            raise
        return await run_in_threadpool(_file, request, entry, error, given)
    response: Response = Response(status_code=303, headers={"location": f"/console/requests/{entry}#steps"})
    return response


def _take(desk: Desk, live: Any, taken: Taken, given: dict[str, str]) -> None:
    """Complete a step by what belongs to it, and take it."""
    values: dict[str, Any] = {}
    if taken.what == "probed":  # what was asked is entered by the command that asked it, never typed
        raise RefusedError("a probe is entered by the command that ran it", reason="step-incomplete")
    if taken.what in ("extended", "refusal-proposed", "not-probed"):
        values["ground"] = given["ground"]
    if taken.what == "extended":
        values["months"] = int(given["months"]) if given["months"] in ("1", "2") else 0
    if taken.what == "refused":
        if not desk.settings.controller.authority:
            raise RefusedError("no authority is named", reason="authority-unnamed")
        proposed = case_of(live.workspace, taken.request).last("refusal-proposed")
        values |= {"ground": proposed.values["ground"] if proposed else "", "remedies": [desk.settings.controller.authority, "court"]}
    take(live, Taken(request=taken.request, what=taken.what, by=taken.by, role=taken.role, why=taken.why, values=values))


def _file(request: Request, entry: int, error: LicitError | None = None, given: dict[str, str] | None = None) -> Response:
    desk, live, shift = at_desk(request)
    case, now = case_of(live.workspace, entry), desk.space.clock.now()
    return sheet(request, "request.html", f"/console/requests/{entry}", 409 if error else 200, case=case,
                 due=due_of(live, case, desk.settings.controller.country), may=case.may(shift.role, now), grounds=case.grounds(),
                 report=reported(live.workspace, case) if case.report else None, reads=shift.role in ("officer", "legal"),
                 articles={name: article for name, (_, article) in GROUNDS.items()}, given={"step": "", "why": "", "ground": ""} | (given or {}),
                 error=error.reason if error else None)


@router.get("/journal")
def audit(request: Request, before: int = -1) -> Response:
    """Show what staff did, the newest first."""
    _, live, _ = at_desk(request)
    found, earlier = journal(live.workspace, before=before)
    return sheet(request, "journal.html", "/console/journal", found=found, earlier=earlier)
