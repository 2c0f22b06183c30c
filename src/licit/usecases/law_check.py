"""Checking a paper: every finding with its place, what is wrong and how to mend it; one finding is enough to stop approval.

Rules kept here:

- Nothing is empty; what does not apply says why.
- A phrase that says nothing is flagged wherever it stands, and a clause that shifts a controller's duty onto people.
- A measure names a control of licit; one that a law demands anyway does not count in the balance.
- What the answers imply is due is due: an impact assessment by its criteria, a governance file by its use.

Law: LIA-02, LIA-03, LIA-04, LIA-05, LIA-07, LIA-11, REL-10, REL-15, TRN-03, TRN-04, TRN-05, TRN-06, UIX-04
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from ..core.controls import CONTROLS
from ..core.law import KINDS, TRIGGERS, paper_fields, same_words
from ..core.legal import impact_due
from ..core.policy import PURPOSES, parse_moment
from ..core.sources import USES
from .law_forms import Field, Section, form, phrases

_NOT_APPLICABLE = re.compile(r"\s*(n\s?/\s?a|not applicable|sans objet|non applicable|s\. ?o\.)(?=\W|$)[\s:.,;–-]*(.*)",
                             re.IGNORECASE | re.DOTALL)
_REASON = 20
_LANGUAGE = re.compile(r"[a-z]{2}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")

@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to mend in a paper: where, what is wrong, how to mend it."""

    place: str
    wrong: str
    mend: str

    def as_json(self) -> dict[str, str]:
        """Give it as plain values."""
        return {"place": self.place, "wrong": self.wrong, "mend": self.mend}


@lru_cache(maxsize=64)
def check_text(text: str) -> tuple[Finding, ...]:
    """Check the text of a paper; none means that nothing was found."""
    try:
        data = paper_fields(text)
    except ValueError as error:
        return (Finding(place="the file", wrong=f"it is no TOML: {error}", mend="Mend that line; quotes are the usual cause."),)
    kind = data.get("kind")
    if kind not in KINDS:
        return (Finding(place="kind", wrong="it does not say what it is", mend=f"One of {', '.join(KINDS)}."),)
    return (*_head(data), *_sections(data), *_phrases(data), *_RULES[str(kind)](data))


def check_clauses(text: str) -> tuple[Finding, ...]:
    """Check terms of use, as plain text, for clauses that shift what a controller answers for onto people."""
    return tuple(Finding(place=f"line {number}", wrong=f"“{phrase}” shifts onto people what the controller answers for",
                         mend="Strike it; say what the controller does instead.")
                 for number, line in enumerate(text.splitlines(), 1) for phrase in _among(line, phrases()[1]))


def _head(data: Mapping[str, Any]) -> Iterator[Finding]:
    if not isinstance(data.get("id"), str) or not _ID.fullmatch(data["id"]):
        yield Finding(place="id", wrong="it has no id", mend="Letters, digits, dots and hyphens.")
    if type(data.get("version")) is not int or data["version"] < 1:
        yield Finding(place="version", wrong="it has no version", mend="A whole number from 1; raise it with every change.")
    known = {"kind", "id", "version", "language", *(section.key for section in form(str(data["kind"])).sections)}
    for name in sorted(set(data) - known):
        yield Finding(place=name, wrong="there is no such section", mend="Strike it, or mend its name.")


def _sections(data: Mapping[str, Any]) -> Iterator[Finding]:
    for section in form(str(data["kind"])).sections:
        found = data.get(section.key)
        if section.spoken:
            yield from _spoken(section, found, data)
        elif section.many:
            blocks = found if isinstance(found, list) and all(isinstance(item, Mapping) for item in found) else []
            if len(blocks) < section.many:
                yield Finding(place=section.key, wrong=f"{len(blocks)} are named; {section.many} at least are needed",
                              mend=f"Add a [[{section.key}]] block for each.")
            for number, block in enumerate(blocks, 1):
                yield from _fields(section, block, f"{section.key} {number}")
        elif isinstance(found, Mapping):
            yield from _fields(section, found, section.key)
        else:
            yield Finding(place=section.key, wrong="the section is missing", mend=f"Add [{section.key}]: {section.title[0]}.")


