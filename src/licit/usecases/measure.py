"""Measure what the detectors find on a labelled set: how much, how surely, for which label and language.

Rules kept here:

- Every share comes with its counts and its Wilson 95 % bounds. Those of characters are narrower than they should be, for
  the characters of one span are found or missed together.
- A label of the set that no detector looks for is named, never left out; its characters and documents count as any.
- A label that the set does not use cannot be judged on it: its findings are counted apart and weigh on no precision.
- A narrow label counts as the wider one when the set has only the wider.
- A line that cannot be read or looked at is counted and named; it is in no share.
- An entity is found only if every mention of it is covered, under whatever label. Mentions with one ``entity``, else those
  that are the same words in canonical form, are one.
- What is masked or found beside the labelled is told as plainly, over every character and byte of the set, so that a
  detector that masks everything looks as bad as it is.
- What is measured is what a build does to a record's texts before it replaces: find, settle, sweep for names.

Law: DEI-01, DEI-02
"""

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from ..core.errors import InputError
from ..core.ports import Detector
from ..core.records import SetAside
from ..core.spans import WIDER
from ..pipeline.deidentify import canonical
from .text import Line, look
from .text_places import read_record, strings

_Z = 1.959963984540054
_LABEL = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,4})?")
_BATCH_CHARACTERS = 1 << 18

