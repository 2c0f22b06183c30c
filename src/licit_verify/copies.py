"""Copies: no released row repeats what was refused for a person's sake, and of rows with the same words one is released.

Rules kept here:

- Copies are looked for with the hashes of fifty-word runs that the attributes hold; a released copy needs a decision of
  staff that names every refused record it repeats.
- For whole threads, words are read again from the shards: their digest and the hash of each of their runs are computed anew
  and must be those that were compared. Which rows are nearly alike is not computed again.
"""

import hashlib
import json
import re
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import Any
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc

from .canonical import frame
from .casefile import Casefile
from .files import MANIFEST
from .report import Fault, Untold
from .rerun import key_of
from .rights import REFUSING
from .rows import table

RUN = 50
_ODD, _STRAW = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9
_INVERSE = pow(_ODD, -1, 1 << 64)
_WORD = re.compile(r"\w+")
_WHOLE = ("main", "branch", "document")
_COLUMNS = ["record", "chunk", "thread", "turn_ids", "exact", "runs"]


def copies_apart(case: Casefile) -> None:
    """Insist that no released row copies a refused one, that none has the same words as another, and that words are true.

    Raises:
        Fault: otherwise.
        Untold: nothing speaks against what is there, but rows to compare with were erased since.
    """
    exact, erased, refused = [], False, []
    for shard, rows, same in _rows(case):
        erased |= not same
        kept = pc.equal(rows.column("reason"), "")
        exact.append(rows.column("exact").filter(kept).combine_chunks().cast(pa.binary()))
        refused.append(rows.filter(pc.invert(kept)).select(["record", "runs"]))
        _true_words(case, shard, rows)
    every = pa.concat_arrays(exact) if exact else pa.array([], pa.binary())
    if pc.count_distinct(every).as_py() != len(every):
        raise Fault("rows with the same words are released more than once", MANIFEST)
    if refused:
        _compare(case, pa.concat_tables(refused).combine_chunks())
    if erased:
        raise Untold("refused words that were erased since cannot be compared with")


def _rows(case: Casefile) -> Iterator[tuple[str, Any, bool]]:
    """Give each shard's rows that are released, or refused for a person's sake, with the reason ("" released)."""
    decisions = case.decisions()
    wanted = decisions.filter(pc.is_in(decisions.column("reason"), value_set=pa.array(["", *sorted(REFUSING)])))
    for shard, path, same in case.attribute_files():
        mine = wanted.filter(pc.equal(wanted.column("shard"), shard))
        if path is None or not mine.num_rows:
            if path is None or not same:
                yield shard, _ROWS.empty_table(), same
            continue
        try:
            rows = table(path, _COLUMNS)
        except (pa.ArrowException, ValueError, OSError):
            raise Fault("{path} cannot be read", shard, path=shard) from None
        place = pc.index_in(key_of(rows).combine_chunks(), value_set=mine.column("key").combine_chunks())
        reason = mine.column("reason").combine_chunks().take(place.drop_null())
        yield shard, rows.filter(pc.is_valid(place)).append_column("reason", reason), same


_ROWS = pa.schema([("record", pa.string()), ("chunk", pa.int32()), ("thread", pa.string()),
                   ("turn_ids", pa.list_(pa.string())), ("exact", pa.binary(16)), ("runs", pa.list_(pa.uint64())),
                   ("reason", pa.string())])


def _compare(case: Casefile, refused: Any) -> None:
    """Insist that no released row has a run of a refused one, unless staff saw that and decided."""
    runs = pc.unique(pc.list_flatten(refused.column("runs")).combine_chunks())
    staff = case.staff()
    for shard, rows, _ in _rows(case) if len(runs) else ():
        rows = rows.filter(pc.equal(rows.column("reason"), "")).combine_chunks()
        lists = rows.column("runs").combine_chunks()
        hit = pc.is_in(pc.list_flatten(lists), value_set=runs)
        for place in pc.unique(pc.list_parent_indices(lists).filter(hit)).to_pylist():
            record = rows.column("record")[place].as_py()
            decided = staff.on(record, shard)
            if decided is None or not decided.spares("copy-of-refused") or not (
                    _repeated(refused, lists[place].values) <= decided.copied):
                raise Fault("record {record} is released against {reason}", MANIFEST, record=record,
                            reason="copy-of-refused")


