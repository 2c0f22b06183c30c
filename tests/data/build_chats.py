"""Write the chat fixtures in ``chats/``: invented people, French first, the same bytes every time.

``python tests/data/build_chats.py`` writes them; ``--check`` fails when a file differs from what this script makes.
"""

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent / "chats"
CHAT = "6f0c1a52-0000-4000-8000-00000000000"
ROOT = "00000000-0000-4000-8000-000000000000"


def node(name: str, parent: str | None, children: list[str], role: str = "", content: Any = None,
         **more: Any) -> dict[str, Any]:
    """Make one node of a ChatGPT mapping; without a role it holds no message."""
    message = None
    if role:
        metadata = more.pop("metadata", {})
        message = {"id": name, "author": {"role": role, "name": None, "metadata": {}},
                   "create_time": more.pop("at", None), "update_time": None, "content": content,
                   "status": "finished_successfully", "end_turn": None, "weight": 1.0, "metadata": metadata,
                   "recipient": "all", "channel": None, **more}
    return {"id": name, "message": message, "parent": parent, "children": children}


def text(words: str) -> dict[str, Any]:
    """Make a plain ChatGPT content."""
    return {"content_type": "text", "parts": [words]}


def chatgpt() -> list[dict[str, Any]]:
    """Two conversations: one with a hidden profile, two branches, tools and a summary; one short."""
    profile = {"content_type": "user_editable_context",
               "user_profile": "Je m'appelle Nadia Ferrand, j'habite à Nantes.",
               "user_instructions": "Réponds en français."}
    hidden = {"is_visually_hidden_from_conversation": True,
              "user_context_message_data": {"about_user_message": "Nadia Ferrand, infirmière de nuit.",
                                            "about_model_message": "Sois brève."}}
    picture = {"content_type": "multimodal_text", "parts": [
        {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-jardin", "size_bytes": 10},
        "Que vois-tu sur cette photo ?"]}
    mapping = [
        node("root", None, ["ctx"]),
        node("ctx", "root", ["u1"], "user", profile, metadata=hidden),
        node("u1", "ctx", ["a1", "a1bis"], "user", text("Écris à Karim Osei, karim.osei@example.org."),
             at=1739808840.25, metadata={"attachments": [{"id": "file-1", "name": "lettre-nadia.pdf"}]}),
        node("a1", "u1", [], "assistant", text("Cher Karim, première version."), at=1739808850.0,
             metadata={"model_slug": "gpt-4o", "turn_summary": "Nadia écrit à Karim au sujet d'une lettre."}),
        node("a1bis", "u1", ["u2"], "assistant", text("Cher Karim, seconde version."), at=1739808860.0),
        node("u2", "a1bis", ["th"], "user", picture, at=1739808900.0),
        node("th", "u2", ["code"], "assistant", {"content_type": "thoughts", "thoughts": [
            {"summary": "Regarder", "content": "Je regarde le jardin."}]}, at=1739808905.0),
        node("code", "th", ["tool"], "assistant", {"content_type": "code", "language": "python", "text": "print(1)"},
             at=1739808906.0),
        node("tool", "code", ["end"], "tool", {"content_type": "execution_output", "text": "1"}, at=1739808907.0),
        node("end", "tool", [], "assistant", text("Un jardin et un chat."), at=1739808910.0),
    ]
    first = {"id": CHAT + "1", "conversation_id": CHAT + "1", "title": "Lettre à Karim", "create_time": 1739808800.0,
             "update_time": 1739809000.0, "current_node": "end", "mapping": {item["id"]: item for item in mapping},
             "default_model_slug": "gpt-4o", "gizmo_id": "g-p-jardin", "is_archived": False, "is_starred": None,
             "is_do_not_remember": False, "memory_scope": "global_enabled", "safe_urls": [], "blocked_urls": [],
             "moderation_results": [], "voice": None, "owner": None}
    short = [node("r", None, ["q"]), node("q", "r", ["p"], "user", text("Bonjour, quel temps fait-il ?"), at=0),
             node("p", "q", [], "assistant", text("Je ne sais pas."))]
    second = {"id": CHAT + "2", "conversation_id": CHAT + "2", "title": "Temps", "create_time": 1739900000,
              "update_time": None, "current_node": "p", "mapping": {item["id"]: item for item in short},
              "novelty_flag": 1}
    return [first, second]


def chatgpt_feedback() -> list[dict[str, Any]]:
    """Two ratings, one of a conversation that the export does not hold."""
    return [
        {"id": "a1bis", "conversation_id": CHAT + "1", "user_id": "user-nadia", "rating": "thumbs_down",
         "content": json.dumps({"text": "Trop familier envers Karim.", "tags": ["ton"]}, ensure_ascii=False)},
        {"id": "x", "conversation_id": CHAT + "9", "user_id": "user-nadia", "rating": "thumbs_up", "content": "{}"}]


def claude() -> list[dict[str, Any]]:
    """One conversation with branches and every kind of block, one old one without parents."""
    def said(name: str, parent: str, sender: str, words: str, minute: int, **more: Any) -> dict[str, Any]:
        return {"uuid": name, "text": words, "sender": sender, "created_at": f"2025-03-01T08:{minute:02}:00.500000Z",
                "updated_at": f"2025-03-01T08:{minute:02}:00.500000Z", "parent_message_uuid": parent,
                "content": [{"type": "text", "text": words, "citations": [], "start_timestamp": None,
                             "stop_timestamp": None}], "attachments": [], "files": [], **more}

    first = said("m1", ROOT, "human", "Résume le rapport de Ludivine Tran.", 1,
                 attachments=[{"file_name": "rapport.txt", "file_size": 12, "file_type": "txt",
                               "extracted_content": "Rapport : Ludivine Tran dort mal."}],
                 files=[{"file_name": "photo-plage.png"}])
    answer = said("m2", "m1", "assistant", "Elle dort mal.", 2, chat_feedback={"type": "flag", "reason": "Indiscret."})
    answer["content"] = [
        {"type": "thinking", "thinking": "Le rapport est court."},
        {"type": "tool_use", "id": "t", "name": "recherche", "input": {"q": "sommeil", "price": 3}},
        {"type": "tool_result", "tool_use_id": "t", "name": "recherche", "content": [{"type": "text", "text": "rien"}]},
        *answer["content"]]
    new = {"uuid": CHAT + "3", "name": "Rapport", "summary": "Un rapport sur le sommeil de Ludivine.",
           "model": "claude", "created_at": "2025-03-01T08:00:00Z", "updated_at": "2025-03-01T09:00:00Z",
           "is_starred": False, "project_uuid": "proj-1", "current_leaf_message_uuid": "m3",
           "account": {"uuid": "acc-ludo"},
           "chat_messages": [first, answer, said("m3", "m1", "assistant", "Autre réponse.", 3)]}
    old = {"uuid": CHAT + "4", "name": "", "created_at": "2023-10-01T08:00:00Z", "updated_at": "2023-10-01T08:00:00Z",
           "account": {"uuid": "acc-ludo"}, "chat_messages": [
               {"uuid": "o1", "text": "Salut", "sender": "human", "index": 0, "created_at": "2023-10-01T08:00:00Z",
                "content": [], "attachments": [], "files": []},
               {"uuid": "o2", "text": "Bonjour", "sender": "assistant", "index": 1, "content": [], "attachments": [],
                "created_at": "2023-10-01T08:00:01Z", "files": [], "mood": "gai"}]}
    return [new, old]


def lechat() -> list[dict[str, Any]]:
    """A bare array: two versions of an answer, a reaction with a comment, a preference, a tool call, a file."""
    def said(name: str, role: str, words: str, minute: int, **more: Any) -> dict[str, Any]:
        return {"id": name, "version": 0, "chatId": CHAT + "5", "role": role, "content": words,
                "createdAt": f"2025-02-17T16:{minute:02}:00.000Z", "contentChunks": None, "reaction": "neutral",
                "reactionDetail": None, "reactionComment": None, "preference": None, "preferenceOver": None,
                "context": None, "canvas": [], "quotes": [], "files": [], **more}

    chunks = [{"type": "tool_call", "id": "t1", "name": "web_search", "turn": 0, "isDone": True,
               "publicArguments": {"query": "avocat Nantes"}, "publicResult": "trois résultats"},
              {"type": "text", "text": "Voici trois adresses."}, {"type": "reference", "referenceIds": [1]}]
    return [
        said("l1", "user", "Ma voisine Awa Diallo cherche un avocat.", 14,
             files=[{"type": "document", "name": "bail-awa.pdf"}]),
        said("l2", "assistant", "Réponse refaite.", 15),
        said("l2", "assistant", "Voici trois adresses.", 16, version=1, contentChunks=chunks, reaction="dislike",
             reactionDetail="incorrect", reactionComment="Awa habite Rezé, pas Nantes."),
        said("l3", "user", "Merci !", 17, quotes=["trois adresses"]),
        said("l4", "assistant", "De rien.", 18, preference="better", preferenceOver="l2", context={"lieu": "Rezé"})]


def lechat_account() -> dict[str, Any]:
    """The other shape in circulation."""
    return {"account": {"id": "acc-awa", "email": "awa@example.org"}, "memories": [{"text": "Awa aime le thé."}],
            "projects": [], "conversations": [
                {"id": CHAT + "6", "title": "Thé", "createdAt": "2025-04-01T10:00:00Z",
                 "messages": [{"id": "z1", "role": "user", "content": "Quel thé le soir ?",
                               "createdAt": "2025-04-01T10:00:00Z"},
                              {"id": "z2", "role": "assistant", "content": "Une infusion."}]}]}


def gemini() -> list[dict[str, Any]]:
    """The three shapes in one log, newest first, with a conversation in two exchanges and a missing reply."""
    common = {"header": "Gemini Apps", "products": ["Gemini Apps"], "activityControls": ["Gemini Apps Activity"]}
    url = "https://gemini.google.com/app/c/"
    return [
        {**common, "title": "Used Gemini Apps", "titleUrl": url + "abc123", "time": "2025-01-03T10:05:00.123Z",
         "details": [{"name": "Request", "value": "Et pour Bastien Roux ?"},
                     {"name": "Response", "value": "Pareil pour Bastien."}]},
        {**common, "title": "Used Gemini Apps", "titleUrl": url + "def456", "time": "2025-01-03T09:00:00Z",
         "userInteractions": [{"userInteraction": {"endpoint": 2, "request": "[{\"text\":\"Trouve un train.\"}]",
                                                   "response": "[{\"text\":\"Aucun train.\"}]"}}]},
        {**common, "title": "Used Gemini Apps", "titleUrl": url + "abc123", "time": "2025-01-03T10:00:00Z",
         "details": [{"name": "Requête", "value": "Un menu pour Clara Roux ?"}]},
        {**common, "title": "Prompted Décris ce jardin", "time": "2025-01-02T08:00:00Z",
         "safeHtmlItem": [{"html": "<p>Un <b>jardin</b> &amp; un chat.</p><script>vu()</script>"}],
         "attachedFiles": ["jardin.jpg"], "locationInfos": [{"name": "Nantes", "url": "https://maps.example.org"}],
         "mood": "x"}]


def grok() -> dict[str, Any]:
    """Two branches, two time formats, traces left out."""
    def said(name: str, parent: str | None, sender: str, words: str, ms: int, **more: Any) -> dict[str, Any]:
        return {"response": {"_id": name, "parent_response_id": parent, "sender": sender, "message": words,
                             "conversation_id": CHAT + "7", "create_time": {"$date": {"$numberLong": str(ms)}},
                             "model": "grok-3", **more}, "share_link": None}

    return {"projects": [], "tasks": [{"name": "rappel"}], "conversations": [{
        "conversation": {"id": CHAT + "7", "title": "Voisin bruyant", "create_time": "2025-05-01T06:00:00.1Z",
                         "modify_time": "2025-05-01T07:00:00Z", "user_id": "xai-omar", "starred": False,
                         "system_prompt_name": ""},
        "responses": [said("g1", None, "human", "Mon voisin Tom Bellec crie la nuit.", 1746079200000,
                           file_attachments=["asset-1"]),
                      said("g2", "g1", "ASSISTANT", "Parlez-lui.", 1746079201000, thinking_trace="Chercher un accord."),
                      said("g3", "g1", "grok-3", "Écrivez-lui.", 1746079202000, web_search_results=[{"url": "x"}],
                           vibes=1)]}]}


def openai() -> list[dict[str, Any]]:
    """Plain, structured and tool-calling rows, with scalar extras."""
    return [
        {"id": "row-1", "user": "u1", "tier": "free", "metadata": {"region": "fr", "plan": "pro"}, "messages": [
            {"role": "system", "content": "Tu aides."},
            {"role": "user", "content": "Appelle Inès Morel au 06 39 98 12 34.", "timestamp": 1739808840},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "appel", "arguments": "{\"qui\":\"Inès\"}"}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "occupé"},
            {"role": "assistant", "content": "C'est occupé.", "slots": [[0, 1, "x"]]}]},
        {"id": "row-2", "user": "u2", "temporary": True, "messages": [
            {"role": "user", "name": "ines", "content": [
                {"type": "text", "text": "Regarde."},
                {"type": "image_url", "image_url": {"url": "https://images.example.org/1.png"}}]},
            {"role": "assistant", "content": "Un chat.", "created_at": "2025-02-17T16:14:00+01:00"}]}]


