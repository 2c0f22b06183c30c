"""The guard before every page and answer: how much, how fast and from whom, and the headers that hold for all.

Rules kept here:

- A body is read whole before anything looks at it: of known length, within its limit, in good time.
- Nothing is fetched from elsewhere, nothing runs inline, nobody may frame a page (Content-Security-Policy).
- Refusing has a measure of its own, which no other request uses up; whoever meets it is told that nothing was recorded yet
  and how to go on.
- Where there is GET there is HEAD, but for a sign-in, which a look at it would use up.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse

from .settings import Limits
from .visit import Limit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
#: Says an error: request, status, title, reason name, remedy.
Answer = Callable[[Request, int, str, str, str], Response]

#: A body is whole within so many seconds.
PATIENCE = 30.0
LARGEST = 1 << 20
#: The paths that take more, in bytes.
LARGER = {"/v1/conversations": 8 << 20}
#: Of a body that is too large so much is read, to be able to say so.
_PATIENT_WITH = 64 << 20
#: Whoever may send these again is told after how many seconds.
AGAIN = {"refusals": 5, "sign_ins": 60, "pages": 60}

_HEADERS = [(name.encode(), value.encode()) for name, value in {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src "
                               "'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()"}.items()]
_FRESH = (b"cache-control", b"no-store")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: Where a form refuses, or asks for another right.
_REFUSING = ("/choices", "/others", "/rights/", "/where", "/undo", "/after")

_log = logging.getLogger("licit.web")

#: What a look would use up.
_ONCE = ("/sign-in", "/console/sign-on/back")


@dataclass(frozen=True, slots=True, kw_only=True)
class _No:
    """Why a request goes no further."""

    code: int
    title: str
    reason: str
    remedy: str
    again: int = 0


_SLOW = _No(code=408, title="the body did not come in time", reason="too-slow", remedy=f"Send it whole within {PATIENCE:.0f} seconds.")
_UNREADABLE = _No(code=400, title="the address is not UTF-8", reason="request-unreadable",
                  remedy="Encode names as UTF-8, then percent-encode.")


class Guard:
    """Stands before an app."""

    def __init__(self, app: App, *, answer: Answer, limits: Limits) -> None:
        """Take the app, what says an error, and the limits."""
        self.app, self._answer, self._limits = app, answer, limits
        self._seen = {name: Limit(getattr(limits, name)) for name in AGAIN}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or say why not."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        scope["client"] = (came_from(scope, self._limits.proxy), 0)
        path, fault = str(scope["path"]), self._fault(scope)
        body = None
        if fault is None and scope["method"] not in ("GET", "HEAD"):
            body = await _whole(receive)
            fault = _SLOW if body is None else None
        out = _Out(send, headless=scope["method"] == "HEAD", kept=path.startswith("/static/"))
        if scope["method"] == "HEAD" and path not in _ONCE:
            scope = {**scope, "method": "GET"}  # a copy, for the server still needs to know that no body goes out
        if fault is None:
            return await self._on(scope, receive if body is None else _again(body, receive), out)
        await self._say(scope, receive, out, fault)

    async def _on(self, scope: Scope, receive: Receive, out: "_Out") -> None:
        """Let it through; a fault of ours gets an answer like any other, and its kind is logged, never its words."""
        try:
            await self.app(scope, receive, out)
        except Exception as error:
            _log.error("fault: %s", type(error).__name__)
            if out.begun:
                raise  # half an answer must not look like a whole one
            await self._say(scope, receive, out, _No(code=500, title="something went wrong", reason="fault", remedy=""))

    async def _say(self, scope: Scope, receive: Receive, out: "_Out", no: _No) -> None:
        request = Request(scope, receive)
        if no.code == 429 and scope["method"] == "GET" and not scope["path"].startswith("/v1/"):
            response: Response = PlainTextResponse("too many requests; try again in a minute\n", 429)
        else:
            response = self._answer(request, no.code, no.title, no.reason, no.remedy)
        if no.again:
            response.headers["retry-after"] = str(no.again)
        if no.code in (408, 413):
            response.headers["connection"] = "close"
        if no.code == 413:
            await _let_go(receive)
        await response(scope, receive, out)

    def _fault(self, scope: Scope) -> _No | None:
        path, method = str(scope["path"]), str(scope["method"])
        if method not in ("GET", "HEAD") and (no := _of_length(scope, LARGER.get(path, LARGEST))):
            return no
        if not _readable(scope):
            return _UNREADABLE
        if path.startswith(("/v1/", "/static/", "/healthz")):
            return None
        kind = "sign_ins" if path in ("/sign-in", "/console/sign-in", "/console/sign-on", "/console/sign-on/back") else (
            "refusals" if method == "POST" and path.startswith(_REFUSING) else "pages")
        if self._seen[kind].check(scope["client"][0]):
            return None
        return too_many(AGAIN[kind])


def too_many(again: int) -> _No:
    """Say that there were too many, and in how many seconds to come again."""
    return _No(code=429, title="too many requests", reason="too-many", again=again,
               remedy=f"Nothing was recorded. Send it again in {again} seconds.")


def came_from(scope: Scope, proxy: str) -> str:
    """Give the address a request came from; behind the proxy that is trusted, the one that this names last."""
    client = scope.get("client")
    address = str(client[0]) if client else ""
    if proxy and address == proxy:
        named = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        return named[-1].decode("latin-1").rsplit(",", 1)[-1].strip()[:64] if named else address
    return address


def _of_length(scope: Scope, most: int) -> _No | None:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    chunked = any(name == b"transfer-encoding" for name, _ in scope["headers"])
    if chunked or len(lengths) > 1 or any(not one.isdigit() or int(one[:20]) > most for one in lengths):
        return _No(code=413, title="too large, or of unknown length", reason="too-large",
                   remedy=f"At most {most >> 20} MiB, with its Content-Length.")
    return None


def _readable(scope: Scope) -> bool:
    """Tell whether the address is UTF-8; a name in another encoding would be looked up as somebody else's."""
    try:
        unquote_to_bytes(scope.get("raw_path") or b"").decode()
        unquote_to_bytes(scope["query_string"]).decode()
    except UnicodeDecodeError:
        return False
    return True


