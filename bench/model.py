"""An audit of a model of a million parameters, with its settings as they come; and how fast our own tiny model learns and is asked.

The release is of made-up chats, a tenth of them held out; ``LICIT_BENCH_SECONDS`` says how long the model learns (20).
"""

import os
import shutil
import tempfile
import time
from pathlib import Path

from bench._world import chats, line, peak, timed, workspace
from licit.adapters.models.tiny import train
from licit.usecases.model_audit import PARTS, Order, audit
from licit.usecases.model_sets import sets_of

CHATS = 2600


def main() -> None:
    """Build, train, audit."""
    folder = Path(tempfile.mkdtemp(prefix="licit-bench-model-"))
    try:
        _run(folder)
    finally:
        shutil.rmtree(folder)


def _run(folder: Path) -> None:
    space = workspace(folder / "w")
    chats(folder / "chats.jsonl", CHATS, CHATS // 5)
    space.import_(folder / "chats.jsonl", source="chats", subject_field="user", capacity="consumer", age="adult")
    built = space.build({"audit": {"twin_per_thousand": 100, "canaries": 16}})
    sets = sets_of(space.ports, built.name, rows=CHATS)
    planted = [str(row["text"]) for row in sets.canaries for _ in range(row["repeats"])]
    texts = [*planted, *sets.members["words"].to_list()]
    cpu = time.process_time()
    took, model = timed(lambda: train(texts, size="full", epochs=2, seconds=float(os.environ.get("LICIT_BENCH_SECONDS", "20")), seed=1))
    cpu = time.process_time() - cpu
    line("training, parameters", f"{model.parameters:,}")
    line("  bytes of text seen", f"{model.trained['seen'] / cpu / 1e3:.1f} kB a processor second", f"{model.trained['seen'] / took * 60 / 1e3:.0f} kB a minute here")
    cpu = time.process_time()
    took, scored = timed(lambda: model.score([("", text) for text in texts[:800]]))
    line("asked for probabilities", f"{sum(len(one.logs) for one in scored) / (time.process_time() - cpu) / 1e3:.1f} kB a processor second")
    cpu = time.process_time()
    took, result = timed(lambda: audit(space.ports, model, Order(release=built.name, by="bench")))
    line("audit", f"{took:.1f} s, {time.process_time() - cpu:.1f} s of processor time", "under 180 s")
    for part in PARTS:
        line(f"  {part}", result["parts"][part]["state"], result["parts"][part]["why"])
    line("  released rows, held out, phrases for each canary", f"{result['release']['asked']}, {result['release']['held_out']}, {result['settings']['references']}")
    line("peak memory of this process", f"{peak():,} MiB")


if __name__ == "__main__":
    main()
