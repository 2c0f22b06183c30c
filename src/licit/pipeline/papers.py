"""What the papers of a release count: its own rows, file by file, and the domains that its pages came from.

Rules kept here:

- Only what lies in ``data/`` is counted, so that no number can tell of a row that was left out.
- Languages of few rows are merged, as small counts of the tally are.
- No row passes through Python.
- What was counted of a file stands for every file of the same digest under the same rules (:func:`rules`), so that a patch
  counts the files that it wrote. Of a file that was written anew the pages are told apart by the rows that left and joined:
  the domains of all others are known.

Law: AIA-01, AIA-03
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..core.errors import EvidenceError
from ..core.ids import settings_key
from ..core.manifest import merge_small
from ..core.ports import Corpus

#: The only part of a conversation that is read: whether there is one.
_COLUMNS = ("language", "source", "first_day", "last_day", "tokens", "messages.list.element.role")
#: A field in which a document says where it is from (all their names end so), in a record's JSON; in its words quotation marks are escaped.
_ADDRESS = r'(?:url|uri)":\s*"([^"\\]+)"'
_HOST = r"^(?:[^/?#]*://)?(?:[^/?#@]*@)?([^/?#@:]+)"
_GROUP = ("source", "language", "chat")
_ROW = ("record", "chunk", "source", "tokens")

CELLS = pl.Schema({"file": pl.String, "source": pl.String, "language": pl.String, "chat": pl.Boolean, "rows": pl.Int64,
                   "tokens": pl.Int64, "first": pl.String, "last": pl.String})
HOSTS = pl.Schema({"file": pl.String, "host": pl.String, "rows": pl.Int64, "tokens": pl.Int64})


@cache
def rules() -> str:
    """Name the code that counts, so that a change of it is never served from what was counted before."""
    return settings_key([Path(__file__).read_text(encoding="utf-8")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Which rows are counted by the host of the page that they are from.

    ``own`` has the sources, each with its own address; ``shards`` those that their records lie in, by digest.
    """

    own: Mapping[str, str] = field(default_factory=dict)
    shards: Mapping[str, str] = field(default_factory=dict)

    def key(self) -> str:
        """Name these sources and records: hosts that were counted serve under the same name only."""
        return settings_key([*(part for item in sorted(self.own.items()) for part in item), "|",
                             *(part for item in self.shards.items() for part in item)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was counted of some data files, by digest: ``cells`` (:data:`CELLS`) of all rows, ``hosts`` (:data:`HOSTS`) of pages."""

    cells: pl.DataFrame
    hosts: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What was counted of an earlier release: its folder, its data files by path, and their counts; ``hosts`` may be None."""

    folder: str
    files: Mapping[str, str]
    cells: pl.DataFrame
    hosts: pl.DataFrame | None


def count_files(corpus: Corpus, folder: str, files: Mapping[str, str], pages: Pages, before: Before | None = None) -> Counts:
    """Count data files, but for those that were counted before.

    Args:
        corpus: where release and shards lie.
        folder: the release.
        files: its data files, path to digest.
        pages: what is counted by host.
        before: what was counted of the release that it was made from, under these rules.

    Raises:
        EvidenceError: a file is missing or cannot be read.
    """
    known = before.cells.filter(pl.col("file").is_in(list(files.values()))) if before else CELLS.to_frame()
    there = set(known["file"].unique().to_list())
    cells = [_counted(_narrow(corpus, f"{folder}/{path}")).select(pl.lit(sha256).alias("file"), *CELLS.names()[1:])
             for path, sha256 in files.items() if sha256 not in there]
    return Counts(cells=pl.concat([known, *cells]), hosts=_hosts(corpus, folder, files, pages, before))


def count_rows(every: pl.DataFrame) -> dict[str, Any]:
    """Add up the cells of a release: by language and by source, in rows, tokens and conversations, with the months of the latter."""
    cells = every.group_by(_GROUP).agg(pl.col("rows", "tokens").sum(), pl.col("first").min(), pl.col("last").max()).sort(_GROUP)
    chats = cells.filter(pl.col("chat"))
    return {"rows": _sum(cells, "rows"), "chats": _sum(chats, "rows"), "documents": _sum(cells, "rows") - _sum(chats, "rows"),
            "tokens": _sum(cells, "tokens"), "languages": _languages(cells),
            "sources": {name: _source(cells.filter(pl.col("source") == name)) for name in cells["source"].unique().sort().to_list()}}


def sizes_by_host(hosts: pl.DataFrame) -> list[tuple[str, int]]:
    """Give the tokens of pages by the host of the address that their record declares, else of the source's own."""
    return list(hosts.group_by("host").agg(pl.col("tokens").sum()).sort("host").iter_rows())


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


def _hosts(corpus: Corpus, folder: str, files: Mapping[str, str], pages: Pages, before: Before | None) -> pl.DataFrame:
    """Count pages by file and host: as counted before, from what changed in a file since, or all of a file's rows."""
    if not pages.own or not pages.shards:
        return HOSTS.to_frame()
    counted = before.hosts if before and before.hosts is not None else HOSTS.to_frame()
    known = before.files if before and before.hosts is not None else {}
    kept = counted.filter(pl.col("file").is_in([sha256 for path, sha256 in files.items() if known.get(path) == sha256]))
    changed, rows = [], []
    for path, sha256 in files.items():
        if path not in known or (known[path] != sha256 and corpus.digest(f"{before.folder}/{path}") != known[path]):  # type: ignore[union-attr]
            rows.append(_pages(corpus, f"{folder}/{path}", pages).with_columns(file=pl.lit(sha256), rows=pl.lit(1, dtype=pl.Int64)))
        elif known[path] != sha256:
            now, then = (_pages(corpus, f"{place}/{path}", pages) for place in (folder, before.folder))  # type: ignore[union-attr]
            rows += [one.join(other, on=_ROW, how="anti").with_columns(
                pl.col("tokens") * sign, file=pl.lit(sha256), rows=pl.lit(sign, dtype=pl.Int64)) for one, other, sign in ((now, then, 1), (then, now, -1))]
            changed.append(counted.filter(pl.col("file") == known[path]).with_columns(file=pl.lit(sha256)))
    if not rows:
        return kept
    anew = pl.concat([*changed, _by_host(corpus, pl.concat(rows), pages)]).group_by("file", "host").agg(pl.col("rows", "tokens").sum())
    return pl.concat([kept, anew.filter(pl.col("rows") > 0)])


def _pages(corpus: Corpus, path: str, pages: Pages) -> pl.DataFrame:
    """Read the rows of a data file that are of pages."""
    rows: pl.DataFrame = corpus.frame([path], _ROW, pl.col("source").is_in(list(pages.own)))
    return rows.with_columns(pl.col("tokens").cast(pl.Int64))


def _by_host(corpus: Corpus, rows: pl.DataFrame, pages: Pages) -> pl.DataFrame:
    """Add up rows (``file``, ``record``, ``source``, ``tokens``, ``rows``) by file and host, reading the shards for their records alone."""
    wanted = rows.group_by("file", "record", "source").agg(pl.col("rows", "tokens").sum())
    declared: list[Any] = [pl.col("record"), pl.col("body").str.extract(_ADDRESS).alias("address")]
    told = corpus.frame([f"shards/{shard}.parquet" for shard in pages.shards], declared, pl.col("record").is_in(
        wanted["record"].unique().implode())).drop_nulls("address").unique("record", keep="last", maintain_order=True)
    own = pl.col("source").replace_strict(dict(pages.own), default="", return_dtype=pl.String)
    return (wanted.join(told, on="record", how="left").with_columns(pl.col("address").fill_null(own))
            .with_columns(host=pl.col("address").str.extract(_HOST).str.to_lowercase()).drop_nulls("host")
            .group_by("file", "host").agg(pl.col("rows", "tokens").sum()).select(HOSTS.names()))
