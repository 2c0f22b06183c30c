"""Patterns: contact and network details that their shape gives away, whatever the language.

E-mail, web addresses, handles, IP and MAC addresses, coordinates, dates of birth, plates, account and case numbers.
Telephones are in ``phones.py``, streets in ``addresses.py``, numbers with check digits in ``identifiers.py``.

Rules kept here:

- A web address is masked only when it points to a person (a user name, a token or an address in it, or a profile
  page); a plain public address stays, because it is knowledge.
- What is no one's (loopback addresses, version numbers, code decorators) stays.
"""

import functools
import ipaddress
import re
from collections.abc import Sequence

from licit.core.ids import settings_key
from licit.core.spans import Span

from ._plain import plain
from ._scan import Rule, Scan, around, spans

_L = r"A-Za-z\xC0\xE0\xE1"
_EMAIL = rf"[{_L}0-9._%+'!#$~-]+@[{_L}0-9-]+(?:\.[{_L}0-9-]+)+"
_SPELT_EMAIL = (r"(?i)[a-z0-9._+-]+ ?[\[({] ?(?:at|arobase|@) ?[\])}] ?[a-z0-9-]+"
                r"(?: ?[\[({] ?(?:dot|point|\.) ?[\])}] ?[a-z0-9-]+|\.[a-z0-9-]+)+")
_APART_EMAIL = (r"(?i)[a-z0-9._+-]{2,} ?@ ?[a-z0-9-]+ ?\. ?(?:com|fr|org|net|eu|de|uk|be|ch|es|it|nl|pt|ca|example|test|info|io)\b")
_URL = r"(?i)(?:[a-z][a-z0-9+.-]{1,15}://|www\.)[!#-;=?-Z\[\]_a-z~\x01\xC0\xE0\xE1]+"
_HANDLE = r"@[A-Za-z0-9_][A-Za-z0-9_.]*"
_IPV4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_IPV6 = r"(?i)(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|[0-9]{1,3}(?:\.[0-9]{1,3}){3})"
_MAC = r"(?i)[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5})|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}"
_DECIMAL_PLACE = r"[+-]?[0-9]{1,2}\.[0-9]{3,15}[NSns]? ?[,; /] ?[+-]?[0-9]{1,3}\.[0-9]{3,15}"
_DEGREE_PLACE = (r"[0-9]{1,2} ?\x02 ?[0-9]{1,2} ?' ?(?:[0-9.,]{1,8} ?(?:\"|'') ?)?[NSns] ?[,;/]? ?"
                 r"[0-9]{1,3} ?\x02 ?[0-9]{1,2} ?' ?(?:[0-9.,]{1,8} ?(?:\"|'') ?)?[EWOewo]")
_MONTHS = ("janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|january|february|"
           "march|april|may|june|july|august|september|october|november|december|januar|februar|marz|juni|juli|"
           "oktober|dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
           "diciembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|"
           "jan|janv|feb|fev|mar|apr|avr|jun|jul|juil|aug|sept?|oct|okt|nov|dec|dez")
_DATE = (rf"(?:[0-9]{{1,2}}(?:er|st|nd|rd|th|\.)? ?(?:of |de |/|-)?(?:{_MONTHS})[.,]? ?(?:de |/|-)?(?:[0-9]{{4}}|[0-9]{{2}})"
         rf"|(?:{_MONTHS})\.? [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}}"
         r"|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2} ?[-/. ] ?[0-9]{1,2} ?[-/. ] ?(?:[0-9]{4}|[0-9]{2}))")
_BORN = (r"(?:nee?|ne\(e\)|nee?s|date de naissance|naissance|ddn|born|date of birth|birth ?date|birthday|d\.?o\.?b\.?|"
         r"geboren|geburtsdatum|geb\.|fecha de nacimiento|nacid[oa]|nat[oa]|data di nascita|geboortedatum|nascid[oa]|"
         r"data de nascimento|anniversaire)")
