"""Audit what somebody has already: look at every item as a release would, import nothing, keep nothing but counts.

Rules kept here:

- arrived = looked at + unreadable.
- What was not looked for is said (``null``), never shown as none.
- No text is kept: labels, counts, file names and places only.
- Memory is bounded: counts with a cap on their kinds, a few examples of each concern, the files with most concerns.

Law: PRV-04, SHD-01
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from ..core.holdings import Begun, Item, Missed, Paper
from ..core.reasons import REASONS
from ..pipeline.provenance import decisions
from .audit_look import EXAMPLES, Count, Looked, Looking, look_at
from .listing import Figures

_KINDS = 500
_FILES = 20
_RECENT = 25_000
_BATCH_CHARACTERS = 256 * 1024
_BATCH_ITEMS = 2_000

#: What a build settles without anybody: personal data is replaced, one of many copies is kept.
BY_ITSELF = frozenset({"personal-data", "duplicate", "near-duplicate"})


class Twins(Protocol):
    """Remembers what records look like, and says afterwards which resemble an earlier one, in bounded memory."""

    def add(self, exact: Any, near: Any, enough: Any) -> None:
        """Note records in the order in which they came: arrays of :func:`licit.pipeline.dedupe.likeness`."""
        ...

    def counted(self) -> Mapping[str, Any]:
        """Give how many are exact or near copies of an earlier one, of how many, and how many were left out."""
        ...

@dataclass(slots=True)
class Audit:
    """What an audit has come to so far."""

    looking: Looking
    twins: Twins
    figures: Mapping[str, Any] = field(default_factory=dict)
    counts: Count = field(default_factory=Counter)
    places: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    worst: dict[int, Counter[str]] = field(default_factory=dict)
    items: int = 0

    def run(self, met: Iterable[Begun | Item | Missed | Paper], run: Callable[..., Iterable[Looked]] = map, *,
            report: Callable[[int], None] = lambda done: None) -> None:
        """Look at everything that is met; ``run`` maps a function over batches in order, ``report`` gets bytes done.

        Raises:
            UnavailableError: the work failed, or a process died.
        """
        for looked in run(partial(look_at, self.looking), self._batches(met, report)):
            self._add(looked)

    def _batches(self, met: Iterable[Begun | Item | Missed | Paper], report: Callable[[int], None]) -> Iterator[list[Item]]:
        batch: list[Item] = []
        held = done = within = size = 0
        for one in met:
            if isinstance(one, Item):
                batch.append(one)
                held += len(one.text) + (len(one.page.answer.body) if one.page else 0)
                within += len(one.text)
                self.items += 1
            elif isinstance(one, Begun):
                done, within, size = done + size, 0, one.size
                self.names[one.file] = one.name
                self.counts["format", one.format] += 1
                self.counts["bytes",] += one.size
            elif isinstance(one, Missed):
                self._miss(one)
            else:
                self.counts["papers",] += 1
                done += one.size
            if held >= _BATCH_CHARACTERS or len(batch) >= _BATCH_ITEMS:
                yield batch
                batch, held = [], 0
                report(done + min(within, size))
        if batch:
            yield batch

    def _miss(self, missed: Missed) -> None:
        self.counts["unreadable", missed.reason] += 1
        here = self.places.setdefault("unreadable", [])
        if len(here) < EXAMPLES * 4:
            here.append((self.names.get(missed.file, ""), missed.where) if missed.file >= 0 else (missed.where, ""))

    def _add(self, looked: Looked) -> None:
        for key, number in looked.counts.items():
            if key in self.counts or len(self.counts) < _KINDS:
                self.counts[key] += number
            else:
                self.counts[(*key[:2], "", "", "record") if key[0] == "licence" else (key[0], "other")] += number
        for reason, places in looked.places.items():
            here = self.places.setdefault(reason, [])
            here += [(self.names[file], where) for file, where in places[:max(0, EXAMPLES - len(here))]]
        for (file, reason), number in looked.by_file.items():
            self.worst.setdefault(file, Counter())[reason] += number
        self.twins.add(looked.exact, looked.near, looked.enough)
        self._forget()

    def _forget(self) -> None:
        """Keep the names and counts of the files with most concerns, and of the last ones, which may still be in work."""
        if len(self.names) <= 2 * _RECENT:
            return
        first = max(self.names) - _RECENT
        kept = set(self._worst(_FILES))
        self.worst = {file: told for file, told in self.worst.items() if file in kept or file > first}
        self.names = {file: name for file, name in self.names.items() if file in kept or file > first}

    def _worst(self, number: int) -> list[int]:
        return sorted(self.worst, key=lambda file: (-self.worst[file].total(), file))[:number]

    def result(self) -> dict[str, Any]:
        """Give everything as plain values; what was not looked for is ``null``."""
        twins = self.twins.counted()
        unreadable = self._under("unreadable")
        return {
            "arrived": self.items + sum(unreadable.values()), "looked_at": self.items, "unreadable": unreadable,
            "files": sum(self._under("format").values()), "formats": self._under("format"), "papers": self.counts["papers",],
            "bytes": self.counts["bytes",], "characters": self.counts["characters",], "empty": self.counts["empty",],
            "licences": self._licences(), "shadow_library": self._shadow(), "signals": self._reservations(),
            "personal_data": self._personal(), "special": self._special(),
            "works_named": self._under("work"), "duplicates": {key: twins[key] for key in ("looked_at", "exact", "near", "left")},
            "languages": self._under("language"), "sizes": self._under("size"),
            "to_do": self._to_do(twins), "where": {reason: [list(place) for place in places] for reason, places in sorted(self.places.items())},
            "files_with_most": [{"file": self.names[file], "concerns": dict(sorted(self.worst[file].items()))} for file in self._worst(_FILES)],
        }

    def _under(self, name: str) -> dict[str, int]:
        return dict(sorted(((key[1], number) for key, number in self.counts.items() if key[0] == name and len(key) == 2),
                           key=lambda pair: (-pair[1], pair[0])))

    def _licences(self) -> list[dict[str, Any]]:
        told = [{"licence": key[2], "nearest": key[3], "stated_by": key[4], "verdict": key[1], "records": number}
                for key, number in self.counts.items() if key[0] == "licence"]
        return sorted(told, key=lambda one: (-one["records"], one["licence"], one["stated_by"]))

    def _reservations(self) -> dict[str, Any] | None:
        verdicts = self._under("verdict")
        return {"pages": sum(verdicts.values()), "verdicts": verdicts, "signals": self._under("signal")} if verdicts else None

    def _shadow(self) -> dict[str, Any]:
        families = [{"family": family, "records": number,
                     "listed_by": [{"court": one.court, "day": one.day.isoformat(), "reported": one.reported} for one in decisions().get(family, ())]}
                    for family, number in self._under("shadow-family").items()]
        return {"records": self.counts["concern", "shadow-library"], "marks": self._under("shadow"), "families": families}

    def _personal(self) -> dict[str, Any] | None:
        if not self.looking.share:
            return None
        labels = sorted({key[1] for key in self.counts if key[0] == "label"})
        told: dict[str, dict[str, Any]] = {label: {
            "places": self.counts["label", label, "places"], "records": self.counts["label", label, "records"],
            "precision": self.figures.get("labels", {}).get(label, {})} for label in labels}
        return {"one_in": self.looking.share, "looked_at": self.counts["personal", "looked-at"], "records": self.counts["concern", "personal-data"],
                "failed": self.counts["personal", "failed"], "false_per_10kb": self.figures.get("false_per_10kb", {}), "in_keys": self.counts["personal", "in-keys"],
                "labels": dict(sorted(told.items(), key=lambda pair: (-pair[1]["places"], pair[0])))}

    def _special(self) -> dict[str, Any] | None:
        if not self.looking.share:
            return None
        families: dict[str, dict[str, Any]] = {key[2]: {"records": number, "reason": key[1]} for key, number in self.counts.items() if key[0] == "family"}
        return {"one_in": self.looking.share, "looked_at": self.counts["special", "looked-at"], "failed": self.counts["special", "failed"],
                "families": dict(sorted(families.items(), key=lambda pair: (-pair[1]["records"], pair[0])))}

    def _to_do(self, twins: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Rank what to do: the cheapest remedy first, then what touches most records."""
        counted = {key[1]: number for key, number in self.counts.items() if key[0] == "concern"}
        counted |= {"unreadable": sum(self._under("unreadable").values()), "duplicate": twins["exact"], "near-duplicate": twins["near"]}
        told = [{"reason": reason, "records": number, "cost": cost_of(reason)} for reason, number in counted.items() if number]
        return sorted(told, key=lambda one: (one["cost"], -one["records"], one["reason"]))


def figures_by_label(told: Iterable[Figures | None]) -> dict[str, Any]:
    """Put detectors' own figures together by label: of so many places that they marked in a measured set, so many were right.

    Where one of them was not measured as it is, the spans that are marked in vain are not known, and none are told.
    """
    told = [*told]
    labels: dict[str, dict[str, Counter[str]]] = {}
    false: Counter[str] = Counter()
    for one in told:
        for language, own in (one or {"languages": {}})["languages"].items():
            false[language] += own["false_per_10kb"]
            for label, rates in own["labels"].items():
                labels.setdefault(label, {}).setdefault(language, Counter()).update({name: rates["precision"][name] for name in ("hits", "of")})
    return {"labels": labels, "false_per_10kb": {} if None in told or not told else dict(false)}


def cost_of(reason: str) -> int:
    """Rank a remedy: that of the reason; what licit does by itself in a build (replace, keep one of many) costs one command."""
    return 1 if reason in BY_ITSELF else REASONS[reason].cost