def _spoken(section: Section, found: Any, data: Mapping[str, Any]) -> Iterator[Finding]:
    wanted = data.get("identification", {})
    languages = wanted.get("languages") if isinstance(wanted, Mapping) else None
    for language in languages if isinstance(languages, list) else []:
        part = found.get(language) if isinstance(found, Mapping) else None
        if isinstance(part, Mapping):
            yield from _fields(section, part, f"{section.key}.{language}")
        elif not all(one.optional for one in section.fields):
            yield Finding(place=f"{section.key}.{language}", wrong="the notice is not given in that language",
                          mend=f"Add [{section.key}.{language}], or take the language off the list.")


def _fields(section: Section, part: Mapping[str, Any], place: str) -> Iterator[Finding]:
    for one in section.fields:
        where = f"{place}.{one.key}"
        if one.key not in part or part[one.key] in ("", [], None):
            if not one.optional:
                words = " What does not apply: N/A and the reason." if one.kind in ("text", "texts") else ""
                yield Finding(place=where, wrong="it is empty", mend=one.asks[0] + words)
        elif wrong := _KINDS[one.kind](one, part[one.key]):
            yield Finding(place=where, wrong=wrong, mend=one.asks[0])
    for name in sorted(set(part) - {one.key for one in section.fields}):
        yield Finding(place=f"{place}.{name}", wrong="there is no such field", mend="Strike it, or mend its name.")


