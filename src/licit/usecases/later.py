"""What takes records out for good: a later state that ended a chat, and an erasure that was carried out.

A build judges the states that had arrived by its position. What arrives afterwards adds nothing to it, but may take away: a
chat that a later export shows as deleted, temporary, expired, a minor's or an organisation's leaves a release that is not
closed yet, and its patch.

Rules kept here:

- A later state can only take away, and what it took stays out of that release and its patches, whatever arrives next.
- Only shards that arrived since are read, and of those only the records that the lock holds.
- A record that was erased stays erased: an export that brings it back, changed or not, brings nothing back.

Law: CHO-04, CHO-08, RGT-07
"""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ..core.ports import Log
from ..core.shards import successors
from ..pipeline.admit import ended
from .workspace import Workspace


def shards_since(log: Log, start: int, stop: int) -> list[str]:
    """Name the shards that arrived in a stretch of the log, as erasures and compactions have left them."""
    arrived = [str(body["shard"]) for entry in log.entries(start=start, stop=stop, kinds=("arrival",))
               if (body := entry.decision or {}) and "shard" in body]
    if not arrived:
        return []
    now = successors(body for entry in log.entries(start=start, kinds=("rewrite", "compaction")) if (body := entry.decision))
    return [shard for shard in dict.fromkeys(map(now, arrived)) if shard]


def ended_since(workspace: Workspace, lock: Mapping[str, Any], start: int, stop: int) -> dict[str, str]:
    """Give the records of a lock that a state arrived between two positions ended, each with its reason name."""
    later = [workspace.corpus.path(f"shards/{shard}.parquet") for shard in shards_since(workspace.log, start, stop)]
    held = [workspace.corpus.path(f"shards/{item['shard']}.parquet") for item in lock["inputs"]]
    if not later or not held:
        return {}
    known = pl.scan_parquet(held).select("record")
    wanted = pl.scan_parquet(later).select("record").join(known, on="record", how="semi").unique().collect()["record"]
    out: dict[str, str] = {}
    for path in later if len(wanted) else ():
        table = workspace.corpus.read(f"shards/{path.name}", ["record", "body"])
        for row in table.filter(pc.is_in(table["record"], value_set=pa.array(wanted.to_list(), pa.string()))).to_pylist():
            if reason := ended(json.loads(row["body"])):
                out.setdefault(row["record"], reason)
    return out


def erased_records(log: Log, stop: int | None = None) -> dict[str, int]:
    """Give the records that were erased from shards, each with the entry that asked for it."""
    return {str(record): int(seq) for entry in log.entries(stop=stop, kinds=("rewrite",))
            for record, seq in (entry.decision or {}).get("gone", {}).items()}
