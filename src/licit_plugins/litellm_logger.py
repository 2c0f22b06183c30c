"""LiteLLM: a logger that keeps words from every other logger unless their person's standing allows, and hands licit what it may keep.

In the proxy's ``config.yaml``: ``litellm_settings: {callbacks: ["licit_plugins.litellm_logger.licit"]}``; in a program:
``litellm.callbacks = [LicitLogger(Licit(Settings(…)))]``.

Rules kept here:

- The end user decides, before the model is asked: without a yes the request is marked ``no-log``, which also keeps a *failure* from
  the loggers. What a success tells is then built anew from names that are known to hold no words: whatever is new is left out.
- No header and no field of a request turns this off. One that asks not to be logged itself is not handed over either.
- Nobody named, two names, a licit that is down or slow, a fault in here: nobody's logger gets words, and the chat goes on.
- licit gets whole exchanges of conversations that have an id, from people, not from background tasks; and decides again.

Law: CHO-06, CHO-08
"""

import asyncio
import hashlib
import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import litellm
from litellm.integrations.custom_logger import CustomLogger

from .asking import Answer, Licit, Settings, log

Row = dict[str, Any]
#: What of a call holds no words. ``user`` is an account's name, which spending is counted by.
_CALL = ("model", "user", "call_type", "stream", "custom_llm_provider", "litellm_call_id", "litellm_trace_id", "response_cost", "cache_hit",
         "start_time", "end_time", "completion_start_time", "api_call_start_time", "log_event_type", "api_version", "combined_usage_object")
_PARAMS = ("acompletion", "aembedding", "api_base", "custom_llm_provider", "litellm_call_id", "model_info", "stream_response",
           "cost_per_second", "input_cost_per_token", "output_cost_per_token", "litellm_trace_id")
_METADATA = ("model_group", "deployment", "model_info", "api_base", "caching_groups", "model_group_size", "endpoint", "litellm_api_version")
_LOGGED = ("id", "trace_id", "call_type", "stream", "response_cost", "response_cost_failure_debug_info", "status", "custom_llm_provider",
           "total_tokens", "prompt_tokens", "completion_tokens", "startTime", "endTime", "completionStartTime", "response_time", "model",
           "model_id", "model_group", "api_base", "cache_hit", "saved_cache_cost", "end_user", "model_map_information", "cost_breakdown")
_KEPT_OF_A_MESSAGE = ("role", "content", "name", "tool_calls", "tool_call_id", "function_call", "refusal", "reasoning_content")
_CHATS = ("completion", "acompletion")
#: How the requests begin that Open WebUI makes of a chat by itself: titles, tags, follow-ups, and passages it puts before a question.
_TASK = "### Task:"
_NO = ("", "0", "false", "no", "none")
_REMEMBERED = 50_000


class _Recent(OrderedDict[Any, str]):
    """What was seen last, up to an end."""

    def note(self, key: Any, value: str = "") -> str:
        """Give what is noted, ``value`` from now on where nothing was."""
        known = self.setdefault(key, value)
        while len(self) > _REMEMBERED:
            self.popitem(last=False)
        return known


