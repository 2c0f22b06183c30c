"""Corpora: every annotated set as passages of one form, with its tags mapped to five in one table.

A passage is a list of pieces (text, tag); "" is no entity, "?" is what this set says nothing certain of. What a set
does not annotate is told by ``Source.tells``: a token that no one marked teaches "no place" only where places are told.

Rules kept here:

- One table maps all tag sets.
- What is measured on is not learnt from: a fixed slice of each set is kept apart, by document where there are any.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Pieces = list[tuple[str, str]]

TAGS = ("PER", "LOC", "ORG", "DATE", "CODE")

#: Every tag of every set. "?" leaves the tag open; what is not listed is no entity.
MAPPED = {
    "PER": "PER", "PERSON": "PER", "person": "PER", "NOM": "PER", "PRENOM": "PER", "LEGAL_PROFESSIONAL": "PER",
    "LOC": "LOC", "GPE": "LOC", "location": "LOC", "place_name": "LOC", "VILLE": "LOC", "ADRESSE": "LOC", "ZIP": "LOC",
    "FAC": "?", "ORG": "ORG", "corporation": "ORG", "group": "ORG", "business_name": "ORG", "HOPITAL": "ORG",
    "DATETIME": "DATE", "DATE": "DATE", "DATE_NAISSANCE": "DATE", "CODE": "CODE", "IPP": "CODE", "NDA": "CODE",
    "TEL": "?", "SECU": "?", "MAIL": "", "MISC": "?", "product": "?", "creative-work": "?", "VEH": "?",
    "artist_name": "?", "song_name": "?", "audiobook_name": "?", "audiobook_author": "?", "radio_name": "?",
    "movie_name": "?", "playlist_name": "?", "podcast_name": "?", "music_album": "?", "transport_agency": "?",
    "transport_name": "?", "event_name": "?", "news_topic": "?", "game_name": "?", "app_name": "?", "time_zone": "?",
    "transport_descriptor": "?", "movie_type": "?", "email_address": "?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One set: what it tells exhaustively, whether it follows the court's habits, and its licence."""

    name: str
    language: str
    tells: tuple[str, ...]
    licence: str
    court: bool = False
    passages: list[Pieces] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One set cut in three: to learn from, to tune on, and to report."""

    learn: Source
    tune: list[str | Pieces] = field(repr=False)
    report: list[str | Pieces] = field(repr=False)


def read_columns(path: Path, separator: str | None = None) -> Iterator[list[list[str]]]:
    """Give sentences as rows of columns."""
    sentence: list[list[str]] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        row = line.strip()
        if not row or row.split(separator)[0].strip() == "":
            if sentence:
                yield sentence
            sentence = []
        elif len(fields := row.rsplit(separator, 1) if separator is None else row.split(separator)) > 1:
            sentence.append(fields)


_GLUED_BEFORE = frozenset(",.;:!?)]}%…»'’") | {"'s", "n't", "'m", "'re", "'ve", "'ll", "'d", "’s"}
_ENDINGS = frozenset(("s", "t", "m", "re", "ve", "ll", "d"))
_GLUED_AFTER = frozenset("([{«#@$£€")


def join(tokens: Iterable[tuple[str, str]], *, french: bool) -> Pieces:
    """Join tagged tokens (word, "B-X", "I-X" or "O") to running text, as people space it."""
    pieces: Pieces = []
    last, was, open_quote = "", "O", False
    for word, tag in tokens:
        sort = MAPPED.get(tag[2:], "") if tag != "O" else ""
        space = bool(last) and not (
            word in _GLUED_BEFORE or last in _GLUED_AFTER or (last in "'’" and (french or last == "’"))
            or (last == "'" and not french and word.lower() in _ENDINGS)
            or (word == '"' and open_quote) or (last == '"' and open_quote) or word.startswith("’")
            or (word in "/-" and was != "O") or (last in "/-" and tag[:1] == "I"))
        if word == '"':
            open_quote = not open_quote
        inside = tag[:1] == "I" and was != "O" and was[2:] == tag[2:]
        if inside and pieces:
            pieces[-1] = (pieces[-1][0] + " " * space + word, sort)
        else:
            if space:
                pieces.append((" ", ""))
            pieces.append((word, sort))
        last, was = word, tag
    return merge(pieces)


def merge(pieces: Iterable[tuple[str, str]]) -> Pieces:
    """Join neighbours that are no entity."""
    out: Pieces = []
    for text, tag in pieces:
        if out and not tag and not out[-1][1]:
            out[-1] = (out[-1][0] + text, "")
        elif text:
            out.append((text, tag))
    return out


def begin(tags: list[str]) -> list[str]:
    """Turn tags without beginnings (all "I-") into such with."""
    out, before = [], "O"
    for tag in tags:
        out.append("B-" + tag[2:] if tag != "O" and before[2:] != tag[2:] else tag)
        before = tag
    return out


def _sentences(path: Path, *, separator: str | None = None, french: bool = False, bare: bool = False,
               handles: bool = False) -> list[Pieces]:
    out = []
    for rows in read_columns(path, separator):
        words, tags = [row[0].strip() for row in rows], [row[1].strip() for row in rows]
        if handles:
            # An at-sign and its handle are for a rule to find.
            for i in range(len(words)):
                if words[i].startswith("@"):
                    tags[i] = "B-MISC"
                    if words[i] == "@" and i + 1 < len(words):
                        words[i + 1], tags[i + 1] = words[i + 1], "I-MISC"
        out.append(join(zip(words, begin(tags) if bare else tags, strict=True), french=french))
    return out


def _text(pieces: Pieces) -> str:
    return "".join(text for text, _ in pieces)


def _letters(pieces: Pieces) -> str:
    return re.sub(r"\W+", " ", _text(pieces).lower()).strip()


def judgments(path: Path) -> list[list[Pieces]]:
    """Give each judgment's sentences."""
    out: list[list[Pieces]] = []
    for sentence in _sentences(path, french=True):
        if not out or re.fullmatch(r"PROC[ÉE]D(URE|IMIENTO)", _text(sentence).strip()):
            out.append([])
        out[-1].append(sentence)
    return out


