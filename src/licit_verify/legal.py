"""The papers behind legitimate interest, read again from the log: signed by another, in date, covering, with all beside them.

Rules kept here:

- An approval counts when its text has the named digest, kind and id, and an entitled key signed it, of somebody other than the
  author of that text (:mod:`.approvals`). Of a key that is taken back nothing stands, unless the entry says so.
- Whatever an assessment rests on is looked up in the log: screening, impact assessment, governance, reuse, notices.
- A paper is judged by its fields alone; what is missing in it speaks against it.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from .approvals import Keys
from .controls import DUTIES, ran
from .policy import Policy, moment
from .rights import Entry

_KINDS = ("lia", "dpia-screening", "dpia", "reuse", "governance", "notice")
_CRITERIA = 2
_SECTIONS = {"identification", "interest", "necessity", "alternative", "volume", "balance", "source", "mitigation", "rights",
             "special", "upstream", "transparency", "decision"}
_FACTORS = ("public", "relationship", "service", "context", "settings", "further_uses", "awareness", "information")
_OPTIONAL = {"governance", "dpia", "reuse", "interest_en", "interest_fr"}
_MEANS = 4

#: What limits the volume of a release.
BOUNDS = ("rows", "tokens", "rows_per_person", "per_thousand_per_person")


@dataclass(frozen=True, slots=True)
class Paper:
    """An approved text, the entry that approved it and the key that signed it."""

    kind: str
    id: str
    entry: int
    key: str
    digest: str
    version: int
    opinion: str
    until: datetime
    data: Mapping[str, Any]

    def part(self, name: str) -> Mapping[str, Any]:
        """Give a section; empty when there is none."""
        found = self.data.get(name)
        return found if isinstance(found, Mapping) else {}

    def blocks(self, name: str) -> list[Mapping[str, Any]]:
        """Give the blocks of a section."""
        found = self.data.get(name)
        return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []

    def names(self, section: str, name: str) -> list[Any]:
        """Give a list in a section."""
        found = self.part(section).get(name)
        return found if isinstance(found, list) else []


@dataclass(slots=True)
class Papers:
    """The papers in force, every text of a notice that ever counted with its moment, and the entries that ended some papers."""

    found: dict[tuple[str, str], Paper] = field(default_factory=dict)
    notices: dict[str, list[tuple[datetime, Paper]]] = field(default_factory=dict)
    unsigned: set[tuple[str, str]] = field(default_factory=set)
    ends: list[tuple[int, str]] = field(default_factory=list)

    @classmethod
    def read(cls, entries: Iterable[Entry], origin: str) -> "Papers":
        """Fold entries ``law``, ``breach`` and ``staff-key`` of the log of that name.

        Raises:
            ValueError: one cannot be read.
        """
        out, keys = cls(), Keys()
        for entry in entries:
            body = entry.decision
            if not isinstance(body, Mapping):
                raise ValueError("an entry about papers cannot be read")
            if entry.kind == "staff-key":
                out._lapse(keys.read(body))
            elif entry.kind == "breach":
                out.ends += [(entry.seq, "")] if body.get("answer") != "drill" else []
            elif body.get("answer") == "approved":
                out._approve(_approved(entry.seq, body), entry, keys, origin)
            elif body.get("answer") == "withdrawn":
                name = (str(body.get("paper", "")), str(body.get("id", "")))
                out.found.pop(name, None)
                out.unsigned.discard(name)
            else:
                out.ends.append((entry.seq, str(body.get("id", ""))))
        return out

    def _lapse(self, key: str) -> None:
        gone = {name for name, paper in self.found.items() if key and paper.key == key}
        self.unsigned |= gone
        self.found = {name: paper for name, paper in self.found.items() if name not in gone}

    def _approve(self, paper: Paper | None, entry: Entry, keys: Keys, origin: str) -> None:
        if paper is None:
            return
        name, author = (paper.kind, paper.id), str(paper.part("identification").get("author", ""))
        if keys.signed(entry.decision, origin, paper.digest, [author]):
            self.found[name] = paper
            self.unsigned.discard(name)
            if paper.kind == "notice":
                self.notices.setdefault(paper.id, []).append((entry.recorded_at or entry.received_at, paper))
        elif name not in self.found:
            self.unsigned.add(name)

    def get(self, kind: str, name: object) -> Paper | None:
        """Find a paper."""
        return self.found.get((kind, str(name)))

    def ended(self, paper: Paper) -> bool:
        """Tell whether something ended a paper after its approval."""
        return any(entry > paper.entry and name in ("", paper.id) for entry, name in self.ends)

    def current(self, paper: Paper | None, at: datetime) -> bool:
        """Tell whether a paper is there, in date and not ended."""
        return paper is not None and at < paper.until and not self.ended(paper)


def _approved(seq: int, body: Mapping[str, Any]) -> Paper | None:
    text = body.get("text")
    if not isinstance(text, str) or "sha256:" + hashlib.sha256(text.encode()).hexdigest() != body.get("digest"):
        return None
    try:
        data, until = _days(tomllib.loads(text.replace("\r\n", "\n"))), moment(body.get("until"))
    except ValueError:
        return None
    kind, name, version = data.get("kind"), data.get("id"), data.get("version")
    if kind not in _KINDS or kind != body.get("paper") or name != body.get("id"):
        return None
    return Paper(str(kind), str(name), seq, str(body.get("key", "")), str(body["digest"]), version if type(version) is int else 0,
                 str(body.get("opinion", "")), until, data)


def _days(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _days(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_days(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the papers: plan, purpose, the release's moment, and that at which they must be in date."""

    papers: Papers
    policy: Policy
    plan: Mapping[str, Any]
    purpose: str
    as_of: datetime
    at: datetime
    widened: frozenset[str] = frozenset()

    def answer(self, source: str) -> tuple[str, Paper | None]:
        """Give the reason against a source's use under legitimate interest and None, or "" and the assessment that carries it."""
        if self.purpose in self.widened:
            return "policy-widened", None
        first = ""
        for name, span in self.policy.assessments.items():
            if self.purpose not in span.purposes or not span.starts <= self.as_of < span.ends:
                continue
            paper = self.papers.get("lia", name)
            pinned = self.policy.digests.get(name)
            if paper is None or (pinned and pinned != paper.digest):
                by_name = paper is None and ("lia", name) in self.papers.unsigned
                first = first or ("assessment-unsigned" if by_name else "assessment-not-approved")
            elif reason := self._against(paper, source):
                first = first or reason
            else:
                return "", paper
        return first or "assessment-not-approved", None

    def _against(self, paper: Paper, source: str) -> str:
        own = next((block for block in paper.blocks("source") if block.get("id") == source), None)
        if not _complete(paper):
            return "assessment-incomplete"
        if self.at >= paper.until:
            return "assessment-over"
        scope = (self.purpose in paper.names("identification", "purposes"),
                 self.plan.get("use") in paper.names("identification", "uses"),
                 paper.part("identification").get("phase") in ("development", "both"))
        if own is None or not all(scope):
            return "assessment-scope"
        if self.papers.ended(paper):
            return "assessment-ended"
        return self._balance(paper) or self._beside(paper, source) or self._told(paper, own, source)

    def _balance(self, paper: Paper) -> str:
        interest, measures = paper.part("interest"), paper.blocks("mitigation")
        sound = (all(interest.get(name) is True for name in ("lawful", "precise", "present")), bool(paper.opinion),
                 paper.part("decision").get("outcome") == "may-proceed", paper.part("balance").get("residual") in ("low", "medium"),
                 paper.part("special").get("article9") in ("excluded", "explicit-consent"))
        if not all(sound):
            return "assessment-balance"
        waits = [period.waiting for period in self.policy.periods
                 if self.purpose in period.purposes and period.basis == "legitimate-interest"]
        ran_all = all(ran(measure.get("control"), self.plan, min(waits) if waits else None) for measure in measures)
        return "" if measures and ran_all else "assessment-control"

    def _beside(self, paper: Paper, source: str) -> str:
        identity = paper.part("identification")
        screening = self.papers.get("dpia-screening", identity.get("screening"))
        if screening is None or not self.papers.current(screening, self.at) or (
                self.purpose not in screening.names("identification", "purposes")):
            return "screening-missing"
        if _due(screening):
            impact = self.papers.get("dpia", identity.get("dpia"))
            if impact is None or not self.papers.current(impact, self.at) or not impact.opinion or (
                    impact.part("decision").get("outcome") != "may-proceed") or (
                    self.purpose not in impact.names("identification", "purposes")) or (
                    source not in impact.names("identification", "sources")):
                return "impact-missing"
            left = {impact.part("decision").get("residual"), *(risk.get("residual") for risk in impact.blocks("risk"))}
            if left - {"low", "medium"} and not str(impact.part("decision").get("consultation") or "").strip():
                return "impact-high"
        governance = self.papers.get("governance", identity.get("governance"))
        governed = governance is not None and self.papers.current(governance, self.at) and (
            source in governance.names("identification", "sources"))
        return "" if identity.get("high_risk") is False or governed else "governance-missing"

    def _told(self, paper: Paper, own: Mapping[str, Any], source: str) -> str:
        collected = own.get("collected_for")
        if not isinstance(collected, list) or self.purpose not in collected:
            test = self.papers.get("reuse", own.get("reuse"))
            if test is None or not self.papers.current(test, self.at) or test.part("decision").get("compatible") is not True or (
                    self.purpose not in test.names("identification", "purposes")) or (
                    source not in test.names("identification", "sources")):
                return "reuse-untested"
        named = paper.names("transparency", "notices")
        announced = {name for name, span in self.policy.notices.items() if self.purpose in span.purposes and span.starts <= self.at}
        same = all(_says(self.papers.get("notice", name), paper.part("transparency")) for name in named)
        return "" if named and announced <= {*named} and same else "notice-differs"


