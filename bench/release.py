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

from bench._world import alone, chats, line, peak, timed, workspace
from licit.adapters.corpus import FileCorpus
from licit.usecases.deciding import attribute_paths
from licit_verify.rows import table


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
    """Time the look through all ids, as the verifier reads them, for the records that must not be there."""
    files = sorted((release / "ids").glob("*.parquet"))
    gone = pa.array(table(files[0], ["record"])["record"].to_pylist()[:500])

    def look() -> Any:
        return sum(pc.sum(pc.is_in(table(file, ["record"])["record"], value_set=gone)).as_py() or 0 for file in files)

    number = sum(table(file, ["record"]).num_rows for file in files)
    seconds = min(timed(look)[0] for _ in range(5))
    line("ids against the log", f"{number / seconds / 1e6:.1f} M ids/s", "at least 5 M ids/s")


def _filter(folder: Path, built: Any) -> None:
    """Time the rights filter while reading the words of all shards, beside Polars scanning the same words."""
    corpus, paths = FileCorpus(folder / "w"), attribute_paths(built.lock)
    files = [paths[item["shard"]] for item in built.lock["inputs"]]
    scan = pl.scan_parquet([corpus.path(file) for file in files]).select("messages")
    took: dict[str, list[float]] = {"bare": [], "filtered": []}
    for _ in range(9):
        took["bare"].append(timed(scan.collect)[0])
        took["filtered"].append(timed(lambda: corpus.frame(files, ["messages"], built.rows["rank"] == 0))[0])
    bare, filtered = min(took["bare"]), min(took["filtered"])
    line("rights filter while reading, against the bare scan", f"{filtered / bare:.2f} x ({bare:.2f} s)", "at most 1.3 x")


if __name__ == "__main__":
    sys.exit(main())
