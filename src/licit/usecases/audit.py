"""Audit what somebody has already: look at every item as a release would, import nothing, keep nothing but counts.

Rules kept here:

- arrived = looked at + unreadable; what could not be looked at for one thing is counted for that thing.
- What was not looked for is said (``null``), never shown as none.
- No text is kept: labels, counts, file names and places only. A field's own words are shown only where they are words of
  licences.
- Memory is bounded: counts with a cap on their kinds, a few examples of each concern, the files with most concerns.

Law: PRV-03, PRV-04, PRV-08, PRV-12, SHD-01, SHD-03
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol
from zlib import crc32

from ..core.errors import LicitError, UnavailableError
from ..core.holdings import Begun, Item, Missed, Paper, Spelling, Verdict
from ..core.ports import Screener, Sensitive
from ..core.reasons import REASONS
from ..core.sources import Source, admit_source
from ..pipeline.dedupe import likeness
from ..pipeline.looking import in_time
from ..pipeline.provenance import decisions, marks_of
from ..pipeline.screen import language_of
from ..pipeline.works import work_numbers
from .listing import Figures
from .text import FindDetectors, count_labels

#: Fields in which records state a licence, the last part of a dotted name.
LICENCE_FIELDS = frozenset(["licence", "license", "licences", "licenses", "license_name", "rights", "usage_rights", "spdx"])

_EXAMPLES = 5
_KINDS = 500
_FILES = 20
_RECENT = 25_000
_BATCH_CHARACTERS = 256 * 1024
_BATCH_ITEMS = 2_000
_SECONDS = 20
_TOLD_BY = 240  # characters that tell a language
_A_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # licences have no dates; only contracts would ask for one

#: What a concern asks for: the reason of :mod:`licit.core.reasons` by which a release would hold or refuse it.
_OF_VERDICT = {"none": "licence-unknown", "misspelt": "licence-unknown", "unknown": "licence-unknown", "unlisted": "licence-unknown",
               "not-commercial": "licence-forbids", "forbids": "licence-forbids"}

#: What a build settles without anybody: personal data is replaced, one of many copies is kept.
BY_ITSELF = frozenset({"personal-data", "duplicate", "near-duplicate"})

#: Marks of licences whose copies and edits must carry the same licence.
_ALIKE = frozenset({"SA", "GPL", "AGPL", "LGPL", "GFDL", "ODBL", "SHARING"})

Count = Counter[tuple[str, ...]]


class Twins(Protocol):
    """Remembers what records look like, and says afterwards which resemble an earlier one, in bounded memory."""

    def add(self, exact: Any, near: Any, enough: Any) -> None:
        """Note records in the order in which they came: arrays of :func:`licit.pipeline.dedupe.likeness`."""
        ...

    def counted(self) -> Mapping[str, Any]:
        """Give how many are exact or near copies of an earlier one, of how many, and how many were left out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """How to look: what finds detectors and screeners where the work is done, what reads a licence's spelling.

    One record in ``share`` is looked at for personal data and special categories; 0: none.
    """

    find: FindDetectors
    screeners: Callable[[], Sequence[Screener]]
    spell: Callable[[str], Spelling]
    share: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What looking at some items came to: counts, a few places of each concern, and what they look like."""

    counts: Count
    places: Mapping[str, Sequence[tuple[int, str]]]
    by_file: Mapping[tuple[int, str], int]
    exact: Any = field(repr=False)
    near: Any = field(repr=False)
    enough: Any = field(repr=False)


@dataclass(slots=True)
class _Notes:
    """What is noted while some items are looked at."""

    counts: Count = field(default_factory=Counter)
    places: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    by_file: Counter[tuple[int, str]] = field(default_factory=Counter)

    def concern(self, item: Item, reason: str) -> None:
        self.counts["concern", reason] += 1
        self.by_file[item.file, reason] += 1
        here = self.places.setdefault(reason, [])
        if len(here) < _EXAMPLES:
            here.append((item.file, item.where))


def look_at(looking: Looking, items: Sequence[Item]) -> Looked:
    """Look at some items for everything.

    Raises:
        UnavailableError: the work itself failed; nothing vouches for these items.
    """
    try:
        return _look_at(looking, items)
    except LicitError:
        raise
    except Exception as error:
        kind = type(error).__name__
    raise UnavailableError(f"the work failed ({kind})", about=f"{len(items)} records from {items[0].where}",
                           remedy="Report this; leave this file out meanwhile.")


def _look_at(looking: Looking, items: Sequence[Item]) -> Looked:
    notes = _Notes()
    texts = [item.text for item in items]
    languages = [language_of(text, most=_TOLD_BY) for text in texts]
    for item, language in zip(items, languages, strict=True):
        size = len(item.text)
        notes.counts["characters",] += size
        notes.counts["size", str(len(str(size)) if size else 0)] += 1
        notes.counts["language", language] += 1
        _licence(looking, item, notes)
    _shadow(items, notes)
    for numbers in work_numbers(texts):
        for kind in {kind for kind, _ in numbers}:
            notes.counts["work", kind] += 1
    chosen = [i for i, text in enumerate(texts) if looking.share and crc32(text.encode("utf-8", "surrogatepass")) % looking.share == 0]
    if chosen:
        some = [items[i] for i in chosen]
        _personal(looking, some, notes)
        _special(looking, some, [texts[i] for i in chosen], [languages[i] for i in chosen], notes)
    full = [i for i, text in enumerate(texts) if text.strip()]
    notes.counts["empty",] += len(texts) - len(full)
    exact, near, enough = likeness([texts[i] for i in full])
    return Looked(counts=notes.counts, places=notes.places, by_file=notes.by_file, exact=exact, near=near, enough=enough)


def _shadow(items: Sequence[Item], notes: _Notes) -> None:
    """Look for marks of shadow libraries; in the words of documents only, for who talks of one has nothing from it."""
    for i, marks in marks_of([item.declared for item in items], [item.text if item.document else "" for item in items]).items():
        notes.concern(items[i], "shadow-library")
        for kind in sorted({mark.kind for mark in marks}):
            notes.counts["shadow", kind] += 1
        for family in sorted({mark.family for mark in marks}):
            notes.counts["shadow-family", family] += 1


def _licence(looking: Looking, item: Item, notes: _Notes) -> None:
    said = next((value for key, value in item.declared.items() if key.rpartition(".")[2].lower() in LICENCE_FIELDS and value.strip()), "")
    by = "record"
    if not said and item.stated:
        said, by = item.stated.licence, item.stated.by
    told = looking.spell(said)
    verdict = judged(told)
    notes.counts["licence", verdict, told.known or told.shown, told.nearest, by if said.strip() else ""] += 1
    if verdict in _OF_VERDICT:
        notes.concern(item, _OF_VERDICT[verdict])


def judged(told: Spelling) -> Verdict:
    """Judge a licence for training, by the rules that admit a source (:mod:`licit.core.sources`)."""
    name = told.known or told.nearest
    if not name:
        return "forbids" if told.forbids else "unknown" if told.shown else "none"
    source = Source(id="audit", ground="open-licence", licence=name, version=1, approved=1)
    reason = admit_source(source, use="train", commercial=True, as_of=_A_DAY).reason
    if told.forbids:
        return "forbids"
    if reason == "licence-forbids":
        free = admit_source(source, use="train", commercial=False, as_of=_A_DAY)
        return "not-commercial" if free.reason != "licence-forbids" else "forbids"
    if not told.known:
        return "misspelt"
    if reason:
        return "unlisted"
    return "share-alike" if _ALIKE & {mark for word in name.upper().split() for mark in word.split("-")} else "open"


def _personal(looking: Looking, items: Sequence[Item], notes: _Notes) -> None:
    for item, answer in zip(items, count_labels([item.asked for item in items], looking.find(), seconds=_SECONDS), strict=True):
        if isinstance(answer, str):
            notes.counts["personal", "failed"] += 1
            notes.concern(item, "detector-failed")
            continue
        notes.counts["personal", "looked-at"] += 1
        notes.counts["personal", "in-keys"] += answer.pop("", 0)
        for label, number in answer.items():
            notes.counts["label", label, "places"] += number
            notes.counts["label", label, "records"] += 1
        if answer:
            notes.concern(item, "personal-data")


def _special(looking: Looking, items: Sequence[Item], texts: Sequence[str], languages: Sequence[str], notes: _Notes) -> None:
    found: list[set[Sensitive]] = [set() for _ in items]
    screeners = looking.screeners()
    failed = set() if screeners else set(range(len(items)))
    for screener in screeners:
        for i, answer in enumerate(in_time(screener.look, texts, languages, _SECONDS)):
            if answer is None:
                failed.add(i)
            else:
                found[i].update(answer)
    for i, item in enumerate(items):
        notes.counts["special", "looked-at"] += 1
        if i in failed:
            notes.counts["special", "failed"] += 1
            notes.concern(item, "detector-failed")
        for reason in sorted({one.reason for one in found[i]}):
            notes.concern(item, reason)
        for family in sorted({(one.reason, one.family) for one in found[i]}):
            notes.counts["family", *family] += 1


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
                held += len(one.text)
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
        if len(here) < _EXAMPLES * 4:
            here.append((self.names.get(missed.file, ""), missed.where) if missed.file >= 0 else (missed.where, ""))

    def _add(self, looked: Looked) -> None:
        for key, number in looked.counts.items():
            if key in self.counts or len(self.counts) < _KINDS:
                self.counts[key] += number
            else:
                self.counts[(*key[:2], "", "", "record") if key[0] == "licence" else (key[0], "other")] += number
        for reason, places in looked.places.items():
            here = self.places.setdefault(reason, [])
            here += [(self.names[file], where) for file, where in places[:max(0, _EXAMPLES - len(here))]]
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
            "licences": self._licences(), "shadow_library": self._shadow(), "signals": None,
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
