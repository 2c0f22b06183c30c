"""What the papers of a release count of its rows, batch by batch: rows, tokens, conversations and months by source and language."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_KEYS = ["source", "language", "chat"]
_MONTH = "^[0-9]{4}-[0-9]{2}-"


def cells_of(columns: dict[str, Any]) -> Any:
    """Count one batch of rows by source, language and whether it is a conversation."""
    chat = pc.invert(pc.is_null(columns["messages"]))
    first, last = (_month(columns[name], chat) for name in ("first_day", "last_day"))
    table = pa.table({"source": columns["source"], "language": columns["language"], "chat": chat, "rows": pa.repeat(pa.scalar(1, pa.int64()), len(chat)),
                      "tokens": pc.fill_null(columns["tokens"].cast(pa.int64()), 0), "first": first, "last": last})
    return _grouped(table)


def _month(days: Any, chat: Any) -> Any:
    """Give each conversation's month as a number such as 202506, null where it is unknown."""
    told = pc.if_else(pc.and_(chat, pc.match_substring_regex(days, _MONTH)), days, pa.scalar(None, pa.string()))
    return pc.replace_substring(pc.utf8_slice_codeunits(told, 0, 7), "-", "").cast(pa.int32())


def _grouped(table: Any) -> Any:
    found = table.group_by(_KEYS).aggregate([("rows", "sum"), ("tokens", "sum"), ("first", "min"), ("last", "max")])
    return found.rename_columns([*_KEYS, "rows", "tokens", "first", "last"] if found.column_names[0] == "source" else [
        "rows", "tokens", "first", "last", *_KEYS])


def together(cells: Iterable[Any]) -> list[dict[str, Any]]:
    """Add up the cells of all batches."""
    tables = list(cells)
    found: list[dict[str, Any]] = _grouped(pa.concat_tables(tables)).to_pylist() if tables else []
    return found