def _draw(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % 100


def spread(passages: list[Pieces], tune: int, report: int) -> tuple[list[Pieces], list[Pieces], list[Pieces]]:
    """Cut sentences in three by a draw on each one's letters, so that twins stay together; shares in per cent."""
    parts: tuple[list[Pieces], list[Pieces], list[Pieces]] = ([], [], [])
    for one in passages:
        drawn = _draw(_letters(one))
        parts[1 if drawn < tune else 2 if drawn < tune + report else 0].append(one)
    return parts


def tail(passages: list[Pieces], tune: int, report: int) -> tuple[list[Pieces], list[Pieces], list[Pieces]]:
    """Cut a running text in three: its last per cents are to report on, those before them to tune on."""
    a, b = len(passages) * (100 - tune - report) // 100, len(passages) * (100 - report) // 100
    return passages[:a], passages[a:b], passages[b:]


def _court(data: Path, language: str) -> Kept:
    learn = judgments(data / f"ner/{language}/echr-train.tsv")
    tune = judgments(data / f"ner/{language}/echr-dev.tsv")
    report, learn = learn[-4:], learn[:-4]
    source = Source(name=f"echr-{language}", language=language, tells=TAGS, licence="MIT", court=True,
                    passages=[one for text in learn for one in text])
    return Kept(learn=source, tune=list(map(lines, tune)), report=list(map(lines, report)))


def lines(sentences: list[Pieces]) -> Pieces:
    """Give a judgment's sentences as one text, each on a line."""
    return merge(piece for one in sentences for piece in [*one, ("\n", "")])


def _manual(data: Path, apart: Iterable[Pieces]) -> Kept:
    """Hand-made annotations of the same court, without the judgments that are kept apart elsewhere."""
    held = {line.strip() for text in apart for line in re.split(r"\n", _text(text))}
    held = {re.sub(r"\W+", " ", line.lower()).strip() for line in held}
    held = {line for line in held if len(line) > 80}
    documents: list[list[Pieces]] = [[]]
    for sentence in _sentences(data / "ner/fr/echr-manual-train.tsv", french=True):
        if re.match(r"PROC[ÉE]DURE", _text(sentence).strip()):
            documents.append([])
        documents[-1].append(sentence)
    kept = [text for text in documents if sum(_letters(one) in held for one in text) < 3]
    return Kept(learn=Source(name="echr-manual", language="fr", tells=TAGS, licence="MIT", court=True,
                             passages=[one for text in kept for one in text if _letters(one) not in held]), tune=[], report=[])


def _fiction(folder: Path) -> tuple[list[Pieces], list[Pieces], list[Pieces]]:
    """LitBank, with common nouns left open: only a mention all in capitals at its words' starts is a name."""
    parts: list[list[Pieces]] = [[], [], []]
    for number, path in enumerate(sorted(folder.glob("*.tsv"))):
        for rows in read_columns(path, "\t"):
            words = [row[0] for row in rows]
            tags = ["O"] * len(words)
            for layer in range(len(rows[0]) - 1, 0, -1):
                column = [row[layer] if len(row) > layer else "O" for row in rows]
                start = 0
                while start < len(words):
                    if column[start][:1] != "B":
                        start += 1
                        continue
                    end = start + 1
                    while end < len(words) and column[end][:1] == "I":
                        end += 1
                    if all(word[:1].isupper() or word == "." for word in words[start:end]) and (
                            words[start] not in ("I", "He", "She", "You", "They", "We", "His", "Her", "My", "It")):
                        tags[start:end] = [("B-" if i == start else "I-") + column[start][2:] for i in range(start, end)]
                    start = end
            parts[1 if number % 20 == 7 else 2 if number % 20 == 17 else 0].append(
                join(zip(words, tags, strict=True), french=False))
    return parts[0], parts[1], parts[2]


_MONTHS = "january february march april may june july august september october november december".split()


def _assistant(path: Path) -> list[Pieces]:
    out = []
    for line in path.read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        pieces, at = [], 0
        for start, end, sort in sorted(found["entities"]):
            if start >= at:
                # "Tomorrow" leads to nobody; "march third" may.
                dated = sort == "date" and any(month in found["text"][start:end] for month in _MONTHS)
                pieces += [(found["text"][at:start], ""), (found["text"][start:end], "DATE" if dated else MAPPED.get(sort, ""))]
                at = end
        out.append(merge([*pieces, (found["text"][at:], "")]))
    return out


_INLINE = re.compile(r"\[([^\[\]]*)\]\(([A-Z_]+)\)")


def templates(path: Path) -> list[Pieces]:
    """Read ``[text](TAG)`` templates: neighbouring names are one person."""
    out = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        pieces, at = [], 0
        for found in _INLINE.finditer(block):
            # A year alone leads to nobody.
            tag = "" if found[2] == "DATE" and re.fullmatch(r"\d{4}", found[1]) else MAPPED.get(found[2], "")
            pieces += [(block[at:found.start()], ""), (found[1], tag)]
            at = found.end()
        out.append(together(merge([*pieces, (block[at:], "")])))
    return [one for one in out if one]


def together(pieces: Pieces) -> Pieces:
    """Make one entity of neighbours of one tag with a single space between."""
    out: Pieces = []
    for text, tag in pieces:
        if len(out) > 1 and tag in ("PER", "LOC") and out[-1] == (" ", "") and out[-2][1] == tag:
            out[-2:] = [(f"{out[-2][0]} {text}", tag)]
        else:
            out.append((text, tag))
    return out


def load(data: Path) -> list[Kept]:
    """Read every set that may train."""
    out = [_court(data, "fr"), _court(data, "es")]
    out.append(_manual(data, [one for kept in out[:1] for one in [*kept.tune, *kept.report]]))

    def add(name: str, language: str, tells: str, licence: str,
            parts: tuple[list[Pieces], list[Pieces], list[Pieces]]) -> None:
        out.append(Kept(learn=Source(name=name, language=language, tells=tuple(tells.split()), licence=licence,
                                     passages=parts[0]), tune=parts[1], report=parts[2]))

    ner, three = data / "ner", "PER LOC ORG"
    add("europeana", "fr", three, "CC0-1.0",
        tail(_short(_sentences(ner / "fr/europeana-bnf.bio", french=True, bare=True)), 5, 5))
    add("eds", "fr", " ".join(TAGS), "BSD-3-Clause", (templates(ner / "fr/eds-pseudo-templates.txt"), [], []))
    noisy = _sentences(ner / "en/wnut17-train.conll", separator="\t", handles=True)
    learn, _, report = spread(noisy, 0, 6)
    add("wnut17", "en", three, "CC-BY-4.0", (learn, _sentences(ner / "en/wnut17-dev.conll", separator="\t", handles=True), report))
    add("btc", "en", three, "CC-BY-4.0", spread(_sentences(ner / "en/btc-abefg.conll", separator="\t", handles=True), 5, 5))
    add("wikigold", "en", three, "CC-BY-4.0", tail(_sentences(ner / "en/wikigold.conll", bare=True), 5, 5))
    add("litbank", "en", three, "CC-BY-4.0", _fiction(ner / "en/litbank"))
    add("home-assistant", "en", f"{three} DATE", "CC-BY-4.0", spread(_assistant(ner / "en/home-assistant.jsonl"), 10, 6))
    return out


def _short(passages: list[Pieces], most: int = 60) -> list[Pieces]:
    """Cut passages that have no sentence breaks at full stops, or after so many pieces."""
    out: list[Pieces] = []
    for one in passages:
        current: Pieces = []
        for text, tag in one:
            parts = re.split(r"(?<=[.!?]) (?=[A-ZÉÈ])", text) if not tag else [text]
            for number, part in enumerate(parts):
                if number:
                    out.append(current)
                    current = []
                current.append((part, tag))
        out.append(current)
    return [one for one in out if one]
