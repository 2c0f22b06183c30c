"""What papers count: by file, from what was counted before as from the rows; domains by the address that a record declares."""

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.adapters.corpus import FileCorpus
from licit.core.errors import EvidenceError
from licit.pipeline.papers import Before, Pages, count_files, count_rows, sizes_by_host
from licit.pipeline.prepare import CONTENT

SOURCES = ("chat", "web", "press")
OWN = {"web": "https://own.example", "press": ""}
HOSTS = ("a.example", "www.a.example", "B.example")


def row(number: int, source: str, tokens: int, day: str) -> dict:
    """Give a row of ``data/``."""
    chat = source == "chat"
    return dict.fromkeys(CONTENT.names) | {
        "record": f"r{number // 2}", "chunk": number % 2, "source": source, "tokens": tokens, "language": "fr", "first_day": day, "last_day": day,
        "messages": [{"role": "user", "content": "x"}] if chat else None, "text": None if chat else "x"}


def written(corpus: FileCorpus, folder: str, parts: dict[int, list[dict]]) -> dict[str, str]:
    """Write data files; give their digests."""
    return {f"data/part-{number}.parquet": corpus.write(f"{folder}/data/part-{number}.parquet", pa.Table.from_pylist(rows, schema=CONTENT))
            for number, rows in parts.items() if rows}


ROWS = st.lists(st.tuples(st.sampled_from(SOURCES), st.integers(0, 3), st.sampled_from(["2025-01-02", "2025-03-04"]), st.integers(0, 2),
                          st.sampled_from(["", *HOSTS])), min_size=1, max_size=12)


@settings(max_examples=12, deadline=None)
@given(rows=ROWS, left=st.sets(st.integers(0, 11)), joined=ROWS)
def test_counts_of_a_patch_are_those_of_all_its_rows(rows, left, joined):
    """Whatever left a release's files or joined them, its counts made from its parent's are those made from its rows."""
    with TemporaryDirectory() as folder:
        corpus = FileCorpus(Path(folder))
        parts: dict[int, list[dict]] = {0: [], 1: [], 2: []}
        later: dict[int, list[dict]] = {0: [], 1: [], 2: []}
        bodies = {}
        for number, (source, tokens, day, part, host) in enumerate([*rows, *joined]):
            one = row(number, source, tokens, day)
            bodies.setdefault(one["record"], f'{{"declared":{{"url":"https://{host}/1"}}}}' if host else "{}")
            if number < len(rows):
                parts[part].append(one)
            if number >= len(rows) or number not in left:
                later[part].append(one)
        corpus.write("shards/s.parquet", pl.DataFrame({"record": [*bodies], "body": [*bodies.values()]}).to_arrow())
        pages = Pages(own=OWN, shards={"s": "sha256:0"})
        first, second = written(corpus, "one", parts), written(corpus, "two", later)
        old = count_files(corpus, "one", first, pages)
        whole = count_files(corpus, "two", second, pages)
        for hosts in (old.hosts, None):
            made = count_files(corpus, "two", second, pages, Before(folder="one", files=first, cells=old.cells, hosts=hosts))
            assert count_rows(made.cells) == count_rows(whole.cells)
            assert sizes_by_host(made.hosts) == sizes_by_host(whole.hosts)
            assert made.hosts.sort("file", "host").equals(whole.hosts.sort("file", "host"))


def test_a_parents_file_that_was_altered_is_no_base(tmp_path):
    """Where the parent's file is not the one that was counted, the new file's pages are counted whole."""
    corpus, pages = FileCorpus(tmp_path), Pages(own=OWN, shards={"s": "sha256:0"})
    corpus.write("shards/s.parquet", pl.DataFrame({"record": ["r0", "r1"], "body": ["{}", '{"declared":{"url":"https://a.example"}}']}).to_arrow())
    rows = [row(0, "web", 5, ""), row(2, "web", 7, "")]
    first, second = written(corpus, "one", {0: rows}), written(corpus, "two", {0: rows[1:]})
    before = Before(folder="one", files=first, cells=(old := count_files(corpus, "one", first, pages)).cells, hosts=old.hosts)
    written(corpus, "one", {0: [*rows, row(4, "web", 9, "")]})
    assert sizes_by_host(count_files(corpus, "two", second, pages, before).hosts) == [("a.example", 7)]
    corpus.remove("two/data/part-0.parquet")
    with pytest.raises(EvidenceError):
        count_files(corpus, "two", second, pages, before)


def test_domains_come_from_the_pages(tmp_path):
    """Sizes by host are the tokens of released rows, by the address that a record declares, else by its source's.

    Law: AIA-03
    """
    corpus = FileCorpus(tmp_path)
    files = written(corpus, "r", {0: [row(0, "web", 5, ""), row(2, "web", 7, ""), row(4, "chat", 9, "")]})
    corpus.write("shards/s.parquet", pl.DataFrame({"record": ["r0", "z"], "body": [
        '{"declared":{"url":"https://www.a.example/1"}}', '{"declared":{"url":"https://z.example"}}']}).to_arrow())
    counts = count_files(corpus, "r", files, Pages(own={"web": "https://own.example"}, shards={"s": ""}))
    assert sizes_by_host(counts.hosts) == [("own.example", 7), ("www.a.example", 5)]
