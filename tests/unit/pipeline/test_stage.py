"""Judging by combinations is judging row by row, whatever the rule and the order."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.core.decisions import KEEP, because, strictest
from licit.core.errors import EvidenceError
from licit.pipeline.stage import RANK, impose, judge, tally, undecided

NAMES = ("minor", "purpose", "licence-unknown", "waiting-period", "age-unknown")
ROWS = st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 2), st.booleans()), max_size=20)
RULES = st.dictionaries(st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 2)), st.sampled_from([*NAMES, ""]))
QUICK = settings(max_examples=60, deadline=None)


def frame(rows) -> pl.DataFrame:
    return undecided(pl.DataFrame(rows, schema={"x": pl.String, "y": pl.Int64, "z": pl.Boolean}, orient="row")
                     .with_row_index("row"))


def answer(name: str):
    return because(name) if name else KEEP


@QUICK
@given(ROWS, RULES, RULES)
def test_gates_answer_as_row_by_row(rows, first, second):
    """Two gates, asked once a combination, give each row the strictest answer, the first gate's among equals."""
    judged = frame(rows)
    for rule in (first, second):
        judged = judge(judged, ("x", "y"), lambda facts, rule=rule: answer(rule.get((facts["x"], facts["y"]), "")))
    wanted = [strictest(answer(rule.get((x, y), "")) for rule in (first, second)) for x, y, _ in rows]
    assert judged["reason"].to_list() == [item.reason for item in wanted]
    assert judged["rank"].to_list() == [RANK[item.answer] for item in wanted]


@QUICK
@given(ROWS, st.lists(st.tuples(st.integers(0, 25), st.sampled_from(NAMES)), max_size=30))
def test_answers_given_are_kept_the_strictest(rows, given_):
    """Of several answers for one row the strictest stands; answers for rows that are not there change nothing."""
    answers = pl.DataFrame(given_, schema={"row": pl.UInt32, "reason": pl.String}, orient="row")
    imposed = impose(frame(rows), answers, ["row"])
    wanted = [strictest([KEEP, *(because(name) for row, name in given_ if row == number)]) for number in range(len(rows))]
    assert imposed["rank"].to_list() == [RANK[item.answer] for item in wanted]
    assert imposed["row"].to_list() == list(range(len(rows)))


def test_a_gate_that_breaks_holds():
    """A rule that raises holds the rows it was asked about, and no others."""
    def rule(facts):
        if facts["x"] == "a":
            raise RuntimeError("broken")
        return KEEP

    judged = judge(frame([("a", 0, True), ("b", 0, True)]), ("x",), rule)
    assert judged["reason"].to_list() == ["gate-failed", ""]


@QUICK
@given(ROWS, RULES, st.integers(0, 5))
def test_a_tally_counts_every_row(rows, rule, aside):
    """What arrived = released + held + refused, with what was set aside among the refused."""
    judged = judge(frame(rows), ("x", "y"), lambda facts: answer(rule.get((facts["x"], facts["y"]), "")))
    counted = tally(judged, aside)
    assert counted.arrived == len(rows) + aside
    assert counted.released == judged.filter(pl.col("rank") == 0).height
    assert counted.refused.get("unreadable", 0) == aside


def test_an_undeclared_reason_stops():
    """A reason that nobody declared is an error, not an answer."""
    with pytest.raises(KeyError):
        impose(frame([("a", 0, True)]), pl.DataFrame({"row": [0], "reason": ["because-i-say-so"]},
                                                     schema_overrides={"row": pl.UInt32}), ["row"])


def test_a_tally_that_does_not_balance_stops():
    """A tally in which rows are missing cannot be made."""
    from licit.core.manifest import Tally
    with pytest.raises(EvidenceError, match="does not balance"):
        Tally(arrived=3, released=1, held={}, refused={"minor": 1})
