"""The policy reads only what is well formed, and says what silence means."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from licit.core.policy import PURPOSES, parse_moment, parse_policy, policy_from, said_between, silence

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
PERIOD = {"purpose": "train", "basis": "consent", "starts": "2024-01-01"}
NOTICE = {"id": "n1", "purposes": ["train"], "starts": "2024-01-01"}
PAPER = {"id": "a1", "purposes": ["train"], "approved_at": "2024-01-01", "expires_at": "2027-01-01",
         "approved_by": "dpo"}


@pytest.mark.parametrize("body", [
    {"periods": [PERIOD]}, {"period": [{**PERIOD, "purpose": "everything"}]}, {"period": [{**PERIOD, "basis": "habit"}]},
    {"period": [{**PERIOD, "tier": "free"}]}, {"period": [{"purpose": "train", "basis": "consent"}]},
    {"period": [{**PERIOD, "waiting_days": -1}]}, {"period": [{**PERIOD, "waiting_days": 10**9}]}, {"period": [{**PERIOD, "waiting_days": "30"}]},
    {"period": [{**PERIOD, "waiting_days": True}]}, {"period": [{**PERIOD, "waiting_days": 0.5}]},
    {"period": [{**PERIOD, "starts": None}]}, {"period": [{**PERIOD, "starts": 2024}]},
    {"period": [{**PERIOD, "starts": "2024-01-01T00:00:00"}]}, {"period": [{**PERIOD, "starts": "soon"}]},
    {"period": [{**PERIOD, "starts": datetime(2024, 1, 1)}]}, {"period": [{**PERIOD, "ends": "2024-01-01"}]},
    {"period": [{**PERIOD, "ends": "2023-01-01"}]}, {"period": [PERIOD, {**PERIOD, "starts": "2025-01-01"}]},
    {"period": [{**PERIOD, "ends": "2025-01-02"}, {**PERIOD, "starts": "2025-01-01", "basis": "consent"}]},
    {"notice": [{**NOTICE, "purposes": ["training"]}]}, {"notice": [{**NOTICE, "purposes": "train"}]},
    {"notice": [{**NOTICE, "starts": None}]}, {"notice": [NOTICE, NOTICE]}, {"assessment": [PAPER, PAPER]},
    {"assessment": [{**PAPER, "purposes": ["*"]}]}, {"assessment": [{**PAPER, "expires_at": "2023-01-01"}]},
    {"assessment": [{name: value for name, value in PAPER.items() if name != "approved_by"}]},
    {"surface": [{"id": "app", "assurance": "adult"}]}, {"surface": [{"id": "app"}, {"id": "app"}]}])
def test_policy_that_is_not_well_formed_is_refused(body: dict[str, Any]) -> None:
    """A policy is read whole or not at all: an unknown field, value or time is an error, never a default.

    Law: CHO-01, CHO-16, CHO-17
    """
    with pytest.raises(ValueError, match=r"."):
        parse_policy(body)


def test_dates_of_a_settings_file_are_read() -> None:
    """A day or a time with its zone, written without quotes in a TOML file, means what its text means."""
    period = {**PERIOD, "starts": date(2024, 1, 1), "ends": datetime(2025, 1, 1, tzinfo=UTC)}
    assert parse_policy({"period": [period]}) == parse_policy({"period": [{**PERIOD, "ends": "2025-01-01"}]})


def test_purposes_are_a_closed_list() -> None:
    """Six purposes, no wildcard.

    Law: CHO-17
    """
    assert PURPOSES == ("train", "learn-from-feedback", "evaluate", "human-review", "publish", "personalise")


def test_notices_of_all_policies_stay() -> None:
    """A later policy replaces the periods; what people could read once stays on record."""
    policy = policy_from([{"period": [PERIOD], "notice": [NOTICE]},
                          {"period": [{**PERIOD, "basis": "legitimate-interest"}], "assessment": [PAPER]},
                          {"notice": [{**NOTICE, "id": "n2"}]}])
    assert ([p.basis for p in policy.periods], [n.id for n in policy.notices], [a.id for a in policy.assessments]) == (
        ["legitimate-interest"], ["n1", "n2"], ["a1"])


@pytest.mark.parametrize(("part", "item", "change"), [("notice", NOTICE, {"starts": "2023-01-01"}),
                                                      ("assessment", PAPER, {"approved_by": "another"})])
def test_nothing_changes_under_its_id(part: str, item: dict[str, Any], change: dict[str, str]) -> None:
    """A notice or assessment that changes needs a new id."""
    with pytest.raises(ValueError, match="changes under its id"):
        policy_from([{part: [item]}, {part: [{**item, **change}]}])


def test_undeclared_surface_has_no_assurance() -> None:
    """Age assurance is declared or there is none.

    Law: CHO-19
    """
    policy = parse_policy({"surface": [{"id": "app", "assurance": "adults"}]})
    assert (policy.assurance("app"), policy.assurance("web"), policy.assurance("")) == ("adults", "none", "none")


@pytest.mark.parametrize("text", ["2025-06-01T12:00", "20250601T1", "2025-13-01", "2025-02-30", "yesterday", "",
                                  "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-01:00"])
def test_moment_that_cannot_be_read_is_refused(text: str) -> None:
    """A time has a zone and lies within the years 1 to 9999."""
    with pytest.raises(ValueError, match=r"."):
        parse_moment(text)


@pytest.mark.parametrize("text", ["", "2025-06-01T12:00", "20250601T1", "0001-01-01T00:00:00+23:00", "yesterday"])
def test_time_of_a_record_that_cannot_be_read_is_unknown(text: str) -> None:
    """What a file says of its dates never stops an import: it is unknown, and unknown is held."""
    assert said_between(text) is None


def test_day_means_all_its_moments() -> None:
    """A day bounds what was said from its first to its last microsecond."""
    assert said_between("2025-06-01") == (NOON.replace(hour=0), NOON.replace(hour=0) + timedelta(days=1, microseconds=-1))


def test_time_that_runs_backwards_is_unknown() -> None:
    """A time that ends before it begins bounds nothing."""
    policy = parse_policy({"period": [PERIOD]})
    assert silence(policy, "train", (NOON, NOON - timedelta(days=1)), NOON, consented=True).reason == "date-unknown"


def test_year_out_of_all_bounds_is_held_and_not_a_fault() -> None:
    """A hostile date waits like any other; it does not stop the build.

    Law: TRN-02
    """
    body = {"period": [{**PERIOD, "basis": "legitimate-interest"}], "notice": [NOTICE], "assessment": [PAPER]}
    assert silence(parse_policy(body), "train", said_between("9999-12-31"), NOON).reason == "waiting-period"


def test_periods_that_touch_are_found_in_order() -> None:
    """Every period that touches a stretch is given, none when a moment of it is uncovered."""
    policy = parse_policy({"period": [{**PERIOD, "starts": "2025-05-01"}, {**PERIOD, "ends": "2025-05-01"}]})
    april = datetime(2025, 4, 1, tzinfo=UTC)
    assert [p.starts.year for p in policy.periods_between("train", april, NOON)] == [2024, 2025]
    assert policy.periods_between("train", april.replace(year=2023), NOON) == ()
    assert policy.periods_between("publish", april, NOON) == ()
