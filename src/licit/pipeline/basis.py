"""The gate of the legal basis: texts about people that rest on legitimate interest need its papers behind them.

Rules kept here:

- Each source is asked about once. Where the papers carry it, its rows pass without a look of their own.
- Where they do not, rows about people are held if legitimate interest is the basis at any moment of their time; what rests
  on consent alone is not this gate's matter.
- A file that somebody attached passes only under an assessment that covers attached files.

Law: LIA-01, LIA-06, LIA-10, LIA-14, REL-10, SEN-07
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ..core.decisions import KEEP, Decision, because
from ..core.law import Law
from ..core.legal import Asked, Carried, attachments_cleared, carried
from .honour import Honour
from .stage import judge, undecided

_FACTS = ("source", "thread", "said_first", "said_last", "notice", "arrived")


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the gate judges by: the papers in force, what is asked of them, and how time and policy are read."""

    law: Law
    asked: Asked
    honour: Honour
    widened: frozenset[str] = frozenset()

    def carries(self, source: str) -> Carried:
        """Say whether legitimate interest carries a source's use, and by which assessment."""
        if self.asked.purpose in self.widened:
            return Carried(reason="policy-widened")
        return carried(self.law, self.honour.policy, source, self.asked)

    def against(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give the rows that the papers do not carry: ``row`` and ``reason``."""
        found = {source: self.carries(source) for source in rows["source"].unique(maintain_order=True).to_list()}
        short = {source: answer.reason for source, answer in found.items() if answer.reason}
        closed = [source for source, answer in found.items() if answer.paper and not attachments_cleared(answer.paper)]
        mine = rows.filter((pl.col("subjects").list.len() > 0) & (
            pl.col("source").is_in(list(short)) | (pl.col("source").is_in(closed) & (pl.col("thread") == "attachment"))))
        if not mine.height:
            return mine.select("row", reason=pl.lit(""))

        def rule(facts: Mapping[str, Any]) -> Decision:
            return because(short.get(facts["source"], "assessment-scope")) if self._interest(facts) else KEEP

        judged = judge(undecided(mine), _FACTS, rule)
        return judged.filter(pl.col("reason") != "").select("row", "reason")

    def _interest(self, facts: Mapping[str, Any]) -> bool:
        """Tell whether legitimate interest is the basis at any moment of a row's time; an unknown time is another gate's."""
        said = self.honour.said(facts["said_first"], facts["said_last"], facts["notice"], facts["arrived"])
        return said is not None and any(period.basis == "legitimate-interest" for period in self.honour.policy.periods_between(
            self.honour.purpose, *said))
