"""Requests that are owed an answer, and the steps taken towards it: a pure fold that says which steps count.

Rules kept here:

- Every step is an entry of the log that names who took it and why; nothing is edited, a wrong step is followed by another.
- A step that breaks a rule counts for nothing, whoever entered it: the form and the fold ask one function.
- The time to answer is extended once, by at most two months, inside the first month and with a reason (GDPR Art. 12(3)).
- A refusal takes two persons, a ground of the closed list for that right, and remedies named (Art. 12(4)). An objection is
  never refused.
- An answer follows a search made after the request; one to an erasure, a search that found nothing left. Evidence of
  identity that was asked for is destroyed first.
- A report is answered once a model was probed for it, or a reason of a closed list says why none was. Reports are neither
  extended nor refused.

Law: RGT-01, RGT-02, RGT-03, RGT-04, RGT-11, PRV-14
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from .duties import add_months
from .rights import Entry

#: What is answered within a month of receipt, with the article that gives the right.
REQUESTS = {"access": "GDPR Art. 15", "portability": "GDPR Art. 20", "rectification": "GDPR Art. 16",
            "restriction": "GDPR Art. 18", "erasure": "GDPR Art. 17", "third-party-objection": "GDPR Art. 21"}

#: What anybody may report without an account. No article names the time to answer: a calendar month is the house's own rule.
REPORTS = ("model-report", "work-complaint")

STEPS = ("probed", "not-probed", "searched", "identity-asked", "identity-purged", "extended", "refusal-proposed", "refused", "answered")

#: Why the time may be extended.
EXTENSIONS = ("complexity", "number-of-requests")

_ANY = frozenset(REQUESTS) - {"third-party-objection"}
#: The closed list of grounds of a refusal: the rights they may be held against, and the article.
GROUNDS: dict[str, tuple[frozenset[str], str]] = {
    "not-identified": (_ANY, "GDPR Art. 11(2), 12(2)"),
    "manifestly-unfounded": (_ANY, "GDPR Art. 12(5)"),
    "manifestly-excessive": (_ANY, "GDPR Art. 12(5)"),
    "rights-of-others": (frozenset({"access", "portability"}), "GDPR Art. 15(4), 20(4)"),
    "not-inaccurate": (frozenset({"rectification"}), "GDPR Art. 16"),
    "no-ground-for-restriction": (frozenset({"restriction"}), "GDPR Art. 18(1)"),
    "expression-and-information": (frozenset({"erasure"}), "GDPR Art. 17(3)(a)"),
    "legal-obligation": (frozenset({"erasure"}), "GDPR Art. 17(3)(b)"),
    "legal-claims": (frozenset({"erasure"}), "GDPR Art. 17(3)(e)")}

#: Why a model was not probed for a report: the closed list.
NOT_PROBED = ("model-not-ours", "model-gone", "nothing-to-ask", "cannot-be-asked")

#: A demonstration or reasoned notice is at least so long; a word is none.
SHORTEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what was done, by whom and why; ``against`` names the rule that it breaks and makes it count for nothing.

    ``values`` holds what belongs to the step: ``stores``, ``ground``, ``months``, ``remedies``, ``probe``.
    """

    seq: int
    what: str
    by: str
    why: str = ""
    at: datetime
    values: Mapping[str, Any] = field(default_factory=dict)
    against: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request and its steps, in sequence; ``subject`` is "" for somebody who is no user."""

    entry: int
    kind: str
    subject: str
    received_at: datetime
    steps: tuple[Step, ...] = ()

    @property
    def counting(self) -> list[Step]:
        """The steps that count."""
        return [step for step in self.steps if not step.against]

    def last(self, *what: str) -> Step | None:
        """Give the last step of some kinds that counts."""
        return next((step for step in reversed(self.counting) if step.what in what), None)

    @property
    def state(self) -> Literal["open", "answered", "refused"]:
        """How it stands."""
        ended = self.last("answered", "refused")
        return "open" if ended is None else "answered" if ended.what == "answered" else "refused"

    @property
    def first_due(self) -> date:
        """The last day of the first month."""
        return add_months(self.received_at, 1).date()

    @property
    def due(self) -> date:
        """The day by which it is answered, an extension counted."""
        extended = self.last("extended")
        return add_months(self.received_at, 1 + extended.values["months"]).date() if extended else self.first_due

    @property
    def evidence_held(self) -> bool:
        """Tell whether evidence of identity was asked for and is not recorded as destroyed."""
        last = self.last("identity-asked", "identity-purged")
        return last is not None and last.what == "identity-asked"

    def grounds(self) -> list[str]:
        """Give the grounds on which it may be refused at all."""
        return [name for name, (kinds, _) in GROUNDS.items() if self.kind in kinds]

    @property
    def report(self) -> bool:
        """Tell whether it is somebody's report, with steps of its own."""
        return self.kind in REPORTS

    def may(self, role: str, at: datetime) -> list[str]:
        """Give the steps that are a role's to take at a moment; whether one would count is for :func:`breaks` to say."""
        if role not in ("officer", "legal") or (self.state != "open" and not self.evidence_held):
            return []
        if self.state != "open":
            return ["identity-purged"]
        if self.report:
            return [*(("searched",) if self.kind == "work-complaint" else ()), "probed", "not-probed", "answered"]
        proposed = self.last("refusal-proposed") is not None
        return [what for what, there in (
            ("searched", True), ("identity-purged", self.evidence_held), ("identity-asked", not self.evidence_held),
            ("extended", self.last("extended") is None and at.date() <= self.first_due), ("refusal-proposed", bool(self.grounds())),
            ("refused", proposed), ("answered", True)) if there]

    def add(self, step: Step) -> "Case":
        """Give the case with one more step, which says itself whether it counts."""
        return replace(self, steps=(*self.steps, replace(step, against=breaks(self, step))))


