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

import numpy as np
import numpy.typing as npt

from licit.core.ids import settings_key
from licit.core.spans import Span

from ._namewords import CUES, NO_NAMES, PARTICLES, PLACE_AFTER, PLACE_BEFORE, PLURAL_TITLES, TITLES
from ._plain import Plain, fold, plain
from ._scan import Hit, Rule, Scan, spans
from ._tokens import APART, APOSTROPHE, HYPHEN, POINT, SPACE, Tokens, hash_words, lexicon, tokens

_LONGEST, _GROUP = 6, 4_000_000
_FIRST, _SURNAME, _WORD = range(3)
Bools = npt.NDArray[np.bool_]


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
        self.known = cut.capital & (first >= 60) & (first - word >= 40) & ~self.barred

    def word(self, index: int) -> str:
        """Give one word in lower case."""
        return self.page.text[self.cut.starts[index]:self.cut.ends[index]].lower()

    def flags(self, index: int) -> tuple[int, int, int]:
        """Give first-name, surname and plain-word level of any word, capitalised or not."""
        if self.cut.capital[index]:
            first, surname, word = self.counts[index].tolist()
        else:
            first, surname, word = lexicon().look_up(self.cut.hashes[index:index + 1])[0].tolist()
        return first, surname, word

    def goes_on(self, index: int) -> bool:
        """Say whether the word is joined to the next as names are."""
        joint = self.cut.joint[index]
        if joint == POINT:
            return bool(self.cut.ends[index] - self.cut.starts[index] <= 2)
        return bool(joint in (SPACE, HYPHEN, APOSTROPHE))


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
    cut, size = reading.cut, reading.cut.starts.size
    first = last = index
    while last - index < _LONGEST and last + 1 < size and reading.goes_on(last):
        step = last + 1
        while step + 1 < size and step - last <= 2 and reading.particle[step] and reading.goes_on(step):
            step += 1
        # After a particle a plain word is part of the name ("de La Tour").
        if not cut.capital[step] or (reading.plain[step] if step == last + 1 else reading.barred[step]):
            break
        last = step
    while left and index - first < _LONGEST and first and reading.goes_on(first - 1) and (
            cut.capital[first - 1] and not reading.plain[first - 1] and reading.word(first - 1) not in TITLES):
        first -= 1
    return first, last


def _others(reading: _Reading, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Give the other names of a list that one plural title opens ("MM. Exemple, Modele et Essai")."""
    cut, text = reading.cut, reading.page.text
    if not first or reading.word(first - 1) not in PLURAL_TITLES:
        return
    for _ in range(8):
        step = last + 1
        if step >= cut.starts.size:
            return
        if reading.word(step) in ("et", "and") and cut.joint[last] == SPACE:
            step += 1
        elif text[cut.ends[last]:cut.starts[step]] not in (", ", " & "):
            return
        if step >= cut.starts.size or not cut.capital[step] or reading.barred[step] or cut.starts[step] - cut.ends[step - 1] > 2:
            return
        first, last = _grow(reading, step, left=False)
        yield first, last


def _belongs_to_a_place(reading: _Reading, first: int, last: int) -> bool:
    cut = reading.cut
    before = first - 1
    while before >= 0 and before > first - 4 and reading.word(before) in PARTICLES and cut.joint[before] != APART:
        before -= 1
    if before >= 0 and cut.joint[before] in (SPACE, HYPHEN) and reading.word(before) in PLACE_BEFORE:
        return True
    after = last + 1
    return (after < cut.starts.size and cut.joint[last] == SPACE and bool(cut.capital[after])
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
        cut, done = reading.cut, -1
        for index, score in _kernels(reading):
            if index <= done:
                continue
            first, last = _grow(reading, index, left=score < 90)
            if score < 90 and _belongs_to_a_place(reading, first, last):
                continue
            done = last
            yield "PERSON", int(cut.starts[first]), int(cut.ends[last]), score
            if score == 90:
                for start, end in _others(reading, first, last):
                    yield "PERSON", int(cut.starts[start]), int(cut.ends[end]), 80
        for number, _, end in self._cues.matches(reading.page):
            how = CUES[number][1]
            if found := _after_cue(reading, end - (how == "known"), how):
                yield found


def _after_cue(reading: _Reading, place: int, how: str) -> Hit | None:
    cut = reading.cut
    index = int(np.searchsorted(cut.starts, place))
    if index == cut.starts.size or cut.starts[index] != place or cut.ends[index] - place < 2:
        return None
    first, surname, word = reading.flags(index)
    if cut.capital[index]:
        known = reading.known[index] and first >= 90
        wanted = {"known": known, "greeting": known, "title": not reading.barred[index],
                  "capital": not reading.plain[index] and bool(first or surname or not word),
                  "decisive": not reading.barred[index]}[how]
        last = _grow(reading, index, left=False)[1]
        if not wanted or _belongs_to_a_place(reading, index, last):
            return None
        return "PERSON", place, int(cut.ends[last]), 90 if how in ("decisive", "title") else 80
    if reading.word(index) in NO_NAMES:
        return None
    likely = {"decisive": first >= 60 and first > word, "title": surname >= 90 and word < 20,
              "greeting": first >= 110 and first - word >= 110, "capital": first >= 150 and not word, "known": False}[how]
    if likely:
        last = index
        if last + 1 < cut.starts.size and cut.joint[last] == SPACE:
            _, next_surname, next_word = reading.flags(last + 1)
            if next_surname >= 80 and next_word < 20 and reading.word(last + 1) not in NO_NAMES:
                last += 1
        return "PERSON", place, int(cut.ends[last]), 80
    return None


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
