"""Writing a release's rows: files that hold kept rows only, in keyed-random order, with their digests beside them.

Rules kept here:

- A file holds the rows of at least a thousand people, or there is one file; inside, rows stand in keyed-random order.
- A released row has the allow-listed columns and no others.
- What is handed out holds no row that was not kept: in a patch, touched files are written anew, others are the parent's
  bytes.
- The same kept rows give the same content root, however they lie in files.
- A kept row is read by its place in its shard, and what lies there must be that row.

Law: DEI-08, REL-02, REL-04
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ..core.errors import EvidenceError
from ..core.manifest import COLUMNS, content_root
from ..core.ports import Corpus
from .prepare import CONTENT

#: So many people at least share a file.
PEOPLE = 1000

#: No release is cut into more files.
MOST_FILES = 256

IDS = pa.schema([("record", pa.string()), ("chunk", pa.int32()), ("source", pa.string()), ("order", pa.binary(16)),
                 ("digest", pa.binary(32))])

#: Columns of ``ids/`` that are random.
_PLAIN = ("record", "order", "digest")

_SPILL = pa.schema([*CONTENT, ("order", pa.binary(16))])
_BATCH = 2048
_SHARDS, _BYTES = 8, 32 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A file of a release: its path in the release, SHA-256, size in bytes and rows."""

    path: str
    sha256: str
    bytes: int
    rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Licences:
    """The licence text of each source, and of each record that was made from others."""

    sources: Mapping[str, str]
    derived: Mapping[str, str]

    def column(self) -> pl.Expr:
        """Give the licence of each row by its source, and by its record where it was made from others."""
        own = pl.col("source").replace_strict(self.sources, return_dtype=pl.String)
        return pl.col("record").replace_strict(self.derived, default=own, return_dtype=pl.String) if self.derived else own


