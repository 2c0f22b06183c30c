"""Whether legitimate interest carries a source's use: the approved assessment and all that must stand beside it.

What the policy asks of silence (``policy.py``: basis, notice, waiting period, a named assessment in date) comes first; here is
what must stand behind that name.

Rules kept here:

- The assessment is approved, whole and in date; it covers source, purpose and use; nothing happened since that ends it; it says
  that the processing may take place, at no high residual risk.
- Each of its measures names a control that runs under this plan and policy.
- A screening stands. Where it says so, or its answers do, an impact assessment stands, with no high risk left that the
  authority was not asked about. Where a high-risk use is intended, so does a governance file.
- What was collected for another purpose has a test of reuse that found it compatible.
- Every notice that the policy names for the purpose, once in force, is approved, named by the assessment, and tells people its interest,
  word for word. Attached files are left out unless the assessment covers them.
- Of several assessments one that carries the use is enough; otherwise the first one's reason stands.

Law: LIA-01, LIA-02, LIA-04, LIA-05, LIA-06, LIA-07, LIA-08, LIA-10, LIA-11, LIA-14, REL-10, REL-15, SEN-07
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .controls import CONTROLS, missed
from .law import Law, Paper, same_words
from .policy import Policy

#: So many criteria of a screening make an impact assessment due, whatever its result says.
CRITERIA = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked about: the plan as plain values, as in a lock, the release's moment, and that at which papers must be in date."""

    plan: Mapping[str, Any]
    as_of: datetime
    at: datetime

    @property
    def purpose(self) -> str:
        """The plan's purpose."""
        return str(self.plan["purpose"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The answer for a source: the reason against it ("" when none), and the assessment that carries it."""

    reason: str
    paper: Paper | None = None


def carried(law: Law, policy: Policy, source: str, asked: Asked) -> Carried:
    """Say whether legitimate interest carries the use of a source's texts about people.

    Reasons, in this order: assessment-not-approved, assessment-unsigned, assessment-incomplete, assessment-over, assessment-scope, assessment-ended, assessment-balance,
    assessment-control, screening-missing, impact-missing, impact-high, governance-missing, reuse-untested, notice-differs.
    """
    named = [paper for paper in policy.assessments if asked.purpose in paper.purposes and paper.approved_by
             and paper.approved_at <= asked.as_of < paper.expires_at]
    first = ""
    for one in named:
        paper = law.paper("lia", one.id)
        if paper is None or (one.digest and one.digest != paper.digest):
            first = first or ("assessment-unsigned" if paper is None and ("lia", one.id) in law.unsigned else "assessment-not-approved")
            continue
        reason = next((name for name, holds in _RULES if not holds(paper, law, policy, source, asked)), "")
        if not reason:
            return Carried(reason="", paper=paper)
        first = first or reason
    return Carried(reason=first or "assessment-not-approved")


_Rule = Callable[[Paper, Law, Policy, str, Asked], bool]

#: What an assessment must hold: its sections, the means that were weighed, the factors of expectation, what limits volume.
SECTIONS = ("identification", "interest", "necessity", "alternative", "volume", "balance", "source", "mitigation", "rights",
            "special", "upstream", "transparency", "decision")
FACTORS = ("public", "relationship", "service", "context", "settings", "further_uses", "awareness", "information")
BOUNDS = ("rows", "tokens", "rows_per_person", "per_thousand_per_person")
MEANS = 4

_MAY_BE_EMPTY = frozenset({"governance", "dpia", "reuse", "interest_en", "interest_fr"})


def _whole(paper: Paper, law: Law, policy: Policy, source: str, asked: Asked) -> bool:
    """Insist that no section or answer is missing, and that no measure counts which a law demands anyway."""
    return (all(paper.data.get(name) for name in SECTIONS) and not _empty(paper.data)
            and len(paper.all("alternative")) >= MEANS
            and all(str(block.get(name) or "").strip() for block in paper.all("source") for name in FACTORS)
            and all(type(paper.of("volume").get(name)) is int for name in BOUNDS)
            and not any(measure.get("counts") is not False and (known := CONTROLS.get(str(measure.get("control")))) and known.duty
                        for measure in paper.all("mitigation")))


def _empty(value: Any) -> bool:
    """Tell whether a text or list somewhere in a paper is empty, what may be left out aside."""
    if isinstance(value, Mapping):
        return any(_empty(item) for name, item in value.items() if name not in _MAY_BE_EMPTY)
    if isinstance(value, list):
        return not value or any(map(_empty, value))
    return isinstance(value, str) and not value.strip()


def _in_date(paper: Paper, law: Law, policy: Policy, source: str, asked: Asked) -> bool:
    return asked.at < paper.until


def _covers(paper: Paper, law: Law, policy: Policy, source: str, asked: Asked) -> bool:
    identity = paper.of("identification")
    return (asked.purpose in _list(identity.get("purposes")) and asked.plan["use"] in _list(identity.get("uses"))
            and identity.get("phase") in ("development", "both") and _source(paper, source) is not None)


def _stands(paper: Paper, law: Law, policy: Policy, source: str, asked: Asked) -> bool:
    return law.fired(paper) is None


def _weighs(paper: Paper, law: Law, policy: Policy, source: str, asked: Asked) -> bool:
    interest = paper.of("interest")
    return (all(interest.get(name) is True for name in ("lawful", "precise", "present"))
            and paper.of("decision").get("outcome") == "may-proceed" and paper.of("balance").get("residual") in ("low", "medium")
            and paper.of("special").get("article9") in ("excluded", "explicit-consent") and bool(paper.opinion))


def _controlled(paper: Paper, law: Law, policy: Policy, source: str, asked: Asked) -> bool:
    """Insist that every measure's control runs, and that some of them go beyond a duty."""
    waits = [period.waiting_days for period in policy.periods
             if period.purpose == asked.purpose and period.basis == "legitimate-interest"]
    measures = paper.all("mitigation")
    return bool(measures) and not any(missed(str(measure.get("control")), asked.plan, min(waits, default=None))
                                      for measure in measures)


def _screened(paper: Paper, law: Law, policy: Policy, source: str, asked: Asked) -> bool:
    found = law.paper("dpia-screening", paper.of("identification").get("screening"))
    return found is not None and _current(found, law, asked) and asked.purpose in _list(found.of("identification").get("purposes"))


def _impact(paper: Paper, law: Law) -> tuple[bool, Paper | None]:
    """Tell whether an impact assessment is due, and give the one that the assessment names."""
    identity = paper.of("identification")
    screening = law.paper("dpia-screening", identity.get("screening"))
    return screening is None or impact_due(screening.data), law.paper("dpia", identity.get("dpia"))


def _assessed(paper: Paper, law: Law, policy: Policy, source: str, asked: Asked) -> bool:
    due, found = _impact(paper, law)
    return not due or (found is not None and _current(found, law, asked) and bool(found.opinion)
                       and found.of("decision").get("outcome") == "may-proceed"
                       and asked.purpose in _list(found.of("identification").get("purposes"))
                       and source in _list(found.of("identification").get("sources")))


def _bearable(paper: Paper, law: Law, policy: Policy, source: str, asked: Asked) -> bool:
    due, found = _impact(paper, law)
    decision = found.of("decision") if found else {}
    left = [decision.get("residual"), *(risk.get("residual") for risk in found.all("risk"))] if found else []
    return not due or all(one in ("low", "medium") for one in left) or bool(str(decision.get("consultation") or "").strip())


def _governed(paper: Paper, law: Law, policy: Policy, source: str, asked: Asked) -> bool:
    identity = paper.of("identification")
    found = law.paper("governance", identity.get("governance"))
    return identity.get("high_risk") is False or (
        found is not None and _current(found, law, asked) and source in _list(found.of("identification").get("sources")))


def _reusable(paper: Paper, law: Law, policy: Policy, source: str, asked: Asked) -> bool:
    block = _source(paper, source) or {}
    found = law.paper("reuse", block.get("reuse"))
    identity = found.of("identification") if found else {}
    return asked.purpose in _list(block.get("collected_for")) or (
        found is not None and _current(found, law, asked) and found.of("decision").get("compatible") is True
        and asked.purpose in _list(identity.get("purposes")) and source in _list(identity.get("sources")))


def _told(paper: Paper, law: Law, policy: Policy, source: str, asked: Asked) -> bool:
    named = _list(paper.of("transparency").get("notices"))
    announced = [notice.id for notice in policy.notices if asked.purpose in notice.purposes and notice.starts <= asked.at]
    return bool(named) and set(announced) <= set(named) and all(_tells(law.paper("notice", name), paper) for name in named)


def _tells(notice: Paper | None, paper: Paper) -> bool:
    """Tell whether an approved notice says the assessment's interest in each of its languages.

    Law: LIA-08
    """
    if notice is None:
        return False
    languages, text = _list(notice.of("identification").get("languages")), notice.of("text")
    return bool(languages) and all(isinstance(text.get(language), Mapping) and same_words(
        text[language].get("interest"), paper.of("transparency").get(f"interest_{language}")) for language in languages)


_RULES: tuple[tuple[str, _Rule], ...] = (
    ("assessment-incomplete", _whole), ("assessment-over", _in_date), ("assessment-scope", _covers), ("assessment-ended", _stands),
    ("assessment-balance", _weighs), ("assessment-control", _controlled), ("screening-missing", _screened),
    ("impact-missing", _assessed), ("impact-high", _bearable), ("governance-missing", _governed),
    ("reuse-untested", _reusable), ("notice-differs", _told))


def impact_due(screening: Mapping[str, Any]) -> bool:
    """Tell whether a screening makes an impact assessment due: by a case of Art. 35(3), by two criteria, or by its result."""
    cases, criteria, decision = (part if isinstance(part := screening.get(name), Mapping) else {}
                                 for name in ("cases", "criteria", "decision"))
    hits = sum(value is True for value in criteria.values())
    return any(value is not False for value in cases.values()) or not cases or hits >= CRITERIA or decision.get("due") is not False


def attachments_cleared(paper: Paper) -> bool:
    """Tell whether an assessment covers files that people attached."""
    return paper.of("identification").get("attachments") == "cleared"


def _current(paper: Paper, law: Law, asked: Asked) -> bool:
    return asked.at < paper.until and law.fired(paper) is None


def _source(paper: Paper, source: str) -> Mapping[str, Any] | None:
    return next((block for block in paper.all("source") if block.get("id") == source), None)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
