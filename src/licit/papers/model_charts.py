"""Charts of a model's audit: our own SVG, drawn from numbers alone, each with its words beside it in a table.

Rules kept here: same numbers, same bytes; nothing is drawn that a table does not tell; colours come from the page's style.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from .markup import Markup, el, join
from .words import Language

_WIDE, _LEFT, _RIGHT = 360, 92, 14


def decimal(number: float, tongue: Language, places: int = 2) -> str:
    """Write a number with so many decimals."""
    text = f"{number:.{places}f}"
    return text if tongue.code == "en" else text.replace(".", ",")


def _at(value: float, low: float, high: float) -> float:
    return round(_LEFT + (_WIDE - _LEFT - _RIGHT) * (min(max(value, low), high) - low) / (high - low), 2)


def _chart(height: float, label: str, *shapes: object, width: int = _WIDE, class_: str = "chart") -> Markup:
    return el("svg", *shapes, viewBox=f"0 0 {width} {height:g}", class_=class_, role="img", aria_label=label, focusable="false")


def _axis(ticks: Sequence[float], low: float, high: float, height: int, tongue: Language, places: int) -> Markup:
    return join(*(join(el("path", d=f"M{_at(tick, low, high)} {height - 26}V{height - 20}", class_="grid"),
                       el("text", decimal(tick, tongue, places), x=_at(tick, low, high), y=height - 6, text_anchor="middle", class_="axis"))
                  for tick in ticks))


def exposures(groups: Sequence[Mapping[str, Any]], measurable: float, names: Sequence[str], tongue: Language, label: str) -> Markup:
    """Draw each canary's exposure, a line for each number of repeats; the dashed line stands at the median of chance."""
    height = 30 + 34 * len(groups)
    shapes: list[Markup] = [_axis(range(0, int(measurable) + 1, 2 if measurable > 5 else 1), 0, measurable, height, tongue, 0),
                            el("path", d=f"M{_at(1, 0, measurable)} 8V{height - 20}", class_="even")]
    for row, (group, name) in enumerate(zip(groups, names, strict=True)):
        y = 26 + 34 * row
        shapes.append(el("text", name, x=8, y=y + 4))
        for bits, times in sorted(Counter(group["exposure"]).items()):
            shapes += [el("circle", cx=_at(bits, 0, measurable), cy=round(y + (at - (times - 1) / 2) * min(7, 26 / times), 2), r=4,
                          class_="dot found" if group["chance"] < 0.001 else "dot") for at in range(times)]
    return _chart(height, label, *shapes)


def areas(ways: Sequence[Mapping[str, Any]], names: Sequence[str], tongue: Language, label: str) -> Markup:
    """Draw each way's area with its interval."""
    low = min(0.4, *(way["low"] for way in ways))
    height = 30 + 34 * len(ways)
    shapes: list[Markup] = [_axis([0.5, 0.75, 1.0], low, 1, height, tongue, 2)]
    for row, (way, name) in enumerate(zip(ways, names, strict=True)):
        y = 26 + 34 * row
        found = " found" if way["chance"] < 0.001 else ""
        shapes += [el("text", name, x=8, y=y - 6), el("path", d=f"M{_at(0.5, low, 1)} {y - 2}V{y + 14}", class_="even"), el("path", d=f"M{_at(way['low'], low, 1)} {y + 6}H{_at(way['high'], low, 1)}", class_=f"range{found}"),
                   el("circle", cx=_at(way["area"], low, 1), cy=y + 6, r=4, class_="middle")]
    return _chart(height, label, *shapes)


def curves(ways: Sequence[Mapping[str, Any]], tongue: Language, label: str) -> Markup:
    """Draw members found against false alarms; the best way is thick."""
    best = max(ways, key=lambda way: way["area"])
    left, size = 34, 200

    def line(points: Sequence[Sequence[float]]) -> str:
        return "M" + "L".join(f"{left + size * x:.1f} {10 + size * (1 - y):.1f}" for x, y in points)
    marks = [join(el("text", decimal(tick, tongue, 1), x=left + size * tick, y=226, text_anchor="middle", class_="axis"),
                  el("text", decimal(tick, tongue, 1), x=left - 5, y=14 + size * (1 - tick), text_anchor="end", class_="axis")) for tick in (0, 0.5, 1)]
    shapes = [el("path", d=f"M{left} 10H{left + size}V{10 + size}H{left}Z", class_="grid"), el("path", d=line([(0, 0), (1, 1)]), class_="even"), *marks,
              *(el("path", d=line(way["curve"]), class_="thick" if way is best else "thin") for way in sorted(ways, key=lambda way: way is best))]
    return _chart(234, label, *shapes, width=250, class_="chart square")


def runs(lengths: Sequence[int], run: int, label: str) -> Markup:
    """Draw the longest row of words of each work."""
    top = max(run * 1.2, *lengths)
    wide = (_WIDE - 28) / len(lengths)
    bars = (el("path", d=f"M{14 + wide * at:.2f} 110h{max(wide - 1, 1):.2f}v{-100 * length / top:.2f}h{-max(wide - 1, 1):.2f}Z",
               class_="bar found" if length >= run else "bar") for at, length in enumerate(lengths))
    return _chart(120, label, *bars, el("path", d=f"M14 {110 - 100 * run / top:.2f}H{_WIDE - 14}", class_="even"))
