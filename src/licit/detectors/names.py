"""Names: people named in a text, by lists of names, capitals, titles and the words that introduce somebody.

Checks first name beside surname, title and name, initial and name, common first names alone, and names after a cue
("je m'appelle", "my name is", a greeting, a signature, "mon fils").

Rules kept here:

- A word that is also a plain word or a place needs a cue or a neighbour.
- A name that names a street, a school or a firm is not told.
- Columns decide where to look; Python sees candidates only.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from licit.core.ids import settings_key
from licit.core.spans import Span

from ._namewords import CUES, NO_NAMES, PARTICLES, PLACE_AFTER, PLACE_BEFORE, PLURAL_TITLES, TITLES
from ._plain import Plain, fold, plain
from ._scan import Hit, Rule, Scan, spans
from ._tokens import APART, APOSTROPHE, HYPHEN, POINT, SPACE, Tokens, hash_words, lexicon, tokens

_LONGEST, _GROUP = 6, 1_000_000
_FIRST, _SURNAME, _WORD = range(3)
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    starts: memoryview
    ends: memoryview
    capital: memoryview
    joint: memoryview
    plain: memoryview
    barred: memoryview
    particle: memoryview
    known: memoryview


class _Reading:
    """One batch with what the lexicon knows of its capitalised words."""

    def __init__(self, page: Plain) -> None:
        self.page, self.cut = page, tokens(page)
        cut = self.cut
        at = np.flatnonzero(cut.capital)
        counts = np.zeros((cut.starts.size, 3), np.int16)
        counts[at] = lexicon().look_up(cut.hashes[at])
        self.counts = counts
        self.barred = np.zeros(cut.starts.size, bool)
        # A single letter is an initial, whatever else it may mean.
        self.barred[at] = _among(cut.hashes[at], _sorted(NO_NAMES)) & (cut.ends[at] - cut.starts[at] > 1)
        first, surname, word = counts.T
        self.particle = _among(cut.hashes, _sorted(PARTICLES)) & (~cut.capital | self.barred)
        #: Words that are far more often plain than names.
        self.plain = self.barred | ((word >= 50) & (word > np.maximum(first, surname) - 90))
        # Where everything is in capitals a capital says nothing: a word that stands on no list is a plain one.
        self.plain |= _loud(cut) & (np.maximum(first, surname) < 60)
        self.known = cut.capital & (first >= 60) & (first - word >= 40) & ~self.barred
        #: The same columns for one word at a time: a view gives plain numbers, several times faster than an array.
        self.at = _Words(starts=cut.starts.data, ends=cut.ends.data, capital=cut.capital.data,
                         joint=cut.joint.data, plain=self.plain.data, barred=self.barred.data,
                         particle=self.particle.data, known=self.known.data)

    def word(self, index: int) -> str:
        """Give one word in lower case."""
        return self.page.text[self.at.starts[index]:self.at.ends[index]].lower()

    def goes_on(self, index: int) -> bool:
        """Say whether the word is joined to the next as names are."""
        joint = self.at.joint[index]
        if joint == POINT:
            return bool(self.at.ends[index] - self.at.starts[index] <= 2)
        return joint in (SPACE, HYPHEN, APOSTROPHE)


def _loud(cut: Tokens) -> Bools:
    """Say which words stand in a run of three or more that are all in capitals."""
    high = cut.shouted | (cut.capital & (cut.ends - cut.starts == 1))
    out = np.zeros(high.size, bool)
    runs = high[:-2] & high[1:-1] & high[2:]
    for step in range(3):
        out[step:high.size - 2 + step] |= runs
    return out


def _groups(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut many texts into groups, for columns take about a hundred bytes a character."""
    start = size = 0
    for index, text in enumerate(texts):
        if size and size + len(text) > _GROUP:
            yield texts[start:index]
            start, size = index, 0
        size += len(text)
    if start < len(texts):
        yield texts[start:]


def _among(hashes: npt.NDArray[np.uint64], sorted_set: npt.NDArray[np.uint64]) -> Bools:
    at = np.minimum(np.searchsorted(sorted_set, hashes), sorted_set.size - 1)
    return np.asarray(sorted_set[at] == hashes)


@functools.cache
def _sorted(words: frozenset[str]) -> npt.NDArray[np.uint64]:
    return np.unique(hash_words(sorted(words)))


