"""Run in LiteLLM's own environment: talks by its real functions, and what every kind of logger was told; the answer is JSON.

Reads ``{"licit", "key", "upstream"}``; prints ``{"seen": {talk: [[logger, event, all it was told], …]}, "counts", "licit": imported?}``.
"""

import asyncio
import json
import sys
import time
from dataclasses import replace

import litellm
from litellm.integrations.custom_logger import CustomLogger
from peers import WORD

from licit_plugins.asking import Licit, Settings
from licit_plugins.litellm_logger import LicitLogger

given = json.load(sys.stdin)
seen: list = []


class _Spy(CustomLogger):
    """Tells all it is told."""

    def _tell(self, event, kwargs, answer):
        seen.append([type(self).__name__, event, repr(kwargs) + repr(answer)])

    def log_success_event(self, kwargs, response_obj, start_time, end_time):
        self._tell("ok", kwargs, response_obj)

    def log_failure_event(self, kwargs, response_obj, start_time, end_time):
        self._tell("failure", kwargs, response_obj)

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        self._tell("ok", kwargs, response_obj)

    async def async_log_failure_event(self, kwargs, response_obj, start_time, end_time):
        self._tell("failure", kwargs, response_obj)


class _PROXY_Spy(_Spy):
    """One of those that LiteLLM runs whatever is marked: its own for spending and limits."""


ours = LicitLogger(Licit(Settings(address=given["licit"], key=given["key"], source="chat", issuer="chat", capacity="consumer", age="adult",
                                  accept_held="waiting-period", life=60.0, patience=10.0)))
litellm.callbacks = [_Spy(), ours, _PROXY_Spy()]
litellm.success_callback = [lambda kwargs, answer, begun, ended: seen.append(["function", "ok", repr(kwargs) + repr(answer)])]
litellm.num_retries, litellm.suppress_debug_info = 0, True

PICTURE = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{WORD}"}}
TOOLS = [{"type": "function", "function": {"name": "weather", "description": WORD, "parameters": {"type": "object", "properties": {}}}}]
CALLED = [{"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function", "function": {"name": "weather", "arguments": json.dumps({"town": WORD})}}]},
          {"role": "tool", "tool_call_id": "c", "content": WORD}]


def talk(user, *, said=WORD, rows=(), conversation="c-1", model="plain", **more):
    """Give the arguments of a call."""
    metadata = {"conversation_id": conversation, "note": WORD, "tags": [WORD], "user_api_key_odd": 1, **more.pop("metadata", {})}
    return {"model": f"openai/{model}", "api_base": f"{given['upstream']}/v1", "api_key": "sk-x", "user": user, "metadata": metadata, "max_retries": 0,
            "messages": [{"role": "system", "content": WORD}, {"role": "user", "content": said}, *rows], **more}


async def drained(answer):
    """Read a stream to its end."""
    async for _ in answer:
        pass


async def main() -> dict:
    """Talk."""
    out = {}

    async def told(name, call):
        try:
            found = call() if not asyncio.iscoroutine(call) else await call
            if hasattr(found, "__aiter__"):
                await drained(found)
        except Exception as error:
            out[f"{name} raised"] = type(error).__name__
        until, before = time.monotonic() + 2, -1
        while time.monotonic() < until and (len(seen) != before or before <= 0):  # LiteLLM logs behind the answer
            before = len(seen)
            await asyncio.sleep(.25)
        out[name] = list(seen)
        seen.clear()

    for user in ("lite-no", "lite-yes", ""):
        await told(f"plain {user}", litellm.acompletion(**talk(user, conversation=f"plain-{user}")))
        await told(f"sync {user}", lambda: litellm.completion(**talk(user, conversation=f"sync-{user}")))  # noqa: B023
        await told(f"stream {user}", litellm.acompletion(**talk(user, stream=True, conversation=f"stream-{user}")))
        await told(f"failure {user}", litellm.acompletion(**talk(user, model="error")))
        await told(f"sync failure {user}", lambda: litellm.completion(**talk(user, model="error")))  # noqa: B023
        await told(f"exception {user}", litellm.acompletion(**talk(user, mock_response=Exception(f"cannot read {WORD}"))))
    no = "lite-no"
    await told("tools", litellm.acompletion(**talk(no, model="call", stream=True, tools=TOOLS, rows=CALLED)))
    await told("picture", litellm.acompletion(**talk(no, said=[{"type": "text", "text": WORD}, PICTURE])))
    await told("unknown fields", litellm.acompletion(**talk(no, extra_body={"odd": {"deep": [WORD]}}, stop=[WORD])))
    await told("log me", litellm.acompletion(**talk(no, **{"no-log": False})))
    await told("own callback", litellm.acompletion(**talk(no, success_callback=[litellm.success_callback[0]])))
    await told("header", litellm.acompletion(**talk(no, metadata={"headers": {"litellm-disable-message-redaction": "true"}})))
    await told("two names", litellm.acompletion(**talk("lite-yes", metadata={"user_api_key_end_user_id": "other"})))
    await told("embedding", litellm.aembedding(model="openai/e", input=[WORD], api_base=f"{given['upstream']}/v1", api_key="k", user=no))
    await told("responses", litellm.aresponses(model="openai/plain", input=WORD, api_base=f"{given['upstream']}/v1", api_key="k", user=no))
    litellm.global_disable_no_log_param = True
    await told("marks are off", litellm.acompletion(**talk(no)))
    litellm.global_disable_no_log_param = False
    ours.licit.flush()
    counted = dict(ours.licit.counts)
    ours.licit.counts.clear()
    for name, more in {"title": {"said": f"### Task:\nGenerate a title for {WORD}"}, "nowhere": {"conversation": ""}, "temporary": {"metadata": {"temporary": True}},
                       "unlogged": {"no-log": True}, "half": {"model": "die", "stream": True}, "good": {"conversation": "good"}}.items():
        await told(f"handing {name}", litellm.acompletion(**talk("lite-yes", **more)))
    ours.licit.flush()
    handed = dict(ours.licit.counts)
    ours.licit.settings = replace(ours.licit.settings, accept_held="")
    await told("held", litellm.acompletion(**talk("lite-yes")))
    ours.licit.standing = lambda person: 1 / 0
    await told("fault", litellm.acompletion(**talk("lite-yes")))
    return {"seen": out, "counts": counted, "handed": handed, "licit": "licit" in sys.modules}


sys.stdout.write("ANSWER" + json.dumps(asyncio.run(main())))
