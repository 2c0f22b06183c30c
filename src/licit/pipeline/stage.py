"""How gates answer for millions of rows: a pure rule, asked once for each distinct combination of facts.

A gate is a function from facts to a :class:`~licit.core.decisions.Decision`. Rows that share all the facts a gate reads
share its answer, so the rule is asked once for each combination and the answers are joined back: the rule stays readable
Python, the work stays columnar.

Rules kept here:

- The strictest answer of all gates stands; of equals, the first gate's reason.
- A gate that cannot run on a combination holds its rows (``gate-failed``): nothing passes because a check broke.
- Every row has an answer in the end, and the tally of them balances.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from ..core.decisions import Decision, because
from ..core.manifest import Tally

Rule = Callable[[Mapping[str, Any]], Decision]

RANK = {"keep": 0, "hold": 1, "refuse": 2}
ANSWERS = ("keep", "hold", "refuse")


def undecided(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the columns ``rank`` (0 keep, 1 hold, 2 refuse) and ``reason``, all kept so far."""
    return rows.with_columns(rank=pl.lit(0, dtype=pl.UInt8), reason=pl.lit("", dtype=pl.String))


def judge(rows: pl.DataFrame, facts: Sequence[str], rule: Rule) -> pl.DataFrame:
    """Ask a rule once for each distinct combination of facts and keep the strictest answer for each row."""
    if not rows.height:
        return rows
    combinations = rows.select(facts).unique(maintain_order=True)
    answers = [_ask(rule, combination) for combination in combinations.iter_rows(named=True)]
    table = combinations.with_columns(
        _rank=pl.Series([RANK[answer.answer] for answer in answers], dtype=pl.UInt8),
        _reason=pl.Series([answer.reason for answer in answers], dtype=pl.String))
    joined = rows.join(table, on=list(facts), how="left", nulls_equal=True, maintain_order="left")
    return _strictest(joined)


def impose(rows: pl.DataFrame, answers: pl.DataFrame, on: Sequence[str]) -> pl.DataFrame:
    """Keep the strictest of what stands and of answers given for some rows.

    Args:
        rows: rows with ``rank`` and ``reason``.
        answers: one row for each answer, the columns ``on`` and ``reason``.
        on: the columns that say which rows an answer is for.
    """
    if not answers.height:
        return rows
    ranks = {name: RANK[because(name).answer] for name in answers["reason"].unique().to_list()}
    ranked = answers.select([*on, pl.col("reason").alias("_reason"),
                             pl.col("reason").replace_strict(ranks, return_dtype=pl.UInt8).alias("_rank")])
    ranked = ranked.sort("_rank", descending=True, maintain_order=True).unique(subset=list(on), keep="first",
                                                                               maintain_order=True)
    return _strictest(rows.join(ranked, on=list(on), how="left", maintain_order="left"))


def _ask(rule: Rule, facts: Mapping[str, Any]) -> Decision:
    try:
        return rule(facts)
    except Exception:
        return because("gate-failed")


def _strictest(joined: pl.DataFrame) -> pl.DataFrame:
    stricter = pl.col("_rank").is_not_null() & (pl.col("_rank") > pl.col("rank"))
    return joined.with_columns(
        reason=pl.when(stricter).then(pl.col("_reason")).otherwise(pl.col("reason")),
        rank=pl.when(stricter).then(pl.col("_rank")).otherwise(pl.col("rank"))).drop("_rank", "_reason")


def tally(rows: pl.DataFrame, set_aside: int) -> Tally:
    """Count rows by answer and reason; records set aside at import are refused as ``unreadable``.

    Raises:
        EvidenceError: the counts do not balance.
    """
    counts = rows.group_by("rank", "reason").len().iter_rows()
    held: dict[str, int] = {}
    refused: dict[str, int] = {"unreadable": set_aside} if set_aside else {}
    released = 0
    for rank, reason, number in counts:
        if rank == 0:
            released += number
        else:
            kind = held if rank == 1 else refused
            kind[reason] = kind.get(reason, 0) + number
    return Tally(arrived=rows.height + set_aside, released=released, held=held, refused=refused)
