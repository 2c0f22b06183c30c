"""Arrow columns as plain Python values: what ``to_pylist`` gives, made column by column where that is faster.

Rules kept here:

- Types, nulls and sizes that are not known here are left to ``to_pylist``, whose values these are in every case.
- No Python is run for each value: what is long is left to loops that are not Python's.
"""

from itertools import repeat
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def plain(column: Any) -> list[Any]:
    """Give the values of an array or a chunked array."""
    if isinstance(column, pa.ChunkedArray):
        return plain(column.chunk(0)) if column.num_chunks == 1 else [value for chunk in column.chunks for value in plain(chunk)]
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or (pa.types.is_integer(kind) and not column.null_count):
        return column.to_numpy(zero_copy_only=False).tolist()  # type: ignore[no-any-return]
    if pa.types.is_list(kind):
        return _lists(column)
    if pa.types.is_struct(kind) and not column.null_count and len(kind) and len({field.name for field in kind}) == len(kind):
        return list(together([field.name for field in kind], [plain(part) for part in column.flatten()]))
    return column.to_pylist()  # type: ignore[no-any-return]


def together(names: list[str], columns: list[list[Any]]) -> Any:
    """Give rows of named values, one after the other; columns that are not of one length are an error.

    Raises:
        ValueError: they are not.
    """
    return map(dict, map(zip, repeat(names), zip(*columns, strict=True)))


def _lists(column: Any) -> list[Any]:
    """Give lists: pieces of their values, which stand one after the other; a null has none."""
    values = plain(column.flatten())
    ends = np.cumsum(pc.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64).tolist()
    cut: list[Any] = list(map(values.__getitem__, map(slice, [0, *ends], ends)))
    for null in np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False)).tolist() if column.null_count else ():
        cut[null] = None
    return cut
