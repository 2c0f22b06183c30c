"""Rows for training: a shard of a release's sequence, as plain values or as Arrow batches, from where it was left.

Rules kept here:

- What is parsed is what was hashed: a file is read once, its bytes compared with the manifest, and only these bytes are decoded.
- A file that is written while its rows are given is read and compared again before the next piece of them, and stops the walk if it is another.
- Before each row or batch the gate is asked whether its last answer still holds.
- A state names the release, the order and the shard that it is of, and goes on there and nowhere else.
- A shard without a row is an error: a process that trains on nothing would wait for the others, or they for it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ...core.errors import EvidenceError, InputError
from .gate import Gate
from .order import Order, Window
from .values import plain, together

#: So many rows are made plain values at once: few enough to be gone before Python's collector of garbage looks at them often.
_PIECE = 512
_BATCH = 2048
_FORMAT = "licit-rows/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Which part of the sequence: that of a rank among ``world_size``, and of a worker among its ``workers``."""

    rank: int = 0
    world_size: int = 1
    worker: int = 0
    workers: int = 1

    def __post_init__(self) -> None:
        for name, of, number, among in (("rank", "world_size", self.rank, self.world_size), ("worker", "workers", self.worker, self.workers)):
            if not 0 <= number < among:
                raise InputError(f"{name} is {number} and {of} is {among}", remedy=f"{name} counts from 0 and is smaller than {of}.")

    def span(self, total: int) -> tuple[int, int]:
        """Give the first and the last place (not included) of this part of so many.

        Raises:
            InputError: this rank would get none.
        """
        start, stop = self.rank * total // self.world_size, (self.rank + 1) * total // self.world_size
        if start == stop:
            raise InputError(f"this shard would have no row: {total} rows for {self.world_size} ranks", about=f"rank {self.rank}",
                             remedy="Train with fewer ranks, or on a larger release.")
        return (start + self.worker * (stop - start) // self.workers, start + (self.worker + 1) * (stop - start) // self.workers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is read: which columns (None: all), in which order, with canaries or without."""

    seed: int | None = None
    epoch: int = 0
    canaries: bool = True
    columns: tuple[str, ...] | None = None


class Rows:
    """A shard of a release's rows, to be walked from its start, or from the state that was put in."""

    def __init__(self, gate: Gate, wanted: Wanted, shard: Shard) -> None:
        self._gate, self.wanted, self.shard = gate, wanted, shard
        self._files = [file for file in gate.manifest["files"] if file["path"].startswith("data/")]
        if wanted.columns is not None and (unknown := set(wanted.columns) - set(gate.manifest["columns"])):
            raise InputError(f"no such column: {', '.join(sorted(unknown))}", about=gate.manifest["name"],
                             remedy=f"There are: {', '.join(gate.manifest['columns'])}.")
        if not gate.manifest["rows"]:
            raise InputError("this release has no rows", about=gate.manifest["name"])
        self._order = Order(gate.layout, self._canaries.num_rows, seed=wanted.seed, epoch=wanted.epoch)
        self._start, self._stop = shard.span(self._order.total)
        self._given, self._goes_on, self._walk = 0, False, 0
        self._held: tuple[int, Any] = (-1, None)
        self._marks: dict[int, tuple[int, ...]] = {}

    def __len__(self) -> int:
        """Give how many rows this shard has, canaries counted."""
        return self._stop - self._start

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Give rows as plain values; a canary has its name as ``record`` and ``licit-canary`` as ``source``."""
        walk, names, gate = self._begin(), self.schema.names, self._gate
        for table in self._pieces(_PIECE):
            for row in together(names, [plain(column) for column in table.columns]):
                if not gate.asked <= gate.tick() < gate.again:
                    gate.ask()
                if walk != self._walk:
                    raise self._elsewhere()
                self._given += 1
                yield row

    def batches(self, size: int = _BATCH) -> Iterator[pa.RecordBatch]:
        """Give the same rows in the same order as Arrow batches of at most ``size`` rows.

        Raises:
            InputError: ``size`` is no number of rows.
        """
        if size < 1:
            raise InputError(f"a batch of {size} rows cannot be", remedy="Ask for one row or more.")
        walk = self._begin()
        for table in self._pieces(size):
            for batch in table.to_batches():
                if not self._gate.holds():
                    self._gate.ask()
                if walk != self._walk:
                    raise self._elsewhere()
                self._given += batch.num_rows
                yield batch

    def state_dict(self) -> dict[str, Any]:
        """Give where this walk is, in plain values for a checkpoint: everything given so far is behind it."""
        return {**self._named(), "given": self._given}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Let the next walk begin after the rows that a state says were given.

        Raises:
            InputError: it is no state, or one of another release, order or shard.
        """
        given = state.get("given")
        for name, own in self._named().items():
            if state.get(name) != own:
                raise InputError(f"this state is of another {name}: {state.get(name)}, and here it is {own}", about=self._gate.manifest["name"],
                                 reason="state-of-another", remedy="Open the release, the seed, the epoch and the shard that it was made with.")
        if not isinstance(given, int) or not 0 <= given <= len(self):
            raise InputError("this state does not say how many rows were given", about=self._gate.manifest["name"], reason="state-of-another")
        self._given, self._goes_on, self._walk = given, True, self._walk + 1

    def _named(self) -> dict[str, Any]:
        wanted = self.wanted
        return {"format": _FORMAT, "release": self._gate.manifest["name"], "manifest": self._gate.digest, "seed": wanted.seed,
                "epoch": wanted.epoch, "canaries": wanted.canaries, "shard": asdict(self.shard)}

    def _begin(self) -> int:
        self._given = self._given if self._goes_on else 0
        self._goes_on, self._walk = False, self._walk + 1
        if not (self._gate.forked and self._gate.holds()):
            self._gate.ask()
        return self._walk

    def _elsewhere(self) -> InputError:
        return InputError("these rows are being walked anew from elsewhere", about=self._gate.manifest["name"],
                          remedy="Give each walk its own: release.rows().")

    def _pieces(self, size: int) -> Iterator[pa.Table]:
        """Give the rows of this shard that were not given, at most so many at a time."""
        for window in self._order.windows(self._start + self._given, self._stop):
            among = self._order.among(window, window.start, window.stop)
            read = pa.concat_tables([self._read(window), self._canaries])
            given = read.take(pa.array(among)) if window.order is not None else _as_it_stands(read, among)
            for start in range(0, len(among), size):
                self._insist_unchanged({file for file, _ in window.groups})
                yield given.slice(start, size).combine_chunks()

    def _insist_unchanged(self, numbers: Iterable[int]) -> None:
        """Insist that files from which rows are given are still those that were read: what touched one has it read again.

        Raises:
            EvidenceError: one is missing or another.
        """
        for number in numbers:
            if (found := _mark(self._gate, self._files[number])) != self._marks[number]:
                bytes_of(self._gate, self._files[number])
                self._marks[number] = found

    def _read(self, window: Window) -> pa.Table:
        """Read the row groups of a window."""
        parts = []
        for file, alike in groupby(window.groups, key=itemgetter(0)):
            opened, groups = self._file(file), [group for _, group in alike]
            parts.append(opened.read_row_groups(groups, columns=self.schema.names, use_threads=not self._gate.forked).cast(self.schema))
        return pa.concat_tables(parts)

    def _file(self, number: int) -> Any:
        """Open a data file from bytes that the manifest names."""
        if self._held[0] != number:
            self._held = (-1, None)
            self._marks[number] = _mark(self._gate, self._files[number])  # before the bytes: what comes between is seen
            data, found = bytes_of(self._gate, self._files[number]), None
            try:
                found = pq.ParquetFile(pa.BufferReader(data))
            except (pa.ArrowException, OSError):
                raise altered(self._gate, self._files[number]["path"]) from None
            self._held = (number, found)
        return self._held[1]

    @cached_property
    def schema(self) -> pa.Schema:
        """The columns that are read."""
        whole = self._gate.schema
        names = self.wanted.columns if self.wanted.columns is not None else whole.names
        return pa.schema([whole.field(name) for name in names])

    @cached_property
    def _canaries(self) -> pa.Table:
        """Give every canary as often as it was drawn, in the columns that are read."""
        rows: list[dict[str, Any]] = []
        for file in self._gate.manifest["files"] if self.wanted.canaries else ():
            if file["path"].startswith("audit/"):
                for row in pq.ParquetFile(pa.BufferReader(bytes_of(self._gate, file))).read(use_threads=False).to_pylist():
                    rows += [{"record": row["canary"], "chunk": 0, "text": row["text"], "language": "en", "source": "licit-canary"}] * row["repeats"]
        return pa.Table.from_pylist([{name: row.get(name) for name in self.schema.names} for row in rows], schema=self.schema)


def _as_it_stands(rows: pa.Table, among: np.ndarray) -> pa.Table:
    """Give rows by their numbers, which mostly stand one after the other: runs of them, of which nothing is copied."""
    ends = [*(np.flatnonzero(np.diff(among) != 1) + 1).tolist(), len(among)]
    return pa.concat_tables([rows.slice(among[start], end - start) for start, end in pairwise([0, *ends])])


def _mark(gate: Gate, file: Mapping[str, Any]) -> tuple[int, ...]:
    """Give what the file system says of a file, which is another once the file was written; nothing for one that is gone."""
    try:
        found = (gate.path / file["path"]).stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def bytes_of(gate: Gate, file: Mapping[str, Any]) -> bytes:
    """Read a file of a release and insist that it is the one that its manifest names.

    Raises:
        EvidenceError: it is missing or another.
    """
    try:
        data = Path(gate.path / file["path"]).read_bytes()
    except OSError:
        data = b""
    if "sha256:" + hashlib.sha256(data).hexdigest() != file["sha256"]:
        raise altered(gate, file["path"])
    return data


def altered(gate: Gate, path: str) -> EvidenceError:
    """Say that a file changed after the release was opened."""
    return EvidenceError(f"{path} is not the file that the manifest names any more", about=gate.manifest["name"], reason="release-altered",
                         remedy="Stop this training; see licit verify.")


__all__: Sequence[str] = ["Rows", "Shard", "Wanted", "bytes_of"]