Where = tuple[int | None, str]
Spans = dict[Where, list[tuple[int, int, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many of so many."""

    hits: int
    of: int

    def bounds(self) -> tuple[float, float]:
        """Give the Wilson 95 % bounds; of nothing, nothing is known."""
        if not self.of:
            return 0.0, 1.0
        share, weight = self.hits / self.of, _Z * _Z / self.of
        middle = share + weight / 2
        spread = math.sqrt(weight * (share * (1 - share) + weight / 4))
        low, high = (middle - spread) / (1 + weight), (middle + spread) / (1 + weight)
        return (0.0 if not self.hits else max(0.0, low)), (1.0 if self.hits == self.of else min(1.0, high))

    def as_json(self) -> dict[str, Any]:
        """Give counts, share (null of nothing) and bounds."""
        low, high = self.bounds()
        return {"share": round(self.hits / self.of, 6) if self.of else None, "hits": self.hits, "of": self.of,
                "low": round(low, 6), "high": round(high, 6)}


@dataclass(slots=True, kw_only=True)
class Counts:
    """What was counted for a label, a language or the whole: spans, characters, documents that hold a labelled span."""

    gold: int = 0
    found: int = 0
    exact: int = 0
    gold_met: int = 0
    found_met: int = 0
    gold_characters: int = 0
    covered: int = 0
    masked: int = 0
    over: int = 0
    documents: int = 0
    redacted: int = 0
    entities: int = 0
    entities_covered: int = 0
    false: int = 0
    other_characters: int = 0
    other_bytes: int = 0

    @property
    def false_per_10kb(self) -> float:
        """Give the findings that touch nothing labelled, for each 10,000 bytes of UTF-8 outside what is labelled."""
        return 10_000 * self.false / self.other_bytes if self.other_bytes else 0.0

    def add(self, other: "Counts") -> None:
        """Add another's counts."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def as_json(self) -> dict[str, Any]:
        """Give the shares: spans met exactly or overlapped under their label, characters under any, whole documents."""
        return {"gold": self.gold, "found": self.found,
                "exact": _scores(Rate(hits=self.exact, of=self.found), Rate(hits=self.exact, of=self.gold)),
                "overlap": _scores(Rate(hits=self.found_met, of=self.found), Rate(hits=self.gold_met, of=self.gold)),
                "characters": {"recall": Rate(hits=self.covered, of=self.gold_characters).as_json(),
                               "over_masked": Rate(hits=self.over, of=self.masked).as_json()},
                "fully_redacted": Rate(hits=self.redacted, of=self.documents).as_json(),
                "entities": Rate(hits=self.entities_covered, of=self.entities).as_json()}

    def beside(self) -> dict[str, Any]:
        """Give what was masked or found outside what is labelled: of a language or the whole, for no label has an outside."""
        return {"characters": Rate(hits=self.over, of=self.other_characters).as_json(), "false_spans": self.false,
                "bytes": self.other_bytes, "false_per_10kb": round(self.false_per_10kb, 3)}


def _scores(precision: Rate, recall: Rate) -> dict[str, Any]:
    """Give F1 beside its two parts; where nothing was labelled nor found there is none."""
    p, r = (rate.hits / rate.of if rate.of else 0.0 for rate in (precision, recall))
    known = precision.of or recall.of
    f1 = round(2 * p * r / (p + r), 6) if p + r else 0.0
    return {"precision": precision.as_json(), "recall": recall.as_json(), "f1": f1 if known else None}


@dataclass(slots=True, kw_only=True)
class Measure:
    """What a labelled set says of the detectors.

    ``not_looked_for`` counts labelled spans whose label no detector declares; ``not_labelled`` findings whose label the
    set never uses; ``unreadable`` names lines with their reason; ``held`` counts records that could not be looked at.
    """

    overall: Counts = field(default_factory=Counts)
    labels: dict[str, Counts] = field(default_factory=dict)
    languages: dict[str, Counts] = field(default_factory=dict)
    cells: dict[tuple[str, str], Counts] = field(default_factory=dict)
    not_looked_for: dict[str, int] = field(default_factory=dict)
    not_labelled: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    unreadable: list[tuple[int, str]] = field(default_factory=list)
    records: int = 0
    detectors: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    swept: bool = True

    @property
    def complete(self) -> bool:
        """Tell whether every line is in the shares."""
        return not self.held and not self.unreadable

    def as_json(self) -> dict[str, Any]:
        """Give the measure as plain values."""
        cells: dict[str, dict[str, Any]] = {}
        for (label, language), counts in sorted(self.cells.items()):
            cells.setdefault(language, {})[label] = counts.as_json()
        return {"records": self.records, "held": dict(sorted(self.held.items())),
                "unreadable": [{"line": line, "reason": reason} for line, reason in self.unreadable],
                "overall": self.overall.as_json() | {"beside": self.overall.beside()},
                "labels": {label: counts.as_json() for label, counts in sorted(self.labels.items())},
                "languages": {name: {**counts.as_json(), "beside": counts.beside(), "labels": cells.get(name, {})}
                              for name, counts in sorted(self.languages.items())},
                "not_looked_for": dict(sorted(self.not_looked_for.items())),
                "not_labelled": dict(sorted(self.not_labelled.items())), "detectors": list(self.detectors),
                "settings": {"labels": list(self.only), "sweep": self.swept}}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labelled:
    line: int
    record: Mapping[str, Any] = field(repr=False)
    gold: Spans = field(repr=False)
    texts: Mapping[Where, str] = field(repr=False)
    entities: Mapping[tuple[str, str], Sequence[tuple[Where, int, int]]] = field(repr=False)
    language: str = ""

    @property
    def size(self) -> int:
        return sum(map(len, self.texts.values()))


def measure(lines: Iterable[Line], detectors: Sequence[Detector], *, labels: Sequence[str] = (), sweep: bool = True,
            seconds: int = 20, progress: Callable[[int, int], None] = lambda done, known: None) -> Measure:
    """Look at every labelled text and compare; the set is held in memory.

    A line is ``{"id", "text" or "messages", "language"?, "spans": [{"start", "end", "label"[, "message"[, "path"]]
    [, "entity"]}]}``.
    ``labels`` leaves out every other label, labelled or found; ``sweep=False`` takes names only where they are found.
    """
    out = Measure(detectors=tuple(f"{detector.name}@{detector.version}" for detector in detectors), only=tuple(labels),
                  swept=sweep)
    wanted = frozenset(labels)
    labelled = []
    for number, line in lines:
        try:
            if isinstance(line, SetAside):
                raise InputError("the line cannot be read", reason=line.reason)
            labelled.append(_labelled(number, read_record(line), wanted))
        except InputError as error:
            out.unreadable.append((number, error.reason))
    used = {label for item in labelled for spans in item.gold.values() for _, _, label in spans}
    counted = {label: _counts_as(label, used) for detector in detectors for label in detector.labels}
    done = 0
    for batch in _batches(labelled):
        for item, answer in zip(batch, look([item.record for item in batch], detectors, seconds=seconds, sweep=sweep), strict=True):
            if reason := answer.get("held"):
                out.held[reason] = out.held.get(reason, 0) + 1
            else:
                spans = [span for span in answer["spans"]
                         if not wanted or {span["label"], counted.get(span["label"])} & wanted]
                _compare(out, item, _found(spans, counted), used, set(counted.values()))
        done += len(batch)
        progress(done, len(labelled))
    return out


def _counts_as(label: str, used: set[str]) -> str:
    wider = WIDER.get(label, label)
    return wider if label not in used and wider in used else label


def _labelled(number: int, record: Mapping[str, Any], wanted: frozenset[str]) -> _Labelled:
    texts = {(message, path): words for message, path, _, words in strings(record)}
    gold: Spans = {}
    entities: dict[tuple[str, str], list[tuple[Where, int, int]]] = {}
    if not isinstance(record.get("spans"), list):
        raise InputError("the line has no list of spans", reason="no-spans")
    for span in record["spans"]:
        where, place = _place(span)
        if where not in texts or place[1] > len(texts[where]):
            raise InputError("a span lies outside its text", reason="span-outside")
        start, end, label = place
        if wanted and label not in wanted:
            continue
        gold.setdefault(where, []).append(place)
        own = span.get("entity")
        name = f"={own}" if isinstance(own, str | int) else canonical(label, texts[where][start:end])
        entities.setdefault((label, name), []).append((where, start, end))
    language = record.get("language")
    known = isinstance(language, str) and _LANGUAGE.fullmatch(language)
    return _Labelled(line=number, record=record, gold={where: sorted(set(spans)) for where, spans in gold.items()},
                     texts=texts, entities=entities, language=str(language) if known else "unknown")


def _place(span: Any) -> tuple[Where, tuple[int, int, str]]:
    if not isinstance(span, dict):
        raise InputError("a span is no object", reason="broken-span")
    start, end, label, message = (span.get(key) for key in ("start", "end", "label", "message"))
    path = span.get("path")
    if type(start) is not int or type(end) is not int or not 0 <= start < end or not isinstance(path, str | None):
        raise InputError("a span has no place", reason="broken-span")
    if not isinstance(label, str) or not _LABEL.fullmatch(label) or type(message) not in (int, type(None)):
        raise InputError("a span has no label, or no message number", reason="broken-span")
    where = path or "" if message is None else path or "/content"
    return (message, where), (start, end, label)


def _batches(items: Sequence[_Labelled]) -> Iterable[Sequence[_Labelled]]:
    batch: list[_Labelled] = []
    size = 0
    for item in items:
        batch.append(item)
        size += item.size
        if size >= _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _found(spans: Sequence[Mapping[str, Any]], counted: Mapping[str, str]) -> Spans:
    out: Spans = {}
    for span in spans:
        message = span.get("message")
        where = (message, span.get("path", "" if message is None else "/content"))
        out.setdefault(where, []).append((span["start"], span["end"], counted.get(span["label"], span["label"])))
    return out


def _compare(out: Measure, item: _Labelled, found: Spans, used: set[str], looked: set[str]) -> None:
    whole = Counts(documents=1 if item.gold else 0)
    by_label: dict[str, Counts] = {}
    masks: dict[Where, list[tuple[int, int]]] = {}
    for where, text in item.texts.items():
        gold, here = item.gold.get(where, []), sorted(found.get(where, []))
        masked = masks[where] = _union(here)
        for label in {label for _, _, label in gold}:
            own = _union([span for span in gold if span[2] == label])
            by_label.setdefault(label, Counts()).add(Counts(gold_characters=_length(own), covered=_shared(own, masked)))
        all_gold = _union(gold)
        covered = _shared(all_gold, masked)
        size = _length(all_gold)
        inside = sum(_bytes(text[start:end]) for start, end in all_gold)
        whole.add(Counts(gold_characters=size, covered=covered, masked=_length(masked), over=_length(masked) - covered,
                         false=len(here) - _met(here, all_gold), other_characters=len(text) - size,
                         other_bytes=_bytes(text) - inside))
        for label in {label for _, _, label in [*gold, *here]}:
            _compare_label(out, label, gold, here, by_label.setdefault(label, Counts()) if label in used else None)
    for counts in by_label.values():
        counts.documents, counts.redacted = (1, counts.covered == counts.gold_characters) if counts.gold else (0, 0)
    for (label, _), mentions in item.entities.items():
        done = all(_shared([(start, end)], masks[where]) == end - start for where, start, end in mentions)
        for counts in (whole, by_label[label]):
            counts.add(Counts(entities=1, entities_covered=int(done)))
    whole.redacted = int(bool(item.gold) and whole.covered == whole.gold_characters)
    out.records += 1
    for label, counts in by_label.items():
        out.labels.setdefault(label, Counts()).add(counts)
        out.cells.setdefault((label, item.language), Counts()).add(counts)
        if label in looked:
            for name in ("gold", "found", "exact", "gold_met", "found_met"):
                setattr(whole, name, getattr(whole, name) + getattr(counts, name))
        else:
            out.not_looked_for[label] = out.not_looked_for.get(label, 0) + counts.gold
    out.overall.add(whole)
    out.languages.setdefault(item.language, Counts()).add(whole)


def _compare_label(out: Measure, label: str, gold: Sequence[tuple[int, int, str]],
                   found: Sequence[tuple[int, int, str]], counts: Counts | None) -> None:
    ours, theirs = [s for s in found if s[2] == label], [s for s in gold if s[2] == label]
    if counts is None:
        out.not_labelled[label] = out.not_labelled.get(label, 0) + len(ours)
        return
    counts.add(Counts(gold=len(theirs), found=len(ours), exact=len(set(ours) & set(theirs)),
                      gold_met=_met(theirs, _union(ours)), found_met=_met(ours, _union(theirs))))


def _union(spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """Give the places that spans cover, apart and in order."""
    out: list[tuple[int, int]] = []
    for start, end, _ in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _length(places: Sequence[tuple[int, int]]) -> int:
    return sum(end - start for start, end in places)


def _shared(one: Sequence[tuple[int, int]], two: Sequence[tuple[int, int]]) -> int:
    """Count the characters that two unions share."""
    total = i = j = 0
    while i < len(one) and j < len(two):
        total += max(0, min(one[i][1], two[j][1]) - max(one[i][0], two[j][0]))
        if one[i][1] < two[j][1]:
            i += 1
        else:
            j += 1
    return total


def _met(spans: Sequence[tuple[int, int, str]], union: Sequence[tuple[int, int]]) -> int:
    """Count the spans that a union touches."""
    ends = [end for _, end in union]
    first = ((bisect_right(ends, start), end) for start, end, _ in spans)
    return sum(1 for at, end in first if at < len(union) and union[at][0] < end)
