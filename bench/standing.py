"""``standing`` of one person in a log of a million entries: in memory, and through SQL."""

import gc
import os
import random
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench._world import line, timed, workspace
from licit.core.ids import SubjectId
from licit.core.policy import parse_policy
from licit.core.ports import NewEntry
from licit.core.rights import Entry, Item, Standings, standing

_KINDS = ("objection", "permission", "objection", "restriction", "lifting", "consent", "withdrawal")
_START = datetime(2025, 1, 1, tzinfo=UTC)
_ITEM = Item(record="r1", turn="t1", said=(datetime(2025, 2, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC)))


def main() -> None:
    """Measure and print; the number of entries is the environment's LICIT_BENCH_ENTRIES, a million unless set."""
    number = int(os.environ.get("LICIT_BENCH_ENTRIES", "1000000"))
    policy = parse_policy({"period": [{"purpose": "train", "basis": "legitimate-interest", "starts": "2024-01-01"}]})
    at = _START + timedelta(days=400)
    for people in (number // 5, 1):
        seconds, log = timed(lambda people=people: Standings(_entries(number, people)))
        asked = [SubjectId(f"s{random.Random(i).randrange(people)}") for i in range(2000)]
        gc.collect()  # a server freezes what it folded, so that no collection walks it again while people wait
        gc.freeze()
        took, _ = timed(lambda log=log, asked=asked: [standing(log, policy, who, "train", _ITEM, at) for who in asked])
        line(f"standing in memory, {number:,} entries of {people:,} people", f"{took / len(asked) * 1e6:.1f} µs",
             f"under 50 µs (fold: {seconds:.1f} s)")
    _sql(number, policy, at)


def _entries(number: int, people: int) -> Any:
    draw = random.Random(1)
    for seq in range(number):
        moment = _START + timedelta(seconds=seq)
        yield Entry(seq=seq, kind=_KINDS[seq % len(_KINDS)], subject=SubjectId(f"s{draw.randrange(people)}"),
                    received_at=moment, recorded_at=moment, decision={"purposes": ["train"]})


def _sql(number: int, policy: Any, at: datetime) -> None:
    with tempfile.TemporaryDirectory(prefix="licit-bench-") as folder:
        log = workspace(Path(folder) / "w").ports.log
        for start in range(0, number, 20_000):
            log.append([NewEntry(kind=entry.kind, subject=entry.subject, received_at=entry.received_at,
                                 decision=entry.decision or {})
                        for entry in _some(start, min(20_000, number - start), number // 5)])
        asked = [SubjectId(f"s{random.Random(i).randrange(number // 5)}") for i in range(1000)]
        took, _ = timed(lambda: [standing(Standings(log.entries(subject=who)), policy, who, "train", _ITEM, at)
                                 for who in asked])
        line(f"standing through SQL, {number:,} entries", f"{took / len(asked) * 1e6:.0f} µs", "under 400 µs")


def _some(start: int, number: int, people: int) -> Any:
    draw = random.Random(start)
    for seq in range(start, start + number):
        yield Entry(seq=seq, kind=_KINDS[seq % len(_KINDS)], subject=SubjectId(f"s{draw.randrange(people)}"),
                    received_at=_START + timedelta(seconds=seq), recorded_at=_START, decision={"purposes": ["train"]})


if __name__ == "__main__":
    main()
