"""Shards that were written anew: each record that went was erased at somebody's asking, and every other row is as it was.

Rules kept here:

- A rewrite names, for each record that went, the erasure that asked for it: one of a person whom the record concerned, by
  the marks in the decisions, and of this record, or of one that it was made from, where it names one.
- Or it names an end of time (``retention``): the shard had arrived as many days before as that entry says, or the record went
  for it before, or was made from one that did. One that was put together arrived with the last of its parts.
- What is left of a shard has the rows that were decided, each with the digest of its facts that was decided on; those of
  erased records are gone, and no other.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .canonical import frame
from .casefile import Casefile
from .ledger import DATABASE
from .report import Fault
from .rerun import key_of
from .rights import Entry, People
from .rows import batches, table

_UNDIGESTED = ("bands", "runs", "facts")
_ONE_RECORD = ("record", "turn", "attachment")


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One rewrite as the log has it: what a shard became ("" nothing), and the erasure behind each record that went."""

    seq: int
    shard: str
    by: str
    gone: Mapping[str, int]
    made_from: Mapping[str, str]


def rewrites(case: Casefile) -> dict[str, Rewrite]:
    """Read every rewrite in the log, by the shard it took the place of.

    Raises:
        Fault: one that cannot be read, or that nobody's erasure asked for.
    """
    entries = {entry.seq: entry for entry in case.ledger().entries}
    out: dict[str, Rewrite] = {}
    arrived: dict[str, datetime] = {}
    before: set[tuple[str, int]] = set()
    for entry in entries.values():
        if entry.kind == "arrival" and isinstance(entry.decision, Mapping) and entry.recorded_at:
            arrived[str(entry.decision.get("shard"))] = entry.recorded_at
        if entry.kind == "compaction" and isinstance(entry.decision, Mapping):
            parts = [arrived[name] for name in map(str, entry.decision.get("from", ())) if name in arrived]
            arrived.update({str(entry.decision.get("shard")): max(parts)} if parts else {})
        if entry.kind == "rewrite":
            body = entry.decision if isinstance(entry.decision, Mapping) else {}
            shard, by, gone = body.get("shard"), body.get("by"), body.get("gone")
            made = body.get("made_from", {})
            if not (isinstance(shard, str) and isinstance(by, str) and isinstance(gone, Mapping) and isinstance(made, Mapping)):
                raise Fault("entry {seq} of the log cannot be read", DATABASE, seq=entry.seq)
            found = Rewrite(entry.seq, shard, by, gone, made)
            if not gone or not all(_asked(entries.get(seq), record, found) or _over(entries.get(seq), record, found, (arrived, before))
                                   for record, seq in gone.items()):
                raise Fault("shard {shard} was written anew, and no erasure asked for it", DATABASE, shard=shard)
            out[shard] = found
            before |= set(gone.items())
            if shard in arrived:
                arrived[by] = arrived[shard]
    return out


def _over(entry: Entry | None, record: str, rewrite: Rewrite, known: tuple[Mapping[str, datetime], set[tuple[str, int]]]) -> bool:
    """Tell whether an entry ended a record's time, and its shard had arrived long enough before; or it went for that before."""
    body = entry.decision if entry and entry.kind == "retention" and entry.seq < rewrite.seq else None
    if not entry or not isinstance(body, Mapping) or body.get("store") != "conversations" or body.get("answer") != "due":
        return False
    arrived, before = known
    source = rewrite.made_from.get(record, record)
    if (source, entry.seq) in before or (source != record and rewrite.gone.get(source) == entry.seq):
        return True
    days, at, now = body.get("days"), arrived.get(rewrite.shard), entry.recorded_at
    return type(days) is int and days > 0 and at is not None and now is not None and now - at >= timedelta(days=days)


def _asked(entry: Entry | None, record: str, rewrite: Rewrite) -> bool:
    """Tell whether an entry is an erasure that may be about a record, recorded before the rewrite."""
    if entry is None or entry.kind != "erasure" or entry.seq >= rewrite.seq:
        return False
    body = entry.decision if isinstance(entry.decision, Mapping) else {}
    target = body.get("target")
    named = (record, rewrite.made_from.get(record))
    return not isinstance(target, Mapping) or target.get("level") not in _ONE_RECORD or target.get("record") in named


def gone_before(case: Casefile, end: int) -> set[str]:
    """Give the records that were erased below a position."""
    return {record for rewrite in rewrites(case).values() if rewrite.seq < end for record in rewrite.gone}


