"""``licit audit``: its speed against ``licit detect`` on the same lines, its memory from 10 MB up, and the shadow scan.

Usage: python bench/audit.py [MEGABYTES]: of lines for the speed; LICIT_BENCH_AUDIT_MB for the largest memory run (1000).
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from bench.detect import texts
from licit.adapters.holdings import arriving
from licit.adapters.jsonl import batches, opened_lines, write_lines
from licit.adapters.spellings import spelling
from licit.adapters.twins import twins
from licit.detectors.registry import chosen, find_screeners
from licit.pipeline.provenance import marked_names, marks_of
from licit.signals.registry import read_all
from licit.usecases.audit import Audit
from licit.usecases.audit_look import Looking
from licit.usecases.text import detect_lines


def lines(path: Path, size: int, seed: int = 1) -> int:
    """Write about ``size`` bytes of made-up lines, each with its number so that few are copies; give the bytes written."""
    made = texts(min(size, 4_000_000), seed)
    with path.open("w", encoding="utf-8") as file:
        number = 0
        while file.tell() < size:
            for text in made:
                number += 1
                file.write(json.dumps({"id": number, "text": f"{number} {text}"}, ensure_ascii=False) + "\n")
                if number % 1_000 == 0 and file.tell() >= size:
                    break
    return path.stat().st_size


def run(*arguments: str) -> tuple[float, int]:
    """Run a command in a process of its own; give its processor seconds and its peak memory in MiB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    watched = ("import resource, sys\nfrom licit.surfaces.cli import main\ntry: main()\nfinally: "
               "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)")
    done = subprocess.run([sys.executable, "-c", watched, *arguments], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, int(done.stderr.split()[-1])


def speed(size: int, turns: int = 5) -> tuple[float, float]:
    """Give megabytes a second of processor time of ``licit detect`` and ``licit audit`` on one file, turn by turn; the best of turns.

    Both run in this process, all their tools loaded, from the file to the result.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "set.jsonl")
        written = lines(path, size)
        looking = Looking(find=chosen, screeners=cache(find_screeners), spell=spelling, signals=read_all)

        def detect() -> None:
            with opened_lines(path) as (read, _), Path(os.devnull).open("wb") as file:
                for batch in batches(read):
                    write_lines(file, detect_lines(chosen, batch).lines)

        def audit() -> None:
            with twins() as copies:
                one = Audit(looking=looking, twins=copies)
                one.run(arriving([path]))
                one.result()

        took: dict[Callable[[], None], list[float]] = {detect: [], audit: []}
        for _ in range(turns):
            for work, times in took.items():
                begin = time.process_time()
                work()
                times.append(time.process_time() - begin)
        return written / min(took[detect]) / 1e6, written / min(took[audit]) / 1e6


def memory(size: int) -> tuple[int, int, float]:
    """Give of an audit of one file the bytes, the peak memory in MiB and the processor seconds; personal data in one record of 1,000."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "set.jsonl")
        written = lines(path, size)
        took, peak = run("audit", str(path), "--one-in", "1000", "--json")
        return written, peak, took


def rate(work: Callable[[], object], size: int) -> float:
    """Give megabytes a second of processor time, the best of five."""
    took = []
    for _ in range(5):
        begin = time.process_time()
        work()
        took.append(time.process_time() - begin)
    return size / min(took) / 1e6


def scans(size: int = 8_000_000) -> dict[str, float]:
    """Measure the scan for marks of shadow libraries over texts and over paths."""
    made = texts(size)
    paths = [f"corpus/part-{number % 97:05}/some document number {number}.txt" for number in range(size // 55)]
    empty: list[dict[str, str]] = [{} for _ in made]
    return {"texts": rate(lambda: marks_of(empty, made), sum(len(text.encode()) for text in made)),
            "paths": rate(lambda: marked_names(paths), sum(map(len, paths)))}


def main() -> None:
    """Print the rows."""
    print("shadow scan, MB/s of processor time:", {name: round(value) for name, value in scans().items()})
    size = int(sys.argv[1]) * 1_000_000 if len(sys.argv) > 1 else 2_000_000
    detect, audit = speed(size)
    print(f"detect {detect:.2f} MB/s, audit {audit:.2f} MB/s of processor time: {audit / detect:.0%}")
    largest = int(os.environ.get("LICIT_BENCH_AUDIT_MB", "1000")) * 1_000_000
    for asked in (10_000_000, 100_000_000, largest):
        written, peak, took = memory(asked)
        print(f"{written / 1e6:.0f} MB: {peak} MiB, {written / took / 1e6:.1f} MB/s of processor time (personal data in one of 1,000)", flush=True)


if __name__ == "__main__":
    main()
