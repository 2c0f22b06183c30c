"""Addresses: where somebody lives, from the shape of postal addresses in seven countries and from what people say.

Checks street with number (French, English, German, Dutch, Spanish, Italian, Belgian and Swiss forms), postcode with
town, and the place named after "j'habite à", "I live in", "né à" and the like.

Rules kept here:

- A street needs a number, and a town needs a postcode or a person who lives there: a street or a town that is only
  talked about stays.
- The whole address is one span, down to the town.
"""

import functools
import re
from collections.abc import Sequence

from licit.core.ids import settings_key
from licit.core.spans import Span

from ._daywords import MONTHS
from ._plain import plain
from ._scan import Rule, Scan, around, spans

_U, _W = r"[A-Z\xC0]", r"[A-Za-z0-9\xC0\xE0\xE1]"
_FRENCH_KINDS = (r"(?:rue|r\.|avenue|av\.?|ave|boulevard|boul\.?|bd\.?|bld|blvd|place|pl\.?|chemin|ch\.|chem\.|impasse|imp\.?|allees?|all\.|"
                 r"quai|cours|square|route|rte|passage|faubourg|fbg|sentier|ruelle|esplanade|promenade|villa|cite|hameau|"
                 r"lotissement|lot\.?|residence|res\.?|lieu[- ]dit|voie|venelle|montee|mail|parvis|rond-point|clos|domaine|traverse)")
_COUNT = (r"(?:un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt)")
_FRENCH = rf"(?i)(?:[0-9]{{1,4}}(?:[-/][0-9]{{1,4}})?(?: ?(?:bis|ter|quater|[a-d]))?|{_COUNT}) ?,? ?\b{_FRENCH_KINDS} "
_SMALL = r"(?:(?:de|du|des|la|le|les|au|aux|en|et|a|sur|sous|saint|sainte|st|ste|lez) |[dl]' ?)"
_TAIL = re.compile(
    rf"(?:(?i:{_SMALL}){{0,4}}[^\W_][\w.'-]*(?:[ -](?:(?i:{_SMALL}){{0,3}})[A-Z\xC0][\w'-]*\.?[\w-]*){{0,6}})"
    r"(?:[, ]{1,2}(?i:appt?|appartement|apt|studio|bat|batiment|esc|escalier|etage|porte|bte|boite|bp|cs|residence|chez)\.? ?[\w-]{1,12}){0,3}")
_TOWN = (r"[A-Z\xC0][\w'-]*(?:[ -](?:(?i:sur|sous|en|les?|la|de|du|des|aux?|l'|d'|st|saint)[ -]?){0,2}[A-Z\xC0][\w'-]*){0,4}"
         r"(?: (?i:cedex)(?: [0-9]{1,2})?)?")
_FRENCH_TOWN = re.compile(rf"[ ,\n;–-]{{1,4}}(?:F-)?(?:[0-9]{{2}} ?[0-9]{{3}}|2[ABab] ?[0-9]{{3}})(?:[ ,]{{1,2}}(?:a )?{_TOWN}|[ ,]{{1,2}}[a-z]{{3,20}}(?:-[a-z]{{1,15}}){{0,4}})?"
                          rf"|,? (?:a |- )?{_TOWN}(?=[.,;:!?\n\0)]|$| [0-9])")

# In chats all is lower case and no comma parts the town from the street.
_STOP = (r"(?:a|au|aux|en|et|ou|dans|depuis|avec|pour|chez|par|pas|vers|puis|mais|car|qui|que|quoi|je|j'ai|tu|il|elle|on|nous|vous|est|sont|cest|merci|svp|"
         r"stp|ok|oui|non|the|and|is|to|for|in|of|on|at|near|where|that|with|you|we|i|your|demain|ce|cette|si|quand|tel|mon|ma|mes|son|sa|juste|devant|"
         r"derriere|aujourd'hui|ya|sans|sous|comme|la|le|les|de|des|du|un|une)\b")
