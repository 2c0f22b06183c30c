"""The register of sources and the rule that admits one answer as documented."""

import importlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from licit.adapters.signing import holds
from licit.core.policy import parse_moment
from licit.core.sources import USES, Wanted, admit_source, parse_contract, parse_source, register_from
from licit.usecases.plan import parse_plan

DATA = Path(__file__).parents[2] / "data"
VECTORS = json.loads((DATA / "vectors" / "sources.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def answer(vector: dict[str, Any]) -> tuple[str, str]:
    asked = vector["question"]
    register = register_from([(kind, body) for kind, body in vector["entries"]], origin="licit.example/vectors", holds=holds)
    decision = admit_source(register.get(asked["source"]), parse_plan(
        {"use": asked["use"], "commercial": asked["commercial"], "territory": asked["territory"], "purpose": asked["purpose"],
         "accept_unsigned_approvals": asked["unsigned"]}).wanted(parse_moment(asked["as_of"])), records=asked["records"])
    return decision.answer, decision.reason


def test_every_vector_is_answered_as_written() -> None:
    """A source is admitted, held or refused as the vectors state.

    Law: PRV-02, PRV-03, PRV-05, PRV-06, SIG-11
    """
    wrong = [(v["name"], v["rule"], (v["answer"], v["reason"]), answer(v)) for v in VECTORS
             if answer(v) != (v["answer"], v["reason"])]
    assert wrong == []


def test_vectors_are_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vectors' file is what its hand-written tables say."""
    monkeypatch.syspath_prepend(str(DATA))
    builder = importlib.import_module("build_sources")
    assert builder.build() == (DATA / "vectors" / "sources.json").read_text(encoding="utf-8")


def test_unknown_use_is_an_error() -> None:
    """A use outside the list is the caller's fault, not a hold."""
    with pytest.raises(ValueError, match="no use"):
        admit_source(None, Wanted(use="anything", as_of=NOW))


@pytest.mark.parametrize("body", [{}, {"source": ""}, {"source": "x", "ground": "because"}])
def test_source_needs_an_id_and_a_known_ground(body: dict[str, Any]) -> None:
    """A register entry that says neither is refused when it is read."""
    with pytest.raises(ValueError, match="needs an id and a ground"):
        parse_source(body)


@pytest.mark.parametrize(("body", "match"), [
    ({"uses": ["train"]}, "day it starts"), ({"uses": ["train"], "starts": ""}, "day it starts"),
    ({"uses": ["everything"], "starts": "2025-01-01"}, "no such use"),
    ({"uses": "train", "starts": "2025-01-01"}, "no such use"),
    ({"uses": ["train"], "starts": "soon"}, "soon"), ({"uses": ["train"], "starts": "2025-01-01T10:00:00"}, "zone")])
def test_contract_that_cannot_be_read_is_refused(body: dict[str, Any], match: str) -> None:
    """A contract permits nothing before its uses and dates are understood.

    Law: PRV-05
    """
    with pytest.raises(ValueError, match=match):
        parse_contract(body)


@pytest.mark.parametrize("kind", ["contract", "approval", "signal"])
def test_entry_about_an_unregistered_source_is_refused(kind: str) -> None:
    """Nothing is said of a source that nobody registered."""
    with pytest.raises(ValueError, match="no registered source"):
        register_from([(kind, {"source": "x", "uses": list(USES), "starts": "2025-01-01"})])
