"""The server: one workspace behind privacy centre, console and API, with the headers and limits that hold for every answer.

Rules kept here:

- Nothing is fetched from elsewhere, nothing runs inline, nobody may frame a page (Content-Security-Policy).
- An error is told in the reader's language, or as problem+json to a machine; never with a text, a path or a trace.
- A body is small; a request too many is told so.
"""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from ...core.errors import EvidenceError, HeldError, InputError, LicitError, RefusedError, SetupError, UnavailableError
from ...core.ids import keyed
from ...usecases.live import Live
from ...wiring import open_visits, open_workspace
from . import api, centre, check, console, console_held, others, parity
from .desk import Desk
from .settings import read_settings
from .tokens import Tokens
from .visit import Door, Limit
from .words import languages

_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src "
                               "'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()"}
_CODES: tuple[tuple[type[LicitError], int], ...] = (
    (InputError, 400), (RefusedError, 403), (HeldError, 409), (EvidenceError, 500), (UnavailableError, 503), (SetupError, 500))
_REASONS = {400: "request-unreadable", 401: "key-needed", 403: "scope-missing", 404: "not-found", 405: "method-unknown"}
_LARGEST = 1 << 20
_A_MINUTE = 600

_log = logging.getLogger("licit.web")

Next = Callable[[Request], Awaitable[Response]]
#: Says an error: request, status, title, reason name, remedy.
Answer = Callable[[Request, int, str, str, str], Response]


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
    app.state.desk = Desk(space, settings, visits.staff)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.include_router(centre.router)
    app.include_router(others.router)
    app.include_router(parity.router)
    app.include_router(check.router)
    app.include_router(console.door)
    app.include_router(console.router)
    app.include_router(console_held.router)
    app.include_router(api.router)
    _guarded(app, Limit(_A_MINUTE), _told(app, door))

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> PlainTextResponse:
        """Answer once the log can be read and folded; anything else is no health."""
        live.now()
        return PlainTextResponse("ok\n")

    return app


async def _answered(request: Request, go_on: Next, answer: Answer) -> Response:
    """Let a request through; a fault of ours gets an answer like any other, and its kind is logged, never its words."""
    try:
        return await go_on(request)
    except Exception as error:
        _log.error("fault: %s", type(error).__name__)
        return answer(request, 500, "something went wrong", "fault", "")


def _readable(request: Request) -> bool:
    """Tell whether the address is UTF-8; a name in another encoding would be looked up as somebody else's."""
    path, query = request.scope.get("raw_path") or b"", request.scope["query_string"]
    try:
        unquote_to_bytes(path).decode()
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        return False
    return True


def _guarded(app: FastAPI, limit: Limit, answer: Answer) -> None:
    @app.middleware("http")
    async def guard(request: Request, go_on: Next) -> Response:
        length = request.headers.get("content-length", "0")
        if request.method not in ("GET", "HEAD") and (not length.isdigit() or int(length) > _LARGEST
                                                      or "transfer-encoding" in request.headers):
            response = answer(request, 413, "too large, or of unknown length", "too-large", "At most 1 MiB, with its Content-Length.")
        elif not _readable(request):
            response = answer(request, 400, "the address is not UTF-8", "request-unreadable", "Encode names as UTF-8, then percent-encode.")
        elif not request.url.path.startswith(("/v1/", "/static/", "/healthz")) and not limit.check(
                request.client.host if request.client else ""):
            response = PlainTextResponse("too many requests; try again in a minute\n", 429, {"retry-after": "60"})
        else:
            response = await _answered(request, go_on, answer)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.url.path.startswith("/static/"):
            response.headers.setdefault("cache-control", "no-store")
        return response


def _told(app: FastAPI, door: Door) -> Answer:
    """Say errors as the reader needs them; give what says them."""
    def answer(request: Request, code: int, title: str, reason: str, remedy: str) -> Response:
        if request.url.path.startswith("/v1/"):
            body = {"type": "about:blank", "title": title, "status": code, "reason": reason, "remedy": remedy}
            return JSONResponse(body, code, media_type="application/problem+json")
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
        return response

    @app.exception_handler(RequestValidationError)
    async def by_form(request: Request, error: RequestValidationError) -> Response:
        names = sorted({".".join(str(part) for part in one["loc"]) for one in error.errors()})
        return answer(request, 422, f"cannot be read: {', '.join(names)}"[:300], "request-unreadable", "")

    return answer
