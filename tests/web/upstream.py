"""A pretend upstream of OpenAI's shape on a real server, and a gateway before it; what it does hangs on the model it is asked for."""

import asyncio
import gzip
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from serving import NO_CERTIFICATES, running
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from world import World, copied

from licit.surfaces.gateway.app import Gateway

HEAD = {"id": "c-1", "created": 1, "model": "pretend", "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}
JSON = {"models": {"object": "list", "data": [{"id": "pretend", "object": "model", "created": 1, "owned_by": "upstream"}]},
        "embeddings": {"id": "e-1", "object": "list", "model": "pretend", "usage": {"prompt_tokens": 1, "total_tokens": 1},
                       "data": [{"object": "embedding", "index": 0, "embedding": [.5, -.5]}]}}
CONSUMERS = 'source = "chat"\ncapacity = "consumer"\nage = "adult"\nissuer = "chat"\n'


@dataclass
class Upstream:
    """What came, byte for byte, and which streams were left before their end."""

    address: str = ""
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    answer: str = "D'accord."
    sent: list[bytes] = field(default_factory=list)
    number: int = 0

    async def chat(self, request: Request) -> Response:
        """Answer a chat."""
        body = await request.body()
        self.asked.append((dict(request.headers), body))
        asked = json.loads(body) if body.startswith(b"{") else {}
        model = asked.get("model", "plain")
        if model == "error":
            return Response(b'{"error": {"message":"slow  down","code":7}}', 429, {"retry-after": "9", "x-own": "one"}, "application/json")
        if model == "gzip":
            whole = json.dumps({"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": self.answer}}]})
            return Response(gzip.compress(whole.encode()), 200, {"content-encoding": "gzip"}, "application/json")
        if asked.get("stream"):
            return StreamingResponse(self._pieces(model), media_type="text/event-stream", headers={"x-request-id": "r-1"})
        whole = {**HEAD, "object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop", "message": {
            "role": "assistant", "content": self.answer, "odd": [1, None]}}], "unknown-field": {"kept": True}}
        return Response(json.dumps(whole, indent=3).encode(), 200, {"x-request-id": "r-1"}, "application/json")

    async def _pieces(self, model: str) -> AsyncIterator[bytes]:
        self.sent = []
        for number, word in enumerate(self.answer.split(" ")):
            delta = {"content": word if not number else " " + word}
            if model == "pieces" and not number:  # as Mistral's reasoning models answer
                thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hmm"}]}
                yield self._keep(piece({"role": "assistant", "content": [thought]}))
            if model == "pieces":
                delta = {"content": [{"type": "text", "text": delta["content"]}]}
            yield self._keep(piece(delta, odd=number))
            if model == "die":
                raise OSError("the upstream dies")
            if model == "malformed":
                yield self._keep(b'data: {"choices": [{"ind\n\n: a remark\r\n\r\n')
            if model == "call" and not number:
                calls = [{"index": 0, "id": "call-1", "type": "function", "function": {"name": "weather", "arguments": ""}}]
                yield self._keep(piece({"tool_calls": calls}))
                for some in ('{"town":', '"Brest"}'):
                    calls = [{"index": 0, "function": {"arguments": some}}]
                    yield self._keep(piece({"tool_calls": calls}))
            if model == "whole-call" and not number:  # as Mistral's API gives one
                yield self._keep(piece({"tool_calls": [{"index": 0, "id": "call-1", "function": {"name": "weather", "arguments": '{"town":"Brest"}'}}]}))
            if model == "slow":
                try:
                    await asyncio.sleep(30)
                except asyncio.CancelledError:
                    self.left.append(model)
                    raise
        if model != "open":
            yield self._keep(piece({}, "stop"))
            yield self._keep(b"data: [DONE]\n\n")

    def _keep(self, piece: bytes) -> bytes:
        self.sent.append(piece)
        return piece

    async def respond(self, request: Request) -> Response:
        """Answer items with items; the model "call" calls a function beside, "odd" does what has no words, others end badly."""
        body = await request.body()
        self.asked.append((dict(request.headers), body))
        asked = json.loads(body)
        model, self.number = asked["model"], self.number + 1
        message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [
            {"type": "output_text", "text": self.answer, "annotations": []}]}
        more = {"call": [{"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "weather", "arguments": '{"town":"Brest"}'}],
                "odd": [{"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": self.answer}},
                        {"type": "of tomorrow", "words": self.answer}]}
        whole = {"id": f"resp_{self.number}", "object": "response", "created_at": 1, "model": "pretend", "status": "completed", "error": None,
                 "parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "output": [*more.get(model, []), message]}
        if model in ("incomplete", "failed", "queued"):
            whole |= {"status": model, "error": {"code": "server_error", "message": "no"} if model == "failed" else None}
        if asked.get("stream"):
            return StreamingResponse(self._events(model, whole), media_type="text/event-stream")
        return Response(json.dumps(whole).encode(), 200, {}, "application/json")

    async def _events(self, model: str, whole: dict[str, Any]) -> AsyncIterator[bytes]:
        at = len(whole["output"]) - 1
        told = [{"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}}, *(
            {"type": "response.output_text.delta", "item_id": "msg_1", "output_index": at, "content_index": 0, "delta": word, "logprobs": []}
            for word in re.split("(?= )", self.answer))]
        if model == "die":
            told, whole = told[:2], {}
        elif model == "other-words":
            told.pop()
        told += [{"type": f"response.{whole['status']}", "response": whole}] * (bool(whole) and model != "open")
        for number, event in enumerate(told):
            yield f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n".encode()
        if model == "die":
            raise OSError("the upstream dies")

    async def other(self, request: Request) -> Response:
        """Answer anything else by what was asked; clients that want JSON get models and embeddings."""
        body = await request.body()
        self.asked.append((dict(request.headers), body))
        wants = "application/json" in request.headers.get("accept", "") or request.headers.get("user-agent", "").startswith("litellm")
        if (last := request.url.path.rpartition("/")[2]) in JSON and wants:
            return Response(json.dumps(JSON[last]).encode(), 200, {}, "application/json")
        return Response(request.method.encode() + b" " + request.url.path.encode() + b"?" + request.url.query.encode() + b" " + body, 201)


def piece(delta: Any, ended: str | None = None, **more: Any) -> bytes:
    """Write an event of a stream."""
    told = {**HEAD, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": ended}], **more}
    return b"data: " + json.dumps(told).encode() + b"\n\n"


def served_by(app: Any, lifespan: Any = "on") -> AbstractContextManager[str]:
    """Run an app as the gateway is run, its beginning and end included; give its address."""
    return running(app, lifespan=lifespan, server_header=False, date_header=False)


@pytest.fixture(scope="session")
def one_upstream() -> Iterator[Upstream]:
    """The upstream."""
    upstream = Upstream()
    routes = [Route("/v1/chat/completions", upstream.chat, methods=["POST"]),
              Route("/v1/responses", upstream.respond, methods=["POST"]),
              Route("/{rest:path}", upstream.other, methods=["GET", "POST", "DELETE"])]
    with served_by(Starlette(routes=routes), "off") as upstream.address:
        yield upstream


@pytest.fixture
def upstream(one_upstream: Upstream) -> Upstream:
    """The upstream, with nothing asked of it yet."""
    one_upstream.asked, one_upstream.left, one_upstream.answer = [], [], "D'accord."
    return one_upstream


@dataclass
class Before:
    """A gateway that runs, its world and what it stands before."""

    world: World
    gateway: Gateway
    upstream: Upstream
    address: str

    def ask(self, *said: str, user: str = "user1", to: str = "", headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """Say something; every second text is the assistant's."""
        messages = [{"role": ("user", "assistant")[number % 2], "content": words} for number, words in enumerate(said)]
        body = {"model": "plain", "messages": messages, **({"user": user} if user else {}), **more}
        with httpx.Client(verify=NO_CERTIFICATES, timeout=20) as client:
            return client.post(f"{to or self.address}/v1/chat/completions", json=body, headers=headers or {})

    def tally(self) -> dict[str, int]:
        """Give what was counted, once nothing waits any more: a client has its answer a moment before it is handed on."""
        until = time.monotonic() + 60
        while (self.gateway.open or not self.gateway.keeper.settled()) and time.monotonic() < until:
            time.sleep(.005)
        return {name: number for name, number in self.gateway.keeper.tally.items() if number}

    def counted(self, number: int) -> dict[str, int]:
        """Give what was counted, once it is so many exchanges."""
        until = time.monotonic() + 60
        while sum(self.gateway.keeper.tally.values()) < number and time.monotonic() < until:
            time.sleep(.005)
        return self.tally()


@contextmanager
def before(world: World, upstream: Upstream, settings: str = CONSUMERS) -> Iterator[Before]:
    """Put a gateway before the upstream."""
    if settings:
        (world.root / "gateway.toml").write_text(settings, encoding="utf-8")
    gateway = Gateway(world.root, upstream.address, clock=world.clock)
    with served_by(gateway) as address:
        yield Before(world, gateway, upstream, address)


@pytest.fixture(scope="module")
def module_gateway(empty_world: World, one_upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Before]:
    """A gateway that the tests of a module share."""
    with before(copied(empty_world, tmp_path_factory.mktemp("gateway") / "w"), one_upstream) as here:
        yield here


@pytest.fixture
def passing(module_gateway: Before, upstream: Upstream) -> Before:
    """The gateway of the module, with nothing counted: for tests of people of their own."""
    module_gateway.tally()
    module_gateway.gateway.keeper.tally.clear()
    return module_gateway


@pytest.fixture
def gateway(world: World, upstream: Upstream) -> Iterator[Before]:
    """A gateway for consumers before the upstream, over a workspace with nothing in it."""
    with before(world, upstream) as here:
        yield here
