"""The console's propagation board, and its breach drill with the seventy-two-hour clock.

Rules kept here:

- The board is read from the stores each time it is opened; a state has a sign and a word, never a colour alone.
- A breach or drill is entered by officer or legal, with what happened; the draft names no person.

Law: RGT-08, FOL-01
"""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from ...core.errors import InputError, LicitError
from ...core.policy import parse_moment
from ...papers.breach import notice
from ...usecases.board import STORES, board
from ...usecases.breach import Noticed, breaches, enter_breach
from ...usecases.workspace import releases_at
from .desk import at_desk, guard, sent, sheet

router = APIRouter(prefix="/console", include_in_schema=False, dependencies=[Depends(guard)])


@router.get("/board")
def propagation(request: Request) -> Response:
    """Show requests against stores."""
    _, live, _ = at_desk(request)
    rows, more = board(live)
    return sheet(request, "board.html", "/console/board", rows=rows, more=more, stores=STORES)


@router.get("/breach")
def drills(request: Request) -> Response:
    """Show breaches and drills with their clocks, and the form for another."""
    return _drills(request)


@router.post("/breach")
async def drill(request: Request) -> Response:
    """Enter a breach or a drill."""
    form = await sent(request)
    given = form.texts(("release", "records", "noticed", "why", "what"), 100_000)
    return await run_in_threadpool(_enter, request, form.live, given, form.shift.name)


def _enter(request: Request, live: Any, given: dict[str, str], by: str) -> Response:
    try:
        try:
            at = parse_moment(given["noticed"] if len(given["noticed"]) > 16 else f"{given['noticed']}:00Z") if given["noticed"] else None
        except ValueError:
            raise InputError("the moment cannot be read", reason="noticed-unreadable") from None
        made = enter_breach(live.workspace, Noticed(
            by=by, why=given["why"][:2000], at=at or live.workspace.clock.now(), release=given["release"],
            records=tuple(given["records"].split()), real=given["what"] == "real"))
    except InputError as error:
        return _drills(request, error, given)
    return Response(status_code=303, headers={"location": f"/console/breach#b{made.entry}"})


def _drills(request: Request, error: LicitError | None = None, given: dict[str, str] | None = None) -> Response:
    desk, live, shift = at_desk(request)
    now, language = live.workspace.clock.now(), "fr" if shift.words.code == "fr" else "en"
    about = {"name": desk.settings.controller.name, "officer": desk.settings.controller.officer}
    found = [(one, _hours(one.until, now), notice({**one.facts, **about}, language, why=one.why, noticed=one.noticed.astimezone(UTC),
                                                  until=one.until.astimezone(UTC), real=one.real)) for one in breaches(live.workspace)]
    return sheet(request, "breach.html", "/console/breach", 409 if error else 200, found=found, error=error,
                 releases=list(releases_at(live.workspace.log)), may_decide=shift.may("POST", "/console/breach"),
                 given=given or {"release": "", "records": "", "noticed": "", "why": "", "what": ""})


def _hours(until: datetime, now: datetime) -> int:
    """Give the whole hours that are left, negative once they are over."""
    return int((until - now).total_seconds() // 3600)
