"""Small things people feel: ``licit --help``, and the memory of an import as its input grows."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench._world import alone, chats, line, peak, timed, workspace

#: So many chats of two turns are about a megabyte.
ROWS = 2250


def main() -> None:
    """Measure and print."""
    command = [str(Path(sys.executable).with_name("licit")), "--help"]
    took = min(timed(lambda: subprocess.run(command, check=True, capture_output=True))[0] for _ in range(5))
    line("licit --help", f"{took:.2f} s", "under 0.3 s")
    first = 0
    for megabytes in (10, 100, 1000):
        with tempfile.TemporaryDirectory(prefix="licit-bench-") as folder, alone(_import) as run:
            seconds, processor, memory, size = run((folder, megabytes))
        first = first or memory
        line(f"import of {size / 1e6:,.0f} MB", f"{memory:,} MiB, {memory / first:.2f} x", "at most 1.3 x the first")
        line("  records a second, and a second of processor time",
             f"{megabytes * ROWS / seconds:,.0f}, {megabytes * ROWS / processor:,.0f}")


def _import(task: tuple[str, int]) -> tuple[float, float, int, int]:
    folder, megabytes = Path(task[0]), task[1]
    size = chats(folder / "chats.jsonl", megabytes * ROWS, megabytes * 300)
    space = workspace(folder / "w")
    processor = time.process_time()
    seconds, _ = timed(lambda: space.import_(folder / "chats.jsonl", source="chats", subject_field="user",
                                             capacity="consumer", age="adult"))
    return seconds, time.process_time() - processor, peak(), size


if __name__ == "__main__":
    main()