def _repeated(refused: Any, runs: Any) -> set[str]:
    lists = refused.column("runs").combine_chunks()
    hit = pc.list_parent_indices(lists).filter(pc.is_in(pc.list_flatten(lists), value_set=runs))
    return set(refused.column("record").take(hit).to_pylist())


def _true_words(case: Casefile, shard: str, rows: Any) -> None:
    """Insist that the signatures of rows that hold whole turns are those of the words in the shard."""
    rows = rows.filter(pc.is_in(rows.column("thread"), value_set=pa.array(_WHOLE)))
    if not rows.num_rows:
        return
    name = shard if (case.workspace / f"shards/{shard}.parquet").exists() else case.successor(shard)
    said = _said(case.workspace / f"shards/{name}.parquet", rows.column("record").combine_chunks())
    counts = pc.fill_null(pc.list_value_length(rows.column("runs")), 0).to_pylist()
    long: list[list[str]] = []
    columns = [rows.column(name).to_pylist() for name in ("record", "turn_ids", "exact")]
    for record, turns, exact, runs in zip(*columns, counts, strict=True):
        text = "\n".join(said.get(record, {}).get(turn, "") for turn in turns)
        words = _WORD.findall(text.casefold())
        digest = hashlib.sha256(frame(b"licit/words", " ".join(words).encode())).digest()[:16]
        if digest != exact or runs != max(0, len(words) - RUN + 1):
            raise Fault("record {record} has other words in its shard than were compared", f"shards/{name}.parquet",
                        record=record)
        if runs:
            long.append(words)
    found, theirs = hashes(long, RUN), pc.list_flatten(rows.column("runs")).combine_chunks()
    if not found.equals(theirs):
        differ = pc.index(pc.not_equal(found, theirs), True).as_py()
        place = bisect(list(accumulate(counts)), differ)
        raise Fault("record {record} has other words in its shard than were compared", f"shards/{name}.parquet",
                    record=rows.column("record")[place].as_py())


def hashes(rows: Sequence[Sequence[str]], width: int) -> Any:
    """Hash every run of so many words of some rows that have one each: a polynomial over prefix sums, modulo 2^64."""
    flat = pa.array([crc32(word.encode()) + 1 for row in rows for word in row], pa.uint64())
    if not len(flat):
        return flat
    mixed = pc.multiply(flat, _number(_STRAW))
    mixed = pc.bit_wise_xor(mixed, pc.shift_right(mixed, _number(29)))
    sums = pc.cumulative_sum(pc.multiply(mixed, _powers(_ODD, len(flat))))
    sums = pa.concat_arrays([pa.array([0], pa.uint64()), sums])
    starts = [0, *accumulate(map(len, rows))]
    places = pa.array(list(chain.from_iterable(range(start, start + len(row) - width + 1)
                                               for start, row in zip(starts, rows, strict=False))), pa.int64())
    run = pc.subtract(sums.take(pc.add(places, width)), sums.take(places))
    run = pc.multiply(run, _powers(_INVERSE, len(flat)).take(places))
    return pc.bit_wise_xor(run, pc.shift_right(run, _number(31)))


def _powers(base: int, number: int) -> Any:
    return pc.cumulative_prod(pa.array([base], pa.uint64()).take(pa.array([0] * number, pa.int32())))


def _number(value: int) -> Any:
    return pa.scalar(value, pa.uint64())


def _said(path: Path, records: Any) -> dict[str, Mapping[str, str]]:
    """Give the words of each turn of some records."""
    relative = f"shards/{path.name}"
    try:
        read = table(path, ["record", "body"])
        read = read.filter(pc.is_in(read.column("record"), value_set=records))
        return {row["record"]: {turn["id"]: "\n".join(part[1] for part in turn["parts"] if part[1])
                                for turn in json.loads(row["body"])["turns"]} for row in read.to_pylist()}
    except (pa.ArrowException, ValueError, TypeError, KeyError, IndexError, AttributeError, OSError):
        raise Fault("{path} cannot be read", relative, path=relative) from None
