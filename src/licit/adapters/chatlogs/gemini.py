"""Gemini's part of Google Takeout: ``MyActivity.json``, a log of single exchanges rather than conversations.

Rules kept here:

- Exchanges with one conversation id in ``titleUrl`` make one record, sorted by time; one without an id stands alone.
- The file is read twice: once to count each conversation's exchanges, once to give a conversation as soon as its last
  one has come, so that memory holds the open conversations only.
- A reply that Takeout left out is missing, not made up. Places the log notes are left out and counted.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from licit.core.errors import InputError
from licit.core.ids import TurnId
from licit.core.ports import InputFile
from licit.core.records import Part, Record, Role, SetAside, Turn

from ._draft import Draft
from ._fields import Fields, as_object, name_of
from ._rows import rows
from ._shape import shape
from ._streams import parse

_OURS = re.compile(r'"header"\s*:\s*"[^"]{0,40}(?:Gemini|Bard)|gemini\.google\.com\\?/app|bard\.google\.com')
_CHAT = re.compile(r"/app/(?:c/)?([A-Za-z0-9_-]{4,80})")
_ASKED = re.compile(r"(?:Prompted|Said|Asked|Requête\s*:|Prompt\s*:|Demande\s*:|Vous avez demandé\s*:?|Eingegeben\s*:?"
                    r"|Pregunta\s*:)\s+", re.I)
_GENERAL = re.compile(r"(?:Used|Utilisation d|A utilisé|Avez utilisé|Usaste|Verwendet)\b.{0,40}(?:Gemini|Bard).{0,20}",
                      re.I)
_RATED = re.compile(r"(?:Gave feedback|Feedback given|Avis donné|A donné un avis|Feedback gegeben)\b\s*:?\s*", re.I)
_NAMES: dict[str, Role] = {
    "request": "user", "prompt": "user", "requête": "user", "demande": "user", "question": "user", "anfrage": "user",
    "solicitud": "user", "response": "assistant", "réponse": "assistant", "reply": "assistant", "antwort": "assistant",
    "respuesta": "assistant"}
_BREAKS = frozenset({"p", "br", "div", "li", "tr", "pre", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6"})


class Gemini:
    """Reads activity entries of Gemini, in each of the three shapes Takeout has used."""

    name = "gemini"

    def recognise(self, file: InputFile) -> int:
        """Look for activity entries of Gemini; those of other products are not its own."""
        keys = shape(file.head)
        return 90 if {"[].titleUrl", "[].header"} & keys and "[].time" in keys and _OURS.search(file.head) else 0

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read the log twice and give each conversation when its last exchange has come."""
        expected = Counter(_chat(value) for _, _, value in rows(file, "time") if isinstance(value, dict))
        waiting: dict[str, list[Mapping[str, Any]]] = {}
        for _, where, value in rows(file, "time"):
            if not isinstance(value, dict):
                yield value if isinstance(value, SetAside) else SetAside(reason="not-a-conversation", where=where)
                continue
            chat = _chat(value)
            group = waiting.setdefault(chat, [])
            group.append(value)
            if not chat or len(group) == expected[chat]:
                yield _record(chat, waiting.pop(chat), where)
        for chat, group in waiting.items():
            yield _record(chat, group, "the end")


def _chat(entry: Mapping[str, Any]) -> str:
    found = _CHAT.search(url) if isinstance(url := entry.get("titleUrl"), str) else None
    return found[1] if found else ""


def _record(chat: str, entries: list[Mapping[str, Any]], where: str) -> Record | SetAside:
    try:
        return conversation(chat, entries)
    except InputError as error:
        return SetAside(reason=error.reason, where=where, detail=error.what)


def conversation(chat: str, entries: list[Mapping[str, Any]]) -> Record:
    """Make a record of the exchanges of one conversation.

    Raises:
        InputError: none of them holds a word.
    """
    draft = Draft(format=Gemini.name, origin_id=chat)
    fields = [Fields(as_object(entry, "log entry"), draft.strange) for entry in entries]
    timed = [(entry.time("time"), entry) for entry in fields]
    if all(time for time, _ in timed):
        timed.sort(key=lambda item: item[0])
    above: TurnId | None = None
    for time, entry in timed:
        above = _exchange(draft, entry, time, above)
    return draft.record()


