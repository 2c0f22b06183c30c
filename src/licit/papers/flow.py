"""The flow: from arrived to released as one table whose first column is the picture.

Each row draws its own slice of one stream: the trunk, as wide as what is left, and the ribbon of one reason bending away
to its words. So words wrap as they must, at any width, and a screen reader hears a plain table.

Rules kept here:

- Only the public tally is shown; a tally that cannot be read or does not balance makes no picture.
- Every reason of the tally has a row, known here or not; ribbons are to scale, but for a least width.
- A gate "stopped nothing" only when no count was merged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.errors import EvidenceError
from ..core.manifest import LABEL, SMALL
from ..core.reasons import REASONS
from .markup import Markup, el, foreign, join, prose
from .words import GATES, Language

#: The picture's units: the column, the trunk when everything is there, the inner bend of a ribbon, the least width.
_COLUMN, _TRUNK, _BEND, _LEAST = 100.0, 86.0, 6.0, 1.2

#: Gates shown only when something was stopped there.
_RARE = ("stage", "unknown", "other")

_FAR = "900"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """What left the stream for one reason: the answer (held, refused), the reason's name, the rows."""

    answer: str
    reason: str
    rows: int

    @property
    def gate(self) -> str:
        """Name the gate that gives the reason."""
        if self.reason == "other":
            return "other"
        return REASONS[self.reason].gate if self.reason in REASONS else "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A public tally: rows arrived and released, and the branches between them."""

    arrived: int
    released: int
    branches: tuple[Branch, ...]

    def out(self, answer: str) -> int:
        """Count the rows held or refused."""
        return sum(branch.rows for branch in self.branches if branch.answer == answer)

    def at(self, gate: str) -> list[Branch]:
        """Give a gate's branches, the largest first."""
        return sorted((branch for branch in self.branches if branch.gate == gate),
                      key=lambda branch: (-branch.rows, branch.answer, branch.reason))


def check_label(manifest: Mapping[str, Any]) -> None:
    """Insist on the label that this version can stand for.

    Raises:
        EvidenceError: the manifest calls its rows something else.
    """
    if manifest.get("label", LABEL) != LABEL:
        raise EvidenceError("the manifest's label is none this version can stand for", about="manifest.json",
                            remedy="Do not use this release.")


def read_counts(manifest: Mapping[str, Any]) -> Counts:
    """Read the public tally of a manifest.

    Raises:
        EvidenceError: it is missing, holds something else than counts, or does not balance with the rows.
    """
    tally = manifest.get("tally")
    try:
        arrived, released = _count(tally["arrived"]), _count(tally["released"])  # type: ignore[index]
        branches = tuple(Branch(answer=answer, reason=str(reason), rows=_count(number))
                         for answer in ("held", "refused") for reason, number in tally[answer].items())  # type: ignore[index]
    except (KeyError, TypeError, AttributeError, ValueError):
        raise _fault("the tally of the manifest cannot be read") from None
    counts = Counts(arrived=arrived, released=released, branches=branches)
    if arrived != released + sum(branch.rows for branch in branches):
        raise _fault("the tally of the manifest does not balance")
    if manifest.get("rows", released) != released:
        raise _fault("the manifest's rows are not the tally's")
    return counts


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError
    return value


def _fault(what: str) -> EvidenceError:
    return EvidenceError(what, about="manifest.json", reason="tally-balances", remedy="Do not use this release.")


def balance(counts: Counts, tongue: Language) -> Markup:
    """Write arrived = released + held + refused, each number with its word and share."""
    terms = (("", "arrived", counts.arrived), ("=", "released", counts.released), ("+", "held", counts.out("held")),
             ("+", "refused", counts.out("refused")))
    return el("dl", *(el("div", sign and el("span", sign, class_="sign", aria_hidden="true"),
                         el("dt", _key(name) if sign else None, tongue.say(name)),
                         el("dd", el("b", tongue.number(number)), " ",
                            el("small", tongue.share(number, counts.arrived) if sign else None)), class_=name)
                      for sign, name, number in terms), class_="balance")


def _key(name: str) -> Markup:
    return el("i", class_=f"key {name}", aria_hidden="true")