_LINKS = frozenset(("la", "le", "les", "de", "des", "du", "au", "aux", "en"))
_ALSO_WORDS = frozenset(("cours", "passage", "route", "villa", "cite", "mail", "voie", "square", "lot", "promenade", "domaine", "residence", "montee", "traverse"))
_ONWARD = re.compile(rf"(?:[ -](?!{_STOP})[a-z][a-z'-]{{2,15}}(?![a-z0-9@.]*[@0-9])){{1,2}}")
_TO_CODE = re.compile(r"(?:[ -][A-Za-z][A-Za-z'.-]*){1,5}(?=,? (?:[0-9]{5}|[0-9]{2} [0-9]{3})\b)")
_CODE_TOWN = re.compile(rf"(?:,? ?(?:[0-9]{{1,4}}(?: ?(?:bis|ter|[a-d]))?(?:,? (?:bte|boite|bus) ?[0-9]{{1,4}})?\b))?(?:[ ,\n;-]{{1,4}}(?i:bp|cs) ?[0-9]{{1,6}})?[ ,\n;-]{{1,4}}"
                        rf"(?:(?:[A-Z]{{1,2}}-)?(?:[0-9]{{5}}|[0-9]{{2}} [0-9]{{3}}|2[AB][0-9]{{3}}|[1-9][0-9]{{3}}) {_TOWN}|(?:[0-9]{{5}}) [a-z]{{3,20}}(?:-[a-z]{{1,15}}){{0,4}})")
_HOUSE = re.compile(r",? (?:n\x02 ?)?[0-9]{1,4}(?: ?(?:bis|ter|[a-d]))?(?:,? (?:bte|boite|bus) ?[0-9]{1,4})?(?![0-9A-Za-z])")
_AT_HOME = re.compile(r"(?:habit|domicil|adress|demeur|reside|vit|vis|loge)[^.!?\n\0]{0,25}\0")
_STREET = (r"(?i)\b(?:rue|avenue|av\.|boulevard|bd|chemin|ch\.|impasse|allees?|quai|route|place|square|lieu[- ]?dit|residence|hameau|lotissement|domaine|"
           r"zac?|zi|z\.a\.c?\.?|z\.i\.|parc d'activites?|immeuble) ")
_BEFORE = re.compile(r"(?:(?:residence|immeuble|batiment|bat\.?|appartement|appt?\.?|apt\.?|escalier|esc\.?|etage|porte|studio|hall|villa) [^,\n\0]{1,25},? ?(?:- )?){1,4}\0")
_NEAR_CODE = (r"\b(?:a|de|sur|vers) [A-Z][A-Za-z\xC0\xE0\xE1'-]{2,}(?:[ -][A-Z][A-Za-z\xC0\xE0\xE1'-]+){0,3}(?:, ?| \(|, dans le | dans le )(?:0[1-9]|[1-8][0-9]|9[0-8])[0-9]{3}\b")
_LIEU = r"\b(?i:lieu[- ]?dit) (?:[:\"] ?)?(?:(?:Le|La|Les|le|la|les|Au|Aux|au|aux) |L'|l')?[A-Z][A-Za-z\xC0\xE0\xE1'-]+(?: (?:de|du|des|la|le|les)? ?[A-Z][A-Za-z\xC0\xE0\xE1'-]+){0,3}"

_ENGLISH_SURE = r"(?i:street|avenue|ave|road|rd|lane|ln|blvd|boulevard|pkwy|parkway|highway|hwy|drive|court)\b"
_ENGLISH_CAPS = (r"(?:St|Dr|Ct|Place|Pl|Square|Sq|Terrace|Ter|Way|Circle|Cir|Row|Close|Crescent|Gardens|Grove|Mews|Alley|"
                 r"Plaza|Trail|Loop|Walk|Hill|Real|Expressway|Expy|Embarcadero|Path|Rise|View|Park|Common|Commons|ST|DR|CT|PL|SQ|WAY)\b")
_WORD_EN = r"(?:(?:[0-9]{1,3}(?:st|nd|rd|th)|[A-Za-z]{1,3}\.|[A-Za-z][A-Za-z'\xE0\xE1-]*) )"
_CAP_EN = r"(?:(?:[0-9]{1,3}(?:st|nd|rd|th)|[A-Z]{1,3}\.|[A-Z][A-Za-z'\xE0\xE1-]*|de|la|del|las|los|the|of) )"
_ENGLISH = (rf"(?:\b(?i:flat|apartment|apt|unit)\.? [0-9]{{1,4}}[A-Za-z]?,? )?[0-9]{{1,5}}(?: ?- ?[0-9]{{1,5}})?[A-Za-z]? (?:{_WORD_EN}{{1,3}}{_ENGLISH_SURE}|{_CAP_EN}{{1,4}}{_ENGLISH_CAPS}|"
            r"(?:(?:N|S|E|W|North|South|East|West)\.? )?(?:Broadway|El Camino Real|Embarcadero|(?:Avenue|Ave) (?:of )?(?:the )?[A-Z][A-Za-z]*)|"
            r"(?:I|US|State|CA|Highway|Hwy|Route)[- ](?:Route )?[0-9]{1,3})")
