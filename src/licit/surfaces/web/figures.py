"""The public page of figures, and the same for machines: requests by kind, delays, and the sets and models touched.

Law: FOL-08
"""

import threading
from datetime import timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from ...usecases.figures import FEWEST, Figures, figures
from .visit import page, parts

router = APIRouter(include_in_schema=False)

_lock = threading.Lock()
#: Everything is counted again at most once in this time, however many ask; the page says when it was counted.
_FRESH = timedelta(minutes=1)


@router.get("/figures")
def show(request: Request) -> Response:
    """Show the figures."""
    return page(request, "figures.html", "/figures", found=_counted(request), fewest=FEWEST)


@router.get("/figures.json")
def plain(request: Request) -> Response:
    """Give the figures as JSON."""
    return JSONResponse(_counted(request).as_json())


def _counted(request: Request) -> Figures:
    """Count once for all who ask, anew when the log has grown and the last count is not of just now."""
    _, live, _ = parts(request)
    size, now = live.workspace.log.head()[0], live.workspace.clock.now()
    with _lock:
        kept: Figures | None = getattr(request.app.state, "figures", None)
        # An overdue request is one by the day, without any entry: a count is never older than its day.
        if kept is None or kept.at.date() != now.date() or (kept.size != size and now - kept.at >= _FRESH):
            kept = request.app.state.figures = figures(live)
        return kept