class LicitLogger(CustomLogger):  # type: ignore[misc]
    """Asks ``licit serve`` whose words may be kept; one object for all requests."""

    def __init__(self, asked: Licit | None = None) -> None:
        """Take the connection; else the environment's."""
        super().__init__()
        self.licit = asked or Licit(Settings.of_environment())
        self._lock, self._salt = threading.Lock(), os.urandom(16)
        self._ours, self._handed, self._times, self._warned = _Recent(), _Recent(), _Recent(), _Recent()

    async def async_pre_call_hook(self, user_api_key_dict: Any, cache: Any, data: Row, call_type: str) -> Row:
        """Mark a request of the proxy, before anything is done with it."""
        await self._mark(data, getattr(user_api_key_dict, "end_user_id", None))
        return data

    async def async_pre_call_deployment_hook(self, kwargs: Row, call_type: Any) -> Row:
        """Mark a call of a program, before the model is asked."""
        await self._mark(kwargs)
        return kwargs

    def log_pre_api_call(self, model: Any, messages: Any, kwargs: Row) -> None:
        """Mark a call that came another way, before it can fail."""
        self._warn()
        params = kwargs.get("litellm_params")
        kwargs["litellm_params"] = params = params if isinstance(params, dict) else {}
        self._set(params, str(kwargs.get("litellm_call_id")), self._answer(person_of(kwargs)))

    async def async_logging_hook(self, kwargs: Row, result: Any, call_type: str) -> tuple[Row, Any]:
        """Give what the loggers may see of a call that went well; hand over what licit may keep."""
        try:
            work = asyncio.to_thread(self.logging_hook, kwargs, result, call_type)
            return await asyncio.wait_for(work, self.licit.settings.patience * 2 + 1)
        except Exception:
            self.licit.count("licit-unreachable")
            return _stripped(kwargs), _answer_stripped(result)

    def logging_hook(self, kwargs: Row, result: Any, call_type: str) -> tuple[Row, Any]:
        """Give what the loggers may see of a call that went well; hand over what licit may keep."""
        try:
            person, doubt = person_of(kwargs)
            answer = self._answer((person, doubt))
            whole = kwargs.get("async_complete_streaming_response") or kwargs.get("complete_streaming_response")
            whole = whole if kwargs.get("stream") else result
            if whole is not None and not self._handed.get(kwargs.get("litellm_call_id")):
                self._handed.note(kwargs.get("litellm_call_id"), "seen")
                reason = answer.reason if answer.answer == "refuse" else self._hand_over(person, kwargs, whole, call_type)
                if reason:
                    self.licit.count(reason)
            if self.licit.shows(answer):
                return kwargs, result
        except Exception as error:  # LiteLLM would go on with all the words
            log.error("%s", type(error).__name__)
            self.licit.count("fault")
        return _stripped(kwargs), _answer_stripped(result)

    async def _mark(self, data: Row, end_user: Any = None) -> None:
        who = person_of(data, end_user)
        known = self.licit.remembered(who[0]) if who[0] else Answer("refuse", who[1])
        if known is None:
            try:
                known = await asyncio.wait_for(asyncio.to_thread(self._answer, who), self.licit.settings.patience * 2 + 1)
            except Exception:
                known = Answer("refuse", "licit-unreachable")
        self._set(data, str(data.get("litellm_call_id")), known)

    def _set(self, data: Row, call: str, answer: Answer) -> None:
        """Mark a call as one that nobody logs, and remember that it was we who did."""
        if not self.licit.shows(answer) and not (data.get("no-log") is True and call not in self._ours):
            with self._lock:
                self._ours.note(call, answer.answer)
            data["no-log"] = True

    def _answer(self, who: tuple[str, str]) -> Answer:
        return self.licit.standing(who[0]) if who[0] else Answer("refuse", who[1])

    def _hand_over(self, person: str, kwargs: Row, whole: Any, call_type: str) -> str:
        """Hand an exchange over, or give why not; "" where it waits to be handed over, or nothing is to be."""
        if not self.licit.settings.source:
            return ""
        params, call = _of(kwargs, "litellm_params"), str(kwargs.get("litellm_call_id"))
        if params.get("no-log") is True and call not in self._ours:
            return "no-log"
        if reason := _beforehand(kwargs, params, call_type):
            return reason
        conversation = _conversation(params)
        rows = [_row(one) for one in kwargs.get("messages") or ()]
        if not conversation or not rows:
            return "thread-unknown" if rows else "not-understood"
        if str(_text(rows[-1].get("content"))).lstrip().startswith(_TASK):
            return "purpose"
        choices = getattr(whole, "choices", None) or []
        if not choices or not all(getattr(one, "finish_reason", None) for one in choices):
            return "unfinished"
        rows.append(_row(choices[0].message))
        self._time(conversation, rows, kwargs)
        self.licit.later(lambda: (self.licit.hand_over(person, conversation, rows), None)[1], sum(map(_size, rows)))
        return ""

    def _time(self, conversation: str, rows: list[Row], kwargs: Row) -> None:
        """Say when each message was said: what came now, now; what was seen before, then; the rest at an unknown time."""
        begun, ended = (_stamp(kwargs.get(name)) for name in ("start_time", "end_time"))
        last = max((number for number, row in enumerate(rows[:-1]) if row.get("role") == "assistant"), default=-1)
        with self._lock:
            for number, row in enumerate(rows):
                words = hashlib.blake2b(repr((conversation, number, row)).encode("utf-8", "backslashreplace"), key=self._salt, digest_size=16)
                now = ended if number == len(rows) - 1 else begun if number > last else ""
                if at := self._times.note(words.digest(), now) if now else self._times.get(words.digest(), ""):
                    row["timestamp"] = at

    def _warn(self) -> None:
        """Tell the operator of what gets words before anybody is asked: LiteLLM gives loggers of requests no way to be kept from them."""
        plain = CustomLogger.log_pre_api_call
        early = {one if isinstance(one, str) else type(one).__name__ for one in litellm.input_callback if one is not self and (
            not isinstance(one, CustomLogger) or type(one).log_pre_api_call is not plain)}
        if litellm.global_disable_no_log_param:
            early.add("global_disable_no_log_param")
        if getattr(sys.modules.get("litellm.proxy.proxy_server"), "general_settings", {}).get("store_prompts_in_spend_logs"):
            early.add("store_prompts_in_spend_logs")
        for name in sorted(early - self._warned.keys()):
            self._warned.note(name, "told")
            self.licit.count("leak")
            log.error("%s sees the words of everybody before licit is asked: turn it off", name)


def person_of(details: Mapping[str, Any], end_user: Any = None) -> tuple[str, str]:
    """Give the end user of a call, and the reason why there is none: nobody named, or two."""
    params = _of(details, "litellm_params")
    named = [end_user, *(holder.get(name) for holder in (details, params, _of(details, "optional_params")) for name in ("user", "safety_identifier"))]
    named += [_of(holder, name).get("user_api_key_end_user_id") for holder in (details, params) for name in ("metadata", "litellm_metadata")]
    names = {one for one in named if one not in (None, "")}
    if len(names) == 1 and isinstance(name := next(iter(names)), str):
        return name, ""
    return "", "identity-unclear" if names else "subject-unknown"


