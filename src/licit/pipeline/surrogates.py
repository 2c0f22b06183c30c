"""Surrogates: plausible words in place of personal ones, by a key and the record, and known again without either.

Rules kept here:

- A name is replaced word by word, so that a full name, its parts, its initials, its handles and its e-mail addresses move
  together inside a record; another record has other words, and nobody without the key can link the two.
- Names come from lists made here of invented syllables; one that stands in the record already is drawn again. So a name
  made of such words, in any text, is a surrogate and is left alone: the work repeated on its result changes nothing.
- Telephone numbers and addresses are reserved ones, that nobody has: numbers for fiction, documentation networks and hosts.
- Dates with day, month and year move by one number of whole weeks a record, into the years before 1900: weekdays,
  intervals and ages stay. A date before 1900 concerns nobody alive and is left alone, as are days that everybody keeps.
  Ages above 89 become ``90+``.
- A place or organisation becomes one invented word, a street with its number an invented one, its postcode one that no
  country has given out.
- Accounts, cards, numbers of the state, plates, secrets and the like get a placeholder: with right check digits one may be
  somebody's, with wrong ones it teaches a model to write what is wrong, and none is reserved for fiction.

Law: DEI-02
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from ..core.ids import keyed_by, short_text
from .days import earlier, is_public
from .invented import FIRST, LAST, OWN, PLAIN, WORD, is_made, words_in
from .sweep import TITLES, fold, is_between

_LONGEST_PIECE = 60
_TRIES = 64
_KINDS = ("rue avenue av boulevard bd chemin impasse allee allees quai place route cours square".split(),
          "street st avenue ave road rd lane ln drive court boulevard blvd".split())
_BEFORE = re.compile(rf"\b(?:{'|'.join(_KINDS[0])}) (?=[^\W\d_])", re.I)
_BEHIND = re.compile(rf"(?<=[^\W\d_]) (?:{'|'.join(_KINDS[1])})\b", re.I)
STREETS_BEFORE, STREETS_BEHIND = (frozenset(map(fold, some)) for some in _KINDS)
_STREET_WORDS = STREETS_BEFORE | STREETS_BEHIND
_FIRST_TOO = frozenset("al ben del della do".split())
_LAST_TOO = frozenset("ben bin del do le saint sainte san santa".split())
#: How French numbers for fiction begin behind 0 or +33: one for each region, then mobile ones.
FICTION = ("19900", "26191", "35301", "46571", "53649", "63998")
_SITES = ("example.org", "example.com", "example.net")
_SITE = r"example\.(?:org|com|net)"

_OUR_SITE = re.compile(_SITE, re.I)
_BETWEEN_FIGURES = re.compile(r"[\s().-]")
_HOUSE_NUMBER = re.compile(r"\d{1,6} ")
# By a letter alone nobody could tell a surrogate.
_SPEAKS = re.compile(r"[^\W\d_]{2}")
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")
_FIGURES = re.compile(r"\d|//")
_NUMBERS = re.compile(
    rf"(?:0|\+?33|0033)(?:{'|'.join(FICTION)})\d{{4}}|(?:\+?1)?\d{{3}}55501\d\d|(?:\+?44|0)7700900\d{{3}}")
_ADDRESSES = re.compile(
    rf"(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d{{1,3}}|2001:db8::[0-9a-f]{{1,4}}|https?://{_SITE}/[a-z2-7]{{8}}/?", re.I)

_WEEKS = (7880, 700)


def _shown(text: str) -> str:
    """Give a finding as it looks: full-width signs narrow, accents joined, and without what shows nothing."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


def is_own(text: str) -> bool:
    """Tell whether a finding is a surrogate already, or a reserved number, which is nobody's."""
    return _is_own(text) if len(text) > _LONGEST_PIECE else _is_own_piece(text)


# The same names and numbers come again and again, and each is asked about at every look.
@functools.lru_cache(maxsize=16_384)
def _is_own_piece(text: str) -> bool:
    return _is_own(text)


def _is_own(text: str) -> bool:
    text = _shown(text)
    if "@" not in text and _FIGURES.search(text) and (_ADDRESSES.fullmatch(text.strip()) or _NUMBERS.fullmatch(_BETWEEN_FIGURES.sub("", text))):
        return True
    local, at, host = text.strip().partition("@")
    if at and local and not _OUR_SITE.fullmatch(host):
        return False
    words = _told([*map(fold, WORD.findall(local if at and local else text))])
    if _STREET_WORDS.intersection(words) and _HOUSE_NUMBER.match(text):
        words = [word for word in words if word not in _STREET_WORDS]
    return any(len(word) > 1 for word in words) and all(len(word) == 1 or is_made(word) for word in words)


