"""Look at some items for everything that an audit tells: counts and places, never words.

Rules kept here:

- What could not be looked at for one thing is counted for that thing, and never as nothing found.
- A licence is judged by the rules that admit a source; a field's own words are shown only where they are words of licences.
- Marks of shadow libraries are looked for in the words of documents only, for who talks of one has nothing from it.

Law: SIG-10, PRV-03, PRV-04, PRV-08, PRV-12, SHD-01, SHD-03
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from ..core.errors import LicitError, UnavailableError
from ..core.holdings import Item, Spelling, Verdict
from ..core.licences import judge_licence
from ..core.ports import Screener, Sensitive
from ..core.signals import Page, Reading, resolve
from ..pipeline.dedupe import likeness
from ..pipeline.looking import in_time
from ..pipeline.provenance import marks_of
from ..pipeline.screen import language_of
from ..pipeline.works import work_numbers
from .text import FindDetectors, count_labels

#: Fields in which records state a licence, the last part of a dotted name.
LICENCE_FIELDS = frozenset(["licence", "license", "licences", "licenses", "license_name", "rights", "usage_rights", "spdx"])

#: So many places of each concern are kept.
EXAMPLES = 5
_SECONDS = 20
_TOLD_BY = 160  # characters that tell a language

#: What a concern asks for: the reason of :mod:`licit.core.reasons` by which a release would hold or refuse it.
_OF_VERDICT = {"none": "licence-unknown", "misspelt": "licence-unknown", "unknown": "licence-unknown", "unlisted": "licence-unknown",
               "not-commercial": "licence-forbids", "forbids": "licence-forbids"}

#: What a reading says that reserves.
_RESERVING = frozenset({"no-access", "disallow", "unreadable", "words"})

#: Marks of licences whose copies and edits must carry the same licence.
_ALIKE = frozenset({"SA", "GPL", "AGPL", "LGPL", "GFDL", "ODBL", "SHARING"})

Count = Counter[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """How to look: what finds detectors and screeners where the work is done, what reads a licence's spelling.

    One record in ``share`` is looked at for personal data and special categories; 0: none.
    """

    find: FindDetectors
    screeners: Callable[[], Sequence[Screener]]
    spell: Callable[[str], Spelling]
    signals: Callable[[Page], Iterable[Reading]]
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
        if len(here) < EXAMPLES:
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
    notes.counts["characters",] += sum(map(len, texts))
    notes.counts.update(Counter(("size", str(len(str(len(text))) if text else 0)) for text in texts))
    notes.counts.update({("language", language): number for language, number in Counter(languages).items()})
    for item in items:
        _licence(looking, item, notes)
        _signals(looking, item, notes)
    _shadow(items, notes)
    for numbers in work_numbers(texts):
        for kind in {kind for kind, _ in numbers}:
            notes.counts["work", kind] += 1
    chosen = [i for i, text in enumerate(texts) if _drawn(text, looking.share)]
    if chosen:
        some = [items[i] for i in chosen]
        _personal(looking, some, notes)
        _special(looking, some, [texts[i] for i in chosen], [languages[i] for i in chosen], notes)
    full = [i for i, text in enumerate(texts) if text.strip()]
    notes.counts["empty",] += len(texts) - len(full)
    exact, near, enough = likeness([texts[i] for i in full])
    return Looked(counts=notes.counts, places=notes.places, by_file=notes.by_file, exact=exact, near=near, enough=enough)


def _drawn(text: str, share: int) -> bool:
    return share == 1 or (share > 1 and crc32(text.encode("utf-8", "surrogatepass")) % share == 0)


def _shadow(items: Sequence[Item], notes: _Notes) -> None:
    """Look for marks of shadow libraries; in the words of documents only, for who talks of one has nothing from it."""
    for i, marks in marks_of([item.declared for item in items], [item.text if item.document else "" for item in items]).items():
        notes.concern(items[i], "shadow-library")
        for kind in sorted({mark.kind for mark in marks}):
            notes.counts["shadow", kind] += 1
        for family in sorted({mark.family for mark in marks}):
            notes.counts["shadow-family", family] += 1


def _signals(looking: Looking, item: Item, notes: _Notes) -> None:
    """Read what a stored page says of training; the names of what reserves are counted."""
    if item.page is None:
        return
    readings = [*looking.signals(item.page)]
    verdict = resolve(readings).verdict
    notes.counts["verdict", verdict] += 1
    for name in sorted({one.name for one in readings if one.says in _RESERVING}):
        notes.counts["signal", name] += 1
    if verdict == "reserved":
        notes.concern(item, "reserved")


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
    """Judge a licence for training, by the rules that admit a source (:mod:`licit.core.licences`)."""
    name = told.known or told.nearest
    if not name:
        return "forbids" if told.forbids else "unknown" if told.shown else "none"
    reason = judge_licence(name, commercial=True).reason
    if told.forbids:
        return "forbids"
    if reason == "licence-forbids":
        return "not-commercial" if judge_licence(name, commercial=False).reason != "licence-forbids" else "forbids"
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
        if not answer:
            continue
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
            elif answer:
                found[i].update(answer)
    notes.counts["special", "looked-at"] += len(items)
    for i, item in enumerate(items):
        if i not in failed and not found[i]:
            continue
        if i in failed:
            notes.counts["special", "failed"] += 1
            notes.concern(item, "detector-failed")
        for reason in sorted({one.reason for one in found[i]}):
            notes.concern(item, reason)
        for family in sorted({(one.reason, one.family) for one in found[i]}):
            notes.counts["family", *family] += 1