def langfuse() -> list[dict[str, Any]]:
    """A trace with all that hangs on it, one by plain words that is temporary, and an observation of its own in the other spelling."""
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    asked = [{"role": "system", "content": "Tu aides."}, {"role": "user", "content": "Bonjour"}, {"role": "assistant", "content": "Bonjour !"},
             {"role": "user", "content": [{"type": "text", "text": "Écris à Inès Morel."}, picture]}]
    observation = {"id": "o-1", "type": "TOOL", "startTime": "2025-02-17T16:14:01Z", "input": {"to": "Inès Morel"}, "output": "occupé",
                   "level": "ERROR", "statusMessage": "no line to Inès Morel", "usageDetails": {"input": 3}, "nouveau": {"a": 1}}
    return [
        {"id": "t-1", "timestamp": "2025-02-17T16:14:00Z", "name": "chat", "userId": "u1", "sessionId": "s-1", "input": {"messages": asked},
         "output": {"role": "assistant", "content": "C'est fait."}, "tags": ["prod"], "metadata": {"region": "fr", "plan": "pro"}, "observations": [observation],
         "scores": [{"id": "sc-1", "name": "thumbs", "value": 1, "source": "API", "comment": "Merci"},
                    {"id": "sc-2", "name": "judge", "value": 0.2, "source": "EVAL", "comment": "too short"}]},
        {"id": "t-2", "timestamp": "2025-02-17T17:00:00Z", "userId": "u2", "sessionId": "s-2", "input": "Une blague ?", "output": "Non.", "tags": ["temporary"],
         "metadata": None, "observations": [], "scores": {"thumbs": [0]}},
        {"id": "g-1", "trace_id": "t-9", "user_id": "u3", "type": "GENERATION", "start_time": "2025-02-18T09:00:00Z", "end_time": "2025-02-18T09:00:05Z",
         "input": [{"role": "user", "content": "Et demain ?"}], "output": {"choices": [{"message": {"role": "assistant", "content": "Il pleut."}}]}, "model": "m"}]


