"""Is a work in a release of a million documents: time to answer, to build the index, its size, and the memory of asking.

Documents are drawn from 50,000 made-up words, 120 each, in as many data files as a release of that many documents has. The
question is the real one (``licit.usecases.works``) on a release's folder; ``LICIT_BENCH_DOCUMENTS`` says how many documents.
"""

import os
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

import licit
from bench._world import line
from licit.core.manifest import manifest_bytes
from licit.pipeline.fingerprints import Wanted, fingerprints
from licit.pipeline.seal import buckets_for
from licit.usecases.works import _by_words, index_path
from licit.usecases.workspace import Released

WORDS = 120
_SYLLABLES = [a + b for a in "bcdfghjklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "ou")]


def texts(number: int, draw: np.random.Generator, vocabulary: np.ndarray) -> list[str]:
    """Make so many documents."""
    return [" ".join(row) for row in vocabulary[draw.integers(0, len(vocabulary), (number, WORDS))].tolist()]


def main() -> None:
    """Build a release's folder, index it, ask."""
    number = int(os.environ.get("LICIT_BENCH_DOCUMENTS", "1000000"))
    folder = Path(tempfile.mkdtemp(prefix="licit-bench-works-"))
    try:
        _run(folder, number)
    finally:
        shutil.rmtree(folder)


def _run(folder: Path, number: int) -> None:
    space = licit.open_workspace(folder / "w", create=True).ports
    draw = np.random.default_rng(7)
    vocabulary = np.array([a + b + c for a in _SYLLABLES for b in _SYLLABLES for c in ("", "s", "t")])[:50_000]
    files, parts, sample = [], buckets_for(number), ""
    for part in range(parts):
        some = texts(number * (part + 1) // parts - number * part // parts, draw, vocabulary)
        sample = sample or " ".join(some[3:12])
        nothing = pa.nulls(len(some), pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])))
        sha256 = space.corpus.write(f"releases/r-1/data/part-{part:05}.parquet", pa.table({"text": some, "messages": nothing}))
        space.corpus.write(f"releases/r-1/ids/part-{part:05}.parquet", pa.table({
            "record": [f"r{part}-{n}" for n in range(len(some))], "chunk": pa.array([0] * len(some), pa.int32()), "source": ["s"] * len(some)}))
        files.append({"path": f"data/part-{part:05}.parquet", "sha256": sha256})
    space.corpus.write_bytes("releases/r-1/manifest.json", manifest_bytes({"files": files}))
    closed = Released(name="r-1", seq=0, closed_at=datetime.now(UTC), manifest="")

    def ask(words: str) -> tuple[float, float, dict]:
        wall, cpu = time.perf_counter(), time.process_time()
        found = _by_words(space, closed, Wanted(fingerprints([words])[0]), False)
        return time.perf_counter() - wall, time.process_time() - cpu, found

    wall, cpu, found = ask(sample)
    size = sum((folder / "w" / index_path(file["sha256"])).stat().st_size for file in files)
    line("index built on first use", f"{cpu:.0f} s of processor time ({wall:.0f} s), {number / cpu:,.0f} documents/s, {size / 1e6:,.0f} MB in {parts} files")
    for name, words in (("a work of 1,080 words that is there", sample), ("one of 120 words", " ".join(sample.split()[:120])),
                        ("one of 100,000 words that is not", " ".join(texts(834, np.random.default_rng(8), vocabulary)))):
        times = sorted(ask(words)[:2] for _ in range(9))
        _, _, found = ask(words)
        line(f"asked of {number:,} documents: {name}", f"{times[4][0] * 1000:.1f} ms (median of nine; processor {times[4][1] * 1000:.1f} ms): "
             f"{found['verdict']}, {found['rows']} rows")
    swap = {row.split(":")[0]: row.split()[1] for row in Path("/proc/self/status").read_text().splitlines() if row.startswith(("RssAnon", "RssFile"))}
    line("memory after asking", f"{int(swap['RssAnon']) // 1024} MiB of its own, {int(swap['RssFile']) // 1024} MiB mapped")
