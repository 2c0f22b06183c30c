"""What arrived, as the log has it: the shards a lock may have as inputs, and later states that end a chat of theirs.

Rules kept here:

- Inputs are what had arrived by the base, in order, as erasures up to there left them: a shard written anew stands where the
  old one stood, for of two states of a record the later one counts.
- Shards are put together only with their neighbours, with all their records, and none that a release was made of.
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

_OF_SHARD = ("shard", "sha256", "records", "source")


def arrived(ledger: Ledger, base: int, sources: list[Any]) -> tuple[list[dict[str, Any]], int]:
    """Fold arrivals, rewrites and compactions below ``base``: the shards in order, and how many records were set aside.

    Raises:
        Fault: an entry that cannot be read, or that puts together what are no neighbours, or loses records.
    """
    shards: dict[int, dict[str, Any]] = {}
    places: dict[str, int] = {}
    aside: dict[str, tuple[str, int]] = {}
    closed = -1
    for entry in ledger.at(base, base, "arrival", "rewrite", "compaction", "release-closed"):
        body = entry.decision
        try:
            if entry.kind == "release-closed":
                closed = entry.seq
            elif entry.kind == "compaction":
                place = _together(shards, places, body, closed)
                places[body["shard"]] = place
                shards[place] = {name: body[name] for name in _OF_SHARD}
            elif entry.kind == "rewrite":
                place = places.pop(body["shard"])
                old = shards.pop(place)
                if body.get("by"):
                    places[body["by"]] = place
                    shards[place] = {"shard": body["by"], "sha256": body["sha256"], "records": body["records"], "source": old["source"]}
            elif "shard" in body:
                place = places.setdefault(body["shard"], entry.seq)
                shards[place] = {name: body[name] for name in _OF_SHARD}
            else:
                aside[body["file"]] = (body["source"], sum(body["set_aside"].values()))
        except (KeyError, TypeError, AttributeError, IndexError):
            raise Fault("entry {seq} of the log cannot be read", DATABASE, seq=entry.seq) from None
    live = [shards[place] for place in sorted(shards)]
    return ([item for item in live if not sources or item["source"] in sources],
            sum(number for source, number in aside.values() if not sources or source in sources))


def _together(shards: dict[int, dict[str, Any]], places: dict[str, int], body: Mapping[str, Any], closed: int) -> int:
    """Take out the shards that an entry puts together; give the place of the first.

    Raises:
        Fault: they are no neighbours of one source, some were there when a release closed, or records are lost.
    """
    found = [places.pop(name) for name in body["from"]]
    parts = [shards.pop(place) for place in found]
    between = [place for place, item in shards.items() if found[0] < place < found[-1] and item["source"] == body["source"]]
    if (len(parts) < 2 or found != sorted(found) or between or found[0] <= closed or {item["source"] for item in parts} != {body["source"]}
            or sum(item["records"] for item in parts) != body["records"]):
        raise Fault("shard {shard} was put together from what are no neighbours, or lost records", DATABASE, shard=body["shard"])
    return found[0]


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
    by: dict[str, tuple[Any, Any]] = {}
    for entry in entries:
        body = entry.decision if isinstance(entry.decision, Mapping) else {}
        if entry.kind == "rewrite":
            by[str(body.get("shard"))] = (body.get("by"), body.get("sha256"))
        elif entry.kind == "compaction":
            by.update((str(part), (body.get("shard"), body.get("sha256"))) for part in body.get("from", ()))
    given = set()
    for entry in entries:
        if entry.kind == "arrival" and base <= entry.seq < end:
            body = entry.decision
            if not isinstance(body, Mapping):
                raise Fault("entry {seq} of the log cannot be read", DATABASE, seq=entry.seq)
            shard, digest = body.get("shard"), body.get("sha256")
            for _ in range(len(by)):
                if shard in by:
                    shard, digest = by[shard]
            if shard and shard not in given:
                given.add(shard)
                yield shard, digest


def _against(state: Mapping[str, Any]) -> str:
    """Give the reason why a state takes every earlier state of its record with it, or ""."""
    if state.get("kind") == "document":
        return ""
    rules = (("chat-state", state.get("state", "live") != "live"),
             ("organisation-data", state.get("capacity", "unknown") == "organisation"),
             ("minor", state.get("age", "unknown") == "minor"))
    return next((reason for reason, against in rules if against), "")