def _beforehand(kwargs: Row, params: Mapping[str, Any], call_type: str) -> str:
    """Give what a call itself says against being handed over."""
    if call_type not in _CHATS:
        return "purpose"
    headers, metadata = _headers(params), _of(params, "metadata")
    marks = [metadata, _of(metadata, "requester_metadata"), _of(kwargs, "optional_params"), _of(_of(params, "proxy_server_request"), "body")]
    if headers.get("x-licit-temporary", "").lower() not in _NO or any(mark.get("store") is False for mark in marks) or any(
            str(mark.get(name) or "").lower() not in _NO for mark in marks for name in ("temporary", "is_temporary")):
        return "chat-state"
    if headers.get("sec-gpc") == "1":
        return "global-privacy-control"
    return "" if headers.get("x-licit-kind", "chat") == "chat" else "purpose"


def _conversation(params: Mapping[str, Any]) -> str:
    """Give the id that the product has for the conversation, "" for none."""
    metadata = _of(params, "metadata")
    given = [metadata.get("conversation_id"), metadata.get("session_id"), _headers(params).get("x-conversation-id")]
    return next((one for one in given if isinstance(one, str) and 0 < len(one) <= 500), "")


def _headers(params: Mapping[str, Any]) -> dict[str, str]:
    found = _of(params, "metadata").get("headers") or _of(params, "proxy_server_request").get("headers")
    return {str(name).lower(): str(value) for name, value in found.items()} if isinstance(found, Mapping) else {}


def _of(holder: Any, name: str) -> Mapping[str, Any]:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _row(message: Any) -> Row:
    """Give a message with what licit reads of one; files in base64 stay behind, for their bytes are never kept."""
    plain = message.model_dump() if hasattr(message, "model_dump") else dict(message)
    row = {name: plain[name] for name in _KEPT_OF_A_MESSAGE if plain.get(name) is not None}
    if isinstance(row.get("content"), list):
        row["content"] = [_lighter(part) for part in row["content"]]
    return row


def _lighter(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: "" if name in ("data", "file_data", "b64_json", "bytes") else _lighter(one) for name, one in value.items()}
    return "data:" if isinstance(value, str) and value.startswith("data:") else value


def _text(content: Any) -> Any:
    return next((part.get("text", "") for part in content if isinstance(part, Mapping)), "") if isinstance(content, list) else content or ""


def _size(row: Row) -> int:
    return len(repr(row))


def _stamp(moment: Any) -> str:
    known = moment if isinstance(moment, datetime) else datetime.now(UTC)
    return known.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _some(holder: Mapping[str, Any], names: Iterable[str]) -> Row:
    return {name: holder[name] for name in names if name in holder}


def _stripped(kwargs: Mapping[str, Any]) -> Row:
    """Give what holds no words of a call: only what is named here."""
    params, told = _of(kwargs, "litellm_params"), _of(kwargs, "standard_logging_object")
    out = _some(kwargs, _CALL) | {"messages": [], "input": "", "prompt": "", "optional_params": {}, "additional_args": {}, "original_response": ""}
    out["litellm_params"] = _some(params, _PARAMS) | {"no-log": True, "metadata": _of_account(_of(params, "metadata")), "proxy_server_request": {}}
    if told:
        out["standard_logging_object"] = _some(told, _LOGGED) | {
            "messages": [], "response": {}, "model_parameters": {}, "hidden_params": {}, "request_tags": [], "error_str": None,
            "metadata": _of_account(_of(told, "metadata"))}
    for name in ("complete_streaming_response", "async_complete_streaming_response"):
        if kwargs.get(name) is not None:
            out[name] = _answer_stripped(kwargs[name])
    return out


def _of_account(metadata: Mapping[str, Any]) -> Row:
    """Give what the proxy itself knows of the key that was used; it lets no client write these."""
    return _some(metadata, _METADATA) | {name: value for name, value in metadata.items() if name.startswith("user_api_key")}


def _answer_stripped(answer: Any) -> Any:
    """Give an answer with its numbers alone."""
    usage = getattr(answer, "usage", None)
    numbers = {name: value for name in ("prompt_tokens", "completion_tokens", "total_tokens") if isinstance(value := getattr(usage, name, None), int)}
    model = str(getattr(answer, "model", "") or "")
    if isinstance(answer, litellm.EmbeddingResponse):
        return litellm.EmbeddingResponse(model=model, data=[], usage=litellm.Usage(**numbers))
    return litellm.ModelResponse(id=str(getattr(answer, "id", "") or ""), model=model, usage=litellm.Usage(**numbers))


def __getattr__(name: str) -> Any:
    """Make the logger that the proxy's configuration names, when it is named."""
    if name != "licit":
        raise AttributeError(name)
    globals()["licit"] = made = LicitLogger()
    return made
