"""Releases, recipients, runs and models as boxes and lines: a layout for a drawing, and the same as rows of a table.

A release stands left, who received it and what trained on it in the middle, models right. What is too long for its box is cut
there; the table has it whole.
"""

from dataclasses import dataclass
from typing import Literal

from ...usecases.queries import Downstream, downstream_of
from ...usecases.workspace import Released, Workspace, releases_at

Kind = Literal["release", "withdrawn", "recipient", "run", "model"]

WIDTH, HEIGHT, GAP, ROW, MARGIN = 200, 44, 110, 62, 10
_COLUMNS: dict[Kind, int] = {"release": 0, "withdrawn": 0, "recipient": 1, "run": 1, "model": 2}
_FITS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One thing in the drawing, with the place of its upper left corner."""

    kind: Kind
    name: str
    x: int
    y: int

    @property
    def short(self) -> str:
        """Give its name as far as the box holds it."""
        return self.name if len(self.name) <= _FITS else self.name[:_FITS - 1] + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line from the right side of one box to the left side of another."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def path(self) -> str:
        """Give it as an SVG path, bent gently."""
        middle = (self.x1 + self.x2) // 2
        return f"M{self.x1} {self.y1}C{middle} {self.y1} {middle} {self.y2} {self.x2} {self.y2}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One release in the table: the same facts in words."""

    release: Released
    recipients: tuple[str, ...]
    runs: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The drawing and the table."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    rows: tuple[Row, ...]


def drawn(workspace: Workspace) -> Picture:
    """Lay out what the log says of releases and where they went."""
    known, downstream = releases_at(workspace.log), downstream_of(workspace)
    boxes = _boxes(known, downstream)
    place = {(_column(box.kind), box.kind if box.kind in ("recipient", "run") else "", box.name): box for box in boxes}
    lines = []
    for name in known:
        for who in downstream.recipients.get(name, ()):
            lines.append(_line(place[0, "", name], place[1, "recipient", who]))
        for run in downstream.runs_of(name):
            lines.append(_line(place[0, "", name], place[1, "run", run["run"]]))
    for trained, models in downstream.models.items():
        for model, _ in models:
            if (1, "run", trained) in place:
                lines.append(_line(place[1, "run", trained], place[2, "", model]))
    tallest = max((box.y + HEIGHT for box in boxes), default=0)
    return Picture(width=3 * WIDTH + 2 * GAP + 2 * MARGIN, height=tallest + MARGIN, boxes=tuple(boxes), lines=tuple(dict.fromkeys(lines)),
                   rows=tuple(_row(release, downstream) for release in known.values()))


def _column(kind: Kind) -> int:
    return _COLUMNS[kind]


def _boxes(known: dict[str, Released], downstream: Downstream) -> list[Box]:
    found: list[tuple[Kind, str]] = [("withdrawn" if release.withdrawn >= 0 else "release", name) for name, release in known.items()]
    found += [("recipient", name) for name in dict.fromkeys(who for names in downstream.recipients.values() for who in names)]
    found += [("run", name) for name in downstream.runs]
    found += [("model", name) for name in dict.fromkeys(model for models in downstream.models.values() for model, _ in models)]
    height, out = [0, 0, 0], []
    for kind, name in found:
        column = _column(kind)
        out.append(Box(kind=kind, name=name, x=MARGIN + column * (WIDTH + GAP), y=MARGIN + height[column] * ROW))
        height[column] += 1
    return out


def _line(one: Box, other: Box) -> Line:
    return Line(x1=one.x + WIDTH, y1=one.y + HEIGHT // 2, x2=other.x, y2=other.y + HEIGHT // 2)


def _row(release: Released, downstream: Downstream) -> Row:
    runs = tuple((run["run"], tuple(downstream.models.get(run["run"], ()))) for run in downstream.runs_of(release.name))
    return Row(release=release, recipients=tuple(downstream.recipients.get(release.name, ())), runs=runs)
