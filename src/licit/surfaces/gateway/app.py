"""The gateway: an OpenAI-compatible API before any upstream, that forwards everything and keeps what its people allow.

Rules kept here:

- What is served does not depend on what is kept: the answer goes through as it comes, and is judged beside it. Where the
  deployment wants it the other way round, nothing is asked of the upstream before it is decided.
- Only conversations are listened to, and only until somebody's refusal is known; all else passes.
- Nothing half-told is kept: an answer counts once the upstream has ended it and the client has it whole.
- What comes after an answer was out is kept after it: it may go on from it.

Law: CHO-05, CHO-08, CHO-18

Read next: ``relay.py``, ``keeper.py``.
"""

import asyncio
import gc
import json
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from ..web.guard import Receive, Scope, Send
from .filter import Filter
from .filtered import Filtered
from .keeper import DOUBT, TROUBLE, Heard, keeper_of
from .people import TOKEN, new_device
from .relay import Body, Relay, Tee, first_of, refuse
from .remark import DOORS

#: So many seconds a rating or a title waits for its turn to be kept, and what goes on from an answer for that answer's.
_PATIENCE = 10.0
#: Where conversations come by, those of items apart.
ITEMS = "/v1/responses"
KEPT = frozenset(("/v1/chat/completions", "/v1/agents/completions", ITEMS))
#: What gives no words of a model.
_WORDLESS = ("/v1/embeddings", "/v1/models")
#: What passes wherever it is asked for.
_KNOWN = ("/v1/chat/completions", "/v1/agents/completions", "/v1/responses", "/v1/embeddings", "/v1/models")


