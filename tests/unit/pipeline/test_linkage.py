"""The attack by style: it sees who writes in a way of their own, and says nothing of too few."""

import random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.pipeline.linkage import LEAST, attacked_by_style

WORDS = "riz pluie lampe table chaise jardin route livre montagne rivière fenêtre porte soleil neige vent pomme".split()


def said(people: int, each: int, tic: bool) -> pl.DataFrame:
    """Give so many conversations of so many people; with a tic, everybody ends sentences in a way of their own."""
    rng = random.Random(4)
    ends = ["".join(rng.choices("!?.~;)(:-*", k=6)) for _ in range(people)]
    rows = [(f"r{person}-{number}", f"s{person}", " ".join(rng.choices(WORDS, k=40)) + (f" {ends[person]} {ends[person]}" if tic else ""))
            for person in range(people) for number in range(each)]
    rng.shuffle(rows)
    return pl.DataFrame(rows, schema=["record", "person", "text"], orient="row")


def test_a_way_of_writing_is_seen_and_its_absence_too():
    """RULE: people with a tic are linked, people without are linked about as often as by a blind guess.

    Law: DEI-06
    """
    seen, blind = attacked_by_style(said(30, 3, tic=True)), attacked_by_style(said(30, 3, tic=False))
    assert seen["tried"] == blind["tried"] == 90
    assert seen["first"] >= 80
    assert blind["first"] <= 12
    assert blind["chance"] == "2.0"


def test_too_few_are_not_counted():
    """RULE: where fewer conversations than the least have another by the same person, no count is told."""
    assert "tried" not in attacked_by_style(said(LEAST, 1, tic=True))
    assert "tried" not in attacked_by_style(said((LEAST - 1) // 2, 2, tic=True))
    assert attacked_by_style(said(LEAST // 2, 2, tic=True))["tried"] == LEAST


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=9)), min_size=LEAST, max_size=30))
def test_any_words_are_compared(rows):
    """RULE: no text breaks the attack, and its counts are in order."""
    told = attacked_by_style(pl.DataFrame([(str(at), *row) for at, row in enumerate(rows)], schema=["record", "person", "text"], orient="row"))
    assert told.get("first", 0) <= told.get("ten", 0) <= told.get("tried", 0) <= len(rows)
