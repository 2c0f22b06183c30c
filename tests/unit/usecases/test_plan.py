"""A plan: what is unknown or out of range is an error that names the field; nothing is guessed."""

import tomllib

import pytest

from licit.core.errors import RefusedError, SetupError
from licit.usecases.plan import TEMPLATE, Plan, parse_plan, plan_from_lock, read_plan


def test_the_template_is_the_defaults():
    """Every line of the commented plan is a default."""
    assert parse_plan(tomllib.loads(TEMPLATE)) == Plan()


@pytest.mark.parametrize(("plan", "named"), [
    ({"purposes": "train"}, "purposes"), ({"purpose": "anything"}, "purpose"), ({"use": "sell"}, "use"),
    ({"commercial": "yes"}, "commercial"), ({"as_of": "31/01/2026"}, "as_of"), ({"as_of": "2026-01-31T10:00"}, "as_of"),
    ({"sources": [1]}, "sources"), ({"sources": "chat"}, "sources"), ({"name": "Über"}, "name"), ({"name": "-"}, "name"),
    ({"name": "../up"}, "name"), ({"records": {"threads": ["everything"]}}, "everything"),
    ({"records": {"thread": ["main"]}}, "threads"), ({"records": ["main"]}, "records"),
    ({"chunk": {"tokens": -1}}, "negative"), ({"chunk": {"tokens": 5, "overlap": 5}}, "overlap"),
    ({"chunk": {"tokens": True}}, "tokens"), ({"screen": {"languages": ["fr", 2]}}, "languages"),
    ({"deidentify": {"labels": ["NAME"]}}, "NAME"), ({"deidentify": {"seconds": 0}}, "seconds"),
    ({"dedupe": {"near": "no"}}, "near"), ({"audit": {"twin_per_thousand": 201}}, "twin_per_thousand"),
    ({"audit": {"canaries": -1}}, "canaries"), ({"release": {"lease_hours": 0}}, "lease_hours"),
    ({"accept_everything": True}, "accept_everything")])
def test_what_cannot_be_is_named(plan, named):
    """A field that does not exist, or a value of the wrong kind or out of range, is an error that names it."""
    with pytest.raises((ValueError, TypeError), match=named):
        parse_plan(plan)


def test_what_is_accepted_is_recorded():
    """A switch that weakens a check counts only when it is true, and stands in the plan."""
    assert parse_plan({"accept_unmeasured_deidentification": True}).accepted == ("accept_unmeasured_deidentification",)
    assert parse_plan({"accept_unmeasured_deidentification": False}).accepted == ()


def test_a_plan_survives_the_lock():
    """A plan written into a lock is read back unchanged."""
    plan = parse_plan({"name": "spring", "sources": ["chat"], "chunk": {"tokens": 100, "overlap": 10},
                       "deidentify": {"labels": ["EMAIL"], "seconds": 3}, "records": {"threads": ["main", "branch"]}})
    assert plan_from_lock(plan.as_json()) == plan


@pytest.mark.parametrize("text", ["purpose = ", "purpose = 3", "\xff"])
def test_a_plan_file_that_cannot_be_read_stops(tmp_path, text):
    """A file that is no plan stops before the first record, and says which file."""
    path = tmp_path / "mine.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SetupError, match=r"mine\.toml"):
        read_plan(path)


def test_a_missing_plan_stops(tmp_path):
    """A plan that is not there stops, and says how to have one."""
    with pytest.raises(SetupError, match="licit init"):
        read_plan(tmp_path / "plan.toml")


def test_a_moment_to_come_is_refused(full):
    """Nothing is judged at a moment that has not come."""
    with pytest.raises(RefusedError, match="moment to come"):
        full.build(as_of="2026-03-02")
