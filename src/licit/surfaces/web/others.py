"""The page for people who are no users but may be named in others' chats.

Law: CHO-21
"""

import base64
import json

from fastapi import APIRouter, Request, Response

from ...usecases.outsiders import answer_outsider
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
    paper = base64.b64encode((json.dumps(done.receipt, indent=1) + "\n").encode()).decode()
    return page(request, "others.html", "/others", done=done, paper=paper)
