"""The rights gate: the standing of every person concerned, turn by turn, at one position of the log.

People about whom the log says nothing are silent, and silence is judged once for each combination of dates; people with
entries are judged one by one. So the cost follows the number of entries, not the size of the corpus.

Rules kept here:

- Every turn of a chunk is judged for everybody it concerns; one refusal takes the chunk and what derives from it.
- Somebody who said something else (a request for access, a refusal of another chat) is judged no more leniently than
  somebody silent.
- Somebody who is no user and objected is matched by keyed hashes of what detectors found, before replacement: an exact
  identifier refuses, a name alone may be a homonym and holds.
- What is not a person's (a document) needs no standing, but third parties named in it are honoured all the same.

Law: CHO-04, CHO-06, CHO-07, CHO-09, CHO-10, CHO-12, CHO-16, CHO-21, TRN-01, TRN-02
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from ..core.decisions import Decision, strictest
from ..core.errors import EvidenceError
from ..core.ids import SubjectId
from ..core.policy import Policy, parse_moment, said_between
from ..core.rights import Entry, Item, Standings, silence, standing
from .stage import impose, judge

#: The facts that decide on somebody who said nothing.
FACTS = ("silent", "said_first", "said_last", "notice", "arrived")

_NEEDED = ("row", "record", "project", "subjects", "turn_ids", "turn_said", "turn_subjects", "said_first", "said_last",
           "notice", "arrived")


@dataclass(frozen=True, slots=True, kw_only=True)
class Honour:
    """What the gate judges by: the fold of the log, the policy, the purpose and the moment of judgement."""

    standings: Standings
    policy: Policy
    purpose: str
    as_of: datetime
    outsiders: Mapping[str, int]
    namesakes: Mapping[str, int]

    def apply(self, rows: pl.DataFrame, known: Mapping[int, int] | None = None) -> pl.DataFrame:
        """Judge all rows: silence by combinations, people with entries one by one, outsiders by keyed hash.

        ``known`` names the rows of which staff decided that a namesake is somebody else, with the size of the log by then:
        objections that came later count for them as well.
        """
        touched = self._touched(rows)
        rows = rows.with_columns(silent=(pl.col("subjects").list.len() > 0)
                                 & ~pl.col("row").is_in(touched["row"].implode()))
        rows = judge(rows, FACTS, self.judge_silence).drop("silent")
        rows = impose(rows, self._spoken(touched), ["row"])
        for column, keys, reason in (("mentions", self.outsiders, "third-party-objection"),
                                     ("names", self.namesakes, "third-party-homonym")):
            if keys:
                named = (rows.select("row", column).explode(column, empty_as_null=False)
                         .filter(pl.col(column).is_in(list(keys))))
                if known and reason == "third-party-homonym":
                    named = named.filter([keys[name] >= known.get(row, 0) for row, name in named.iter_rows()])
                rows = impose(rows, named.select("row").unique().with_columns(reason=pl.lit(reason)), ["row"])
        return rows

    def judge_silence(self, facts: Mapping[str, Any]) -> Decision:
        """Answer for somebody who said nothing; rows of others are left to their own judgement."""
        if not facts["silent"]:
            return Decision(answer="keep")
        said = self.said(facts["said_first"], facts["said_last"], facts["notice"], facts["arrived"])
        return silence(self.policy, self.purpose, said, self.as_of)

    def said(self, first: str, last: str, notice: str, arrived: str) -> tuple[datetime, datetime] | None:
        """Bound when something was said: by its dates, or by a declared notice and its arrival."""
        if first and last:
            return parse_moment(first), parse_moment(last)
        declared = self.policy.notice(notice) if notice else None
        if declared is None or not arrived:
            return None
        return (parse_moment(first) if first else declared.starts), parse_moment(arrived)

    def _touched(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give the rows that concern somebody about whom the log says anything."""
        people = pl.Series([str(subject) for subject in self.standings.concerned()], dtype=pl.String)
        touched = (rows.select("row", "subjects").explode("subjects", empty_as_null=False)
                   .filter(pl.col("subjects").is_in(people.implode())).select("row").unique())
        return rows.select(_NEEDED).join(touched, on="row", how="semi")

    def _spoken(self, touched: pl.DataFrame) -> pl.DataFrame:
        """Judge rows one by one: what a person said, or the policy's silence where they said nothing of it."""
        answers = [(row["row"], strictest(self._of_turns(row)).reason) for row in touched.iter_rows(named=True)]
        return pl.DataFrame([(row, reason) for row, reason in answers if reason],
                            schema={"row": pl.UInt32, "reason": pl.String}, orient="row")

    def _of_turns(self, row: Mapping[str, Any]) -> Iterator[Decision]:
        whole = self.said(row["said_first"], row["said_last"], row["notice"], row["arrived"])
        unconsented = False
        for turn, said_at, subjects in zip(row["turn_ids"], row["turn_said"], row["turn_subjects"], strict=True):
            item = Item(record=row["record"], project=row["project"], turn=turn, said=said_between(said_at) or whole)
            for subject in map(SubjectId, subjects):
                yield standing(self.standings, self.policy, subject, self.purpose, item, self.as_of)
                state = self.standings.states.get(subject)
                if not state or not state.consented(self.purpose, item):
                    unconsented = True
        if unconsented:
            yield silence(self.policy, self.purpose, whole, self.as_of)


def outsiders_from(entries: Iterable[Entry]) -> tuple[dict[str, int], dict[str, int]]:
    """Fold the objections of people who are no users: keyed hashes that refuse, and names that hold, with their entry.

    An objection whose decision part is missing cannot be matched and raises, for it would otherwise be lost.

    Raises:
        EvidenceError: such an entry.
    """
    keys: dict[str, int] = {}
    names: dict[str, int] = {}
    for entry in entries:
        if entry.decision is None:
            raise EvidenceError("an outsider's objection cannot be read", about=f"log entry {entry.seq}",
                                reason="entry-unreadable", remedy="Restore the workspace from a backup.")
        keys |= {str(key): entry.seq for key in entry.decision.get("keys", ())}
        names |= {str(key): entry.seq for key in entry.decision.get("names", ())}
    return keys, names


#: Reasons for a person's sake: copies of rows refused for one of them are held.
FOR_PEOPLE = ("objection", "consent-withdrawn", "said-before-permission", "erased", "third-party-objection",
              "entry-unreadable")
