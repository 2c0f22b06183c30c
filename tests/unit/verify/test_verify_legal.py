"""A release under legitimate interest whose papers do not carry it fails for the auditor, the claim named."""

import pytest
from release_builder import World

from licit.core.controls import CONTROLS
from licit_verify import controls, verify


def failed(world):
    """Write, verify as an auditor, and give what is said of each claim that fails."""
    report = verify(world.write(), auditor=world.root)
    return {result.claim: result.detail for result in report.results if result.result == "fails"}


def changed(world, where, value):
    """Put a value into a paper, at a path such as ``lia.volume.rows``; None takes it out."""
    *path, last = where.split(".")
    at = world.law
    for name in path:
        at = at[int(name) if name.isdigit() else name]
    if value is None:
        del at[last]
    else:
        at[last] = value


@pytest.mark.parametrize(("where", "value", "reason"), [
    ("lia", None, "assessment-not-approved"), ("lia.id", "other", "assessment-not-approved"),
    ("lia.identification.author", "MAX ", "assessment-unsigned"), ("lia.identification.author", "The  CHAIR", "assessment-unsigned"),
    ("lia.upstream", None, "assessment-incomplete"), ("lia.rights.objection", " ", "assessment-incomplete"),
    ("lia.alternative", [{"means": "anonymous", "rejected": "x"}], "assessment-incomplete"),
    ("lia.source.0.awareness", "", "assessment-incomplete"), ("lia.volume.tokens", None, "assessment-incomplete"),
    ("lia.mitigation.0.control", "objection-honoured", "assessment-incomplete"),
    ("lia.identification.purposes", ["publish"], "assessment-scope"), ("lia.identification.uses", ["ground"], "assessment-scope"),
    ("lia.identification.phase", "deployment", "assessment-scope"), ("lia.source.0.id", "other", "assessment-scope"),
    ("lia.interest.lawful", False, "assessment-balance"), ("lia.balance.residual", "high", "assessment-balance"),
    ("lia.special.article9", "legitimate-interest", "assessment-balance"),
    ("lia.decision.outcome", "may-not-proceed", "assessment-balance"),
    ("lia.mitigation.0.control", "a wish", "assessment-control"),
    ("lia.mitigation.0.control", "invented-replacements", "assessment-control"),
    ("dpia-screening", None, "screening-missing"), ("dpia-screening.identification.purposes", ["publish"], "screening-missing"),
    ("dpia", None, "impact-missing"), ("dpia.identification.sources", ["press"], "impact-missing"),
    ("dpia.risk.0.residual", "high", "impact-high"), ("lia.identification.high_risk", True, "governance-missing"),
    ("lia.source.0.collected_for", ["assistant"], "reuse-untested"), ("notice", None, "notice-differs"),
    ("notice.text.en.interest", "Other answers.", "notice-differs"), ("lia.transparency.notices", ["n2"], "notice-differs"),
    ("notice.identification.languages", ["en", "fr"], "notice-differs")])
def test_papers_that_do_not_carry(world, where, value, reason):
    """RULE: each thing that an assessment must say, or that must stand beside it, is asked for again.

    Law: LIA-01, LIA-02, LIA-06, LIA-08, LIA-14, REL-10, REL-15
    """
    changed(world, where, value)
    said = failed(world)
    assert said.keys() == {"legal-basis"}
    assert reason in said["legal-basis"]


@pytest.mark.parametrize(("approval", "reason"), [
    ({"by": "Lea"}, "assessment-unsigned"), ({"digest": "sha256:00"}, "assessment-not-approved"),
    ({"signature": "00" * 64}, "assessment-unsigned"), ({"signature": ""}, "assessment-unsigned"),
    ({"key": "ab" * 32}, "assessment-unsigned"),
    ({"opinion": ""}, "assessment-balance"), ({"until": "2026-01-01"}, "assessment-over")])
def test_an_approval_that_counts_for_nothing(world, approval, reason):
    """RULE: approved by its author, of another text, unsigned, without the officer, or over on that very day: it carries nothing."""
    world.approvals["lia"] |= approval
    assert reason in failed(world)["legal-basis"]


@pytest.mark.parametrize(("kind", "body"), [
    ("law", {"answer": "trigger", "what": "law-change", "by": "max", "why": "a guideline"}),
    ("law", {"answer": "trigger", "what": "incident", "by": "max", "why": "x", "id": "a1"}), ("law", {"answer": "what"}),
    ("breach", {"answer": "real", "by": "max", "why": "a disk was lost"})])
def test_what_happened_since_ends_it(world, kind, body):
    """RULE: after an incident or a change of law, nothing is released until the paper is approved anew."""
    world.arrive()
    world.log.add(kind, body)
    assert "assessment-ended" in failed(world)["legal-basis"]


def test_a_drill_ends_nothing(world):
    """RULE: a drill is no incident, and what ended another paper does not end this one."""
    world.arrive()
    world.log.add("breach", {"answer": "drill", "by": "max", "why": "a drill"})
    world.log.add("law", {"answer": "trigger", "what": "new-use", "by": "max", "why": "x", "id": "a2"})
    assert failed(world) == {}


@pytest.mark.parametrize(("name", "most"), [("rows", 8), ("tokens", 72), ("rows_per_person", 2), ("per_thousand_per_person", 250)])
def test_what_was_justified_is_not_exceeded_by_one(tmp_path, name, most):
    """RULE: exactly what was justified may be released, and not one more.

    Law: LIA-04
    """
    for bound, claims in ((most, set()), (most - 1, {"legal-basis"})):
        world = World(tmp_path / f"{bound}")
        world.law["lia"]["volume"][name] = bound
        assert failed(world).keys() == claims


@pytest.mark.parametrize(("purpose", "claims"), [("train", {"legal-basis"}), ("publish", set())])
def test_an_assessment_knows_every_notice_that_was_given(world, purpose, claims):
    """RULE: once people were told something more of a purpose, an assessment that does not name that notice carries nothing."""
    world.arrive()
    world.log.add("policy", {"notice": [{"id": "n2", "purposes": [purpose], "starts": "2024-02-01"}]})
    assert failed(world).keys() == claims


def test_the_manifest_names_the_papers(world):
    """RULE: a release names the papers that stood behind it, and no others."""
    world.manifest_change = lambda manifest: manifest["law"].pop()
    assert failed(world).keys() == {"legal-basis"}


def test_a_reuse_that_was_tested(world):
    """RULE: what was collected for another purpose may be used where a test found that compatible, and where it did not, not."""
    world.law["lia"]["source"][0] |= {"collected_for": ["assistant"], "reuse": "r1"}
    world.law["reuse"] = {"kind": "reuse", "id": "r1", "version": 1, "decision": {"compatible": True},
                          "identification": {"author": "lea", "sources": ["chat"], "purposes": ["train"]}}
    world.approvals["reuse"] = {"by": "max", "until": "2099-01-01"}
    assert failed(world) == {}


def test_the_two_tables_of_controls_agree():
    """RULE: what a control needs is the same here and there."""
    assert {one.id: one.claims for one in CONTROLS.values()} == controls.CLAIMS
    assert {one.id: one.wait for one in CONTROLS.values() if one.wait} == controls.WAITS
    assert {one.id for one in CONTROLS.values() if one.drawn} == controls.DRAWN
    assert {one.id for one in CONTROLS.values() if one.duty} == controls.DUTIES
    assert {one.id for one in CONTROLS.values() if one.plan} == controls.NEEDS.keys()
