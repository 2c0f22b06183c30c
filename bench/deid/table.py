"""Tables: the figures as Markdown, which a terminal shows as readably as a page does."""

from collections.abc import Mapping, Sequence
from typing import Any

from . import sets
from .figures import PACKS, STRICT, SYSTEMS, micro
from .score import f1
from .targets import Target

_SHOWN = {**SYSTEMS, PACKS: "Presidio, every country's patterns"}


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give a table; cells may hold anything but a line break.

    Raises:
        ValueError: a row has more or fewer cells than the head.
    """
    if any(len(row) != len(head) for row in rows):
        raise ValueError("a row does not fit the head")
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def reached(rows: Sequence[Target]) -> str:
    """Give the table of the numbers to reach."""
    return markdown(("what", "asked for", "got", "command"), [(row.what, row.asked, row.said, f"`{row.command}`") for row in rows])


def strict(out: Mapping[str, Any]) -> str:
    """Give strict F1 by set and label."""
    rows = []
    for name in STRICT:
        for label, row in out["strict"][name].items():
            marked = max((one[2] for one in row.values()), default=0)
            rows.append((name, label, str(marked), *(_number(micro(out, name, one) if label == "all" else f1(row[one]) if one in row else None)
                                                     for one in SYSTEMS)))
    return markdown(("set", "label", "marked", *SYSTEMS.values()), rows)


def covered(out: Mapping[str, Any]) -> str:
    """Give the shares of mentions covered in full, and of other characters masked, by set."""
    rows = []
    for name, labels in out["covered"].items():
        for label, row in labels.items():
            rows.append((name, label, str(row["both"][1]), *(_number(row[one][0] / row[one][1]) for one in SYSTEMS)))
        rows.append((name, "other characters masked", "", *(f"{out['masked'][name][one]:.1%}" for one in SYSTEMS)))
    return markdown(("set", "label", "marked", *SYSTEMS.values()), rows)


def rest(out: Mapping[str, Any]) -> str:
    """Give numbers, secrets, what is found in vain, and speed."""
    systems = [one for one in _SHOWN if one in out["chat"]]
    base = out["speed"].get("presidio-spacy")

    def row(what: str, cell: Any) -> tuple[str, ...]:
        return (what, *(cell(one) for one in systems))

    def share(table: Mapping[str, Any], one: str) -> str:
        return _number(table[one][0] / table[one][1]) if one in table else "–"

    def precision(one: str) -> str:
        told = out["secrets"].get(one, {"named": 0, "false": 0})
        return _number(told["named"] / (told["named"] + told["false"]) if told["named"] else None)

    rows = [row(f"{name}, covered in full", lambda one, name=name: share(out["numbers"][name], one)) for name in (sets.NUMBERED, sets.BARE)]
    rows += [
        row("secrets, covered in full", lambda one: share({each: told["covered"] for each, told in out["secrets"].items()}, one)),
        row("secrets, precision of what is called one", precision),
        row("findings per 10 kB of chat that holds nothing", lambda one: f"{out['chat'][one]['per 10 kB']:.2f}"),
        row("characters masked there", lambda one: f"{out['chat'][one]['masked']:.2%}"),
        row("numbers found there per MB", lambda one: f"{out['chat'][one]['numbers per MB']:.1f}"),
        row("MB/s of CPU time, one thread", lambda one: f"{out['speed'][one]:.3g}" if one in out["speed"] else "–"),
        row("times as fast as Presidio + spaCy", lambda one: f"{out['speed'][one] / base:.3g}" if base and one in out["speed"] else "–")]
    return markdown(("", *(_SHOWN[one] for one in systems)), rows)


def _number(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"
