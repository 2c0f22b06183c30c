"""Says what a line or block of a document is for: a correction, a qualification, an accusation, boilerplate.

The words are data (``phrases.toml``); the rules here are:

- Text is compared in a plain form: composed, straight apostrophes, single spaces.
- A line is boilerplate only when the whole of it matches, it is short, and nothing in it corrects, replies or
  qualifies: prose that merely mentions a newsletter stays.
- When in doubt a block is protected: :func:`protects` is wider than :func:`corrects`.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import re2

#: Longer lines are never boilerplate, in characters.
LONGEST_CUT = 220

_ACCENTS = re.compile("[\u0300-\u036f]")
_SPACE = re.compile(r"\s+")
_PLAIN = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "\u00ad": None, "\u200b": None, "\u200e": None, "\u200f": None,
                        "\ufeff": None})
_MARKING = frozenset(("class", "id", "role", "itemprop", "data-role", "data-type", "data-component", "data-module",
                      "data-testid"))
_ABOUT_OTHERS = frozenset(("has", "no", "not", "with", "without", "hide", "show", "non"))
_DECORATION = r"^[\W_]{0,12}"
_AFTER_WORD = (r"(?=[\W_]*$|\s*[:—–(\[/|-]|\s+(?:(?:"
               r"du|le|of|on|at|from|vom|am|del|van|op|to|apport[ée]e?s?|au|[àa]|n[o°º])\s+)?(?:\w+\s+)?\d|\s*\*\*)")


def plain(text: str) -> str:
    """Give the text composed (NFC), with straight apostrophes, single spaces and no invisible marks."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text).translate(_PLAIN)).strip()


def corrects(text: str) -> bool:
    """Say whether a block opens as, or declares itself, a correction, an update or a right of reply."""
    return bool(_opens().match(plain(text[:400])[:200]) or _search("anywhere").search(_folded(text)))


def qualifies(text: str) -> bool:
    """Say whether a block denies an accusation or says that it is not established."""
    return bool(_search("qualification").search(_folded(text)))


def accuses(text: str) -> bool:
    """Say whether a block carries an accusation."""
    return bool(_search("allegation").search(_folded(text)))


def protects(text: str) -> bool:
    """Say whether a block must never be cut: any correction phrase anywhere in it, or a qualification."""
    return bool(_search("protected").search(_folded(text)) or corrects(text) or qualifies(text))


def boilerplate(line: str) -> str:
    """Give the kind of boilerplate a whole line is (``advertising``, ``newsletter`` …), or "" when it is text."""
    if len(line) > LONGEST_CUT:
        return ""
    flat = plain(line)
    if not flat or flat[0].islower():
        return ""
    bare = re.sub(r"^[-–—*•>#|«» ]+|[-–—*•|!. »]+$", "", flat)
    for kind, pattern in _cuts():
        if pattern.fullmatch(bare) or pattern.fullmatch(flat):
            return "" if protects(line) else kind
    return ""


def mark_of(attributes: Mapping[str, str]) -> str:
    """Give the kind that an HTML element's class, id, role and the like mark it as, or "".

    ``correction`` wins over every other kind.
    """
    return _mark(" ".join(text for name, text in attributes.items()
                          if name in _MARKING or (name.startswith("data-ad") and len(text) < 100)))


@lru_cache(maxsize=4096)
def _mark(value: str) -> str:
    words = re.findall(r"[a-zà-ÿ]+", re.sub(r"([a-zà-ÿ])([A-Z])", r"\1 \2", value).lower())
    words = [unicodedata.normalize("NFD", word).encode("ascii", "ignore").decode() for word in words]
    # "has-sidebar" speaks of something else on the page.
    words = [word for before, word in zip(["", *words], words, strict=False) if before not in _ABOUT_OTHERS]
    tokens = {"".join(words[i:i + n]) for n in (1, 2, 3) for i in range(len(words) - n + 1)}
    return next((kind for kind, marks in _marks() if tokens & marks), "")


def _alternatives(table: Mapping[str, list[str]]) -> str:
    return "|".join(f"(?:{phrase})" for phrases in table.values() for phrase in phrases)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))


def _without_accents(text: str) -> str:
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text))


@lru_cache(maxsize=4)
def _folded(text: str) -> str:
    # Several questions are asked of each block in a row.
    return _without_accents(plain(text))


@cache
def _opens() -> re.Pattern[str]:
    correction = _table()["correction"]
    opening, word = _alternatives(correction["opening"]), _alternatives(correction["word"])
    return re.compile(rf"{_DECORATION}(?:(?:{opening})\b|(?:{word}){_AFTER_WORD})", re.IGNORECASE)


@cache
def _search(name: str) -> Any:
    """Compile the phrases looked for anywhere in a text: with re2, in one pass however many they are.

    Its word edges know only ASCII, so phrases and text are compared without accents.
    """
    table = _table()
    correction = table["correction"]
    opening, word = _alternatives(correction["opening"]), _alternatives(correction["word"])
    sources = {
        "anywhere": _alternatives(correction["anywhere"]),
        "protected": rf"\b(?:{opening})\b|\b(?:{word})\s*[:—–(\[]",
        "qualification": _alternatives(table["qualification"]),
        "allegation": rf"\b(?:{_alternatives(table['allegation'])})",
    }
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = 64 * 1024 * 1024
    return re2.compile(_without_accents(sources[name]), options)


@cache
def _cuts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(_alternatives(phrases), re.IGNORECASE))
                 for kind, phrases in _table()["cut"].items())


@cache
def _marks() -> tuple[tuple[str, frozenset[str]], ...]:
    def ordered() -> Iterator[tuple[str, frozenset[str]]]:
        marks = {kind: frozenset(words) for kind, words in _table()["marks"].items()}
        yield "correction", marks.pop("correction")
        yield from marks.items()
    return tuple(ordered())
