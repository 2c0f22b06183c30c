"""Sensitive: what must not be trained on at all, because it reveals it of a person.

Looks for the eight special categories (health, religion, politics, union, origin, genetic, biometric, sex), offences,
minors who say so, chats or e-mails of others pasted into a text, and intimate talk (a diary, a therapy, a companion).

Why: such data need an exception that training seldom has (GDPR Art. 9, 10; Art. 8 and 6(1)(f) for children).

Rules kept here:

- What is looked for is data: ``screens/LANGUAGE.toml``, one file a language. Every file is tried on every text; a new
  language is a new file.
- A family lists its terms under frames, and a frame says how a term is tied to a person: the writer, a relative, somebody
  named. Loose frames tie by sentence only, and give way where the sentence is about a topic, a story or an animal.
- A language counts as measured only while ``screens/measured/LANGUAGE.json`` was made with the rules as they are and is
  good enough; any other language is for the gate ``language-unmeasured``.
- A family is told once for each text, the strictest first.
- Negation does not excuse: "je ne suis pas musulman" tells a belief too.
- Words that were split into tokens ("l ' accusé", "M . Exemplet", "is n't") are read as they are written.

Source: GDPR Art. 9(1), 10, recitals 38 and 51.

Law: SEN-01, SEN-02, SEN-04
"""

import functools
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import re2

from licit.core.errors import misnamed
from licit.core.ids import settings_key
from licit.core.ports import Sensitive
from licit.core.reasons import REASONS

from ._namewords import RELATIONS
from ._plain import SEPARATOR, CrossingError, plain
from ._scan import MARK, blocks, plain_options

SCREENS = Path(__file__).with_name("screens")

#: From these shares on, on the half of the labelled set that no rule was tuned on, a language counts as measured.
RECALL, PRECISION = 0.70, 0.80

#: What a file of ``screens`` may answer with.
ANSWERS = ("special-category", "offence-data", "minor-in-text", "pasted-chat", "intimate")

_TOP = ("language", "word", "unless", "parts", "frames")
_NAMED = (r"(?:\b(?:m\.|mme|mlle|mr\.?|mrs\.?|ms\.?|dr\.?|monsieur|madame|maitre) [a-z\xC0\xE0'-]+|"
          r"(?-i:[A-Z][a-z\xE0]+ [A-Z][A-Za-z\xE0'-]+))")
_SHARED = {"relations": RELATIONS, "named": _NAMED}
_PART = re.compile(r"\{([a-z_]+)\}")
_SENTENCE = re.compile(r"[^.!?;\n\0]+")
_SPEAKER = re.compile(r"^[ \t>*-]*([A-Z\xC0][A-Za-z\xC0\xE0' -]{0,24}?)\*{0,2} ?: ?\S", re.M)
# What splitting into tokens parts: elided words, English endings, and a title from its dot. Only blanks inside it go.
_SPLIT = re2.compile(rb"\b(?i:(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)(?: ' ?|' )[a-z\xC0\xE0]|[a-z]+ ' ?(?:s|m|re|ve|ll|d)\b|[a-z]+ n't\b|"
                     rb"(?:mr?s?|mme|mlle|dr|me) \.)", plain_options())
# What stands wherever the above matches, whatever comes before it: where few places may be such, they are asked for this first.
_NEAR = re2.compile(rb"(?i:(?:[cdjlmnst]|qu)(?: ' ?|' )[a-z\xC0\xE0]|[a-z] ' ?(?:s|m|re|ve|ll|d)|[a-z] n't|[mrse] \.)", plain_options())
_FEW = 64
_ROLES = frozenset("user assistant system ai bot chatbot chatgpt claude q a question answer reponse r prompt note".split())
_LINES_OF_A_CHAT = 3
# As _SPEAKER, often enough in one text: spares most texts the exact look.
_LABELS = rb"(?:(?:^|[\n\x00])[ \t>*-]*[A-Z\xC0][A-Za-z\xC0\xE0' -]*\** ?: ?[^ \n\x00][^\x00]*){3}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What one rule tells: the reason to answer with and the family; a loose rule gives way to ``unless``.

    Rules of one ``group`` are compiled together; the tight ones are those of group 0.
    """

    reason: str
    name: str
    shape: str = field(repr=False)
    unless: str = field(default="", repr=False)
    group: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One file of ``screens``: its language ("" for all), its rules, and the measure that holds for them, or None."""

    language: str
    families: tuple[Family, ...] = field(repr=False)
    digest: str
    measure: Mapping[str, Any] | None = field(repr=False)


