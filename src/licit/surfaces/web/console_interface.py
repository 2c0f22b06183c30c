"""The console's page on older interfaces: what a kept page shows of how people could refuse, entered with its source.

Rules kept here: evidence stands beside what the server wrote itself and never in its place; what lacks a source or a day enters nothing.

Law: CHO-02
"""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from ...core.errors import InputError, LicitError
from ...usecases.interface import TIERS, Stated, evidence_of, state_interface
from . import texts
from .desk import at_desk, guard, sent, sheet

router = APIRouter(prefix="/console", include_in_schema=False, dependencies=[Depends(guard)])

_FIELDS = ("channel", "steps", "starts", "ends", "source", "none")
_MOST = 100


@router.get("/interface")
def show(request: Request) -> Response:
    """Show what was entered, and the form for more."""
    return _shown(request)


@router.post("/interface")
async def enter(request: Request) -> Response:
    """Enter evidence."""
    form = await sent(request)
    given = {**form.texts(_FIELDS, 20_000), "tiers": form.many("tier")}
    return await run_in_threadpool(_enter, request, form.live, given, form.shift.name)


def _enter(request: Request, live: Any, given: dict[str, Any], by: str) -> Response:
    try:
        if bool(given["channel"].strip()) == bool(given["none"]) or (given["none"] and given["steps"].strip()):
            raise InputError("a way is named, or it is said that there was none", reason="way-unclear")
        steps = tuple(line.strip() for line in given["steps"].splitlines() if line.strip())
        state_interface(live.workspace, Stated(tiers=given["tiers"], channel=given["channel"], steps=steps or None, starts=given["starts"],
                                               ends=given["ends"], by=by, source=given["source"]))
    except InputError as error:
        return _shown(request, error, given)
    return RedirectResponse("/console/interface", 303)


def _shown(request: Request, error: LicitError | None = None, given: dict[str, Any] | None = None) -> Response:
    _, live, shift = at_desk(request)
    found = [one for one in evidence_of(live.workspace)[0] if one.by]
    return sheet(request, "interface.html", "/console/interface", 409 if error else 200, found=found[::-1][:_MOST], error=error, tiers=TIERS,
                 named=texts.TIERS, given=given or {**dict.fromkeys(_FIELDS, ""), "tiers": ()}, today=live.workspace.clock.now().date().isoformat(),
                 may_decide=shift.may("POST", "/console/interface"))
