"""Spellings: what a licence written by hand may mean, as the nearest SPDX identifier; a suggestion, never a reading.

Rules kept here:

- Only an exact SPDX expression is *known*. Everything else is at most near one, and a person decides.
- Words that forbid (research only, no derivatives, all rights reserved) are heard in any spelling.
- What is shown of a spelling are the words of licences in it; any other word is shown as ``…``, for a field named
  "rights" may name a person.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache, lru_cache

from license_expression import get_spdx_licensing

from licit.core.errors import InputError
from licit.core.holdings import Spelling

from .licences import read_licence

_TOKEN = re.compile(r"cc0|[^\W\d_]+|\d+(?:\.\d+)*", re.UNICODE)
_CREATIVE_URL = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)/(\d\.\d)", re.I)
_OTHER_URL = re.compile(r"(?:spdx\.org/licenses|opensource\.org/licen[cs]es?|choosealicense\.com/licenses)/([\w.-]+?)(?:\.html|\.json|/|$)", re.I)
_FORBIDS = re.compile(r"\b(?:nd|no.?deriv\w*|research.?(?:use )?only|non.?commercial research|academic|personal use|all rights reserved|"
                      r"proprietary|tous droits r[ée]serv[ée]s|recherche (?:seule|uniquement))\b", re.I)
_PHRASES = ((r"creative\s*commons", "cc"), (r"non[\s-]*commercial|noncommercial", "nc"), (r"no[\s-]*deriv(?:ative)?s?(?:works)?", "nd"),
            (r"share[\s-]*alike", "sa"), (r"attribution", "by"), (r"cc[\s-]*zero|cc\s*0", "cc0"), (r"licence ouverte|open licence etalab|etalab", "etalab"),
            (r"open data commons", "odc"), (r"open database", "odbl"), (r"gnu general public", "gpl"), (r"gnu affero general public", "agpl"))
_IDLE = frozenset("licence license licensed version v the of international unported generic public domain under a an software "
                  "only and or with ish like style type unknown other open data code text content use all rights reserved research "
                  "academic proprietary personal none free non no commercial see file terms paper et ou la le".split())
_FAMILIES = {"mit": "MIT", "bsd": "BSD-3-Clause", "etalab": "etalab-2.0", "odbl": "ODbL-1.0", "cc0": "CC0-1.0", "unlicense": "Unlicense",
             "isc": "ISC", "wtfpl": "WTFPL", "pddl": "PDDL-1.0"}
_CAREFUL = {"apache": "Apache-2.0", "mpl": "MPL-2.0", "gfdl": "GFDL-1.3-or-later"}


@cache
def _keys() -> dict[str, str]:
    return {name.lower(): name for name in get_spdx_licensing().known_symbols if not name.startswith("LicenseRef-")}


@cache
def _vocabulary() -> frozenset[str]:
    words = {word for name in _keys() for word in _TOKEN.findall(name)}
    return _IDLE | words | frozenset("creative commons attribution noncommercial noderivatives sharealike ouverte zero zone".split())


@lru_cache(maxsize=4096)
def spelling(text: str) -> Spelling:
    """Read a licence as it is spelt: the SPDX expression it is, or the nearest identifier, and what of it may be shown."""
    text = text.strip()[:300]
    if not text:
        return Spelling()
    forbids = bool(_FORBIDS.search(text))
    try:
        known = read_licence(text)
        return Spelling(known=known, shown=known if "LicenseRef-" not in known else _shown(text), forbids=forbids)
    except InputError:
        return Spelling(nearest=_nearest(text), shown=_shown(text), forbids=forbids)


def spelt_licence(text: str, choose: Sequence[str] = ()) -> str:
    """Read a licence as :func:`~licit.adapters.licences.read_licence` does; what is spelt by hand gets the likely id told.

    Raises:
        InputError: as there; the likely SPDX id is named, and never taken.
    """
    try:
        return read_licence(text, choose)
    except InputError as error:
        likely = spelling(text).nearest
        if not likely or "--choose" in error.remedy:
            raise
        raise InputError("this is no SPDX expression, and licit does not guess licences", about=text[:60], reason="licence-unknown",
                         remedy=f"Perhaps {likely} is meant: compare with the licence's own text, then write {likely}.") from None


def _shown(text: str) -> str:
    if _CREATIVE_URL.search(text) or _OTHER_URL.search(text):
        return "a licence's address"
    known = _vocabulary()
    masked = _TOKEN.sub(lambda found: found[0] if found[0].lower() in known or _number(found[0]) else "…", text[:60])
    return re.sub(r"…(?:[\s…]*…)+", "…", re.sub(r"[^\w\s.+/()…-]", " ", masked)).strip()


def _number(word: str) -> bool:
    return len(word) <= 4 and word.replace(".", "").isdecimal()


def _nearest(text: str) -> str:
    if found := _CREATIVE_URL.search(text):
        kind = found[1].lower()
        own = "cc0" if kind == "zero" else "cc-pdm" if kind == "mark" else f"cc-{kind}"
        return _keys().get(f"{own}-{found[2]}", "")
    if found := _OTHER_URL.search(text):
        return _keys().get(found[1].lower(), "") or _near(found[1].lower())
    if (inner := re.search(r"\(([^()]{3,40})\)", text)) and (named := _keys().get(inner[1].strip().lower())):
        return named
    folded = text.casefold()
    for phrase, word in _PHRASES:
        folded = re.sub(phrase, f" {word} ", folded)
    words = _TOKEN.findall(folded)
    if "cc" in words and ({"by", "nc", "nd", "sa"} & set(words)):
        return _creative(words)
    if "cc" in words and "zero" in words:
        return "CC0-1.0"
    return _family(words) or _near("-".join(word for word in words if word not in _IDLE))


def _creative(words: list[str]) -> str:
    number = next((word for word in words if word[0].isdigit()), "4.0")
    marks = [mark for mark in ("nc", "sa", "nd") if mark in words]
    number = number if "." in number else f"{number}.0"
    return _keys().get("-".join(["cc", "by", *marks, number]), "") or _keys().get("-".join(["cc", "by", *marks, "4.0"]), "")


def _family(words: list[str]) -> str:
    numbers = [word for word in words if word[0].isdigit()]
    for word in words:
        if word in _FAMILIES and not numbers:
            return _FAMILIES[word]
        if word in _CAREFUL and (not numbers or _CAREFUL[word].split("-")[1].startswith(numbers[0].split(".")[0])):
            return _CAREFUL[word]
        if word in ("gpl", "agpl", "lgpl") and numbers:
            number = numbers[0] if "." in numbers[0] else f"{numbers[0]}.0"
            return _keys().get(f"{word}-{number}-only", "")
        if word == "etalab" and numbers and numbers[0].startswith("2"):
            return "etalab-2.0"
    return ""


def _near(joined: str) -> str:
    if not joined or len(joined) > 60:
        return ""
    keys = _keys()
    if joined in keys:
        return keys[joined]
    found = get_close_matches(joined, keys, n=1, cutoff=0.75)
    return keys[found[0]] if found else ""
