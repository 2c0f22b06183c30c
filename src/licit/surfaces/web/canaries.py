"""The channels of the server by which synthetic people refuse: the page, the browser's signal and the API, each by its own route.

Live chat, when it comes, adds a line to the table.
"""

import asyncio
import json
import re
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from fastapi import FastAPI

from ...core.errors import EvidenceError
from ...usecases.planting import CHANNELS as WITHOUT_SERVER
from ...usecases.planting import Refusing
from ...usecases.workspace import Workspace
from .visit import COOKIE, Door

_FORM = re.compile(rb'name="form" value="([0-9a-f]{64})"')
_FORM_TYPE = {"content-type": "application/x-www-form-urlencoded"}


def channels(app: FastAPI) -> dict[str, Refusing]:
    """Give every channel there is: those of the server, then those that need none."""
    return {"privacy centre": partial(_by_page, app), "Sec-GPC: 1": partial(_by_signal, app), "API": partial(_by_api, app), **WITHOUT_SERVER}


def _by_page(app: FastAPI, workspace: Workspace, _: str) -> tuple[str, Callable[[], None]]:
    """Press "refuse everything" on the first page, as a browser that is not signed in."""
    cookie, person = _browser(app, workspace)

    def send() -> None:
        _, _, body = _sent(app, "GET", "/", cookie)
        found = _FORM.search(body)
        if not found:
            raise EvidenceError("the first page has no form", about="privacy centre")
        _insist(_sent(app, "POST", "/choices", {**cookie, **_FORM_TYPE}, b"do=refuse&form=" + found[1]), 303)
    return person, send


def _by_signal(app: FastAPI, workspace: Workspace, _: str) -> tuple[str, Callable[[], None]]:
    """Open the first page with a browser that sends Global Privacy Control."""
    cookie, person = _browser(app, workspace)
    return person, lambda: _insist(_sent(app, "GET", "/", {**cookie, "sec-gpc": "1"}), 303)


def _by_api(app: FastAPI, workspace: Workspace, name: str) -> tuple[str, Callable[[], None]]:
    """Hand an objection over as a product does, by a key that is removed again."""
    door: Door = app.state.door
    person = str(workspace.identities.subjects_for([(workspace.name, "account", name)], create=True)[0])

    def send() -> None:
        key = door.visits.add_key(name, ["rights"])
        try:
            body = json.dumps({"kind": "objection", "subject": name}).encode()
            _insist(_sent(app, "POST", "/v1/rights", {"authorization": f"Bearer {key}", "content-type": "application/json"}, body), 201)
        finally:
            door.visits.remove_key(name)
    return person, send


def _browser(app: FastAPI, workspace: Workspace) -> tuple[dict[str, str], str]:
    """Give the cookie of a new browser, and its subject."""
    door: Door = app.state.door
    secret = secrets.token_urlsafe(32)
    person, = workspace.identities.subjects_for([(workspace.name, "device", door.device_of(secret))], create=True)
    return {"cookie": f"{COOKIE}={secret}"}, str(person)


def _insist(answer: tuple[int, Mapping[bytes, bytes], bytes], code: int) -> None:
    if answer[0] != code:
        raise EvidenceError(f"the channel answered {answer[0]}, not {code}", reason="canary-unanswered",
                            remedy="Mend the channel, then plant again; the canary that was sent proves nothing.")


def _sent(app: FastAPI, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> tuple[int, Mapping[bytes, bytes], bytes]:
    """Send a request to the app without a network; give status, headers and body."""
    lines = [(b"host", b"licit.invalid"), (b"content-length", str(len(body)).encode()),
             *((name.encode(), value.encode()) for name, value in headers.items())]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": path,
             "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": lines, "client": None,
             "server": ("licit.invalid", 80)}
    status, found, parts = 0, dict[bytes, bytes](), list[bytes]()
    given = False

    async def receive() -> dict[str, object]:
        nonlocal given
        if given:
            await asyncio.sleep(3600)
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Mapping[str, object]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = int(str(message["status"]))
            found.update(message["headers"])  # type: ignore[call-overload]
        else:
            parts.append(bytes(message.get("body", b"")))  # type: ignore[call-overload]

    with ThreadPoolExecutor(1) as aside:  # a thread of its own: the caller may stand in a running event loop, a notebook's for one
        aside.submit(lambda: asyncio.run(app(scope, receive, send))).result()
    return status, found, b"".join(parts)
