"""What a release's de-identification must be measured at, and what is said where it is not: a plan's standard.

Rules kept here:

- A recall is that of entities (each mention of one is covered), judged by its lower Wilson 95 % bound, so that a set too
  small to show it does not; for each label of each language that the plan releases.
- A label or language of the standard that the set does not hold was not measured. That, or no set at all, is released
  only where the plan accepts it by name; what was measured below the standard, never.
- The evidence holds counts and shares, never a text, and no hash of one: the set is named by the digest of its file.
- A measurement is kept by the set, the detectors' pins, the settings and this code, and made again when one changes.

Law: DEI-01
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ..core.errors import RefusedError, SetupError, misnamed
from ..core.ids import canonical_json, settings_key
from ..core.ports import Detector
from ..core.spans import LABELS
from ..pipeline.deidentify import DeidentifySettings
from ..pipeline.planted import Planted
from .measure import Rate, measure

BUILT_IN, NONE = "built-in", "none"
ACCEPT = "accept_unmeasured_deidentification"
_RECALL = {"EMAIL": 500, "PERSON": 600, "PHONE": 500}
_THOUSANDTHS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """What must be shown, in thousandths; false findings are per 10 kB of text that is not labelled.

    ``set`` is ``built-in``, ``none`` or a file of the workspace's folder.
    """

    set: str = BUILT_IN
    recall: Mapping[str, int] = field(default_factory=lambda: dict(_RECALL))
    fully_redacted: int = 600
    false_per_10kb: int = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Misses:
    """What falls short, and what was not measured; a line each."""

    short: tuple[str, ...] = ()
    unmeasured: tuple[str, ...] = ()


def parse_standard(given: Any) -> Standard:
    """Make a standard from plain values as TOML gives them: shares between 0 and 1.

    Raises:
        ValueError: an unknown field, or a value of the wrong kind or out of range.
    """
    if not isinstance(given, Mapping):
        raise ValueError("measure is a section: write [deidentify.measure]")
    names = ("set", "recall", "fully_redacted", "false_per_10kb_at_most")
    if wrong := misnamed(given, names, "[deidentify.measure]"):
        raise ValueError(wrong)
    recall = given.get("recall", {name: share / _THOUSANDTHS for name, share in _RECALL.items()})
    if not isinstance(recall, Mapping) or set(recall) - set(LABELS):
        raise ValueError("recall is a table of labels, such as {PERSON = 0.9}")
    limit = given.get("false_per_10kb_at_most", 80)
    if type(limit) is not int or not 0 <= limit <= 10_000:
        raise ValueError("false_per_10kb_at_most is a whole number between 0 and 10,000")
    return Standard(set=_set_named(given.get("set", BUILT_IN)), false_per_10kb=limit,
                    recall={label: _share(f"recall of {label}", share) for label, share in sorted(recall.items())},
                    fully_redacted=_share("fully_redacted", given.get("fully_redacted", 0.6)))


def _share(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{name} is a share between 0 and 1")
    return round(value * _THOUSANDTHS)


def _set_named(value: Any) -> str:
    if not isinstance(value, str) or not value or Path(value).is_absolute() or ".." in Path(value).parts:
        raise ValueError('set is "built-in", "none", or a file inside the workspace\'s folder')
    return value


def measured(data: bytes, name: str, detectors: Sequence[Detector], settings: DeidentifySettings, *,
             pins: Sequence[str]) -> dict[str, Any]:
    """Measure the detectors on a labelled set as a build would use them; give what the evidence says.

    Raises:
        SetupError: the set holds nothing, or a line that cannot be read.
    """
    lines = [(number, line) for number, line in enumerate(data.splitlines(), 1) if line.strip()]
    found = measure(lines, detectors, labels=settings.labels, seconds=settings.seconds)
    if found.unreadable or not lines:
        at = f", line {found.unreadable[0][0]}" if found.unreadable else ""
        raise SetupError("the labelled set cannot be read" if lines else "the labelled set is empty", about=f"{name}{at}",
                         remedy="See licit measure for its form; nothing was released.")
    report: dict[str, Any] = _written(found.as_json())
    return {"measured": True, "set": {"name": name, "sha256": "sha256:" + hashlib.sha256(data).hexdigest(),
                                      "records": len(lines), "invented": name == BUILT_IN},
            "pins": list(pins), "command": "licit measure SET --labels " + ",".join(settings.labels), "report": report}


def _written(value: Any) -> Any:
    """Write shares as decimal text, for evidence holds no floats."""
    if isinstance(value, dict):
        return {key: _written(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_written(item) for item in value]
    return f"{value:.6f}" if isinstance(value, float) else value


def kept(folder: Path, key: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Give a measurement that was kept under its key, or make and keep it; one that cannot be read is made again."""
    path = folder / f"{key}.json"
    try:
        value: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        value = make()
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(canonical_json(value) + b"\n")
        part.replace(path)
    return value