def _kernels(reading: _Reading) -> Iterator[tuple[int, int]]:
    """Give (number of a word where a name may be, score), by columns."""
    cut, known, barred = reading.cut, reading.known, reading.plain
    if not cut.starts.size:
        return
    joined = (cut.joint == SPACE) | (cut.joint == HYPHEN)
    follows = np.zeros(cut.starts.size, bool)
    follows[1:] = joined[:-1] & cut.capital[:-1] & ~barred[:-1]
    leads = np.zeros(cut.starts.size, bool)
    leads[:-1] = joined[:-1] & cut.capital[1:] & ~barred[1:]
    leads[:-2] |= joined[:-2] & reading.particle[1:-1] & joined[1:-1] & cut.capital[2:] & ~barred[2:]
    first, _, word = reading.counts.T
    surnamed = (reading.counts[:, _SURNAME] >= 60) | (first >= 60)
    titled, initialled = np.zeros(cut.starts.size, bool), np.zeros(cut.starts.size, bool)
    title = cut.capital & _among(cut.hashes, _sorted(TITLES)) & ((cut.joint == SPACE) | (cut.joint == POINT))
    titled[1:] = title[:-1] & cut.capital[1:] & ~reading.barred[1:]
    initial = cut.capital & (cut.ends - cut.starts == 1) & (cut.joint == POINT)
    initialled[1:] = initial[:-1] & cut.capital[1:] & surnamed[1:] & ~barred[1:] & (cut.ends - cut.starts > 1)[1:]
    alone = known & (first >= 90) & (first - word >= 60)
    score = np.zeros(cut.starts.size, np.int64)
    score[alone] = 65
    score[initialled] = 75
    score[known & (leads | follows)] = 80
    score[titled] = 90
    at = np.flatnonzero(score)
    yield from zip(at.tolist(), score[at].tolist(), strict=True)


def _grow(reading: _Reading, index: int, *, left: bool) -> tuple[int, int]:
    """Give the first and last word of the name around a word."""
    at, size = reading.at, reading.cut.starts.size
    first = last = index
    while last - index < _LONGEST and last + 1 < size and reading.goes_on(last):
        step = last + 1
        while step + 1 < size and step - last <= 2 and at.particle[step] and reading.goes_on(step):
            step += 1
        # After a particle a plain word is part of the name ("de La Tour").
        if not at.capital[step] or (at.plain[step] if step == last + 1 else at.barred[step]):
            break
        last = step
    while left and index - first < _LONGEST and first and reading.goes_on(first - 1) and (
            at.capital[first - 1] and not at.plain[first - 1] and reading.word(first - 1) not in TITLES):
        first -= 1
    return first, last