def buckets_for(people: int) -> int:
    """Give the number of files for so many people, a margin above :data:`PEOPLE` each since places are drawn."""
    return max(1, min(MOST_FILES, people // (PEOPLE + PEOPLE // 4)))


def place(bucket: Any, buckets: int) -> Any:
    """Give the file number of a 32-bit keyed bucket; works on a number or an array."""
    return bucket * buckets >> 32


def write_rows(corpus: Corpus, folder: str, rows: pl.DataFrame, *, attributes: Mapping[str, str],
               licences: Licences, buckets: int) -> list[Placed]:
    """Write all kept rows of a release under ``folder``; rows pass through the disk once per file, memory stays flat.

    Args:
        rows: ``shard``, ``record``, ``chunk`` and ``kept`` of each decided row: see :func:`content_of`.
        attributes: the attribute file of each shard.
        licences: the licence texts.
        buckets: the number of files.
    """
    with tempfile.TemporaryDirectory(dir=corpus.path("."), prefix=".spill-") as spill:
        writers: dict[int, Any] = {}
        sinks: list[Any] = []
        try:
            for table in content_of(corpus, rows, attributes, licences):
                for number, part in _parts(table, buckets):
                    if number not in writers:
                        sinks.append(pa.OSFile(str(Path(spill) / f"{number}.arrow"), "wb"))
                        writers[number] = pa.ipc.new_stream(sinks[-1], _SPILL)
                    writers[number].write_table(part)
        finally:
            for closing in (*writers.values(), *sinks):
                closing.close()
        placed: list[Placed] = []
        for number in sorted(writers):
            with pa.OSFile(str(Path(spill) / f"{number}.arrow"), "rb") as source:
                placed += write_file(corpus, folder, number, pa.ipc.open_stream(source).read_all())
    return placed


def _parts(table: Any, buckets: int) -> Iterator[tuple[int, Any]]:
    """Give the rows of each file among some rows."""
    numbers = place(table["bucket"].to_numpy().astype(np.int64), buckets)
    ordered = np.argsort(numbers, kind="stable")
    whole = table.select(_SPILL.names).take(pa.array(ordered))
    found, starts = np.unique(numbers[ordered], return_index=True)
    for number, start, end in zip(found.tolist(), starts, [*starts[1:], len(numbers)], strict=True):
        yield number, whole.slice(start, end - start)


def _together(corpus: Corpus, rows: pl.DataFrame, attributes: Mapping[str, str]
              ) -> Iterator[tuple[list[str], pl.DataFrame]]:
    """Group shards that have kept rows, so that a group can be held in memory and decoded on all cores."""
    paths: list[str] = []
    parts: list[pl.DataFrame] = []
    size = start = 0
    for run in rows["shard"].rle().to_list():
        part, start = rows.slice(start, run["len"]), start + run["len"]
        if not part["kept"].any():
            continue
        path = attributes[run["value"]]
        own = corpus.path(path).stat().st_size if corpus.exists(path) else 0
        if paths and (len(paths) == _SHARDS or size + own > _BYTES):
            yield paths, pl.concat(parts)
            paths, parts, size = [], [], 0
        paths.append(path)
        parts.append(part)
        size += own
    if paths:
        yield paths, pl.concat(parts)


def content_of(corpus: Corpus, rows: pl.DataFrame, attributes: Mapping[str, str], licences: Licences | None) -> Iterator[Any]:
    """Give the content columns, ``order`` and ``bucket`` of kept rows, a few shards at a time.

    Args:
        corpus: where the attribute files lie.
        rows: ``shard``, ``record``, ``chunk`` and ``kept`` of every row of some shards, in the order of the files.
        attributes: the attribute file of each shard.
        licences: the licence texts; without them that column is empty.

    Raises:
        EvidenceError: what lies at the place of a kept row is another row, or a file cannot be read.
    """
    columns = [*(name for name in COLUMNS if name != "licence"), "order", "bucket"]
    licence = pl.lit("") if licences is None else licences.column()
    for paths, mine in _together(corpus, rows.select("shard", "record", "chunk", "kept"), attributes):
        read = corpus.frame(paths, columns, mine["kept"])
        if not read.select("record", "chunk").equals(mine.filter("kept").select("record", "chunk")):
            raise EvidenceError("attribute files hold other rows than were decided", about=", ".join(paths),
                                reason="file-altered", remedy="Remove them; the next build makes them again.")
        yield _arrow(read.with_columns(licence=licence), pa.schema([*_SPILL, ("bucket", pa.uint32())]))


def _arrow(frame: pl.DataFrame, schema: Any) -> Any:
    return frame.select(schema.names).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)


def write_file(corpus: Corpus, folder: str, number: int, table: Any) -> list[Placed]:
    """Write one numbered data file and its ids, rows ascending by order."""
    table = table.take(pc.sort_indices(table["order"])) if table.num_rows else table
    content = table.select(list(COLUMNS)).cast(CONTENT)
    ids = pa.table({"record": content["record"], "chunk": content["chunk"], "source": content["source"],
                    "order": table["order"], "digest": pa.array(row_digests(content), pa.binary(32))}, schema=IDS)
    out = []
    for kind, part, plain in (("data", content, ()), ("ids", ids, _PLAIN)):
        path = f"{kind}/part-{number:05}.parquet"
        sha256 = corpus.write(f"{folder}/{path}", part, plain=plain)
        out.append(Placed(path=path, sha256=sha256, bytes=corpus.path(f"{folder}/{path}").stat().st_size,
                          rows=table.num_rows))
    return out


def row_digests(content: Any) -> list[bytes]:
    """Give the digest of each row of a table: what :func:`~licit.core.manifest.row_digest` gives, put together in columns."""
    out: list[bytes] = []
    for rows in pl.DataFrame(pl.from_arrow(content)).iter_slices(_BATCH):
        parts = [_typed(name, kind).fill_null("n") for name, kind in rows.schema.items()]
        whole = rows.select(whole=pl.concat_str(pl.lit("licit/row/1"), *parts).cast(pl.Binary))["whole"]
        out += [hashlib.sha256(row).digest() for row in whole.to_list()]
    return out


def _typed(name: str, kind: Any) -> Any:
    """Write a column's values with their type letter and length; null where the value is."""
    value, item = pl.col(name), pl.element()
    if not isinstance(kind, pl.List):
        return _text(value) if kind == pl.String else pl.concat_str(pl.lit("i"), value, pl.lit(";"))
    if isinstance(kind.inner, pl.Struct):
        letter = pl.when(value.list.len() == 0).then(pl.lit("l")).otherwise(pl.lit("m"))
        written = pl.concat_str(*(_text(item.struct.field(part)).fill_null("n") for part in ("role", "content")))
    else:
        letter, written = pl.lit("l"), _text(item).fill_null("n")
    return pl.concat_str(letter, value.list.len(), pl.lit(":"), value.list.eval(written).list.join(""))


def _text(value: Any) -> Any:
    return pl.concat_str(pl.lit("s"), value.str.len_bytes(), pl.lit(":"), value)


def root_of(corpus: Corpus, folder: str, paths: Iterable[str]) -> tuple[str, int]:
    """Give the content root and number of rows from the ids files of a release."""
    files = [f"{folder}/{path}" for path in paths]
    if not files:
        return content_root([]), 0
    digests = corpus.frame(files, ["order", "digest"]).sort("order")["digest"]
    return content_root(digests.to_list()), len(digests)


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
        whole = pa.concat_tables([table.select(names).cast(_SPILL) for table in tables])
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
