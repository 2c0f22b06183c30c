"""Sealing: places are drawn, files hold enough people, and the root does not depend on how rows lie in files."""

import itertools
import json

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import people_chats

from licit.core.errors import EvidenceError
from licit.core.manifest import content_root, row_digest
from licit.pipeline import seal
from licit.pipeline.prepare import CONTENT
from licit.pipeline.seal import MOST_FILES, PEOPLE, buckets_for, place


@given(st.integers(0, 10_000_000))
def test_a_file_holds_a_thousand_people(people):
    """There is one file, or so few that each holds a thousand people with a margin."""
    buckets = buckets_for(people)
    assert 1 <= buckets <= MOST_FILES
    assert buckets == 1 or people / buckets >= PEOPLE * 1.2


@settings(max_examples=50)
@given(st.lists(st.integers(0, 2**32 - 1), min_size=1), st.integers(1, MOST_FILES))
def test_places_are_files_that_exist(drawn, buckets):
    """Every bucket falls into a file, and alone as in an array."""
    numbers = place(np.array(drawn, dtype=np.int64), buckets)
    assert numbers.tolist() == [place(bucket, buckets) for bucket in drawn]
    assert all(0 <= number < buckets for number in numbers.tolist())


def test_the_root_of_nothing_is_a_root(full):
    """A release without rows has the root of no rows."""
    assert seal.root_of(full.ports.corpus, "releases/none", []) == (content_root([]), 0)


def test_the_root_does_not_depend_on_files(full, monkeypatch):
    """The same rows cut into many files have the same content root.

    Law: REL-04
    """
    one = full.build()
    monkeypatch.setattr(seal, "PEOPLE", 1)
    monkeypatch.setattr("licit_verify.auditor._PEOPLE", 1)
    many = full.build()
    files = [len(list((full.root / "releases" / built.name / "data").iterdir())) for built in (one, many)]
    assert files[0] == 1 < files[1]
    assert one.content_root == many.content_root


def test_rows_of_a_person_do_not_lie_together(world, monkeypatch):
    """Inside a file rows stand in keyed-random order, ascending, never grouped by person."""
    world.take(people_chats(4, 6))
    built = world.build(dedupe={"near": False})
    table = world.ports.corpus.read("releases/release-1/ids/part-00000.parquet")
    orders = table["order"].to_pylist()
    assert orders == sorted(orders)
    holders = dict(built.rows.select("record", "holder").iter_rows())
    people = [holders[record] for record in table["record"].to_pylist()]
    assert len([1 for a, b in itertools.pairwise(people) if a != b]) > 6


def test_only_listed_columns_leave(full):
    """A released row has the allow-listed columns and no others.

    Law: DEI-08
    """
    table = full.ports.corpus.read("releases/release-1/data/part-00000.parquet")
    assert table.column_names == ["record", "chunk", "messages", "text", "language", "source", "licence", "day",
                                  "first_day", "last_day", "participants", "topics", "tokens", "turns"]
    assert {len(day) for day in table["day"].to_pylist()} == {10}


_SHORT = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
_MESSAGES = st.lists(st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": _SHORT}),
                     max_size=2)
_ROW = st.fixed_dictionaries({name: {pa.string(): _SHORT, pa.int32(): st.integers(-5, 2**31 - 1)}.get(
    kind, _MESSAGES if name == "messages" else st.none() | st.lists(_SHORT, max_size=2))
    for name, kind in zip(CONTENT.names, CONTENT.types, strict=True)}).map(lambda row: row | (
        {"messages": None} if row["text"] else {}))


@settings(max_examples=60)
@given(st.lists(_ROW, min_size=1, max_size=3))
def test_digests_in_columns_are_those_of_rows(rows):
    """Whatever a row holds, its digest put together in columns is the one that the format says."""
    table = pa.Table.from_pylist(rows, schema=CONTENT)
    assert seal.row_digests(table) == [row_digest([row[name] for name in CONTENT.names]) for row in rows]


def test_a_row_is_read_only_where_it_was_decided(full):
    """Rows that lie elsewhere than they were decided, or in another number, are not read, whatever their words."""
    rows = full.build().rows.select("shard", "record", "chunk", kept=pl.lit(True))
    corpus = full.ports.corpus
    attributes = {path.stem: str(path.relative_to(full.root)) for path in full.root.glob("attributes/*/*.parquet")}
    assert sum(len(table) for table in seal.content_of(corpus, rows, attributes, None)) == rows.height
    turned = rows.with_columns(pl.col("record").reverse().over("shard"))
    for wrong in (turned, rows.slice(1), rows.slice(0, 1)):
        with pytest.raises(EvidenceError):
            list(seal.content_of(corpus, wrong, attributes, None))


def test_only_kept_rows_are_read(full):
    """What is read is what was marked, from the first to the last row of every shard."""
    rows = full.build().rows.select("shard", "record", "chunk", kept=pl.col("row") % 3 == 0)
    attributes = {path.stem: str(path.relative_to(full.root)) for path in full.root.glob("attributes/*/*.parquet")}
    read = [record for table in seal.content_of(full.ports.corpus, rows, attributes, None)
            for record in table["record"].to_pylist()]
    assert read == rows.filter("kept")["record"].to_list()
    assert 0 < len(read) < rows.height


def test_a_patch_names_the_detectors_that_looked(full, monkeypatch):
    """A patch states the detectors its parent was made with, for they looked at its rows, not those of today."""
    built = full.build()
    monkeypatch.setattr("licit.wiring.pin", lambda _: ("of-today@9",))
    full.object("user1")
    patched = full.space.patch(built.name)
    stated = [json.loads((full.root / "releases" / name / "manifest.json").read_bytes())["detectors"]
              for name in (built.name, patched.name)]
    assert stated[0] == stated[1] != ["of-today@9"]
