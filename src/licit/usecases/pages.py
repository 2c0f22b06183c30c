"""Readings of pages: written page by page beside their summary, and read back for the gate.

A table has a row a page: ``page`` (keyed hash of its address), ``at`` (when the site answered), and each signal as it was read,
with the SHA-256 of the bytes it rests on; those bytes lie in a second table, each once.

Rules kept here:

- Memory does not grow with the number of pages; a table appears under its own digest, whole or not at all.
- The address itself is not kept, nor any word of the page that declares nothing.
- A table that is missing, or is not the one that the log names, stops the build.

Law: SIG-04
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ..core.errors import EvidenceError
from ..core.readings import Readings, readings_from
from ..core.signals import Page, Reading, page_name
from ..core.sources import Source
from ..pipeline.pages import PageSignals, reason_of
from ..pipeline.prepare import page_id
from .workspace import Position, Workspace, entries_at

_TEXTS = [(name, pa.string()) for name in ("name", "spec", "where", "says", "detail")]
PAGES = pa.schema([("page", pa.binary(16)), ("at", pa.string()), ("signals", pa.list_(pa.struct([*_TEXTS, ("raw", pa.binary(32))])))])
RAWS = pa.schema([("sha256", pa.binary(32)), ("raw", pa.large_binary())])
_FOLDER, _ROWS, _BYTES = "signals", 4096, 16 << 20


@dataclass(slots=True)
class Sheet:
    """The table of pages that is being written for one reading."""

    workspace: Workspace
    now: datetime
    whole: bool
    number: int = 0
    latest: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    raws: list[dict[str, Any]] = field(default_factory=list)
    size: int = 0
    known: set[bytes] = field(default_factory=set)
    files: dict[str, Any] = field(default_factory=dict)
    mark: str = field(default_factory=lambda: token_hex(4))

    def add(self, page: Page, readings: Sequence[Reading]) -> bool:
        """Add a page with all that was read of it; tell whether its address was known, for else it is nobody's."""
        name = page_name(page.url)
        if not name:
            return False
        at = answered(page, self.now)
        self.latest = max(self.latest, at)
        self.number += 1
        self.rows.append({"page": page_id(self.workspace.keys.secret("order"), name), "at": at,
                          "signals": [self._signal(each) for each in readings]})
        if len(self.rows) >= _ROWS or self.size >= _BYTES:
            self._flush()
        return True

    def _signal(self, reading: Reading) -> dict[str, Any]:
        digest = hashlib.sha256(reading.raw).digest()
        if reading.raw and digest not in self.known:
            self.known.add(digest)
            self.raws.append({"sha256": digest, "raw": reading.raw})
            self.size += len(reading.raw)
        return {"name": reading.name, "spec": reading.spec, "where": reading.where, "says": reading.says,
                "detail": reading.detail, "raw": digest}

    def _flush(self) -> None:
        for kind, schema, rows in (("pages", PAGES, self.rows), ("raws", RAWS, self.raws)):
            if kind not in self.files:
                (self.workspace.root / _FOLDER).mkdir(exist_ok=True)
                self.files[kind] = pq.ParquetWriter(self._part(kind), schema, compression="zstd")
            self.files[kind].write_table(pa.Table.from_pylist(rows, schema))
            rows.clear()
        self.size = 0

    def _part(self, kind: str) -> Path:
        return self.workspace.root / _FOLDER / f".{kind}-{self.mark}.{os.getpid()}.part"

    def close(self) -> dict[str, str]:
        """Put both tables under their digests; give these."""
        self._flush()
        out = {}
        for kind, file in self.files.items():
            file.close()
            part = self._part(kind)
            with part.open("rb") as stream:
                out[kind] = hashlib.file_digest(stream, "sha256").hexdigest()
            part.replace(part.with_name(f"{out[kind]}{'' if kind == 'pages' else '.raws'}.parquet"))
        self.files.clear()
        return out

    def drop(self) -> None:
        """Leave nothing of what was begun."""
        for kind, file in self.files.items():
            file.close()
            (self._part(kind)).unlink(missing_ok=True)
        self.files.clear()


def answered(page: Page, now: datetime) -> str:
    """Say when a page was answered: as its archive says, else by the header ``Date``, else now; never later than now."""
    for told in (page.at, "".join(page.answer.headers.get("date", ())[:1])):
        try:
            at = datetime.fromisoformat(told) if told == page.at else parsedate_to_datetime(told)
        except (ValueError, TypeError):
            continue
        if at.tzinfo is not None:
            return min(at, now).astimezone(UTC).isoformat(timespec="seconds")
    return now.astimezone(UTC).isoformat(timespec="seconds")


def page_signals(workspace: Workspace, at: Position, register: dict[str, Source], as_of: datetime, days: int) -> PageSignals:
    """Read all that counts at a position.

    Raises:
        EvidenceError: an entry cannot be read, or a table is missing or not the one that was entered.
    """
    try:
        readings = readings_from(entries_at(workspace.log, at, frozenset({"signal"})), at.base)
    except ValueError as error:
        raise EvidenceError(str(error), reason="entry-unreadable", remedy="Restore the workspace from a backup.") from None
    web = frozenset(name for name, source in register.items() if source.stated.kind == "web-crawl" or source.stated.statute == "dsm-4")
    return PageSignals(
        found=_found(workspace, readings), read={name: int(when.timestamp()) for name, when in readings.read.items()},
        sites={name: int(when.timestamp()) for name, when in readings.sites.items()},
        whole=frozenset(each.source for each in readings.pages if each.whole),
        agreed=frozenset(name for name, source in register.items() if source.contract is not None),
        web=web, oldest=int((as_of - timedelta(days=days)).timestamp()))


def _found(workspace: Workspace, readings: Readings) -> pl.DataFrame:
    frames = [PageSignals().found]
    for each in readings.pages:
        path = table_path(workspace, each.pages)
        settled = readings.settled.get(each.sha256)
        words = "reserved-in-words" if settled is None else "" if settled == "allowed" else "reserved"
        entered = int(each.entered.timestamp())
        said = pl.col("at").str.to_datetime(time_zone="UTC", strict=True).dt.epoch("s").clip(upper_bound=entered)
        frames.append(pl.read_parquet(path).select(
            "page", pl.lit(each.source).alias("source"), reason_of().replace("reserved-in-words", words),
            at=pl.lit(None, dtype=pl.Int64) if each.late else said))
    return pl.concat(frames)


def table_path(workspace: Workspace, digest: str) -> Path:
    """Give the table of a digest that the log names.

    Raises:
        EvidenceError: it is missing or another one.
    """
    path = workspace.root / _FOLDER / f"{digest}.parquet"
    try:
        with path.open("rb") as stream:
            same = hashlib.file_digest(stream, "sha256").hexdigest() == digest
    except OSError:
        same = False
    if not same:
        raise EvidenceError("a table of signals is missing or is not the one that was entered", about=f"{_FOLDER}/{path.name}",
                            reason="file-altered", remedy="Restore it from a backup; nothing is released without it.")
    return path


