"""Papers of a release: how long they take to write from the columns of ``data/``, by processor time."""

import os
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from bench._world import line, peak
from licit.adapters.corpus import FileCorpus
from licit.core.manifest import COLUMNS, LABEL
from licit.core.summary import by_domain
from licit.papers.releases import render_papers
from licit.pipeline.papers import Before, Pages, count_files, count_rows, sizes_by_host

_MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
_SCHEMA = pa.schema([("record", pa.string()), ("chunk", pa.int32()), ("messages", _MESSAGES), ("text", pa.string()), *(
    (name, pa.string()) for name in ("language", "source", "licence", "day", "first_day", "last_day")), ("participants", pa.list_(pa.string())),
    ("topics", pa.list_(pa.string())), ("tokens", pa.int32()), ("turns", pa.int32())])
_FILE = 8192
_WORDS = "the garden by the river has cherry trees and a wall of old stones where cats sleep all day".split()


def main() -> None:
    """Measure and print, at a hundred thousand and a million rows unless LICIT_BENCH_ROWS says otherwise."""
    for rows in map(int, os.environ.get("LICIT_BENCH_ROWS", "100000,1000000").split(",")):
        with tempfile.TemporaryDirectory(prefix="licit-bench-") as folder:
            _run(Path(folder), rows)


def _run(folder: Path, rows: int) -> None:
    corpus = FileCorpus(folder)
    paths = _written(folder, rows)
    files = {path: corpus.digest(f"r/{path}") for path in paths}
    pages = Pages(own={"web": "https://web.example"}, shards={f"s{number}": "" for number in range(len(paths))})
    began = time.process_time()
    cells = count_files(corpus, "r", files, Pages()).cells
    numbers = count_rows(cells)
    counted = time.process_time()
    hosts = count_files(corpus, "r", files, pages, Before(folder="", files={}, cells=cells, hosts=None)).hosts
    domains = by_domain(sizes_by_host(hosts))
    found = time.process_time()
    papers = render_papers(_facts(folder, paths, numbers, domains))
    done = time.process_time()
    line(f"papers of {rows:,} rows", f"{done - began:.2f} s of processor time", "less than 10 s for a million rows")
    line("  counting rows; domains; writing", f"{counted - began:.2f} s; {found - counted:.2f} s; {done - found:.2f} s")
    line("  papers, domains", f"{len(papers)}, {len(domains):,}")
    _again(corpus, files, pages, Before(folder="r", files=files, cells=cells, hosts=hosts))
    line("  peak memory", f"{peak():,} MiB")


def _again(corpus: FileCorpus, files: dict[str, str], pages: Pages, before: Before) -> None:
    """Count a patch of which ten files lost a row each, from what is known of its parent and from all its rows."""
    later = dict(files)
    for path in files:
        corpus.link(f"r/{path}", f"p/{path}")
    for path in list(files)[:: -(-len(files) // 10)]:
        later[path] = corpus.write(f"p/{path}", corpus.read(f"r/{path}").slice(1))
    took, found = [], []
    for known in (before, None):
        began = time.process_time()
        counts = count_files(corpus, "p", later, pages, known)
        found.append((count_rows(counts.cells), sizes_by_host(counts.hosts)))
        took.append(time.process_time() - began)
    assert found[0] == found[1]
    line(f"  counted for a patch, {sum(later[path] != files[path] for path in files)} files new", f"{took[0]:.2f} s against {took[1]:.2f} s anew")


def _written(folder: Path, rows: int) -> list[str]:
    """Write invented rows, half of them conversations and half pages, with the shards of the pages."""
    draw, paths = random.Random(5), []
    for name in ("r/data", "shards"):
        (folder / name).mkdir(parents=True)
    for number, start in enumerate(range(0, rows, _FILE)):
        made = [_row(draw, place) for place in range(start, min(rows, start + _FILE))]
        paths.append(f"data/part-{number:05}.parquet")
        pq.write_table(pa.Table.from_pylist(made, schema=_SCHEMA), folder / "r" / paths[-1], compression="zstd", store_schema=False)
        pages = [row["record"] for row in made if row["source"] == "web"]
        bodies = [f'{{"declared":{{"url":"https://www.site{draw.randrange(rows // 20 + 1)}.example/{name}"}},"turns":[{{"text":"{" ".join(draw.choices(_WORDS, k=150))}"}}]}}' for name in pages]
        pl.DataFrame({"record": pages, "body": bodies}).write_parquet(folder / "shards" / f"s{number}.parquet")
    return paths


def _row(draw: random.Random, place: int) -> dict[str, Any]:
    words, chat = " ".join(draw.choices(_WORDS, k=150)), place % 2
    said = [{"role": "user", "content": words[:300]}, {"role": "assistant", "content": words}] if chat else None
    day = f"2025-{place % 12 + 1:02}-11"
    return {"record": f"r{place:x}", "chunk": 0, "messages": said, "text": None if chat else words, "language": draw.choice(("en", "fr", "fr", "de")),
            "source": f"chat{place % 7}" if chat else "web", "licence": "", "day": day, "first_day": day, "last_day": day, "participants": [], "topics": [],
            "tokens": 150, "turns": 2}


def _facts(folder: Path, paths: list[str], numbers: dict[str, Any], domains: dict[str, int]) -> dict[str, Any]:
    more = {"title": "", "origin": "", "how": "", "acquired": ["2025-01-02", "2025-03-04"], "languages": [], "personal": "yes", "controller": "", "role": "",
            "notice": "", "statute": "", "attribution": "", "sublicence": True, "readings": 0, "ground": "own", "licence": "", "contract": ""}
    files = [{"path": path, "sha256": "sha256:" + "a" * 64, "bytes": (folder / "r" / path).stat().st_size} for path in paths]
    rows = numbers["rows"]
    return {"name": "bench-1", "label": LABEL, "purpose": "train", "use": "train", "commercial": True, "as_of": "2026-01-01T00:00:00Z", "content_root": "sha256:" + "0" * 64,
            "rows": rows, "tally": {"arrived": rows, "released": rows, "held": {}, "refused": {}}, "detectors": [], "audit": {"twin": 0, "canaries": 0},
            "absence": {"count": rows}, "parent": None, "accepted": [], "lease_hours": 24, "files": files, "numbers": numbers,
            "sources": [{**more, "id": name, "kind": "web-crawl" if name == "web" else "chat", "rows": one["rows"]} for name, one in numbers["sources"].items()],
            "tokens": "estimate", "plan": {"name": "bench", "near": True, "chunk": {"tokens": 0}, "deidentify": {"labels": ["PERSON"]}}, "log": {"size": 1, "root": "0" * 64},
            "domains": domains, "provider": {}, "protocols": [], "policy": {"periods": [], "notices": [], "assessments": []}, "previous": [], "origin": "licit.example/bench", "law": []}


assert [field.name for field in _SCHEMA] == list(COLUMNS)

if __name__ == "__main__":
    main()
