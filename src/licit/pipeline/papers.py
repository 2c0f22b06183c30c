"""What the papers of a release count: its own rows, column by column, and the domains that its pages came from.

Rules kept here:

- Only what lies in ``data/`` is counted, so that no number can tell of a row that was left out.
- Languages of few rows are merged, as small counts of the tally are.
- No row passes through Python.

Law: AIA-01, AIA-03
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..core.errors import EvidenceError
from ..core.manifest import merge_small
from ..core.ports import Corpus

#: The only part of a conversation that is read: whether there is one.
_COLUMNS = ("language", "source", "first_day", "last_day", "tokens", "messages.list.element.role")
#: A field in which a document says where it is from (all their names end so), in a record's JSON; in its words quotation marks are escaped.
_ADDRESS = r'(?:url|uri)":\s*"([^"\\]+)"'
_HOST = r"^(?:[^/?#]*://)?(?:[^/?#@]*@)?([^/?#@:]+)"
_GROUP = ("source", "language", "chat")


def count_rows(corpus: Corpus, folder: str, paths: Sequence[str]) -> dict[str, Any]:
    """Count the rows of a release: by language and by source, in rows, tokens and conversations, with the months of the latter.

    Raises:
        EvidenceError: a file is missing or cannot be read.
    """
    parts = [_counted(_narrow(corpus, f"{folder}/{path}")) for path in paths]
    cells = pl.concat(parts) if parts else _counted(pa.table({name: pa.array([], pa.string()) for name in _COLUMNS[:4]} | {
        "tokens": pa.array([], pa.int32()), "messages": pa.array([], pa.list_(pa.string()))}))
    cells = cells.group_by(_GROUP).agg(pl.col("rows", "tokens").sum(), pl.col("first").min(), pl.col("last").max()).sort(_GROUP)
    chats = cells.filter(pl.col("chat"))
    return {"rows": _sum(cells, "rows"), "chats": _sum(chats, "rows"), "documents": _sum(cells, "rows") - _sum(chats, "rows"),
            "tokens": _sum(cells, "tokens"), "languages": _languages(cells),
            "sources": {name: _source(cells.filter(pl.col("source") == name)) for name in cells["source"].unique().sort().to_list()}}


def _narrow(corpus: Corpus, path: str) -> Any:
    """Read what is counted of one file; of a conversation its roles alone."""
    try:
        with pq.ParquetFile(corpus.path(path)) as file:
            return file.read(columns=list(_COLUMNS))
    except (OSError, pa.ArrowException) as error:
        raise EvidenceError("a file cannot be read", about=path, reason="file-unreadable", remedy="Restore it from a backup.") from error


def _counted(table: Any) -> pl.DataFrame:
    flat = pa.table({name: table[name] for name in _COLUMNS[:-1]} | {"chat": pc.invert(pc.is_null(table["messages"]))})
    month = {name: pl.when(pl.col("chat") & (pl.col(day) != "")).then(pl.col(day).str.head(7)) for name, day in (
        ("first", "first_day"), ("last", "last_day"))}
    return pl.DataFrame(pl.from_arrow(flat)).group_by(_GROUP).agg(
        rows=pl.len().cast(pl.Int64), tokens=pl.col("tokens").cast(pl.Int64).sum(), first=month["first"].min(), last=month["last"].max())


def _sum(cells: pl.DataFrame, column: str) -> int:
    return int(cells[column].sum())


def _languages(cells: pl.DataFrame) -> dict[str, dict[str, int]]:
    told = {name: (rows, tokens) for name, rows, tokens in cells.group_by("language").agg(pl.col("rows", "tokens").sum()).iter_rows()}
    merged = merge_small({name: rows for name, (rows, _) in told.items()})
    rest = sum(tokens for name, (_, tokens) in told.items() if name not in merged)
    return {name: {"rows": rows, "tokens": told[name][1] if name in told else rest} for name, rows in merged.items()}


def _source(mine: pl.DataFrame) -> dict[str, Any]:
    chats = mine.filter(pl.col("chat"))
    return {"rows": _sum(mine, "rows"), "chats": _sum(chats, "rows"), "tokens": _sum(mine, "tokens"),
            "first": chats["first"].min() or "", "last": chats["last"].max() or ""}


def sizes_by_host(corpus: Corpus, folder: str, paths: Sequence[str], shards: Sequence[str], sources: Mapping[str, str]
                     ) -> list[tuple[str, int]]:
    """Give the tokens that rows of some sources hold, by the host of the address that their record declares, else of the source's own.

    Args:
        corpus: where release and shards lie.
        folder: the release.
        paths: its data files.
        shards: the shards that these sources' records lie in.
        sources: the sources, each with its own address.
    """
    if not shards or not sources:
        return []
    rows = corpus.frame([f"{folder}/{path}" for path in paths], ["record", "source", "tokens"]).filter(
        pl.col("source").is_in(list(sources))).group_by("record", "source").agg(pl.col("tokens").cast(pl.Int64).sum())
    declared: list[Any] = [pl.col("record"), pl.col("body").str.extract(_ADDRESS).alias("address")]
    told = corpus.frame([f"shards/{shard}.parquet" for shard in shards], declared).drop_nulls("address").unique(
        "record", keep="last", maintain_order=True)
    own = pl.col("source").replace_strict(dict(sources), default="", return_dtype=pl.String)
    found = rows.join(told, on="record", how="left").with_columns(pl.col("address").fill_null(own)).group_by(
        host=pl.col("address").str.extract(_HOST).str.to_lowercase()).agg(pl.col("tokens").sum()).drop_nulls("host").sort("host")
    return list(found.iter_rows())
