"""ChatGPT's export: ``conversations.json``, whole or in parts; a tree of nodes per conversation.

Rules kept here:

- Every node with a message is a turn, on every branch; only the branch that ends in ``current_node`` is shown.
- What the product hides (profile and instructions, memories, context data, summaries) is read and marked hidden.
- Thumbs and comments lie in a file of their own; each becomes a feedback turn on what it rates, and one that rates
  nothing in the export is set aside, not lost.
- Of ``user.json`` only the account id is read: no e-mail, phone or plan.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from licit.core.errors import InputError
from licit.core.ids import TurnId
from licit.core.ports import InputFile
from licit.core.records import Origin, Part, Record, SetAside, Turn

from ._chatgpt_content import METADATA, attachments, content_parts, is_context
from ._draft import Draft, ancestors, last_leaf
from ._fields import Fields, as_object, compact
from ._rows import beside, rows
from ._shape import shape
from ._streams import parse, values

_INSIDE = frozenset({"conversations"})
_COMPANIONS = frozenset({
    "user.json", "user_settings.json", "message_feedback.json", "export_manifest.json", "chat.html"})
_IGNORED = (
    "async_status", "atlas_mode_enabled", "blocked_urls", "context_scopes", "conversation_origin",
    "conversation_template_id", "current_node", "default_model_slug", "disabled_tool_ids", "gizmo_type", "id",
    "is_archived", "is_do_not_remember", "is_read_only", "is_starred", "is_study_mode", "memory_scope",
    "moderation_results", "owner", "pinned_time", "plugin_ids", "safe_urls", "sugar_item_id", "sugar_item_visible",
    "voice")

Ratings = dict[str, list[tuple[str, Mapping[str, Any]]]]


class ChatGpt:
    """Reads conversations that hold a ``mapping`` of nodes."""

    name = "chatgpt"

    def recognise(self, file: InputFile) -> int:
        """Look for a mapping of nodes in the first conversation."""
        keys = shape(file.head)
        return 95 if {"[].mapping", "mapping", "conversations[].mapping"} & keys else 0

    def companion(self, name: str, siblings: tuple[str, ...] = ()) -> bool:
        """Tell that a file only serves the conversations beside it."""
        return name in _COMPANIONS and any(other.startswith("conversations") for other in siblings)

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read conversation by conversation, with the feedback given on it."""
        user = beside(file, "user.json")
        account = user.get("id") if isinstance(user, dict) else ""
        if isinstance(user, SetAside):
            yield user
        ratings: Ratings = {}
        yield from _ratings(file, ratings)
        for _, where, value in rows(file, "mapping", _INSIDE):
            if isinstance(value, SetAside):
                yield value
                continue
            try:
                yield conversation(value, account if isinstance(account, str) else "", ratings)
            except InputError as error:
                yield SetAside(reason=error.reason, where=where, detail=error.what)
        yield from _unplaced(file, ratings)


def conversation(value: Any, account: str = "", ratings: Ratings | None = None) -> Record:
    """Make a record of one conversation; what rates it is taken out of ``ratings``.

    Raises:
        InputError: it has no mapping, no message, or its nodes form a cycle.
    """
    draft = Draft(format=ChatGpt.name, account=account)
    fields = Fields(as_object(value, "conversation"), draft.strange)
    draft.origin_id = fields.name("conversation_id") or fields.name("id")
    draft.heed(fields)
    draft.collected = (fields.time("create_time"), fields.time("update_time"))
    gizmo = fields.text("gizmo_id")
    draft.project = gizmo if gizmo.startswith("g-p-") else ""
    mapping = fields.raw("mapping")
    if not isinstance(mapping, dict):
        raise InputError("the conversation has no mapping of nodes", reason="not-a-conversation")
    ids = _turns(draft, mapping, fields.raw("current_node"))
    if not draft.turns:
        raise InputError("the conversation holds no message", reason="no-messages")
    draft.aside("title", fields.text("title"))
    for _, rating in (ratings or {}).pop(draft.origin_id, ()) if draft.origin_id else ():
        _rate(draft, Fields(rating, draft.strange, "message_feedback"), ids)
    fields.skip(*_IGNORED)
    fields.close()
    return draft.record()


def _turns(draft: Draft, mapping: Mapping[str, Any], current: Any) -> dict[str, TurnId]:
    parents = _parents(draft, mapping)
    nodes = {key: node for key, node in mapping.items()
             if isinstance(node, dict) and isinstance(node.get("message"), dict)}
    above = _above(parents, nodes)
    ids = {key: draft.turn_id(key) for key in nodes}
    times = {key: Fields(node["message"], draft.strange).time("create_time") for key, node in nodes.items()}
    end = current if isinstance(current, str) and current in parents else last_leaf(above, times)
    branch = ancestors(parents, end)
    for key, node in nodes.items():
        outer = Fields(node, draft.strange, "mapping")
        outer.skip("id", "parent", "children")
        parent = above[key]
        turn = Turn(id=ids[key], parent=ids[parent] if parent is not None else None, role="system",
                    said_at=times[key], shown=key in branch)
        _message(draft, outer.object("message"), turn)
        outer.close()
    by_message = {name: ids[key] for key, node in nodes.items() if isinstance(name := node["message"].get("id"), str)}
    return by_message | ids