def _exchange(draft: Draft, entry: Fields, time: str, above: TurnId | None) -> TurnId | None:
    draft.heed(entry)
    said: list[tuple[Role, str]] = [*_details(entry), *_interactions(entry)]
    title = entry.text("title")
    if rating := _RATED.match(title):
        draft.aside("feedback", title[rating.end():] or "rated", derived_from=(above,) if above is not None else ())
    elif asked := _ASKED.match(title):
        said.insert(0, ("user", title[asked.end():]))
    elif title and not _GENERAL.fullmatch(title):
        if said:
            draft.aside("title", title)
        else:
            said.insert(0, ("user", title))
            entry.strange("title")
    for item in entry.objects("safeHtmlItem"):
        said.append(("assistant", _plain(item, draft)))
    attached = tuple(_attached(entry))
    if attached and not any(role == "user" for role, _ in said):
        said.insert(0, ("user", ""))
    for role, text in said:
        parts = ((Part(text=text),) if text else ()) + (attached if role == "user" else ())
        attached = () if role == "user" else attached
        own = draft.turn_id(None)
        draft.add(Turn(id=own, parent=above, role=role, parts=parts, said_at=time, shown=role != "system",
                       kind="hidden" if role == "system" else ""))
        above = own
    if entry.raw("locationInfos"):
        draft.cut.note("location")
    entry.skip("header", "titleUrl", "products", "activityControls", "subtitles", "locationInfos")
    entry.close()
    return above


def _details(entry: Fields) -> Iterator[tuple[Role, str]]:
    for item in entry.objects("details"):
        name, value = item.text("name").strip().lower(), item.text("value")
        if name not in _NAMES and value:
            item.strange("name")
        if value:
            yield _NAMES.get(name, "system"), value
        item.close()


def _interactions(entry: Fields) -> Iterator[tuple[Role, str]]:
    for outer in entry.objects("userInteractions"):
        inner = outer.object("userInteraction")
        outer.close()
        for key, role in (("request", "user"), ("response", "assistant")):
            value = inner.text(key)
            parsed = parse(value.encode(errors="replace"), "") if value.lstrip()[:1] in ("[", "{", '"') else value
            text = "\n".join(_words(value if isinstance(parsed, SetAside) else parsed))
            if text:
                yield ("user" if role == "user" else "assistant"), text
        inner.skip("endpoint")
        inner.close()


def _words(value: Any) -> Iterator[str]:
    """Give the texts inside a nested value: those under a key for text where there are any, else every string."""
    waiting, named, every = [("", value)], [], []
    while waiting:
        key, item = waiting.pop()
        if isinstance(item, str):
            every.append(item)
            if key in ("text", "prompt", "content", "value", "message"):
                named.append(item)
        elif isinstance(item, dict):
            waiting += reversed(list(item.items()))
        elif isinstance(item, list):
            waiting += [(key, inner) for inner in reversed(item)]
    yield from named or every


def _attached(entry: Fields) -> Iterator[Part]:
    for key in ("attachedFiles", "imageFile"):
        value = entry.raw(key)
        for item in value if isinstance(value, list) else () if value is None else (value,):
            yield Part(kind="attachment", text=name_of(item), path=f"/{key}")


def _plain(item: Fields, draft: Draft) -> str:
    html = item.text("html")
    item.close()
    reader = _Text()
    reader.feed(html)
    reader.close()
    if reader.hidden:
        draft.strange.note("safeHtmlItem.html")
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.pieces)).strip()


class _Text(HTMLParser):
    """Collects the text of a piece of HTML, a line break where a block ends; scripts and styles are no text."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self.hidden += 1
        elif tag in _BREAKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.hidden = max(0, self.hidden - 1)
        elif tag in _BREAKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(data)


READERS = (Gemini(),)
