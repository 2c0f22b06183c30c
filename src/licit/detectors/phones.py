"""Phones: telephone numbers, told from other digit runs by national shape, a country code, or the words before.

Rules kept here:

- The telephone library sees candidates only, never whole texts; an extension belongs to its number.
- A number in words counts when it starts as French numbers do, or says a nought among at least seven digits.
- A number with ``+`` counts when it is possible at all; without, it must have a national shape, or be announced
  ("tel", "call me"), or be valid where numbers start with 0.
"""

import functools
import re
from collections.abc import Iterator, Sequence

import phonenumbers

from licit.core.ids import settings_key
from licit.core.spans import Span

from ._plain import Plain, plain
from ._scan import Hit, Rule, Scan, around, spans, touches

_CANDIDATE = r"(?:\+ ?)?(?:\( ?)?[0-9](?:[ \t./()-]{0,3}[0-9]){6,16}"
_AGAIN, _GAP, _SIGNS = re.compile(_CANDIDATE), re.compile("[^0-9]+(?=[0-9])"), frozenset(" \t./()-+")
_FRENCH = re.compile(r"(?<![0-9])0[0-9]([ ./-]{1,2})[0-9]{2}(?:\1[0-9]{2}){3}(?![0-9])|(?<![0-9] )0(?: [0-9]){9}(?! ?[0-9])"
                     r"|\( ?3 ?3 ?\) ?0? ?[1-9](?:[ .-]?[0-9]){8}(?![0-9])")
_FRENCH_BARE = re.compile(r"(?<![0-9])0[1-9]([ ./-]{0,2})[0-9]{2}(?:\1[0-9]{2}){3}(?![0-9])"
                     r"|(?<![0-9])0[1-9][0-9](?:[ .-]?[0-9]{3}[ .-]?[0-9]{2}[ .-]?[0-9]{2})(?![0-9])")
_OVERSEAS = re.compile(r"(?<![0-9])0[1-9][0-9]{2}([ ./-])[0-9]{2}([ .-])[0-9]{2}\2[0-9]{2}(?![0-9])|(?<![0-9])0 [89][0-9]{2}(?: [0-9]{2}){3}(?![0-9])|(?<![0-9])0[1-9][ /][0-9]{3}([ .-])[0-9]{2}\3[0-9]{2}(?![0-9])")
_SOUTHERN = re.compile(r"(?<![0-9.,])(?<![0-9] )(?:[6789][0-9]{2} [0-9]{2} [0-9]{2} [0-9]{2}|3[2-9][0-9][ .-][0-9]{3}[ .-]?[0-9]{4})(?![0-9])")
#: No national shape has fewer digits.
_FEWEST = 9
_EXTENSION = re.compile(r"(?:,? ?(?:ext\.?|extension|poste|durchwahl)|,? ?x) ?[0-9]{1,5}(?![0-9])", re.I)
_UNITS = "un|deux|trois|quatre|cinq|six|sept|huit|neuf"
_SAID_FR = (rf"(?i)\b(?:plus trente[ -]trois(?: zero)?|zero)[ ,.-]{{1,2}}(?:{_UNITS})(?:[ ,.-]{{1,3}}(?:et[ -])?(?:zero|{_UNITS}|dix|onze|douze|treize|quatorze|quinze|seize|"
            r"vingts?|trente|quarante|cinquante|soixante|septante|huitante|octante|nonante)){4,24}\b")
_DIGIT_EN = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_SAID_EN = rf"(?i)\b{_DIGIT_EN}(?:[ ,-]{{1,2}}{_DIGIT_EN}){{6,14}}\b"
_AMERICAN = re.compile(r"(?<![0-9.])(?:1[ .-]?)?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}(?![0-9])")
_DATE = re.compile(r"(?<![0-9])(?:[0-3]?[0-9][./ -][01]?[0-9][./ -](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[./-][01][0-9][./-][0-3][0-9])"
                   r"(?![0-9])")
_ANNOUNCED = re.compile(
    r"(?:\btel\b|tele?ph|\bphone|mobile|portable|\bcell|\bcall\b|\bcalling|\bring\b|\btext (?:me|us|him|her)|appel|joign|"
    r"contact|whatsapp|\bsms\b|\bfax|\bgsm\b|telegram|signal|numero est|number is|number's|my number|mon numero|handy|"
    r"telefon|movil|\bcel\b|cellulare|\bfixe\b)[^\n0-9]{0,30}\0")
_CALLED_ELSE = re.compile(r"\b(?:commande|order|ref\.?|reference|isbn|ean|facture|invoice|ticket|colis|tracking|suivi|pid|id|serial)\b[ :#=n\x02o.]{0,6}\0")
_SCALE = re.compile(r"(?:eur|usd|gbp|[$%]|euros?|dollars?|km|kg)\b")
_REGIONS = ("GB", "DE", "BE", "NL", "CH", "IT", "AT", "SE", "IE")


