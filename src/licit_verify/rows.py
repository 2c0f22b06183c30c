"""The rows of a release, read batch by batch, each looked at once for all the claims about rows.

Rules kept here:

- Every row's digest is computed again from its words; nothing that ``ids/`` says is taken on trust.
- Only listed files that hold their digest are opened, and memory stays bounded whatever their size.
- The work is columnar: bytes to hash are put together by kernels, Python touches a row once, to hash it.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .canonical import digest_text, frame
from .counted import cells_of
from .files import Release
from .identifiers import find_identifiers
from .report import Fault

_MESSAGE = {"role": pa.string(), "content": pa.string()}
COLUMNS: dict[str, Any] = {
    "record": pa.string(), "chunk": pa.int32(), "messages": _MESSAGE, "text": pa.string(), "language": pa.string(),
    "source": pa.string(), "licence": pa.string(), "day": pa.string(), "first_day": pa.string(),
    "last_day": pa.string(), "participants": [pa.string()], "topics": [pa.string()], "tokens": pa.int32(),
    "turns": pa.int32()}
IDS: dict[str, Any] = {"record": pa.string(), "chunk": pa.int32(), "source": pa.string(), "order": pa.binary(16),
                       "digest": pa.binary(32)}
DAYS = ("day", "first_day", "last_day")
_ALWAYS = ("record", "chunk", "language", "source", "licence", *DAYS)
_A_DAY = "^(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?$"
_BATCH_BYTES = 32 << 20
_BATCH_ROWS = 8192
_MOST_FAULTS = 20

_BYTES = pa.large_binary()


def _const(text: bytes) -> Any:
    return pa.scalar(text, _BYTES)


def fits(schema: Any, expected: dict[str, Any]) -> bool:
    """Tell whether a schema has exactly the expected columns, in order, by type."""
    return list(schema.names) == list(expected) and all(_type_is(schema.field(name).type, kind)
                                                        for name, kind in expected.items())


def _type_is(kind: Any, expected: Any) -> bool:
    if isinstance(expected, list):
        return bool(pa.types.is_list(kind) and kind.value_type == expected[0])
    if isinstance(expected, dict):
        if not pa.types.is_list(kind) or not pa.types.is_struct(kind.value_type):
            return False
        inner = kind.value_type
        return {inner.field(i).name: inner.field(i).type for i in range(inner.num_fields)} == expected and (
            [inner.field(i).name for i in range(inner.num_fields)] == list(expected))
    return bool(kind == expected)


def batches(path: Path, expected: dict[str, Any] | None = None) -> Iterator[Any]:
    """Read a Parquet file in bounded batches, each fully validated.

    Raises:
        ValueError: not a sound file, or other columns than expected.
        OSError: it cannot be read.
    """
    with pq.ParquetFile(path) as file:
        if expected is not None and not fits(file.schema_arrow, expected):
            raise ValueError("unexpected columns")
        rows, size = file.metadata.num_rows, sum(
            file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups))
        most = max(1, min(_BATCH_ROWS, _BATCH_BYTES * rows // max(size, 1)))
        for batch in file.iter_batches(batch_size=most):
            batch.validate(full=True)
            yield batch


def table(path: Path, columns: list[str]) -> Any:
    """Read some narrow columns of a file whole, validated.

    Raises:
        ValueError: not a sound file, or one without these columns.
        OSError: it cannot be read.
    """
    with pq.ParquetFile(path) as file:
        if any(file.schema_arrow.names.count(name) != 1 for name in columns):
            raise ValueError("a column is missing")
        read = file.read(columns=columns).select(columns)
    read.validate(full=True)
    return read


def typed_strings(values: Any) -> Any:
    """Write strings with their type letter and length in bytes; null is ``n``."""
    length = pc.binary_length(values).cast(pa.string()).cast(_BYTES)
    out = pc.binary_join_element_wise(_const(b"s"), length, _const(b":"), values.cast(_BYTES), _const(b""))
    return pc.fill_null(out, _const(b"n"))


def _typed_ints(values: Any) -> Any:
    text = values.cast(pa.string()).cast(_BYTES)
    return pc.fill_null(pc.binary_join_element_wise(_const(b"i"), text, _const(b";"), _const(b"")), _const(b"n"))


def _joined(values: Any, items: Any, letter: bytes) -> Any:
    """Put the written items of each list behind its letter and length; null is ``n``."""
    lengths = pc.list_value_length(values)
    ends = pc.cumulative_sum(pc.fill_null(lengths, 0))
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends.cast(pa.int32())])
    inner = pc.binary_join(pa.ListArray.from_arrays(offsets, items), _const(b""))
    letters = pc.if_else(pc.equal(lengths, 0), _const(b"l"), _const(letter))
    out = pc.binary_join_element_wise(letters, lengths.cast(pa.string()).cast(_BYTES), _const(b":"), inner,
                                      _const(b""))
    return pc.fill_null(out, _const(b"n"))


def _typed(values: Any, kind: Any) -> Any:
    if isinstance(kind, dict):
        flat = pc.list_flatten(values)
        if flat.null_count:
            raise ValueError("a message that is null")
        role, content = (typed_strings(pc.struct_field(flat, name)) for name in ("role", "content"))
        return _joined(values, pc.binary_join_element_wise(role, content, _const(b"")), b"m")
    if isinstance(kind, list):
        return _joined(values, typed_strings(pc.list_flatten(values)), b"l")
    return _typed_ints(values) if kind == pa.int32() else typed_strings(values)


def row_digests(columns: dict[str, Any]) -> Any:
    """Give the digest of each row from its columns (arrays by name, every column of a release)."""
    parts = [_typed(columns[name], kind) for name, kind in COLUMNS.items()]
    rows = pc.binary_join_element_wise(_const(b"licit/row/1"), *parts, _const(b""))
    sha256 = hashlib.sha256
    return pa.array([sha256(row).digest() for row in rows.to_pylist()], pa.binary(32))


@dataclass(slots=True)
class Scan:
    """What one pass over all rows found: counts, keys and digests, and faults by claim."""

    rows: int = 0
    ids_rows: int = 0
    ids: list[Any] = field(default_factory=list)
    digests: list[Any] = field(default_factory=list)
    licences: Counter[tuple[str, str]] = field(default_factory=Counter)
    cells: list[Any] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)

    def fault(self, claim: str, fault: Fault) -> None:
        """Remember a fault of a claim; the first twenty are enough."""
        found = self.faults.setdefault(claim, [])
        if len(found) < _MOST_FAULTS:
            found.append(fault)

    def content_root(self) -> str:
        """Give the root over the digests of all rows, by order."""
        if not self.digests:
            return digest_text(b"licit/content-root/1" + frame(b""))
        order = pa.chunked_array([table.column("order") for table in self.ids]).combine_chunks()
        digests = pa.chunked_array(self.digests).combine_chunks()
        joined = digests.take(pc.sort_indices(order))
        rows = memoryview(joined.buffers()[1])[joined.offset * 32:(joined.offset + len(joined)) * 32]
        whole = hashlib.sha256(b"licit/content-root/1" + len(rows).to_bytes(8, "big"))
        whole.update(rows)
        return "sha256:" + whole.hexdigest()


ROW_CLAIMS = ("rows-match-root", "ids-match-rows", "columns-allowed", "tally-matches-rows", "no-direct-identifiers",
              "licences-stated", "papers-consistent")


def scan(release: Release) -> Scan:
    """Read all rows once; a file that cannot be read fails every claim about rows."""
    found = Scan()
    data, ids = release.names("data"), release.names("ids")
    if [path.removeprefix("data/") for path in data] != [path.removeprefix("ids/") for path in ids]:
        found.fault("ids-match-rows", Fault("data and ids are not the same parts", *data, *ids))
    for path in data:
        try:
            _scan_file(release, path, found)
        except Fault as fault:
            _fail_all(found, fault)
        except (ValueError, OSError, MemoryError, pa.ArrowException, OverflowError):
            _fail_all(found, Fault("{path} cannot be read as rows of a release", path, path=path))
    if not found.faults.get("ids-match-rows") and found.ids:
        order = pa.chunked_array([table.column("order") for table in found.ids]).combine_chunks()
        if pc.count_distinct(order).as_py() != len(order):
            found.fault("ids-match-rows", Fault("two rows have one place in the order", *ids))
    return found


def _fail_all(found: Scan, fault: Fault) -> None:
    for claim in ROW_CLAIMS:
        found.fault(claim, fault)


def _scan_file(release: Release, path: str, found: Scan) -> None:
    beside = "ids/" + path.removeprefix("data/")
    place, ids_place = release.need(path), release.need(beside)
    _check_schema(place, path, found)
    with pq.ParquetFile(ids_place) as file:
        if not fits(file.schema_arrow, IDS):
            raise Fault("{path} has other columns than record, chunk, source, order and digest", beside, path=beside)
    ids = table(ids_place, list(IDS)).combine_chunks()
    order = ids.column("order").combine_chunks()
    if len(order) > 1 and not pc.all(pc.less(order[:-1], order[1:])).as_py():
        found.fault("ids-match-rows", Fault("the rows of {path} do not ascend by order", beside, path=beside))
    at = 0
    for batch in batches(place, COLUMNS):
        columns = {name: batch.column(i) for i, name in enumerate(COLUMNS)}
        for name in _ALWAYS:
            if columns[name].null_count:
                raise Fault("{path} has a row without {name}", path, path=path, name=name)
        _check_columns(columns, path, found)
        digests = row_digests(columns)
        found.digests.append(digests)
        _compare(columns, digests, ids.slice(at, len(batch)), path, found)
        _count_licences(columns, found)
        found.cells.append(cells_of(columns))
        for kind, record in find_identifiers(columns):
            found.fault("no-direct-identifiers", Fault("{path}: {kind} in record {record}", path, path=path,
                                                       kind=kind, record=record))
        at += len(batch)
    found.rows += at
    found.ids_rows += ids.num_rows
    found.ids.append(ids.select(["record", "chunk", "source", "order", "digest"]))


def _check_schema(place: Path, path: str, found: Scan) -> None:
    with pq.ParquetFile(place) as file:
        schema, said = file.schema_arrow, set(file.metadata.metadata or {})
    if not fits(schema, COLUMNS):
        raise Fault("{path} has other columns than a release may have", path, path=path)
    if said - {b"ARROW:schema"} or schema.metadata:
        found.fault("columns-allowed", Fault("{path} carries metadata of its own", path, path=path))


def _check_columns(columns: dict[str, Any], path: str, found: Scan) -> None:
    for name in DAYS:
        if not pc.all(pc.match_substring_regex(columns[name], _A_DAY), min_count=0).as_py():
            found.fault("columns-allowed", Fault("{path}: {name} holds something finer than a day", path, path=path,
                                                 name=name))
    one = pc.xor(pc.is_null(columns["messages"]), pc.is_null(columns["text"]))
    if not pc.all(one, min_count=0).as_py():
        found.fault("columns-allowed", Fault("{path} has a row with both messages and text, or neither", path,
                                             path=path))


def _compare(columns: dict[str, Any], digests: Any, ids: Any, path: str, found: Scan) -> None:
    beside = "ids/" + path.removeprefix("data/")
    if len(digests) != ids.num_rows:
        found.fault("ids-match-rows", Fault("{path} has fewer rows than {data}", beside, path, path=beside, data=path))
        found.fault("rows-match-root", Fault("{path} has fewer rows than {data}", beside, path, path=beside, data=path))
        return
    for name, claim, values in (("digest", "rows-match-root", digests), ("record", "ids-match-rows", columns["record"]),
                                ("chunk", "ids-match-rows", columns["chunk"]),
                                ("source", "ids-match-rows", columns["source"])):
        said = ids.column(name)
        if not said.null_count and pa.chunked_array([values]).equals(said):
            continue
        differ = pc.fill_null(pc.not_equal(said, pa.chunked_array([values])), True)
        record = columns["record"][pc.index(differ, True).as_py()].as_py()
        found.fault(claim, Fault("{path} and {data} differ in the {name} of record {record}", path, beside, path=beside,
                                 data=path, name=name, record=record))


def _count_licences(columns: dict[str, Any], found: Scan) -> None:
    pairs = pa.table({name: columns[name] for name in ("source", "licence")})
    for pair in pairs.group_by(["source", "licence"]).aggregate([([], "count_all")]).to_pylist():
        found.licences[pair["source"], pair["licence"]] += pair["count_all"]