_BIRTH = rf"(?i)\b{_BORN}\b[ :=\"'(]{{0,5}}(?:(?:est|is|was|le|on|am|el|il|op|em|the|the day) ){{0,3}}{_DATE}"
_PLATE = r"[A-Z]{2}[- ]?[0-9]{3}[- ]?[A-Z]{2}"
_NUMBERED = r"[A-Za-z0-9][A-Za-z0-9/_.-]{2,31}"
_SAYS = r"(?: ?(?:est|is|:|=|#|\x02|no\.?|n\x02))*[ \t]{0,2}"
_ACCOUNT = (r"(?i)\b(?:(?:numero|n\x02|no\.?|num\.?|id|identifiant|code|reference|ref\.?) ?(?:de |d')?"
            r"(?:client|adherent|abonne|allocataire|compte|contrat|membre|utilisateur|police|beneficiaire)"
            r"|(?:customer|client|account|member(?:ship)?|user|policy|subscriber|patient|employee)"
            r"[ _-]?(?:id|number|no\.?|nr\.?|#|code)|kundennummer|vertragsnummer|numero de cliente|codice cliente)"
            rf"\b{_SAYS}{_NUMBERED}")
_CASE = (r"(?i)\b(?:(?:n\x02|no\.?|numero) ?(?:de |du |d')?(?:dossier|procedure|rg|parquet|requete|affaire|plainte)"
         r"|(?:rg|dossier|requete|affaire|case|docket|application|aktenzeichen|az\.?)[ ]?(?:n\x02|no\.?|nos\.?|number|#|:))"
         rf"{_SAYS}{_NUMBERED}")

_PROFILE = re.compile(
    r"(?i)://(?:[^/@]*:[^/@]*@|[^/@]+@)|[?&#;](?:[a-z_]*(?:token|key|secret|sig|signature|session|sid|auth|password|pwd|"
    r"email|mail|phone|user|uid|userid|username|name|code|jwt|share|invite))=|@|%40|"
    r"/(?:in|u|user|users|profile|profiles|profil|people|member|members|author|channel|id|~)/[^/?#]+|/~\w|"
    r"(?:facebook|fb|instagram|twitter|x|tiktok|threads|github|gitlab|linktr|t|wa|snapchat|vk|patreon|onlyfans|calendly|"
    r"paypal|venmo|medium|keybase|soundcloud|twitch)\.(?:com|net|me|ee|tv|io)/(?!(?:home|search|explore|about|login|"
    r"help|privacy|terms|docs|features|topics|p|reel|watch|hashtag|status|policies)\b)[^/?#\s]+/?(?:[?#]|$)|"
    r"(?:docs|drive|calendar)\.google\.com/.*/d/|/(?:share|invite|join|reset|confirm|unsubscribe|s)/[\w-]{8,}")
_NO_HANDLES = frozenset((
    "all", "angular", "app", "apply", "author", "autowired", "babel", "channel", "charset", "classmethod", "component",
    "dataclass", "deprecated", "everyone", "font", "functools", "here", "import", "injectable", "input", "keyframes",
    "layer", "media", "output", "override", "param", "property", "pytest", "return", "returns", "see", "since",
    "staticmethod", "supports", "test", "throws", "types"))
_CONTEXT_PLATE = re.compile(r"immat|plaque|vehicule|voiture|plate|registration|carte grise")
_NUMBER_WORD = re.compile(r"(?:\b(?:v|ver|version|release|python|firmware|rev)\.?[ =:]?)\0$")


