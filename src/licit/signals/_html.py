"""What a page's markup declares: its meta tags, links, embedded licences and text, found once for every reader.

A first look over the bytes says whether there may be anything to declare; only then is the page parsed. Comments and scripts
declare nothing.

Rules kept here: a page in UTF-16 or UTF-32 is decoded first.

Law: SIG-12
"""

import codecs
import functools
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from licit.core.signals import Page

from ._marks import Mark

_MARK = Mark(rb"tdm-reservation|tdm-policy|noai|noimageai|rsl")
_WIDE = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MARKUP = (b"<!doctype html", b"<html", b"<head", b"<meta", b"<body")
_last: tuple[Page | None, str] = (None, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One declaration: the element's name, its attributes, the text inside, and its own bytes."""

    name: str
    attributes: dict[str, str]
    text: str = field(default="", repr=False)
    raw: bytes = field(default=b"", repr=False)


def kind(page: Page) -> str:
    """Say what a page's body is: ``html``, ``xml``, ``pdf``, ``epub``, ``text`` or ``other``; ``""`` for none."""
    global _last
    known, found = _last
    if known is not page:  # Every reader asks, page by page.
        found = _kind(page)
        _last = page, found
    return found


def _kind(page: Page) -> str:
    body = page.answer.body
    if not body:
        return ""
    head = _narrow(body[:2048]).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"%pdf-" in head:
        return "pdf"
    if head.startswith(b"pk\x03\x04"):
        return "epub" if b"application/epub+zip" in head or ".epub" in page.url.lower() else "other"
    stated = "".join(page.answer.headers.get("content-type", ())[:1]).lower()
    if "html" in stated or any(mark in head for mark in _MARKUP):
        return "html"
    if head.startswith(b"<?xml") or "xml" in stated:
        return "xml"
    return "other" if b"\0" in head else "text"


def tags(page: Page) -> tuple[Tag, ...]:
    """Give the meta tags, links and embedded licences of a page that may declare something; else nothing.

    Raises:
        ValueError: the page may declare something, and cannot be parsed.
    """
    return _tags(page.answer.body) if _MARK.may(page) and kind(page) == "html" else ()


@functools.lru_cache(maxsize=4)
def _tags(body: bytes) -> tuple[Tag, ...]:
    body = _narrow(body)
    try:
        return tuple(Tag(name=str(element.tag), attributes={str(key).lower(): str(value) for key, value in element.attrib.items()},
                         text=element.text or "", raw=etree.tostring(element, with_tail=False))
                     for element in _tree(body).iter("meta", "link", "script") if element.tag != "script" or "rsl" in element.get("type", ""))
    except (etree.LxmlError, AssertionError) as error:
        raise ValueError("the page cannot be parsed") from error


def text_of(body: bytes) -> str:
    """Give a page's visible text on one line.

    Raises:
        ValueError: it cannot be parsed.
    """
    try:
        tree = _tree(_narrow(body))
        etree.strip_elements(tree, "script", "style", etree.Comment, with_tail=False)
        return " ".join(" ".join(tree.itertext()).split())
    except (etree.LxmlError, AssertionError) as error:
        raise ValueError("the page cannot be parsed") from error


def _tree(body: bytes) -> etree._Element:
    encoding = "utf-8" if _is_utf8(body) else None
    tree: etree._Element = document_fromstring(body, parser=HTMLParser(encoding=encoding, no_network=True, huge_tree=True))
    return tree


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _narrow(body: bytes) -> bytes:
    for mark, encoding in _WIDE:
        if body.startswith(mark):
            return body.decode(encoding, "replace").encode("utf-8", "replace")
    if body[1:2] == b"\0" or body[:1] == b"\0":
        return body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le", "replace").encode("utf-8", "replace")
    return body
