"""Le Chat's export: one ``chat-<uuid>.json`` per conversation, a bare array of messages.

Rules kept here:

- Reactions, their comments, and preferences are feedback turns: learning from them is a purpose of its own.
- A message written anew has its older versions as branches; the newest is shown.
- The other shape in circulation, one object with an account and its conversations, is read as well.
"""

from collections.abc import Iterator
from typing import Any

from licit.core.errors import InputError
from licit.core.ids import TurnId
from licit.core.ports import InputFile
from licit.core.records import Part, PartKind, Record, SetAside, Turn

from ._draft import Draft, read_each
from ._fields import Fields, Strange, as_object, compact, payload
from ._rows import members, rows
from ._shape import shape
from ._streams import ITEM_BYTES

_INSIDE = frozenset({"conversations"})
_KNOWN = frozenset({"account", "exported_at", "exportedAt", "version"})
_SILENT = ("", "neutral", "none")


class LeChat:
    """Reads arrays of messages with ``chatId``, or an object with conversations that hold messages."""

    name = "lechat"

    def recognise(self, file: InputFile) -> int:
        """Look for messages with a chat id and Le Chat's own fields."""
        keys = shape(file.head)
        if "[].chatId" in keys and {"[].contentChunks", "[].reaction", "[].createdAt"} & keys:
            return 95
        return 85 if {"conversations[].messages[].content", "conversations[].messages[].contentChunks"} & keys else 0

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read the file's one conversation, or each of the conversations of an object."""
        if file.head.lstrip().startswith("["):
            yield from _bare(file)
            return
        owner = members(file, _INSIDE).get("account")
        found = Fields(owner, Strange()).name("id", "uuid", "user_id") if isinstance(owner, dict) else ""
        account = found if isinstance(owner, dict) else owner if isinstance(owner, str) else ""
        yield from read_each(rows(file, "messages", _INSIDE, _KNOWN), lambda value: _wrapped(value, account))


def _bare(file: InputFile) -> Iterator[Record | SetAside]:
    if file.size > 4 * ITEM_BYTES:
        raise InputError("a single conversation is never this large", about=file.name, reason="too-large")
    chats: dict[str, list[dict[str, Any]]] = {}
    lost = 0
    for _, where, value in rows(file, "chatId"):
        if isinstance(value, dict):
            chat = value.get("chatId")
            chats.setdefault(chat if isinstance(chat, str) else "", []).append(value)
        else:
            lost += 1
            yield value if isinstance(value, SetAside) else SetAside(reason="not-a-message", where=where)
    for chat, messages in chats.items():
        draft = Draft(format=LeChat.name, origin_id=chat)
        if lost:
            draft.strange["(message set aside)"] = lost
        try:
            _messages(draft, [Fields(message, draft.strange, "messages") for message in messages])
            yield draft.record()
        except InputError as error:
            yield SetAside(reason=error.reason, where="the conversation", detail=error.what)


def _wrapped(value: Any, account: str) -> Record:
    draft = Draft(format=LeChat.name, account=account)
    fields = Fields(as_object(value, "conversation"), draft.strange)
    draft.origin_id = fields.name("id", "uuid", "chatId", "conversation_id")
    draft.heed(fields)
    draft.project = fields.name("projectId", "project_id")
    draft.collected = (fields.time("createdAt", "created_at"), fields.time("updatedAt", "updated_at"))
    if not isinstance(fields.raw("messages"), list):
        raise InputError("the conversation has no list of messages", reason="not-a-conversation")
    _messages(draft, list(fields.objects("messages")))
    draft.aside("title", fields.text("title", "name"))
    draft.aside("summary", fields.text("summary"))
    fields.skip("model", "agentId", "agent_id")
    fields.close()
    return draft.record()


