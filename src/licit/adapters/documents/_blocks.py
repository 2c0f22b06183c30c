"""Makes a record of a document's blocks: boilerplate cut and counted, corrections and qualifications tied to the rest.

Rules kept here:

- A line that corrects, replies or qualifies is never cut (LAW SEN-05: an accusation must not outlive its reply).
- A correction rests on the whole document, for it seldom says which sentences it corrects. It reaches to the next
  heading or the end; only a note of several sentences at the very top stands alone.
- A qualification rests on the blocks of its section, and the title, that carry an accusation; else on the nearest
  accusation before it; else on the whole document.
- Text inside a block is never changed here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from licit.core.errors import InputError
from licit.core.ids import TurnId
from licit.core.ports import InputFile
from licit.core.records import Part, Record, Turn

from ._metadata import complete, metadata_of
from ._phrases import accuses, boilerplate, corrects, qualifies

#: Kinds of blocks whose lines are never looked at as boilerplate.
VERBATIM = frozenset(("code", "table"))

_SENTENCE_END = re.compile(r"[.!?…»\"”:)*_\]]\s*$")
_LIST = re.compile(r"\s{0,6}(?:[-*+•–]|\d{1,3}[.)])\s+\S")
_TABLE = re.compile(r"\s*\|?[ :]*-{3,}[-| :]*$")
_HEADING = re.compile(r"[^\W\d_].{0,79}", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of a document: its kind, its text, and whether the format itself marks it as a correction."""

    kind: str
    text: str = field(repr=False)
    correction: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a format gives besides blocks: what the document says of itself, and what was cut or not understood.

    ``guess_headings`` is for formats that have no mark for them. ``cut`` may still grow while the blocks are read.
    """

    format: str
    own: Mapping[str, str] = field(default_factory=dict, repr=False)
    cut: Mapping[str, int] = field(default_factory=dict)
    strange: Mapping[str, int] = field(default_factory=dict)
    guess_headings: bool = False


def paragraphs(lines: Iterable[str]) -> list[Block]:
    """Group lines of text into blocks: blank lines part them, and so does a line that opens a correction."""
    blocks: list[Block] = []
    group: list[str] = []

    def close() -> None:
        if group:
            blocks.extend(_grouped(group))
            group.clear()

    for line in lines:
        if not line.strip():
            close()
            continue
        if group and corrects(line) and not _LIST.match(line):
            close()
        group.append(line)
    close()
    return blocks


def _with_headings(blocks: list[Block]) -> list[Block]:
    """Take for a heading, where a format has no mark for it, a short line that stands alone and ends no sentence."""
    return [replace(block, kind="heading") if _is_heading(block, index, len(blocks)) else block
            for index, block in enumerate(blocks)]


def _grouped(group: list[str]) -> list[Block]:
    if all(_LIST.match(line) or line.startswith("  ") for line in group) and _LIST.match(group[0]):
        return [Block(kind="list", text="\n".join(group))]
    if all(line.lstrip().startswith(">") for line in group):
        return [Block(kind="quote", text="\n".join(line.lstrip()[1:].lstrip() for line in group))]
    if len(group) > 1 and "|" in group[0] and _TABLE.match(group[1]):
        return [Block(kind="table", text="\n".join(group))]
    if any(len(line) > 200 for line in group):
        # Lines that long were not wrapped by hand: each is a paragraph.
        return [Block(kind="paragraph", text=line) for line in group]
    return [Block(kind="paragraph", text="\n".join(group))]


def _is_heading(block: Block, index: int, count: int) -> bool:
    text = block.text.strip()
    return (block.kind == "paragraph" and "\n" not in text and index + 1 < count and not text[0].islower()
            and bool(_HEADING.fullmatch(text)) and text[-1] not in ".!?…:;,»\"”")


def cut_boilerplate(blocks: Iterable[Block]) -> tuple[list[Block], Counter[str]]:
    """Leave out boilerplate lines; give what stays and how many lines of each kind went.

    A line inside a block goes only when the line before it ends a sentence (or went too): a wrapped sentence keeps
    its words. A heading goes only when what it heads went as well.
    """
    kept: list[Block] = []
    cut: Counter[str] = Counter()
    waiting: list[tuple[Block, str]] = []
    for block in blocks:
        if block.correction or block.kind in VERBATIM:
            kept.extend(heading for heading, _ in waiting)
            waiting.clear()
            kept.append(block)
        elif block.kind == "heading" and (kind := boilerplate(block.text)):
            waiting.append((block, kind))
        else:
            rest, gone = _without_boilerplate(block)
            cut += gone
            if rest is None:
                continue
            if block.kind == "heading":
                cut.update(kind for _, kind in waiting)
            else:
                kept.extend(heading for heading, _ in waiting)
            waiting.clear()
            kept.append(rest)
    cut.update(kind for _, kind in waiting)
    return kept, cut


def _without_boilerplate(block: Block) -> tuple[Block | None, Counter[str]]:
    cut: Counter[str] = Counter()
    lines: list[str] = []
    ended = True
    for line in block.text.split("\n"):
        kind = boilerplate(line) if ended else ""
        if kind:
            cut[kind] += 1
        else:
            lines.append(line)
            ended = bool(_SENTENCE_END.search(line))
    if not cut:
        return block, cut
    return (replace(block, text="\n".join(lines)) if any(line.strip() for line in lines) else None), cut


def tie(blocks: list[Block]) -> list[tuple[str, tuple[int, ...]]]:
    """Give each block its kind, and the indices of the blocks it rests on (none: the whole document)."""
    out: list[tuple[str, tuple[int, ...]]] = []
    accusing: list[int] = []
    section = 0
    open_correction = False
    for index, block in enumerate(blocks):
        opens = block.correction or corrects(block.text)
        if block.kind == "heading":
            section, open_correction = index, False
        if opens or open_correction:
            open_correction = open_correction or not (block.correction or _stands_alone(block, index, blocks))
            out.append(("correction", ()))
            continue
        carries = accuses(block.text)
        if block.kind not in VERBATIM and qualifies(block.text):
            near = [i for i in accusing if i >= section or (i == 0 and blocks[0].kind == "heading")]
            out.append(("qualification", tuple(near or accusing[-1:])))
        else:
            out.append((block.kind, ()))
        if carries:
            accusing.append(index)
    return out


def _stands_alone(block: Block, index: int, blocks: list[Block]) -> bool:
    if any(before.kind != "heading" for before in blocks[:index]) or block.kind == "heading":
        return False
    return len(block.text) > 120 and not block.text.rstrip().endswith(":")


def document(file: InputFile, blocks: Iterable[Block], found: Found) -> Record:
    """Make the record of one document from its blocks and what its format gave besides.

    Raises:
        InputError: nothing is left of it (``no-text``), or its metadata cannot be read.
    """
    declared, unknown = metadata_of(file)
    complete(declared, found.own)
    kept, gone = cut_boilerplate(blocks)
    if not kept:
        raise InputError("No text is left of it.", about=file.name, reason="no-text",
                         remedy="Leave it out, or recognise its text first if it is a scan.")
    if found.guess_headings:
        kept = _with_headings(kept)
    day = _day(declared.get("date", ""))
    turns = [Turn(id=TurnId(f"b{i}"), parent=TurnId(f"b{i - 1}") if i else None, role="block", kind=kind, said_at=day,
                  parts=(Part(kind="code" if kind == "code" else "text", text=block.text),),
                  derived_from=tuple(TurnId(f"b{n}") for n in rests))
             for i, (block, (kind, rests)) in enumerate(zip(kept, tie(kept), strict=True))]
    return Record(kind="document", origin_id=declared.get("url") or file.name, format=found.format, turns=tuple(turns),
                  declared=declared, cut=dict(sorted((gone + Counter(found.cut)).items())),
                  strange=dict(sorted((Counter(unknown) + Counter(found.strange)).items())))


def _day(declared: str) -> str:
    try:
        return date.fromisoformat(declared[:10]).isoformat()
    except ValueError:
        return ""
