"""Tagger: people, places, organisations, dates and case numbers, by a small network of our own that reads neighbours.

It is trained by ``make train`` on the sets that docs/model-card.md lists, and fetches nothing.

Rules kept here:

- What a text gives does not depend on the texts beside it.
- Short texts are read together, in columns; no Python loop runs per token.
- A judgment is read by the courts' habits: a name's title is part of it.
"""

import functools
import re
from collections.abc import Iterator, Sequence

import numpy as np

from licit.core.ids import settings_key
from licit.core.spans import Span

from ._decode import best
from ._features import Cut, cut
from ._network import READY, look, network
from ._places import places
from ._plain import Ints, Plain, plain
from ._scan import Hit, spans
from ._tokens import lexicon

LABELS = ("PERSON", "LOCATION", "ORGANISATION", "DATE", "CASE_NUMBER")
_TAGS = 1 + 2 * len(LABELS)
_GROUP = 400_000
#: What stands for something already replaced is nobody.
_STAND_IN = re.compile(r"\[[A-Z_]{3,24}_[a-z2-7]{5}\]")
#: What the general head's people are short of in a judgment: elsewhere a person is told on less, for nothing else looks there.
COURT_PEOPLE = 1.3
#: Courts' annotators take a title for part of the name, near always; the network, now and then.
_TITLE = re.compile(r"(?<!\w)(?:(?:MM?|Mmes?|Mlles?|Mes?|Dre?|Pr|Mr|Mrs|Ms|Sra?s?|Sres)\.? ?|(?:Sir|Lord|Lady) )$")
_TITLE_SIZE = 8


class Tagger:
    """Finds people, places, organisations, dates and case numbers by their neighbours."""

    name = "tagger"
    version = "1"
    labels = frozenset(LABELS)
    languages: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.digest = settings_key([network().digest, lexicon().digest, places().digest, _TITLE.pattern, str(COURT_PEOPLE), str(READY)])

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find spans in each text."""
        found: list[tuple[Span, ...]] = []
        for group in _groups(texts):
            page = plain(group)
            found += spans(page, _hits(page, cut(page)), self.name)
        return found


def _groups(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    start = size = 0
    for index, text in enumerate(texts):
        if size and size + len(text) > _GROUP:
            yield texts[start:index]
            start, size = index, 0
        size += len(text)
    if start < len(texts):
        yield texts[start:]


def _hits(page: Plain, read: Cut) -> Iterator[Hit]:
    told = look(read)
    if not told.tokens.size:
        return
    general, court, legal = told.scores[:, :_TAGS], told.scores[:, _TAGS:], told.judgment
    tags = np.zeros(read.starts.size, np.int64)
    tags[told.tokens] = best(told.tokens, read.texts, np.where(legal[:, None], court, general))
    if legal.any():
        # A judgment's own habits decide there; a person that only the general head sees is told all the same.
        tokens = told.tokens[legal]
        less = np.zeros(_TAGS, np.float32)
        less[1:3] = COURT_PEOPLE
        also = best(tokens, read.texts, general[legal] - less)
        more = (tags[tokens] == 0) & ((also == 1) | (also == 2))
        tags[tokens[more]] = also[more]
    for match in _STAND_IN.finditer(page.text):
        first, last = np.searchsorted(read.starts, match.span())
        tags[first:last] = 0
    courts = np.zeros(read.starts.size, bool)
    courts[told.tokens] = legal
    for sort, first, last in _mentions(tags, read.texts):
        start = int(read.starts[first])
        if sort == 0 and courts[first]:
            title = _TITLE.search(page.text[max(0, start - _TITLE_SIZE):start])
            start -= len(title[0]) if title else 0
        yield LABELS[sort], start, int(read.ends[last]), 92 if sort == 0 else 60


def _mentions(tags: Ints, texts: Ints) -> Iterator[tuple[int, int, int]]:
    """Give (number of the label, first token, last token) of each run of one label."""
    sort = (tags + 1) // 2
    starts = np.zeros(tags.size, bool)
    starts[0] = True
    # Two people side by side with nothing between are one, told in two parts ("Uncle Richard").
    starts[1:] = (sort[1:] != sort[:-1]) | ((tags[1:] % 2 == 1) & (sort[1:] != 1))
    starts[texts[:-1][texts[:-1] < tags.size]] = True
    first = np.flatnonzero(starts)
    last = np.append(first[1:], tags.size) - 1
    named = sort[first] > 0
    yield from zip((sort[first[named]] - 1).tolist(), first[named].tolist(), last[named].tolist(), strict=True)


@functools.cache
def detectors() -> tuple[Tagger, ...]:
    """Offer the detector to the registry."""
    return (Tagger(),)
