"""What a release says of its de-identification: that it says so, and that what it says meets its own plan's standard.

Rules kept here:

- The figures are those of a file that the manifest names; bounds are counted again from hits and numbers.
- What the plan in the lock asks for and the figures lack must have been accepted there by name.
- A measure of other detectors, or of other labels, is a measure of another release.
- Whether the detectors were really run on that set, nobody can see from here: that is attested.
"""

import math
from typing import Any

from .files import MANIFEST, Release, take
from .public import paper_of
from .report import Fault, Note

_MEASURE = "evidence/measure.json"


def measure_stated(release: Release) -> Note | None:
    """Insist that the release says whether its de-identification was measured.

    Raises:
        Fault: otherwise.
    """
    measured = take(paper_of(release, _MEASURE), "measured", bool, _MEASURE)
    return None if measured else Note("not measured, says the signer")


def measure_meets_plan(release: Release) -> Note | None:
    """Insist that the stated measure meets the standard of the plan in the lock, if that sets one.

    Raises:
        Fault: it does not, planted data was missed, or it is a measure of something else.
    """
    paper = paper_of(release, _MEASURE)
    measured = take(paper, "measured", bool, _MEASURE)
    plan = take(release.get("lock", dict), "plan", dict)
    if measured and not {*take(paper, "pins", list, _MEASURE)} <= {*release.get("detectors", list)}:
        raise Fault("it was measured with other detectors than the release names", _MEASURE, MANIFEST)
    if "standard" in plan:
        if take(take(paper, "planted", dict, _MEASURE), "missed", dict, _MEASURE):
            raise Fault("planted personal data was missed", _MEASURE)
        _hold_to(take(plan, "standard", dict), plan, paper if measured else {})
    return None if measured else Note("not measured, says the signer")


def _hold_to(standard: dict[str, Any], plan: dict[str, Any], paper: dict[str, Any]) -> None:
    """Count a measurement again against a standard: lower Wilson bounds in thousandths, language by language."""
    told = take(take(paper, "report", dict, _MEASURE), "languages", dict, _MEASURE) if paper else {}
    labels = take(take(plan, "deidentify", dict), "labels", list)
    asked = take(take(paper, "report", dict, _MEASURE), "settings", dict, _MEASURE).get("labels") if paper else labels
    if asked != labels:
        raise Fault("the measure looked for other labels than the plan replaces", _MEASURE, MANIFEST)
    if paper and take(take(paper, "report", dict, _MEASURE), "held", dict, _MEASURE):
        raise Fault("part of the labelled set could not be looked at", _MEASURE)
    for language in take(plan, "languages", list):
        own = told.get(language, {})
        wanted = [(own.get("labels", {}).get(label, {}).get("entities"), floor)
                  for label, floor in take(standard, "recall", dict).items() if label in labels and floor]
        wanted += [(own.get("fully_redacted"), floor) for floor in [take(standard, "fully_redacted", int)] if floor]
        for rate, floor in wanted:
            if not rate or not take(rate, "of", int, _MEASURE):
                if "accept_unmeasured_deidentification" not in take(plan, "accepted", list):
                    raise Fault("what the plan asks for was not measured in {language}", _MEASURE, language=language)
            elif 1000 * _lower(take(rate, "hits", int, _MEASURE), rate["of"]) < floor:
                raise Fault("the measure in {language} is below the plan's standard", _MEASURE, language=language)
        beside = take(own, "beside", dict, _MEASURE) if own else {"false_spans": 0, "bytes": 0}
        if 10_000 * beside["false_spans"] > take(standard, "false_per_10kb", int) * beside["bytes"]:
            raise Fault("the measure in {language} is below the plan's standard", _MEASURE, language=language)


def _lower(hits: int, of: int) -> float:
    """Give the lower Wilson 95 % bound of a share."""
    if not 0 <= hits <= of:
        raise Fault("a share of the measure is none", _MEASURE)
    share, weight = hits / of, 1.959963984540054 ** 2 / of
    return (share + weight / 2 - math.sqrt(weight * (share * (1 - share) + weight / 4))) / (1 + weight)