def sharegpt() -> list[dict[str, Any]]:
    """Two rows, one with a system prompt beside its turns."""
    return [{"id": "s-1", "system": "Tu es poli.", "model": "gpt-4", "conversations": [
                {"from": "human", "value": "Qui est Paulin Vasseur ?"},
                {"from": "gpt", "value": "Je ne sais pas.", "weight": 1}]},
            {"id": "s-2", "conversations": [{"from": "human", "value": "Merci."},
                                            {"from": "gpt", "value": "De rien."}]}]


COPILOT = {
    "copilot-activity-history.csv":
        "Conversation,Time,Author,Message\r\n"
        "Recette,2025-06-01T18:00:00,user,\"Une soupe pour Zoé Lemaire,\r\nsans sel ?\"\r\n"
        "Recette,2025-06-01T18:00:05,AI,\"Oui : \"\"poireaux\"\".\"\r\n"
        "Voyage,2025-06-02T09:00:00,user,Brest ou Quimper ?\r\n",
    "copilot-chat-activity.csv":
        "CreatedAt,MessageContent,Author,ChatName\r\n"
        "6/1/2025 18:00:00 +02:00,Bonsoir,user,Soir\r\n6/1/2025 18:00:09 +02:00,Bonsoir !,Copilot,Soir\r\n",
    "copilot-in-Microsoft-365-apps-activity.csv": "CreatedAt,MessageContent,Author,ChatName\r\n",
    "windows-apps-copilot-activity-history.csv":
        "Timestamp,ClientApp,Prompt\r\n"
        "2025-06-03T10:00:00Z,Paint,Dessine Zoé\r\n2025-06-03T10:01:00Z,Paint,Encore\r\n",
}


