"""A gate's answer names a declared reason with that very answer; the most protective wins."""

from itertools import permutations

import pytest

from licit.core.decisions import KEEP, Decision, because, strictest
from licit.core.reasons import _TABLE, REASONS

HELD, REFUSED = because("restricted", 1), because("objection", 2)


@pytest.mark.parametrize(("answer", "reason"), [("keep", "objection"), ("hold", ""), ("refuse", ""),
                                                ("hold", "objection"), ("refuse", "restricted"), ("refuse", "made-up"),
                                                ("maybe", ""), ("maybe", "objection")])
def test_answer_and_reason_belong_together(answer: str, reason: str) -> None:
    """Keep has no reason; hold and refuse have a declared one of that answer."""
    with pytest.raises(ValueError, match="reason"):
        Decision(answer=answer, reason=reason)


def test_undeclared_reason_fails() -> None:
    """A reason that is not in the table cannot be given."""
    with pytest.raises(KeyError):
        because("made-up")


@pytest.mark.parametrize("given", list(permutations([KEEP, HELD, REFUSED])))
def test_most_protective_answer_wins(given: tuple[Decision, ...]) -> None:
    """Refuse over hold over keep, in whatever order the gates answered."""
    assert strictest(given) is REFUSED
    assert strictest(d for d in given if d is not REFUSED) is HELD


def test_first_of_equals_names_the_reason() -> None:
    """Among equally strict answers the first stands."""
    assert strictest([HELD, because("date-unknown")]) is HELD


def test_no_gate_at_all_refuses() -> None:
    """Nothing is let through because nobody looked.

    Law: REL-01
    """
    assert strictest([]) == because("no-gate")
    assert strictest([]).answer == "refuse"


def test_every_reason_is_said_in_two_languages() -> None:
    """Each reason has a name, a gate, a rank and words in English and French.

    Law: UIX-03
    """
    for name, reason in REASONS.items():
        assert name == reason.name == name.lower()
        assert reason.answer in ("hold", "refuse")
        assert reason.gate
        assert reason.cost in (0, 1, 2, 3, 9)
        for text in (reason.meaning, reason.remedy, reason.meaning_fr, reason.remedy_fr):
            assert text
            assert text.endswith((".", "…"))
        assert reason.meaning != reason.meaning_fr


def test_no_reason_is_declared_twice() -> None:
    """The table has one row for each name."""
    assert len(_TABLE) == len(REASONS)
