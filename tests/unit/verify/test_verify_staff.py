"""Staff's decisions, read by the verifier: the same vectors as the product, without its code."""

import json
from pathlib import Path

import pytest

from licit_verify.staff import Decisions

VECTORS = json.loads((Path(__file__).parents[2] / "data/vectors/staff.json").read_text(encoding="utf-8"))


def answer(case):
    found = Decisions.read(case["decisions"], case["rewrites"]).on(case["question"]["record"], case["question"]["shard"])
    return found and {"against": found.against, "lifts": sorted(found.lifts), "log": found.seen,
                      "copied": sorted(found.copied)}


def test_staff_vectors():
    """RULE: two implementations that share no code read every decision alike."""
    assert [(case["name"], answer(case)) for case in VECTORS if answer(case) != case["decided"]] == []
    assert len(VECTORS) >= 80


@pytest.mark.parametrize("body", [None, {}, {"record": ""}, {"record": ["r"], "answer": "refuse"}, "refuse"])
def test_a_decision_on_nothing_cannot_be_read(body):
    """RULE: what may have been a refusal of anything lets nothing pass."""
    with pytest.raises(ValueError, match="record"):
        Decisions.read([body], [])