def read_screens(folder: Path = SCREENS) -> tuple[Screen, ...]:
    """Read every file of a folder, with the measure beside it where that was made with these very rules.

    Raises:
        ValueError: a file names an unknown field, part, frame or reason.
    """
    shared = folder / "any.toml"
    common = shared.read_bytes() if shared.is_file() else b""
    return tuple(_screen(file, common) for file in sorted(folder.glob("*.toml")))


def _screen(file: Path, common: bytes) -> Screen:
    raw = file.read_bytes()
    data = tomllib.loads(raw.decode("utf-8"))
    digest = hashlib.sha256(common + raw).hexdigest()
    families = tuple(_families(data, file.name))
    measure = _measure(file.parent / "measured" / f"{file.stem}.json", digest)
    return Screen(language=data["language"], families=families, digest=digest, measure=measure)


def _measure(file: Path, digest: str) -> Mapping[str, Any] | None:
    """Give a measure unless it is missing, or of other rules: then nothing is known of these."""
    if not file.is_file():
        return None
    measure: Mapping[str, Any] = json.loads(file.read_bytes())
    return measure if measure["rules"] == digest else None


def _families(data: Mapping[str, Any], file: str) -> Iterator[Family]:
    parts = {**_SHARED, **data["parts"]}
    frames = {name: shape for name, shape in data["frames"].items() if name != "loose"}
    groups = {frame: number for number, some in enumerate(data["frames"]["loose"].split(";"), 1) for frame in some.split()}
    unless = "|".join(data["unless"])
    for name, fields in data.items():
        if name in _TOP:
            continue
        if wrong := misnamed(fields, ("reason", *frames), f"{file}: [{name}]"):
            raise ValueError(wrong)
        if fields["reason"] not in ANSWERS:
            raise ValueError(f"{file}: [{name}] answers with none of {', '.join(ANSWERS)}")
        for frame, terms in fields.items():
            if frame != "reason":
                # Sorted, terms that begin alike share their beginning in the compiled rule, which is smaller and faster.
                shape = _filled(frames[frame], {**parts, "terms": f"(?:{'|'.join(sorted(terms))})"}, file)
                loose = rf"(?i)\b(?:{unless})\b" if frame in groups and unless else ""
                yield Family(reason=fields["reason"], name=name, shape=f"(?i){shape}", unless=loose, group=groups[frame] if loose else 0)


def _filled(shape: str, parts: Mapping[str, str], file: str) -> str:
    """Put parts in their places until none is left; a part may name others."""
    for _ in range(6):
        names = {name for name in _PART.findall(shape) if not name.isdigit()}
        if not names:
            return shape
        if unknown := names - parts.keys():
            raise ValueError(f"{file}: there is no part {sorted(unknown)[0]}")
        shape = _PART.sub(lambda match: parts[match[1]], shape)
    raise ValueError(f"{file}: parts name each other in a circle")


