"""An exchange of the kind of ``/v1/responses`` read as messages: items in, items out, and which answer it goes on from.

Rules kept here:

- An answer is whole when it says that it is completed and, in a stream, holds the words that were streamed.
- What stands between two of the person's messages and of tools' results is one message of the assistant's, whether it is
  answered or sent again, so that both have one name.
- Items of a kind that has no words here are counted and never kept, nor is the name of a kind that nobody knows.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...core.errors import InputError
from .exchange import Row, events

#: Kinds of items and of their pieces that are known to have no words that are kept.
_WORDLESS = frozenset((
    "additional_tools", "apply_patch_call", "apply_patch_call_output", "code_interpreter_call", "compaction", "compaction_trigger",
    "computer_call", "computer_call_output", "file_search_call", "image_generation_call", "local_shell_call", "local_shell_call_output",
    "mcp_approval_request", "mcp_approval_response", "mcp_call", "mcp_list_tools", "program", "program_output", "shell_call",
    "shell_call_output", "tool_search_call", "tool_search_output", "web_search_call"))
_CALLS = {"function_call": "arguments", "custom_tool_call": "input"}
_RESULTS = ("function_call_output", "custom_tool_call_output")
_WORDS = ("input_text", "output_text", "text")
_FILE = {"filename": "filename", "file_url": "url", "file_id": "id"}
_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered: the message, and the answer's own id, "" for none."""

    row: Row = field(repr=False)
    id: str = field(repr=False)


def previous_of(request: Mapping[str, Any]) -> str:
    """Give the id of the answer that a request goes on from, "" for none.

    Raises:
        InputError: it goes on from what only the upstream knows (``thread-unknown``), or what it names is no id.
    """
    if request.get("conversation") is not None:
        raise InputError("the upstream alone knows this conversation", reason="thread-unknown")
    return _id(request.get("previous_response_id"))


def rows_of(request: Mapping[str, Any], strange: "Counter[str]") -> list[Row]:
    """Give the messages of a request.

    Raises:
        InputError: it has none, or names one that only the upstream knows (``thread-unknown``).
    """
    given = request.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InputError("the request has no items", reason="not-understood")
    said = request.get("instructions")
    rows = [{"role": "system", "content": said}] if isinstance(said, str) and said else []
    rows += _rows(items, strange)
    if not any(row["role"] in ("user", "tool") for row in rows):
        raise InputError("the request has no messages", reason="not-understood")
    return rows


def answer_of(data: bytes, strange: "Counter[str]", *, streamed: bool) -> Answer:
    """Give what was answered.

    Raises:
        InputError: it is not whole, or not an answer.
    """
    if streamed:
        whole = _streamed(data)
    else:
        try:
            whole = json.loads(data)
        except (ValueError, RecursionError):
            whole = None
    if not isinstance(whole, dict) or not isinstance(items := whole.get("output"), list) or not all(isinstance(item, dict) for item in items):
        raise InputError("the answer has no items", reason="answer-broken")
    if whole.get("error"):
        raise InputError("the answer tells an error", reason="answer-error")
    if whole.get("status") != "completed":
        raise InputError("the answer does not say that it is completed", reason="unfinished")
    rows = _rows(items, strange)
    if [row["role"] for row in rows] != ["assistant"]:
        raise InputError("the answer has no message", reason="answer-broken")
    return Answer(row=rows[0], id=_id(whole.get("id")))


def _id(value: Any) -> str:
    if value is not None and (not isinstance(value, str) or len(value) > _LONGEST):
        raise InputError("the id of an answer is none", reason="not-understood")
    return value or ""