class Gateway:
    """An ASGI app."""

    def __init__(self, root: Path, upstream: str, *, clock: Any = None, apart: bool = False) -> None:
        """Open the workspace and read its settings; ``apart`` keeps in a process of its own.

        Raises:
            SetupError: there is no workspace, or a setting or the upstream's address cannot be used.
        """
        self.keeper = keeper_of(root, clock=clock)
        self.settings, self._clock = self.keeper.settings, self.keeper.live.workspace.clock
        self.relay = Relay(upstream, self.settings.patience)
        self.filter = Filter(self.settings.filter, stop=self.settings.filter_does == "stop",
                             serve=self.settings.in_doubt == "serve") if self.settings.filter else None
        self.keeper.start(apart=apart)
        self.open = 0
        self._hearing: dict[asyncio.Future[None], Tee] = {}
        self._most = self.settings.largest_mib << 20

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            return await self._lives(receive, send)
        if scope["type"] != "http":
            return
        path = str(scope["path"])
        if path == "/healthz":
            return await self._health(send)
        if path.startswith("/v1/licit/"):
            return await self._remarked(scope, receive, send)
        dots = {".", ".."} & set(path.split("/"))
        known = path.startswith("/v1/") and (self.settings.others == "pass" or path.startswith(_KNOWN))
        if dots or not known:
            return await refuse(send, 404, "not-found", "The gateway does not forward this.")
        if scope["method"] == "POST" and path in KEPT:
            self.open += 1
            try:
                return await self._heard(scope, receive, send)
            finally:
                self.open -= 1
        body, filtering = Body(receive), self.filter and not path.startswith(_WORDLESS)
        if (first := await body.begun(self._most if filtering else 1 << 16)) is not None:
            tee = Tee(0, filtered=self._filtered(first) if filtering else None)
            await first_of(self.relay.answer(scope, (first, body.rest()), send, tee), body)

    def _filtered(self, request: bytes) -> Filtered | None:
        return Filtered(self.filter, request, self._most) if self.filter else None

    def counted(self, reason: str) -> int:
        """Give how often something was the reason, for not keeping or for passing on unlooked at."""
        return self.keeper.tally.get(reason, 0) + (self.filter.tally.get(reason, 0) if self.filter and reason == "filter-failed" else 0)

    async def close(self) -> None:
        """Keep what still waits, and close every line."""
        await asyncio.to_thread(self.keeper.close)
        await self.relay.close()
        if self.filter:
            self.filter.close()

    async def _lives(self, receive: Receive, send: Send) -> None:
        await receive()
        gc.collect()
        gc.freeze()  # what was loaded stays, and no answer waits until it was looked through
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _health(self, send: Send) -> None:
        trouble = self.keeper.trouble()
        body = json.dumps({"kept": self.keeper.tally["kept"], "not_kept": {name: number for name, number in sorted(self.keeper.tally.items())
                                                                         if name != "kept"},
                           "not_understood": dict(sorted(self.keeper.strange.items())), "trouble": trouble,
                           **({"filter": dict(sorted(self.filter.tally.items()))} if self.filter else {})}).encode()
        status = 503 if trouble and self.settings.in_doubt == "refuse" else 200
        await send({"type": "http.response.start", "status": status, "headers": [
            (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    async def _heard(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a message of a conversation, and listen to it as long as nothing speaks against keeping it."""
        body = Body(receive)
        if (first := await body.begun(self._most)) is None:
            return self.keeper.count("cancelled")
        heard = Heard(headers=_plain(scope), request=first, at=self._clock.now(), items=scope["path"] == ITEMS)
        loop = asyncio.get_running_loop()
        looking = None if body.more else loop.run_in_executor(self.keeper.looking, self.keeper.look, heard)
        if self.settings.in_doubt == "refuse":
            doubt = "too-large" if looking is None else self.keeper.trouble() or await looking
            if doubt in DOUBT or doubt == "too-large":
                self.keeper.count(doubt)
                return await refuse(send, 401 if doubt == "sign-in-refused" else 413 if doubt == "too-large" else 503, doubt,
                                    "Whether this may be kept cannot be decided now, and this gateway then serves nothing.")
        tee, earlier, handed = Tee(self._most, listening=True, filtered=self._filtered(first)), self._out(), loop.create_future()
        if looking is not None:
            looking.add_done_callback(lambda done: _let_go(tee, done))
        self._hearing[handed] = tee
        try:
            end = await first_of(self.relay.answer(scope, (first, body.rest()), send, tee, _offer(self.keeper.devices, heard, looking)), body)
            await self._over(heard, tee, looking, "" if tee.over and end == "cancelled" else end, earlier)
        finally:
            del self._hearing[handed]
            handed.set_result(None)

    def _out(self) -> "list[asyncio.Future[None]]":
        """Give those exchanges whose clients may have all of the answer, and that are still to be handed on."""
        return [handed for handed, tee in self._hearing.items() if tee.over]

    async def _remarked(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a rating or a title, and say what became of it; it goes no further."""
        kind, body = DOORS.get(scope["path"], ""), Body(receive)
        if not kind or scope["method"] != "POST":
            return await refuse(send, 405 if kind else 404, "not-found", "There is POST /v1/licit/feedback and POST /v1/licit/title.")
        if (first := await body.begun(self._most)) is None:
            return self.keeper.count("cancelled")
        if body.more:
            self.keeper.count("too-large")
            return await refuse(send, 413, "too-large", "This is too large.")
        heard = Heard(headers=_plain(scope), request=first, at=self._clock.now(), remark=kind)
        await _all(self._out())
        reason = await self._kept(heard)
        if reason in TROUBLE or reason in ("not-understood", "sign-in-refused", "identity-unclear"):
            return await refuse(send, 503 if reason in TROUBLE else 400 if reason == "not-understood" else 401, reason, "Nothing was kept.")
        answer = json.dumps({"kept": reason == "kept", "reason": "" if reason == "kept" else reason}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [
            (b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]})
        await send({"type": "http.response.body", "body": answer})

    async def _kept(self, heard: Heard) -> str:
        """Have a remark kept, and give what came of it."""
        told: Future[str] = Future()
        heard.told = told
        told.set_running_or_notify_cancel()  # whoever waits may leave; the thread that keeps may not find it cancelled
        self.keeper.keep(heard)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(told), _PATIENCE)
        except TimeoutError:
            return "workspace-busy"

    async def _over(self, heard: Heard, tee: Tee, looking: Any, end: str, earlier: "list[asyncio.Future[None]]") -> None:
        """Have an exchange kept that is over, or count why it is not."""
        reason = "too-large" if looking is None else await looking
        reason = reason or end or ("" if tee.status == 200 else "answer-error") or ("too-large" if tee.size > tee.most else "")
        if reason:
            return self.keeper.count(reason)
        heard.answer, heard.encoding = b"".join(tee.pieces), tee.headers.get("content-encoding", "").strip().lower()
        heard.streamed = tee.headers.get("content-type", "").startswith("text/event-stream")
        heard.ended = self._clock.now()
        await _all(earlier)
        self.keeper.keep(heard)


async def _all(handed: "list[asyncio.Future[None]]") -> None:
    """Wait until some exchanges are handed on."""
    if handed:
        await asyncio.wait(handed, timeout=_PATIENCE)


def _let_go(tee: Tee, done: Any) -> None:
    """Let go of an answer whose words are not to be kept, and of what still comes of it."""
    if done.cancelled() or done.exception() or done.result():
        tee.most = 0
        tee.pieces.clear()


def _offer(devices: bool, heard: Heard, looking: Any) -> Any:
    """Give what offers a name to a device that has none, to come back with; None where nobody is to get one."""
    if not devices or looking is None or TOKEN in heard.headers:
        return None

    async def offered() -> list[tuple[bytes, bytes]]:
        return [(b"x-licit-device", new_device().encode())] if await looking == "subject-unknown" else []

    return offered


def _plain(scope: Scope) -> dict[str, str]:
    """Give the headers as texts; one that stands twice as a text that is nobody's name."""
    out: dict[str, str] = {}
    for name, value in scope["headers"]:
        key = name.decode("latin-1")
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode("latin-1")
        out[key] = f"{out[key]}\0{text}" if key in out else text
    return out
