"""Small things people feel: ``licit --help``, and the memory of an import as its input grows."""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench._world import alone, chats, line, peak, timed, workspace


def main() -> None:
    """Measure and print."""
    command = [str(Path(sys.executable).with_name("licit")), "--help"]
    took = min(timed(lambda: subprocess.run(command, check=True, capture_output=True))[0] for _ in range(5))
    line("licit --help", f"{took:.2f} s", "under 0.3 s")
    for megabytes in (10, 100, 1000):
        with tempfile.TemporaryDirectory(prefix="licit-bench-") as folder, alone(_import) as run:
            seconds, memory, size = run((folder, megabytes))
        line(f"import of {size / 1e6:,.0f} MB", f"{memory:,} MiB, {size / seconds / 1e6:.1f} MB/s", "memory flat")


def _import(task: tuple[str, int]) -> tuple[float, int, int]:
    folder, megabytes = Path(task[0]), task[1]
    size = chats(folder / "chats.jsonl", megabytes * 2250, megabytes * 300)
    space = workspace(folder / "w")
    seconds, _ = timed(lambda: space.import_(folder / "chats.jsonl", source="chats", subject_field="user",
                                             capacity="consumer", age="adult"))
    return seconds, peak(), size


if __name__ == "__main__":
    main()
