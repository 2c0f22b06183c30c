"""Grok's export: ``prod-grok-backend.json``, conversations of responses that name their parents.

Rules kept here:

- Every branch is read; the one that ends in the newest leaf is shown, unless the export names another.
- Two time formats lie in one file; both are read, neither is guessed at.
- Web results, posts and tool steps are other people's text or traces: left out and counted.
- Of the account only the id on the conversation is read.
"""

from collections.abc import Iterator
from typing import Any

from licit.core.errors import InputError
from licit.core.ids import TurnId
from licit.core.ports import InputFile
from licit.core.records import Part, Record, Role, SetAside, Turn

from ._draft import Draft, ancestors, last_leaf, read_each
from ._fields import Fields, as_object, name_of, payload
from ._rows import rows
from ._shape import shape

_LEFT_OUT = ("steps", "web_search_results", "cited_web_search_results", "xpost_ids", "cited_xposts", "xposts",
             "webpage_urls", "card_attachments_json", "query", "tool_responses", "rag_results")
_SENDERS: dict[str, Role] = {"human": "user", "user": "user", "": "system", "system": "system"}
_COMPANIONS = frozenset({"prod-mc-auth-mgmt-api.json", "prod-mc-billing.json"})


class Grok:
    """Reads objects of ``conversations`` that hold a conversation and its responses."""

    name = "grok"

    def recognise(self, file: InputFile) -> int:
        """Look for a conversation wrapped beside its responses."""
        keys = shape(file.head)
        found = ({f"{stem}conversation", f"{stem}responses"} <= keys for stem in ("conversations[].", "[]."))
        return 95 if any(found) else 0

    def companion(self, name: str, siblings: tuple[str, ...] = ()) -> bool:
        """Tell that a file only holds the account or its bills."""
        return name in _COMPANIONS and "prod-grok-backend.json" in siblings

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read conversation by conversation."""
        return read_each(rows(file, "responses", frozenset({"conversations"})), conversation)


def conversation(value: Any) -> Record:
    """Make a record of one conversation.

    Raises:
        InputError: it has no responses, or their parents form a cycle.
    """
    outer = as_object(value, "conversation")
    head = outer.get("conversation")
    draft = Draft(format=Grok.name, account=Fields(head, Draft(format="").strange).name("user_id")
                  if isinstance(head, dict) else "")
    fields = Fields(outer, draft.strange)
    about = fields.object("conversation")
    draft.origin_id = about.name("id", "conversation_id")
    draft.heed(about)
    draft.collected = (about.time("create_time"), about.time("modify_time"))
    if not isinstance(fields.raw("responses"), list):
        raise InputError("the conversation has no list of responses", reason="not-a-conversation")
    responses: list[Fields] = []
    for item in fields.objects("responses"):
        responses.append(item.object("response"))
        item.skip("share_link")
        item.close()
    _responses(draft, responses, about.name("leaf_response_id"))
    if not draft.turns:
        raise InputError("the conversation holds no response", reason="no-messages")
    draft.aside("title", about.text("title"))
    draft.aside("summary", about.text("summary"))
    about.skip("user_id", "x_user_id", "starred", "system_prompt_name", "media_types", "asset_ids", "root_asset_id",
               "controller", "task_result_id", "team_id", "workspaces", "shared_with_team", "shared_with_user_ids")
    about.close()
    fields.close()
    return draft.record()


def _responses(draft: Draft, responses: list[Fields], current: str) -> None:
    ids = [draft.turn_id(response.name("_id", "id")) for response in responses]
    named = {name: own for response, own in zip(responses, ids, strict=True) if (name := response.name("_id", "id"))}
    parents: dict[str, str | None] = {}
    times: dict[str, str] = {}
    for response, own in zip(responses, ids, strict=True):
        parent = response.name("parent_response_id")
        parents[own] = named.get(parent, TurnId(parent)) if parent else None
        times[own] = response.time("create_time")
    branch = ancestors(parents, named.get(current) or last_leaf(parents, times))
    for response, own in zip(responses, ids, strict=True):
        above = parents[own]
        sender = response.text("sender").strip().lower()
        draft.heed(response)
        draft.add(Turn(id=own, parent=TurnId(above) if above is not None else None,
                       role=_SENDERS.get(sender, "assistant"), parts=tuple(_parts(draft, response)),
                       said_at=times[own], shown=own in branch))
        for key in ("feedback", "feedback_labels", "reaction"):
            if rating := response.raw(key):
                draft.aside("feedback", payload(rating), derived_from=(own,))
        response.skip("_id", "id", "conversation_id", "model", "metadata", "query_type", "error", "partial", "manual",
                      "shared", "media_types", "mode", "ui_layout", "thinking_start_time", "thinking_end_time",
                      "is_control", "request_metadata", "user_id")
        response.close()


def _parts(draft: Draft, response: Fields) -> Iterator[Part]:
    if message := response.text("message"):
        yield Part(text=message, path="/message")
    for key in ("thinking_trace", "agent_thinking_traces"):
        if trace := response.raw(key):
            yield Part(kind="thinking", text=payload(trace), path=f"/{key}")
    for key in ("file_attachments", "image_attachments", "generated_image_urls", "file_uris"):
        for index, item in enumerate(response.list(key)):
            yield Part(kind="attachment", text=name_of(item), path=f"/{key}/{index}")
    for key in _LEFT_OUT:
        if response.raw(key):
            draft.cut.note(key)


READERS = (Grok(),)
