"""The claims of a release with what came out of checking them, grouped by who can check.

Rules kept here:

- Silence is "not checked", never "holds"; a result that is none of the three is "cannot tell".
- Of several results for one claim the worst counts; a result for a claim unknown here is shown all the same.
- No status is told by colour alone: each has its mark and its word.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.evidence import CLAIMS, Claim
from .markup import Markup, el, foreign, join, prose
from .procedures import PROCEDURES_FR
from .words import Language

#: From the worst; the mark shown for each.
MARKS = {"fails": "✗", "cannot-tell": "?", "unchecked": "–", "holds": "✓"}

_WHO = ("public", "person", "auditor", "attested")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came out of a claim's check, and what the verifier said of it in English and French."""

    state: str = "unchecked"
    detail: str = ""
    detail_fr: str = ""


def outcomes(results: Iterable[Mapping[str, Any]]) -> dict[str, Outcome]:
    """Give each claim's outcome: those of :data:`CLAIMS` in order, then any other that was checked."""
    worst = list(MARKS)
    found: dict[str, Outcome] = {name: Outcome() for name in CLAIMS}
    for result in results:
        name, state = str(result.get("claim", "")), result.get("result")
        outcome = Outcome(state=state if state in ("holds", "fails") else "cannot-tell",
                          detail=str(result.get("detail") or ""), detail_fr=str(result.get("detail_fr") or ""))
        known = found.get(name, Outcome())
        if known.state == "unchecked" or worst.index(outcome.state) < worst.index(known.state):
            found[name] = outcome
    return found


def failing(found: Mapping[str, Outcome]) -> list[str]:
    """Name the claims that fail."""
    return [name for name, outcome in found.items() if outcome.state == "fails"]


def summary(found: Mapping[str, Outcome], tongue: Language) -> Markup:
    """Count the claims by outcome on one line."""
    counts = {state: sum(outcome.state == state for outcome in found.values())
              for state in ("holds", "fails", "cannot-tell", "unchecked")}
    if counts["unchecked"] == len(found):
        return prose(tongue.say("claims-none"))
    return join(*(el("span", badge(state) if number else None, " ", tongue.say(state),
                     tongue.pick(": ", " : "), tongue.number(number), class_="count")
                  for state, number in counts.items() if number or state == "fails"))


def badge(state: str) -> Markup:
    """Give the mark of a state; the word always stands beside it."""
    return el("i", MARKS[state], class_=f"mark {state}", aria_hidden="true")


def claims(found: Mapping[str, Outcome], tongue: Language) -> Markup:
    """Write every claim under who can check it."""
    groups: dict[str, Sequence[str]] = {who: [name for name, claim in CLAIMS.items() if claim.who == who]
                                        for who in _WHO}
    groups["unlisted"] = [name for name in found if name not in CLAIMS]
    checked = any(outcome.state != "unchecked" for outcome in found.values())
    return join(el("p", prose(tongue.say("claims-why" if checked else "claims-none"))),
                *(_group(who, names, found, tongue) for who, names in groups.items() if names))


def _group(who: str, names: Sequence[str], found: Mapping[str, Outcome], tongue: Language) -> Markup:
    return join(el("h3", tongue.say(who)), el("p", prose(tongue.say(f"{who}-how")), class_="quiet"),
                el("ul", *(_claim(name, found[name], tongue) for name in names), class_="claims"))


def _claim(name: str, outcome: Outcome, tongue: Language) -> Markup:
    known = CLAIMS.get(name)
    statement = tongue.pick(known.statement, known.statement_fr) if known else ""
    return el("li", badge(outcome.state),
              el("div", el("p", el("b", tongue.say(outcome.state), class_=outcome.state), " ", statement),
                 _said(outcome, tongue),
                 el("small", _procedure(known, tongue) if known else None, " ", el("code", foreign(name)))),
              id=f"{tongue.code}-claim-{name}" if known else None)


def _said(outcome: Outcome, tongue: Language) -> Markup | None:
    if not outcome.detail:
        return None
    french = tongue.code == "fr" and bool(outcome.detail_fr)
    own = outcome.detail_fr if french else outcome.detail
    said = el("bdi", own, lang=None if french or tongue.code == "en" else "en")
    return el("p", prose(tongue.say("said"), detail=said), class_=f"said {outcome.state}")


def _procedure(claim: Claim, tongue: Language) -> Markup:
    if tongue.code == "fr" and claim.name in PROCEDURES_FR:
        return prose(tongue.say("how"), procedure=tongue.pick("", PROCEDURES_FR[claim.name]))
    other = None if tongue.code == "en" else "en"
    return prose(tongue.say("how"), procedure=el("span", claim.procedure, lang=other))
