"""The console's register of sources, to read: how each stands today, by what right, approved by whom for what, and what is missing.

Rules kept here: proposing and approving stay at the command line, where keys sign; nothing here decides.

Law: PRV-01, PRV-05, REL-14
"""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from ...core.errors import InputError
from ...usecases.register_view import history, views
from ...usecases.workspace import Position, inputs_at
from .desk import at_desk, guard, sheet

router = APIRouter(prefix="/console", include_in_schema=False, dependencies=[Depends(guard)])


@router.get("/sources")
def every(request: Request) -> Response:
    """List the sources: those that nothing is released of first."""
    _, live, _ = at_desk(request)
    found = views(live.workspace)
    order = {"refuse": 0, "hold": 1, "keep": 2}
    arrived = _arrived(live)
    unknown = sorted(set(arrived) - set(found) - {""})
    return sheet(request, "sources.html", "/console/sources", unknown=[(name, arrived[name]) for name in unknown],
                 found=sorted(((view, arrived.get(name, 0)) for name, view in found.items()),
                              key=lambda one: (order[one[0].answer.answer], one[0].source.id)))


@router.get("/sources/{source}")
def one(request: Request, source: str) -> Response:
    """Show one source with its history."""
    _, live, _ = at_desk(request)
    found = views(live.workspace).get(source)
    if found is None:
        raise InputError("there is no such source", reason="source-unknown")
    return sheet(request, "source.html", f"/console/sources/{source}", view=found, records=_arrived(live).get(source, 0),
                 said=list(history(live.workspace, source))[::-1])


def _arrived(live: Any) -> dict[str, int]:
    """Count the records that arrived from each source and are still there."""
    out: dict[str, int] = {}
    for item in inputs_at(live.workspace.log, Position.head(live.workspace.log), ())[0]:
        out[item.source] = out.get(item.source, 0) + item.records
    return out
