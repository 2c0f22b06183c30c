"""Run in Open WebUI's own environment: its loader reads the filter's file, and its runner of filters runs it around chats.

Reads ``{"licit", "key", "file"}``; prints ``{"kind", "front", "bodies", "counts", "pip"}`` as JSON.
"""

import asyncio
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from open_webui.models.functions import FunctionMeta, FunctionModel
from open_webui.utils import plugin
from open_webui.utils.filter import FilterContext, process_filter_functions
from peers import ANSWER, WORD

given = json.load(sys.stdin)
CHAT = "6f0c1a52-0000-4000-8000-0000000000"


def over(number: int, person: str, **more) -> dict:
    """Give what Open WebUI's outlet is given of a chat whose answer is over."""
    last = {"id": "m2", "role": "assistant", "content": ANSWER, "info": None, "timestamp": 1748772005, "usage": {"total_tokens": 3}, **more.pop("last", {})}
    asked = [{"type": "text", "text": WORD}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{WORD}"}}]
    return {"model": "m", "filter_ids": [], "chat_id": f"{CHAT}{number:02d}", "session_id": "s", "id": "m2", "user": {"id": person, "name": WORD, "email": "a@example.org"},
            "messages": [{"id": "m1", "role": "user", "content": asked, "info": None, "timestamp": 1748772000}, last], **more}


async def main() -> dict:
    """Load and run."""
    words = Path(given["file"]).read_text(encoding="utf-8")
    with mock.patch.object(plugin.subprocess, "check_call") as pip:
        _, kind, front, _ = await plugin.load_function_module_by_id("licit", words)
    function = FunctionModel(id="licit", user_id="admin", name="licit", type="filter", content=words, meta=FunctionMeta(), is_active=True,
                             is_global=True, updated_at=0, created_at=0)
    request = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace()), state=SimpleNamespace())
    settings = {"address": given["licit"], "key": given["key"], "source": "chat", "issuer": "chat", "capacity": "consumer", "age": "adult"}

    async def run(kind_of, body, **valves):
        context = FilterContext()
        context.valves_by_id = {"licit": {**settings, **valves}}
        user = body.pop("user") if kind_of == "outlet" else {"id": "ow-yes", "name": WORD}
        extra = {"__user__": user, "__metadata__": body.pop("metadata", {}), "__request__": request}
        before = json.dumps(body)
        out, _ = await process_filter_functions(request, context, [function], kind_of, body, extra)
        return before == json.dumps(out), out

    async def counted(body, **valves):
        same, _ = await run("outlet", body, **valves)
        module, _, _ = await plugin.get_function_module_from_cache(request, "licit", function=function)
        found = dict(module.counts)
        module.counts.clear()
        module._silent = 0.0
        return [same, found]

    _, asked = await run("inlet", {"model": "m", "messages": [{"role": "user", "content": WORD}]})
    _, unnamed = await run("inlet", {"model": "m", "messages": []}, name_requests=False)
    counts = {
        "yes": await counted(over(1, "ow-yes")), "no": await counted(over(2, "ow-no")), "nobody": await counted(over(3, "")),
        "temporary": await counted(over(4, "ow-yes", chat_id="temporary:abc")), "older temporary": await counted(over(4, "ow-yes", chat_id="local:abc")),
        "channel": await counted(over(4, "ow-yes", chat_id="channel:abc")), "task": await counted(over(5, "ow-yes", metadata={"task": "title_generation"})),
        "half": await counted(over(6, "ow-yes", last={"done": False})), "error": await counted(over(6, "ow-yes", last={"error": {"content": WORD}})),
        "cut": await counted(over(6, "ow-yes", last={"finish_reason": "length"})), "empty": await counted(over(6, "ow-yes", last={"content": ""})),
        "not set up": await counted(over(7, "ow-yes"), source=""), "wrong key": await counted(over(8, "ow-yes"), key="licit_wrong"),
        "down": await counted(over(9, "ow-yes"), address="http://127.0.0.1:9"), "no address": await counted(over(9, "ow-yes"), address="nowhere"),
        "unknown capacity": await counted(over(10, "ow-yes"), capacity="unknown"), "strange": await counted({**over(11, "ow-yes"), "messages": WORD})}
    return {"kind": kind, "front": front, "named": asked.get("user"), "unnamed": unnamed.get("user"), "counts": counts, "pip": pip.call_count}


sys.stdout.write("ANSWER" + json.dumps(asyncio.run(main())))