def _text(_: Field, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        return "it is empty"
    found = _NOT_APPLICABLE.match(value)
    return "not applicable without the reason" if found and len(found[2].strip()) < _REASON else ""


def _texts(field: Field, value: Any) -> str:
    return "it is a list of texts" if not isinstance(value, list) else next(filter(None, (_text(field, one) for one in value)), "")


def _among_names(names: tuple[str, ...]) -> Callable[[Field, Any], str]:
    def judge(_: Field, value: Any) -> str:
        wrong = [str(one) for one in value if one not in names] if isinstance(value, list) else [str(value)]
        return f"it is a list among {', '.join(names)}, without {', '.join(wrong)}" if wrong else ""
    return judge


def _day(_: Field, value: Any) -> str:
    try:
        parse_moment(value)
    except (ValueError, TypeError):
        return "it is a day, such as 2026-01-31"
    return ""


_KINDS: dict[str, Callable[[Field, Any], str]] = {
    "text": _text, "texts": _texts, "day": _day, "purposes": _among_names(PURPOSES), "uses": _among_names(USES),
    "triggers": _among_names(TRIGGERS),
    "id": lambda _, value: "" if isinstance(value, str) and _ID.fullmatch(value) else "it is an id",
    "ids": lambda _, value: "" if isinstance(value, list) and all(isinstance(one, str) and _ID.fullmatch(one) for one in value)
    else "it is a list of ids",
    "languages": lambda _, value: "" if isinstance(value, list) and all(
        isinstance(one, str) and _LANGUAGE.fullmatch(one) for one in value) else "it is a list of languages, two letters each",
    "whole": lambda _, value: "" if type(value) is int and value >= 0 else "it is a whole number",
    "yes": lambda _, value: "" if value is True else "it must be true, and be so: otherwise this basis does not serve",
    "yesno": lambda _, value: "" if isinstance(value, bool) else "it is true or false, without quotes",
    "choice": lambda field, value: "" if value in field.choices else f"it is one of {', '.join(field.choices)}",
    "control": lambda _, value: "" if value in CONTROLS else "licit has no such control: licit law controls lists them",
}


def _phrases(data: Mapping[str, Any]) -> Iterator[Finding]:
    vague, shifting = phrases()
    for place, text in _all_texts(data, ""):
        for phrase in _among(text, vague):
            yield Finding(place=place, wrong=f"“{phrase}” says nothing",
                          mend="Say which, for whom, by what means, so that somebody could tell whether it is true.")
        for phrase in _among(text, shifting):
            yield Finding(place=place, wrong=f"“{phrase}” shifts onto people what the controller answers for",
                          mend="Strike it; say what the controller does instead.")


def _all_texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _all_texts(item, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _all_texts(item, f"{place} {number}")


def _among(text: str, phrases: tuple[str, ...]) -> list[str]:
    plain = f" {_plain(text)} "
    return [phrase for phrase, bare in _bare(phrases) if bare in plain]


@cache
def _bare(phrases: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((phrase, f" {_plain(phrase)} ") for phrase in phrases)


def _plain(text: str) -> str:
    """Take capitals, accents and signs off a text, and part its words by one space."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", bare))


# --- what the answers of one kind imply ---------------------------------------------------------------------------------


def _assessment(data: Mapping[str, Any]) -> Iterator[Finding]:
    identity, balance = _part(data, "identification"), _part(data, "balance")
    means = [block.get("means") for block in _blocks(data, "alternative")]
    for twice in sorted({str(one) for one in means if one != "other" and means.count(one) > 1}):
        yield Finding(place="alternative", wrong=f"{twice} is named twice", mend="Name other means.")
    for number, block in enumerate(_blocks(data, "mitigation"), 1):
        control = CONTROLS.get(str(block.get("control")))
        if control is not None and control.duty and block.get("counts") is True:
            yield Finding(place=f"mitigation {number}.counts", mend="counts = false; name what goes beyond as a measure of its own.",
                          wrong=f"Art. {control.duty} of the GDPR demands it anyway, so it does not count in the balance")
    if not any(block.get("counts") is True for block in _blocks(data, "mitigation")):
        yield Finding(place="mitigation", wrong="no measure counts in the balance", mend="Name one that goes beyond legal duties.")
    if missing := [one for one in TRIGGERS if one not in (_part(data, "decision").get("triggers") or [])]:
        yield Finding(place="decision.triggers", wrong=f"{', '.join(missing)} would not end it", mend="Name all of them.")
    if balance.get("residual") == "high" and _part(data, "decision").get("outcome") == "may-proceed":
        yield Finding(place="decision.outcome", wrong="the residual risk is high", mend="Lower it by measures, or do not proceed.")
    if identity.get("high_risk") is True and not identity.get("governance"):
        yield Finding(place="identification.governance", wrong="a high-risk use needs a data-governance file",
                      mend="licit law new governance NAME, then its id here.")
    told = _part(data, "transparency")
    if not told.get("interest_en") and not told.get("interest_fr"):
        yield Finding(place="transparency", wrong="what people are told of the interest is missing",
                      mend="interest_en or interest_fr, word for word as in the notice.")
    names = [block.get("id") for block in _blocks(data, "source")]
    for twice in sorted({str(one) for one in names if names.count(one) > 1}):
        yield Finding(place="source", wrong=f"{twice} stands twice", mend="One block a source.")
    for number, block in enumerate(_blocks(data, "source"), 1):
        if not block.get("reuse") and not set(identity.get("purposes") or []) <= set(block.get("collected_for") or []):
            yield Finding(place=f"source {number}.reuse", wrong="it was collected for another purpose",
                          mend="licit law new reuse NAME, then its id here.")
    yield from _after(identity.get("date"), _part(data, "decision").get("review"), "decision.review")


def _screening(data: Mapping[str, Any]) -> Iterator[Finding]:
    due = impact_due(data)
    if due and _part(data, "decision").get("due") is False:
        yield Finding(place="decision.due", wrong="the answers above make an impact assessment due",
                      mend="due = true, then licit law new dpia NAME.")
    identity = _part(data, "identification")
    yield from _after(identity.get("date"), identity.get("review"), "identification.review")


def _impact(data: Mapping[str, Any]) -> Iterator[Finding]:
    decision = _part(data, "decision")
    high = decision.get("residual") == "high" or any(block.get("residual") == "high" for block in _blocks(data, "risk"))
    if high and decision.get("residual") != "high":
        yield Finding(place="decision.residual", wrong="one of the risks stays high", mend="residual = \"high\", or lower that risk.")
    if high and not decision.get("consultation"):
        yield Finding(place="decision.consultation", wrong="a high residual risk waits for the authority (Art. 36)",
                      mend="Consult it, then number and day of its answer here.")
    identity = _part(data, "identification")
    yield from _after(identity.get("date"), identity.get("review"), "identification.review")


def _reuse(data: Mapping[str, Any]) -> Iterator[Finding]:
    if _part(data, "decision").get("compatible") is False:
        yield Finding(place="decision.compatible", wrong="the reuse is not compatible", mend="It needs consent or a law.")
    identity = _part(data, "identification")
    yield from _after(identity.get("date"), identity.get("review"), "identification.review")


def _notice(data: Mapping[str, Any]) -> Iterator[Finding]:
    exemption, tried = _part(data, "exemption"), _part(data, "effectiveness")
    if exemption.get("used") is True:
        for name, mend in (("balancing", "Say what was weighed."), ("page_seen", "The day on which somebody saw the page.")):
            if not exemption.get(name):
                yield Finding(place=f"exemption.{name}", wrong="Art. 14(5)(b) needs it on record", mend=mend)
    if not tried.get("people") and not _NOT_APPLICABLE.match(str(tried.get("method", ""))):
        yield Finding(place="effectiveness.people", wrong="nobody was asked", mend="Ask, or N/A with the reason as method.")
    if _count(tried.get("understood")) > _count(tried.get("people")):
        yield Finding(place="effectiveness.understood", wrong="more understood than were asked", mend="Count again.")


    yield from _worded(data)


def _worded(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Look at what a notice says that its purposes cover: of purposes it announces, in each of its languages or in none."""
    identity = _part(data, "identification")
    languages, announced = (found if isinstance(found := identity.get(name), list) else [] for name in ("languages", "purposes"))
    said = {(section, language): {purpose for purpose, text in part.items() if text} for section in ("covers", "covers_not")
            for language, part in _part(data, section).items() if isinstance(part, Mapping)}
    for (section, language), purposes in said.items():
        place = f"{section}.{language}"
        if language not in languages:
            yield Finding(place=place, wrong="the notice is not given in that language", mend="Add it to the languages, or strike it.")
        for purpose in sorted(purposes - set(map(str, announced))):
            yield Finding(place=f"{place}.{purpose}", wrong="the notice does not announce that purpose", mend="Strike it.")
    for section in ("covers", "covers_not"):
        anywhere = set[str]().union(*(purposes for (where, _), purposes in said.items() if where == section or section == "covers"))
        for language in languages:
            for purpose in sorted(anywhere - said.get((section, language), set())):
                yield Finding(place=f"{section}.{language}.{purpose}", wrong="it is said in another language, or only what it does not cover is",
                              mend="Say it in each language of the notice.")


def _count(value: Any) -> int:
    return value if type(value) is int else 0


def _governance(data: Mapping[str, Any]) -> Iterator[Finding]:
    special = _part(data, "special")
    if special.get("bias_use") == "article-10-5" and _NOT_APPLICABLE.match(str(special.get("conditions", ""))):
        yield Finding(place="special.conditions", wrong="Art. 10(5) is relied on without its conditions",
                      mend="Say how each of them is met.")


_RULES: dict[str, Callable[[Mapping[str, Any]], Iterator[Finding]]] = {
    "lia": _assessment, "dpia-screening": _screening, "dpia": _impact, "reuse": _reuse, "notice": _notice,
    "governance": _governance}


def _after(first: Any, last: Any, place: str) -> Iterator[Finding]:
    try:
        if parse_moment(last) <= parse_moment(first):
            yield Finding(place=place, wrong="it lies before the day of the paper", mend="Name a later day.")
    except (ValueError, TypeError):
        return  # A day that cannot be read has its own finding.


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def _blocks(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = data.get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def told_alike(assessment: Mapping[str, Any], notice: Mapping[str, Any]) -> list[str]:
    """Give the languages of a notice in which it names another interest than the assessment does, word for word.

    Law: LIA-08
    """
    told, text = _part(assessment, "transparency"), _part(notice, "text")
    languages = _part(notice, "identification").get("languages")
    return [language for language in languages if not same_words(
        _part(text, language).get("interest"), told.get(f"interest_{language}"))] if isinstance(languages, list) else ["?"]
