"""The public page on parity: every channel of refusing, its steps, and how long it takes to count."""

import threading

from fastapi import APIRouter, Request, Response

from ...usecases.parity import Channel, channels
from .visit import page, parts

router = APIRouter(include_in_schema=False)

_lock = threading.Lock()


@router.get("/parity")
def parity(request: Request) -> Response:
    """Show the channels; counted anew when the log has grown, once for all who ask."""
    _, live, _ = parts(request)
    with _lock:
        size = live.workspace.log.head()[0]
        known: tuple[int, list[Channel]] | None = getattr(request.app.state, "parity", None)
        if known is None or known[0] != size:
            known = (size, channels(live.workspace))
            request.app.state.parity = known
    return page(request, "parity.html", "/parity", found=known[1])
