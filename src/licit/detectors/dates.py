"""Dates: days, months and years in figures and in words, and those of them that are somebody's day of birth.

Rules kept here:

- A day needs a month, a month a day or a year, and a year alone a word before it that makes it one; a stretch of time
  ("three years") is no date.
- A date is a day of birth where the words before say so in one of seven languages, unless nobody of that year lives.
- The date of a law is no one's.
"""

import functools
import re
from collections.abc import Iterator, Sequence

from licit.core.ids import settings_key
from licit.core.spans import Span

from ._daywords import (
    DAY_EN,
    DAY_FR,
    MONTHS,
    MONTHS_EN,
    MONTHS_FIRST,
    MONTHS_FR,
    SHORT,
    SHORT_DOUBTFUL,
    YEAR_EN,
    YEAR_FR,
)
from ._plain import Plain, plain
from ._scan import Hit, Rule, Scan, around, spans

_DAY, _YEAR = r"(?:0?[1-9]|[12][0-9]|3[01])", r"(?:1[0-9]{3}|20[0-9]{2})"
_NTH, _LINK = r"(?:er|st|nd|rd|th|\x02|\.)?", r"(?: ?(?:of|de|di|del|do) | ?[-/] ?| ?)"
_MONTH = rf"(?:{MONTHS}|{SHORT})"
_DAY_MONTH = (rf"(?i)\b{_DAY}{_NTH}{_LINK}{_MONTH}(?:{_YEAR}\b|\b\.?(?:(?:,? {{1,2}}(?:of |de |del |do )?|[-/]){_YEAR}\b|(?: ?'|[-/ ])[0-9]{{2}}\b)?)")
_MONTH_DAY = rf"(?i)\b{MONTHS_FIRST}\.? (?:the )?{_DAY}(?:st|nd|rd|th)?\b(?:,? {_YEAR}\b)?"
_MONTH_YEAR = rf"(?i)\b{_MONTH}\.?(?: of| de| del)?[ ,-]{{0,2}}{_YEAR}\b"
_FIGURES = (r"\b(?:[0-9]{1,2} ?/ ?[0-9]{1,2} ?/ ?(?:[0-9]{4}|[0-9]{2})|[0-9]{1,2}-[0-9]{1,2}-(?:[0-9]{4}|[0-9]{2})|"
            r"[0-9]{1,2} ?\. ?[0-9]{1,2} ?\. ?(?:[0-9]{4}|[0-9]{2})|[0-9]{4}(?:-[0-9]{1,2}-|/[0-9]{1,2}/|\.[0-9]{1,2}\.)[0-9]{1,2}|"
            r"[0-9]{1,2}(?: [0-9]{2} | ?\| ?[0-9]{1,2} ?\| ?)[0-9]{4})(?:\b|T)")
_SPACED = r"\b[0-3] [0-9] [01] [0-9] [12] [089] [0-9] [0-9]\b"
_WORDS_FR = rf"(?i)\b(?:(?:{DAY_FR}|{_DAY}) (?:{MONTHS_FR})(?: {YEAR_FR}| {_YEAR})?|(?:{MONTHS_FR}) {YEAR_FR})\b"
_WORDS_EN = (rf"(?i)\b(?:{DAY_EN}(?: day)?(?: of|,)? (?:{MONTHS_EN})(?:,? (?:{YEAR_EN}|{_YEAR}))?|"
             rf"(?:{MONTHS_EN}) (?:the )?(?:{DAY_EN}|{_DAY}(?:st|nd|rd|th)?)(?:,? (?:{YEAR_EN}|{_YEAR}))?)\b")
_SEASON = rf"(?i)\b(?:printemps|ete|automne|hiver|spring|summer|autumn|winter) (?:de |of )?{_YEAR}\b"
_SHORT_DAY = rf"(?i)\b(?:le|du|au|on|am) {_DAY} ?/ ?(?:0[1-9]|1[0-2])\b"
_BARE_YEAR = r"\b(?:1[89][0-9]{2}|20[0-9]{2})\b"
_BARE_DAY = rf"(?i)\ble (?:1er|{_DAY})\b"
_PAIR = rf"(?i)\b(?:1er|{_DAY}) (?:et|ou|and) {_DAY} (?:{MONTHS_FR}|{MONTHS_EN})(?: {_YEAR})?\b"