def _parents(draft: Draft, mapping: Mapping[str, Any]) -> dict[str, str | None]:
    """Give every node's parent; a node that names none is looked for among the children of others."""
    parents: dict[str, str | None] = {}
    adopted: dict[str, str] = {}
    for key, node in mapping.items():
        if not isinstance(node, dict):
            draft.strange.note("mapping")
            continue
        parent = node.get("parent")
        parents[key] = parent if isinstance(parent, str) else None
        children = node.get("children")
        for child in children if isinstance(children, list) else ():
            if isinstance(child, str):
                adopted[child] = key
    return {key: parent if parent is not None else adopted.get(key) for key, parent in parents.items()}


def _above(parents: Mapping[str, str | None], nodes: Mapping[str, Any]) -> dict[str, str | None]:
    """Give for each node with a message the nearest node above it that has one."""
    settled: dict[str, str | None] = {}
    out: dict[str, str | None] = {}
    for key in nodes:
        passed: list[str] = []
        node = parents[key]
        while node is not None and node not in nodes and node in parents and node not in settled:
            passed.append(node)
            if len(passed) > len(parents):
                raise InputError("the messages' parents form a cycle", reason="cycle")
            node = parents[node]
        found = settled.get(node, node if node in nodes else None) if node is not None else None
        settled.update(dict.fromkeys(passed, found))
        out[key] = found
    return out


def _message(draft: Draft, message: Fields, turn: Turn) -> None:
    author, content, metadata = message.object("author"), message.object("content"), message.object("metadata")
    role = draft.role(author.text("role"))
    author.skip("name", "metadata")
    author.close()
    message.skip("id", "create_time", "update_time", "status", "end_turn", "weight", "recipient", "channel")
    context = is_context(content)
    hidden = context or any(metadata.raw(key) is True for key in (
        "is_visually_hidden_from_conversation", "is_user_system_message"))
    origin: Origin = "derived" if content.raw("content_type") == "model_editable_context" else "said"
    parts = (*content_parts(content, role), *attachments(metadata))
    if not parts and not content.value:
        draft.strange.note("(no content)")
    draft.add(_with(turn, role=role, parts=parts, hidden=hidden, origin=origin))
    draft.heed(message)
    draft.aside("summary", metadata.text("turn_summary"), near=turn.id)
    about = metadata.object("user_context_message_data")
    for key in ("about_user_message", "about_model_message"):
        draft.aside("hidden", about.text(key), near=turn.id)
    about.close()
    metadata.skip(*METADATA)
    for rest in (content, metadata, message):
        rest.close()


def _with(turn: Turn, *, role: Any, parts: tuple[Part, ...], hidden: bool, origin: Origin) -> Turn:
    return Turn(id=turn.id, parent=turn.parent, role=role, parts=parts, said_at=turn.said_at, origin=origin,
                shown=turn.shown and not hidden, kind="hidden" if hidden else "")


def _ratings(file: InputFile, ratings: Ratings) -> Iterator[SetAside]:
    found = beside(file, "message_feedback.json")
    if isinstance(found, SetAside):
        yield found
        return
    for number, item in enumerate(found if isinstance(found, list) else () if found is None else (found,), start=1):
        where = f"message_feedback.json item {number}"
        if isinstance(item, dict):
            ratings.setdefault(str(item.get("conversation_id") or ""), []).append((where, item))
        else:
            yield SetAside(reason="not-understood", where=where)


def _rate(draft: Draft, rating: Fields, ids: Mapping[str, TurnId]) -> None:
    rated = next((ids[name] for key in ("message_id", "id") if (name := rating.text(key)) in ids), None)
    comment = _comment(rating.raw("content"))
    word = rating.text("rating")
    given = rating.time("create_time")
    rating.skip("conversation_id", "user_id", "update_time", "workspace_id", "evaluation_name", "evaluation_treatment",
                "storage_protocol", "message_id")
    rating.close()
    text = "\n".join(piece for piece in (word, comment) if piece.strip()) or "rated"
    draft.aside("feedback", text, derived_from=(rated,) if rated is not None else (), said_at=given)


def _comment(content: Any) -> str:
    """Give what was written with a rating: plain text, or the text and tags in the JSON the product wraps it in."""
    if isinstance(content, str) and content.lstrip().startswith("{"):
        inner = parse(content.encode(errors="replace"), "")
        content = inner if isinstance(inner, dict) else content
    if isinstance(content, dict):
        tags = content.get("tags")
        pieces = [content.get("text"), *(tags if isinstance(tags, list) else ())]
        return "\n".join(piece for piece in pieces if isinstance(piece, str))
    return compact(content) if content else ""


def _unplaced(file: InputFile, ratings: Ratings) -> Iterator[SetAside]:
    """Set aside the ratings of conversations that are nowhere in the export, once: at its last part."""
    own = file.name.rpartition("/")[2]
    parts = [name for name in file.siblings if name.startswith("conversations") and name.endswith(".json")]
    if not ratings or any(name > own for name in parts):
        return
    for name in parts:
        if name == own:
            continue
        try:
            with file.sibling(name) as stream:
                for _, _, value in values(stream, _INSIDE):
                    if isinstance(value, dict):
                        ratings.pop(str(value.get("conversation_id") or value.get("id")), None)
        except InputError as error:
            yield SetAside(reason=error.reason, where=name, detail=error.what)
    for found in ratings.values():
        for where, _ in found:
            yield SetAside(reason="feedback-without-conversation", where=where)


READERS = (ChatGpt(),)
