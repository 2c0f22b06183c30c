"""Claude's export: ``conversations.json``, an array or JSON Lines; messages name their parents.

Rules kept here:

- Every branch is read; the one that ends in ``current_leaf_message_uuid`` is shown. Exports without parents are a line.
- Text taken out of an attached document is a pasted turn of its own: its author is not known to be the user.
- The account's random id is read; names, e-mails and phones in ``users.json`` are not.
"""

from collections.abc import Iterator
from typing import Any

from licit.core.errors import InputError
from licit.core.ids import TurnId
from licit.core.ports import InputFile
from licit.core.records import Part, PartKind, Record, SetAside, Turn

from ._draft import Draft, ancestors, last_leaf, read_each
from ._fields import Fields, as_object, compact, payload
from ._rows import rows
from ._shape import shape

_ROOT = "00000000-0000-4000-8000-000000000000"
_BLOCKS: dict[str, PartKind] = {"text": "text", "thinking": "thinking", "voice_note": "text"}


class Claude:
    """Reads conversations that hold ``chat_messages``."""

    name = "claude"

    def recognise(self, file: InputFile) -> int:
        """Look for chat messages in the first conversation."""
        keys = shape(file.head)
        return 95 if {"[].chat_messages", "chat_messages", "conversations[].chat_messages"} & keys else 0

    def companion(self, name: str, siblings: tuple[str, ...] = ()) -> bool:
        """Tell that ``users.json`` only names the accounts of the conversations beside it."""
        return name == "users.json" and "conversations.json" in siblings

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read conversation by conversation."""
        return read_each(rows(file, "chat_messages", frozenset({"conversations"})), conversation)


def conversation(value: Any) -> Record:
    """Make a record of one conversation.

    Raises:
        InputError: it has no messages, or their parents form a cycle.
    """
    probe = as_object(value, "conversation").get("account")
    account = probe.get("uuid") if isinstance(probe, dict) else None
    draft = Draft(format=Claude.name, account=account if isinstance(account, str) else "")
    fields = Fields(value, draft.strange)
    owner = fields.object("account")
    owner.skip("uuid", "full_name", "name", "email_address", "email", "verified_phone_number", "phone")
    owner.close()
    draft.origin_id, draft.project = fields.name("uuid"), fields.name("project_uuid")
    draft.heed(fields)
    draft.collected = (fields.time("created_at"), fields.time("updated_at"))
    if not isinstance(fields.raw("chat_messages"), list):
        raise InputError("the conversation has no list of messages", reason="not-a-conversation")
    _messages(draft, list(fields.objects("chat_messages")), fields.text("current_leaf_message_uuid"))
    if not draft.turns:
        raise InputError("the conversation holds no message", reason="no-messages")
    draft.aside("title", fields.text("name"))
    draft.aside("summary", fields.text("summary"))
    fields.skip("model", "is_starred", "settings", "project", "platform")
    fields.close()
    return draft.record()


def _messages(draft: Draft, messages: list[Fields], current: str) -> None:
    ids = [draft.turn_id(message.raw("uuid")) for message in messages]
    named = {uuid: own for message, own in zip(messages, ids, strict=True)
             if isinstance(uuid := message.value.get("uuid"), str)}
    branching = any(isinstance(message.value.get("parent_message_uuid"), str) for message in messages)
    parents: dict[str, str | None] = {}
    times: dict[str, str] = {}
    above: TurnId | None = None
    for message, own in zip(messages, ids, strict=True):
        uuid = message.text("parent_message_uuid")
        parents[own] = (named.get(uuid, TurnId(uuid)) if uuid not in ("", _ROOT) else None) if branching else above
        times[own] = message.time("created_at")
        above = own
    end = named.get(current, "") or last_leaf(parents, times)
    branch = ancestors(parents, end)
    for message, own in zip(messages, ids, strict=True):
        parent = parents[own]
        _message(draft, message, Turn(id=own, parent=TurnId(parent) if parent is not None else None,
                                      role=draft.role(message.text("sender")), said_at=times[own],
                                      shown=own in branch))


def _message(draft: Draft, message: Fields, turn: Turn) -> None:
    draft.heed(message)
    parts = list(_content(message))
    plain = message.text("text")
    if plain and not any(part.kind == "text" for part in parts):
        parts.insert(0, Part(text=plain))
    for key in ("files", "files_v2", "sync_sources"):
        for item in message.objects(key):
            parts.append(Part(kind="attachment", text=item.text("file_name", "name"), path=f"/{key}"))
    pasted: list[Part] = []
    for index, item in enumerate(message.objects("attachments")):
        parts.append(Part(kind="attachment", text=item.text("file_name"), path=f"/attachments/{index}/file_name"))
        if text := item.text("extracted_content"):
            pasted.append(Part(kind="quote", text=text, path=f"/attachments/{index}/extracted_content"))
        item.skip("file_size", "file_type", "id", "created_at")
        item.close()
    draft.add(Turn(id=turn.id, parent=turn.parent, role=turn.role, said_at=turn.said_at, shown=turn.shown,
                   parts=tuple(parts)))
    if pasted:
        draft.add(Turn(id=draft.turn_id(f"{turn.id}.pasted"), parent=turn.id, role=turn.role, parts=tuple(pasted),
                       said_at=turn.said_at, origin="pasted", derived_from=(turn.id,), kind="attachment",
                       shown=turn.shown))
    for key in ("chat_feedback", "feedback"):
        if (rating := message.raw(key)) is not None:
            draft.aside("feedback", _rating(rating), derived_from=(turn.id,))
    message.skip("index", "updated_at", "truncated", "stop_reason", "model", "citations", "nOptions", "selectedOption")
    message.close()


def _rating(rating: Any) -> str:
    if isinstance(rating, dict):
        words = [rating.get(key) for key in ("type", "rating", "reason", "comment", "text")]
        return "\n".join(word for word in words if isinstance(word, str)) or "rated"
    return compact(rating)


def _content(message: Fields) -> Iterator[Part]:
    for index, block in enumerate(message.objects("content")):
        kind, path = block.text("type"), f"/content/{index}"
        block.skip("start_timestamp", "stop_timestamp", "citations", "flags", "id", "tool_use_id", "is_error",
                   "message", "display_content", "integration_name", "integration_icon_url", "context", "signature",
                   "cut_off", "truncated", "alternative_display_type", "hidden_in_chat", "approval_key",
                   "approval_options", "icon_name", "meta", "structured_content", "remaining", "summaries")
        if kind == "tool_use":
            for key in ("name", "input"):
                if (value := block.raw(key)) is not None:
                    yield Part(kind="tool-call", text=compact(value), path=f"{path}/{key}")
        elif kind == "tool_result":
            block.skip("name")
            if (value := block.raw("content")) is not None:
                yield Part(kind="tool-result", text=_result(value), path=f"{path}/content")
        elif kind == "token_budget":
            continue
        elif kind in ("image", "document"):
            yield Part(kind="attachment", text=block.text("file_name", "title"), path=path)
        else:
            if kind not in _BLOCKS:
                block.strange("type")
            texts = [(key, text) for key in ("text", "thinking", "title") if (text := block.text(key))]
            for key, text in texts:
                yield Part(kind=_BLOCKS.get(kind, "text"), text=text, path=f"{path}/{key}")
            if not texts and kind not in _BLOCKS:
                yield Part(text=payload(block.value), path=path)
                continue
        block.close()


def _result(value: Any) -> str:
    """Give a tool's result: the texts of its blocks when that is all it is, else compact JSON."""
    if isinstance(value, list) and all(isinstance(item, dict) and isinstance(item.get("text"), str)
                                       and item.get("type") == "text" for item in value):
        return "\n".join(item["text"] for item in value)
    return compact(value)


READERS = (Claude(),)
