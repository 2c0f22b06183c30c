"""Writing a release's rows: files that hold kept rows only, in keyed-random order, with their digests beside them.

Rules kept here:

- A file holds the rows of at least a thousand people, or there is one file; inside, rows stand in keyed-random order.
- A released row has the allow-listed columns and no others.
- What is handed out holds no row that was not kept: in a patch, touched files are written anew, others are the parent's
  bytes.
- The same kept rows give the same content root, however they lie in files.

Law: DEI-08, REL-02, REL-04
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ..core.manifest import COLUMNS, content_root, row_digest
from ..core.ports import Corpus
from .prepare import CONTENT

#: So many people at least share a file.
PEOPLE = 1000

#: No release is cut into more files.
MOST_FILES = 256

IDS = pa.schema([("record", pa.string()), ("chunk", pa.int32()), ("source", pa.string()), ("order", pa.binary(16)),
                 ("digest", pa.binary(32))])

_BATCH = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A file of a release: its path in the release, SHA-256, size in bytes and rows."""

    path: str
    sha256: str
    bytes: int
    rows: int = 0


def buckets_for(people: int) -> int:
    """Give the number of files for so many people, a margin above :data:`PEOPLE` each since places are drawn."""
    return max(1, min(MOST_FILES, people // (PEOPLE + PEOPLE // 4)))


def place(bucket: Any, buckets: int) -> Any:
    """Give the file number of a 32-bit keyed bucket; works on a number or an array."""
    return bucket * buckets >> 32


def write_rows(corpus: Corpus, folder: str, kept: pl.DataFrame, *, attributes: Mapping[str, str],
               licences: Mapping[str, str], buckets: int) -> list[Placed]:
    """Write all kept rows of a release under ``folder``; rows pass through the disk once per file, memory stays flat.

    Args:
        kept: ``shard``, ``record``, ``chunk``, ``bucket`` and ``order`` of each kept row.
        attributes: the attribute file of each shard.
        licences: the licence text of each source.
        buckets: the number of files.
    """
    schema = pa.schema([*CONTENT, ("order", pa.binary(16)), ("_file", pa.int64())])
    with tempfile.TemporaryDirectory(dir=corpus.path("."), prefix=".spill-") as spill:
        writers: dict[int, Any] = {}
        sinks: list[Any] = []
        try:
            for table in content_of(corpus, kept, attributes, licences):
                numbered = table.append_column("_file", pa.array(place(
                    table["bucket"].to_numpy().astype(np.int64), buckets), pa.int64())).drop_columns("bucket")
                for number in pc.unique(numbered["_file"]).to_pylist():
                    if number not in writers:
                        sinks.append(pa.OSFile(str(Path(spill) / f"{number}.arrow"), "wb"))
                        writers[number] = pa.ipc.new_stream(sinks[-1], schema)
                    part = numbered.filter(pc.equal(numbered["_file"], number))
                    writers[number].write_table(part.select(schema.names).cast(schema))
        finally:
            for closing in (*writers.values(), *sinks):
                closing.close()
        placed: list[Placed] = []
        for number in sorted(writers):
            with pa.OSFile(str(Path(spill) / f"{number}.arrow"), "rb") as source:
                placed += write_file(corpus, folder, number, pa.ipc.open_stream(source).read_all())
    return placed


def content_of(corpus: Corpus, kept: pl.DataFrame, attributes: Mapping[str, str], licences: Mapping[str, str]
               ) -> Iterator[Any]:
    """Give the content columns, ``order`` and ``bucket`` of kept rows, a shard at a time."""
    columns = [*(name for name in COLUMNS if name != "licence"), "order", "bucket"]
    for (shard,), wanted in kept.group_by("shard", maintain_order=True):
        table = corpus.read(attributes[str(shard)], columns)
        keys = wanted.select("record", "chunk").with_columns(_kept=pl.lit(True))
        here = pl.DataFrame({"record": table["record"], "chunk": table["chunk"]})
        mask = here.join(keys, on=["record", "chunk"], how="left", maintain_order="left")["_kept"].fill_null(False)
        table = table.filter(pa.array(mask.to_numpy()))
        licence = pa.array([licences[source] for source in table["source"].to_pylist()], pa.string())
        yield table.append_column("licence", licence)


def write_file(corpus: Corpus, folder: str, number: int, table: Any) -> list[Placed]:
    """Write one numbered data file and its ids, rows ascending by order."""
    table = table.take(pc.sort_indices(table["order"])) if table.num_rows else table
    content = table.select(list(COLUMNS)).cast(CONTENT)
    digests = [row_digest(row) for row in rows_of(content)]
    ids = pa.table({"record": content["record"], "chunk": content["chunk"], "source": content["source"],
                    "order": table["order"], "digest": pa.array(digests, pa.binary(32))}, schema=IDS)
    out = []
    for kind, part in (("data", content), ("ids", ids)):
        path = f"{kind}/part-{number:05}.parquet"
        sha256 = corpus.write(f"{folder}/{path}", part)
        out.append(Placed(path=path, sha256=sha256, bytes=corpus.path(f"{folder}/{path}").stat().st_size,
                          rows=table.num_rows))
    return out


def rows_of(table: Any) -> Iterator[Sequence[Any]]:
    """Give rows as plain values, a batch at a time."""
    for batch in table.to_batches(max_chunksize=_BATCH):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def root_of(corpus: Corpus, folder: str, paths: Iterable[str]) -> tuple[str, int]:
    """Give the content root and number of rows from the ids files of a release."""
    tables = [corpus.read(f"{folder}/{path}", ["order", "digest"]) for path in paths]
    if not tables:
        return content_root([]), 0
    table = pa.concat_tables(tables)
    ordered = table["digest"].combine_chunks().take(pc.sort_indices(table["order"].combine_chunks()))
    return content_root([ordered.buffers()[1].to_pybytes()[:32 * len(ordered)]]), len(ordered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """The release that a patch is made from: its folder, its data files, and the number of files it was cut into."""

    folder: str
    paths: tuple[str, ...]
    buckets: int


def patch_rows(corpus: Corpus, folder: str, parent: Parent, *, gone: pl.DataFrame, fresh: Iterable[Any]
               ) -> tuple[list[Placed], int]:
    """Write a patch: files that lose or gain rows anew, the parent's other files by reference.

    Args:
        folder: the patch's folder.
        parent: what it is made from.
        gone: ``record``, ``chunk`` and data ``file`` of rows that leave.
        fresh: tables of rows that join (elected in place of one that left), as from :func:`content_of`.

    Returns:
        The files, and how many were written anew.
    """
    joining: dict[int, list[Any]] = {}
    for table in fresh:
        numbers = place(table["bucket"].to_numpy().astype(np.int64), parent.buckets)
        for number in np.unique(numbers).tolist():
            part = table.filter(pa.array(numbers == number)).drop_columns("bucket")
            joining.setdefault(number, []).append(part)
    touched = {*joining, *map(_number, gone["file"].unique().to_list())}
    placed: list[Placed] = []
    for number in sorted(touched | {_number(path) for path in parent.paths}):
        data, ids = f"data/part-{number:05}.parquet", f"ids/part-{number:05}.parquet"
        if number not in touched:
            for path in (data, ids):
                corpus.link(f"{parent.folder}/{path}", f"{folder}/{path}")
                placed.append(_placed(corpus, folder, path))
            continue
        tables = joining.get(number, [])
        if data in parent.paths:
            tables = [_without(corpus, parent.folder, data, gone.filter(pl.col("file") == data)), *tables]
        names = [*COLUMNS, "order"]
        whole = pa.concat_tables([table.select(names).cast(pa.schema([*CONTENT, ("order", pa.binary(16))]))
                                  for table in tables])
        if whole.num_rows:
            placed += write_file(corpus, folder, number, whole)
    return placed, len(touched)


def _without(corpus: Corpus, parent: str, data: str, leaving: pl.DataFrame) -> Any:
    table = corpus.read(f"{parent}/{data}")
    order = corpus.read(f"{parent}/{data.replace('data/', 'ids/')}", ["order"])["order"]
    here = pl.DataFrame({"record": table["record"], "chunk": table["chunk"]})
    gone = leaving.select("record", "chunk").with_columns(_gone=pl.lit(True))
    mask = here.join(gone, on=["record", "chunk"], how="left", maintain_order="left")["_gone"].is_null()
    return table.append_column("order", order).filter(pa.array(mask.to_numpy()))


def _number(path: str) -> int:
    return int(path.rsplit("-", 1)[1].split(".")[0])


def _placed(corpus: Corpus, folder: str, path: str) -> Placed:
    file = corpus.path(f"{folder}/{path}")
    with file.open("rb") as stream:
        sha256 = "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()
    return Placed(path=path, sha256=sha256, bytes=file.stat().st_size)
