"""The papers behind legitimate interest, attacked: edited, self-approved, over, ended, exceeded, switched off."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest
from world import PAPERS, POLICY, Pen, approve, chat, enrolled, failing, make, prose, reasons

from licit.core import law
from licit.core.approvals import statement
from licit.core.errors import EvidenceError, InputError, RefusedError
from licit.core.law import KINDS, author_of, paper_fields, text_digest
from licit.pipeline.basis import Basis
from licit.usecases import deciding, staging
from licit.usecases.law import (
    Approval,
    approve_paper,
    approve_papers,
    approved_text,
    edited,
    listed,
    note_trigger,
    withdraw_paper,
)
from licit.usecases.law_check import check_clauses, check_text
from licit.usecases.law_forms import blank, form
from licit.usecases.staff_keys import enroll, revoke
from licit.usecases.workspace import Position, law_at

GOOD = dict(PAPERS.texts())
LIA = GOOD["lia-lia-1"]
PEN = Pen(PAPERS.approver)
OFFICER = Approval(by=PAPERS.approver, signer=PEN, opinion="Favourable.")


def small(path, papers=PAPERS):
    """Make a world with two rows of one person."""
    world = make(path, papers=papers)
    enrolled(world.ports, PAPERS.approver)
    world.take([chat("c", "u", prose("c"), prose("d")), chat("d", "u", prose("e"))])
    return world


# --- LIA-01: a name is no assessment ---------------------------------------------------------------------------------


def test_a_name_in_a_policy_is_no_assessment(tmp_path):
    """A policy that names an assessment nobody approved as a text holds everything that rests on it.

    Law: LIA-01
    """
    world = small(tmp_path / "w", papers=None)
    assert reasons(world.build()) == {"assessment-not-approved": 2}
    approve(world.ports)
    assert world.build().tally.released == 2


def test_consent_needs_no_assessment(tmp_path):
    """What rests on consent alone is not the matter of these papers: without consent it is held for that, and for nothing else."""
    world = make(tmp_path / "w", papers=None, policy={**POLICY, "period": [{**POLICY["period"][0], "basis": "consent"}]})
    world.take([chat("c", "u", prose("c"))])
    assert reasons(world.build()) == {"consent-missing": 1}
    world.object("u", "consent", purposes=("train",), notice="notice-2025", wording="w", how="switch",
                 target={"level": "record", "record": world.record("c", "u")})
    assert world.build().tally.released == 1


def test_the_gate_switched_off_fails_the_audit(tmp_path, monkeypatch):
    """A release built with this gate switched off, properly closed and signed, fails for the auditor, the claim named."""
    world = small(tmp_path / "w", papers=None)
    world.swap(check=lambda *_: ())
    monkeypatch.setattr(Basis, "against", lambda self, rows: rows.head(0).select("row", reason="record"))
    assert "assessment-not-approved" in failing(world.build().path, world.root)["legal-basis"]


# --- LIA-10: what ends it --------------------------------------------------------------------------------------------


def test_on_its_last_day_an_assessment_is_over(tmp_path):
    """The day that an assessment names for its review is the first on which it carries nothing.

    Law: LIA-10
    """
    world = small(tmp_path / "w", papers=replace(PAPERS, review="2026-03-02"))
    assert world.build().tally.released == 2
    world.clock.at = datetime(2026, 3, 2, tzinfo=UTC)
    assert reasons(world.build()) == {"assessment-over": 2}


@pytest.mark.parametrize("what", ["incident", "law-change"])
def test_what_happens_ends_it_until_it_is_approved_anew(tmp_path, what):
    """After an incident or a change of law nothing is released under it until somebody approves it again; a drill ends nothing.

    Law: LIA-10
    """
    world = small(tmp_path / "w")
    world.ports.enter("breach", {"answer": "drill", "by": "ines", "why": "a drill"})
    assert world.build().tally.released == 2
    note_trigger(world.ports, what, "ines", "something happened")
    assert reasons(world.build()) == {"assessment-ended": 2}
    assert {one.state for one in listed(world.ports)} == {"ended"}
    approve(world.ports)
    assert world.build().tally.released == 2


def test_a_source_that_nobody_weighed(tmp_path):
    """A source that the assessment does not name is held, whatever its licence.

    Law: LIA-10
    """
    world = small(tmp_path / "w")
    world.license("new")
    world.take([chat("n", "v", prose("n"))], source="new")
    assert reasons(world.build()) == {"assessment-scope": 1}


def test_withdrawn_is_gone(tmp_path):
    """A paper that is withdrawn carries nothing."""
    world = small(tmp_path / "w")
    withdraw_paper(world.ports, "dpia", "impact-lia-1", "ines", "given up")
    assert reasons(world.build()) == {"impact-missing": 2}


# --- approval --------------------------------------------------------------------------------------------------------


def test_an_edit_after_approval_changes_nothing(tmp_path):
    """What was approved stands in the log; an edited file is a draft, and licit law list says so.

    Law: LIA-01
    """
    world = small(tmp_path / "w")
    PAPERS.write(world.root / "law")
    path = world.root / "law/lia-lia-1.toml"
    path.write_text(LIA.replace("rows = 1000000", "rows = 9"), encoding="utf-8")
    paper = law_at(world.ports, Position.head(world.ports.log)).paper("lia", "lia-1")
    assert edited(world.ports, paper)
    assert {one.id: one.state for one in listed(world.ports)}["lia-1"] == "edited"
    assert approved_text(world.ports, paper) == LIA
    with pytest.raises(RefusedError, match="edited since it was approved"):
        world.build()
    path.write_text(LIA, encoding="utf-8")
    assert world.build().tally.released == 2


@pytest.mark.parametrize(("text", "approval", "why"), [
    (LIA, Approval(by=" INÈS,  produit ", signer=PEN, opinion="x"), "self-approval"), (LIA, Approval(by="ines", signer=PEN, opinion="x"), "approver-differs"),
    (LIA.replace("lawful = true", "lawful = false"), OFFICER, "paper-unready"),
    (LIA.replace("L'intérêt d'Atelier", "Un intérêt d'Atelier"), OFFICER, "notice-differs")])
def test_what_is_not_approved(tmp_path, text, approval, why):
    """Nobody approves their own paper, a paper that is not ready, or one that tells people another interest than the notice.

    Law: LIA-01, LIA-08
    """
    world = small(tmp_path / "w")
    before, _ = world.ports.log.head()
    with pytest.raises(RefusedError) as caught:
        approve_paper(world.ports, text, approval)
    assert (caught.value.reason, world.ports.log.head()[0]) == (why, before)


def test_no_assessment_without_the_officer(tmp_path):
    """An assessment carries the officer's opinion.

    Law: LIA-09, REL-10
    """
    world = make(tmp_path / "w", papers=None)
    with pytest.raises(InputError):
        approve_papers(world.ports, [LIA], Approval(by=PAPERS.approver, signer=PEN))


def by_name(text: str, **more) -> dict:
    """Give the entry of an approval as it was before approvals were signed, or one altered since."""
    data = paper_fields(text)
    return {"answer": "approved", "paper": data["kind"], "id": data["id"], "version": data["version"], "text": text,
            "digest": text_digest(text), "by": PAPERS.approver, "author": author_of(data), "opinion": "Favourable.",
            "until": "2099-01-01", **more}


def forged(ports, how: str) -> dict:
    """Give the entry of an approval that nobody entitled signed."""
    pen = enrolled(ports, PAPERS.approver)
    body = by_name(LIA, key=pen.public_key().hex())
    if how == "a name alone":
        return by_name(LIA)
    if how == "another key":
        body["key"] = (pen := Pen("nobody")).public_key().hex()
    if how == "enrolled by the author":
        pen = Pen("second name")
        enroll(ports, "Me Autre", "legal", pen.public_key(), " inès, PRODUIT")
        body |= {"by": "Me Autre", "key": pen.public_key().hex()}
    if how == "another role":
        pen = Pen("an engineer")
        enroll(ports, "Me Autre", "engineer", pen.public_key(), "the chair")
        body |= {"by": "Me Autre", "key": pen.public_key().hex()}
    origin = "licit.example/other" if how == "another log" else ports.origin
    signed = {**body, "signature": pen.sign(statement(origin, body)).hex()}
    return {**signed, "opinion": "Enthusiastic."} if how == "an altered opinion" else signed


@pytest.mark.parametrize("how", ["a name alone", "another key", "enrolled by the author", "another role", "another log", "an altered opinion"])
def test_an_unsigned_approval_counts_for_nothing(full, monkeypatch, how):
    """What nobody entitled signed holds what rests on it; released all the same, it fails for the auditor, by its own reason.

    Law: LIA-01
    """
    withdraw_paper(full.ports, "lia", "lia-1", "ines", "to be approved anew")
    full.ports.enter("law", forged(full.ports, how))
    assert set(reasons(full.space.build({}, dry_run=True))) == {"assessment-unsigned"}
    monkeypatch.setattr(law, "counts", lambda *_, **__: True)
    full.swap(check=lambda *_: ())
    assert "assessment-unsigned" in failing(full.build().path, full.root)["legal-basis"]


def test_a_key_taken_back_takes_its_papers_along(tmp_path):
    """What a key approved lapses with it, unless it is said that it stands; another's approval puts it in force again.

    Law: LIA-01
    """
    world = small(tmp_path / "w")
    revoke(world.ports, PAPERS.approver, by="the chair", why="a theft", stand=False)
    assert reasons(world.build()) == {"assessment-unsigned": 2}
    assert {one.state for one in listed(world.ports)} == set()
    other = replace(PAPERS, approver="Me Autre")
    approve(world.ports, other)
    revoke(world.ports, "Me Autre", by="the chair", why="left", stand=True)
    assert world.build().tally.released == 2


# --- LIA-04, LIA-06: volume and controls -----------------------------------------------------------------------------


@pytest.mark.parametrize(("papers", "said"), [
    ({"rows": 1}, "2 rows, where 1 were justified"), ({"rows_per_person": 1}, "2 rows of one person, where 1"),
    ({"share": 999}, "1,000 thousandths of the rows for one person, where 999"), ({"tokens": 1}, "tokens, where 1 were")])
def test_one_more_than_was_justified(tmp_path, monkeypatch, papers, said):
    """A build that would exceed what was justified by one stops and says by how much; switched off, the audit says it.

    Law: LIA-04
    """
    world = small(tmp_path / "w", papers=replace(PAPERS, **papers))
    with pytest.raises(RefusedError, match=said):
        world.build()
    assert said in str(world.space.build({}, dry_run=True).refused)
    monkeypatch.setattr(staging, "require_bounds", lambda *_: None)
    with pytest.raises(EvidenceError, match="legal-basis"):
        world.build()


def test_a_control_that_does_not_run(tmp_path):
    """A measure whose control the plan switches off, or that the release is too small for, blocks.

    Law: LIA-06
    """
    world = small(tmp_path / "w", papers=replace(PAPERS, without=()))
    assert reasons(world.build(dedupe={"near": False})) == {"assessment-control": 2}
    text = LIA.replace('"waiting-period"', '"twin-and-canaries"').replace("version = 1", "version = 2")
    approve_paper(world.ports, text, OFFICER)
    with pytest.raises(RefusedError, match="twin-and-canaries, which did not run"):
        world.build()


def test_a_short_wait_is_no_waiting_period(tmp_path):
    """A waiting period that the policy makes shorter than the measure says has not passed."""
    world = make(tmp_path / "w", policy={**POLICY, "period": [{**POLICY["period"][0], "waiting_days": 29}]})
    world.take([chat("c", "u", prose("c"))])
    assert reasons(world.build()) == {"assessment-control": 1}


@pytest.mark.parametrize(("name", "reason"), [
    ("dpia-screening", "screening-missing"), ("dpia-impact-lia-1", "impact-missing"), ("notice-notice-2025", "notice-differs")])
def test_what_must_stand_beside_it(tmp_path, name, reason):
    """Without screening, the impact assessment that is due, or the notice, nothing is released.

    Law: REL-10, LIA-08
    """
    world = small(tmp_path / "w", papers=None)
    approve_papers(world.ports, [text for other, text in GOOD.items() if other != name], OFFICER)
    assert reasons(world.build()) == {reason: 2}


def test_what_was_collected_for_something_else_is_tested(tmp_path):
    """A purpose other than that of collection needs a test that found it compatible.

    Law: LIA-14
    """
    world = small(tmp_path / "w", papers=None)
    train = next(line for line in LIA.splitlines() if line.startswith("collected_for"))
    text = LIA.replace(train + '\nreuse = ""', 'collected_for = ["assistant"]\nreuse = "r"')
    approve_papers(world.ports, [text if other == "lia-lia-1" else one for other, one in GOOD.items()], OFFICER)
    assert reasons(world.build()) == {"reuse-untested": 2}


def test_attached_files_are_cleared_apart(tmp_path):
    """Files that people attach are out of scope unless the assessment covers them.

    Law: SEN-07
    """
    for attachments, answer in (("excluded", ["assessment-scope"]), ("cleared", [])):
        world = small(tmp_path / attachments, papers=replace(PAPERS, attachments=attachments))
        built = world.build()
        basis = deciding.gates_of(world.ports, built.lock).basis
        rows = built.rows.head(1).with_columns(thread=pl.lit("attachment"))
        assert basis.against(rows)["reason"].to_list() == answer


def test_a_release_names_its_papers(tmp_path):
    """The manifest names the papers by digest and entry; their text is in no file of the release."""
    world = small(tmp_path / "w")
    built = world.build()
    manifest = json.loads((world.root / "releases" / built.name / "manifest.json").read_text())
    assert {paper["kind"] for paper in manifest["law"]} == {"lia", "dpia", "dpia-screening", "notice"}
    assert failing(built.path, world.root) == {}
    assert not [path for path in (world.root / "releases").rglob("*") if path.is_file() and b"Une r\xc3\xa9ponse sur six" in path.read_bytes()]


# --- the check -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_empty_form_answers_nothing(kind, language):
    """Every field of a fresh form is a finding with its place and what to do; the forms can be read in both languages.

    Law: LIA-02, REL-15
    """
    found = {finding.place for finding in check_text(blank(kind, "x", language))}
    for section in form(kind).sections:
        if section.spoken:
            continue
        for one in section.fields:
            place = f"{section.key} 1.{one.key}" if section.many else f"{section.key}.{one.key}"
            assert one.optional or place in found


@pytest.mark.parametrize(("old", "new", "place", "said"), [
    ("L'intérêt d'Atelier Lumen à ce que", "Améliorer nos  SERVICES, à ce que", "interest.text", "says nothing"),
    ("precise = true", "precise = false", "interest.precise", "must be true"),
    ('means = "synthetic"', 'means = "anonymous"', "alternative", "named twice"),
    ("sans objet : aucun jeu ni modèle acquis n'entre dans cet entraînement.", "N/A", "upstream.acquired", "without the reason"),
    ('control = "waiting-period"\ncounts = true', 'control = "objection-honoured"\ncounts = true', "mitigation 1.counts",
     "does not count in the balance"),
    ('control = "waiting-period"', 'control = "our-good-will"', "mitigation 1.control", "no such control"),
    ('awareness = "Trois', 'awareness = ""  # "Trois', "source 1.awareness", "is empty"),
    ('article9 = "excluded"', 'article9 = "legitimate-interest"', "special.article9", "one of excluded"),
    ('"incident", "law-change"', '"incident"', "decision.triggers", "law-change would not end it"),
    ('residual = "low"', 'residual = "high"', "decision.outcome", "residual risk is high"),
    ("high_risk = false", "high_risk = true", "identification.governance", "data-governance file"),
    ('review = "2099-01-01"', 'review = "2001-01-01"', "decision.review", "before the day of the paper")])
def test_what_is_wrong_with_an_assessment(old, new, place, said):
    """Vague words, missing reasons, duties counted as measures, wishes without control: each is found at its place.

    Law: LIA-03, LIA-04, LIA-05, LIA-07, LIA-11
    """
    assert old in LIA
    found = [finding for finding in check_text(LIA.replace(old, new)) if finding.place == place]
    assert any(said in finding.wrong and finding.mend for finding in found)


@pytest.mark.parametrize(("name", "old", "new", "place"), [
    ("dpia-screening", "due = true", "due = false", "decision.due"),
    ("dpia-impact-lia-1", 'residual = "low"', 'residual = "high"', "decision.consultation"),
    ("notice-notice-2025", 'retains = "A model', '# retains = "A model', "text.en.retains"),
    ("notice-notice-2025", "used = false", "used = true", "exemption.balancing"),
    ("notice-notice-2025", "used = false", "used = true", "exemption.page_seen"),
    ("notice-notice-2025", "people = 20", "people = 0", "effectiveness.people"),
    ("notice-notice-2025", "You can complain to", "You must not enter personal data. Complain to", "text.en.complaint"),
    ("notice-notice-2025", 'languages = ["fr", "en"]', 'languages = ["fr", "en", "de"]', "text.de")])
def test_what_is_wrong_with_the_papers_beside_it(name, old, new, place):
    """An impact assessment that is due, an item of a notice that is missing, a clause that shifts a duty: each is found.

    Law: REL-10, TRN-03, TRN-04, TRN-05, TRN-06, UIX-04
    """
    assert old in GOOD[name]
    assert place in {finding.place for finding in check_text(GOOD[name].replace(old, new))}


def test_terms_that_shift_responsibility():
    """Terms of use may not make people answer for what they type; the line is named, in both languages.

    Law: UIX-04
    """
    text = "1. Bienvenue.\n2. Vous êtes seul responsable des données.\n3. You  represent and WARRANT that all is well.\n"
    assert [finding.place for finding in check_clauses(text)] == ["line 2", "line 3"]


def test_the_filled_in_example_has_nothing_to_mend():
    """The example that the demonstration approves passes the check that everybody's papers pass."""
    assert {name: check_text(text) for name, text in GOOD.items()} == dict.fromkeys(GOOD, ())
