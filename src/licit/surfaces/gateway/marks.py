"""What a request itself says of its keeping: that it is temporary or no chat, which conversation it is, who vouches for what.

Rules kept here:

- A mark that cannot be read speaks against keeping. Some products mark a talk by its id alone.
- What a product asks a model for itself (a title, tags, what to ask next) carries the person's words, and is never kept: a refusal
  of one conversation, or a temporary talk, would not reach it under another id.
- Of what the deployment and the request vouch for, the more protective counts.

Law: CHO-08, CHO-11
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ...core.errors import InputError
from ...usecases.arrive import Declared
from .people import Who
from .settings import Settings

_NO = ("", "0", "false", "no")
_STRICTER = ("consumer", "adult", "unknown", "organisation", "minor")
#: Where products write what a request of their own is for.
_KINDS = ("task", "kind", "purpose")
_CHAT = ("", "chat", "conversation", "user_response")


def against(headers: Mapping[str, str], request: Mapping[str, Any], settings: Settings) -> str:
    """Give what the request itself says against keeping it, "" for nothing."""
    said = headers.get("x-licit-temporary", "").strip().lower()
    metadata = request.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    if said not in _NO or request.get("store") is False or any(
            str(mark.get(name) or "").strip().lower() not in _NO for mark in (request, metadata) for name in ("temporary", "is_temporary")) or (
            f"{_given(headers, metadata, settings)}:".casefold().startswith(tuple(one.casefold() for one in settings.temporary_ids))):
        return "chat-state"
    if headers.get("x-licit-kind", "chat") != "chat" or any(
            str(metadata.get(name) or "").strip().lower() not in _CHAT for name in _KINDS) or _own(request, settings.tasks):
        return "purpose"
    return "global-privacy-control" if headers.get("sec-gpc") == "1" else ""


def _own(request: Mapping[str, Any], tasks: tuple[str, ...]) -> bool:
    """Tell whether a request is one that the product makes for itself, by the words with which such requests begin."""
    begins = tuple(task.casefold() for task in tasks)
    longest = max(map(len, begins), default=0)
    return any(words.lstrip()[:longest].casefold().startswith(begins) for words in _words(request))


def _words(request: Mapping[str, Any]) -> Iterator[str]:
    """Give what the product and the person say in a request, each piece from its beginning."""
    for name in ("messages", "input", "instructions"):
        given = request.get(name)
        for row in given if isinstance(given, list) else [given]:
            if isinstance(row, Mapping) and row.get("role") in ("assistant", "tool"):
                continue
            content = row.get("content") if isinstance(row, Mapping) else row
            for piece in content if isinstance(content, list) else [content]:
                words = piece.get("text") if isinstance(piece, Mapping) else piece
                if isinstance(words, str):
                    yield words


def conversation_of(headers: Mapping[str, str], request: Mapping[str, Any], settings: Settings) -> str:
    """Give the id that the product has for the conversation, "" for none.

    Raises:
        InputError: it is no id.
    """
    metadata = request.get("metadata")
    given = _given(headers, metadata if isinstance(metadata, dict) else {}, settings)
    if given and (not isinstance(given, str) or len(given) > 500 or "\0" in given):
        raise InputError("the conversation's id is none", reason="not-understood")
    return given or ""


def _given(headers: Mapping[str, str], metadata: Mapping[str, Any], settings: Settings) -> Any:
    return headers.get(settings.conversation_header, "") or metadata.get("conversation_id")


def declared(headers: Mapping[str, str], settings: Settings, person: Who, device: str) -> Declared:
    """Give what is vouched for; ``device`` names the field that a device's pseudonym stands in."""
    capacity = _stricter(settings.capacity, headers.get("x-licit-capacity", ""))
    age = _stricter(settings.age, headers.get("x-licit-age", ""))
    return Declared(subject=person.account, device_field=device, issuer=person.issuer, capacity=capacity, age=age,
                    notice=settings.notice, surface=settings.surface)


def _stricter(own: str, given: str) -> str:
    """Give the more protective of what the deployment and the request say; a word that is none is unknown."""
    if not given or given == own:
        return own
    given = given if given in _STRICTER else "unknown"
    return given if own == "unknown" else max(own, given, key=_STRICTER.index)