async def _whole(receive: Receive) -> bytes | None:
    """Read a body; None where it did not come in time, or never came whole."""
    pieces = []
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                pieces.append(message.get("body", b""))
                if not message.get("more_body"):
                    return b"".join(pieces)
    except TimeoutError:
        return None


async def _let_go(receive: Receive) -> None:
    """Read a body that is too large and forget it, within limits: a line closed before would swallow the answer."""
    left = _PATIENT_WITH
    try:
        async with asyncio.timeout(min(PATIENCE, 5)):
            while left > 0 and (message := await receive())["type"] == "http.request" and message.get("more_body"):
                left -= len(message.get("body", b""))
    except TimeoutError:
        return


def _again(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read once more; what comes after it comes from the server."""
    left = [body]

    async def given() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return given


class _Out:
    """Sends an answer under the headers that hold for all; to HEAD, without its body."""

    __slots__ = ("_headless", "_kept", "_send", "begun")

    def __init__(self, send: Send, *, headless: bool, kept: bool) -> None:
        self._send, self._headless, self._kept, self.begun = send, headless, kept, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = list(message.get("headers", ()))
            there = {name.lower() for name, _ in headers}
            headers += [one for one in (_HEADERS if self._kept else (*_HEADERS, _FRESH)) if one[0] not in there]
            message = {**message, "headers": headers}
        elif self._headless and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


def allowed(routes: Any, scope: Scope) -> str:
    """Give the methods that some routes know for an address, as the header Allow says them; "" for none."""
    if str(scope["path"]).startswith("/static"):
        return "GET, HEAD"
    found = [method for method in _METHODS if any(route.matches({**scope, "method": method})[0].value == 2 for route in routes)]
    return ", ".join([*found, *(["HEAD"] if "GET" in found and scope["path"] not in _ONCE else [])])


__all__ = ["Answer", "App", "Guard", "Limit", "allowed", "came_from", "too_many"]
