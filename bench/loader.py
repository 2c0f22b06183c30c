"""The loader against pyarrow's plain read of the same rows: as plain values and as Arrow batches, by processor time and by the clock."""

import hashlib
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench._world import line
from licit.core.manifest import COLUMNS
from licit.pipeline.prepare import CONTENT
from licit.surfaces.loader.gate import Gate
from licit.surfaces.loader.order import WINDOW
from licit.surfaces.loader.rows import Rows, Shard, Wanted

_FILE, _BATCH, _TURNS = 8192, 2048, 7
_WORDS = "the garden by the river has cherry trees and a wall of old stones where cats sleep all day".split()


class _Open(Gate):
    """A gate whose release nobody built: it answers yes for an hour, and is asked before every row as the real one is."""

    def ask(self) -> None:
        now = datetime.now(UTC)
        self.until = now + timedelta(hours=1)
        self.asked, self.again = now.timestamp(), self.until.timestamp()


def main() -> None:
    """Measure and print: a hundred thousand rows unless LICIT_BENCH_ROWS says otherwise."""
    number = int(os.environ.get("LICIT_BENCH_ROWS", "100000"))
    with tempfile.TemporaryDirectory(prefix="licit-bench-") as folder:
        gate = _Open(_written(Path(folder), number), None, None)
        files = [gate.path / file["path"] for file in gate.manifest["files"] if file["path"].startswith("data/")]
        line("rows, files, bytes", f"{number:,}, {len(files)}, {sum(file.stat().st_size for file in files):,}")
        for name, seed in (("in the release's order", None), ("shuffled", 7)):
            rows = Rows(gate, Wanted(seed=seed), Shard())
            _against(f"rows {name}", partial(_plain_rows, files), partial(_walked, rows))
            _against(f"batches {name}", partial(_plain_batches, files), partial(_batched, rows))
        _against("... against pyarrow's read and shuffle", partial(_shuffled_batches, files), partial(_batched, rows))


def _walked(rows: Rows) -> int:
    return sum(1 for _ in rows)


def _batched(rows: Rows) -> int:
    return sum(batch.num_rows for batch in rows.batches(_BATCH))


def _against(name: str, plain: Callable[[], int], ours: Callable[[], int]) -> None:
    """Take turns, so that what else the machine does falls on both; print the medians of the ratios."""
    turns = [[_spent(read) for read in (plain, ours)] for _ in range(_TURNS)]
    shares = [statistics.median(first[by] / second[by] for first, second in turns) for by in range(2)]
    best = [1 / min(turn[place][0] for turn in turns) for place in range(2)]
    line(name, f"{shares[0]:.0%} of pyarrow's speed ({shares[1]:.0%} by the clock); "
               f"{best[1]:,.0f} against {best[0]:,.0f} rows a processor second", "at least 80 %")


def _spent(read: Callable[[], int]) -> tuple[float, float]:
    """Give the processor time and the seconds of one row."""
    processor, clock = time.process_time(), time.perf_counter()
    rows = read()
    return (time.process_time() - processor) / rows, (time.perf_counter() - clock) / rows


def _plain_rows(files: list[Path]) -> int:
    return sum(1 for file in files for batch in pq.ParquetFile(file).iter_batches(_BATCH) for _ in batch.to_pylist())


def _shuffled_batches(files: list[Path]) -> int:
    """Read as many files as make a window, and let pyarrow put their rows in a drawn order."""
    rows, draw, many = 0, np.random.default_rng(1), WINDOW // _FILE
    for start in range(0, len(files), many):
        read = pa.concat_tables([pq.ParquetFile(file).read() for file in files[start:start + many]])
        rows += sum(batch.num_rows for batch in read.take(pa.array(draw.permutation(read.num_rows))).to_batches(_BATCH))
    return rows


def _plain_batches(files: list[Path]) -> int:
    return sum(batch.num_rows for file in files for batch in pq.ParquetFile(file).iter_batches(_BATCH))


def _written(folder: Path, rows: int) -> Path:
    """Write chats as a release has them, canaries and the parts of a manifest that the loader reads."""
    draw, listed = random.Random(1), []

    def add(path: str, table: pa.Table) -> None:
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        pq.write_table(table, target, compression="zstd", row_group_size=_FILE, store_schema=False)
        listed.append({"path": path, "sha256": f"sha256:{hashlib.sha256(target.read_bytes()).hexdigest()}", "bytes": target.stat().st_size})

    for number, start in enumerate(range(0, rows, _FILE)):
        add(f"data/part-{number:05}.parquet", pa.Table.from_pylist([_row(draw, n) for n in range(start, min(start + _FILE, rows))], CONTENT))
    add("audit/canaries.parquet", pa.Table.from_pylist([{"canary": f"c{n:04}", "repeats": 1 << n % 4, "text": " ".join(_WORDS)} for n in range(16)],
                                                       pa.schema([("canary", pa.string()), ("repeats", pa.int32()), ("text", pa.string())])))
    (folder / "manifest.json").write_text(json.dumps({"name": "bench-1", "rows": rows, "columns": COLUMNS, "files": listed, "lease_hours": 24}))
    return folder


def _row(draw: random.Random, number: int) -> dict[str, object]:
    said = [{"role": role, "content": " ".join(draw.choices(_WORDS, k=45))} for role in ("user", "assistant")]
    return {"record": f"r{number:026}", "chunk": 0, "messages": said, "text": None, "language": "fr", "source": "chats", "licence": "own",
            "day": "2026-01-02", "first_day": "2026-01-02", "last_day": "2026-01-02", "participants": ["P-a"], "topics": ["garden"], "tokens": 120, "turns": 2}


if __name__ == "__main__":
    main()
