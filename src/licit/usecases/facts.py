"""The facts of all chunks of a lock's inputs as one table, and the names of their duplicate clusters, kept once made.

Facts are blind to rights; clusters too, so both serve a release and all its patches.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from ..core.errors import EvidenceError
from ..core.ids import settings_key
from ..core.ports import Corpus
from ..pipeline.dedupe import clusters
from ..pipeline.prepare import FACTS

_COLUMNS = [*FACTS.names, "exact", "runs"]


def facts_of(corpus: Corpus, lock: Mapping[str, Any]) -> pl.DataFrame:
    """Read the facts of every chunk: one row each, numbered, with its shard and the shard's place in arrival order.

    Raises:
        EvidenceError: an attribute file differs from the lock's.
    """
    key = lock["attributes"]["key"]
    frames = []
    for number, item in enumerate(lock["inputs"]):
        shard = item["shard"]
        path = f"attributes/{key}/{shard}.parquet"
        if corpus.digest(path) != lock["attributes"]["files"][shard]:
            raise EvidenceError("an attribute file is not the one the lock names", about=path,
                                reason="file-altered", remedy="Remove it; the next build makes it again.")
        frame = pl.DataFrame(pl.from_arrow(corpus.read(path, _COLUMNS)))
        frames.append(frame.with_columns(shard=pl.lit(shard), shard_no=pl.lit(number, dtype=pl.UInt32)))
    if not frames:
        return _empty()
    return pl.concat(frames).with_row_index("row").with_columns(pl.col("row").cast(pl.UInt32))


def _empty() -> pl.DataFrame:
    facts = pl.DataFrame(pl.from_arrow(FACTS.empty_table()))
    return facts.with_columns(
        exact=pl.lit(None, dtype=pl.Binary), runs=pl.lit(None, dtype=pl.List(pl.UInt64)),
        shard=pl.lit("", dtype=pl.String), shard_no=pl.lit(0, dtype=pl.UInt32)).with_row_index("row").with_columns(
        pl.col("row").cast(pl.UInt32))


def clustered(corpus: Corpus, facts: pl.DataFrame, lock: Mapping[str, Any]) -> pl.DataFrame:
    """Add the cluster names ``same`` and ``alike`` to facts, from a file made once for these inputs."""
    key = lock["attributes"]["key"]
    name = settings_key([f"{shard}:{sha256}" for shard, sha256 in lock["attributes"]["files"].items()])
    path = f"attributes/{key}/clusters/{name}.parquet"
    if not corpus.exists(path):
        bands = [pl.DataFrame(pl.from_arrow(corpus.read(f"attributes/{key}/{item['shard']}.parquet", ["bands"])))
                 for item in lock["inputs"]]
        joined = facts.select("row", "exact").with_columns(
            (pl.concat(bands) if bands else pl.DataFrame(schema={"bands": pl.List(pl.UInt64)}))["bands"])
        corpus.write(path, clusters(joined).select("same", "alike").to_arrow(compat_level=pl.CompatLevel.oldest()))
    named = pl.DataFrame(pl.from_arrow(corpus.read(path)))
    if named.height != facts.height:
        raise EvidenceError("a cluster file does not fit its inputs", about=path, remedy="Remove it and build again.")
    return facts.hstack(named)