def _email(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    while start < end and text[start] in ".'!#$%~-+":
        start += 1
    end -= len(text[start:end]) - len(text[start:end].rstrip("-"))
    local, _, domain = text[start:end].partition("@")
    top = domain.rpartition(".")[2]
    if not local or len(top) < 2 or not top.replace("-", "").isalnum() or top.isdigit() or local == "git":
        return None
    return start, end, 100


def _apart_email(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    return (start, end, 90) if " " in text[start:end] else None


def _url(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    while end > start and text[end - 1] in ".,;:!?)]'\"":
        end -= 1
    return (start, end, 90) if _PROFILE.search(text[start:end]) else None


def _handle(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    end -= len(text[start:end]) - len(text[start:end].rstrip("."))
    name = text[start + 1:end]
    if start and (text[start - 1].isalnum() or text[start - 1] in "@./_-+%:'"):
        return None
    if not 2 <= len(name) <= 40 or name.lower().partition(".")[0] in _NO_HANDLES or not re.search("[A-Za-z]", name):
        return None
    if text[end:end + 1] in ("(", "/", "@"):
        return None
    return start, end, 80


def _ip(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    # A longer run of numbers and points or colons is no address but something else.
    if text[end:end + 2].strip().startswith((".", ":")) and text[end + 1:end + 2].isalnum():
        return None
    if start and text[start - 1] in ".:" and start > 1 and text[start - 2].isalnum():
        return None
    try:
        address = ipaddress.ip_address(text[start:end])
    except ValueError:
        return None
    if address.is_loopback or address.is_unspecified or str(address) == "255.255.255.255":
        return None
    if address.version == 4 and _NUMBER_WORD.search(around(text, start, end, left=12)):
        return None
    return start, end, 95


def _decimal_place(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    numbers = [float(number) for number in re.findall(r"[+-]?[0-9]+\.[0-9]+", text[start:end])]
    return (start, end, 90) if len(numbers) == 2 and abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 else None


def _birth(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    match = re.search(f"(?i){_DATE}$", text[start:end])
    return (start + match.start(), end, 95) if match else None


def _plate(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    letters = re.sub("[^A-Z]", "", text[start:end])
    if set(letters) & set("IOU") or "SS" in (letters[:2], letters[2:]):
        return None
    if text[start:end].count("-") == 2 or _CONTEXT_PLATE.search(around(text, start, end, left=60)):
        return start, end, 85
    return None


def _last_token(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    while text[end - 1] in "./_-":
        end -= 1
    match = re.search(r"[A-Za-z0-9][A-Za-z0-9/_.-]*$", text[start:end])
    if not match or sum(char.isdigit() for char in match.group()) < 3:
        return None
    return start + match.start(), end, 85


RULES = (
    Rule(label="EMAIL", shape=_EMAIL, accept=_email, whole=False),
    Rule(label="EMAIL", shape=_SPELT_EMAIL, score=90, whole=False),
    Rule(label="EMAIL", shape=_APART_EMAIL, accept=_apart_email, whole=False),
    Rule(label="URL", shape=_URL, accept=_url, whole=False),
    Rule(label="HANDLE", shape=_HANDLE, accept=_handle, whole=False),
    Rule(label="IP_ADDRESS", shape=_IPV4, accept=_ip),
    Rule(label="IP_ADDRESS", shape=_IPV6, accept=_ip),
    Rule(label="MAC_ADDRESS", shape=_MAC, score=95),
    Rule(label="COORDINATES", shape=_DECIMAL_PLACE, accept=_decimal_place),
    Rule(label="COORDINATES", shape=_DEGREE_PLACE, score=95),
    Rule(label="DATE_OF_BIRTH", shape=_BIRTH, accept=_birth),
    Rule(label="VEHICLE_PLATE", shape=_PLATE, accept=_plate),
    Rule(label="ACCOUNT_ID", shape=_ACCOUNT, accept=_last_token, whole=False),
    Rule(label="CASE_NUMBER", shape=_CASE, accept=_last_token, whole=False),
)


class Patterns:
    """Finds contact and network details by their shape, in every language."""

    name = "patterns"
    version = "1"
    labels = frozenset(rule.label for rule in RULES)
    languages: frozenset[str] = frozenset()
    digest = settings_key([*(rule.shape for rule in RULES), _PROFILE.pattern, *sorted(_NO_HANDLES)])

    def __init__(self) -> None:
        self._scan = Scan(RULES)

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find spans in each text."""
        page = plain(texts)
        return spans(page, self._scan.hits(page), self.name)


@functools.cache
def detectors() -> tuple[Patterns, ...]:
    """Offer the detector to the registry."""
    return (Patterns(),)