def key_of(data: bytes, pins: Sequence[str], settings: DeidentifySettings) -> str:
    """Name a measurement; the same name means the same figures."""
    return settings_key([hashlib.sha256(data).hexdigest(), *pins, *settings.labels, str(settings.seconds), _code()])


@cache
def _code() -> str:
    here = Path(__file__).parent
    files = (*(here / f"{name}.py" for name in ("measure", "quality", "text", "text_places")),
             *sorted(here.with_name("pipeline").glob("*.py")))
    return settings_key([file.read_text(encoding="utf-8") for file in files])


def misses(evidence: Mapping[str, Any], standard: Standard, languages: Sequence[str], labels: Sequence[str]) -> Misses:
    """Hold a measurement to a standard."""
    if not evidence.get("measured"):
        return Misses(unmeasured=("no labelled set was given",))
    report = evidence["report"]
    short = [f"{sum(report['held'].values())} texts of the set could not be looked at"] if report["held"] else []
    unmeasured = []
    for language in languages:
        told = report["languages"].get(language)
        if told is None:
            unmeasured.append(f"{language}: the set holds no such text")
            continue
        for line, known in _judged(language, told, standard, labels):
            (short if known else unmeasured).append(line)
    return Misses(short=tuple(short), unmeasured=tuple(unmeasured))


def _judged(language: str, told: Mapping[str, Any], standard: Standard, labels: Sequence[str]
            ) -> Iterator[tuple[str, bool]]:
    """Give each line of what is missed in a language, and whether it was measured at all."""
    wanted = [(f"recall of {label}", told["labels"].get(label, {}).get("entities"), floor)
              for label, floor in standard.recall.items() if label in labels and floor]
    if standard.fully_redacted:
        wanted.append(("whole documents", told["fully_redacted"], standard.fully_redacted))
    for name, rate, floor in wanted:
        if rate is None or not rate["of"]:
            yield f"{language}: {name}: nothing labelled", False
            continue
        low = Rate(hits=rate["hits"], of=rate["of"]).bounds()[0]
        if low * _THOUSANDTHS < floor:
            yield (f"{language}: {name} {rate['hits']} of {rate['of']}, surely at least {low:.3f}, "
                   f"must be {floor / _THOUSANDTHS:.3f}: short by {floor / _THOUSANDTHS - low:.3f}"), True
    beside = told["beside"]
    if beside["false_spans"] * 10_000 > standard.false_per_10kb * beside["bytes"]:
        rate_ = 10_000 * beside["false_spans"] / beside["bytes"] if beside["bytes"] else 0.0
        yield (f"{language}: {rate_:.1f} false findings per 10 kB, at most {standard.false_per_10kb}: "
               f"over by {rate_ - standard.false_per_10kb:.1f}"), True


def require(found: Misses, planted: Planted, accepted: Sequence[str]) -> None:
    """Insist that planted data was found, the standard met, and what was not measured accepted.

    Raises:
        RefusedError: otherwise; says each line that was missed and by how much.
    """
    if planted.missed:
        labels = ", ".join(f"{label} ({number} of {planted.drawn[label]})" for label, number in sorted(planted.missed.items()))
        raise RefusedError(f"planted personal data was not found: {labels}", reason="planted-missed",
                           remedy="A detector does not work as it should; nothing was released.")
    if found.short:
        raise RefusedError("the de-identification is measured below the plan's standard:\n  " + "\n  ".join(found.short) + "\n",
                           reason="deidentification-below-standard",
                           remedy="Improve the detectors, or change [deidentify.measure] in the plan; nothing was released.")
    if found.unmeasured and ACCEPT not in accepted:
        raise RefusedError("the de-identification is not measured as the plan asks:\n  " + "\n  ".join(found.unmeasured) + "\n",
                           reason="deidentification-unmeasured",
                           remedy=f"Name a labelled set in [deidentify.measure], or set {ACCEPT} = true; nothing was released.")
