"""The console's page on canaries: synthetic people who refuse by every channel, whether each is heard, and what builds saw.

Law: CHO-04
"""

import json

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from ...usecases.planting import listed, plant
from ...usecases.workspace import Workspace, releases_at
from . import texts
from .canaries import channels
from .desk import at_desk, guard, sent, sheet

router = APIRouter(prefix="/console", include_in_schema=False, dependencies=[Depends(guard)])

_MOST = 200


@router.get("/canaries")
def show(request: Request) -> Response:
    """Show the canaries by channel, and what each release watched for."""
    _, live, shift = at_desk(request)
    found = listed(live)
    unheard = sorted({one.canary.channel for one in found if one.heard is False})
    say = shift.words.say
    return sheet(request, "canaries.html", "/console/canaries", found=found[:_MOST], channels=texts.CHANNELS,
                 unheard=[say(texts.CHANNELS[name].name) if name in texts.CHANNELS else name for name in unheard],
                 watched=_watched(live.workspace), may_plant=shift.may("POST", "/console/canaries"))


@router.post("/canaries")
async def send(request: Request) -> Response:
    """Have one more refuse by every channel."""
    form = await sent(request)
    await run_in_threadpool(plant, form.live.workspace, channels(request.app))
    return RedirectResponse("/console/canaries", 303)


def _watched(space: Workspace) -> list[tuple[str, dict[str, int] | None]]:
    """Give for each release, the newest first, how many were watched for by channel; None where its evidence cannot be read."""
    out: list[tuple[str, dict[str, int] | None]] = []
    for name in reversed(releases_at(space.log)):
        try:
            told = json.loads(space.corpus.path(f"releases/{name}/evidence/measure.json").read_bytes())
            out.append((name, dict(told.get("canaries", {}).get("refusing", {}))))
        except (OSError, ValueError):
            out.append((name, None))
    return out[:_MOST]
