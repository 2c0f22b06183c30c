"""The question of standing answered on a short way, for it is asked before every message; all else of it stays as described.

Rules kept here:

- Only a question that is right in every part goes this way. Whatever it does not know (a parameter, a method, a key that
  does not count, one request too many) it leaves to the described route, whose answer is then the only one.
- Both ways give the same answer from the same functions; neither is older than the log's head.
"""

import json
from typing import Any, Literal
from urllib.parse import parse_qsl

from starlette.routing import BaseRoute, Match, NoMatchFound

from ...core.policy import PURPOSES
from ...usecases.live import Answer, Live
from .guard import Receive, Scope, Send

_PATH, _LONGEST = "/v1/standing/", 500
_KNOWN = {"purpose": frozenset(PURPOSES), "key": frozenset(("account", "device"))}
Key = Literal["account", "device"]


def judged(live: Live, subject: str, purpose: str, issuer: str, key: Key) -> Answer:
    """Answer for one person and purpose, for what they say now."""
    return live.of_person((issuer or live.workspace.name, key, subject), purpose)


def said(answer: Answer, subject: str, purpose: str) -> dict[str, Any]:
    """Give an answer as plain values."""
    return {"subject": subject, "purpose": purpose, "answer": answer.decision.answer, "reason": answer.decision.reason,
            "log_size": answer.size, "at": answer.at.strftime("%Y-%m-%dT%H:%M:%SZ")}


class ThinStanding(BaseRoute):
    """Answers ``GET /v1/standing/{subject}`` where nothing about the request is unusual."""

    def __init__(self, live: Live, may: Any) -> None:
        """Take the fold, and what tells whether a key opens a scope and has requests left."""
        self._live, self._may = live, may

    def matches(self, scope: Scope) -> tuple[Match, dict[str, Any]]:
        """Tell whether the request is right in every part."""
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] != "GET" or not path.startswith(_PATH) or scope.get("root_path"):
            return Match.NONE, {}
        subject, asked = path[len(_PATH):], _asked(scope["query_string"])
        if asked is None or not 0 < len(subject) <= _LONGEST or "/" in subject or not self._may(scope, "standing"):
            return Match.NONE, {}
        return Match.FULL, {"standing": (subject, asked)}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        subject, asked = scope["standing"]
        purpose = asked.get("purpose", "train")
        answer = judged(self._live, subject, purpose, asked.get("issuer", ""), asked.get("key", "account"))
        body = json.dumps(said(answer, subject, purpose), ensure_ascii=False, separators=(",", ":")).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [
            (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """Have no name of its own: the described route has it."""
        raise NoMatchFound(name, path_params)


def _asked(query: bytes) -> dict[str, Any] | None:
    """Read the parameters; None where one is unknown, stands twice or says what it cannot."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True) if query else []
    asked = dict(pairs)
    if len(asked) < len(pairs) or not asked.keys() <= {"purpose", "issuer", "key"}:
        return None
    return asked if all(asked[name] in known for name, known in _KNOWN.items() if name in asked) else None
