"""RSL 1.0: licences named in robots.txt, in a Link header or in the page, or embedded there, and what they permit.

Rules kept here:

- Every licence document that is named binds. One that is named and not at hand, or that cannot be read, reserves.
- Of a document the contents count whose address matches the page's, the longest. Several licences of one content are offers: one
  that permits training without payment is enough.
- A prohibition beats a permission; where uses are permitted at all, what is not named is not. Payment other than none, ``free`` or
  ``attribution`` means not licensed; so does a condition that cannot be judged here (who uses it, where).
- A content with a licence server and no licence is reserved.

Law: SIG-08, SIG-12
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

from licit.core.signals import ROBOTS, Answer, Page, Reading, Says

from ._html import kind, tags
from ._paths import host_of, matches, path_of
from ._robots import parse
from ._xml import local, named, parsed
from .robots import fetch_state

SPACE = "https://rslstandard.org/rsl"
_TRAINING = frozenset({"all", "ai-all", "ai-train"})
_FREE = frozenset({"", "free", "attribution"})
_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_LARGEST = 8 << 20


class Rsl:
    """Really Simple Licensing."""

    name, spec = "rsl", "RSL 1.0"
    reads = "License in robots.txt; header Link; link and script in the page; RSS; the licence documents stored beside them"

    def read(self, page: Page) -> Sequence[Reading]:
        """Give what each licence says of training on the page."""
        out = [self._document(page, where, url) for where, url in dict.fromkeys(self._links(page))]
        for where, raw in self._embedded(page):
            read = self._judged(page, where, raw)
            out.append(replace(read, raw=b"") if where == "feed" else read)  # A feed holds the page's words as well.
        return out

    def _links(self, page: Page) -> Iterator[tuple[str, str]]:
        answer = page.site.get(ROBOTS)
        if answer is not None and fetch_state(answer) is None:
            for value in parse(answer.body).licences:
                yield "robots.txt License", value
        for value in page.answer.headers.get("link", ()):
            for url, said in _LINK.findall(value):
                if re.search(r"rel\s*=\s*\"?[^\";]*\blicense\b", said, re.IGNORECASE) and "rsl+xml" in said.lower():
                    yield "header Link", url
        for tag in tags(page):
            if tag.name == "link" and "license" in tag.attributes.get("rel", "").lower() and "rsl" in tag.attributes.get("type", "").lower():
                yield "link license", tag.attributes.get("href", "")

    def _embedded(self, page: Page) -> Iterator[tuple[str, bytes]]:
        for tag in tags(page):
            if tag.name == "script":
                yield "script rsl+xml", tag.text.encode()
        if kind(page) == "xml" and SPACE.encode() in page.answer.body:
            yield "feed", page.answer.body

    def _document(self, page: Page, where: str, url: str) -> Reading:
        answer = _stored(page, url)
        if answer is None:
            return self._reading(where, "unreadable", "the licence document was not stored", url.encode())
        if answer.fault or not (answer.status == 0 or 200 <= answer.status < 300):
            return self._reading(where, "unreadable", answer.fault or f"status {answer.status}", answer.body)
        return self._judged(page, where, answer.body)

    def _judged(self, page: Page, where: str, raw: bytes) -> Reading:
        try:
            says, detail = said(parsed(raw[:_LARGEST]), page.url)
        except ValueError as error:
            says, detail = "unreadable", str(error)
        return self._reading(where, says, detail, raw)

    def _reading(self, where: str, says: Says, detail: str, raw: bytes) -> Reading:
        return Reading(name=self.name, spec=self.spec, where=where, says=says, detail=detail, raw=raw)


def _stored(page: Page, url: str) -> Answer | None:
    path = path_of(url)
    same = not host_of(url) or not host_of(page.url) or host_of(url) == host_of(page.url)
    return page.site.get(url) or (page.site.get(path) if same else None)


def said(root: Element, url: str) -> tuple[Says, str]:
    """Say what a licence document says of training on a page.

    Raises:
        ValueError: it is no RSL document, or its contents name no address.
    """
    contents = [element for element in named(root, "content") if local(element)[0].rstrip("/") == SPACE]
    if not contents:
        raise ValueError("no content of RSL")
    path, host = path_of(url), host_of(url)
    fitting: list[tuple[int, Element]] = []
    for content in contents:
        pattern = content.get("url")
        if pattern is None:
            raise ValueError("a content without url")
        if host_of(pattern) and host and host_of(pattern) != host:
            continue
        plain = (path_of(pattern) if host_of(pattern) else pattern) or "/"
        if not path or matches(plain, path):
            fitting.append((len(plain), content))
    if not fitting:
        return "silent", "no content for this page"
    longest = max(length for length, _ in fitting)
    answers = [_content(content) for length, content in fitting if length == longest or not path]
    return next((one for one in answers if one[0] == "disallow"), answers[0])


def _content(content: Element) -> tuple[Says, str]:
    offers = [_offer(licence) for licence in named(content, "license")]
    if not offers:
        return ("disallow", "a licence server and no licence") if content.get("server") else ("silent", "no licence")
    return next((one for one in offers if one[0] == "allow"), offers[0])


def _offer(licence: Element) -> tuple[Says, str]:
    permits, prohibits = _uses(licence, "permits"), _uses(licence, "prohibits")
    if prohibits & _TRAINING:
        return "disallow", "prohibits " + " ".join(sorted(prohibits & _TRAINING))
    if permits and not permits & _TRAINING:
        return "disallow", "permits other uses"
    for element in named(licence, "permits", "prohibits"):
        if element.get("type", "usage") != "usage":
            return "disallow", f"a condition on {element.get('type', '')[:20]}"
    for element in named(licence, "payment"):
        if element.get("type", "").strip().lower() not in _FREE:
            return "disallow", f"payment {element.get('type', '')[:20]}"
    return "allow", "permits training" if permits else "uses are not restricted"


def _uses(licence: Element, name: str) -> set[str]:
    return {use for element in named(licence, name) if element.get("type", "usage") == "usage" for use in (element.text or "").lower().replace(",", " ").split()}


def signals() -> tuple[Rsl, ...]:
    """Offer the reader."""
    return (Rsl(),)
