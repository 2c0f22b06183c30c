"""Patterns: contact and network details that their shape gives away, whatever the language.

E-mail, handles and web addresses are stated in ``_contacts.py``; plates, customer and case numbers and wallets in
``_numbered.py``; IP and MAC addresses and coordinates here. Telephones are in ``phones.py``, streets in
``addresses.py``, dates in ``dates.py``, numbers with check digits in ``identifiers.py``.

Rules kept here:

- What is no one's (loopback addresses, version numbers, lists of numbers) stays.
"""

import functools
import ipaddress
import re
from collections.abc import Sequence

from licit.core.ids import settings_key
from licit.core.spans import Span

from . import _contacts, _numbered
from ._plain import plain
from ._scan import Rule, Scan, around, spans

Place = tuple[int, int, int] | None

_IPV4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_IPV6 = r"(?i)(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|[0-9]{1,3}(?:\.[0-9]{1,3}){3})"
_MAC = r"(?i)[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5})|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}"
_DECIMAL_PLACE = r"[+-]?[0-9]{1,2}\.[0-9]{3,15} ?\x02? ?[NSns]? ?[,; /] ?[+-]?[0-9]{1,3}\.[0-9]{3,15}(?: ?\x02 ?)?(?: ?[EWOewo]\b)?"
_DEGREE_PLACE = (r"[0-9]{1,2} ?\x02 ?[0-9]{1,2} ?' ?(?:[0-9.,]{1,8} ?(?:\"|'') ?)?[NSns] ?[,;/]? ?"
                 r"[0-9]{1,3} ?\x02 ?[0-9]{1,2} ?' ?(?:[0-9.,]{1,8} ?(?:\"|'') ?)?[EWOewo]")
_GEO = r"(?i)\bgeo:[+-]?[0-9]{1,2}(?:\.[0-9]{1,15})?,[+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?"
_NAMED_PLACE = r"(?i)\b(?:lat|latitude|lon|lng|long|longitude)[\"']?(?: ?[:=] ?| )[\"']?[+-]?[0-9]{1,3}\.[0-9]{2,15}"
_OTHER_HALF = re.compile(r"\b(?:lat|lon|lng|long|latitude|longitude)\b")
_NUMBER_WORD = re.compile(r"(?:\b(?:v|ver|version|release|python|firmware|rev)\.?[ =:]?)\0$")
_SPOT = re.compile(r"coord|gps|\blat|\blon|position|locali|locat|situ|suis a|i'm at|\bmaps?\b|carte|\bgeo|rendez-vous|meet|point\b")


def _ip(text: str, start: int, end: int) -> Place:
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


def _decimal_place(text: str, start: int, end: int) -> Place:
    found = text[start:end]
    numbers = re.findall(r"[+-]?[0-9]+\.[0-9]+", found)
    first, second = (float(number) for number in numbers)
    if abs(first) > 90 or abs(second) > 180:
        return None
    # A list of numbers is no place, nor are shares of one.
    listed = re.search(r"[0-9] ?[,;] ?$", text[max(0, start - 3):start]) or re.match(r" ?[,;] ?[+-]?[0-9]+\.[0-9]", text[end:end + 8])
    precise = not listed and min(len(number.partition(".")[2]) for number in numbers) >= 4 and max(abs(first), abs(second)) >= 1.5
    return (start, end, 90) if precise or "\x02" in found or _SPOT.search(around(text, start, end)) else None


def _named_place(text: str, start: int, end: int) -> Place:
    number = re.search("[+-]?[0-9.]+$", text[start:end])
    # A latitude comes with a longitude.
    return (start + number.start(), end, 90) if number and _OTHER_HALF.search(around(text, start, end, right=40)) else None


RULES = (
    *_contacts.RULES, *_numbered.RULES,
    Rule(label="IP_ADDRESS", shape=_IPV4, accept=_ip),
    Rule(label="IP_ADDRESS", shape=_IPV6, accept=_ip),
    Rule(label="MAC_ADDRESS", shape=_MAC, score=95),
    Rule(label="COORDINATES", shape=_DECIMAL_PLACE, accept=_decimal_place),
    Rule(label="COORDINATES", shape=_DEGREE_PLACE, score=95),
    Rule(label="COORDINATES", shape=_GEO, score=95),
    Rule(label="COORDINATES", shape=_NAMED_PLACE, accept=_named_place),
)


class Patterns:
    """Finds contact and network details by their shape, in every language."""

    name = "patterns"
    version = "2"
    labels = frozenset(rule.label for rule in RULES)
    languages: frozenset[str] = frozenset()
    digest = settings_key([*(rule.shape for rule in RULES), _contacts.PROFILE.pattern, *sorted(_contacts.NO_HANDLES | _contacts.NO_USERS)])

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
