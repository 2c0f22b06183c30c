"""The console's page on retention: each store with its purpose and its end, what is due, its removal, and the daily round.

Rules kept here: a page shows counts and names of releases and backups, never words; what is removed is entered with who did it.

Law: REL-11
"""

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from ...core.errors import EvidenceError, LicitError, UnavailableError
from ...usecases.daily import Round, last_round
from ...usecases.retention import carry_out, kept
from ...usecases.workspace import Workspace
from .desk import at_desk, guard, sent, sheet

router = APIRouter(prefix="/console", include_in_schema=False, dependencies=[Depends(guard)])

_MOST = 50


@router.get("/retention")
def show(request: Request) -> Response:
    """Show the stores, and what was removed before."""
    return _shown(request)


@router.post("/retention")
async def act(request: Request) -> Response:
    """Remove what is due."""
    form = await sent(request)
    try:
        await run_in_threadpool(carry_out, form.live.workspace, form.desk.settings.retention, request.app.state.door.visits,
                                form.shift.name)
    except UnavailableError as error:
        return await run_in_threadpool(_shown, request, error)
    return RedirectResponse("/console/retention", 303)


def _shown(request: Request, error: LicitError | None = None) -> Response:
    desk, live, shift = at_desk(request)
    found = kept(live.workspace, desk.settings.retention, request.app.state.door.visits)
    done = [(entry.recorded_at, entry.decision or {}) for entry in live.workspace.log.entries(kinds=("retention",))
            if (entry.decision or {}).get("answer") == "removed"]
    daily, unreadable = _daily(live.workspace)
    return sheet(request, "retention.html", "/console/retention", 409 if error else 200, found=found, error=error, done=done[::-1][:_MOST],
                 daily=daily, unreadable=unreadable, by_itself=desk.settings.daily,
                 unset=any(not one.days for one in found if one.store in ("conversations", "withdrawn-releases", "backups")),
                 due=sum(one.due for one in found if one.store != "backups"), may_carry_out=shift.may("POST", "/console/retention"))


def _daily(workspace: Workspace) -> tuple[Round | None, bool]:
    """Give the last daily round, and whether what was noted of it cannot be read."""
    try:
        return last_round(workspace), False
    except EvidenceError:
        return None, True
