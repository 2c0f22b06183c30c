"""What the chat's server says to the gateway: who speaks, in which conversation, and what; as any product would.

Rules kept here:

- Who speaks is said by a token that is signed for each request and holds an account or a device, and no tier.
- The answer is read to its end, for what a client leaves before is not kept.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import OKPKey

from .company import ISS
from .kept import Person
from .talks import Message, Talk

#: The environment variable with the key of a model elsewhere.
KEY = "LICIT_UPSTREAM_KEY"
_PATIENCE = httpx.Timeout(10, read=120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A model elsewhere: its address, and its name, "" for the first that it lists."""

    address: str
    model: str = ""


class Asking:
    """Speaks to one gateway."""

    def __init__(self, address: str, key: OKPKey, other: Other | None) -> None:
        """Take the gateway's address, the key that signs who speaks, and the model elsewhere, if any."""
        self._address, self._key, self._model = address, key, other.model if other else "local"
        self._upstream = {"authorization": f"Bearer {os.environ[KEY]}"} if other and os.environ.get(KEY) else {}

    def headers(self, person: Person, talk: Talk, now: datetime, more: dict[str, str]) -> dict[str, str]:
        """Say who speaks in which conversation."""
        claims = {"iss": ISS, "aud": "licit", "iat": int(now.timestamp()), "exp": int((now + timedelta(minutes=1)).timestamp()),
                  "jti": token_hex(16), "device" if person.device else "sub": person.name}
        token = jwt.encode({"alg": "Ed25519", "kid": self._key.kid}, claims, self._key, algorithms=["Ed25519"])
        return {"x-licit-token": token, "x-conversation-id": talk.conversation, **({"x-licit-temporary": "true"} if talk.temporary else {}),
                **self._upstream, **more}

    async def answer(self, talk: Talk, headers: dict[str, str], into: Message) -> AsyncIterator[str]:
        """Ask for the answer to a conversation; give its words as they come, and put them into a message.

        Raises:
            httpx.HTTPError: the gateway or the model does not answer, or with an error.
            ValueError: what comes is no stream of an answer.
        """
        async with self._client() as client:
            body = {"model": await self._name(client), "stream": True, "messages": talk.rows(talk.messages.index(into))}
            async with client.stream("POST", "/v1/chat/completions", json=body, headers=headers) as response:
                response.raise_for_status()
                async for line in response.aiter_lines():
                    if line.startswith("data:") and (said := line[5:].strip()) == "[DONE]":
                        into.whole = True
                    elif line.startswith("data:") and (words := _words(json.loads(said))):
                        into.text += words
                        yield words

    async def remark(self, kind: str, headers: dict[str, str], body: dict[str, Any]) -> str:
        """Tell a rating or a title; give why it is not kept, "" where it is.

        Raises:
            httpx.HTTPError: the gateway does not answer.
        """
        async with self._client() as client:
            response = await client.post(f"/v1/licit/{kind}", json=body, headers=headers)
        told = response.json()
        return str(told["reason"]) if response.status_code == 200 else str(told["error"]["code"])

    async def _name(self, client: httpx.AsyncClient) -> str:
        if not self._model:
            response = await client.get("/v1/models", headers=self._upstream)
            response.raise_for_status()
            self._model = str(response.json()["data"][0]["id"])
        return self._model

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(base_url=self._address, timeout=_PATIENCE, trust_env=False) as client:
            yield client


def _words(event: Any) -> str:
    """Give the words of an event of a stream.

    Raises:
        ValueError: it tells an error, or is no event.
    """
    if not isinstance(event, dict) or event.get("error"):
        raise ValueError("the stream tells an error")
    choices = event.get("choices") or [{}]
    content = (choices[0].get("delta") or {}).get("content")
    if isinstance(content, list):
        return "".join(piece["text"] for piece in content if isinstance(piece, dict) and isinstance(piece.get("text"), str))
    return content or ""