def dump(value: Any) -> bytes:
    """Write JSON on one line, as exports do."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def lines(values: list[Any]) -> bytes:
    """Write JSON Lines."""
    return b"".join(dump(value) + b"\n" for value in values)


def packed(members: dict[str, bytes]) -> bytes:
    """Write a zip whose bytes depend on its members alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def fixtures() -> dict[str, bytes]:
    """Make every fixture: file name to bytes."""
    user = dump({"id": "user-nadia", "email": "nadia@example.org", "phone_number": "+33639981234",
                 "chatgpt_plus_user": False})
    first, second = chatgpt()
    feedback = dump(chatgpt_feedback())
    out = {
        "chatgpt.zip": packed({"conversations.json": dump(chatgpt()), "user.json": user, "chat.html": b"<html></html>",
                               "message_feedback.json": feedback, "group_chats.json": dump({"chats": [{"id": 1}]})}),
        "chatgpt-parts.zip": packed({"conversations-000.json": dump([first]), "user.json": user,
                                     "conversations-001.json": dump([second]), "message_feedback.json": feedback}),
        "claude.zip": packed({"conversations.json": dump(claude()), "projects.json": dump([{"uuid": "proj-1"}]),
                              "users.json": dump([{"uuid": "acc-ludo", "email_address": "ludo@example.org"}])}),
        "claude.jsonl": lines(claude()),
        "lechat.zip": packed({f"chat-{CHAT}5.json": dump(lechat()), f"chat-{CHAT}5-files/bail-awa.pdf": b"%PDF"}),
        "lechat-account.json": dump(lechat_account()),
        "gemini.json": dump(gemini()), "grok.json": dump(grok()), "openai.jsonl": lines(openai()),
        "openai.json": dump(openai()), "sharegpt.jsonl": lines(sharegpt()), "sharegpt.json": dump(sharegpt()), "langfuse.jsonl": lines(langfuse()), "langfuse.json": dump(langfuse()),
    }
    return out | {name: words.encode() for name, words in COPILOT.items()}


def main() -> int:
    """Write the fixtures, or with ``--check`` compare them; 1 when something differs."""
    made = fixtures()
    if "--check" in sys.argv[1:]:
        there = {path.name: path.read_bytes() for path in OUT.iterdir()}
        return int(there != made)
    OUT.mkdir(exist_ok=True)
    for name, data in made.items():
        (OUT / name).write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
