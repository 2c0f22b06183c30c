"""The console's evidence bundles: one signed zip about a request or a release, to be handed to an authority.

Rules kept here: what is handed out holds no conversation and can be checked with no server.

Law: RGT-08
"""

import tempfile
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from ...usecases.bundle import write_bundle
from .desk import at_desk, guard

router = APIRouter(prefix="/console", include_in_schema=False, dependencies=[Depends(guard)])


@router.get("/requests/{entry}/bundle.zip")
def of_request(request: Request, entry: int) -> Response:
    """Give the bundle of a request."""
    return _given(request, f"request-{entry}", {"request": max(0, entry)})


@router.get("/releases/{name}/bundle.zip")
def of_release(request: Request, name: str) -> Response:
    """Give the bundle of a release."""
    return _given(request, name, {"release": name})


def _given(request: Request, name: str, about: dict[str, Any]) -> Response:
    _, live, _ = at_desk(request)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed when it was sent)
    try:
        write_bundle(live, file, **about)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return StreamingResponse(iter(partial(file.read, 1 << 16), b""), media_type="application/zip", background=BackgroundTask(file.close),
                             headers={"content-disposition": f'attachment; filename="licit-evidence-{name}.zip"'})
