"""What a release draws, merges and digests is what the shared vectors say; the verifier reads the same ones."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.adapters.corpus import FileCorpus
from licit.core.manifest import facts_digest, merge_small, person_mark
from licit.pipeline.audit import write_canaries
from licit.pipeline.decide import Draw, _twin

DATA = Path(__file__).parents[2] / "data"
VECTORS = json.loads((DATA / "vectors/draws.json").read_text(encoding="utf-8"))


def read(value: Any) -> Any:
    """Read bytes back."""
    if isinstance(value, dict) and set(value) == {"hex"}:
        return bytes.fromhex(value["hex"])
    return [read(item) for item in value] if isinstance(value, list) else value


def test_vectors_are_current() -> None:
    """The file is what its builder writes."""
    spec = importlib.util.spec_from_file_location("build_draws", DATA / "build_draws.py")
    assert spec
    assert spec.loader
    builder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(builder)
    assert builder.build() == (DATA / "vectors/draws.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", VECTORS["draws"], ids=lambda case: str(case["per_thousand"]))
def test_the_twin_is_drawn_by_place_and_seed(case: dict[str, Any]) -> None:
    """Which rows are drawn depends on their keyed places and the seed, and on nothing else.

    Law: MOD-01
    """
    rows = pl.DataFrame({"row": range(len(case["orders"])), "order": [bytes.fromhex(order) for order in case["orders"]]})
    draw = Draw(seed=int(case["seed"], 16), per_thousand=case["per_thousand"])
    assert _twin(rows, draw)["row"].to_list() == case["drawn"]


def test_canaries_come_of_the_seed(tmp_path: Path) -> None:
    """The sentences are the seed's, whoever makes them.

    Law: MOD-01
    """
    case, corpus = VECTORS["canaries"], FileCorpus(tmp_path)
    write_canaries(corpus, "r", bytes.fromhex(case["seed"]), len(case["rows"]))
    assert corpus.read("r/audit/canaries.parquet").to_pylist() == case["rows"]


def test_tallies_are_merged() -> None:
    """Small counts are merged with the next smallest."""
    assert [merge_small(case["exact"]) for case in VECTORS["tallies"]] == [case["public"] for case in VECTORS["tallies"]]


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(1, 30)))
def test_no_public_count_is_small(counts: dict[str, int]) -> None:
    """No count, merged or not, is below five, unless all of them together are; nothing is lost and most is named."""
    merged = merge_small(counts)
    assert sum(merged.values()) == sum(counts.values())
    assert set(merged) - {"other"} <= set(counts)
    assert all(number >= 5 for number in merged.values()) or list(merged) == ["other"]


def test_facts_and_marks_are_digested() -> None:
    """A row's facts and a person's mark have the bytes that the page on formats gives them."""
    assert [facts_digest(read(case["row"])).hex() for case in VECTORS["facts"]] == [c["digest"] for c in VECTORS["facts"]]
    assert [person_mark(c["record"], c["subject"]).hex() for c in VECTORS["marks"]] == [c["mark"] for c in VECTORS["marks"]]
