"""The page on which a person says what becomes of their data after their death: the same for everybody, signed in or not.

Law: RGT-12
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from ...core.afterwards import Afterwards
from ...core.errors import InputError
from ...usecases.deceased import afterwards, direct
from .visit import page, parts

router = APIRouter(include_in_schema=False)


@router.get("/after")
def show(request: Request) -> Response:
    """Show the choice and what stands."""
    _, live, visit = parts(request)
    return page(request, "after.html", "/after", stands=afterwards(live.workspace, visit.subject) if visit.subject else Afterwards())


@router.post("/after")
async def choose(request: Request) -> Response:
    """Enter a directive, or take it back."""
    door, live, visit = parts(request)
    form = await request.form(max_files=0)
    door.check_form(request, visit, form.get("form"))
    told = form.getlist("do")
    if len(told) != 1 or told[0] not in ("erase", "no-use", "none"):
        raise InputError("there is no such choice", reason="choice-unknown")
    direct(live.workspace, door.acting(visit), "" if told[0] == "none" else str(told[0]))
    response = RedirectResponse("/after#state", 303)
    door.remember(response, visit)
    return response
