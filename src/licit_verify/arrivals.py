"""What arrived, as the log has it: the shards a lock may have as inputs, and later states that end a chat of theirs.

Rules kept here:

- Inputs are what had arrived by the base, in order, as erasures up to there left them.
- A state that arrived after the base and before the closing is read from its shard, and may only take away.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .casefile import Casefile, safe_name
from .ledger import DATABASE, Ledger
from .report import Fault
from .rows import table


def arrived(ledger: Ledger, base: int, sources: list[Any]) -> tuple[list[dict[str, Any]], int]:
    """Fold arrivals and rewrites below ``base``: the shards in order, and how many records were set aside.

    Raises:
        Fault: an entry that cannot be read.
    """
    shards: dict[str, dict[str, Any]] = {}
    aside: dict[str, tuple[str, int]] = {}
    for entry in ledger.at(base, base, "arrival", "rewrite"):
        body = entry.decision
        try:
            if entry.kind == "rewrite":
                old = shards.pop(body["shard"])
                if body.get("by"):
                    shards[body["by"]] = {"shard": body["by"], "sha256": body["sha256"], "records": body["records"],
                                          "source": old["source"]}
            elif "shard" in body:
                shards[body["shard"]] = {name: body[name] for name in ("shard", "sha256", "records", "source")}
            else:
                aside[body["file"]] = (body["source"], sum(body["set_aside"].values()))
        except (KeyError, TypeError, AttributeError):
            raise Fault("entry {seq} of the log cannot be read", DATABASE, seq=entry.seq) from None
    return ([item for item in shards.values() if not sources or item["source"] in sources],
            sum(number for source, number in aside.values() if not sources or source in sources))


def ended(case: Casefile, records: Any = None) -> Iterator[Fault]:
    """Give a fault for every released record, or one of ``records``, that a state ended which arrived before the closing.

    Raises:
        Fault: a shard that arrived is missing, altered or cannot be read.
    """
    released = case.ids().column("record").combine_chunks() if records is None else records
    for shard, digest in _later(case):
        relative = f"shards/{safe_name(shard)}.parquet"
        path = case.file(relative, digest)
        try:
            states = table(path, ["record", "body"])
            states = states.filter(pc.is_in(states.column("record"), value_set=released))
            found = [(row["record"], _against(json.loads(row["body"]))) for row in states.to_pylist()]
        except (pa.ArrowException, ValueError, TypeError, KeyError, AttributeError, OSError):
            raise Fault("{path} cannot be read", relative, path=relative) from None
        for record, reason in found:
            if reason:
                yield Fault("record {record} is released against {reason}", relative, record=record, reason=reason)


def _later(case: Casefile) -> Iterator[tuple[str, Any]]:
    """Give the shards that arrived after the base and before the closing, as they lie on the disk, with their digests."""
    base, end = case.position()
    entries = case.ledger().entries
    by = {entry.decision.get("shard"): entry.decision for entry in entries
          if entry.kind == "rewrite" and isinstance(entry.decision, Mapping)}
    for entry in entries:
        if entry.kind == "arrival" and base <= entry.seq < end:
            body = entry.decision
            if not isinstance(body, Mapping):
                raise Fault("entry {seq} of the log cannot be read", DATABASE, seq=entry.seq)
            shard, digest = body.get("shard"), body.get("sha256")
            for _ in range(len(by)):
                if shard in by:
                    shard, digest = by[shard].get("by"), by[shard].get("sha256")
            if shard:
                yield shard, digest


def _against(state: Mapping[str, Any]) -> str:
    """Give the reason why a state takes every earlier state of its record with it, or ""."""
    if state.get("kind") == "document":
        return ""
    rules = (("chat-state", state.get("state", "live") != "live"),
             ("organisation-data", state.get("capacity", "unknown") == "organisation"),
             ("minor", state.get("age", "unknown") == "minor"))
    return next((reason for reason, against in rules if against), "")
