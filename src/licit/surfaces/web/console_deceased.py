"""The console's page on deaths: recorded on evidence, corrected when in error; the directive is found and carried out.

Rules kept here: what lacks evidence, or means nobody known here, enters nothing and says so; the page never lists who died.

Law: RGT-12
"""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from ...core.errors import HeldError, InputError, LicitError, RefusedError, UnavailableError
from ...usecases.deceased import Passing, Recorded, correct_death, record_death
from ...usecases.erase import carry_out
from .desk import at_desk, guard, sent, sheet

router = APIRouter(prefix="/console", include_in_schema=False, dependencies=[Depends(guard)])

_EMPTY = {"do": "", "account": "", "issuer": "", "evidence": "", "heirs": ""}


@router.get("/deceased")
def show(request: Request) -> Response:
    """Show the form."""
    return _shown(request)


@router.post("/deceased")
async def act(request: Request) -> Response:
    """Record a death, or correct one."""
    form = await sent(request)
    return await run_in_threadpool(_act, request, form.live, form.texts(_EMPTY), form.shift.name)


def _act(request: Request, live: Any, given: dict[str, str], by: str) -> Response:
    passing = Passing(account=given["account"][:200], issuer=given["issuer"][:200], by=by, evidence=given["evidence"],
                      heirs="erase" if given["heirs"] == "erase" else "")
    try:
        if given["do"] == "correct":
            return _shown(request, corrected=correct_death(live.workspace, passing))
        done, waits = record_death(live.workspace, passing), False
    except (InputError, RefusedError) as error:
        return _shown(request, error=error, given=given)
    if done.wish == "erase":
        try:
            carry_out(live.workspace)
        except (UnavailableError, HeldError):
            waits = True  # a build holds the workspace; it is recorded and counts, and the queue shows that it is owed
    return _shown(request, done=done, waits=waits)


def _shown(request: Request, *, error: LicitError | None = None, given: dict[str, str] | None = None, done: Recorded | None = None,
           waits: bool = False, corrected: tuple[int, ...] = ()) -> Response:
    _, _, shift = at_desk(request)
    return sheet(request, "deceased.html", "/console/deceased", 409 if error else 200, error=error, given=given or _EMPTY, done=done,
                 waits=waits, corrected=corrected, may_decide=shift.may("POST", "/console/deceased"))
