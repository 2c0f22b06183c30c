"""OpenAI-style ``messages``: JSON Lines, one JSON array, one object, or Parquet; one conversation a row.

Rules kept here:

- Structured content gives one part per piece, with the JSON Pointer of the piece inside its message.
- Scalar fields beside ``messages`` are kept as what the source declares, so that the importer can find the account in
  one of them; tier, plan, price and retention fields are not.
- Nobody is the account holder here: the export does not say. A ``name`` on a message is a person of its own.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from licit.core.errors import InputError
from licit.core.ids import TurnId
from licit.core.ports import InputFile
from licit.core.records import Part, PartKind, Record, SetAside, Turn

from ._draft import Draft, read_each
from ._fields import Fields, as_object, compact, payload
from ._rows import parquet_columns, parquet_rows, rows
from ._shape import shape

_THINKING = ("reasoning_content", "reasoning", "thinking")
_BESIDE = (*_THINKING, "tool_calls", "function_call")
_ATTACHED = ("image_url", "input_image", "image", "input_audio", "audio", "file", "input_file", "document", "video_url")


class OpenAiMessages:
    """Reads rows that hold ``messages`` with ``role`` and ``content``."""

    name = "openai-messages"

    def recognise(self, file: InputFile) -> int:
        """Look for ``messages`` with roles at the head of a row, or for a Parquet column of that name."""
        if file.head.startswith("PAR1"):
            return 80 if "messages" in parquet_columns(file) else 0
        keys = shape(file.head)
        return 80 if {"messages[].role", "[].messages[].role", "data[].messages[].role"} & keys else 0

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read row by row."""
        found = parquet_rows(file) if file.head.startswith("PAR1") else rows(file, "messages", frozenset({"data"}))
        return read_each(found, conversation)


def conversation(value: Any) -> Record:
    """Make a record of one row.

    Raises:
        InputError: the row is no object, or has no messages.
    """
    draft = Draft(format=OpenAiMessages.name)
    row = Fields(as_object(value, "row"), draft.strange)
    draft.origin_id = row.name("id", "conversation_id")
    draft.heed(row)
    if not isinstance(row.raw("messages"), list):
        raise InputError("the row has no list of messages", reason="not-a-conversation")
    above: TurnId | None = None
    for item in row.list("messages"):
        if not isinstance(item, Mapping):
            row.strange("messages")
        else:
            above = draft.plain(item, above) or _message(draft, row.inside("messages", item), above)
    known = row.time("created_at", "created", "timestamp")
    draft.collected = (known, known)
    if not row.lacks(("metadata",)):
        metadata = row.object("metadata")
        draft.heed(metadata)
        draft.declare(metadata, "metadata.")
    draft.declare(row)
    return draft.record()


def _message(draft: Draft, message: Fields, above: TurnId | None) -> TurnId:
    own = draft.turn_id(message.raw("id"))
    draft.heed(message)
    role = draft.role(message.text("role"))
    author = message.text("name") if role in ("user", "assistant") else ""
    message.skip("name", "tool_call_id", "type", "status", "object", "annotations")
    parts = _content(message, "tool-result" if role == "tool" else "text")
    if not message.lacks(_BESIDE):
        parts = chain(_thinking(message), parts, _calls(message))
    draft.add(Turn(id=own, parent=above, role=role, parts=tuple(parts),
                   said_at=message.time("timestamp", "created_at", "create_time")),
              author=author if role == "user" else "")
    if message.raw("annotations"):
        message.strange("annotations")
    message.close()
    return own


def _thinking(message: Fields) -> Iterator[Part]:
    for key in _THINKING:
        if text := message.text(key):
            yield Part(kind="thinking", text=text, path=f"/{key}")


def _content(message: Fields, kind: PartKind) -> Iterator[Part]:
    content = message.raw("content")
    if isinstance(content, str):
        yield Part(kind=kind, text=content)
    elif isinstance(content, list):
        for index, item in enumerate(content):
            yield from _piece(message, item, f"/content/{index}", kind)
    elif content is not None:
        message.strange("content")
        yield Part(kind=kind, text=payload(content), path="/content")
    if refusal := message.text("refusal"):
        yield Part(text=refusal, path="/refusal")


def _piece(message: Fields, item: Any, path: str, kind: PartKind) -> Iterator[Part]:
    if isinstance(item, str):
        yield Part(kind=kind, text=item, path=path)
        return
    if not isinstance(item, dict):
        message.strange("content")
        return
    kinds: dict[str, PartKind] = {"thinking": "thinking", "reasoning": "thinking", "code": "code"}
    known = kinds.get(str(item.get("type")), kind)
    found = False
    for key in ("text", "refusal", "thinking", "reasoning", "transcript"):
        if isinstance(text := item.get(key), str):
            found = True
            yield Part(kind=known, text=text, path=f"{path}/{key}")
    for key in _ATTACHED:
        if (attached := item.get(key)) is not None:
            found = True
            yield from _attachment(attached, f"{path}/{key}")
    if not found:
        message.strange("content")
        yield Part(kind=known, text=payload(item), path=path)


def _attachment(value: Any, path: str) -> Iterator[Part]:
    if isinstance(value, str):
        value = {"": value}
    names = ((key, value[key]) for key in ("filename", "file_name", "name", "url", "") if key in value) if isinstance(
        value, dict) else ()
    for key, text in names:
        if isinstance(text, str) and not text.startswith("data:"):
            yield Part(kind="attachment", text=text, path=f"{path}/{key}" if key else path)
            return
    yield Part(kind="attachment", path=path)


def _calls(message: Fields) -> Iterator[Part]:
    for index, call in enumerate(message.list("tool_calls")):
        yield from _call(message, call, f"/tool_calls/{index}")
    if (old := message.raw("function_call")) is not None:
        yield from _call(message, {"function": old}, "")


def _call(message: Fields, call: Any, path: str) -> Iterator[Part]:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        message.strange("tool_calls")
        return
    stem = f"{path}/function" if path else "/function_call"
    for key in ("name", "arguments"):
        if (value := function.get(key)) is not None:
            yield Part(kind="tool-call", text=compact(value), path=f"{stem}/{key}")


READERS = (OpenAiMessages(),)
