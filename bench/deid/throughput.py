"""Throughput: the command ``licit detect`` on a file of chats and documents, French and English, by two processes.

Rules kept here:

- The whole command is timed from outside, its start and its reading and writing included; a run on one record tells what
  of it is the start. Processor time is that of a run by one process, twice as fast if two cores were free.
- The text is real and none of it comes twice.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from training.corpora import Kept
from training.measure import text_of


def write(path: Path, data: Path, kept: Sequence[Kept], *, quick: bool) -> int:
    """Write chats and documents as a user has them; give the bytes of their text."""
    records: list[dict[str, object]] = []
    size = 0
    with (data / "chat/sgd-dev.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            chat = json.loads(line)
            records.append({"id": chat.get("id", str(len(records))), "language": "en", "messages": [
                {"role": one["role"], "content": one["content"]} for one in chat["messages"]]})
            size += sum(len(one["content"].encode()) for one in chat["messages"])
    french = [text_of(one) for source in kept if source.learn.language == "fr" for one in source.learn.passages]
    for start in range(0, len(french), 6):
        text = "\n".join(french[start:start + 6])
        records.append({"id": f"d{start}", "language": "fr", "text": text})
        size += len(text.encode())
    if quick:
        records, size = records[::8], size // 8
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")
    return size


def command(path: Path, jobs: int) -> tuple[float, float]:
    """Run ``licit detect`` once; give seconds and seconds of CPU.

    Raises:
        CalledProcessError: it failed, or held a record.
    """
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([str(Path(sys.executable).with_name("licit")), "detect", str(path), "-o", str(path.with_suffix(".out")),
                    "--jobs", str(jobs)], check=True, capture_output=True, env=os.environ | {"NO_COLOR": "1"})
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(folder: Path, data: Path, kept: Sequence[Kept], *, quick: bool) -> dict[str, float]:
    """Give megabytes a second on two processes, whole, without the start, and as CPU time has it."""
    path, one = folder / "all.jsonl", folder / "one.jsonl"
    size = write(path, data, kept, quick=quick) / 1e6
    one.write_text('{"id": 1, "text": "Bonjour."}\n', encoding="utf-8")
    times = 1 if quick else 3
    start, (wall, _) = min(command(one, 2) for _ in range(2)), min(command(path, 2) for _ in range(times))
    # Processes that a pool forks are nobody's children to count; one process's own time is counted whole.
    cpu = command(path, 1)[1] - command(one, 1)[1]
    if wall <= start[0] or cpu <= 0:
        raise RuntimeError("the whole took no longer than its start: the machine is too busy to measure on")
    return {"MB": size, "whole": size / wall, "without the start": size / (wall - start[0]),
            "by CPU time, of two": 2 * size / cpu, "start, s": start[0], "load": os.getloadavg()[0]}
