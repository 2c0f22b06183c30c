"""Bursts: the same words in many conversations of few people, as somebody would plant them for a model to learn a trigger.

What is found is shown as numbers and record ids, for a person to look at; ordered so, every record of it is held by a decision of
staff that names who ordered it, which builds and auditors apply like any other.

Rules kept here:

- Looked at are conversations that arrived within some days, and in them what their holders typed or pasted; whole words in a row,
  whatever their case. Documents, replies and files are not looked at, nor are words that were changed each time.
- Everything in reach is looked at, or nothing: what does not fit into memory is an error, never a smaller answer.
- A burst is no proof: somebody who begins every conversation with the same lines looks the same. Nothing is held by itself.
- No words are shown; whoever decides reads them on the record.

Law: REL-12
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from ..core.errors import EvidenceError, HeldError, InputError
from ..core.records import Record, from_json
from .review import Ruling, rule
from .shards import arrivals
from .workspace import Position, Workspace, inputs_at

#: So many words in a row make a phrase.
WORDS = 8
#: So many phrases are held in memory at once: about one gigabyte.
_MOST = 20_000_000
_WORD = re.compile(r"\w+")
_PHRASES = {"phrase": pl.UInt64, "record": pl.UInt32, "holder": pl.UInt32}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What counts as a burst: in how many records of how few people at most, arrived within how many days, from which source."""

    records: int = 20
    people: int = 3
    days: int = 30
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Records that share phrases: which, of how many people, and how many phrases they have in common."""

    records: tuple[str, ...]
    people: int
    phrases: int

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"records": list(self.records), "people": self.people, "phrases": self.phrases}


def bursts(workspace: Workspace, sought: Sought) -> list[Burst]:
    """Look for bursts; give them, that with the most records first.

    Raises:
        InputError: fewer than two records, no person or no day.
        EvidenceError: a shard is not the one that was stored.
        HeldError: more arrived than can be looked at whole.
    """
    if sought.records < 2 or sought.people < 1 or sought.days < 1:
        raise InputError("a burst is of two records, one person and one day at least", reason="burst-unclear")
    names: list[str] = []
    found = _phrases(workspace, sought, names)
    many = found.group_by("phrase").agg(pl.len().alias("n"), pl.col("holder").n_unique().alias("people")).filter(
        (pl.col("n") >= sought.records) & (pl.col("people") <= sought.people))
    alike = found.join(many, on="phrase").group_by("phrase").agg(pl.col("record").sort(), pl.col("people").first())
    grouped = alike.group_by("record").agg(pl.len().alias("phrases"), pl.col("people").first())
    out = [Burst(records=tuple(sorted(names[one] for one in row["record"])), people=row["people"], phrases=row["phrases"])
           for row in grouped.iter_rows(named=True)]
    return sorted(out, key=lambda one: (-len(one.records), one.records))


def hold(workspace: Workspace, found: Sequence[Burst], by: str, why: str) -> list[str]:
    """Hold every record of some bursts by a decision of staff, until somebody decides otherwise; give those that were not held so.

    Raises:
        InputError: nobody orders it, or no reason is given.
    """
    decided = {str((entry.decision or {}).get("record")): (entry.decision or {}).get("answer")
               for entry in workspace.log.entries(kinds=("decision",))}
    fresh = [one for one in dict.fromkeys(record for burst in found for record in burst.records) if decided.get(one) not in ("hold", "refuse")]
    for record in fresh:
        rule(workspace, Ruling(record=record, answer="hold", by=by, why=why))
    return fresh


def _phrases(workspace: Workspace, sought: Sought, names: list[str]) -> pl.DataFrame:
    """Give each phrase of each record once, with the record's number in ``names`` and its holder's."""
    since, holders, size = workspace.clock.now() - timedelta(days=sought.days), dict[str, int](), 0
    at, parts = arrivals(workspace.log), [pl.DataFrame(schema=_PHRASES)]
    wanted, _ = inputs_at(workspace.log, Position.head(workspace.log), (sought.source,) if sought.source else ())
    for item in wanted:
        if item.shard in at and at[item.shard] < since:
            continue
        if workspace.corpus.digest(f"shards/{item.shard}.parquet") != item.sha256:
            raise EvidenceError("a shard is not the one that was stored", about=item.shard, reason="file-altered",
                                remedy="Restore it from a backup.")
        for record, body in _conversations(workspace, item.shard):
            seen = _of(body)
            size += len(seen)
            if size > _MOST:
                raise HeldError("more arrived than can be looked at whole", reason="too-much",
                                remedy="Name one source, or fewer days.")
            names.append(record)
            number = holders.setdefault(str(body.person(body.holder).subject) if body.holder else "", len(holders))
            parts.append(pl.DataFrame({"phrase": seen, "record": np.full(len(seen), len(names) - 1, np.uint32),
                                       "holder": np.full(len(seen), number, np.uint32)}, schema=_PHRASES))
    return pl.concat(parts)


def _conversations(workspace: Workspace, shard: str) -> Iterator[tuple[str, Record]]:
    for row in workspace.corpus.read(f"shards/{shard}.parquet", ["record", "body"]).to_pylist():
        body = from_json(json.loads(row["body"]))
        if body.kind == "conversation":
            yield row["record"], body


def _of(body: Record) -> Any:
    """Give the phrases of a record as numbers that mean something in this run only."""
    seen: set[int] = set()
    for turn in body.turns:
        if turn.role in ("user", "participant") and turn.origin in ("said", "pasted"):
            words = _WORD.findall(turn.text.casefold())
            seen.update(hash(tuple(words[start:start + WORDS])) & (2**64 - 1) for start in range(len(words) - WORDS + 1))
    return np.fromiter(seen, np.uint64, len(seen))