def _told(words: Sequence[str]) -> list[str]:
    """Give the folded words of a mention that name somebody: no titles, nor what stands between names."""
    return [word for at, word in enumerate(words) if _names(word, at, len(words))]


def _names(word: str, at: int, of: int) -> bool:
    """Tell a name from a title or particle; some particles are first names where they open one, or last names at its end."""
    if word in TITLES:
        return False
    return not is_between(word) or (word in _FIRST_TOO if at == 0 else at == of - 1 and word in _LAST_TOO)


class _NoneLeftError(Exception):
    """A record names more people than there are words for."""


@functools.lru_cache(maxsize=2)
def hashing(key: bytes, tag: str) -> Callable[..., bytes]:
    """Give what hashes under a key and a tag: a run has one key, and many records that hash a few times each."""
    return keyed_by(key, tag)


@dataclass(slots=True)
class Surrogates:
    """The surrogates of one record; no word that stands in its ``texts`` is given."""

    key: bytes = field(repr=False)
    record: str = field(repr=False)
    texts: Sequence[str] = field(default=(), repr=False)
    _taken: frozenset[str] | None = field(default=None, repr=False)
    _given: dict[str, str] = field(default_factory=dict, repr=False)
    _used: set[str] = field(default_factory=set, repr=False)
    _empty: set[bool] = field(default_factory=set, repr=False)
    _letters: dict[str, str] = field(default_factory=dict, repr=False)
    _family: set[str] = field(default_factory=set, repr=False)
    _sites: dict[str, str] = field(default_factory=dict, repr=False)

    def know(self, names: Iterable[str]) -> None:
        """Learn which words are last names, and give every word of these names its own, in an order of their own."""
        words = set[str]()
        for name in sorted(set(names)):
            tokens = [fold(word) for word in WORD.findall(name)]
            told = _told(tokens)
            if len(told) > 1 or (told and tokens[0] in TITLES):
                self._family.add(told[-1])
            words.update(word for word in told if len(word) > 1)
        for word in sorted(words):
            if new := self._stands(word):
                self._letters.setdefault(word[0], fold(new)[0])

    def word(self, word: str) -> str:
        """Give the invented word for a folded word of a name; an invented one stands for itself.

        Raises:
            _NoneLeftError: there is none left.
        """
        if new := self._stands(word):
            return new
        raise _NoneLeftError

    def _stands(self, word: str) -> str:
        if word not in self._given:
            new = self._given[word] = word if is_made(word) else self._drawn(word)
            self._used.add(new)
        return self._given[word]

    def _drawn(self, word: str) -> str:
        """Draw a word, or two in one where all are given; from the place that the key says, the next that is free."""
        if self._taken is None:
            self._taken = words_in(self.texts)
        family = word in self._family
        pool = LAST if family else FIRST
        start = self._number("name", word)
        if family not in self._empty:
            for one in islice(chain(pool, pool), start % len(pool), start % len(pool) + len(pool)):
                if one not in self._used and PLAIN[one] not in self._taken:
                    return one
            self._empty.add(family)
        for number in range(start, start + _TRIES):
            one, two = pool[number // len(pool) % len(pool)], pool[number % len(pool)]
            if one + two not in self._used and PLAIN[one] + PLAIN[two] not in self._taken:
                return one + two
        return ""

    def of(self, label: str, text: str) -> str | None:
        """Give what stands for a finding: its own text where it may stay, None where only a placeholder will do."""
        if is_own(text):
            return text
        text = _shown(text)
        make: Callable[[str], str | None] | None = {
            "PERSON": self._name, "EMAIL": self._mail, "HANDLE": self._handle, "PHONE": self._phone, "IP_ADDRESS": self._ip,
            "URL": self._url, "LOCATION": self._place, "ORGANISATION": self._place, "ADDRESS": self._address, "DATE": self._public_or_moved, "DATE_OF_BIRTH": self._moved, "AGE": self._age}.get(label)
        try:
            return make(text) if make else None
        except _NoneLeftError:
            return None

    def _number(self, *parts: str) -> int:
        return int.from_bytes(self._hashed(*(part.encode() for part in parts))[:8], "big")

    def _hashed(self, *parts: bytes) -> bytes:
        return hashing(self.key, "licit/surrogate")(self.record.encode(), *parts)

    def _site(self, host: str) -> str:
        if host not in self._sites:
            self._sites[host] = _SITES[self._number("host", fold(host)) % len(_SITES)]
        return self._sites[host]

    def _name(self, text: str) -> str | None:
        words = [*map(fold, WORD.findall(text))]
        told = _told(words)
        if all(len(word) < 2 for word in told) or any(len(word) < 2 and not self._letter(word) for word in told):
            return None  # by letters alone nobody could tell a surrogate at the next look
        kept = iter([not _names(word, at, len(words)) for at, word in enumerate(words)])
        return re.sub(r"\d", "0", WORD.sub(lambda found: found.group() if next(kept) else self._cased(found.group()), text))

    def _cased(self, token: str) -> str:
        word = fold(token)
        if len(word) < 2:
            return self._initial(token)
        new = self.word(word)
        return new.upper() if token.isupper() else new if token.islower() else new.capitalize()

    def _initial(self, token: str) -> str:
        new = self._letter(fold(token)) or "b"
        return new.upper() if token.isupper() else new

    def _letter(self, letter: str) -> str:
        """Give the initial that stands for the initial of a name known here, or nothing."""
        return self._letters.get(letter, "")

    def _local(self, text: str) -> str:
        """Write a handle or the part of an address before its @ anew."""
        return _LETTERS_OR_DIGITS.sub(self._piece, text)

    def _piece(self, found: re.Match[str]) -> str:
        token, word = found.group(), fold(found.group())
        if token.isdigit():
            return f"{self._number('digits', token) % 10 ** len(token):0{len(token)}d}"
        if len(word) < 2:
            return self._initial(token)
        if word in self._given or word in OWN:
            return fold(self.word(word))
        if word[1:] in self._given:
            return self._initial(word[0]) + fold(self.word(word[1:]))
        for at in range(2, min(len(word), _LONGEST_PIECE) - 1):
            if word[:at] in self._given and word[at:] in self._given:
                return fold(self.word(word[:at])) + fold(self.word(word[at:]))
        return fold(self.word(word))

    def _handle(self, text: str) -> str:
        new = self._local(text)
        return new if _SPEAKS.search(new) else f"{text[:1] if text[:1] == '@' else ''}{fold(self.word(fold(text)))}"

    def _mail(self, text: str) -> str | None:
        local, at, host = text.strip().rpartition("@")
        if not at or not _LETTERS_OR_DIGITS.search(local):
            return None
        new = self._local(re.sub(r"[^\w.+-]", "", local))
        if not _SPEAKS.search(new):
            new = fold(self.word(fold(local)))
        return f"{new}@{self._site(host)}"

    def _phone(self, text: str) -> str | None:
        digits = re.sub(r"\D", "", text)
        if "+" in text[1:] or re.search(r"[^\W\d_]", text):
            return None
        last = self._number("phone", digits[-9:])
        for abroad in ("0033", "33", "0"):
            rest = digits.removeprefix(abroad)
            if digits.startswith(abroad) and len(rest) == 9 and rest[0] != "0" and (abroad == "0" or text.lstrip()[0] in "+0("):
                area = FICTION[min(int(rest[0]), 6) - 1]
                return _filled(text, f"{abroad}{area}{last % 10_000:04d}")
        if len(digits) == 10 or (len(digits) == 11 and digits[0] == "1"):
            return _filled(text, f"{digits[:-7]}55501{last % 100:02d}")
        return None

    def _ip(self, text: str) -> str:
        number = self._number("ip", fold(text))
        if ":" in text:
            return f"2001:db8::{number % 0xFFFF + 1:x}"
        return f"{('192.0.2', '198.51.100', '203.0.113')[number % 3]}.{number // 3 % 254 + 1}"

    def _url(self, text: str) -> str:
        return f"https://example.org/{short_text(self._hashed(b'url', text.encode()), 8)}"

    def _place(self, text: str) -> str | None:
        words = "".join(map(fold, WORD.findall(text)))
        if len(words) < 2:
            return None
        new = self.word(words)
        return new.upper() if text.isupper() else new if text.islower() else new.capitalize()

    def _address(self, text: str) -> str | None:
        """Write a street and its number anew, with a postcode and town where there is a postcode; others get none."""
        before, behind = _BEFORE.search(text), _BEHIND.search(text)
        if not re.match(r"\d", text) or not (before or behind):
            return None
        number, street, town = self._number("address", fold(text)), self._place(text + " x"), self._place(text)
        kind = before.group() if before else ""
        out = f"{number % 200 + 1} {kind}{street}{behind.group() if behind and not before else ''}"
        return f"{out}, 00{number // 200 % 200:03d} {town}" if re.search(r"\d{5}", text) else out

    def _public_or_moved(self, text: str) -> str | None:
        return text if is_public(text) else self._moved(text)

    def _moved(self, text: str) -> str | None:
        return earlier(text, _WEEKS[0] + self._number("weeks") % _WEEKS[1])

    def _age(self, text: str) -> str | None:
        return re.sub(r"\d+\+?", _rounded, text) if re.search(r"\d", text) else None


def _rounded(found: re.Match[str]) -> str:
    return "90+" if int(found.group().rstrip("+")) > 89 else found.group()


def _filled(text: str, digits: str) -> str:
    """Put digits in the places of a text's digits."""
    new = iter(digits)
    return "".join(next(new, "0") if c.isdigit() else c for c in text)
