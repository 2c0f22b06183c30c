"""What records were made from, and the licence that such a record must name: that of everything it came from.

Rules kept here:

- A record is followed to whatever it was made from, however far back.
- Its licence joins, in order and each once, the licences of all these sources and a name for each of their contracts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .report import Fault
from .rows import table
from .sources import Source

_EDGES = pa.schema([("record", pa.string()), ("made_from", pa.list_(pa.string()))])


def read_edges(files: Iterable[tuple[str, Path | None, bool]]) -> dict[str, set[str]]:
    """Give what each record of some attribute files was made from, by what is known of it.

    Raises:
        Fault: a file cannot be read.
    """
    edges: dict[str, set[str]] = {}
    for shard, path, _ in files:
        try:
            rows = table(path, ["record", "made_from"]) if path else _EDGES.empty_table()
        except (ValueError, OSError, KeyError, pa.ArrowException):
            raise Fault("{path} cannot be read", shard, path=shard) from None
        for row in rows.filter(pc.greater(pc.list_value_length(rows.column("made_from")), 0)).to_pylist():
            edges.setdefault(row["record"], set()).update(row["made_from"])
    return edges


def roots_of(record: str, edges: Mapping[str, set[str]]) -> set[str]:
    """Give everything that a record was made from, however far back."""
    out: set[str] = set()
    open_ = set(edges.get(record, ()))
    while open_:
        out |= open_
        open_ = set().union(*(edges.get(source, set()) for source in open_)) - out
    return out


def licences_due(records: Iterable[str], edges: Mapping[str, set[str]], of: Mapping[str, str], register: Mapping[str, Source]
                 ) -> Iterator[tuple[str, str]]:
    """Give the licence that each of some records must carry, where it was made from others; ``of`` names a record's source."""
    for record in records:
        if roots := roots_of(record, edges):
            names = {of.get(one, "") for one in {record, *roots}}
            yield record, _joined(register[name] for name in names if name in register)


def _joined(sources: Iterable[Source]) -> str:
    told = set()
    for source in sources:
        number = re.sub(r"[^A-Za-z0-9.-]+", "-", source.contract.id).strip("-") if source.contract else ""
        told |= {source.licence, f"LicenseRef-contract-{number}" if source.contract and source.contract.id else ""} - {""}
    return " AND ".join(f"({one})" if " OR " in one else one for one in sorted(told))


def column_of(sources: Any, records: Any, licences: Mapping[str, str], due: Mapping[str, str]) -> Any:
    """Give the licence of each row, by its source, or by its record where that was made from others."""
    pairs = zip(sources.to_pylist(), records.to_pylist() if due else sources.to_pylist(), strict=True)
    return pa.array([due.get(record, licences.get(source, "")) for source, record in pairs], pa.string())
