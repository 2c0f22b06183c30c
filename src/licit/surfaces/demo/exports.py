"""Writes conversations the way four products export them: ChatGPT, Le Chat, Claude, and a log of OpenAI-style messages."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from .talks import Talk

#: Tiers that the company's own log carries, in turn; nothing may depend on them.
TIERS = ("free", "pro", "team", "logged-out")


def write_chatgpt(path: Path, account: str, talks: Sequence[Talk]) -> None:
    """Write a ChatGPT export of one account; the first conversation has a hidden profile, a branch and a rating."""
    conversations = [_tree(talk, rich=number == 0) for number, talk in enumerate(talks)]
    rated = conversations[0]
    feedback = [{"id": "a0", "conversation_id": rated["id"], "user_id": account, "rating": "thumbs_down",
                 "content": json.dumps({"text": "Trop long, je voulais deux phrases."})}]
    _zip(path, {"conversations.json": conversations, "user.json": {"id": account, "chatgpt_plus_user": True},
                "message_feedback.json": feedback})


def _tree(talk: Talk, *, rich: bool) -> dict[str, Any]:
    nodes = [_node("root", None, "", None)]
    if rich:
        nodes.append(_node("profile", "root", "user", {
            "content_type": "user_editable_context", "user_profile": "Je tiens un atelier de luminaires.",
            "user_instructions": "Réponds court."}, metadata={"is_visually_hidden_from_conversation": True}))
    for number, (role, words, at) in enumerate(talk.messages()):
        nodes.append(_node(f"{role[0]}{number // 2}", nodes[-1]["id"], role, _words(words), create_time=at.timestamp()))
    shown = nodes[-1]["id"]
    if rich:
        nodes.append(_node("other", "u0", "assistant", _words("Première réponse, que la personne a fait refaire."),
                           create_time=talk.at.timestamp() + 30))
    for node in nodes:
        node["children"] = [other["id"] for other in nodes if other["parent"] == node["id"]]
    return {"id": _id(talk), "conversation_id": _id(talk), "title": "Atelier" if rich else "",
            "create_time": talk.at.timestamp(), "update_time": talk.at.timestamp() + 3600, "current_node": shown,
            "mapping": {node["id"]: node for node in nodes}}


def _words(words: str) -> dict[str, Any]:
    return {"content_type": "text", "parts": [words]}


def _node(name: str, parent: str | None, role: str, content: Any, **more: Any) -> dict[str, Any]:
    message = {"id": name, "author": {"role": role}, "content": content, **more} if role else None
    return {"id": name, "message": message, "parent": parent}


def write_lechat(path: Path, talks: Sequence[Talk]) -> dict[str, str]:
    """Write a Le Chat export, one file a conversation and a reaction in the first; give each conversation's account."""
    files = {}
    for number, talk in enumerate(talks):
        chat = _id(talk)
        files[f"chat-{chat}.json"] = [
            {"id": f"m{place}", "version": 0, "chatId": chat, "role": role, "content": words,
             "createdAt": at.isoformat().replace("+00:00", ".000Z"), "contentChunks": None,
             "reaction": "dislike" if number == 0 and role == "assistant" else "neutral"}
            for place, (role, words, at) in enumerate(talk.messages())]
    _zip(path, files)
    return {_id(talk): talk.account for talk in talks}


def write_claude(path: Path, talks: Sequence[Talk]) -> None:
    """Write a Claude export; it names the account of each conversation."""
    root = "00000000-0000-4000-8000-000000000000"
    conversations = []
    for talk in talks:
        said: list[dict[str, Any]] = [
            {"uuid": str(uuid5(NAMESPACE_URL, f"{talk.id}/{place}")), "text": words,
             "sender": "human" if role == "user" else "assistant", "created_at": at.isoformat(),
             "content": [{"type": "text", "text": words}], "attachments": [], "files": []}
            for place, (role, words, at) in enumerate(talk.messages())]
        for above, message in zip([root, *(message["uuid"] for message in said)], said, strict=False):
            message["parent_message_uuid"] = above
        conversations.append({
            "uuid": _id(talk), "name": "", "created_at": talk.at.isoformat(), "updated_at": talk.at.isoformat(),
            "account": {"uuid": talk.account}, "current_leaf_message_uuid": said[-1]["uuid"], "chat_messages": said})
    _zip(path, {"conversations.json": conversations, "users.json": []})


def write_messages(path: Path, talks: Sequence[Talk], *, shift: int = 0) -> None:
    """Write a log of OpenAI-style messages; ``shift`` moves everybody's tier, price and retention on by so many."""
    lines = []
    for number, talk in enumerate(talks):
        tier = TIERS[(TIERS.index(talk.more.get("tier", TIERS[number % 4])) + shift) % 4]
        row = {"id": talk.id, "user": talk.account, **talk.more, "tier": tier,
               "price": {"pro": 18, "team": 25}.get(tier, 0), "retention_days": 30 if tier == "team" else 400,
               "messages": [{"role": role, "content": words, "timestamp": int(at.timestamp())}
                            for role, words, at in talk.messages()]}
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    path.write_text("".join(lines), encoding="utf-8")


def _id(talk: Talk) -> str:
    return str(uuid5(NAMESPACE_URL, talk.id))


def _zip(path: Path, members: dict[str, Any]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in members.items():
            archive.writestr(zipfile.ZipInfo(name), json.dumps(value, ensure_ascii=False))