def _complete(paper: Paper) -> bool:
    counted = [one.get("control") for one in paper.blocks("mitigation") if one.get("counts") is not False]
    factors = [str(block.get(name) or "").strip() for block in paper.blocks("source") for name in _FACTORS]
    bounds = [type(paper.part("volume").get(name)) is int for name in BOUNDS]
    return (all(paper.data.get(name) for name in _SECTIONS) and all(_answers(paper.data)) and all(factors) and all(bounds)
            and len(paper.blocks("alternative")) >= _MEANS and not DUTIES & {*map(str, counted)})


def _answers(value: Any) -> Iterator[bool]:
    """Tell of every text and list in a paper that may not be left out whether it says something."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in _OPTIONAL:
                yield from _answers(item)
    elif isinstance(value, list):
        yield bool(value)
        for item in value:
            yield from _answers(item)
    elif isinstance(value, str):
        yield bool(value.strip())


def cleared(paper: Paper) -> bool:
    """Tell whether an assessment covers attached files."""
    return paper.part("identification").get("attachments") == "cleared"


def _due(screening: Paper) -> bool:
    cases, criteria = screening.part("cases"), screening.part("criteria")
    return (not cases or any(value is not False for value in cases.values())
            or sum(value is True for value in criteria.values()) >= _CRITERIA
            or screening.part("decision").get("due") is not False)


def _says(notice: Paper | None, told: Mapping[str, Any]) -> bool:
    if notice is None:
        return False
    languages = notice.names("identification", "languages")
    for language in languages:
        text = notice.part("text").get(language)
        one, two = text.get("interest") if isinstance(text, Mapping) else None, told.get(f"interest_{language}")
        if not isinstance(one, str) or not isinstance(two, str) or not one.split() or one.split() != two.split():
            return False
    return bool(languages)
