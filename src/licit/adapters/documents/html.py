"""HTML: the author's text of a page, with advertising, newsletter boxes, comments and ratings left out and counted.

The choice of what is text is made here, on the tree, and not by trafilatura: measured on pages like the fixtures, it
drops a right of reply set in an ``aside`` and keeps hidden and struck-out words, and no later step could mend that.
What a page marks as its article (``article``, ``main``, the ``articleBody`` property) is the text;
without such a mark it is the whole body.

Rules kept here:

- An element that holds a correction, a reply or a qualification is never removed, nor left behind outside the article;
  a denial among readers' comments is a reader's, and saves no comment.
- Scripts, styles and what is hidden never become text; struck-out words are what the publisher took back.
- A page nested deeper than the parser goes is set aside, for the parser would drop the rest in silence.
- A licence that a page claims for itself is not taken as one; a reservation that it makes is kept.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from licit.core.errors import InputError
from licit.core.ports import InputFile, Reader
from licit.core.records import Record, SetAside

from ._blocks import Block, Found, document
from ._content import decode, read_bytes
from ._metadata import is_companion
from ._page import own_metadata
from ._phrases import corrects, mark_of, qualifies

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,30})|"
                      rb"\A\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,30})", re.IGNORECASE)
_TAGS = re.compile(r"<(?:html|head|body|article|main|section|div|p|h[1-6]|table|ul|meta|title)\b[^<>]{0,2000}>",
                   re.IGNORECASE)
_STARTS = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
                     re.IGNORECASE | re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

_NO_TEXT = frozenset(("script", "style", "template", "svg", "iframe", "object", "embed", "canvas", "audio", "video",
                      "button", "input", "select", "textarea", "datalist", "frameset", "noframes", "head", "link",
                      "meta", "map"))
_STRUCK = frozenset(("del", "s", "strike"))
_ASIDE = frozenset(("nav", "footer", "aside", "form", "noscript", "dialog", "menu"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = frozenset(("p", "div", "section", "article", "main", "body", "header", "footer", "aside", "nav", "ul", "ol",
                     "li", "dl", "dt", "dd", "blockquote", "pre", "table", "tr", "caption", "thead", "tbody", "figure",
                     "figcaption", "form", "hr", "address", "details", "summary", "fieldset", "noscript", "dialog",
                     "menu",
                     "center", "title")) | _HEADINGS
_KINDS = {"li": "list", "dt": "list", "dd": "list", "blockquote": "quote", "pre": "code", "tr": "table",
          **dict.fromkeys(_HEADINGS, "heading")}


@dataclass(slots=True)
class _Page:
    body: Any
    main: Any = None
    cut: Counter[str] = field(default_factory=Counter)


class _Html:
    name = "html"

    def recognise(self, file: InputFile) -> int:
        """Say 95 for a page that opens as one, 60 for a fragment that opens with a tag and has several."""
        if _STARTS.match(file.head):
            return 95
        return 60 if file.head.lstrip().startswith("<") and len(_TAGS.findall(file.head[:16384])) >= 2 else 0

    def companion(self, name: str, siblings: tuple[str, ...] = ()) -> bool:
        """Say whether a file name is that of metadata beside documents (``report.json``: only beside one)."""
        return is_companion(name, siblings)

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read the one document.

        Raises:
            InputError: it is too large, too deep, not in its encoding, or holds no text.
        """
        data = read_bytes(file)
        found = _CHARSET.search(data[:4096])
        declared = (found[1] or found[2]).decode() if found else ""
        root = _parse(decode(data, file.name, declared), file.name)
        own, strange = own_metadata(root)
        body = root.find("body")
        page = _Page(root if body is None else body)
        _strip(page)
        yield document(file, _inside(page), Found(format=self.name, own=own, cut=page.cut, strange=strange))


def _parse(text: str, about: str) -> Any:
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(text.encode(), parser=parser)
    except (etree.LxmlError, ValueError):
        raise InputError("It holds no page that can be read.", about=about, reason="no-text",
                         remedy="Leave it out, or save the page again.") from None
    if any(entry.level == etree.ErrorLevels.FATAL or "depth" in entry.message for entry in parser.error_log):
        raise InputError("Its elements are nested too deeply to be read whole.", about=about, reason="too-deep",
                         remedy="Save the page's text and import that.")
    return root


def _strip(page: _Page) -> None:
    for element in list(page.body.iter(*_NO_TEXT)):
        element.drop_tree()
    for element in list(page.body.iter(*_STRUCK)):
        page.cut["struck"] += 1
        element.drop_tree()
    replies, denials = _protected(page.body)
    sizes = _sizes(page.body)
    page.main = _main(page.body, {element: size for element, (size, _) in sizes.items()})
    around = set(page.main.iterancestors()) | {page.main} if page.main is not None else set()
    whole = sizes[page.body if page.main is None else page.main][0]
    gone: set[Any] = set()
    for element in list(page.body.iterdescendants()):
        if element.getparent() in gone:
            gone.add(element)
            continue
        kind = _removable(element)
        if not kind or element in around or element in replies or (element in denials and kind != "comments"):
            continue
        size, long_paragraphs = sizes[element]
        if size > whole * 0.6 and long_paragraphs >= 3:
            # So much running text is the article itself, in a wrapper whose class says more than it should.
            continue
        gone.add(element)
        page.cut[kind] += 1
    for element in gone:
        if element.getparent() not in gone:
            element.drop_tree()


