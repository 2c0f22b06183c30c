"""The facts of all chunks of a lock's inputs as one table, and the names of their duplicate clusters, kept once made.

Facts are blind to rights; clusters too, so both serve a release and all its patches.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from ..core.errors import EvidenceError
from ..core.ids import settings_key
from ..core.ports import Corpus
from ..pipeline.dedupe import clusters
from ..pipeline.kin import pairs
from ..pipeline.prepare import FACTS

_NO_SHAPES = pl.DataFrame(schema={"row": pl.UInt32, "exact": pl.Binary, "bands": pl.List(pl.UInt64)})
_NO_ANCHORS = pl.DataFrame(schema={"record": pl.String, "language": pl.String, "anchors": pl.List(pl.UInt64), "number": pl.Int32})
_COLUMNS = [*FACTS.names, "language", "exact", "runs"]


def facts_of(corpus: Corpus, lock: Mapping[str, Any], *, records: Sequence[str] | None = None) -> pl.DataFrame:
    """Read the facts of every chunk: one row each, numbered, with its shard and the shard's place in arrival order.

    With ``records``, only theirs, without numbers; shards that hold none of them are not read.

    Raises:
        EvidenceError: an attribute file differs from the lock's.
    """
    frames = []
    for number, item in enumerate(lock["inputs"]):
        shard, path = item["shard"], attribute_path(lock, item["shard"])
        if records is not None and not _holds(corpus, shard, records):
            continue
        if corpus.digest(path) != lock["attributes"]["files"][shard]:
            raise EvidenceError("an attribute file is not the one the lock names", about=path,
                                reason="file-altered", remedy=f"Remove it with its note ({path.removesuffix('.parquet')}.json); "
                                                             "the next build makes both again.")
        frame = corpus.frame([path], _COLUMNS, None if records is None else pl.col("record").is_in(list(records)))
        frames.append(frame.with_columns(shard=pl.lit(shard), shard_no=pl.lit(number, dtype=pl.UInt32)))
    if records is not None:
        return pl.concat(frames) if frames else _empty().drop("row")
    return pl.concat(frames).with_row_index("row").with_columns(pl.col("row").cast(pl.UInt32)) if frames else _empty()


def _holds(corpus: Corpus, shard: str, records: Sequence[str]) -> bool:
    """Tell whether a shard holds one of some records, by its column of ids alone."""
    ids = pl.scan_parquet(corpus.path(f"shards/{shard}.parquet")).select(pl.col("record").is_in(list(records)).any())
    return bool(ids.collect().item())


def attribute_path(lock: Mapping[str, Any], shard: str) -> str:
    """Give the attribute file of a shard."""
    return f"attributes/{lock['attributes']['key']}/{shard}.parquet"


def column_of(corpus: Corpus, lock: Mapping[str, Any], *columns: str, rows: pl.DataFrame | None = None) -> pl.DataFrame:
    """Read some columns of all rows of a lock's inputs, or of some (``row``, ``shard``), with their numbers."""
    frames = [pl.DataFrame(schema={"row": pl.UInt32})]
    wanted = set() if rows is None else set(rows["shard"].unique().to_list())
    start, paths = 0, [attribute_path(lock, item["shard"]) for item in lock["inputs"]]
    if rows is None and paths:
        frames.append(corpus.frame(paths, columns).with_row_index("row"))
    for item, path in zip(lock["inputs"], paths, strict=True) if wanted else ():
        if item["shard"] in wanted:
            frames.append(corpus.frame([path], columns).with_row_index("row", offset=start))
        start += pq.read_metadata(corpus.path(path)).num_rows
    return pl.concat([frame.with_columns(pl.col("row").cast(pl.UInt32)) for frame in frames], how="diagonal")


def _empty() -> pl.DataFrame:
    facts = pl.DataFrame(pl.from_arrow(FACTS.empty_table()))
    return facts.with_columns(
        language=pl.lit("", dtype=pl.String), exact=pl.lit(None, dtype=pl.Binary), runs=pl.lit(None, dtype=pl.List(pl.UInt64)),
        shard=pl.lit("", dtype=pl.String), shard_no=pl.lit(0, dtype=pl.UInt32)).with_row_index("row").with_columns(
        pl.col("row").cast(pl.UInt32))


def clustered(corpus: Corpus, facts: pl.DataFrame, lock: Mapping[str, Any]) -> pl.DataFrame:
    """Add the cluster names ``same`` and ``alike`` to facts."""
    named = cluster_names(corpus, lock)
    if named.height != facts.height:
        raise EvidenceError("a cluster file does not fit its inputs", about=_cluster_path(lock),
                            remedy="Remove it and build again.")
    return facts.hstack(named)


def cluster_names(corpus: Corpus, lock: Mapping[str, Any]) -> pl.DataFrame:
    """Give the cluster names of all rows of a lock's inputs, from a file that is made where it is missing."""
    path = _cluster_path(lock)
    if not corpus.exists(path):
        rows = pl.concat([_NO_SHAPES, column_of(corpus, lock, "exact", "bands")], how="diagonal_relaxed")
        corpus.write(path, clusters(rows).select("same", "alike").to_arrow(compat_level=pl.CompatLevel.oldest()))
    return pl.DataFrame(pl.from_arrow(corpus.read(path)))


def kin_of(corpus: Corpus, lock: Mapping[str, Any]) -> pl.DataFrame:
    """Give the pairs of documents that may be translations of one another, from a file that is made where it is missing."""
    path = _cluster_path(lock).replace(".parquet", "-kin.parquet")
    if not corpus.exists(path):
        columns, first = ["record", "language", "anchors", "thread", "chunk"], (pl.col("thread") == "document") & (pl.col("chunk") == 0)
        frames = [corpus.frame([attribute_path(lock, item["shard"])], columns, first).drop("thread", "chunk").with_columns(
            number=pl.lit(number)) for number, item in enumerate(lock["inputs"])]
        newest = pl.concat([_NO_ANCHORS, *frames]).filter(pl.col("number") == pl.col("number").max().over("record"))
        corpus.write(path, pairs(newest).to_arrow(compat_level=pl.CompatLevel.oldest()))
    return pl.DataFrame(pl.from_arrow(corpus.read(path)))


def _cluster_path(lock: Mapping[str, Any]) -> str:
    files = lock["attributes"]["files"]
    name = settings_key([f"{item['shard']}:{files[item['shard']]}" for item in lock["inputs"]])
    return f"attributes/{lock['attributes']['key']}/clusters/{name}.parquet"
