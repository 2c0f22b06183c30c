"""What a record made from others inherits: whatever keeps one of its sources out keeps it out too.

Rules kept here:

- A refusal of a source, of any level and for any reason of admission, rights, state, erasure or staff, refuses the record;
  a hold holds it. What was found in a source's words says nothing of other words, and is not inherited.
- It passes on: what was made from something made from a refused record is refused.
- A record of whose sources one is neither among the inputs nor known to be erased is held.

Law: CHO-10
"""

from collections.abc import Collection

import polars as pl

from .stage import RANK

KEPT, REFUSED = RANK["keep"], RANK["refuse"]

def family(rows: pl.DataFrame) -> pl.Series:
    """Give the records that were made from others and those that they name."""
    made = rows.filter(pl.col("made_from").list.len() > 0)
    return pl.concat([made["record"], made["made_from"].explode(empty_as_null=False)]).unique()


def inherited(rows: pl.DataFrame, own: pl.DataFrame, erased: Collection[str]) -> pl.DataFrame:
    """Give the rows that their sources keep out: ``row``, ``reason``, and whether it is for a person's sake.

    Args:
        rows: every row, with ``row``, ``record`` and ``made_from``.
        own: the rows of the newest state of each record of the :func:`family`, with ``record``, ``rank`` and ``for_people``
            by what speaks against the record itself.
        erased: records that were erased once.
    """
    edges = rows.select("record", "made_from").explode("made_from", empty_as_null=False).drop_nulls().unique()
    gone = pl.DataFrame({"record": sorted(erased)}, schema={"record": pl.String}).with_columns(
        rank=pl.lit(REFUSED, dtype=pl.UInt8), for_people=pl.lit(True), known=pl.lit(True))
    worst = _worst(pl.concat([own.select("record", "rank", "for_people", known=pl.lit(True)), gone]))
    while True:
        given = edges.join(worst, left_on="made_from", right_on="record", how="left").select(
            "record", pl.col("rank").fill_null(KEPT), pl.col("for_people").fill_null(False), pl.col("known").fill_null(False))
        given = _worst(given)
        merged = _worst(pl.concat([worst, given]))
        if merged.equals(worst):
            break
        worst = merged
    reason = (pl.when(pl.col("rank") == REFUSED).then(pl.lit("made-from-refused"))
              .when(~pl.col("known")).then(pl.lit("sources-unknown"))
              .when(pl.col("rank") > KEPT).then(pl.lit("made-from-held")))
    kept_out = given.select("record", "for_people", reason=reason).drop_nulls("reason")
    return rows.select("row", "record").join(kept_out, on="record").drop("record")


def _worst(answers: pl.DataFrame) -> pl.DataFrame:
    """Give the strictest answer of each record, by record."""
    return answers.group_by("record").agg(pl.col("rank").max(), pl.col("for_people").any(), pl.col("known").all()).sort("record")
