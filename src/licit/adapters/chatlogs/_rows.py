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

from ._fields import is_tier, plain_key
from ._streams import ITEM_BYTES, MIB, parse, read_lines, split, values

_PARQUET_BYTES = 1024 * MIB
_BATCH = 256
_LOOK = 20


NOTHING: frozenset[str] = frozenset()


def rows(file: InputFile, row_key: str, inside: frozenset[str] = NOTHING,
         known: frozenset[str] = NOTHING) -> Iterator[tuple[str, str, Any]]:
    """Give the rows of a JSON or JSON Lines file as (key, place, value or SetAside).

    ``row_key`` is a key that every row has: it tells one object that is a row from one object that holds rows under a
    key of ``inside``. What else such an object holds, beside the ``known`` keys, is set aside as ``not-understood``.
    """
    start = file.head.lstrip()
    if start.startswith("["):
        with file.open() as stream:
            yield from values(stream)
    elif _one_object(file, row_key):
        yield from _object(file, row_key, inside, known)
    else:
        with file.open() as stream:
            for number, line in read_lines(stream):
                where = f"line {number}"
                yield "", where, line if isinstance(line, SetAside) else parse(line, where)


def _one_object(file: InputFile, row_key: str) -> bool:
    """Tell whether the file is one object (over many lines, or too long for a line) rather than an object a line."""
    first = False
    with file.open() as stream:
        for seen, (number, line) in enumerate(islice(read_lines(stream), _LOOK)):
            if isinstance(line, SetAside):
                if line.reason == "line-too-long":
                    return not seen
                continue
            value = parse(line, f"line {number}")
            if isinstance(value, dict) and (row_key in value or first):
                return False  # a row, or a second object: one strange line must not hide the others
            first = first or (isinstance(value, dict) and not seen)
    return True


def _object(file: InputFile, row_key: str, inside: frozenset[str],
            known: frozenset[str]) -> Iterator[tuple[str, str, Any]]:
    members: dict[str, Any] = {}
    with file.open() as stream:
        for key, where, value in values(stream, inside):
            if key in inside or isinstance(value, SetAside):
                yield key, where, value
            else:
                members[key] = value
    if row_key in members:
        yield "", "the file", members
        return
    for key, value in members.items():
        if key not in known and value not in (None, "", [], {}) and not is_tier(key):
            where = f"member {plain_key(key)}"
            yield key, where, SetAside(reason="not-understood", where=where)


def members(file: InputFile, inside: frozenset[str]) -> dict[str, Any]:
    """Give the members of a top-level object other than those that hold rows; none for any other file."""
    if not file.head.lstrip().startswith("{"):
        return {}
    with file.open() as stream:
        return {key: parse(data, where) for key, where, data in split(stream, inside)
                if key not in inside and not isinstance(data, SetAside)}


def beside(file: InputFile, name: str) -> Any:
    """Read a small JSON file that lies beside this one: its value, None when there is none, or a SetAside."""
    stream = file.sibling(name) if file.sibling is not None and name in file.siblings else None
    if stream is None:
        return None
    try:
        with stream:
            data = stream.read(ITEM_BYTES + 1)
    except InputError as error:
        return SetAside(reason=error.reason or "unreadable", where=name, detail=error.what)
    if len(data) > ITEM_BYTES:
        return SetAside(reason="too-large", where=name)
    return parse(data.removeprefix(b"\xef\xbb\xbf"), name)


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
