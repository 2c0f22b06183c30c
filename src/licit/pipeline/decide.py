"""From facts and rights to one answer a row: every gate in order, the strictest standing, nothing unaccounted.

Order of gates: arrive (superseded states), admit, honour, the static answers of screening and de-identification, staff
decisions, copies of what was refused, duplicates, the held-out twin. The first gate's reason stands among equals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from .admit import FACTS as ADMIT_FACTS
from .admit import Admission
from .dedupe import copies_of, losers
from .honour import FOR_PEOPLE, Honour
from .stage import impose, judge, undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """How the held-out twin is drawn: rows per thousand, from a 64-bit seed fixed in the lock."""

    seed: int
    per_thousand: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """All that decides: the two gates, staff decisions by record, whether near-duplicates count, and the draw.

    ``ended`` names the records that a state arrived after the inputs ended, with the reason.
    """

    admission: Admission
    honour: Honour
    staff: Mapping[str, str]
    near: bool
    draw: Draw
    ended: Mapping[str, str] = field(default_factory=dict)


def decide(rows: pl.DataFrame, gates: Gates) -> pl.DataFrame:
    """Give every row its ``rank`` and ``reason``.

    Args:
        rows: the facts of all chunks of the inputs, with ``row`` (number), ``shard_no`` (arrival order), ``order``,
            ``runs``, and the cluster names ``same`` and ``alike``.
        gates: what decides.
    """
    return settle_copies(judge_each(rows, gates), gates)


def judge_each(rows: pl.DataFrame, gates: Gates) -> pl.DataFrame:
    """Give every row the answer that does not depend on other records.

    ``for_people`` marks what is refused for a person's sake, whatever other gate refused it before.
    """
    rows = undecided(rows).with_columns(holder_known=pl.col("holder") != "")
    newest = pl.col("shard_no").max().over("record")
    rows = impose(rows, rows.filter(pl.col("shard_no") < newest).select("row", reason=pl.lit("superseded")), ["row"])
    rows = judge(rows, ADMIT_FACTS, gates.admission.judge)
    if gates.ended:
        late = rows.filter(pl.col("record").is_in(list(gates.ended)) & (pl.col("thread") != "document"))
        rows = impose(rows, late.select("row", reason=pl.col("record").replace_strict(
            dict(gates.ended), return_dtype=pl.String)), ["row"])
    honoured = gates.honour.apply(undecided(rows)).select("row", "reason")
    rows = rows.with_columns(for_people=honoured["reason"].is_in(FOR_PEOPLE))
    rows = impose(rows, honoured.filter(pl.col("reason") != ""), ["row"])
    rows = impose(rows, rows.filter(pl.col("static") != "").select("row", reason="static"), ["row"])
    staff = rows.filter(pl.col("record").is_in(list(gates.staff))).select(
        "row", reason=pl.col("record").replace_strict(dict(gates.staff), default="", return_dtype=pl.String))
    return impose(rows, staff, ["row"])


def settle_copies(rows: pl.DataFrame, gates: Gates) -> pl.DataFrame:
    """Hold copies of what was refused for a person's sake, then elect."""
    refused = rows.filter(pl.col("for_people"))
    if refused.height:
        runs = refused["runs"].explode(empty_as_null=False).drop_nulls()
        if len(runs):
            rows = impose(rows, copies_of(runs, rows.filter(pl.col("rank") == 0).select("row", "runs")), ["row"])
    return elect(rows, gates)


#: Reasons that only an election or the draw gives: they are taken back when a cluster votes again.
ELECTED_AWAY = ("duplicate", "near-duplicate", "held-out-twin")


def elect(rows: pl.DataFrame, gates: Gates) -> pl.DataFrame:
    """Elect one row per cluster, then draw the twin."""
    rows = impose(rows, losers(rows, near=gates.near), ["row"])
    if gates.draw.per_thousand:
        rows = impose(rows, _twin(rows.filter(pl.col("rank") == 0), gates.draw), ["row"])
    return rows


def _twin(rows: pl.DataFrame, draw: Draw) -> pl.DataFrame:
    """Draw rows by mixing each row's keyed order with the seed: independent of every other row, so a patch keeps it."""
    if not rows.height:
        return rows.select("row", reason=pl.lit("held-out-twin"))
    order = np.frombuffer(b"".join(rows["order"].to_list()), dtype=">u8").astype(np.uint64)[::2]
    with np.errstate(over="ignore"):
        mixed = (order ^ np.uint64(draw.seed)) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(27)
        mixed *= np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    chosen = mixed % np.uint64(1000) < np.uint64(draw.per_thousand)
    return rows.filter(pl.Series(chosen)).select("row", reason=pl.lit("held-out-twin"))
