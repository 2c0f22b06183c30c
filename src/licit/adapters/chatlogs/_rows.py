"""Rows of a file that holds one conversation a row: JSON Lines, a JSON array, one JSON object, or Parquet."""

from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any

import pyarrow
from pyarrow import parquet

from licit.core.errors import InputError
from licit.core.ports import InputFile
from licit.core.records import SetAside

from ._streams import MIB, parse, read_lines, values

_PARQUET_BYTES = 1024 * MIB
_BATCH = 256
_LOOK = 20


def rows(file: InputFile, row_key: str, inside: frozenset[str] = frozenset()) -> Iterator[tuple[str, str, Any]]:
    """Give the rows of a JSON or JSON Lines file as (key, place, value or SetAside).

    ``row_key`` is a key that every row has: it tells one object that is a row from one object that holds rows under a
    key of ``inside``.
    """
    start = file.head.lstrip()
    if start.startswith("["):
        with file.open() as stream:
            yield from values(stream)
    elif _one_object(file, row_key):
        yield from _object(file, row_key, inside)
    else:
        with file.open() as stream:
            for number, line in read_lines(stream):
                where = f"line {number}"
                yield "", where, line if isinstance(line, SetAside) else parse(line, where)


def _one_object(file: InputFile, row_key: str) -> bool:
    """Tell whether the file is one object (over many lines, or too long for a line) rather than an object a line."""
    with file.open() as stream:
        for seen, (number, line) in enumerate(islice(read_lines(stream), _LOOK)):
            if isinstance(line, SetAside):
                if line.reason == "line-too-long":
                    return not seen
                continue
            value = parse(line, f"line {number}")
            if isinstance(value, dict) and row_key in value:
                return False
            if isinstance(value, dict) and not seen:
                return True
    return True


def _object(file: InputFile, row_key: str, inside: frozenset[str]) -> Iterator[tuple[str, str, Any]]:
    members: dict[str, Any] = {}
    with file.open() as stream:
        for key, where, value in values(stream, inside):
            if key in inside or isinstance(value, SetAside):
                yield key, where, value
            else:
                members[key] = value
    if row_key in members:
        yield "", "the file", members


def parquet_columns(file: InputFile) -> tuple[str, ...]:
    """Give the top-level columns of a Parquet file; none when it cannot be opened."""
    try:
        with parquet.ParquetFile(_seekable(file)) as table:
            return tuple(table.schema_arrow.names)
    except (InputError, OSError, pyarrow.ArrowException):
        return ()


def parquet_rows(file: InputFile) -> Iterator[tuple[str, str, Any]]:
    """Give the rows of a Parquet file, a few hundred at a time; where it breaks, the rest is set aside."""
    number = 0
    try:
        with parquet.ParquetFile(_seekable(file)) as table:
            for batch in table.iter_batches(batch_size=_BATCH):
                for row in batch.to_pylist():
                    number += 1
                    yield "", f"row {number}", row
    except (OSError, pyarrow.ArrowException):
        where = f"row {number + 1} and what follows"
        yield "", where, SetAside(reason="broken-parquet", where=where)


def _seekable(file: InputFile) -> Any:
    if file.path is not None:
        return file.path
    held = bytearray()
    with file.open() as stream:
        while block := stream.read(MIB):
            held += block
            if len(held) > _PARQUET_BYTES:
                raise InputError("a Parquet file this large must be unpacked first", about=file.name,
                                 reason="too-large", remedy="Unpack the archive and import the file itself.")
    return BytesIO(bytes(held))