def _messages(draft: Draft, messages: list[Fields]) -> None:
    times = [message.time("createdAt", "created_at") for message in messages]
    order = list(range(len(messages)))
    if all(times):
        order.sort(key=lambda index: times[index])
    newest: dict[str, int] = {}
    for index in order:
        newest[messages[index].name("id") or f"({index})"] = index
    first: dict[str, TurnId | None] = {}
    named: dict[str, TurnId] = {}
    above: TurnId | None = None
    for index in order:
        message = messages[index]
        own = message.name("id")
        parent = first.setdefault(own or f"({index})", above)
        shown = newest[own or f"({index})"] == index
        turn = draft.turn_id(own if shown else f"{own}.{message.name('version') or index}")
        _message(draft, message, Turn(id=turn, parent=parent, role=draft.role(message.text("role")),
                                      said_at=times[index], shown=shown))
        if shown:
            above = turn
            named[own] = turn
        _feedback(draft, message, turn, named)
        message.close()


def _message(draft: Draft, message: Fields, turn: Turn) -> None:
    draft.heed(message)
    message.skip("chatId", "version")
    parts = list(_chunks(message))
    content = message.raw("content")
    if content not in (None, "") and not any(part.kind == "text" and part.text for part in parts):
        if not isinstance(content, str):
            message.strange("content")
        parts.insert(0, Part(text=content if isinstance(content, str) else payload(content), path="/content"))
    for index, item in enumerate(message.objects("files")):
        parts.append(Part(kind="attachment", text=item.text("name"), path=f"/files/{index}/name"))
        item.skip("type", "id", "size", "mimeType")
        item.close()
    for key in ("quotes", "canvas"):
        for index, piece in enumerate(message.list(key)):
            parts.append(Part(kind="quote", text=payload(piece), path=f"/{key}/{index}"))
    draft.add(Turn(id=turn.id, parent=turn.parent, role=turn.role, parts=tuple(parts), said_at=turn.said_at,
                   shown=turn.shown))
    if (context := message.raw("context")) not in (None, "", [], {}):
        draft.aside("hidden", payload(context), near=turn.id)


def _chunks(message: Fields) -> Iterator[Part]:
    for index, chunk in enumerate(message.objects("contentChunks")):
        path, kind = f"/contentChunks/{index}", chunk.text("type")
        kinds: dict[str, PartKind] = {"text": "text", "thinking": "thinking", "code": "code"}
        if kind in kinds:
            value = chunk.raw("text") or chunk.raw("thinking") or chunk.raw("code")
            if value:
                yield Part(kind=kinds[kind], text=compact(value), path=f"{path}/{kind}")
        elif kind == "tool_call":
            for key, part in (("name", "tool-call"), ("publicArguments", "tool-call"), ("publicResult", "tool-result")):
                if (value := chunk.raw(key)) not in (None, ""):
                    yield Part(kind="tool-call" if part == "tool-call" else "tool-result", text=compact(value),
                               path=f"{path}/{key}")
            chunk.skip("id", "turn", "isDone", "startTime", "endTime", "success", "toolType")
        elif kind == "reference":
            chunk.skip("referenceIds")
        elif kind == "image_url":
            url = chunk.raw("imageUrl")
            known = isinstance(url, str) and not url.startswith("data:")
            yield Part(kind="attachment", text=str(url) if known else "", path=f"{path}/imageUrl")
        else:
            chunk.strange("type")
            yield Part(text=payload(chunk.value), path=path)
            continue
        chunk.close()


def _feedback(draft: Draft, message: Fields, turn: TurnId, named: dict[str, TurnId]) -> None:
    words: list[str] = []
    for key in ("reaction", "reactionDetail", "reactionComment"):
        value = message.raw(key)
        text = value if isinstance(value, str) else "" if value is None else payload(value)
        if text.strip().lower() not in _SILENT:
            words.append(text)
    if words:
        draft.aside("feedback", "\n".join(words), derived_from=(turn,))
    preference, over = message.raw("preference"), message.raw("preferenceOver")
    if preference is None and over is None:
        return
    others = [named[item] for item in (over if isinstance(over, list) else [over])
              if isinstance(item, str) and item in named]
    text = "preferred" if preference is None else payload(preference)
    draft.aside("feedback", text, derived_from=tuple(dict.fromkeys((turn, *others))))


READERS = (LeChat(),)
