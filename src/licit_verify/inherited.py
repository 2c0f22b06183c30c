"""Records that were made from others: nothing that keeps one of those out may be passed over for what was made of it.

Rules kept here:

- Every record that a released row was made from, and what that was made from in turn, is judged like a released row, of
  whichever thread its words are; what was found in its words is not held against others.
- A source of which no row is among the inputs keeps the row out; so does one that was erased, ended or decided against.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .arrivals import ended
from .casefile import Casefile
from .derived import roots_of
from .files import MANIFEST, take
from .report import Fault, several
from .rerun import THREADS, Pass
from .rewrites import gone_before
from .rows import batches

_MOST_FAULTS = 20


def sources_honoured(case: Casefile) -> None:
    """Insist that nothing speaks against any record that a released row was made from.

    Raises:
        Fault: otherwise, or an attribute file that cannot be read.
    """
    edges = case.edges()
    if not edges:
        return
    made = {record: roots for record in pc.unique(case.ids().column("record")).to_pylist()
            if (roots := roots_of(record, edges))}
    wanted = pa.array(sorted(set().union(*made.values())), pa.string())
    if not len(wanted):
        return
    kept_out = against(case, wanted)
    found = (Fault("record {record} is released, and {source}, from which it was made, is kept out by {reason}", MANIFEST,
                   record=record, source=source, reason=kept_out[source])
             for record, roots in made.items() for source in sorted(roots) if source in kept_out)
    if faults := list(islice(found, _MOST_FAULTS)):
        raise several(faults)


def _rows_of(case: Casefile) -> Iterator[tuple[str, Any]]:
    for shard, path, _ in case.attribute_files():
        try:
            for batch in batches(path) if path else ():
                yield shard, pa.table(batch)
        except (ValueError, OSError, KeyError, pa.ArrowException):
            raise Fault("{path} cannot be read", shard, path=shard) from None


def against(case: Casefile, wanted: Any) -> dict[str, str]:
    """Give what speaks against some records, in the newest state of each."""
    out = dict.fromkeys(gone_before(case, case.closing().seq), "erased")
    out |= {str(fault.values["record"]): str(fault.values["reason"]) for fault in ended(case, wanted)}
    decided = case.decisions().select(["record", "shard"])
    decided = decided.filter(pc.is_in(decided.column("record"), value_set=wanted))
    order = {take(item, "shard", str): number for number, item in enumerate(take(case.lock, "inputs", list))}
    newest: dict[str, str] = {}
    for row in decided.to_pylist():
        newest[row["record"]] = max(newest.get(row["record"], row["shard"]), row["shard"], key=lambda name: order.get(name, -1))
    out |= {record: out.get(record, "sources-unknown") for record in wanted.to_pylist() if record not in newest}
    rules = case.rules()
    judge = Pass(replace(rules, threads=THREADS), pa.table({}), {}, {})
    for shard, rows in _rows_of(case):
        rows = rows.filter(pc.is_in(rows.column("record"), value_set=pa.array(
            sorted(record for record, of in newest.items() if of == shard), pa.string()))).combine_chunks()
        if not rows.num_rows:
            continue
        for fault in judge.alone(rows, shard):
            out.setdefault(str(fault.values["record"]), str(fault.values["reason"]))
        for record, name in {*zip(*(rows.column(which).to_pylist() for which in ("record", "source")), strict=True)}:
            if reason := case.source_against(name):
                out.setdefault(record, reason)
    return out
