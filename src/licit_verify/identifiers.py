"""Direct identifiers that nobody can argue about: e-mail, IBAN, payment card, French NIR, private keys.

A few exact patterns, written apart from the product's detectors, so that a fault in those shows here. It is a floor and
no measure: what is not found may still be there.

Rules kept here:

- One linear scan by kernels over all texts; only a text that may hold something is looked at again, exactly.
- Reserved domains, role addresses of code hosts, published test cards and placeholders in brackets are let be.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_MAYBE = (r"[A-Za-z0-9_%+\-]@[A-Za-z0-9\-]+\.[A-Za-z0-9]|[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2}"
          r"|[0-9](?:[ \-]?[0-9]){12}|[12] ?[0-9]{2} ?[0-9]{2} ?2[AB]|PRIVATE KEY")
_EMAIL = re.compile(r"(?<![\w.%+\-])([A-Za-z0-9](?:[\w.%+\-]{0,62}[\w%+\-])?)@((?:[A-Za-z0-9\-]{1,63}\.){1,8}"
                    r"[A-Za-z]{2,24})(?![\w\-])", re.ASCII)
_RESERVED = re.compile(r"(?:.*\.)?(?:example\.(?:com|org|net)|example|test|invalid|localhost|local)", re.IGNORECASE)
_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30})(?![A-Za-z0-9])")
_DIGITS = re.compile(r"(?<![\w.,+\-])([0-9](?:[ \-]?[0-9]){12,18})(?![\w\-]|[.,][0-9])")
_NIR = re.compile(r"(?<![\w])([12] ?[0-9]{2} ?[0-9]{2} ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3}) ?([0-9]{2})(?![\w])")
_KEY = re.compile(r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----\s*(?:[A-Za-z-]+: .*\s+)*[A-Za-z0-9+/]{40}")
_CARD = re.compile(r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
                   r"|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}")
_TEST_CARDS = frozenset({"4111111111111111", "4242424242424242", "4012888888881881", "4000000000000002",
                         "5555555555554444", "5105105105105100", "378282246310005", "371449635398431",
                         "6011111111111117", "3530111333300000", "30569309025904"})
_IBAN_LENGTHS = dict(part.split(":") for part in (
    "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DK:18 DO:28 EE:20 "
    "EG:29 ES:24 FI:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HR:21 HU:28 IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 "
    "KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 LY:25 MC:27 MD:24 ME:22 MK:19 MR:27 MT:31 MU:30 NL:18 NO:15 PK:24 "
    "PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 SA:24 SC:31 SD:18 SE:24 SI:19 SK:24 SM:27 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 "
    "VA:22 VG:24 XK:20").split())


def find_identifiers(columns: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give (kind, record) for every direct identifier in the words of some rows; at most one of a kind a text."""
    messages = columns["messages"]
    flat = pc.struct_field(pc.list_flatten(messages), "content")
    yield from _look(flat, pc.list_parent_indices(messages), columns["record"])
    yield from _look(columns["text"], None, columns["record"])
    for name in ("participants", "topics"):
        yield from _look(pc.list_flatten(columns[name]), pc.list_parent_indices(columns[name]), columns["record"])


def _look(texts: Any, rows: Any, records: Any) -> Iterator[tuple[str, str]]:
    maybe = pc.fill_null(pc.match_substring_regex(texts, _MAYBE), False)
    if not pc.any(maybe, min_count=0).as_py():
        return
    places = pc.indices_nonzero(maybe)
    suspects = texts.take(places).to_pylist()
    owners = places if rows is None else rows.take(places)
    for text, row in zip(suspects, pa.array(owners).to_pylist(), strict=True):
        for kind in kinds_in(text):
            yield kind, records[row].as_py()


def kinds_in(text: str) -> list[str]:
    """Give the kinds of direct identifier that a text certainly holds."""
    return [kind for kind, holds in _KINDS.items() if holds(text)]


def _email(text: str) -> bool:
    return any(not _RESERVED.fullmatch(domain) and name.lower() not in ("git", "hg", "noreply", "no-reply")
               for name, domain in _EMAIL.findall(text))


def _iban(text: str) -> bool:
    return any(_iban_holds(match.group(1)) for match in _IBAN.finditer(text))


def _iban_holds(found: str) -> bool:
    """Check the country's own length (what follows may have run into the match) and the remainder of 97."""
    length = int(_IBAN_LENGTHS.get(found[:2], 0))
    plain = found.replace(" ", "")[:length]
    ends = found.replace(" ", "") == plain or re.match(f"(?: ?[A-Z0-9]){{{length}}}(?: |$)", found)
    if not length or len(plain) < length or not ends:
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def _card(text: str) -> bool:
    return any(_card_holds(re.sub(r"[ \-]", "", found)) for found in _DIGITS.findall(text))


def _card_holds(digits: str) -> bool:
    if not _CARD.fullmatch(digits) or digits in _TEST_CARDS or len(set(digits)) < 3:
        return False
    total = sum(int(digit) if place % 2 == 0 else sum(divmod(2 * int(digit), 10))
                for place, digit in enumerate(reversed(digits)))
    return total % 10 == 0


def _nir(text: str) -> bool:
    return any(_nir_holds(body.replace(" ", ""), int(key)) for body, key in _NIR.findall(text))


def _nir_holds(body: str, key: int) -> bool:
    month = int(body[3:5])
    number = int(body.replace("2A", "19").replace("2B", "18")) if body[5:7] in ("2A", "2B") else int(body)
    return (1 <= month <= 12 or 20 <= month <= 42 or month >= 50) and body[5:7] != "00" and key == 97 - number % 97


_KINDS: dict[str, Callable[[str], bool]] = {
    "e-mail address": _email, "IBAN": _iban, "payment card": _card, "NIR": _nir,
    "private key": lambda text: _KEY.search(text) is not None}