class SensitiveScreener:
    """Looks for special categories, offences, minors, pasted chats and intimate talk, in every language it has a file for."""

    name = "sensitive"
    version = "3"

    def __init__(self, folder: Path = SCREENS) -> None:
        """Compile the rules of a folder."""
        self.screens = read_screens(folder)
        families = [family for screen in self.screens for family in screen.families]
        # Apart, because the states of one automaton for all multiply.
        self._tight, *self._loose = (_Rules([family for family in families if family.group == group])
                                     for group in sorted({0, *(family.group for family in families)}))
        options = plain_options()
        self._labels = re2.compile(_LABELS, options)
        self._unless = {shape: re2.compile(shape.encode("latin-1"), options)
                        for shape in {family.unless for family in families} - {""}}
        self.measured = {screen.language: screen.measure for screen in self.screens if screen.measure}
        self.languages = frozenset(language for language, measure in self.measured.items() if good_enough(measure))
        self.digest = settings_key([*(screen.digest for screen in self.screens), *sorted(self.languages)])

    def look(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Sensitive]]:
        """Give for each text what was found, the strictest first.

        Raises:
            CrossingError: the scan did not reach the end of a text.
        """
        page = plain(texts)
        found: list[set[tuple[str, str]]] = [set() for _ in texts]
        starts = page.starts.tolist()
        number = 0
        for start, end in blocks(page):
            block = _joined(page.data[start:end])
            tight, speakers = self._tight.seen(block), self._labels.search(block)
            loose = [rules for rules in self._loose if rules.seen(block)]
            if not (tight or loose or speakers):
                number += block.count(SEPARATOR)
                continue
            for words in block[:-1].split(b"\0"):
                if tight:
                    found[number] |= {(family.reason, family.name) for family in self._tight.seen(words)}
                if loose:
                    found[number] |= self._told_loosely(words, loose, found[number])
                if speakers and self._labels.search(words) and _speakers(page.text[starts[number]:starts[number + 1] - 1]):
                    found[number].add(("pasted-chat", "pasted-chat"))
                number += 1
        return [_sorted(one) for one in found]

    def _told_loosely(self, data: bytes, loose: Sequence["_Rules"], known: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Give what loose rules tell of a text beyond what is known, where a sentence of its own bears them out."""
        told: set[tuple[str, str]] = set()
        loose = [rules for rules in loose if any((family.reason, family.name) not in known for family in rules.seen(data))]
        if not loose:
            return told
        for match in _SENTENCE.finditer(data.decode("latin-1")):
            sentence = match[0].encode("latin-1")
            if seen := [family for rules in loose for family in rules.seen(sentence)]:
                vetoed = {shape for shape, compiled in self._unless.items() if compiled.search(sentence)}
                told |= {(family.reason, family.name) for family in seen if family.unless not in vetoed}
        return told


class _Rules:
    """Rules compiled together, asked which of them match somewhere."""

    def __init__(self, families: Sequence[Family]) -> None:
        self._families = families
        self._set = re2.Set.SearchSet(plain_options())
        for family in families:
            self._set.Add(family.shape.encode("latin-1"))
        self._mark = self._set.Add(MARK)
        self._set.Compile()

    def seen(self, data: bytes) -> list[Family]:
        """Give the rules that match; a set that ran out of memory reports nothing, not even the mark, and that raises."""
        seen = self._set.Match(data + MARK) or []
        if self._mark not in seen:
            raise CrossingError("The text scan stopped before the end of a block.",
                                remedy="Hold these texts; report the rules if it happens again.")
        return [self._families[index] for index in seen if index != self._mark]


def _joined(data: bytes) -> bytes:
    """Put together what splitting into tokens parted; most blocks have nothing of it, and cost no more than to ask."""
    places = _splits(data).tolist()
    if not places or (len(places) <= _FEW and not _NEAR.search(b"\0".join(data[max(0, place - 4):place + 8] for place in places))):
        return data
    return bytes(_SPLIT.sub(lambda match: match[0].replace(b" ", b""), data))


def _splits(data: bytes) -> Any:
    """Give the places in which words may have been parted: a blank before an apostrophe, a dot or n't, or after an apostrophe."""
    codes = np.frombuffer(data, np.uint8)
    blank, apostrophe = codes == ord(" "), codes == ord("'")
    beside = blank[:-1] & (apostrophe[1:] | (codes[1:] == ord("."))) | apostrophe[:-1] & blank[1:]
    beside[:-1] |= blank[:-2] & (codes[1:-1] | 32 == ord("n")) & apostrophe[2:]
    return beside.nonzero()[0]


def good_enough(measure: Mapping[str, Any]) -> bool:
    """Say whether a measure stands behind releasing a language: recall and precision on the half held apart."""
    held = measure["held"]["overall"]
    return bool(held["recall"]["of"] and held["recall"]["share"] >= RECALL and held["precision"]["share"] >= PRECISION)


def _speakers(text: str) -> bool:
    """Say whether people take turns in a text, by name, one line each; roles of a chat with a machine are no people."""
    names = [name for match in _SPEAKER.finditer(text) if (name := match[1].strip().lower()) not in _ROLES]
    return len(names) >= _LINES_OF_A_CHAT and 2 <= len(set(names)) < len(names)


def _sorted(found: set[tuple[str, str]]) -> tuple[Sensitive, ...]:
    """Put the refusals before the holds."""
    if not found:
        return ()
    rank = {"refuse": 0, "hold": 1, "keep": 2}
    return tuple(Sensitive(reason=reason, family=family)
                 for reason, family in sorted(found, key=lambda one: (rank[REASONS[one[0]].answer], one)))


@functools.cache
def screeners() -> tuple[SensitiveScreener, ...]:
    """Offer the screener to the registry."""
    return (SensitiveScreener(),)
