"""The public page on parity: every channel of refusing, its steps, how long it takes to count, and how it was on any day."""

import threading
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from ...core.errors import InputError
from ...usecases.interface import Day, day_of
from ...usecases.parity import Channel, channels
from .visit import page, parts

router = APIRouter(include_in_schema=False)

_lock = threading.Lock()


@router.get("/parity")
def parity(request: Request, at: str = "") -> Response:
    """Show the channels, and how each tier could refuse on a day; counted anew when the log has grown, once for all who ask."""
    _, live, _ = parts(request)
    size, now = live.workspace.log.head()[0], live.workspace.clock.now()
    with _lock:
        kept: dict[str, tuple[int, list[Channel]]] = getattr(request.app.state, "parity", {})
        if "" not in kept or kept[""][0] != size:
            kept = {"": (size, channels(live.workspace))}
            request.app.state.parity = kept
    wrong, day = False, None
    try:
        day = _day(request, size, at[:10])
    except InputError:
        wrong = True
    return page(request, "parity.html", "/parity", found=kept[""][1], day=day, wrong=wrong, alike=_alike, asked=at[:10], today=now.date().isoformat())


def _day(request: Request, size: int, at: str) -> Day:
    """Give a day as the log has it; the last days that were asked for are kept until the log grows."""
    _, live, _ = parts(request)
    today = live.workspace.clock.now().date().isoformat()
    with _lock:
        known: dict[tuple[int, str, str], Day] = getattr(request.app.state, "parity_days", {})
        key = (size, today, at)
        if key not in known:
            known = {other: day for other, day in known.items() if other[:2] == key[:2]} if len(known) < 100 else {}
            known[key] = day_of(live.workspace, at)
            request.app.state.parity_days = known
        return known[key]


def _alike(tiers: Mapping[str, Any]) -> list[tuple[list[str], Any]]:
    """Put tiers together whose ways to refuse were the same on that day, with the same evidence."""
    out: list[tuple[list[str], Any]] = []
    for tier, ways in tiers.items():
        for names, known in out:
            if known == ways:
                names.append(tier)
                break
        else:
            out.append(([tier], ways))
    return out
