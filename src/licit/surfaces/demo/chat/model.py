"""An upstream of OpenAI's shape that needs no download: the small search, given word by word as a model's answer would be.

Rules kept here:

- It keeps nothing of what it is asked, and is told of nobody who asks.
- A stream ends as one should: with why it ended, and that it is over.
"""

import asyncio
import json
import re
import secrets
import time
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from .search import answered

NAME = "petite-recherche"


def local_model(pause: float = .03) -> Starlette:
    """Make the upstream; it waits so many seconds after each word of a stream."""
    number = count()

    async def complete(request: Request) -> Response:
        try:
            asked = json.loads(await request.body())
            said = [_text(row["content"]) for row in asked["messages"] if row["role"] == "user"]
        except (ValueError, LookupError, TypeError, RecursionError):
            return JSONResponse({"error": {"message": "messages cannot be read", "type": "invalid_request_error", "param": "messages", "code": None}}, 400)
        answer = answered(said, request.headers.get("accept-language", "")[:2], next(number))
        head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": NAME}
        if asked.get("stream"):
            return StreamingResponse(_pieces(head, answer, pause), media_type="text/event-stream")
        message = {"role": "assistant", "content": answer}
        tokens = len(answer.split())
        return JSONResponse({**head, "object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                             "usage": {"prompt_tokens": 0, "completion_tokens": tokens, "total_tokens": tokens}})

    async def models(request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [{"id": NAME, "object": "model", "created": 0, "owned_by": "licit"}]})

    return Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"]), Route("/v1/models", models)])


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(piece["text"] for piece in content if isinstance(piece.get("text"), str))


async def _pieces(head: dict[str, Any], answer: str, pause: float) -> AsyncIterator[bytes]:
    def event(delta: dict[str, str], ended: str | None = None) -> bytes:
        told = {**head, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": ended}]}
        return b"data: " + json.dumps(told).encode() + b"\n\n"

    yield event({"role": "assistant", "content": ""})
    for word in re.findall(r"\S+\s*", answer):
        yield event({"content": word})
        await asyncio.sleep(pause)
    yield event({}, "stop")
    yield b"data: [DONE]\n\n"
