"""A release of a million rows: import, build, verify, the rights filter, and the patch after ten objections."""

import os
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench._world import alone, chats, line, peak, timed, workspace


def main() -> None:
    """Measure and print; the number of rows is the environment's LICIT_BENCH_ROWS, a million unless set."""
    rows = int(os.environ.get("LICIT_BENCH_ROWS", "1000000"))
    folder = Path(os.environ.get("LICIT_BENCH_FOLDER") or tempfile.mkdtemp(prefix="licit-bench-"))
    try:
        _run(folder, rows)
    finally:
        if "LICIT_BENCH_FOLDER" not in os.environ:
            shutil.rmtree(folder)


def _run(folder: Path, rows: int) -> None:
    space = workspace(folder / "w")
    size = chats(folder / "chats.jsonl", rows, rows // 5)
    took, _ = timed(lambda: space.import_(folder / "chats.jsonl", source="chats", subject_field="user",
                                          capacity="consumer", age="adult"))
    line(f"import {rows:,} records", f"{rows / took:,.0f} records/s", f"{size / took / 1e6:.1f} MB/s")
    first, built = timed(space.build)
    line("build", f"{first:.1f} s", f"{rows / first:,.0f} rows/s; {built.tally.released:,} released")
    _filter(folder, built)
    with alone(_verify) as verify:
        seconds, memory, code = verify(built.path)
    line("verify, whole", f"{seconds:.1f} s, {memory:,} MiB", "peak under 1,024 MiB")
    line("  exit code", str(code), "0")
    _ids(Path(built.path))
    draw = random.Random(7)
    for person in draw.sample(range(rows // 5), 10):
        space.exercise("objection", subject=f"u{person}", issuer="chats")
    seconds, found = timed(lambda: space.recall())
    line("recall after ten objections", f"{seconds:.2f} s", f"{len(found.touched[0].rows)} rows")
    seconds, patched = timed(lambda: space.patch(built.name))
    line("patch after ten objections", f"{seconds:.2f} s = {seconds / first:.2%} of the build", "at most 2 %")
    line("  rows that left", str(built.tally.released - patched.tally.released))
    line("peak memory of this process", f"{peak():,} MiB")


def _verify(path: str) -> tuple[float, int, int]:
    from licit_verify import verify

    seconds, report = timed(lambda: verify(Path(path)))
    return seconds, peak(), report.exit_code


def _ids(release: Path) -> None:
    """Time the anti-join of all ids with the records that must not be there."""
    files = sorted((release / "ids").glob("*.parquet"))
    some = pq.read_table(files[0], columns=["record"])["record"].to_pylist()[:500]
    gone = pa.array(some)

    def join() -> Any:
        return sum(pc.sum(pc.is_in(pq.read_table(file, columns=["record"])["record"], value_set=gone)).as_py() or 0
                   for file in files)

    number = sum(pq.read_metadata(file).num_rows for file in files)
    seconds = min(timed(join)[0] for _ in range(3))
    line("ids against the log", f"{number / seconds / 1e6:.1f} M ids/s", "at least 5 M ids/s")


def _filter(folder: Path, built: Any) -> None:
    """Time the rights filter while reading attribute shards, beside Polars scanning the same text."""
    key = built.lock["attributes"]["key"]
    files = [folder / "w" / f"attributes/{key}/{item['shard']}.parquet" for item in built.lock["inputs"]]
    gone = built.rows.filter(pl.col("rank") != 0).select("record", "chunk")
    text = pl.scan_parquet(files).select("record", "chunk", pl.col("messages"))
    scan = min(timed(lambda: text.select(pl.col("messages").list.len().sum()).collect())[0] for _ in range(3))
    kept = text.join(gone.lazy(), on=["record", "chunk"], how="anti")
    filtered = min(timed(lambda: kept.select(pl.col("messages").list.len().sum()).collect())[0] for _ in range(3))
    line("rights filter while reading, against the bare scan", f"{filtered / scan:.2f} x ({scan:.2f} s)", "at most 1.3 x")


if __name__ == "__main__":
    sys.exit(main())
