"""A plan: what is unknown or out of range is an error that names the field; nothing is guessed."""

import tomllib

import pytest
from world import chat, prose

from licit.core.errors import RefusedError, SetupError
from licit.core.policy import parse_policy
from licit.usecases.deciding import without_input
from licit.usecases.plan import TEMPLATE, Plan, parse_plan, plan_from_lock, read_plan
from licit.wiring import open_workspace


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
    ({"deidentify": {"replace": "nothing"}}, "replace"), ({"deidentify": {"replace": 1}}, "replace"),
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
                       "deidentify": {"labels": ["EMAIL"], "seconds": 3, "replace": "surrogates"}, "records": {"threads": ["main", "branch"]}})
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


@pytest.mark.parametrize(("plan", "meant"), [({"purpse": "train"}, "purpose"), ({"record": {}}, "records"),
                                             ({"chunk": {"token": 3}}, "tokens"), ({"release": {"lease": 3}}, "lease_hours"),
                                             ({"accept_unmeasured_deidentifcation": True}, "accept_unmeasured_deidentification")])
def test_a_misspelt_field_is_told_the_right_one(plan, meant):
    """A field that is nearly one is an error that names the one it may have meant."""
    with pytest.raises(ValueError, match=f"did you mean '{meant}'"):
        parse_plan(plan)


@pytest.mark.parametrize(("policy", "said"), [
    ({"periods": []}, "did you mean 'period'"), ({"period": {"purpose": "train"}}, r"write \[\[period\]\]"),
    ({"period": [{"purpose": "train"}]}, "lacks basis, starts"), ({"notice": [{"id": "n", "purpose": ["train"]}]}, "'purposes'"),
    ({"surface": [{"id": "web", "assurence": "adults"}]}, "'assurance'")])
def test_a_misspelt_policy_is_told_the_right_word(policy, said):
    """A policy's block that is misnamed, misspelt or lacks a field says which and what was meant."""
    with pytest.raises(ValueError, match=said):
        parse_policy(policy)


def test_misspelt_settings_stop(world):
    """A key of licit.toml that means nothing is refused before anything is opened."""
    path = world.root / "licit.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("made_with", "made_wiht"), encoding="utf-8")
    with pytest.raises(SetupError, match="did you mean 'made_with'"):
        open_workspace(world.root)


def test_a_source_that_nobody_knows_stops_the_build(world):
    """A plan that names a source which is neither registered nor imported would build nothing, so it says so."""
    world.take([chat("c", "ada", prose("c"))])
    with pytest.raises(SetupError, match=r"chta.*did you mean 'chat'"):
        world.build(sources=["chta"])


def test_a_source_without_input_is_said(world):
    """A registered source that nothing was imported from is no fault, and is not passed over in silence."""
    assert "Nothing was imported yet" in without_input(world.ports, Plan())[0]
    world.license("press")
    world.take([chat("c", "ada", prose("c"))])
    assert without_input(world.ports, Plan(sources=("chat",))) == []
    assert "press" in without_input(world.ports, Plan(sources=("chat", "press")))[0]
    assert world.build(sources=["press"]).tally.arrived == 0
