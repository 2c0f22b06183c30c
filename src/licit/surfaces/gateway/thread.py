"""Which conversation a request belongs to, and what each of its messages is called, though a request names neither.

Rules kept here:

- A message is named by a keyed hash of the conversation, of the messages before it and of what it says, so that the same
  words in the same place have the same name in every request, and others another.
- What the product says before (system messages) is no part of the chain: it may change at every message.
- Without an id from the product, a conversation is known by its person and everything up to their first message.
- What goes on from an answer is named as if all before it had been sent again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from ...core.ids import keyed, keyed_by, short_text

_ASIDE = ("system", "developer")
_UNSAID = ("thinking", "reasoning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The id of a conversation, the names of its messages in order, and how many of them came before this request."""

    conversation: str
    names: tuple[str, ...]
    before: int


def thread_of(key: bytes, person: Sequence[str], conversation: str, rows: Sequence[Mapping[str, Any]], answers: int,
              after: str = "") -> Thread:
    """Name a conversation and its messages; the last ``answers`` rows are alternatives that answer all before them.

    ``after`` is the name of the message that the first of them follows, "" for none.
    """
    link = after.encode() or keyed(key, "licit/gateway", *(one.encode("utf-8", "backslashreplace") for one in (conversation, *person)))
    own, names, first = conversation, [], len(rows) - answers
    for number, row in enumerate(rows):
        role = str(row.get("role"))
        told = _turns(key)(link, str(number if role in _ASIDE else "").encode(), said(row))
        names.append("m" + short_text(told))
        if role in _ASIDE:
            continue
        if not own and role == "user":
            own = "gateway:" + short_text(told)
        if number < first:
            link = names[-1].encode()
    last = max((number for number in range(first) if rows[number].get("role") == "assistant"), default=-1)
    return Thread(conversation=own or "gateway:" + short_text(link), names=tuple(names), before=last + 1)


_turns = lru_cache(8)(partial(keyed_by, tag="licit/gateway-turn"))


def said(row: Mapping[str, Any]) -> bytes:
    """Give what a message says, without what a client may write otherwise when it sends it again."""
    content, texts, rest = row.get("content"), [], []
    for piece in content if isinstance(content, list) else [content]:
        if isinstance(piece, str):
            texts.append(piece)
        elif isinstance(piece, Mapping) and isinstance(piece.get("text"), str):
            texts.append(piece["text"])
        elif piece is not None and not (isinstance(piece, Mapping) and piece.get("type") in _UNSAID):
            rest.append(piece)
    calls = [call.get("function") for call in row.get("tool_calls") or () if isinstance(call, Mapping)]
    told = [row.get("role"), row.get("name") or "", "".join(texts).strip(), rest, calls]
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
