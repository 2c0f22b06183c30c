"""A model behind an OpenAI-compatible address: what it can be asked is tried first, and what it cannot is said.

``https://host/v1#model``; a key comes from ``LICIT_MODEL_KEY``. Plain http only to this machine.

Rules kept here:

- Probabilities are asked of ``/completions`` with ``echo``; an address that does not tell them for every token given cannot score.
- Nobody outside sees its tokens: texts are cut by four characters for each.
- An address that is busy or away is asked again, three times at most; then that is an error, and never an empty answer.
- What the address says is never put into an error. Only what every such address knows is sent: some refuse a question for a word more.
"""

import http.client
import json
import math
import os
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from licit.core.errors import InputError, SetupError, UnavailableError
from licit.core.models import Scored

KEY = "LICIT_MODEL_KEY"

_TOKEN, _SECONDS, _LARGEST = 4, 120.0, 64 << 20
#: Seconds before it is asked again, and the answers (0: none) after which it is.
_WAITS, _BUSY = (1.0, 4.0, 16.0), frozenset({0, 408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointModel:
    """An address that answers: a :class:`~licit.core.ports.LanguageModel` as far as it does."""

    url: str
    name: str
    key: str = field(default="", repr=False)
    chat: bool = False
    can: frozenset[str] = frozenset({"continue"})
    kind: str = "endpoint"
    unit: str = "four-characters"
    digest: str = ""
    parameters: int = 0

    def cut(self, texts: Sequence[str], before: int, after: int) -> list[tuple[str, str] | None]:
        """Give four characters for each token."""
        first, last = before * _TOKEN, (before + after) * _TOKEN
        return [(text[:first], text[first:last]) if len(text) >= last else None for text in texts]

    def score(self, items: Sequence[tuple[str, str]]) -> list[Scored]:
        """Say how likely each text's tokens are; a token that lies across the border is the text's.

        Raises:
            SetupError: the address tells no probabilities.
            UnavailableError: it does not answer.
        """
        if "score" not in self.can:
            raise SetupError("this address tells no probabilities", about=self.name)
        return [self._scored(before, text) for before, text in items]

    def _scored(self, before: str, text: str) -> Scored:
        told = _logs(self.post("/completions", {"prompt": before + text, "max_tokens": 1, "echo": True, "logprobs": 1, "temperature": 0}))
        if told is None:
            raise UnavailableError("the address told no probabilities of a text", about=self.name, remedy="Nothing is said of the model; try again.")
        logs, places = told
        whole = len(before) + len(text)
        mine = [log for log, at, end in zip(logs, places, [*places[1:], whole + 1], strict=True) if at < whole and end > len(before) and log is not None]
        if not mine or any(not math.isfinite(log) for log in mine):
            raise UnavailableError("the address told no probability of a text", about=self.name, remedy="Nothing is said of the model; try again.")
        return Scored(logs=mine)

    def continue_(self, prefixes: Sequence[str], *, tokens: int, temperature: float = 0, seed: int = 0) -> list[str]:
        """Go on with each text; a chat is asked to."""
        out = []
        for prefix in prefixes:
            asked: dict[str, Any] = {"max_tokens": tokens, "temperature": temperature, **({"seed": seed} if temperature else {})}
            if self.chat:
                asked["messages"] = [{"role": "user", "content": "Continue this text, and write nothing else:\n\n" + prefix}]
            else:
                asked["prompt"] = prefix
            out.append(_said(self.post("/chat/completions" if self.chat else "/completions", asked), self))
        return out

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Post a question; give the answer's JSON.

        Raises:
            UnavailableError: none came, or it was no success.
        """
        status, answer = self.ask(path, body)
        if status != 200:
            raise self.failed(status)
        return answer

    def failed(self, status: int) -> UnavailableError:
        """Give the error of an answer that is none."""
        return UnavailableError(f"the address answered {status or 'nothing'}", about=self.name, remedy="Nothing is said of the model; try again.")

    def ask(self, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Post a question, again where the address is busy; give the last status (0: no answer) and the JSON."""
        for wait in _WAITS:
            status, answer = self._once(path, body)
            if status not in _BUSY:
                return status, answer
            time.sleep(wait)
        return self._once(path, body)

    def _once(self, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        parts = urlsplit(self.url)
        made = http.client.HTTPSConnection(str(parts.hostname), parts.port, timeout=_SECONDS, context=ssl.create_default_context()
                                           ) if parts.scheme == "https" else http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=_SECONDS)
        try:
            made.request("POST", parts.path.rstrip("/") + path, json.dumps({"model": self.name, **body}).encode(), {
                "content-type": "application/json", **({"authorization": f"Bearer {self.key}"} if self.key else {})})
            answer = made.getresponse()
            data = answer.read(_LARGEST + 1)
            return (answer.status, json.loads(data)) if len(data) <= _LARGEST else (0, None)
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            made.close()


def _logs(answer: Any) -> tuple[list[float | None], list[int]] | None:
    try:
        told = answer["choices"][0]["logprobs"]
        logs, places = list(told["token_logprobs"]), [int(at) for at in told["text_offset"]]
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    known = all(log is None or isinstance(log, int | float) for log in logs)
    return (logs, places) if known and len(logs) == len(places) and len(logs) > 1 else None


def _said(answer: Any, model: EndpointModel) -> str:
    try:
        first = answer["choices"][0]
        text = first["message"]["content"] if "message" in first else first["text"]
    except (KeyError, IndexError, TypeError):
        text = None
    if not isinstance(text, str):
        raise UnavailableError("the address answered without a text", about=model.name, remedy="Nothing is said of the model; try again.")
    return text


def open_endpoint(place: str) -> EndpointModel:
    """Try what an address can be asked.

    Raises:
        InputError: it is no address to ask, or names no model.
        UnavailableError: it answers neither completions nor chats.
    """
    parts = urlsplit(place)
    loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or not parts.fragment or parts.username is not None or (parts.scheme != "https" and not loopback):
        raise InputError("this is no address of a model", about=parts.hostname or "", remedy="Write it as https://host/v1#model; plain http only to this machine.")
    model = EndpointModel(url=parts._replace(fragment="").geturl(), name=parts.fragment, key=os.environ.get(KEY, ""))
    status, answer = model.ask("/completions", {"prompt": "One two three four", "max_tokens": 1, "echo": True, "logprobs": 1, "temperature": 0})
    if status == 200:
        told = _logs(answer)
        whole = told is not None and sum(at < len("One two three four") and log is not None for log, at in zip(*told, strict=True)) >= 1
        return EndpointModel(url=model.url, name=model.name, key=model.key, can=frozenset({"continue", "score"} if whole else {"continue"}))
    if status in _BUSY - {500}:  # it may well tell probabilities at another time
        raise model.failed(status)
    chat = EndpointModel(url=model.url, name=model.name, key=model.key, chat=True, kind="chat")
    chat.continue_(["One two three"], tokens=4)
    return chat