_ENGLISH_TAIL = re.compile(
    r"\.?(?: (?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|(?:North|South)(?:east|west))\b\.?)?"
    r"(?:,? (?:#|(?i:suite|ste|apt|apartment|unit|floor|room|rm|bldg|building)\b\.?) ?#?[A-Za-z0-9-]{1,6}(?: ?[&,] ?#?[0-9A-Z-]{1,5})?)?"
    r"(?:,? (?:\d(?:st|nd|rd|th) (?i:floor)))?"
    r"(?:, [A-Z][\w'.-]*(?: (?![A-Z]{1,2}[0-9])[A-Z][\w'.-]*){0,3})?(?:,? (?:[A-Z]{2}|District of Columbia|California|Texas|Florida|New York|Washington(?:, District of Columbia|, DC)?))?(?=\W|$)(?:,? [0-9]{5}(?:-[0-9]{4})?(?![0-9])|,? [A-Z]{1,2}[0-9][0-9A-Z]? [0-9][ABD-HJLNP-UW-Z]{2}\b)?")
_A_MONTH = re.compile(rf"\b{MONTHS}\.?,? \0")
_UK_POSTCODE = r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][ABD-HJLNP-UW-Z]{2}"
_BOX = r"(?i)(?:p\.? ?o\.? ?box|boite postale|bp|postfach|apartado) ?:? ?[0-9]{1,6}"
_GERMAN = (rf"(?:\bStra(?:\xE0|ss)e (?:des|der) (?:{_W}[A-Za-z0-9.\xE0]* ){{1,3}}|{_U}{_W}*(?:(?i:stra\xE0e|strasse)|str\.|weg|platz|allee|gasse|damm|ufer|straat|laan|plein|gracht|kade|steenweg) )"
           r"[0-9]{1,4}(?: ?[a-z]\b)?(?:,? (?:[A-Z]{1,2}-)?[0-9]{4,5}(?: [A-Z]{2})? [A-Z\xC0][A-Za-z0-9\xC0\xE0\xE1-]*)?")
_SPANISH = (rf"\b(?i:calle|avda\.?|avenida|paseo|carrer|plaza|via|viale|piazza|corso|vicolo|rua|travessa)\b ?(?:{_W}[A-Za-z0-9.'\xC0\xE0\xE1-]* ){{0,4}}"
            rf"[A-Za-z\xC0\xE0\xE1][A-Za-z0-9.'\xC0\xE0\xE1-]*,? (?:n\x02 ?|no?\. ?)?[0-9]{{1,4}}\b(?:,? (?:[0-9]{{1,2}} ?\x02 ?[A-Za-z]?\b|[0-9]{{1,2}} ?\x02|piso [0-9]{{1,2}}|bajo)(?: [A-Za-z]\b)?)?(?:,? [0-9]{{4,5}}(?:-[0-9]{{3}})? [A-Z\xC0][A-Za-z\xC0\xE0\xE1-]*)?")
_POSTCODE = rf"(?:[0-9]{{5}}|[0-9]{{2}} [0-9]{{3}}|2[AB][0-9]{{3}}),? {_U}[A-Za-z\xC0\xE0\xE1'-]{{2,}}"
_LIVES = (r"(?i:\b(?:j'habite|je vis|nous habitons|on habite|nous vivons|j'habitais|j'ai grandi|(?:il|elle|qui) (?:habite|vit)|"
          r"domiciliee?s?|residant|resid(?:e|ing)|demeurant|originaire|nee?|je viens|i live|i lived|we live|living|i am|"
          r"i'm|im|i come|i was born|born|i grew up|grew up|he lives|she lives|who lives|they live|i reside|i'm based|"
          r"ich wohne|ich komme|vivo|abito|woon) (?:(?:actuellement|maintenant|toujours|now|currently|right) )?(?:pres )?"
          r"(?:a|au|aux|en|dans|de|d'|du|in|at|near|from|aus|bei|out of|just outside)(?: la| le| l'| the)? ?)"
          rf"{_U}[A-Za-z\xC0\xE0\xE1'-]+(?:[ -](?:(?:sur|sous|en|les?|la|de|du|des|of|upon|on)[ -]){{0,2}}{_U}[A-Za-z\xC0\xE0\xE1'-]+){{0,3}}")
_PLACE = re.compile(r"[A-Z\xC0][\w'-]+(?:[ -](?:(?:sur|sous|en|les?|la|de|du|des|of|upon|on)[ -]){0,2}[A-Z\xC0][\w'-]+){0,3}$")
_NO_TOWNS = frozenset(("euros", "eur", "km", "dollars", "habitants", "personnes", "users", "people", "usd", "mw", "kwh", "pages"))
_NO_PLACES = frozenset(("i", "je", "the", "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre",
                        "novembre", "decembre", "january", "february", "march", "april", "may", "june", "july", "august", "september",
                        "october", "november", "december", "colocation", "appartement"))


