"""Adopting a policy: what was in force stays, and nothing collected under consent is swept into another basis."""

import re

import pytest
from world import POLICY, chat, failing, make, prose, reasons

from licit.core.errors import RefusedError, SetupError
from licit.usecases import deciding
from licit.usecases.policy import TEMPLATE, read_policy

CONSENT = {"period": [{"purpose": "train", "basis": "consent", "starts": "2025-01-01"}]}
EVALUATE = {"period": [{"purpose": "evaluate", "basis": "legitimate-interest", "starts": "2026-03-02"}],
            "notice": [{"id": "notice-evaluate", "purposes": ["evaluate"], "starts": "2026-03-02"}]}
INTEREST = {"period": POLICY["period"]}


@pytest.fixture
def bare(tmp_path):
    """A workspace without a policy."""
    return make(tmp_path / "w", policy=None)


def test_consent_is_not_swept_into_interest(bare):
    """What was collected under consent does not come under legitimate interest by a new policy.

    Law: CHO-16
    """
    bare.space.adopt_policy(CONSENT)
    with pytest.raises(RefusedError, match="under consent"):
        bare.space.adopt_policy(INTEREST)


def test_nor_in_two_steps(bare):
    """Dropping the consent period first does not help: every policy that ever was in force counts."""
    bare.space.adopt_policy(CONSENT)
    bare.clock.advance(days=1)
    bare.space.adopt_policy(EVALUATE)
    bare.clock.advance(days=1)
    with pytest.raises(RefusedError, match="under consent"):
        bare.space.adopt_policy(INTEREST)


def test_a_new_basis_may_start_today(bare):
    """From now on another basis may hold, while the past keeps its own."""
    bare.space.adopt_policy(CONSENT)
    bare.space.adopt_policy({"period": [{**CONSENT["period"][0], "ends": "2026-03-01T09:00:00Z"},
                                        {**POLICY["period"][0], "starts": "2026-03-01T09:00:00Z"}],
                             "notice": [{"id": "notice-new", "purposes": ["train"], "starts": "2026-03-01T09:00:00Z"}]})
    bare.take([chat("c", "u", prose("x"))])
    assert reasons(bare.build()) == {"consent-missing": 1}


def test_a_period_that_never_began_binds_nobody(bare):
    """A consent period that was replaced before it began covers nothing."""
    bare.space.adopt_policy({"period": [{**CONSENT["period"][0], "starts": "2027-01-01"}]})
    bare.clock.advance(days=1)
    assert bare.space.adopt_policy({"period": [{**POLICY["period"][0], "starts": "2026-03-02"}],
                                    "notice": [{"id": "notice-new", "purposes": ["train"], "starts": "2026-03-02"}]}) > 0


def test_a_notice_does_not_change_under_its_id(bare):
    """A notice keeps the text and the dates under which it was recorded."""
    bare.space.adopt_policy(POLICY)
    changed = {**POLICY, "notice": [{**POLICY["notice"][0], "starts": "2024-01-01"}]}
    with pytest.raises(RefusedError, match="notice-2025 changes under its id"):
        bare.space.adopt_policy(changed)


def test_a_policy_that_says_nothing_is_refused(bare, tmp_path):
    """The commented template is no policy until somebody fills it."""
    path = tmp_path / "policy.toml"
    path.write_text(TEMPLATE, encoding="utf-8")
    with pytest.raises(SetupError, match="says nothing"):
        bare.space.adopt_policy(path)


@pytest.mark.parametrize("text", ["[[period]]\npurpose = 3", "[[period]]\npurpose='train'\nbasis='interest'\nstarts=2025-01-01",
                                  "[[notices]]\nid = 'n'", "nonsense"])
def test_a_file_that_is_no_policy_is_named(tmp_path, text):
    """A policy file that cannot be read stops, and says which."""
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match=r"mine\.toml"):
        read_policy(path)


@pytest.mark.parametrize("by", ["ines", "INES", " Ines ", "ｉｎｅｓ"])
def test_who_proposes_does_not_approve(bare, by):
    """The one who proposed a source cannot approve it, however the name is spelt."""
    bare.space.add_source("own", ground="own", by="Ines")
    with pytest.raises(RefusedError, match="self-approval"):
        bare.space.approve_source("own", by=by)


@pytest.mark.parametrize(("change", "said"), [
    ({"period": [{**POLICY["period"][0], "starts": "2024-01-01"}]}, "train from 2024-01-01 (newly permitted)"),
    ({"period": [{**POLICY["period"][0], "waiting_days": 10}]}, "train from 2025-01-01 (after a shorter wait)"),
    ({"period": [*POLICY["period"], {**POLICY["period"][0], "purpose": "publish", "starts": "2026-03-01"}]}, "publish from 2026-03-01"),
    ({"surface": [*POLICY["surface"], {"id": "kiosk", "assurance": "adults"}]}, "on a further surface"),
    ({"period": [*POLICY["period"], {**POLICY["period"][0], "purpose": "publish", "starts": "2026-03-01"}],
      "notice": [{"id": "late", "purposes": ["publish"], "starts": "2026-03-02"}]}, "publish from 2026-03-01"),
    ({"period": [*POLICY["period"], {**POLICY["period"][0], "purpose": "publish", "starts": "2026-02-01"}],
      "notice": [{"id": "dated-back", "purposes": ["publish"], "starts": "2026-02-01"}]}, "publish from 2026-02-01")])
def test_a_policy_does_not_widen_in_silence(bare, change, said):
    """A purpose, a shorter wait or a surface more needs a new notice, in force from the adoption or later, and starts with it.

    Law: LIA-10, TRN-01, TRN-02
    """
    bare.space.adopt_policy(POLICY)
    wider = {**POLICY, "notice": [], "assessment": [], **change}
    with pytest.raises(RefusedError, match=re.escape(said)):
        bare.space.adopt_policy(wider)


def test_told_anew_a_policy_may_widen(bare):
    """With a new notice and a period that starts with it, a policy may permit more, from then on."""
    bare.space.adopt_policy(POLICY)
    bare.space.adopt_policy({"period": [*POLICY["period"], {**POLICY["period"][0], "purpose": "publish", "starts": "2026-03-10"}],
                             "notice": [{"id": "notice-publish", "purposes": ["publish"], "starts": "2026-03-10"}]})
    bare.space.adopt_policy({"period": [{**POLICY["period"][0], "waiting_days": 60}]})
    bare.take([chat("c", "u", prose("x"))])
    assert bare.build().tally.released == 1


def test_a_release_under_a_silent_widening_fails_the_audit(bare, monkeypatch):
    """Where the gate is switched off, the auditor finds that the policy had widened in silence."""
    bare.space.adopt_policy(POLICY)
    bare.ports.enter("policy", {"period": [{**POLICY["period"][0], "starts": "2024-01-01"}]})
    bare.take([chat("c", "u", prose("x"))])
    assert reasons(bare.build()) == {"policy-widened": 1}
    bare.swap(check=lambda *_: ())
    monkeypatch.setattr(deciding, "silently_widened", lambda _: [])
    assert "policy-widened" in failing(bare.build().path, bare.root)["legal-basis"]
