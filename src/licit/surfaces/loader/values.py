"""Arrow columns as plain Python values: what ``to_pylist`` gives, made column by column where that is faster.
"""

from itertools import accumulate, pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def plain(column: Any) -> list[Any]:
    """Give the values of an array or a chunked array; what is not known here is left to ``to_pylist``."""
    if isinstance(column, pa.ChunkedArray):
        return [value for chunk in column.chunks for value in plain(chunk)]
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or (pa.types.is_integer(kind) and not column.null_count):
        found: list[Any] = column.to_numpy(zero_copy_only=False).tolist()
        return found
    if pa.types.is_list(kind):
        values = plain(column.flatten())
        sizes = plain(pc.fill_null(pc.list_value_length(column), 0))
        cut = [values[start:end] for start, end in pairwise(accumulate(sizes, initial=0))]
        return cut if not column.null_count else [one if there else None for one, there in zip(cut, plain_true(column), strict=True)]
    if pa.types.is_struct(kind) and not column.null_count:
        names = [field.name for field in kind]
        parts = [plain(part) for part in column.flatten()]
        return [dict(zip(names, row, strict=True)) for row in zip(*parts, strict=True)]
    return column.to_pylist()  # type: ignore[no-any-return]


def plain_true(column: Any) -> list[bool]:
    """Tell for each value whether it is there."""
    return column.is_valid().to_numpy(zero_copy_only=False).tolist()  # type: ignore[no-any-return]