_AFTER_DAY = re.compile(r"[.,;:!?)\n\0]|$| (?:a|au|et|ou|pour|de ce mois|du mois|prochain|dernier|courant|vers|dans|chez|matin|soir)\b")
_LAW = re.compile(r"\b(?:loi|lois|code|act|directive|protocole|cedh)(?: n(?:\x02|os?\.?) ?\S{1,12})?(?: du| de| d'| of)? ?\0")
_NO_YEAR = re.compile(r" ?(?:mots?|words?|caracteres|characters|tokens?|euros?|dollars?|usd|eur|km|metres?|meters?|ml|kg|pages?|lignes|lines|"
                      r"personnes|people|pieces|calories|kcal|ms|px|points?|steps?)\b|[,.:][0-9]| ?[%$/_-]")
_NO_SHORT_YEAR = re.compile(r" ?[A-Za-z0-9:%$]|[.,][0-9]")
_VERSION = re.compile(r"(?:\b(?:v|ver|version|release|python|firmware|rev|ip|chapter|section|chapitre|article|art)\.? ?|[0-9][./|-] ?)\0")
_BORN = re.compile(
    r"(?<![a-z])(?:nee?s?|ne\(e\)|(?:date[_ -]?(?:de[_ -]?)?)?naissance|ddn|born|date[_ -]?of[_ -]?birth|birth[_ -]?(?:date|day)?|d\.?o\.?b\.?|"
    r"geboren|geburts(?:datum|tag)|geb\.|geboortedatum|fecha[_ -]?de[_ -]?nacimiento|nacid[oa]|nacio|naci|cumpleanos|nat[oa]|"
    r"data[_ -]?di[_ -]?nascita|nascid[oa]|nasci|nasceu|data[_ -]?de[_ -]?nascimento|mon anniversaire|compleanno|verjaardag)"
    r"(?![a-z])[^0-9!?;\n\0]{0,40}\0")
_TELLING = ("en depuis des avant apres vers fin debut courant annee annees l'an pour in since until before after during around early late year "
            "jahr seit desde nel dal sinds ne nee born geboren nacido nacida nato nata nascido nascida")
_YEAR_WORDS = frozenset((*_TELLING.split(), "de", "of", "et", "ou", "and", "or", "to", "a", "entre", "from", "between"))
_IN_YEAR = re.compile(
    rf"(?:\b(?:{_TELLING.replace(' ', '|')})(?: de| of| en)? |"
    r"(?<![0-9.,])(?:1[89][0-9]{2}|20[0-9]{2})(?:,| et| ou| and| or| to| a),? )\0")
_ONWARD = re.compile(rf"(?: a| et| to| and) {_YEAR}\b")
_LAST = 1890

Place = tuple[int, int, int] | None


def _day_month(text: str, start: int, end: int) -> Place:
    found = text[start:end]
    word = re.search(r"[a-z]+\.?(?=[^a-z]*$)", found.lower())
    if re.search(r"(?<=[ '/-])[0-9]{2}$", found) and _NO_SHORT_YEAR.match(text, end):
        end, found = end - 3, found[:-3]
    if not found[-1].isdigit() and word and word[0].rstrip(".") in SHORT_DOUBTFUL and not (
            re.match(r"[0-9]{1,2}(?:er|st|nd|rd|th|\x02)| ?[0-9]{1,2} of", found) or word[0] == "mars" or "May" in found):
        return None
    return _lawless(text, start, start + len(found.rstrip(" .,'")))


def _lawless(text: str, start: int, end: int) -> Place:
    return None if _LAW.search(around(text, start, end)) else (start, end, 85)


def _month_day(text: str, start: int, end: int) -> Place:
    found = text[start:end]
    if found.startswith(("may ", "march ", "mar ", "sept ")) and not re.search(r"[0-9]{4}$|(?:st|nd|rd|th)$", found):
        return None
    return None if text[end:end + 1] in (":", "%") else _lawless(text, start, end)


