"""The server: one workspace behind privacy centre, console and API.

Rules kept here:

- An error is told in the reader's language, or as problem+json to a machine; never with a text, a path or a trace.

Read next: ``guard.py``.
"""

import logging
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from ...core.errors import EvidenceError, HeldError, InputError, LicitError, RefusedError, SetupError, UnavailableError
from ...core.ids import keyed
from ...usecases.live import Live
from ...wiring import open_visits, open_workspace
from . import (
    after,
    api,
    centre,
    check,
    console,
    console_held,
    console_sign_on,
    figures,
    give,
    handover,
    others,
    parity,
    proofs,
    rooms,
)
from .counted import Counted
from .desk import Desk, sheet
from .guard import Answer, Guard, allowed
from .interface import note_interface
from .settings import read_settings
from .thin import ThinStanding
from .tokens import Tokens
from .visit import Door
from .words import languages

_CODES: tuple[tuple[type[LicitError], int], ...] = (
    (InputError, 400), (RefusedError, 403), (HeldError, 409), (EvidenceError, 500), (UnavailableError, 503), (SetupError, 500))
_REASONS = {400: "request-unreadable", 401: "key-needed", 403: "scope-missing", 404: "not-found", 405: "method-unknown",
            429: "too-many"}

_log = logging.getLogger("licit.web")


def make_app(root: Path, *, clock: Any = None) -> FastAPI:
    """Make the server of a workspace; ``clock`` gives the time, else the computer's.

    Raises:
        SetupError: there is no workspace, or ``web.toml`` or a catalogue cannot be used.
    """
    space, settings = open_workspace(root, clock=clock), read_settings(root)
    languages()
    visits, live = open_visits(root), Live(space)
    # Of the key that never rotates: under a new one every browser would be somebody else, and their refusals nobody's.
    door = Door(space, settings, visits, keyed(space.keys.secret("records"), "licit/web"))
    app = FastAPI(title="licit", docs_url=None, redoc_url=None, openapi_url="/v1/openapi.json", redirect_slashes=False)
    app.state.door, app.state.live, app.state.tokens = door, live, Tokens(root, settings, visits)
    app.state.desk, app.state.counted = Desk(space, settings, visits.staff), (counted := Counted(visits, settings.limits))
    app.state.sign_on = console_sign_on.sign_on_of(root, settings, space.keys.secret("records"))
    app.router.routes.insert(0, ThinStanding(live, counted.opens))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.include_router(centre.router)
    app.include_router(others.router)
    app.include_router(parity.router)
    app.include_router(figures.router)
    app.include_router(after.router)
    app.include_router(give.router)
    app.include_router(proofs.router)
    app.include_router(check.router)
    app.include_router(console.door)
    app.include_router(console_sign_on.door)
    app.include_router(console.router)
    app.include_router(console_held.router)
    for room in rooms.ROUTERS:
        app.include_router(room)
    app.include_router(api.router)
    app.include_router(handover.router)
    app.add_middleware(Guard, answer=_told(app, door), limits=settings.limits)

    note_interface(app, space.clock.now().date())

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> PlainTextResponse:
        """Answer once the log can be read and folded; anything else is no health."""
        live.now()
        note_interface(app, space.clock.now().date())
        return PlainTextResponse("ok\n")

    return app


def _told(app: FastAPI, door: Door) -> Answer:
    """Say errors as the reader needs them; give what says them."""
    def answer(request: Request, code: int, title: str, reason: str, remedy: str) -> Response:
        if request.url.path.startswith("/v1/"):
            body = {"type": "about:blank", "title": title, "status": code, "reason": reason, "remedy": remedy}
            return JSONResponse(body, code, media_type="application/problem+json")
        desk: Desk = app.state.desk
        if code < 500 and request.url.path.startswith("/console") and (shift := desk.shift(request)):
            request.state.shift = shift
            return sheet(request, "problem.html", desk.first(shift.role), code, problem=code, reason=reason, first=desk.first(shift.role))
        visit = door.visit(request)
        return HTMLResponse(visit.words.page("problem.html", visit=visit, settings=door.settings, status=code,
                                             reason=reason, here="/"), code)

    @app.exception_handler(LicitError)
    async def by_licit(request: Request, error: LicitError) -> Response:
        code = next((code for kind, code in _CODES if isinstance(error, kind)), 500)
        if code >= 500:
            _log.error("%s %s", type(error).__name__, error.reason or "no-reason")
        if error.reason.endswith("-unknown"):
            code = 404
        return answer(request, code, error.what, error.reason or ("request-unclear" if code == 400 else "fault"), error.remedy)

    @app.exception_handler(HTTPException)
    async def by_http(request: Request, error: HTTPException) -> Response:
        response = answer(request, error.status_code, str(error.detail), _REASONS.get(error.status_code, ""), "")
        response.headers.update(error.headers or {})
        if error.status_code == 405:
            response.headers["allow"] = allowed(app.routes, request.scope)
        return response

    @app.exception_handler(RequestValidationError)
    async def by_form(request: Request, error: RequestValidationError) -> Response:
        names = sorted({".".join(str(part) for part in one["loc"]) for one in error.errors()})
        return answer(request, 422, f"cannot be read: {', '.join(names)}"[:300], "request-unreadable", "")

    return answer