def _french(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    tail = _TAIL.match(text, end)
    name = text[end:tail.end()].split(" ") if tail else [""]
    # "1 place to visit" is English.
    if not tail or (re.match(_STOP, name[0]) and name[0] not in _LINKS):
        return None
    end = tail.end()
    if name[-1].islower() and (onward := _TO_CODE.match(text, end) or _ONWARD.match(text, end)):
        end = onward.end()
    town = _FRENCH_TOWN.match(text, end)
    if name[-1].islower() and not town and _only_talk(text[start:tail.start()].lower(), name[0].lower()):
        return None
    if before := _BEFORE.search(around(text, start, end, left=90)):
        start -= len(before.group()) - 1
    end = town.end() if town else end
    return start, start + len(text[start:end].rstrip(" ,.-")), 90


def _only_talk(street: str, name: str) -> bool:
    """Say whether a number and a kind of street in lower case are rather a count of things ("2 cours de danse")."""
    kind, linked = street.split()[-1], name in _LINKS or name.startswith(("d'", "l'"))
    return kind in _ALSO_WORDS or (kind == "place" and name not in ("du", "des", "la")) or (not street[0].isdigit() and not linked)


def _street(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    """Take a street whose number comes after, or that has none, when a postcode and a town or a home follow from it."""
    tail = _TAIL.match(text, end)
    if not tail or (start and re.search("[0-9](?: ?(?:bis|ter|[a-d]))?,? $", text[max(0, start - 8):start].lower())):
        return None
    end = tail.end()
    if text[end - 1].islower() and (onward := _TO_CODE.match(text, end)):
        end = onward.end()
    if found := _CODE_TOWN.match(text, end):
        return start, start + len(text[start:found.end()].rstrip(" ,.-")), 85
    house = _HOUSE.match(text, end)
    return (start, house.end(), 80) if house and _AT_HOME.search(around(text, start, end)) else None


def _near_code(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    return start + text[start:end].index(" ") + 1, end, 75


def _english(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    if re.match(r"(?:1[89]|20)[0-9]{2} ", text[start:end]) and _A_MONTH.search(around(text, start, end, left=14)):
        return None
    if (tail := _ENGLISH_TAIL.match(text, end)) and not text[end:end + 1].isalnum():
        end = tail.end()
    return start, start + len(text[start:end].rstrip(" ,.")), 85


def _postcode(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    word = text[start:end].rpartition(" ")[2].lower()
    if word in _NO_TOWNS or (start and text[start - 1] in "$#.-_/"):
        return None
    town = re.compile(_TOWN).match(text, end - len(word))
    return start, (town.end() if town else end), 65


def _lives(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    place = _PLACE.search(text, start, end)
    if not place or place.group().lower() in _NO_PLACES:
        return None
    return place.start(), end, 75


RULES = (
    Rule(label="ADDRESS", shape=_FRENCH, accept=_french, whole=False),
    Rule(label="ADDRESS", shape=_STREET, accept=_street, whole=False),
    Rule(label="ADDRESS", shape=_NEAR_CODE, accept=_near_code),
    Rule(label="ADDRESS", shape=_LIEU, score=80),
    Rule(label="ADDRESS", shape=_ENGLISH, accept=_english),
    Rule(label="ADDRESS", shape=_UK_POSTCODE, score=85),
    Rule(label="ADDRESS", shape=_BOX, score=85),
    Rule(label="ADDRESS", shape=_GERMAN, score=85),
    Rule(label="ADDRESS", shape=_SPANISH, score=80),
    Rule(label="ADDRESS", shape=_POSTCODE, accept=_postcode),
    Rule(label="LOCATION", shape=_LIVES, accept=_lives),
)


class Addresses:
    """Finds postal addresses and the towns people say they live in."""

    name = "addresses"
    version = "2"
    labels = frozenset({"ADDRESS", "LOCATION"})
    languages: frozenset[str] = frozenset()
    digest = settings_key([*(rule.shape for rule in RULES), _TAIL.pattern, _FRENCH_TOWN.pattern, _ENGLISH_TAIL.pattern, _TOWN, _ONWARD.pattern, _TO_CODE.pattern, _CODE_TOWN.pattern, _BEFORE.pattern, _A_MONTH.pattern,
                           *sorted(_NO_TOWNS | _NO_PLACES)])

    def __init__(self) -> None:
        self._scan = Scan(RULES, together=6)

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find spans in each text."""
        page = plain(texts)
        return spans(page, self._scan.hits(page), self.name)


@functools.cache
def detectors() -> tuple[Addresses, ...]:
    """Offer the detector to the registry."""
    return (Addresses(),)
