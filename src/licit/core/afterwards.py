"""What somebody directed for their data after their death, and that a death was recorded: folds of their own entries.

Rules kept here:

- A person's last directive counts; one that takes an earlier one back leaves none.
- A death counts until it is corrected; an entry of it that cannot be read counts as recorded, for it can only restrict.

Law: RGT-12
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .rights import Entry

#: What can be directed: to have everything erased, or kept and used for nothing. "" takes an earlier directive back.
WISHES = ("erase", "no-use")
KINDS = ("directive", "death")


@dataclass(frozen=True, slots=True, kw_only=True)
class Afterwards:
    """What stands for a person: their directive ("" none) with its entry, and the entry of their death (-1: none)."""

    wish: str = ""
    directive: int = -1
    death: int = -1


def afterwards_from(entries: Iterable[Entry]) -> Afterwards:
    """Fold a person's directives and what was recorded of their death."""
    wish, directive, death = "", -1, -1
    for entry in sorted(entries, key=lambda one: one.seq):
        body = entry.decision or {}
        if entry.kind == "directive":
            # One that cannot be read is taken for the strictest: a wish to erase must not be lost.
            wish = str(body.get("wish", "")) if entry.decision is not None else "erase"
            directive = entry.seq if wish else -1
        elif entry.kind == "death":
            death = -1 if body.get("answer") == "corrected" else entry.seq
    return Afterwards(wish=wish, directive=directive, death=death)