def flow(counts: Counts, tongue: Language) -> Markup:
    """Draw the flow, from everything that arrived through each gate to what was released."""
    if not counts.arrived:
        return el("p", tongue.say("arrived-none"))
    left, parts = counts.arrived, [_ends(counts, "arrived", tongue)]
    merged = any(branch.reason == "other" for branch in counts.branches)
    for gate in GATES:
        branches = counts.at(gate)
        if gate in _RARE and not branches:
            continue
        rows = [_gate_row(gate, left, sum(b.rows for b in branches), counts.arrived, tongue, merged)]
        for branch in branches:
            rows.append(_branch_row(branch, left, counts.arrived, tongue))
            left -= branch.rows
        parts.append(el("tbody", *rows))
    head = el("thead", el("tr", el("td", aria_hidden="true"), el("th", tongue.say("reason"), scope="col"),
                          el("th", tongue.say("rows"), scope="col", class_="number")), class_="unseen")
    columns = el("colgroup", el("col", class_="picture"), el("col"), el("col", class_="number"))
    return el("table", el("caption", tongue.say("flow-why")), columns, head, *parts,
              _ends(counts, "released", tongue), class_="flow")


def _ends(counts: Counts, which: str, tongue: Language) -> Markup:
    number = counts.arrived if which == "arrived" else counts.released
    note = tongue.say(f"{which}-is" if number else f"{which}-none")
    if which == "arrived":
        cell = _cell(_trunk(_width(number, number), "0"), 0, 0)
    else:
        cell = _bend(number, 0, number, counts.arrived, "released")
    return el("tbody", el("tr", cell, el("th", el("b", tongue.say(which)), el("small", note), scope="row"),
                          _number(number, counts.arrived if which == "released" else 0, tongue), class_=f"end {which}"))


def _gate_row(gate: str, left: int, stopped: int, whole: int, tongue: Language, merged: bool) -> Markup:
    name, looks, nom, regarde = GATES[gate]
    note = tongue.say("stopped" if stopped else "stopped-few" if merged else "stopped-none")
    return el("tr", _cell(_trunk(_width(left, whole), "-" + _FAR), 0, 0),
              el("th", el("b", tongue.pick(name, nom)), " ", el("span", tongue.pick(looks, regarde), class_="looks"),
                 el("small", prose(note, number=tongue.number(stopped))), colspan=2, scope="rowgroup"), class_="gate")


def _branch_row(branch: Branch, left: int, whole: int, tongue: Language) -> Markup:
    return el("tr", _bend(left, left - branch.rows, branch.rows, whole, branch.answer),
              el("th", meaning(branch.reason, tongue),
                 el("small", el("span", _key(branch.answer), tongue.say(branch.answer), class_="answer"), " ",
                    el("code", foreign(branch.reason))), scope="row"),
              _number(branch.rows, whole, tongue))


def _number(number: int, whole: int, tongue: Language) -> Markup:
    return el("td", el("b", tongue.number(number)), el("small", tongue.share(number, whole)), class_="number")


def meaning(reason: str, tongue: Language) -> str:
    """Give what a reason means, or that this version does not know it."""
    if reason == "other":
        return tongue.say("other-held").format(small=SMALL)
    if reason not in REASONS:
        return tongue.say("reason-unknown")
    return tongue.pick(REASONS[reason].meaning, REASONS[reason].meaning_fr)


def _width(number: int, whole: int) -> float:
    return max(_TRUNK * number / whole, _LEAST) if number else 0.0


def _trunk(width: float, top: str) -> Markup:
    return el("path", class_="trunk", d=f"M0 {top}H{width:.2f}V{_FAR}H0Z")


def _bend(before: int, after: int, rows: int, whole: int, answer: str) -> Markup:
    """Draw a ribbon leaving the right edge of the trunk, in a quarter ring as thick as the ribbon is wide."""
    edge, rest, thick = _width(before, whole), _width(after, whole), _width(rows, whole)
    start, inner, outer = edge - thick, edge + _BEND, _BEND + thick
    below = f"H{rest:.2f}V{_FAR}" if rest else ""
    shapes = [el("path", class_="trunk", d=f"M0 -{_FAR}H{edge:.2f}V0{below}H0Z")]
    if rows:
        shapes.append(el("path", class_=answer, d=(
            f"M{edge:.2f} -.2V0A{_BEND:.0f} {_BEND:.0f} 0 0 0 {inner:.2f} {_BEND:.0f}H{_COLUMN:.0f}V{outer:.2f}"
            f"H{inner:.2f}A{inner - start:.2f} {outer:.2f} 0 0 1 {start:.2f} 0V-.2Z")))
    return _cell(join(*shapes), _BEND + thick / 2, 2 * _BEND + thick)


def _cell(shapes: Markup, middle: float, height: float) -> Markup:
    """Put shapes in a cell, ``middle`` units of the picture at the cell's half height, with room for ``height``."""
    place = f"top:calc(50% - var(--u)*{middle:.2f})" if middle else "top:0"
    picture = el("svg", shapes, viewBox="0 0 100 10", style=place, focusable="false")
    return el("td", el("div", picture), class_="picture", aria_hidden="true",
              style=f"height:calc(var(--u)*{height:.2f})" if height else None)