def _phone(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    if text[start:end].isdigit() and end - start > 10 and _CALLED_ELSE.search(around(text, start, end, left=24)):
        return None
    # One digit all along is a filler, not a number.
    if len(set(text[start:end]) - _SIGNS) < 2 or not (found := _number(text, start, end)):
        return None
    extension = _EXTENSION.match(text, found[1])
    return found[0], extension.end() if extension else found[1], found[2]


def _said_en(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    # Counting aloud has no nought.
    return (start, end, 85) if re.search("zero|oh|double|triple", text[start:end].lower()) else None


def _number(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    while text[end - 1] in " ./(-":
        end -= 1
    piece = text[start:end]
    if piece.lstrip("(").startswith(("+", "00")):
        place = _international(piece)
        if place:
            return start, start + place, 95
    digits = sum(map(str.isdigit, piece))
    # A number in the French way stands out even where a space is missing; others need room around them.
    if digits >= _FEWEST and (match := _FRENCH.search(piece)):
        return start + match.start(), start + match.end(), 90
    while text[end:end + 1].isdigit() and text[end - 1].isdigit():
        # The scan cut here, in the midst of a group.
        end = start + len(re.sub("[^0-9]*[0-9]+$", "", piece))
        if end <= start:
            return None
        piece = text[start:end]
        digits = sum(map(str.isdigit, piece))
    if touches(text, start, end):
        return None
    if digits >= _FEWEST:
        for shape in (_FRENCH_BARE, _AMERICAN, _OVERSEAS, _SOUTHERN):
            if match := shape.search(piece):
                return start + match.start(), start + match.end(), 90
    if _DATE.search(piece) or (start and text[start - 1] in "$-_#=" and piece[0] != "("):
        return None
    opening = piece.lstrip("(")[0]
    scaled = bool(_SCALE.match(text[end:end + 8].lower().lstrip()))
    if scaled and opening != "0":
        return None
    if 7 <= digits <= 15 and _ANNOUNCED.search(around(text, start, end)):
        return None if scaled else (start, end, 85)
    if opening == "0" and 9 <= digits <= 12 and any(_valid(piece, region) for region in _REGIONS):
        return start, end, 75
    return None


def _international(piece: str) -> int:
    """Give the length of the longest start of a piece, cut between groups, that is a possible number; 0 for none."""
    ends = [len(piece), *(match.start() for match in reversed(list(re.finditer(r"[ ./-]+(?=[0-9(])", piece))))]
    for end in ends[:8]:
        number = piece[:end].replace("(0)", "").lstrip("(")
        number = "+" + number[2:] if number.startswith("00") else number
        # After 00 and without a sign between, any run of digits looks like this.
        if _valid(number, None, possible=piece.lstrip("(").startswith("+") or not piece[:end].isdigit()):
            return end
    return 0


@functools.lru_cache(maxsize=4096)
def _valid(number: str, region: str | None, *, possible: bool = False) -> bool:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    check = phonenumbers.is_possible_number if possible else phonenumbers.is_valid_number
    return bool(check(parsed))


RULES = (
    Rule(label="PHONE", shape=_CANDIDATE, accept=_phone, whole=False),
    Rule(label="PHONE", shape=_SAID_FR, score=90, whole=False),
    Rule(label="PHONE", shape=_SAID_EN, accept=_said_en, whole=False),
)


class Phones:
    """Finds telephone numbers, in every language."""

    name = "phones"
    version = "2"
    labels = frozenset({"PHONE"})
    languages: frozenset[str] = frozenset()
    digest = settings_key([*(rule.shape for rule in RULES), *(rule.pattern for rule in (_FRENCH, _FRENCH_BARE, _AMERICAN, _OVERSEAS, _SOUTHERN, _EXTENSION, _DATE, _ANNOUNCED, _SCALE)),
                           phonenumbers.__version__])

    def __init__(self) -> None:
        self._scan = Scan(RULES)

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find spans in each text."""
        page = plain(texts)
        return spans(page, self._hits(page), self.name)

    def _hits(self, page: Plain) -> Iterator[Hit]:
        done = 0
        for index, start, end in self._scan.matches(page):
            if index:
                accept = RULES[index].accept
                if found := accept(page.text, start, end) if accept else (start, end, RULES[index].score):
                    yield "PHONE", *found
                continue
            # A candidate can hold one number and the start of the next, which the scan then has cut.
            start = max(start, done)
            while start < end:
                if found := _phone(page.text, start, end):
                    yield "PHONE", *found
                    done = found[1]
                elif len(set(page.text[start:end]) - _SIGNS) > 1 and (gap := _GAP.search(page.text, start + (3 if end - start < 30 else 20), end)) and page.text[end:end + 4].lstrip(" \t./()-")[:1].isdigit():
                    done = gap.end()
                else:
                    break
                more = _AGAIN.search(page.text, done, done + 70) if done < end else None
                start, end = more.span() if more else (end, end)


@functools.cache
def detectors() -> tuple[Phones, ...]:
    """Offer the detector to the registry."""
    return (Phones(),)
