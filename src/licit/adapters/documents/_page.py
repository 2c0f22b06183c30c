"""What an HTML page says of itself: title, author, date, canonical address, its kind, and what it reserves.

Rules kept here: the first to say something wins, in the order meta elements, JSON-LD, title; JSON-LD that cannot be
read is counted; a reservation of text and data mining written in the page is kept under its own name.
"""

import json
from collections.abc import Iterator
from typing import Any

from licit.core.press import PAGE_KIND

_META = {
    "title": ("og:title", "dc.title", "dcterms.title"),
    "author": ("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author"),
    "date": ("article:published_time", "date", "dc.date", "dc.date.issued", "dcterms.date", "dcterms.created",
             "pubdate", "parsely-pub-date"),
    "publisher": ("og:site_name", "dc.publisher", "dcterms.publisher"),
    "language": ("dc.language", "dcterms.language"),
    "url": ("og:url",),
    "tdm-reservation": ("tdm-reservation",), "tdm-policy": ("tdm-policy",), "robots": ("robots",),
}
_LINKED = {"title": "headline", "date": "datePublished", "language": "inLanguage", "url": "url"}
_DEEPEST = 100


def own_metadata(root: Any) -> tuple[dict[str, str], dict[str, int]]:
    """Give what the page declares, by the names of ``Record.declared``, and counts of what could not be read."""
    own: dict[str, str] = {}
    strange: dict[str, int] = {}
    metas: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").strip().lower()
        if name and meta.get("content"):
            metas.setdefault(name, []).append(meta.get("content").strip())
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and (link.get("href") or "").startswith("http"):
            own.setdefault("url", link.get("href").strip())
    for field, names in _META.items():
        if found := next((metas[name] for name in names if name in metas), None):
            own.setdefault(field, "; ".join(found) if field in ("author", "robots") else found[0])
    for thing in _linked_data(root, strange):
        _take_linked(thing, own)
    if (title := root.find(".//head/title")) is not None and title.text:
        own.setdefault("title", title.text)
    if language := root.get("lang"):
        own.setdefault("language", language)
    return own, strange


def _linked_data(root: Any, strange: dict[str, int]) -> Iterator[dict[str, Any]]:
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = script.text or ""
        try:
            if text.count("{") + text.count("[") > _DEEPEST * 100:
                raise ValueError("too much of it")
            value = json.loads(text)
        except (ValueError, RecursionError):
            strange["json-ld"] = strange.get("json-ld", 0) + 1
            continue
        for thing in value if isinstance(value, list) else [value]:
            graph = thing.get("@graph") if isinstance(thing, dict) else None
            yield from (item for item in (graph if isinstance(graph, list) else [thing]) if isinstance(item, dict))


def _take_linked(thing: dict[str, Any], own: dict[str, str]) -> None:
    kinds = thing.get("@type")
    if not any(isinstance(kind, str) and kind.endswith(("Article", "Posting", "Report", "Book", "CreativeWork"))
               for kind in (kinds if isinstance(kinds, list) else [kinds])):
        return
    for field, name in _LINKED.items():
        if isinstance(value := thing.get(name), str) and value.strip():
            own.setdefault(field, value.strip())
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if isinstance(kind, str) and kind.endswith("NewsArticle"):
            own[PAGE_KIND] = kind
    for field in ("author", "publisher"):
        if names := "; ".join(_names(thing.get(field))):
            own.setdefault(field, names)


def _names(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        name = item.get("name") if isinstance(item, dict) else item
        if isinstance(name, str) and name.strip():
            yield name.strip()
