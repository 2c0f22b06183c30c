"""A paper: headings, paragraphs, lists and tables, said once and written as Markdown or as HTML.

Rules kept here:

- What others wrote is escaped in both, so that it is never a heading, a link or HTML.
- A gap that somebody has to fill is marked in both.
- Same paper, same bytes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby, pairwise

from .markup import Markup, el, foreign, join, prose, visible
from .report import page_of
from .words import ENGLISH, FRENCH, Language

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~!])")


@dataclass(frozen=True, slots=True)
class Foreign:
    """What somebody else wrote."""

    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """An answer that is missing: the words for it."""

    text: str


Said = str | Foreign | Gap | tuple["str | Foreign | Gap", ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a level from 2 to 4."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph; ``alert`` where it must be seen first."""

    said: Said
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: its label and what is answered, several answers one below the other."""

    label: str
    answers: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: its head, and rows of cells; columns named in ``numbers`` are set to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[Said, ...], ...]
    numbers: tuple[int, ...] = ()


Block = Heading | Line | Items | Field | Rows


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper in one language."""

    title: Said
    blocks: tuple[Block, ...]


def markdown(paper: Paper) -> bytes:
    """Write a paper as Markdown."""
    lines = [f"# {_text(paper.title)}"]
    for before, block in pairwise((None, *paper.blocks)):
        lines += [*([] if isinstance(before, Field) and isinstance(block, Field) else [""]), *(_lines(block) if block else ())]
    return ("\n".join(lines) + "\n").encode()


def _lines(block: Block) -> Iterable[str]:
    if isinstance(block, Heading):
        return ["#" * block.level + " " + block.text]
    if isinstance(block, Line):
        return [f"> **!** {_text(block.said)}" if block.alert else _text(block.said)]
    if isinstance(block, Items):
        return [f"- {_text(item)}" for item in block.items]
    if isinstance(block, Field):
        first, rest = (block.answers[0], block.answers[1:]) if len(block.answers) == 1 else ("", block.answers)
        return [f"- **{block.label}**: {_text(first)}".rstrip(), *(f"  - {_text(answer)}" for answer in rest)]
    marks = ["---:" if at in block.numbers else "---" for at in range(len(block.head))]
    return ["| " + " | ".join(cells) + " |" for cells in (block.head, marks, *(map(_text, row) for row in block.rows))]


def _text(said: Said) -> str:
    parts = said if isinstance(said, tuple) else (said,)
    return "".join(_escaped(part.text) if isinstance(part, Foreign) else f"**{part.text}**" if isinstance(part, Gap) else part
                   for part in parts)


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", " ".join(visible(text).split())) or "–"


def html(name: str, papers: Sequence[Paper]) -> bytes:
    """Write a paper in French and English, in that order, as one page without network or script."""
    css = "".join(files(__package__).joinpath(each).read_text(encoding="utf-8") for each in ("report.css", "paper.css"))
    return page_of(name, css, [_page(paper, tongue) for paper, tongue in zip(papers, (FRENCH, ENGLISH), strict=True)])


def _page(paper: Paper, tongue: Language) -> Markup:
    runs = (list(run) for _, run in groupby(paper.blocks, key=lambda block: isinstance(block, Field)))
    parts = (el("dl", *map(_element, run), class_="facts") if isinstance(run[0], Field) else join(*map(_element, run)) for run in runs)
    return el("div", el("header", el("h1", _markup(paper.title))), el("main", *parts), class_=f"page paper {tongue.code}", lang=tongue.code)


def _element(block: Block) -> Markup:
    if isinstance(block, Heading):
        return el(f"h{block.level}", block.text)
    if isinstance(block, Line):
        return el("div", el("p", _markup(block.said)), class_="alert") if block.alert else el("p", _markup(block.said))
    if isinstance(block, Items):
        return el("ul", *(el("li", _markup(item)) for item in block.items), class_="listed")
    if isinstance(block, Field):
        return el("div", el("dt", block.label), *(el("dd", _markup(answer)) for answer in block.answers), class_="gap" if any(isinstance(answer, Gap) for answer in block.answers) else None)
    head = el("tr", *(el("th", text, scope="col", class_=_side(block, at)) for at, text in enumerate(block.head)))
    body = (el("tr", *(el("td", _markup(cell), class_=_side(block, at)) for at, cell in enumerate(row))) for row in block.rows)
    return el("table", el("thead", head), el("tbody", *body), class_="plain")


def _side(block: Rows, at: int) -> str | None:
    return "number" if at in block.numbers else None


def _markup(said: Said) -> Markup:
    parts = said if isinstance(said, tuple) else (said,)
    return join(*(foreign(part.text or "–") if isinstance(part, Foreign) else el("b", part.text, class_="gap") if isinstance(part, Gap)
                  else prose(part) for part in parts))
