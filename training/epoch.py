"""Epochs: each one's texts, varied anew, as columns of tokens with the tags that each may have.

Rules kept here:

- What a set does not annotate is left open: a token that no one marked may be anything the set is silent on.
- Tokens and features come from the code that ships.
- An epoch follows from its number and the seed alone.
"""

import functools
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from licit.detectors._features import Cut, cut
from licit.detectors._plain import Plain, plain

from .corpora import TAGS, Pieces, Source
from .invent import Invention, compose
from .vary import titled, vary

N_TAGS = 1 + 2 * len(TAGS)
ANY = (1 << N_TAGS) - 1
_BLOCK = 4_096
#: Small sets that are like chats and notes are read more than once in an epoch, varied anew each time.
_TIMES = {"eds": 3, "wnut17": 2}
#: Large sets that are like neither are read in part.
_SHARES = {"europeana": .5, "litbank": .5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text to learn from, and what its set tells."""

    pieces: Pieces = field(repr=False)
    tells: tuple[str, ...]
    court: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some texts as one network input: row numbers of the kinds met, each token's kind, its text, allowed tags.

    ``judgment`` says of each text that has tokens whether it is a court's.
    """

    rows: npt.NDArray[np.int64] = field(repr=False)
    trigrams: npt.NDArray[np.int64] = field(repr=False)
    kinds: npt.NDArray[np.int64] = field(repr=False)
    texts: npt.NDArray[np.int64] = field(repr=False)
    general: npt.NDArray[np.int64] = field(repr=False)
    court: npt.NDArray[np.int64] = field(repr=False)
    judgment: npt.NDArray[np.float32] = field(repr=False)


def texts(sources: Sequence[Source], invention: Invention, rng: random.Random, made: int) -> list[Text]:
    """Draw one epoch's texts: every passage once, in runs of neighbours, and so many made-up ones."""
    out: list[Text] = []
    for source in [one for one in sources for _ in range(_TIMES.get(one.name, 1))]:
        chat = source.name in ("home-assistant", "wnut17", "btc")
        start = rng.randint(-3, 0)
        while start < len(source.passages):
            length = 1 if source.name == "eds" else rng.choice((1, 1, 2, 3, 6, 10)) if not chat else rng.choice((1, 1, 1, 2))
            glue = rng.choice((" ", " ", "\n", "\n\n"))
            here = source.passages[max(start, 0):start + length]
            start += length
            if rng.random() > _SHARES.get(source.name, 1):
                continue
            pieces: Pieces = []
            for number, one in enumerate(vary_all(here, rng, invention, source, chat)):
                pieces += [(glue, ""), *one] if number else one
            out.append(Text(pieces=pieces, tells=source.tells, court=source.court))
    spoken = [one for source in sources if source.name == "home-assistant" for one in source.passages]
    for _ in range(made):
        language = rng.choices(("fr", "en", "es"), (.57, .28, .15))[0]
        pieces = []
        for number in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
            named = rng.random() < .62
            one = compose(invention, rng, language, named=named)
            if number and rng.random() < .1:
                one = rng.choice(spoken)
            pieces += [(rng.choice((" ", ". ", "\n")), ""), *one] if number else one
        out.append(Text(pieces=vary(pieces, rng, invention, language, chat=True), tells=TAGS))
    rng.shuffle(out)
    return [text for text in out if text.pieces]


def vary_all(passages: Sequence[Pieces], rng: random.Random, invention: Invention, source: Source, chat: bool
             ) -> list[Pieces]:
    """Vary neighbours alike: a person who types in lower case does so throughout."""
    seed, state = rng.random(), []
    for one in passages:
        state.append(vary(one, random.Random(seed) if not chat else rng, invention, source.language, chat=chat))
    return state


def blocks(some: Sequence[Text], hidden: int, rng: random.Random) -> list[Block]:
    """Turn texts into blocks of about 4,096 tokens."""
    out: list[Block] = []
    for start in range(0, len(some), 2_000):
        group = some[start:start + 2_000]
        page = plain(["".join(text for text, _ in one.pieces) for one in group])
        found = cut(page, hidden)
        general, court = _allowed(group, page, found)
        first = 0
        while first < len(group):
            last = int(np.searchsorted(found.texts, found.texts[first] + _BLOCK, side="left"))
            last = min(max(last, first + 1), len(group))
            a, b = int(found.texts[first]), int(found.texts[last])
            if b > a:
                kinds, back = np.unique(found.kinds[a:b], return_inverse=True)
                number = np.searchsorted(found.texts, np.arange(a, b), side="right") - 1 - first
                out.append(Block(rows=found.rows[kinds].astype(np.int64), trigrams=found.trigrams[kinds].astype(np.int64),
                                 kinds=back.astype(np.int64), texts=number.astype(np.int64), general=general[a:b],
                                 court=court[a:b], judgment=np.array(
                                     [group[first + i].court for i in np.unique(number)], np.float32)))
            first = last
    rng.shuffle(out)
    return out


#: Codes of a character: a tag's number from 1, 100 more where a mention begins, 50 open, 60 a name after its title.
_OPEN, _AFTER_TITLE, _BEGIN = 50, 60, 100


def _allowed(group: Sequence[Text], page: Plain, found: Cut
             ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    size = sum(len(text) for one in group for text, _ in one.pieces) + len(group)
    told = np.zeros((2, size), np.uint8)
    at = 0
    for one in group:
        for text, tag in one.pieces:
            if tag:
                number = TAGS.index(tag) + 1 if tag in TAGS else _OPEN
                told[:, at:at + len(text)] = number
                told[:, at] += _BEGIN * (number != _OPEN)
                if one.court and tag == "DATE" and not _DAY.search(text):
                    # Courts mark years and spans of time too; elsewhere those lead to nobody.
                    told[0, at:at + len(text)] = _OPEN
                if one.court and tag == "PER" and (title := titled(text)):
                    told[0, at:at + title] = _OPEN
                    told[0, at + title:at + title + 1] = _AFTER_TITLE
            at += len(text)
        at += 1
    if page.origin is not None:
        told = told[:, page.origin[:-1]]
    data = np.frombuffer(page.data, np.uint8)
    code = told[:, found.starts]
    counts = np.diff(found.texts)
    silent = np.repeat([_silent(one.tells if not one.court else ("PER", "DATE", "CODE")) for one in group], counts)
    silent &= ~np.where(_dated(data, found), 0, _silent(("PER", "LOC", "ORG")) - 1)
    is_court = np.repeat([one.court for one in group], counts)
    return _masks(code[0], silent), np.where(is_court, _masks(code[1], np.ones_like(silent)), ANY)


_DAY = re.compile(r"(?i)janv|févr|mars|avril|\bmai\b|juin|juil|août|sept|octo|nove|déce|janu|febr|march|april|\bmay\b|june|july|aug|"
                  r"dece|enero|abril|mayo|juni|juli|agos|dici|\d[/.-]\s?\d")
_DATE_WORDS = """janvier février mars avril mai juin juillet août septembre octobre novembre décembre january february march april
may june july august september october november december enero febrero marzo abril mayo junio julio agosto septiembre octubre
noviembre diciembre jan feb mar apr jun jul aug sep sept oct nov dec janv févr avr juil déc lundi mardi mercredi jeudi vendredi
samedi dimanche monday tuesday wednesday thursday friday saturday sunday lunes martes miércoles jueves viernes sábado domingo
mon tue wed thu fri sat sun mille hundred thousand twenty thirty nineteen dix vingt trente deux mil novecientos"""


@functools.cache
def _date_rows() -> npt.NDArray[np.int32]:
    found = cut(plain([_DATE_WORDS]))
    return np.unique(found.rows[:, 0])


def _dated(data: npt.NDArray[np.uint8], found: Cut) -> npt.NDArray[np.bool_]:
    """Say which tokens a date or a number may touch: digits, months, days of the week, and what stands beside them.

    Where a set says nothing of dates, all other tokens are no date all the same.
    """
    first = data[found.starts]
    some = (first >= ord("0")) & (first <= ord("9"))
    some |= np.isin(found.rows[:, 0], _date_rows())[found.kinds]
    out = some.copy()
    out[1:] |= some[:-1]
    out[:-1] |= some[1:]
    return out


def _silent(tells: Sequence[str]) -> int:
    """Give the tags that an unmarked token may have: none, or what the set is silent on."""
    return 1 | sum(3 << (1 + 2 * i) for i, tag in enumerate(TAGS) if tag not in tells)


def _masks(code: npt.NDArray[np.uint8], silent: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    out = silent.astype(np.int64)
    for i in range(len(TAGS)):
        out[code == i + 1] = 1 << (2 + 2 * i)
        out[code == i + 1 + _BEGIN] = 1 << (1 + 2 * i)
    out[code == _AFTER_TITLE] = 3 << 1
    out[code == _OPEN] = ANY
    return out