def unchanged(case: Casefile) -> None:
    """Insist that every row of the inputs has the facts that were decided on, but for those of erased records.

    Raises:
        Fault: a row was changed, added, or went without an erasure by somebody it concerned.
    """
    known, decisions = rewrites(case), case.decisions()
    for shard, path, same in case.attribute_files():
        decided = decisions.filter(pc.equal(decisions.column("shard"), shard)).combine_chunks()
        gone = dict(_gone(known, shard)) if not same else {}
        bonds = _bonds(case, shard, path, same)
        place = pc.index_in(bonds.column("key").combine_chunks(), value_set=decided.column("key").combine_chunks())
        ours, theirs = (rows.column("facts").combine_chunks().cast(pa.binary()) for rows in (bonds, decided))
        if not ours.filter(pc.is_valid(place)).equals(theirs.take(place.drop_null())):
            raise Fault("a row of shard {shard} is not as it was decided on", shard, shard=shard)
        left = decided.filter(pc.invert(pc.is_in(decided.column("key"), value_set=bonds.column("key").combine_chunks())))
        _explained(case, left.select(["record", "people"]).to_pylist(), gone, shard)


def _gone(known: Mapping[str, Rewrite], shard: str) -> Iterator[tuple[str, int]]:
    """Give the records that left a shard, through all it became."""
    for _ in range(len(known)):
        if shard in known:
            yield from known[shard].gone.items()
            shard = known[shard].by


def _explained(case: Casefile, left: list[dict[str, Any]], gone: Mapping[str, int], shard: str) -> None:
    if not left:
        return
    entries = {entry.seq: entry for entry in case.ledger().entries}
    try:
        people = People(entries.values())
    except ValueError:
        raise Fault("an entry that decides for everybody cannot be read", DATABASE) from None
    for row in left:
        record = row["record"]
        if record not in gone:
            raise Fault("record {record} is missing from shard {shard}, and nobody asked for that", shard, record=record,
                        shard=shard)
        if entries[gone[record]].kind == "retention":
            continue  # it concerns nobody's request: when it was due stands in the log
        accounts = people.accounts(entries[gone[record]].subject)
        if not {_mark(record, account) for account in accounts} & set(row["people"] or ()):
            raise Fault("record {record} was erased for somebody whom it did not concern", DATABASE, record=record)


def _mark(record: str, subject: str) -> bytes:
    return hashlib.sha256(frame(b"licit/person", record.encode(), subject.encode())).digest()[:16]


def _bonds(case: Casefile, shard: str, path: Path | None, same: bool) -> Any:
    """Give key and facts digest of each row of an attribute file; computed again where the file has no digest of its own."""
    empty = pa.table({"key": pa.array([], pa.string()), "facts": pa.array([], pa.binary())})
    if path is None:
        return empty
    try:
        if same:
            read = table(path, ["record", "chunk", "facts"])
            return pa.table({"key": key_of(read), "facts": read.column("facts")})
        parts = [empty]
        for batch in batches(path):
            rows = pa.table(batch)
            parts.append(pa.table({"key": key_of(rows), "facts": pa.array(facts_digests(rows), pa.binary())}))
        return pa.concat_tables(parts)
    except (pa.ArrowException, ValueError, KeyError, OSError):
        raise Fault("{path} cannot be read", shard, path=shard) from None


def facts_digests(rows: Any) -> list[bytes]:
    """Give the digest of all that was computed of each row of an attribute table."""
    columns = [rows.column(name).to_pylist() for name in rows.column_names if name not in _UNDIGESTED]
    return [hashlib.sha256(b"licit/facts/1" + b"".join(map(_typed, row))).digest() for row in zip(*columns, strict=True)]


def _typed(value: Any) -> bytes:
    """Write a value as the page on formats says."""
    if value is None:
        return b"n"
    if isinstance(value, str):
        value = value.encode()
        return b"s%d:%b" % (len(value), value)
    if isinstance(value, bytes):
        return b"b%d:%b" % (len(value), value)
    if isinstance(value, int):
        return b"i%d;" % value
    if value and isinstance(value[0], dict):
        return b"m%d:" % len(value) + b"".join(_typed(item["role"]) + _typed(item["content"]) for item in value)
    return b"l%d:" % len(value) + b"".join(map(_typed, value))