def _streamed(data: bytes) -> Any:
    """Give the answer that a stream ends with; it holds what was streamed, else what the client saw is not what it says."""
    pieces: dict[tuple[Any, Any], list[str]] = {}
    done: dict[int, Any] = {}
    for event in events(data):
        kind, place = event.get("type"), event.get("output_index")
        if kind in ("error", "response.failed"):
            raise InputError("the stream tells an error", reason="answer-error")
        if kind == "response.output_text.delta":
            pieces.setdefault((str(place), str(event.get("content_index"))), []).append(str(event.get("delta")))
        elif kind == "response.output_item.done" and isinstance(place, int):
            done[place] = event.get("item")
        elif kind in ("response.completed", "response.incomplete"):
            break
    else:  # an end of another kind of stream
        raise InputError("the stream does not say that it is over", reason="unfinished")
    whole = event.get("response")
    if not isinstance(whole, dict):
        raise InputError("the stream ends without its answer", reason="stream-malformed")
    if whole.get("output") in (None, []):
        whole = {**whole, "output": [done[place] for place in sorted(done)]}
    streamed = [words for one in pieces.values() if (words := "".join(one))]
    if streamed and sorted(streamed) != sorted(_texts(whole["output"])):
        raise InputError("the stream says other words than its answer", reason="stream-malformed")
    return whole


def _texts(items: Any) -> Iterator[str]:
    for item in items if isinstance(items, list) else ():
        content = item.get("content") if isinstance(item, dict) and item.get("type") == "message" else None
        for piece in content if isinstance(content, list) else ():
            if isinstance(piece, dict) and piece.get("type") == "output_text" and piece.get("text"):
                yield str(piece["text"])


def _rows(items: Sequence[Row], strange: "Counter[str]") -> list[Row]:
    """Give the messages of items; those of the assistant that follow each other are one."""
    rows: list[Row] = []
    for item in items:
        kind = item.get("type") or ("message" if item.get("role") else "item_reference")
        if kind == "item_reference":
            raise InputError("the upstream alone knows an item", reason="thread-unknown")
        if kind in _RESULTS:
            rows.append({"role": "tool", "content": _content(item.get("output"), strange)})
        elif kind == "message" and item.get("role") != "assistant":
            rows.append({"role": str(item.get("role")), "content": _content(item.get("content"), strange)})
        elif kind == "message" or kind == "reasoning" or kind in _CALLS:
            if not rows or rows[-1]["role"] != "assistant":
                rows.append({"role": "assistant", "content": []})
            _spoken(rows[-1], str(kind), item, strange)
        else:
            strange[_kind(kind)] += 1
    return rows


def _spoken(row: Row, kind: str, item: Row, strange: "Counter[str]") -> None:
    """Add an item of the assistant's to its message."""
    if kind == "message":
        row["content"] += _content(item.get("content"), strange)
    elif kind == "reasoning":
        thoughts = [*_listed(item.get("summary")), *_listed(item.get("content"))]
        row["content"] += [{"type": "thinking", "thinking": str(one["text"])} for one in thoughts if isinstance(one, dict) and one.get("text")]
    else:
        told = item.get(_CALLS[kind])
        call = {"name": str(item.get("name") or ""), "arguments": told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)}
        row.setdefault("tool_calls", []).append({"type": "function", "function": call})


def _content(content: Any, strange: "Counter[str]") -> list[Row]:
    """Give the pieces of a message; a file is its name, for what it holds is no message."""
    out: list[Row] = []
    for piece in [{"type": "text", "text": content}] if isinstance(content, str) else _listed(content):
        kind = piece.get("type") if isinstance(piece, dict) else None
        if kind in _WORDS and isinstance(piece.get("text"), str):
            out.append({"type": "text", "text": piece["text"]})
        elif kind == "refusal" and isinstance(piece.get("refusal"), str):
            out.append({"type": "refusal", "refusal": piece["refusal"]})
        elif kind == "input_image":
            out.append({"type": "image", "image": piece.get("image_url") if isinstance(piece.get("image_url"), str) else ""})
        elif kind == "input_file":
            named = {own: piece[name] for name, own in _FILE.items() if isinstance(piece.get(name), str)}
            out.append({"type": "file", "file": named})
        elif kind == "input_audio":
            out.append({"type": "audio", "audio": ""})
        else:
            strange[_kind(kind)] += 1
    return out


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _kind(kind: Any) -> str:
    """Give the name under which a kind is counted: a client may write anything there."""
    return kind if isinstance(kind, str) and kind in _WORDLESS else "other"
