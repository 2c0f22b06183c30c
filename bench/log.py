"""How fast the log is: entries in batches, single durable entries with a receipt, reading, proofs, people, tag trees.

Run ``python -m bench.log``; ``--size N`` sets how many entries the log gets first (default 200,000).

Writing is measured in rounds and the best one is given, beside its share of this process's own computing and what the disk
alone takes for as much in the same round: on a machine that others use, a round says more of them than of the log.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from licit.adapters.database import connect
from licit.adapters.high_water import HighWater
from licit.adapters.identities import SqlIdentities
from licit.adapters.kept_log import KeptLog
from licit.adapters.log_check import check
from licit.adapters.log_store import SqlLog
from licit.adapters.migrations import migrate
from licit.adapters.signing import FileSigner
from licit.adapters.vault import FileKeys
from licit.core.ids import SubjectId
from licit.core.notes import RECEIPT_TYPE, Envelope, pae
from licit.core.ports import NewEntry
from licit.core.tree import TagTree

BATCH = 5000
ROUNDS = 5
SINGLES = 400
TOGETHER = 8
PEOPLE = 20_000
TAGS = 1_000_000


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def _entries(start: int, count: int) -> list[NewEntry]:
    """Give objections of many people, about twenty entries each."""
    at = datetime.now(UTC)
    return [NewEntry(kind="objection", subject=SubjectId(f"s{n % 10_007:026}"), received_at=at,
                     decision={"purposes": ["train"], "target": {"level": "everything"}})
            for n in range(start, start + count)]


def _timed(work: Callable[[], Any]) -> float:
    """Give the seconds that a piece of work took."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _best(what: str, count: int, rounds: list[Callable[[], Any]], target: str = "") -> None:
    """Print the best of some rounds of as many entries, all rounds, and how much of the best was computing."""
    taken = []
    for work in rounds:
        computing = time.process_time()
        wall = _timed(work)
        taken.append((wall, time.process_time() - computing))
    wall, computing = min(taken)
    least = min(each for _, each in taken)
    _say(what, count / wall, "entries/s", target)
    print(f"{'':>8}rounds {', '.join(f'{count / each:,.0f}' for each, _ in taken)}; computing {computing / count * 1e6:,.0f} µs an "
          f"entry, at least {least / count * 1e6:,.0f}, which alone is {count / least:,.0f} entries/s")


def _floor(folder: Path) -> float:
    """Give the seconds that the disk takes to make five pages durable, as a single entry's commit needs: the median."""
    taken = []
    with (folder / "floor").open("wb") as file:
        for _ in range(200):
            file.write(bytes(5 * 4096))
            file.flush()
            taken.append(_timed(lambda: os.fdatasync(file.fileno())))
    return sorted(taken)[len(taken) // 2]


def _together(log: SqlLog, signer: FileSigner, entries: list[NewEntry]) -> None:
    """Append each entry by itself from several threads, each with its receipt."""
    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(lambda entry: _receipt(log, signer, entry), entries))


def _say(what: str, value: float, unit: str, target: str = "") -> None:
    print(f"{what:<52}{value:>12,.0f} {unit}{f'   (target {target})' if target else ''}")


def _receipt(log: SqlLog, signer: FileSigner, entry: NewEntry) -> None:
    (seq,) = log.append([entry])
    body = log.receipt(seq, origin="log.example.org", tag_key=bytes(32)).payload()
    Envelope(payload_type=RECEIPT_TYPE, body=body,
             signatures={signer.key_id: signer.sign(pae(RECEIPT_TYPE, body))}).to_json()


def _run(folder: Path, size: int) -> None:
    keys, clock = FileKeys.create(folder / "keys.json", ["lookup", "audit"]), _Clock()
    signer = FileSigner.create(folder / "key.pem")
    engine = connect(folder / "licit.db", create=True)
    migrate(engine)
    HighWater.create(folder / "high-water.jsonl")
    log = KeptLog(engine, clock, keys, HighWater(folder / "high-water.jsonl", keys))
    part = size // ROUNDS
    batches = [[_entries(at, min(BATCH, begin + part - at)) for at in range(begin, begin + part, BATCH)]
               for begin in range(0, part * ROUNDS, part)]
    _best(f"append, batches of {BATCH:,}", part,
          [lambda some=some: [log.append(each) for each in some] for some in batches], "20,000")
    floors = [_floor(folder)]
    singles = _entries(0, SINGLES)
    _best("append one, durable", SINGLES, [lambda: [log.append([each]) for each in singles]] * ROUNDS)
    floors.append(_floor(folder))
    _best("append one, durable, with a signed receipt", SINGLES,
          [lambda: [_receipt(log, signer, each) for each in singles]] * ROUNDS, "1,000")
    floors.append(_floor(folder))
    _best(f"the same, from {TOGETHER} threads", SINGLES, [lambda: _together(log, signer, singles)] * ROUNDS)
    _say("the disk alone, five pages made durable (least of three)", min(floors) * 1e6, "µs")
    size = log.head()[0]
    _say("read all, checked", size / _timed(lambda: sum(1 for _ in log.entries())), "entries/s")
    some = [SubjectId(f"s{n:026}") for n in range(500)]
    few = sum(1 for each in some for _ in log.entries(subject=each)) / len(some)
    _say(f"read one person's entries ({few:.0f})",
         _timed(lambda: [list(log.entries(subject=each)) for each in some]) / len(some) * 1e6, "µs")
    nobody = [SubjectId(f"x{n}") for n in range(500)]
    _say("read one person's entries (none)",
         _timed(lambda: [list(log.entries(subject=each)) for each in nobody]) / len(nobody) * 1e6, "µs")
    _say("head", _timed(lambda: [log.head() for _ in range(1000)]) * 1e3, "µs")
    _say("head, first in a process", _timed(lambda: SqlLog(engine, clock, keys).head()) * 1e6, "µs")
    _say("inclusion proof", _timed(lambda: [log.inclusion(n * 7919 % size, size) for n in range(200)]) * 5000, "µs")
    _say("check everything", size / _timed(lambda: check(engine, [log.head()])), "entries/s")
    people = [("app.example", "account", f"user{n}@mail.example") for n in range(PEOPLE)]
    identities = SqlIdentities(log, clock, keys)
    _say("make people", PEOPLE / _timed(lambda: identities.subjects_for(people, create=True)), "people/s", "10,000")
    _say("find people", PEOPLE / _timed(lambda: identities.subjects_for(people, create=False)), "people/s")
    engine.dispose()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200_000)
    size = parser.parse_args().size
    with tempfile.TemporaryDirectory() as folder:
        _run(Path(folder), size)
    tags = sorted(os.urandom(32) for _ in range(TAGS))
    trees: list[TagTree] = []
    _say(f"build a tag tree of {TAGS:,}", _timed(lambda: trees.append(TagTree(tags))) * 1e3, "ms", "3,000")
    _say("prove one tag's absence", _timed(lambda: [trees[0].prove(os.urandom(32)) for _ in range(1000)]) * 1e3, "µs")


if __name__ == "__main__":
    main()
