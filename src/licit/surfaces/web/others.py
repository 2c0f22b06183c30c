"""The pages for people who need no account: who may be named in others' chats, whom a model repeats, whose work is used.

Law: CHO-21, RGT-11, PRV-14
"""

import base64
import json
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool

from ...core.errors import InputError
from ...usecases.outsiders import answer_outsider
from ...usecases.reports import FIELDS, VALUES, models_known, report
from . import texts
from .visit import page, parts

router = APIRouter(include_in_schema=False)

_FIELDS = ("email", "phone", "handle", "name")


@router.get("/others")
def form(request: Request) -> Response:
    """Ask for what somebody may be found by."""
    return page(request, "others.html", "/others", done=None, paper="")


@router.post("/others")
async def objected(request: Request) -> Response:
    """Enter the objection; the receipt is given on the page itself, for nobody else can ask for it later."""
    door, _, visit = parts(request)
    data = await request.form(max_files=0)
    door.check_form(request, visit, data.get("form"))
    given = {name: [value for value in data.getlist(name) if isinstance(value, str)] for name in _FIELDS}
    done = answer_outsider(door.space, **given)
    return page(request, "others.html", "/others", done=done, paper=_paper(done.receipt))


def _paper(receipt: dict[str, Any]) -> str:
    return base64.b64encode((json.dumps(receipt, indent=1) + "\n").encode()).decode()


@router.get("/others/model")
def ask_model(request: Request) -> Response:
    """Ask what a model says of somebody."""
    return _asked(request, "model-report")


@router.post("/others/model")
async def reported_model(request: Request) -> Response:
    """Enter that a model repeats somebody."""
    return await _reported(request, "model-report")


@router.get("/others/work")
def ask_work(request: Request) -> Response:
    """Ask about a work and what is complained of."""
    return _asked(request, "work-complaint")


@router.post("/others/work")
async def reported_work(request: Request) -> Response:
    """Enter a complaint about a work."""
    return await _reported(request, "work-complaint")


async def _reported(request: Request, kind: str) -> Response:
    door, _, visit = parts(request)
    if not door.reports.check(request.client.host if request.client else ""):
        raise HTTPException(429, "too many reports; try again in a minute", {"retry-after": "60"})
    data = await request.form(max_files=0)
    door.check_form(request, visit, data.get("form"))
    given = {name: value for name in (*FIELDS[kind], "model") if isinstance(value := data.get(name), str)}
    try:
        done = await run_in_threadpool(report, door.space, kind, given, given.get("model", ""))
    except InputError as error:
        return _asked(request, kind, given=given, error=error.reason)
    return _asked(request, kind, done=done, paper=_paper(done.receipt))


def _asked(request: Request, kind: str, *, given: dict[str, str] | None = None, error: str = "", **done: Any) -> Response:
    door, _, _ = parts(request)
    response = page(request, "report.html", texts.REPORTS[kind], kind=kind, models=models_known(door.space), given=dict.fromkeys((*FIELDS[kind], "model"), "") | (given or {}), most=FIELDS[kind],
                    values=VALUES, error=texts.REPORT_ERRORS.get(error, texts.REPORT_ERRORS[""]) if given is not None else "",
                    done=done.get("done"), paper=done.get("paper", ""))
    response.status_code = 400 if given is not None else 200
    return response
