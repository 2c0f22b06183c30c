"""The console's legal holds: which records are kept for a legal reason, setting a hold, ending it.

Rules kept here:

- A list shows ids, reasons and days, never words; whether an erasure waits is said.
- What lacks a reason, or names no record, enters nothing and says so.

Law: RGT-07
"""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from ...core.errors import InputError, LicitError, RefusedError
from ...usecases.holds import end_hold, holds, set_hold
from .desk import at_desk, guard, sent, sheet

router = APIRouter(prefix="/console", include_in_schema=False, dependencies=[Depends(guard)])


@router.get("/holds")
def listed(request: Request) -> Response:
    """List the holds that stand."""
    return _shown(request)


@router.post("/holds")
async def act(request: Request) -> Response:
    """Set or end a hold."""
    form = await sent(request)
    return await run_in_threadpool(_act, request, form.live, form.texts(("do", "record", "why")), form.shift.name)


def _act(request: Request, live: Any, given: dict[str, str], by: str) -> Response:
    try:
        if given["do"] == "end":
            end_hold(live.workspace, given["record"], by, given["why"])
        else:
            set_hold(live.workspace, given["record"], by, given["why"])
    except (InputError, RefusedError) as error:
        return _shown(request, error, given)
    return Response(status_code=303, headers={"location": "/console/holds"})


def _shown(request: Request, error: LicitError | None = None, given: dict[str, str] | None = None) -> Response:
    _, live, shift = at_desk(request)
    return sheet(request, "holds.html", "/console/holds", 409 if error else 200, found=holds(live.workspace), error=error,
                 given=given or {"do": "", "record": "", "why": ""}, may_decide=shift.may("POST", "/console/holds"))