def _figures(text: str, start: int, end: int) -> Place:
    end -= text[end - 1] == "T"
    found = text[start:end]
    first, second, third = (int(part) for part in re.findall("[0-9]+", found))
    if first > 31:
        first, third = third, first
    if not (1 <= first <= 31 and 1 <= second <= 31 and min(first, second) <= 12 and (third < 100 or 1800 <= third < 2100)):
        return None
    if (third < 100 and len(found) != 8 and "/" not in found) or _VERSION.search(around(text, start, end, left=14)):
        return None
    after = re.compile(r"[./-][0-9]|[a-z]|,[0-9]" if " " not in found else r" ?[./|-]? ?[0-9]").match(text, end)
    return None if after or (" " in found and re.search("[0-9] $", text[max(0, start - 2):start])) else (start, end, 85)


def _spaced(text: str, start: int, end: int) -> Place:
    day, month = int(text[start:start + 3].replace(" ", "")), int(text[start + 4:start + 7].replace(" ", ""))
    longer = re.search("[0-9] ?$", text[max(0, start - 2):start]) or re.match(" ?[0-9]", text[end:end + 2])
    return None if longer or not (1 <= day <= 31 and 1 <= month <= 12) else (start, end, 85)


def _bare_year(text: str, start: int, end: int) -> Place:
    # Most years are turned down by what stands before, which is cheap to look at.
    if text[start - 1] != " ":
        return None
    word = text[max(0, start - 12):start - 1].replace("\0", " ").rpartition(" ")[2].lower()
    if not (word in _YEAR_WORDS or word[:4].isdigit()) or _NO_YEAR.match(text, end):
        return None
    before = around(text, start, end, left=24)
    told = _IN_YEAR.search(before) or (_ONWARD.match(text, end) and re.search(r"\b(?:de|entre|from|between) \0", before))
    return _lawless(text, start, end) if told else None


def _month_year(text: str, start: int, end: int) -> Place:
    # A day before it makes it a longer date, which has said yes or no already.
    return None if re.search(r"[0-9](?:er|\x02)? ?$", text[max(0, start - 5):start]) else _lawless(text, start, end)


def _bare_day(text: str, start: int, end: int) -> Place:
    return (start + 3, end, 70) if _AFTER_DAY.match(text, end) and not text[end:end + 2].strip(".,:").isdigit() else None


def _short_day(text: str, start: int, end: int) -> Place:
    return (start + 3, end, 75) if not re.match(r" ?[/%-]", text[end:end + 2]) else None


def _any(text: str, start: int, end: int) -> Place:
    return _lawless(text, start, end)


RULES = tuple(Rule(label="DATE", shape=shape, accept=accept, whole=False) for shape, accept in (
    (_DAY_MONTH, _day_month), (_MONTH_DAY, _month_day), (_MONTH_YEAR, _month_year), (_FIGURES, _figures), (_SPACED, _spaced), (_WORDS_FR, _any),
    (_WORDS_EN, _month_day), (_BARE_YEAR, _bare_year), (_SEASON, _any), (_SHORT_DAY, _short_day),
    (_BARE_DAY, _bare_day), (_PAIR, _any)))


class Dates:
    """Finds dates and days of birth, in every language it has the months of."""

    name = "dates"
    version = "1"
    labels = frozenset({"DATE", "DATE_OF_BIRTH"})
    languages: frozenset[str] = frozenset()
    digest = settings_key([*(rule.shape for rule in RULES), _BORN.pattern, _LAW.pattern, _NO_YEAR.pattern, _AFTER_DAY.pattern])

    def __init__(self) -> None:
        self._scan = Scan(RULES)

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find spans in each text."""
        page = plain(texts)
        return spans(page, self._hits(page), self.name)

    def _hits(self, page: Plain) -> Iterator[Hit]:
        reached = -1
        for start, end, score in sorted((hit[1:] for hit in self._scan.hits(page)), key=lambda hit: (hit[0], -hit[1])):
            # "12 mars 1985" holds "mars 1985".
            if end > reached:
                reached = end
                yield ("DATE_OF_BIRTH", start, end, 95) if _birth(page.text, start, end) else ("DATE", start, end, score)


def _birth(text: str, start: int, end: int) -> bool:
    years = re.findall("[0-9]{4}", text[start:end])
    return not (years and int(years[-1]) < _LAST) and bool(_BORN.search(around(text, start, end, left=60)))


@functools.cache
def detectors() -> tuple[Dates, ...]:
    """Offer the detector to the registry."""
    return (Dates(),)
