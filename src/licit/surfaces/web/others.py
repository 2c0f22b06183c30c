"""The page for people who are no users but may be named in others' chats.

Law: CHO-21
"""

import base64
import json
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from ...usecases.outsiders import answer_outsider
from . import texts
from .visit import Door

router = APIRouter(include_in_schema=False)

_FIELDS = ("email", "phone", "handle", "name")


def _page(request: Request, name: str, here: str, **values: Any) -> HTMLResponse:
    door: Door = request.app.state.door
    visit = door.visit(request)
    response = HTMLResponse(visit.words.page(name, visit=visit, settings=door.settings, here=here, texts=texts, **values))
    door.remember(response, visit)
    return response


@router.get("/others")
def form(request: Request) -> Response:
    """Ask for what somebody may be found by."""
    return _page(request, "others.html", "/others", done=None, paper="")


@router.post("/others")
async def objected(request: Request) -> Response:
    """Enter the objection; the receipt is given on the page itself, for nobody else can ask for it later."""
    door: Door = request.app.state.door
    data = await request.form()
    door.check_form(request, door.visit(request), data.get("form"))
    given = {name: [value for value in data.getlist(name) if isinstance(value, str)] for name in _FIELDS}
    done = answer_outsider(door.space, **given)
    paper = base64.b64encode((json.dumps(done.receipt, indent=1) + "\n").encode()).decode()
    return _page(request, "others.html", "/others", done=done, paper=paper)
