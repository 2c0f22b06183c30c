"""The verifier's own fold agrees with the shared vectors, case by case: answer and reason."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from licit_verify.policy import Policy, moment
from licit_verify.rights import REFUSING, Entry, Item, People
from licit_verify.sources import licence_against, read_register

VECTORS = Path(__file__).parents[2] / "data/vectors"


def cases(name):
    path = VECTORS / name
    return json.loads(path.read_text()) if path.exists() else []


def standing(case):
    asked = case["question"]
    entries = [Entry(e["seq"], e["kind"], e["subject"], datetime.fromisoformat(e["received_at"]), e["decision"])
               for e in case["entries"]]
    item = dict(asked["item"])
    said = item.pop("said", None)
    item["said"] = tuple(datetime.fromisoformat(text) for text in said) if said else None
    return People(entries).standing(Policy.read([case["policy"]]), asked["subject"], asked["purpose"], Item(**item),
                                    datetime.fromisoformat(asked["as_of"]))


def test_standing_vectors():
    """RULE: two implementations that share no code answer every case alike, with the same reason."""
    wrong = [(case["name"], case["reason"], got) for case in cases("standing.json")
             if (got := standing(case)) != case["reason"]]
    assert wrong == []
    assert len(cases("standing.json")) >= 150


def test_reasons_refuse_and_hold_as_the_vectors_say():
    """RULE: what refuses and what holds is the same on both sides."""
    for case in cases("standing.json"):
        if case["reason"]:
            assert (case["reason"] in REFUSING) is (case["answer"] == "refuse"), case["name"]


def test_source_vectors():
    """RULE: both sides admit a source alike, with the same reason."""
    wrong = []
    for case in cases("sources.json"):
        asked = case["question"]
        source = read_register([(kind, body) for kind, body in case["entries"]], "licit.example/vectors").get(asked["source"])
        got = source.against({**asked, "accepted": ["accept_unsigned_approvals"] * asked["unsigned"]}, moment(asked["as_of"]),
                             asked["records"]) if source else "source-unknown"
        if got != case["reason"]:
            wrong.append((case["name"], case["reason"], got))
    assert wrong == []


@pytest.mark.parametrize(("expression", "commercial", "reason"), [
    ("CC-BY-4.0", True, ""), ("CC-BY-NC-4.0", True, "licence-forbids"), ("CC-BY-NC-4.0", False, ""),
    ("CC-BY-ND-4.0", False, "licence-forbids"), ("MIT AND CC-BY-4.0", True, ""), ("MIT OR CC-BY-4.0", True,
                                                                               "licence-unknown"),
    ("LicenseRef-press", True, "licence-unknown"), ("", True, "licence-unknown"), ("Etalab-2.0", True, ""),
    ("GPL-2.0-only WITH Classpath-exception-2.0", True, ""), ("AND", True, "licence-unknown"),
    ("MIT CC-BY-4.0", True, "licence-unknown"), ("(MIT AND CC-BY-NC-SA-3.0)", True, "licence-forbids")])
def test_licences(expression, commercial, reason):
    """RULE: only an expression whose every licence is known and permits the use will do."""
    assert licence_against(expression, commercial=commercial) == reason


def test_a_register_entry_that_cannot_be_read_stops_the_register():
    """RULE: an erased signal may have been a reservation, so nobody may go on without it."""
    with pytest.raises(ValueError, match="cannot be read"):
        read_register([("source", {"source": "a", "ground": "own"}), ("signal", None)])