def _removable(element: Any) -> str:
    if "hidden" in element.attrib or _HIDING.search(element.get("style", "")):
        return "hidden"
    if element.tag in _HEADINGS or element.tag in ("p", "a", "em", "strong", "mark"):
        # Words that a class happens to hold on running text are not enough to lose it.
        kind = mark_of(element.attrib)
        return kind if kind in ("advertising", "newsletter") else ""
    kind = mark_of(element.attrib)
    if kind:
        return "" if kind == "correction" else kind
    return "navigation" if element.tag in _ASIDE else ""


def _protected(body: Any) -> tuple[set[Any], set[Any]]:
    """Give the elements that hold a correction or reply, and those that hold a qualification."""
    replies: set[Any] = set()
    denials: set[Any] = set()
    for element, block in _blocks(body, links=False):
        for found, holders in ((block.correction or corrects(block.text), replies), (qualifies(block.text), denials)):
            holder = element if found else None
            while holder is not None and holder not in holders:
                holders.add(holder)
                holder = holder.getparent()
    return replies, denials


def _sizes(body: Any) -> dict[Any, tuple[int, int]]:
    """Give for every element the characters of its text and its number of long paragraphs, in one pass."""
    sizes: dict[Any, tuple[int, int]] = {}
    for element in reversed(list(body.iter())):
        size, long_paragraphs = len(element.text or ""), 0
        for child in element:
            size += sizes[child][0] + len(child.tail or "")
            long_paragraphs += sizes[child][1]
        sizes[element] = size, long_paragraphs + (element.tag == "p" and size > 80)
    return sizes


def _main(body: Any, sizes: dict[Any, int]) -> Any:
    articles = [a for a in body.iter("article") if mark_of(a.attrib) != "comments"
                and not any(up.tag == "article" or mark_of(up.attrib) == "comments" for up in a.iterancestors())]
    mains = [*body.iter("main"), *body.xpath(".//*[@role='main']")] or body.xpath(".//*[@itemprop='articleBody']")
    article = max(articles, key=sizes.__getitem__, default=None)
    main = max(mains, key=sizes.__getitem__, default=None)
    if article is None or (main is not None and sizes[article] * 2 < sizes[main]):
        return main
    # Several articles of like size are a list of them: none is the text alone.
    return article if sizes[article] * 2 >= sum(sizes[a] for a in articles) else main


def _inside(page: _Page) -> Iterator[Block]:
    """Give the blocks of the article, and those outside it that title it, correct it or reply to it."""
    anchor: Any = None
    inside = set(page.main.iter()) if page.main is not None else set()
    for element, block in _blocks(page.body, links=True):
        if page.main is None or element in inside:
            anchor = None
            yield block
        elif block.correction or corrects(block.text) or (anchor is not None and anchor in element.iterancestors()):
            anchor = element.getparent() if anchor is None else anchor
            yield block
        elif element.tag == "h1" or qualifies(block.text):
            yield block
        else:
            page.cut["navigation"] += 1


def _blocks(body: Any, *, links: bool) -> Iterator[tuple[Any, Block]]:
    """Walk the tree once, without recursion, and give each stretch of text between block elements.

    Items of one list and rows of one table are one block. Without ``links``, what stands in a link is left out.
    """
    buffer: list[str] = []
    waiting: tuple[Any, Block] | None = None
    corrections = linked = 0
    for event, element in etree.iterwalk(body, events=("start", "end")):
        starts = event == "start"
        marked = element is not body and mark_of(element.attrib) == "correction" if element.attrib else False
        if element.tag in _BLOCKS:
            owner = element.getparent() if starts and element is not body else element
            block = _flush(buffer, owner, corrections > 0)
            if block is not None:
                if waiting is not None and _continues(waiting, (owner, block)):
                    block = replace(block, text=f"{waiting[1].text}\n{block.text}")
                elif waiting is not None:
                    yield waiting
                waiting = (owner, block)
        elif element.tag == "br" and starts:
            buffer.append("\0")
        elif element.tag in ("td", "th") and starts and buffer:
            buffer.append(" | ")
        corrections += marked * (1 if starts else -1)
        linked += (element.tag == "a") * (1 if starts else -1)
        if (links or not linked) and (text := element.text if starts else element.tail if element is not body else ""):
            buffer.append(text)
    if waiting is not None:
        yield waiting


def _flush(buffer: list[str], owner: Any, correction: bool) -> Block | None:
    raw = "".join(buffer)
    buffer.clear()
    holder = owner
    while holder is not None and holder.tag not in _KINDS and holder.tag != "body":
        holder = holder.getparent()
    kind = _KINDS.get(holder.tag, "paragraph") if holder is not None else "paragraph"
    if kind == "code":
        text = raw.replace("\0", "\n").strip("\n")
    else:
        text = "\n".join(_SPACE.sub(" ", line).strip() for line in raw.split("\0")).strip()
    if not text.strip(" |\n"):
        return None
    return Block(kind=kind, text=f"- {text}" if kind == "list" else text, correction=correction)


def _continues(before: tuple[Any, Block], after: tuple[Any, Block]) -> bool:
    kind = after[1].kind
    if kind != before[1].kind or kind not in ("list", "table") or before[1].correction != after[1].correction:
        return False
    tags = ("ul", "ol", "dl") if kind == "list" else ("table",)
    first, second = (next((up for up in (element, *element.iterancestors()) if up.tag in tags), None)
                     for element in (before[0], after[0]))
    return first is second


READERS: tuple[Reader, ...] = (_Html(),)


