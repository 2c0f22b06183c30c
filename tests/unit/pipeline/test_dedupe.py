"""Duplicates: one kept in each cluster, whatever the order; copies of what was refused held from fifty words on."""

import random
import re

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from world import prose

from licit.pipeline.dedupe import RUN, _components, _folded, clusters, copies_of, likeness, losers, sketch

QUICK = settings(max_examples=60, deadline=None)


def table(texts, orders=None) -> pl.DataFrame:
    shapes = sketch(texts)
    return pl.DataFrame({"row": range(len(texts)), "exact": [s.exact for s in shapes], "bands": [s.bands for s in shapes],
                         "runs": [s.runs for s in shapes], "order": orders or [b"%016d" % n for n in range(len(texts))],
                         "rank": [0] * len(texts)},
                        schema={"row": pl.UInt32, "exact": pl.Binary, "bands": pl.List(pl.UInt64),
                                "runs": pl.List(pl.UInt64), "order": pl.Binary, "rank": pl.UInt8})


def named(texts) -> pl.DataFrame:
    rows = table(texts)
    return rows.join(clusters(rows), on="row")


@QUICK
@given(st.integers(1, 40), st.data())
def test_components_are_those_of_the_graph(number, data):
    """Names of clusters are the smallest node that can be reached."""
    edges = data.draw(st.lists(st.tuples(st.integers(0, number - 1), st.integers(0, number - 1)), max_size=60))
    left, right = np.array([a for a, _ in edges], dtype=np.uint32), np.array([b for _, b in edges], dtype=np.uint32)
    wanted = list(range(number))
    for _ in range(number):
        for a, b in edges:
            wanted[a] = wanted[b] = min(wanted[a], wanted[b])
    assert _components(number, left, right).tolist() == wanted


def test_a_long_chain_is_one_cluster():
    """A chain of thousands of near-duplicates is one cluster, in whatever order its links come."""
    links = np.array(random.Random(1).sample(range(5000), 5000), dtype=np.uint32)
    assert set(_components(5001, links, links + 1).tolist()) == {0}


@QUICK
@given(st.permutations(range(9)))
def test_clusters_do_not_depend_on_the_order_of_rows(order):
    """The same texts in another order fall into the same clusters, and the same texts are kept."""
    texts = [prose(n // 3, 40) + (f" Note {n}." if n % 3 == 2 else "") for n in range(9)]
    orders = [b"%016d" % n for n in range(9)]

    def groups(which):
        rows = table([texts[n] for n in which], [orders[n] for n in which])
        rows = rows.join(clusters(rows), on="row")
        lost = losers(rows, near=True)["row"].to_list()
        by: dict[int, set[int]] = {}
        for row, name in zip(which, rows["alike"].to_list(), strict=True):
            by.setdefault(name, set()).add(row)
        return {frozenset(group) for group in by.values()}, {n for at, n in enumerate(which) if at not in lost}

    assert groups(list(order)) == groups(list(range(9)))


def test_case_and_punctuation_do_not_hide_a_duplicate():
    """The same words are the same text, whatever their case, marks and spaces.

    Law: DEI-07
    """
    rows = named(["Bonjour, le monde !", "bonjour le  MONDE", "bonjour les mondes"])
    assert rows["same"].to_list() == [0, 0, 2]


def test_near_duplicates_meet():
    """A long text with a few words changed meets the first; another text does not.

    Law: DEI-07
    """
    text = prose("near", 200)
    words = text.split()
    for at in (20, 120):
        words[at] = "autrement"
    rows = named([text, " ".join(words), prose("far", 200)])
    assert rows["alike"].to_list() == [0, 0, 2]


def test_one_permitted_row_is_kept():
    """Only rows that may be released stand for election; the smallest by order wins; the rest say why."""
    rows = named([prose("x", 60)] * 3 + [prose("x", 60) + " Merci bien."])
    rows = rows.with_columns(rank=pl.Series([2, 0, 0, 0], dtype=pl.UInt8))
    assert dict(losers(rows, near=True).iter_rows()) == {2: "duplicate", 3: "near-duplicate"}
    assert dict(losers(rows, near=False).iter_rows()) == {2: "duplicate"}


@pytest.mark.parametrize(("shared", "held"), [(RUN - 1, False), (RUN, True), (RUN + 1, True)])
def test_a_copy_is_held_from_fifty_words_on(shared, held):
    """Fifty words in a row of something refused make a copy; forty-nine do not.

    Law: CHO-10
    """
    words = prose("refused", 120).split()
    quote = " ".join(["Voici,", "avant", "tout", *words[30:30 + shared], "puis", "autre", "chose"])
    rows = table([" ".join(words), quote])
    found = copies_of(rows.filter(pl.col("row") == 0)["runs"].explode(), rows.filter(pl.col("row") == 1))
    assert found["row"].to_list() == ([1] if held else [])


@QUICK
@given(st.lists(st.text(alphabet="ab ", max_size=300), max_size=6))
def test_a_sketch_does_not_depend_on_its_neighbours(texts):
    """A text's sketch is the same alone and in a batch, and short or empty texts have no bands."""
    assert sketch(texts) == [sketch([text])[0] for text in texts]
    for text, shape in zip(texts, sketch(texts), strict=True):
        number = len(text.split())
        assert len(shape.runs) == max(0, number - RUN + 1)
        assert bool(shape.bands) is (number >= 3)


@QUICK
@given(st.text() | st.text(st.characters(max_codepoint=255)))
@example("Stra\xdfe")
@example("\xb5 \xff \xd7 \xde")
def test_case_is_folded_as_python_folds_it(text):
    """The table for Latin-1 gives what folding and writing a text gives."""
    assert _folded(text) == text.casefold().encode("utf-8", "replace")


@QUICK
@given(st.lists(st.sampled_from(["Words", "are", "words", "été", "ÉTÉ", "…", " ", " ", " ", "\n", "-"]), max_size=12).map("".join), st.lists(st.text(), max_size=3))
def test_a_text_is_like_itself_in_every_batch(text, others):
    """What copies are counted by is of the text's words alone, told apart by ASCII signs and blanks, whatever stands beside."""
    words = re.sub(r"[\x00-/:-@\[-^`{-\x7f]+", " ", text.casefold()).split(" ")
    alone, beside = likeness([" ".join(filter(None, words))]), likeness([*others, text, *others])
    assert [column[0].tolist() for column in alone] == [column[len(others)].tolist() for column in beside]
    assert alone[2][0] == (sum(map(bool, words)) >= 3)
