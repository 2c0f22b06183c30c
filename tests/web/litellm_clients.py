"""Run in LiteLLM's own environment: its client before the gateway, changed in nothing but its base URL; what it saw is JSON.

Reads ``{"gateway"}``; every call names its person and its conversation as any client can.
"""

import asyncio
import json
import sys

import litellm
from peers import WORD

given = json.load(sys.stdin)
litellm.suppress_debug_info, litellm.telemetry = True, False
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {"town": {"type": "string"}}}}}]


def call(model: str, name: str, **more) -> dict:
    """Give the arguments of a call."""
    return {"model": f"openai/{model}", "api_base": f"{given['gateway']}/v1", "api_key": "sk-test", "max_retries": 0, "num_retries": 0, "user": "by-litellm",
            "messages": [{"role": "user", "content": WORD}], "extra_headers": {"X-Conversation-Id": name}, "allowed_openai_params": ["user"], **more}


def joined(pieces) -> str:
    """Give the words of a stream."""
    return "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)


async def main() -> dict:
    """Call by every way there is."""
    out = {"plain": litellm.completion(**call("plain", "plain")).choices[0].message.content}
    out["unnamed"] = litellm.completion(**call("plain", "unnamed", allowed_openai_params=None)).choices[0].message.content
    out["async"] = (await litellm.acompletion(**call("plain", "async"))).choices[0].message.content
    out["stream"] = joined(litellm.completion(**call("plain", "stream", stream=True)))
    out["async stream"] = joined([piece async for piece in await litellm.acompletion(**call("plain", "async-stream", stream=True))])
    pieces = list(litellm.completion(**call("call", "tools", stream=True, tools=TOOLS)))
    whole = litellm.stream_chunk_builder(pieces)
    out["tools"] = [one.function.arguments for one in whole.choices[0].message.tool_calls]
    for name, model, more in (("error", "error", {}), ("broken", "die", {"stream": True})):
        try:
            joined(litellm.completion(**call(model, name, **more)))
            out[name] = ""
        except Exception as error:
            out[name] = f"{type(error).__name__} {getattr(error, 'status_code', 0)}"
    out["embedding"] = litellm.embedding(model="openai/e", input=[WORD], api_base=f"{given['gateway']}/v1", api_key="sk-test", user="by-litellm").data[0]["embedding"]
    out["responses"] = litellm.responses(model="openai/plain", input=WORD, api_base=f"{given['gateway']}/v1", api_key="sk-test", user="by-litellm").output[0].content[0].text
    mistral = call("plain", "mistral", extra_headers={"X-Conversation-Id": "mistral", "X-Licit-User": "by-litellm"}, allowed_openai_params=None)
    out["mistral"] = litellm.completion(**{**mistral, "model": "mistral/plain", "user": None}).choices[0].message.content
    out["models"] = litellm.get_valid_models(custom_llm_provider="openai", check_provider_endpoint=True, api_key="sk-test", api_base=f"{given['gateway']}")
    return out


sys.stdout.write("ANSWER" + json.dumps(asyncio.run(main())))
