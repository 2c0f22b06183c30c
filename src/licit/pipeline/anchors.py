"""Anchors: what a translation keeps of a text whatever its language: names, numbers and dates, as hashes.

Two documents in different languages that share enough of them may be the one a translation of the other.

Rules kept here (``docs/reference/formats.md`` has them in full, for whoever computes them again):

- A name is a Latin word with a capital inside a sentence, without accents; two such words side by side are a full name.
  Words that every text has (:data:`COMMON`) are none.
- A number is read as either habit writes it (``38 000`` or ``38,000``, ``1,5`` or ``1.5``), multiplied by its scale word.
- A date is a day and a month, the month in any of seven languages.
- Strong anchors are odd: full names, dates, numbers that are neither round nor years. The others are even.

Law: DEI-07
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_MONTHS = {name: number for number, names in enumerate((
    "janvier january januar enero gennaio januari janeiro", "fevrier february februar febrero febbraio februari fevereiro",
    "mars march marz marzo maart marco", "avril april abril aprile", "mai may mayo maggio mei maio", "juin june juni junio giugno junho",
    "juillet july juli julio luglio julho", "aout august agosto augustus", "septembre september septiembre settembre setembro",
    "octobre october oktober octubre ottobre outubro", "novembre november noviembre novembro",
    "decembre december dezember diciembre dicembre dezembro"), 1) for name in names.split()}
_SCALES = {word: scale for scale, words in (
    (3, "mille thousand tausend mil mila duizend"), (6, "million millions millionen millon millones milione milioni miljoen milhao milhoes"),
    (9, "milliard milliards milliarden billion billions miliardo miliardi miljard")) for word in words.split()}

#: Words with a capital that say nothing of a text: what opens sentences, titles, days, what a language capitalises.
COMMON = frozenset(
    "the a an in on at for but after before according he she they we you it its his her their this these that those there when while with "
    "from into over under since and or if as by to of le la les un une des dans selon pour mais apres avant en au aux ce cette ces il elle "
    "ils elles on nous vous que qui du de et ou si par sur depuis lors alors madame monsieur mister president minister ministre prime court "
    "cour europe european europeen europeenne francais francaise french france english anglais britain british german allemand american "
    "americain state states etat etats union united paris monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi "
    "jeudi vendredi samedi dimanche article articles chapter chapitre page pages internet google facebook twitter youtube north south east "
    "west nord ouest university universite company council conseil commission parliament parlement government gouvernement city ville "
    "street avenue place saint sainte copyright".split()) | frozenset(_MONTHS)

#: So many anchors of a document are kept: dates, then numbers, then names, as they come.
MOST = 512

_DAY = re.compile(r"(?<![\w.,-])(\d\d?)(?:er|st|nd|rd|th|\.|º)?(?:\s(?:de\s|of\s)?([a-z]+)(?!\w))?(?![\d:])|(?<!\d)\d{4}-(\d\d)-(\d\d)(?!\d)")
_BEFORE = re.compile(r"(?<!\w)([a-z]+)\s\Z")
_NUMBER = re.compile(rf"(?<![\w.,-])(\d{{1,3}}(?:[ .,\u00a0\u202f]\d{{3}})+(?![\d])|\d+(?:[.,]\d\d?(?!\d))?)(?:\s({'|'.join(_SCALES)})(?!\w))?")
_GROUPED = re.compile(r"\d{1,3}(?:[ .,\u00a0\u202f]\d{3})+")
_NAME = re.compile(r"(?<!\w)[A-Z]\w*(?:-\w+)*")
_OPENS = re.compile(r"(?:\A|[.!?:…»«\"“”(\n\r•>#])[ \t]*\Z")
_ACCENTS = re.compile("[\u0300-\u036f]")


def anchors_of(text: str) -> list[int]:
    """Give a text's anchors, sorted, each once; strong ones are odd."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", text)).replace("\u2019", "'")
    found: dict[str, bool] = {}
    for key, strong in (*_dates(plain.lower()), *_numbers(plain.lower()), *_names(plain)):
        if len(found) < MOST:
            found.setdefault(key, strong)
    return sorted(_hashed(key) >> 1 << 1 | strong for key, strong in found.items())


@lru_cache(maxsize=65536)
def _hashed(key: str) -> int:
    return int.from_bytes(hashlib.sha256(b"licit/anchor\0" + key.encode()).digest()[:8], "big")


def _dates(text: str) -> Iterator[tuple[str, bool]]:
    for found in _DAY.finditer(text):
        day, month = found[1] or found[4], _MONTHS.get(found[2] or "", int(found[3] or 0))
        if not month and found[1] and (before := _BEFORE.search(text, max(0, found.start() - 12), found.start())):
            month = _MONTHS.get(before[1], 0)
        if 1 <= int(day) <= 31 and 1 <= month <= 12:
            yield f"d{int(day)}-{month}", True


def _numbers(text: str) -> Iterator[tuple[str, bool]]:
    for found in _NUMBER.finditer(text):
        written, scale = found[1], _SCALES.get(found[2] or "", 0)
        grouped = bool(_GROUPED.fullmatch(written))
        whole, _, part = (re.sub(r"\D", "", written), "", "") if grouped else written.replace(",", ".").partition(".")
        part = part.rstrip("0")
        digits, shift = (whole + part).lstrip("0"), scale - len(part)
        value = digits + "0" * shift if shift >= 0 else f"{whole.lstrip('0')}.{part}"
        year = not grouped and not scale and not part and len(whole) == 4 and whole[:2] in ("19", "20")
        if len(value) >= 3 and digits:
            yield f"n{value}", not year and (shift < 0 or len(value) > 3 or len(value.rstrip("0")) > 1)


def _names(text: str) -> Iterator[tuple[str, bool]]:
    last, end = "", -2
    for found in _NAME.finditer(text):
        name = found[0].lower()
        known = name in COMMON or len(name) < 3
        if last and not known and found.start() == end + 1 and text[end] == " ":
            yield f"p{last} {name}", True
        if not known and (len(name) > 3 or found[0].isupper()) and not _OPENS.search(text, max(0, found.start() - 8), found.start()):
            yield f"p{name}", False
        last, end = "" if known else name, found.end()
