"""Requests and their steps: which steps count, whatever was entered in which order."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licit.core.cases import GROUNDS, REQUESTS, STEPS, cases_from
from licit.core.duties import working_day
from licit.core.rights import Entry

START = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)
WHY = "The archive of four years lies in three countries."
FOUND = {"stores": {"records": {"found": 2, "left": 0}}}


def told(kind, *steps):
    """Fold a request and steps, each (days since receipt, by, what, values); give its case."""
    entries = [Entry(seq=0, kind=kind, subject="s1", received_at=START, recorded_at=START, decision={})]
    for seq, (days, by, what, values) in enumerate(steps, 1):
        at = START + timedelta(days=days)
        entries.append(Entry(seq=seq, kind="step", subject="s1", received_at=at, recorded_at=at,
                             decision={"request": 0, "step": what, "by": by, **values}))
    return cases_from(entries)[0]


def test_a_month_ends_with_the_month():
    """Received on 31 January it is due on 28 February, and with two months more on 30 April.

    Law: RGT-01
    """
    assert told("access").due == date(2026, 2, 28)
    longer = {"ground": "complexity", "months": 2, "why": WHY}
    assert told("access", (28, "ines", "extended", longer)).due == date(2026, 4, 30)


@pytest.mark.parametrize(("days", "values", "against"), [
    (29, {}, "extension-too-late"), (1, {"months": 3}, "step-incomplete"), (1, {"months": True}, "step-incomplete"),
    (1, {"ground": "holidays"}, "step-incomplete"), (1, {"why": "busy"}, "reason-missing"), (1, {"why": 7}, "reason-missing")])
def test_an_extension_that_breaks_a_rule_changes_no_date(days, values, against):
    """Late, longer than two months, for another ground or without reasons: it counts for nothing and says why."""
    case = told("access", (days, "ines", "extended", {"ground": "complexity", "months": 1, "why": WHY} | values))
    assert case.due == case.first_due
    assert case.steps[0].against == against


@pytest.mark.parametrize("second", ["ines", " INES ", "Ｉnes"])
def test_one_person_does_not_sign_twice(second):
    """However the name is written, who proposed a refusal does not sign it."""
    values = {"ground": "manifestly-unfounded", "remedies": ["CNIL", "court"]}
    steps = [(1, "ines", "refusal-proposed", values | {"why": WHY}), (2, second, "refused", values)]
    assert told("access", *steps).state == "open"
    assert told("access", steps[0], (2, "paul", "refused", values)).state == "refused"


@pytest.mark.parametrize("remedies", [None, [], ["CNIL"], "CNIL court", ["", "court"]])
def test_a_refusal_without_remedies_is_none(remedies):
    """A refusal that does not name where to complain and the court leaves the request open (GDPR Art. 12(4)).

    Law: RGT-02
    """
    values = {"ground": "manifestly-unfounded"}
    case = told("access", (1, "ines", "refusal-proposed", values | {"why": WHY}), (2, "paul", "refused", values | {"remedies": remedies}))
    assert case.state == "open"


@pytest.mark.parametrize("ground", GROUNDS)
def test_an_objection_cannot_be_refused(ground):
    """No ground of the list is held against somebody's objection."""
    case = told("third-party-objection", (1, "ines", "refusal-proposed", {"ground": ground, "why": WHY}))
    assert case.grounds() == []
    assert case.steps[0].against == "ground-not-in-list"


def test_an_erasure_is_not_answered_while_something_is_left():
    """The last search decides; arrivals that were not read leave every answer open."""
    left = {"stores": {"records": {"found": 2, "left": 1}}}
    unread = {"stores": {"records": {"found": 0, "left": 0}, "unread": {"found": 1, "left": 0}}}
    answered = (3, "ines", "answered", {})
    assert told("erasure", (1, "ines", "searched", left), answered).state == "open"
    assert told("access", (1, "ines", "searched", unread), answered).state == "open"
    assert told("erasure", (1, "ines", "searched", left), (2, "ines", "searched", FOUND), answered).state == "answered"


def test_a_step_of_nobody_or_on_nothing_is_passed_over():
    """A step without a name does not count; one on another request, or one that cannot be read, is none of this request's."""
    case = told("access", (1, "ines", "searched", FOUND), (2, " ", "answered", {}), (2, "ines", "answered", {"request": 7}))
    assert case.state == "open"
    assert [step.against for step in case.steps] == ["", "step-incomplete"]


steps = st.lists(st.tuples(
    st.integers(0, 90), st.sampled_from(["ines", "paul", "INES ", ""]), st.sampled_from([*STEPS, "other"]),
    st.fixed_dictionaries({}, optional={
        "ground": st.sampled_from([*GROUNDS, "complexity"]), "months": st.integers(-1, 4), "why": st.sampled_from(["", "x", WHY]),
        "remedies": st.just(["CNIL", "court"]), "stores": st.sampled_from([{}, FOUND["stores"]])})), max_size=12)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(sorted(REQUESTS)), taken=steps)
def test_whatever_is_entered_the_rules_hold(kind, taken):
    """A case ends at most once, later than three months never is a due day, and a refusal has two people behind it."""
    case = told(kind, *sorted(taken, key=lambda step: step[0]))
    ends = [step for step in case.counting if step.what in ("answered", "refused")]
    assert len(ends) <= 1
    assert case.first_due <= case.due <= date(2026, 4, 30)
    if case.state == "refused":
        proposed = case.last("refusal-proposed")
        assert kind != "third-party-objection"
        assert proposed.by.strip().casefold() != ends[0].by.strip().casefold()
    if case.state == "answered":
        assert case.last("searched") is not None


@pytest.mark.parametrize(("day", "country", "ends"), [
    ("2026-05-01", "FR", "2026-05-04"), ("2026-05-01", "", "2026-05-01"), ("2026-04-06", "FR", "2026-04-07"),
    ("2026-05-14", "FR", "2026-05-15"), ("2026-05-25", "FR", "2026-05-26"), ("2026-12-25", "FR", "2026-12-28"), ("2026-05-16", "", "2026-05-18")])
def test_a_period_ends_on_a_working_day(day, country, ends):
    """Weekends, and the holidays of a country that is named, Easter Monday, Ascension and Whit Monday among them."""
    assert working_day(date.fromisoformat(day), country) == date.fromisoformat(ends)
