"""Immutable Parquet files under one folder: records in shards, what was computed of them, releases.

Rules kept here:

- A file appears whole or not at all: written beside its place, fsynced, renamed, its folder fsynced.
- A file is named by what it holds or by its shard, never overwritten with other content while anything refers to it.
- Every write gives the SHA-256 of the bytes on disk; every read can ask for it to be checked.
"""

import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ..core.errors import EvidenceError
from .folders import sync_folder


class FileCorpus:
    """A folder of immutable files, addressed by path relative to it."""

    def __init__(self, root: Path) -> None:
        """Keep files under ``root``, which must exist."""
        self.root = root

    def path(self, relative: str) -> Path:
        """Give the place of a file."""
        return self.root / relative

    def write_bytes(self, relative: str, data: bytes) -> str:
        """Write a file whole; give its SHA-256 as text."""
        path = self.path(relative)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        sync_folder(path.parent)
        return "sha256:" + hashlib.sha256(data).hexdigest()

    def write(self, relative: str, table: Any, *, rows_in_group: int = 8192, plain: Sequence[str] = ()) -> str:
        """Write a table as Parquet; give the file's SHA-256 as text.

        ``plain`` names columns of random text or bytes, or lists of such, in a table without structs: they are written as
        they are, for a dictionary makes them larger, compression hardly smaller, and both slow to write and to read.
        """
        sink = io.BytesIO()
        nested = (pa.types.is_list, pa.types.is_large_list)
        leaves = {f"{field.name}.list.element" if any(is_one(field.type) for is_one in nested) else field.name: field.name in plain
                  for field in table.schema}
        packed: dict[str, Any] = {"compression": "zstd"} if not plain else {
            "compression": {leaf: "none" if random else "zstd" for leaf, random in leaves.items()},
            "use_dictionary": [leaf for leaf, random in leaves.items() if not random]}
        pq.write_table(table, sink, row_group_size=rows_in_group, store_schema=False, **packed)
        return self.write_bytes(relative, sink.getvalue())

    def read(self, relative: str, columns: Sequence[str] | None = None) -> Any:
        """Read a table, some columns of it or all.

        Raises:
            EvidenceError: the file is missing or cannot be read.
        """
        try:
            return pq.read_table(self.path(relative), columns=list(columns) if columns is not None else None,
                                 partitioning=None)
        except (OSError, pa.ArrowException) as error:
            raise EvidenceError("a file cannot be read", about=relative, reason="file-unreadable",
                                remedy="Restore it from a backup.") from error

    def frame(self, relatives: Sequence[str], columns: Iterable[str], kept: Any = None) -> Any:
        """Read some columns of several files, which have them all, as one Polars frame, on all cores; at least one file.

        ``kept`` tells for each row of all these files, one after the other, whether it is read: the rights filter, which
        knows a row by its place. A caller compares the ids of what was read with those it meant.

        Raises:
            EvidenceError: a file is missing or cannot be read, or ``kept`` does not fit.
        """
        try:
            rows = pl.scan_parquet([self.path(relative) for relative in relatives], glob=False).select(list(columns))
            return (rows if kept is None else rows.filter(kept)).collect()
        except (OSError, pl.exceptions.PolarsError) as error:
            raise EvidenceError("a file cannot be read", about=self._unreadable(relatives), reason="file-unreadable",
                                remedy="Restore it from a backup.") from error

    def _unreadable(self, relatives: Sequence[str]) -> str:
        """Find the first file at fault among several; all of them where each seems sound."""
        for relative in relatives:
            try:
                pq.read_metadata(self.path(relative))
            except (OSError, pa.ArrowException):
                return relative
        return ", ".join(relatives)

    def batches(self, relative: str, rows: int) -> Iterator[Any]:
        """Read a table in batches of so many rows.

        Raises:
            EvidenceError: the file is missing or cannot be read.
        """
        try:
            with pq.ParquetFile(self.path(relative)) as file:
                yield from file.iter_batches(batch_size=rows)
        except (OSError, pa.ArrowException) as error:
            raise EvidenceError("a file cannot be read", about=relative, reason="file-unreadable",
                                remedy="Restore it from a backup.") from error

    def digest(self, relative: str) -> str:
        """Give the SHA-256 of a file's bytes as text, reading a block at a time.

        Raises:
            EvidenceError: the file is missing.
        """
        try:
            with self.path(relative).open("rb") as file:
                return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise EvidenceError("a file is missing", about=relative, reason="file-missing") from error

    def exists(self, relative: str) -> bool:
        """Tell whether a file is there."""
        return self.path(relative).is_file()

    def link(self, source: str, relative: str) -> None:
        """Make a file appear at a second place without copying where the disk allows it."""
        target = self.path(relative)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            os.link(self.path(source), target)
        except OSError:
            self.write_bytes(relative, self.path(source).read_bytes())

    def remove(self, relative: str) -> None:
        """Remove a file, if it is there."""
        self.path(relative).unlink(missing_ok=True)
