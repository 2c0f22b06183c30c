"""
title: licit
author: licit
description: Hands finished chats to licit, as far as their person's standing allows, and says in each request whose it is.
license: Apache-2.0
required_open_webui_version: 0.6.0
version: 1.0
"""

# One file to paste under Admin panel, Functions: nothing but Python's standard library and what Open WebUI itself has.
#
# - The outlet sees a chat when an answer is over. Who refuses is not sent to licit; what is sent, licit decides on before it writes.
# - Titles, tags and follow-ups are made past every filter: they are neither handed over here nor kept back from a model's API.
#   A gateway or a logger behind Open WebUI has to decide for itself; the inlet tells it whose request it is, and of which chat.
# - A temporary chat is never handed over, nor half an answer, nor anything while a setting is missing.
# - Nothing here stops a chat or changes its words. What could not be handed over is counted, and told in Open WebUI's log without words.

import asyncio
import json
import logging
import re
import time
from collections import Counter
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from pydantic import BaseModel, Field

log = logging.getLogger("licit.open_webui")
_PATIENCE, _AFTER, _TELL, _LARGEST = 5.0, 5.0, 60.0, 4 << 20
#: The id of a saved chat; a temporary one, a channel's and what there will be next have others.
_SAVED = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NO_TROUBLE = ("kept", "chat-state", "objection", "not-a-chat", "unfinished", "capacity-unknown")


class Filter:
    """The filter that Open WebUI runs around each chat."""

    class Valves(BaseModel):
        """What an administrator sets."""

        priority: int = Field(default=100, description="Filters with a larger number run later: let those that mask run before.")
        address: str = Field(default="", description="Where licit serve is: https://licit.example.")
        key: str = Field(default="", description="A key for standing and conversations: licit web key add open-webui.")
        source: str = Field(default="", description="The source that what is kept belongs to.")
        issuer: str = Field(default="", description="Who vouches for the accounts; empty for licit's own.")
        capacity: str = Field(default="unknown", description="By contract: consumer or organisation. Unknown is not kept.")
        age: str = Field(default="unknown", description="adult, minor or unknown.")
        purpose: str = Field(default="train", description="What the words are wanted for.")
        notice: str = Field(default="", description="The notice people saw.")
        surface: str = Field(default="", description="The surface of licit's policy on which they type.")
        name_requests: bool = Field(default=True, description="Put the account into each request's user field, for what stands behind.")

    def __init__(self) -> None:
        """Ask nothing yet."""
        self.valves = self.Valves()
        self.counts: Counter[str] = Counter()
        self._silent, self._told = 0.0, 0.0

    async def inlet(self, body: Any, __user__: Any = None, __metadata__: Any = None) -> Any:
        """Say in a request whose it is; the account's id, and never a name or an address."""
        try:
            person = (__user__ or {}).get("id")
            if self.valves.name_requests and isinstance(person, str) and person:
                body["user"] = person
        except Exception as error:
            self._count(f"fault-{type(error).__name__}")
        return body

    async def outlet(self, body: Any, __user__: Any = None, __metadata__: Any = None) -> Any:
        """Hand a chat over whose answer is there; give it back as it came.

        Law: CHO-06, CHO-08
        """
        try:
            given = _handing(body, __user__ or {}, __metadata__ or {}, self.valves)
            self._count(given if isinstance(given, str) else await asyncio.to_thread(self._hand_over, given))
        except Exception as error:
            self._count(f"fault-{type(error).__name__}")
        return body

    def _hand_over(self, given: dict[str, Any]) -> str:
        """Ask, then hand over; give what came of it. Who refuses is not sent."""
        query = urlencode({name: given[name] for name in ("purpose", "issuer") if given[name]})
        status, said = self._ask("GET", f"/v1/standing/{quote(given['subject'], safe='')}?{query}", None)
        if status != 200 or (said.get("subject"), said.get("purpose")) != (given["subject"], given["purpose"]):
            return f"licit-{status or 'unreachable'}"
        if said.get("answer") not in ("keep", "hold"):
            return str(said.get("reason") or "refused")
        body = json.dumps(given).encode()
        if len(body) > _LARGEST:
            return "too-large"
        status, said = self._ask("POST", "/v1/conversations", body)
        if status != 200:
            return f"licit-{status or 'unreachable'}"
        return "kept" if said.get("record") else next((str(one["reason"]) for one in said["messages"] if one["reason"]), "not-kept")

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, dict[str, Any]]:
        """Ask licit; status 0 for no answer, after which nobody waits for it again for some seconds."""
        if time.monotonic() < self._silent:
            return 0, {}
        where = urlsplit(self.valves.address)
        connection = (HTTPSConnection if where.scheme == "https" else HTTPConnection)(str(where.hostname), where.port, timeout=_PATIENCE)
        try:
            connection.request(method, where.path.rstrip("/") + path, body, {
                "authorization": f"Bearer {self.valves.key}", "content-type": "application/json"})
            answer = connection.getresponse()
            said = json.loads(answer.read(_LARGEST))
            if isinstance(said, dict):
                return answer.status, said
        except Exception as error:
            log.debug("licit gave no answer: %s", type(error).__name__)
        finally:
            connection.close()
        self._silent = time.monotonic() + _AFTER
        return 0, {}

    def _count(self, reason: str) -> None:
        """Count what became of a chat; tell of trouble once in a while."""
        self.counts[reason] += 1
        if reason not in _NO_TROUBLE and time.monotonic() - self._told > _TELL:
            self._told = time.monotonic()
            log.warning("licit: the chats go on; so far: %s", ", ".join(f"{number} {name}" for name, number in sorted(self.counts.items())))


def _handing(body: dict[str, Any], user: dict[str, Any], metadata: dict[str, Any], valves: Any) -> dict[str, Any] | str:
    """Give a chat as licit's API has it, or the name of why it is not handed over."""
    chat, person = body.get("chat_id") or metadata.get("chat_id") or "", user.get("id") or ""
    if metadata.get("task"):
        return "purpose"
    if not _SAVED.fullmatch(str(chat)) or metadata.get("temporary"):
        return "chat-state"
    if not valves.address or not valves.key or not valves.source:
        return "not-set-up"
    if not isinstance(person, str) or not 0 < len(person) <= 500:
        return "subject-unknown"
    messages = [one for one in body.get("messages") or () if isinstance(one, dict)]
    if len(messages) < 2 or messages[-1].get("role") != "assistant":
        return "not-a-chat"
    last = messages[-1]
    if last.get("error") or last.get("done") is False or last.get("finish_reason") not in (None, "stop", "tool_calls") or not _text(last):
        return "unfinished"
    rows = [{"role": one["role"], "content": _text(one), **_more(one)} for one in messages
            if one.get("role") in ("user", "assistant", "system", "tool", "developer") and _text(one)]
    return {"id": str(chat), "messages": rows, "source": valves.source, "subject": person, "issuer": valves.issuer, "purpose": valves.purpose,
            "capacity": valves.capacity, "age": valves.age, "notice": valves.notice, "surface": valves.surface, "state": "live"}


def _text(message: dict[str, Any]) -> str:
    """Give the words of a message; pictures, files and passages that were looked up stay behind."""
    content = message.get("content")
    if isinstance(content, list):
        content = "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict) and part.get("type") == "text")
    return content if isinstance(content, str) else ""


def _more(message: dict[str, Any]) -> dict[str, str]:
    """Give a message's id and time, where it has them."""
    out = {}
    if isinstance(message.get("id"), str):
        out["id"] = message["id"]
    if isinstance(at := message.get("timestamp"), int | float) and at > 0:
        out["timestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    return out
