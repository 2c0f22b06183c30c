"""Decision and reason: the one way a gate answers.

Rules kept here:

- A gate answers keep, hold or refuse, and names its reason; raising is for broken input or a missing tool.
- The most protective answer wins: refuse over hold over keep.
- An empty set of gates refuses: nothing is let through because nobody looked.
- A reason name must be declared in ``reasons.py``; an undeclared one fails.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .reasons import REASONS, Answer

_RANK = {"keep": 0, "hold": 1, "refuse": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A gate's answer, its reason name ("" when kept) and the log entries that decided."""

    answer: Answer
    reason: str = ""
    entries: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Insist that a hold or refusal has a declared reason with that very answer.

        Raises:
            ValueError: otherwise.
        """
        if self.answer == "keep":
            if self.reason:
                raise ValueError("a kept record has no reason")
        elif self.reason not in REASONS or REASONS[self.reason].answer != self.answer:
            raise ValueError(f"{self.reason!r} is no reason to {self.answer}")


KEEP = Decision(answer="keep")


def because(reason: str, *entries: int) -> Decision:
    """Give the decision that a reason name stands for.

    Raises:
        KeyError: an undeclared reason name.
    """
    return Decision(answer=REASONS[reason].answer, reason=reason, entries=entries)


def strictest(decisions: Iterable[Decision]) -> Decision:
    """Give the most protective of several decisions, the first of equals; none at all refuses (``no-gate``).

    >>> strictest([KEEP, because("restricted", 7), KEEP]).reason
    'restricted'
    >>> strictest([]).answer
    'refuse'
    """
    chosen: Decision | None = None
    for decision in decisions:
        if chosen is None or _RANK[decision.answer] > _RANK[chosen.answer]:
            chosen = decision
    return chosen if chosen is not None else because("no-gate")