def breaks(case: Case, step: Step) -> str:
    """Name the rule that a step would break if it were taken now; "" for none."""
    if step.what not in STEPS or not step.by.strip():
        return "step-incomplete"
    if step.what == "identity-purged":
        return "" if case.evidence_held else "nothing-to-destroy"
    if case.state != "open":
        return "case-closed"
    if step.what not in (case.may("officer", step.at) if case.report else _OF_RIGHTS):
        return "step-not-here"
    rule = _RULES.get(step.what)
    return rule(case, step) if rule else ""


def _searched(_: Case, step: Step) -> str:
    stores = step.values.get("stores")
    good = isinstance(stores, Mapping) and stores and all(
        isinstance(found, Mapping) and type(found.get("found")) is int and type(found.get("left")) is int
        for found in stores.values())
    return "" if good else "step-incomplete"


def _asked(_: Case, step: Step) -> str:
    return "" if len(step.why.strip()) >= SHORTEST else "reason-missing"


def _extended(case: Case, step: Step) -> str:
    if case.last("extended"):
        return "extended-already"
    if step.at.date() > case.first_due:
        return "extension-too-late"
    if step.values.get("ground") not in EXTENSIONS or type(step.values.get("months")) is not int \
            or step.values["months"] not in (1, 2):
        return "step-incomplete"
    return _asked(case, step)


def _proposed(case: Case, step: Step) -> str:
    if step.values.get("ground") not in case.grounds():
        return "ground-not-in-list"
    return _asked(case, step)


def _refused(case: Case, step: Step) -> str:
    proposed = case.last("refusal-proposed")
    if proposed is None or same_person(proposed.by, step.by):
        return "second-person"
    if step.values.get("ground") != proposed.values["ground"]:
        return "ground-not-in-list"
    remedies = step.values.get("remedies")
    if not isinstance(remedies, list) or len(remedies) < 2 or not all(isinstance(one, str) and one for one in remedies):
        return "remedies-missing"
    return "identity-not-purged" if case.evidence_held else ""


def _probed(_: Case, step: Step) -> str:
    told = step.values.get("probe")
    good = isinstance(told, Mapping) and isinstance(told.get("model"), str) and told["model"] and type(told.get("asked")) is int \
        and type(told.get("again")) is int and 0 <= told["again"] <= told["asked"] and told["asked"] > 0
    return "" if good else "step-incomplete"


def _not_probed(_: Case, step: Step) -> str:
    return "" if step.values.get("ground") in NOT_PROBED else "ground-not-in-list"


def _answered(case: Case, _: Step) -> str:
    looked = case.last("probed", "not-probed")
    if case.report and looked is None:
        return "probe-first"
    if case.kind == "model-report" or (looked and looked.values.get("ground") == "nothing-to-ask"):
        return ""
    found = case.last("searched")
    if found is None:
        return "search-first"
    if case.evidence_held:
        return "identity-not-purged"
    if found.values["stores"].get("unread", {}).get("found"):
        return "not-all-read"
    left = sum(store["left"] for store in found.values["stores"].values())
    return "still-found" if case.kind == "erasure" and left else ""


_OF_RIGHTS = frozenset(STEPS) - {"probed", "not-probed"}
_RULES = {"probed": _probed, "not-probed": _not_probed, "searched": _searched, "identity-asked": _asked, "extended": _extended, "refusal-proposed": _proposed,
          "refused": _refused, "answered": _answered}


def same_person(one: str, other: str) -> bool:
    """Tell whether two names are one person's, however they are written."""
    first, second = (" ".join(unicodedata.normalize("NFKC", name).split()).casefold() for name in (one, other))
    return first == second


def cases_from(entries: Iterable[Entry]) -> dict[int, Case]:
    """Fold requests and steps, in sequence, into cases by the number of the request's entry.

    A step that cannot be read, or that names no request, is left out: it can only have brought an answer nearer.
    """
    out: dict[int, Case] = {}
    for entry in entries:
        if entry.kind in REQUESTS or entry.kind in REPORTS:
            out[entry.seq] = Case(entry=entry.seq, kind=entry.kind, subject=str(entry.subject), received_at=entry.received_at)
        elif entry.kind == "step" and entry.decision is not None:
            number = entry.decision.get("request")
            if type(number) is int and number in out:
                out[number] = out[number].add(step_from(entry))
    return out


def step_from(entry: Entry) -> Step:
    """Read a step; what is not text where text belongs reads as missing."""
    body = entry.decision or {}
    texts = {name: body[name] if isinstance(body.get(name), str) else "" for name in ("step", "by", "why")}
    return Step(seq=entry.seq, what=texts["step"], by=texts["by"], why=texts["why"], at=entry.recorded_at,
                values={name: body[name] for name in ("stores", "ground", "months", "remedies", "probe") if name in body})