def _others(reading: _Reading, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Give the other names of a list that one plural title opens ("MM. Exemple, Modele et Essai")."""
    at, size, text = reading.at, reading.cut.starts.size, reading.page.text
    if not first or reading.word(first - 1) not in PLURAL_TITLES:
        return
    for _ in range(8):
        step = last + 1
        if step >= size:
            return
        if reading.word(step) in ("et", "and") and at.joint[last] == SPACE:
            step += 1
        elif text[at.ends[last]:at.starts[step]] not in (", ", " & "):
            return
        if step >= size or not at.capital[step] or at.barred[step] or at.starts[step] - at.ends[step - 1] > 2:
            return
        first, last = _grow(reading, step, left=False)
        yield first, last


def _belongs_to_a_place(reading: _Reading, first: int, last: int) -> bool:
    at, size = reading.at, reading.cut.starts.size
    before = first - 1
    while before >= 0 and before > first - 4 and reading.word(before) in PARTICLES and at.joint[before] != APART:
        before -= 1
    if before >= 0 and at.joint[before] in (SPACE, HYPHEN) and reading.word(before) in PLACE_BEFORE:
        return True
    after = last + 1
    return bool(after < size and at.joint[last] == SPACE and at.capital[after]
                and reading.word(after) in PLACE_AFTER)


class Names:
    """Finds the names of people."""

    name = "names"
    version = "1"
    labels = frozenset({"PERSON"})
    languages: frozenset[str] = frozenset()

    def __init__(self) -> None:
        # A weak cue is everywhere; it is worth a look only before a capital, which the match then holds too.
        self._cues = Scan([Rule(label="PERSON", whole=False, shape=rf"(?i)(?:^|[^a-z0-9\xC0\xE0\xE1]){cue}" + (
            r"(?-i:[A-Z\xC0])" if how == "known" else "")) for cue, how in CUES])
        self.digest = settings_key([lexicon().digest, *(text for cue in CUES for text in cue), *sorted(NO_NAMES),
                                    *sorted(TITLES | PARTICLES), *sorted(PLACE_BEFORE), *sorted(PLACE_AFTER)])

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find spans in each text."""
        found: list[tuple[Span, ...]] = []
        for group in _groups(texts):
            page = plain(group)
            found += spans(page, self._hits(_Reading(page)), self.name)
        return found

    def _hits(self, reading: _Reading) -> Iterator[Hit]:
        at, done = reading.at, -1
        for index, score in _kernels(reading):
            if index <= done:
                continue
            first, last = _grow(reading, index, left=score < 90)
            if score < 90 and _belongs_to_a_place(reading, first, last):
                continue
            done = last
            yield "PERSON", at.starts[first], at.ends[last], score
            if score == 90:
                for start, end in _others(reading, first, last):
                    yield "PERSON", at.starts[start], at.ends[end], 80
        yield from self._after_cues(reading)

    def _after_cues(self, reading: _Reading) -> Iterator[Hit]:
        cut = reading.cut
        matches = list(self._cues.matches(reading.page))
        if not matches or not cut.starts.size:
            return
        kinds = [CUES[number][1] for number, _, _ in matches]
        places = np.array([end - (how == "known") for (_, _, end), how in zip(matches, kinds, strict=True)], np.int64)
        found = np.minimum(np.searchsorted(cut.starts, places), cut.starts.size - 1)
        # A weak cue counts before a known first name only, and most stand before none.
        weak = np.array([how == "known" for how in kinds])
        at = np.flatnonzero((cut.starts[found] == places) & (cut.ends[found] - places > 1) & (~weak | reading.known[found]))
        levels = lexicon().look_up(cut.hashes[found[at]]).tolist()
        for number, place, index, level in zip(at.tolist(), places[at].tolist(), found[at].tolist(), levels, strict=True):
            if last := _after_cue(reading, index, level, kinds[number]):
                yield "PERSON", place, reading.at.ends[last[0]], last[1]


def _after_cue(reading: _Reading, index: int, level: Sequence[int], how: str) -> tuple[int, int] | None:
    """Give the last word of the name that starts at a word after a cue, and how sure it is."""
    at = reading.at
    first, surname, word = level
    if at.capital[index]:
        known = at.known[index] and first >= 90
        wanted = {"known": known, "greeting": known, "title": not at.barred[index], "decisive": not at.barred[index],
                  "capital": not at.plain[index] and bool(first or surname or not word)}[how]
        last = _grow(reading, index, left=False)[1]
        if not wanted or _belongs_to_a_place(reading, index, last):
            return None
        return last, 90 if how in ("decisive", "title") else 80
    likely = {"decisive": first >= 60 and first > word, "title": surname >= 90 and word < 20,
              "greeting": first >= 110 and first - word >= 110, "capital": first >= 150 and not word, "known": False}[how]
    if not likely or reading.word(index) in NO_NAMES:
        return None
    step = index + 1
    if step < reading.cut.starts.size and at.joint[index] == SPACE:
        _, surname, word = lexicon().look_up(reading.cut.hashes[step:step + 1])[0].tolist()
        if surname >= 80 and word < 20 and reading.word(step) not in NO_NAMES:
            return step, 80
    return index, 80


def variants(name: str) -> tuple[str, ...]:
    """Give the parts of a name that stand for the person elsewhere in the same conversation, the longest first.

    Parts of at least three letters, without titles and particles; the name itself is among them.
    """
    words = [name[start:end] for start, end in _word_places(name)]
    parts = {word for word in words if len(word) >= 3 and fold(word).lower() not in TITLES | PARTICLES}
    return tuple(sorted(parts | {name.strip()} - {""}, key=lambda part: (-len(part), part)))


def _word_places(name: str) -> Iterator[tuple[int, int]]:
    page = plain([name])
    cut: Tokens = tokens(page)
    _, starts, ends = page.places(cut.starts.tolist(), cut.ends.tolist())
    yield from zip(starts.tolist(), ends.tolist(), strict=True)


@functools.cache
def detectors() -> tuple[Names, ...]:
    """Offer the detector to the registry."""
    return (Names(),)
