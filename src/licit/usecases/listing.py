"""What detectors and screeners there are, where each is from, and how well it does alone on the set that comes with licit.

Rules kept here:

- Figures are those of the very detector that is there: its pin stands beside them, and figures of another pin are none.
- A detector is judged alone, on the labels it declares; a label that the set does not hold for a language is not measured.
- What is not measured is said to be, never left out.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.ports import Detector
from .measure import measure

#: What is said of one label: of those labelled, so many were met; of those told, so many met one.
Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A detector or screener: what it is called exactly, where it is from, and its figures, None where there are none.

    ``kind`` is ``bundled``, ``entry point`` or ``settings``; ``origin`` says which. ``languages`` is empty for all.
    """

    name: str
    version: str
    what: str
    kind: str
    origin: str
    pin: str
    labels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    measured: Figures | None = field(default=None, repr=False)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"name": self.name, "version": self.version, "what": self.what, "kind": self.kind, "from": self.origin, "pin": self.pin,
                "labels": list(self.labels), "languages": list(self.languages), "measured": self.measured}


def measured_alone(data: bytes, detectors: Sequence[Detector], pins: Sequence[str]) -> dict[str, Any]:
    """Measure each detector alone on a labelled set, without the sweep for names; give figures by name."""
    lines = [(number, line) for number, line in enumerate(data.splitlines(), 1) if line.strip()]
    by_name = {pin.split("@")[0]: pin for pin in pins}
    out = {detector.name: {"pin": by_name[detector.name], **_alone(lines, detector)} for detector in detectors}
    return {"set": "sha256:" + hashlib.sha256(data).hexdigest(), "records": len(lines), "detectors": out}


def _alone(lines: Sequence[tuple[int, bytes]], detector: Detector) -> dict[str, Any]:
    found = measure(lines, [detector], sweep=False).as_json()
    languages = {}
    for language, told in found["languages"].items():
        own = {label: {"recall": counts["overlap"]["recall"], "precision": counts["overlap"]["precision"]}
               for label, counts in told["labels"].items() if label in detector.labels and counts["gold"]}
        languages[language] = {"labels": own, "false_per_10kb": told["beside"]["false_per_10kb"]}
    return {"held": sum(found["held"].values()), "languages": languages}


def figures_of(name: str, pin: str, shipped: Mapping[str, Any]) -> Figures | None:
    """Give the figures of a detector, if they are of this very one."""
    own = shipped.get("detectors", {}).get(name)
    if own is None or own["pin"] != pin:
        return None
    return {"set": shipped["set"], "records": shipped["records"], "held": own["held"], "languages": own["languages"]}


def screening_of(screener: Any) -> Figures | None:
    """Give the figures that a screener says of itself: recall and precision on sentences no rule was tuned on."""
    told = getattr(screener, "measured", None) or {}
    languages = {language: {"labels": {"all": found["held"]["overall"]}, "records": found["held"]["sentences"]}
                 for language, found in sorted(told.items())}
    return {"languages": languages} if languages else None
