"""What an auditor reads to find kin: its memory and time as documents grow, each number of them in a process of its own.

Documents have about 110 words with 40 strong anchors each, in French and English by turns; an anchor is in three documents on
the average, and every twentieth document tells again what another tells. ``LICIT_BENCH_DOCUMENTS`` says how many documents.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from licit_verify import kin
from licit_verify.anchors import anchors

SHARD, TELLING = 8192, 20
_ENDS = [a + b + c for a in ("bar", "cor", "dul", "fen", "gim", "hod", "lus", "mer", "nol", "pit") for b in "aeiou" for c in ("dan", "ler", "mon", "vic")]
_ATTRIBUTES = pa.schema([("record", pa.string()), ("chunk", pa.int32()), ("source", pa.string()), ("thread", pa.string()), ("language", pa.string()),
                         ("static", pa.string()), ("press", pa.bool_()), ("anchors", pa.list_(pa.uint64()))])


def words(facts: list[int], french: bool) -> str:
    """Tell twenty facts, each a name of two words and a number."""
    link, beside = ("il voit", "avec") if french else ("they meet", "beside")
    return "\n".join(f"{link} {_ENDS[one % 200].title()} {_name(one // 200)} {beside} {100_000 + one}" for one in facts)


def _name(number: int) -> str:
    return (_ENDS[number % 200] + (_ENDS[number // 200 % 200] if number >= 200 else "") + "sen").title()


def written(folder: Path, documents: int) -> None:
    """Write shards of documents and their attributes."""
    draw = random.Random(5)
    told: list[list[int]] = []
    for begin in range(0, documents, SHARD):
        rows, shard = [], []
        for number in range(begin, min(begin + SHARD, documents)):
            own = told[draw.randrange(len(told))][:] if number % TELLING == TELLING - 1 else [draw.randrange(documents * 7) for _ in range(TELLING)]
            told.append(own)
            text, record = words(own, number % 2 == 0), f"r{number:015}"
            body = {"declared": {}, "turns": [{"parts": [["text", text]]}]}
            shard.append({"record": record, "body": json.dumps(body)})
            rows.append({"record": record, "chunk": 0, "source": "s", "thread": "document", "language": ("en", "fr")[number % 2 == 0], "static": "",
                         "press": False, "anchors": anchors(text)})
        pq.write_table(pa.Table.from_pylist(shard), folder / f"shards/s{begin}.parquet", row_group_size=1024)
        pq.write_table(pa.Table.from_pylist(rows, schema=_ATTRIBUTES), folder / f"s{begin}.parquet")


def look(folder: Path) -> tuple[int, int]:
    """Find kin as an auditor does; give the documents and the pairs."""
    def files() -> Iterator[tuple[str, Path, bool]]:
        yield from ((path.stem, path, True) for path in sorted(folder.glob("*.parquet"), key=lambda path: int(path.stem[1:])))
    case = cast(Any, SimpleNamespace(workspace=folder, attribute_files=files))
    documents = kin._documents(case)
    return documents.rows.num_rows, len(kin._pairs(case, documents))


def peak() -> int:
    """Give the peak memory of this process alone, in MiB."""
    return int(Path("/proc/self/status").read_text(encoding="ascii").split("VmHWM:")[1].split()[0]) // 1024


def main() -> None:
    """Measure each number of documents in a process of its own."""
    if len(sys.argv) > 1:
        begin, before = time.process_time(), peak()
        documents, pairs = look(Path(sys.argv[1]))
        print(f"{peak()} MiB, {before} of them before it began; {pairs:,} pairs; {time.process_time() - begin:.1f} s of processor time for {documents:,}")
        return
    for number in map(int, os.environ.get("LICIT_BENCH_DOCUMENTS", "10000,30000,90000").split(",")):
        with tempfile.TemporaryDirectory(prefix="licit-bench-kin-") as folder:
            Path(folder, "shards").mkdir()
            written(Path(folder), number)
            done = subprocess.run([sys.executable, "-m", "bench.kin", folder], capture_output=True, text=True, check=True)
            print(f"kin among {number:,} documents: {done.stdout.strip()}", flush=True)


if __name__ == "__main__":
    main()
