"""Markdown: blocks by their marks, front matter as what the document says of itself.

Rules kept here: a fenced block is code to its closing fence or the end, and nothing in it is cut; markup inside a line
stays as it was written; HTML comments, scripts and styles that stand as blocks are left out and counted.
"""

import re
from collections import Counter
from collections.abc import Iterator

from licit.core.ports import InputFile, Reader
from licit.core.records import Record, SetAside

from ._blocks import Block, Found, document, paragraphs
from ._content import read_text
from ._metadata import SELF_DECLARED, is_companion
from .text import looks_like_data, looks_like_text

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*$")
_TITLE = re.compile(r"\s*[^\s>|-]")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_HIDDEN = re.compile(r" {0,3}<(!--|script\b|style\b)", re.IGNORECASE)
_CLOSED_BY = {"!--": "-->", "script": "</script", "style": "</style"}
_MARKS = (re.compile(r"^ {0,3}#{1,6} \S", re.M), re.compile(r"^ {0,3}(?:```|~~~)", re.M),
          re.compile(r"\[[^\]\n]{1,200}\]\([^)\s]{1,500}\)"),
          re.compile(r"^ {0,3}[-*+] \S", re.M), re.compile(r"^ {0,3}> ?\S", re.M),
          re.compile(r"(?<!\*)\*\*[^*\n]{1,200}\*\*"),
          re.compile(r"^\|?[ :]*-{3,}[ :]*\|", re.M), re.compile(r"\A---\n(?:[A-Za-z_]+:.*\n)+---$", re.M),
          re.compile(r"^\S.*\n(?:={3,}|-{3,})$", re.M))


class _Markdown:
    name = "markdown"

    def recognise(self, file: InputFile) -> int:
        """Score the different marks met: one alone may be chance, a heading or a fence says more."""
        head = file.head.replace("\r\n", "\n")
        if not looks_like_text(head) or looks_like_data(head) or re.match(r"\s*(?:<[!?a-zA-Z]|%PDF-)", head):
            return 0
        met = [bool(mark.search(head)) for mark in _MARKS]
        score = 15 * sum(met) + 15 * (met[0] or met[1] or met[7])
        return min(score, 60) if score > 15 else 0

    def companion(self, name: str, siblings: tuple[str, ...] = ()) -> bool:
        """Say whether a file name is that of metadata beside documents (``report.json``: only beside one)."""
        return is_companion(name, siblings)

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read the one document.

        Raises:
            InputError: it is too large, not in its encoding, holds NULs or no text.
        """
        lines = read_text(file).split("\n")
        own, lines = _front_matter(lines)
        blocks, cut = _blocks(lines)
        yield document(file, blocks, Found(format=self.name, own=own, cut=cut))


def _front_matter(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    if not lines or lines[0].rstrip() != "---":
        return {}, lines
    end = next((i for i, line in enumerate(lines[1:200], 1) if line.rstrip() in ("---", "...")), 0)
    if not end or not all(re.match(r"\s|#|-|[\w-]+\s*:|$", line) for line in lines[1:end]):
        return {}, lines
    own = {}
    for line in lines[1:end]:
        name, _, value = line.partition(":")
        if name.lower() in SELF_DECLARED:
            own[name.lower()] = value.strip().strip("\"'")
    return own, lines[end + 1:]


def _blocks(lines: list[str]) -> tuple[list[Block], Counter[str]]:
    blocks: list[Block] = []
    cut: Counter[str] = Counter()
    plain: list[str] = []
    unclosed: set[str] = set()
    at = 0

    def close(*more: Block) -> None:
        blocks.extend(paragraphs(plain))
        blocks.extend(block for block in more if block.text.strip())
        plain.clear()

    while at < len(lines):
        line, end = lines[at], at
        if fence := _FENCE.match(line):
            end = next((i for i in range(at + 1, len(lines)) if lines[i].strip().startswith(fence[1])
                        and not lines[i].strip(" \t`~")), len(lines))
            close(Block(kind="code", text="\n".join(lines[at + 1:end])))
        elif (closed := _closing(lines, at, unclosed)) is not None:
            end = closed
            close()
            cut["hidden"] += 1
        elif heading := _HEADING.match(line):
            close(Block(kind="heading", text=(heading[2] or "").strip()))
        elif plain and _UNDERLINE.match(line) and _TITLE.match(plain[-1]):
            title = plain.pop()
            close(Block(kind="heading", text=title.strip()))
        else:
            plain.append("" if _RULE.match(line) else line)
        at = end + 1
    close()
    return blocks, cut


def _closing(lines: list[str], at: int, unclosed: set[str]) -> int | None:
    """Find the line that ends a hidden block, if one begins here.

    One that nothing ends is text, for nothing is left out by accident.
    """
    hidden = _HIDDEN.match(lines[at])
    opened = hidden[1].lower() if hidden is not None else ""
    if opened and opened not in unclosed:
        for i in range(at, len(lines)):
            if _CLOSED_BY[opened] in lines[i].lower():
                tail = lines[i].lower().rpartition(_CLOSED_BY[opened])[2].strip(" \t>")
                return None if tail else i
        unclosed.add(opened)
    return None


READERS: tuple[Reader, ...] = (_Markdown(),)
