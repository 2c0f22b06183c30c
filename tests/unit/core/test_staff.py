"""What staff decided on one record counts for the state they saw, lifts what they named, and nothing else."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from licit.core.reasons import REASONS
from licit.core.staff import LIFTABLE, Staff

DATA = Path(__file__).parents[2] / "data"
VECTORS = json.loads((DATA / "vectors" / "staff.json").read_text(encoding="utf-8"))


def answer(vector: dict[str, Any]) -> dict[str, Any] | None:
    staff = Staff(enumerate(vector["decisions"]), vector["rewrites"])
    made = staff.of(vector["question"]["record"], vector["question"]["shard"])
    return made and {"against": "" if made.answer == "release" else f"decided-{made.answer}", "lifts": sorted(made.lifts),
                     "log": made.log, "copied": sorted(made.copied)}


def test_every_vector_is_answered_as_written() -> None:
    """Which decision counts, and what it lifts, is as the vectors state.

    Law: CHO-21
    """
    wrong = [(v["name"], v["rule"], v["decided"], answer(v)) for v in VECTORS if answer(v) != v["decided"]]
    assert wrong == []


def test_vectors_are_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vectors' file is what its hand-written tables say."""
    monkeypatch.syspath_prepend(str(DATA))
    builder = importlib.import_module("build_staff")
    assert builder.build() == (DATA / "vectors" / "staff.json").read_text(encoding="utf-8")


def test_only_holds_can_be_lifted() -> None:
    """No refusal is ever staff's to lift, and none of a person's own, of a source or of an age."""
    assert {REASONS[name].answer for name in LIFTABLE} == {"hold"}


@pytest.mark.parametrize(("decisions", "rewrites"), [([(0, {"answer": "refuse"})], []), ([(0, {"record": 3})], []),
                                                     ([], [{"by": "h2"}])])
def test_what_names_nothing_stops(decisions: Any, rewrites: Any) -> None:
    """A decision on no record may have been a refusal: nothing is decided beside it."""
    with pytest.raises(ValueError, match="names no"):
        Staff(decisions, rewrites)
