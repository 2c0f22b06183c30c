"""The second sweep: what was found once in a record is looked for in all its texts, word by word.

Rules kept here:

- A name counts whatever its case, accents, joiners and look-alike letters: whole, by each of its parts of three letters
  or more, as initials (``M. D.``, ``Marie D.``), in a handle (``mdubois84``), and as an e-mail address spells it.
- Any other finding that identifies counts where the same words stand again.
- A word that is also a common one counts with a capital only, and some not even so where a sentence begins; a lower-case
  word of up to four letters never counts alone. So a person called Rose does not turn every rose into a person.
- The work grows with the text, however many names there are: words are looked up, no pattern is made of names.

Law: DEI-02
"""

import functools
import re
import unicodedata
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, compress, filterfalse

import phonenumbers

from ..core.spans import Span, settle
from .reading import LOOK_ALIKES, MIXED

#: What never counts as a part of a name: titles and what stands between names.
TITLES = frozenset("m mr mrs ms mme mlle dr me pr prof monsieur madame mademoiselle maitre docteur sir lady miss".split())
_BETWEEN = frozenset("de du des la le les van von der den ter del della di da do dos das al el ben bin ibn et and of the "
                     "saint sainte san santa".split())

#: First and last names that are common words too, in French or English.
_COMMON = frozenset(
    "aime ambre ange amber angel april arts auguste august aurore avril baker banks bell berger bill bishop blanc blanche "
    "bois bond bonnet boucher boulanger brown bush carpenter chance charity chase cherry claire clement clemence colombe "
    "constance cook crystal daisy dawn dean desire diamond dragon duke duval earl faith felicite fleur fontaine forest "
    "france franc frank garnier gardener ginger glory gold grace grand grant green gris hall harmony heaven herb hill honor "
    "hope hunter iris ivory jade jardin jasmin jasmine joie joy jules june juste king knight lac lance laurier leblanc lebrun "
    "lily long lys mace major marin mark marche marguerite mason mercier merry meunier mill miller moulin muse myrtle neige "
    "nice noel noir norm oceane olive opal orange page parker penny perle perry peter petit petite pierre pommier porter "
    "pearl pepper precious prudence prince reed reine rich richard river rivers robin roi rock roman romain rosa rose roses "
    "rouge roux ruby sage sergent serene shepherd silver sky smith stone storm summer sunny sylvain taylor tailor turner "
    "valentin venus vert victoire victor vigne violette violet walker ward wade weaver west white will winter wolf wood "
    "woods young".split())
_OPENS_SENTENCES = frozenset("bill bond chance chase claire cook frank good grace grand grant hope jade joy juste king long "
                             "mark may nice orange page petit petite prudence rich rose stone summer will winter young".split())

#: What an address begins with that stands for an office, not a person.
_OFFICES = frozenset("admin billing bonjour client compta contact direction eng help hello hotline info jobs legal mail "
                     "marketing news newsletter noreply notification office ops orders press presse privacy recrutement "
                     "reply root sales secretariat security service services support team test webmaster".split())

#: Findings of other kinds that are looked for again, where their words are the same.
_AGAIN = frozenset(
    "ADDRESS EMAIL PHONE HANDLE IP_ADDRESS MAC_ADDRESS DATE_OF_BIRTH NATIONAL_ID TAX_ID SOCIAL_SECURITY PASSPORT "
    "DRIVING_LICENCE VEHICLE_PLATE BANK_ACCOUNT PAYMENT_CARD CASE_NUMBER MEDICAL_ID ACCOUNT_ID SECRET COORDINATES "
    "OTHER_ID".split())
_SOUGHT = _AGAIN | {"PERSON"}

_SCORE = 60
_LONGEST = 12
_FEWEST = 6
_LONGEST_KEPT = 40
#: Up to so many words are looked for in a text before it is cut into words.
_FEW_HITS = 16
_KEPT = 65_536
#: Each is sought by itself at first; with more the work would grow with their number times the text.
_FEW_TOLD = 32
#: A word of so many letters is looked for as letters, for it may stand in a handle; a shorter one as a word.
_TELLING = 3
_UNSEEN = "\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufeff"
_WORD = re.compile(rf"\w[\w{_UNSEEN}]*")
_WORDS_APART, _IN_WORD = re.compile(rf"(\w[\w{_UNSEEN}]*)"), re.compile(rf"[\w{_UNSEEN}]")
_PLAIN_WORD, _NO_WORD = re.compile(r"\w+"), re.compile(r"[\W_]")
_IN_HANDLE, _IN_LOCAL = re.compile(r"[\d_]+"), re.compile(r"[._+-]")
_GLUE = re.compile(r"[\s.,:@/+()'’·_-]{0,3}")
_BEGINS = re.compile(r"(?:^|[.!?:…\n])[\s\"'«»“”*>#-]*$")
_DOTS = {ord("İ"): "i", ord("ı"): "i"}

Words = tuple[str, ...]


class _Folds(dict[str, str]):
    """Words and their folded forms: the words of a text come again and again, and a look-up needs no call."""

    def __missing__(self, word: str) -> str:
        if word.isascii():
            folded = word.lower()
        else:
            plain = word.translate(LOOK_ALIKES) if MIXED.search(word) else word
            apart = unicodedata.normalize("NFKD", plain.translate(_DOTS).casefold())
            folded = "".join(c for c in apart if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
        # What is longer than a word would only fill the memory.
        if len(word) <= _LONGEST_KEPT:
            if len(self) >= _KEPT:
                self.clear()
            self[word] = folded
        return folded


_FOLDS = _Folds()


def fold(word: str) -> str:
    """Give a word without case, accents, joiners and look-alike letters."""
    return word.lower() if word.isascii() else _FOLDS[word]


def canonical(label: str, text: str) -> str:
    """Give the form under which two mentions are one: case, accents, spaces and punctuation folded."""
    plain = fold(text)
    if label == "PERSON":
        words = _PLAIN_WORD.findall(plain)
        return " ".join(words[1:] if len(words) > 1 and words[0] in TITLES else words)
    return plain if label in ("EMAIL", "URL", "HANDLE", "SECRET") else _NO_WORD.sub("", plain)


def spellings(label: str, entity: str) -> tuple[str, ...]:
    """Give the canonical forms that stand for one identifier: whoever objects writes it one way and a chat the other.

    A phone number counts as it is dialled at home and from abroad as well, a handle without its sign.
    """
    if label != "PHONE":
        return tuple(dict.fromkeys((entity, entity.lstrip("@")))) if label == "HANDLE" else (entity,)
    try:
        number = phonenumbers.parse(f"+{entity.removeprefix('00')}")
    except phonenumbers.NumberParseException:
        return (entity,)
    if not phonenumbers.is_possible_number(number):
        return (entity,)
    forms = (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.NATIONAL)
    return tuple(dict.fromkeys((entity, *(re.sub(r"\D", "", phonenumbers.format_number(number, form)) for form in forms))))


def is_between(word: str) -> bool:
    """Tell whether a folded word stands between names, as in ``Jean de la Tour``."""
    return word in _BETWEEN


def name_words(name: str) -> list[str]:
    """Give the folded words of a name without titles and particles."""
    return [word for word in map(fold, _WORD.findall(name)) if word not in TITLES and word not in _BETWEEN]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is looked for, in folded words.

    ``wholes`` maps words in a row to a label, ``lengths`` their first word to how many they are; ``parts`` are single
    words of names, True where one was found in lower case; ``spelt`` those known from addresses only; ``initials`` are
    (first word or letter, letter) of full names, ``letters`` the first of those; ``compounds`` are handles made of names.
    """

    wholes: dict[Words, str] = field(default_factory=dict, repr=False)
    lengths: dict[str, tuple[int, ...]] = field(default_factory=dict, repr=False)
    parts: dict[str, bool] = field(default_factory=dict, repr=False)
    spelt: set[str] = field(default_factory=set, repr=False)
    initials: set[tuple[str, str]] = field(default_factory=set, repr=False)
    letters: set[str] = field(default_factory=set, repr=False)
    compounds: set[str] = field(default_factory=set, repr=False)

    def add_whole(self, words: Words, label: str) -> None:
        """Look for these words in a row."""
        if len(words) <= _LONGEST:
            self.wholes.setdefault(words, label)
            held = self.lengths.get(words[0], ())
            if len(words) not in held:
                self.lengths[words[0]] = (*held, len(words))

    def add_name(self, mention: str) -> None:
        """Look for a name and its parts."""
        words = name_words(mention)
        whole = tuple(map(fold, _WORD.findall(mention)))
        if len(whole) > 1 or (whole and len(whole[0]) == 2):
            self.add_whole(whole, "PERSON")
        for word in words:
            if len(word) >= 3 and not word[0].isdigit():
                self.parts[word] = self.parts.get(word, False) or mention.islower()
        if len(words) > 1:
            first, last = words[0], words[-1]
            self.add_whole(tuple(words), "PERSON")
            self.add_whole((*words[1:], first), "PERSON")
            self.initials.update([(first, last[0]), (first[0], last[0])])
            self.letters.add(first[0])
            made = (first + last, last + first, first[0] + last, last + first[0], first + last[0])
            self.compounds.update(one for one in made if len(one) >= 5)

    def beginning(self, folded: Mapping[str, str]) -> set[str]:
        """Give the tokens that may begin a finding, of tokens and their folded words."""
        words = self.parts.keys() | self.lengths.keys() | self.spelt | self.compounds
        words.update([word for word in filterfalse(str.isalpha, folded.values()) if not word.isdigit() and self.is_handle(word)])
        out = set(compress(folded, map(words.__contains__, folded.values())))
        if self.letters:
            single = compress(folded, map((1).__eq__, map(len, folded)))
            out.update([token for token in single if token.isupper() and folded[token] in self.letters])
        return out

    def is_handle(self, word: str) -> bool:
        """Tell whether a word is made of a found name, or holds one beside digits or underscores."""
        if word in self.compounds:
            return True
        if word.isalpha() or word.isdigit():
            return False
        pieces = [piece for piece in _IN_HANDLE.split(word) if piece]
        return any(piece in self.compounds or (len(piece) >= 4 and piece not in _COMMON and piece in self.parts)
                   for piece in pieces)


def _told(texts: Sequence[str], found: Sequence[Sequence[Span]]) -> dict[tuple[str, str], None]:
    """Give label and words of each finding that is looked for again."""
    return {(span.label, text[span.start:span.end]): None for text, spans in zip(texts, found, strict=True) if spans
            for span in spans if span.label in _SOUGHT}


def _known(told: Iterable[tuple[str, str]]) -> _Known:
    """Give what is looked for."""
    known = _Known()
    for label, words in told:
        if label == "PERSON":
            known.add_name(words)
            continue
        again = tuple(map(fold, _WORD.findall(words)))
        if sum(map(len, again)) >= _FEWEST:
            known.add_whole(again, label)
        if label == "EMAIL":
            known.spelt.update(_spelt(words))
    return known


def _may_stand(told: Collection[tuple[str, str]], text: str) -> bool:
    """Tell whether anything may be found again beside what was found; no is said only where surely nothing would be.

    What is found again begins with one of a finding's words, or holds one of three letters or more, or is an initial.
    """
    narrow = _narrow(text) if len(told) <= _FEW_TOLD else None
    if narrow is None:
        return True
    low = narrow.lower()
    for label, mention in told:
        words = [fold(word) for word in _WORD.findall(mention)]
        if label == "PERSON":
            parts = [word for word in words if word not in TITLES and word not in _BETWEEN]
            if len(parts) > 1 and _stands(parts[0][0].upper(), narrow):
                return True
            words = [*words[:1], *parts]
        else:
            words = [*words[:1], *(_spelt(mention) if label == "EMAIL" else ())]
        if any(_stands(word, low) for word in words):
            return True
    return False


def _stands(word: str, narrow: bytes) -> bool:
    """Tell whether a folded word may stand in narrow text, a short one as a word of its own."""
    if not word.isascii():
        return True
    return word.encode() in narrow if len(word) >= _TELLING else _alone(word).search(narrow) is not None


@functools.lru_cache(maxsize=4096)
def _alone(word: str) -> re.Pattern[bytes]:
    return re.compile(rf"{re.escape(word)}(?<!\w{re.escape(word)})(?!\w)".encode())


def _narrow(text: str) -> bytes | None:
    """Fold a text to one byte a letter, capitals kept; None where a letter takes more, or none."""
    try:
        narrow = text.encode("cp1252").translate(_NARROW)
    except UnicodeEncodeError:
        return None
    return None if _WIDE in narrow else narrow


def _narrowed(char: str) -> int:
    folded = fold(char)
    if len(folded) == 1 and folded.isascii():
        return ord(folded.upper() if char.isupper() else folded)
    return _WIDE if not folded or any(c.isascii() and c.isalnum() for c in folded) else _NO_LETTER


_WIDE, _NO_LETTER = 0xFF, 1
_NARROW = bytes(_narrowed(bytes([byte]).decode("cp1252", "replace")) for byte in range(256))


def _spelt(address: str) -> list[str]:
    parts = [fold(part) for part in _IN_LOCAL.split(address.partition("@")[0]) if part.isalpha()]
    if len(parts) < 2 or any(part in _OFFICES for part in parts):
        return []
    return [part for part in parts if len(part) >= 3]


def sweep_names(texts: Sequence[str], found: Sequence[tuple[Span, ...]], wanted: Container[str] = ()
                ) -> list[tuple[Span, ...]]:
    """Look for everything found anywhere in a record in all its texts, and settle; ``wanted`` labels win."""
    told = _told(texts, found)
    if not told:
        return list(found)
    beside = "\n".join(_beside(texts, found, wanted))
    if not _may_stand(told, beside):
        return list(found)
    known = _known(told)
    words = set(_WORD.findall(beside))
    hits = known.beginning(dict(zip(words, map(_FOLDS.__getitem__, words), strict=True)))
    if not hits:
        return list(found)
    few = len(hits) <= _FEW_HITS
    out = []
    for text, spans in zip(texts, found, strict=True):
        again = [] if few and not any(hit in text for hit in hits) else _again(_Row(text), hits, known, spans)
        out.append(settle((*spans, *again), wanted) if again else spans)
    return out


def _beside(texts: Sequence[str], found: Sequence[Sequence[Span]], wanted: Container[str]) -> Iterator[str]:
    """Give the pieces of texts that lie outside what was found, for there alone something can be found again."""
    for text, spans in zip(texts, found, strict=True):
        at = 0
        for span in spans:
            start, end = span.start, span.end
            if span.label in _SOUGHT and (not wanted or span.label in wanted) and not (
                    _IN_WORD.match(text, end) or (start and _IN_WORD.match(text, start - 1))):
                yield text[at:start]
                at = end
        yield text[at:] if at else text


class _Row:
    """The words of a text in order: where they stand and how they are written; what stands between them."""

    __slots__ = ("ends", "gaps", "starts", "text", "words")

    def __init__(self, text: str) -> None:
        pieces = _WORDS_APART.split(text)
        bounds = [*accumulate(map(len, pieces))]
        self.text, self.gaps, self.words = text, pieces[::2], pieces[1::2]
        self.starts, self.ends = bounds[:-1:2], bounds[1::2]

    def said(self, at: int, length: int) -> Words:
        """Give some words in a row, folded."""
        return tuple([_FOLDS[word] for word in self.words[at:at + length]])

    def joined(self, at: int, length: int) -> bool:
        """Tell whether nothing but spaces and signs stands between these words."""
        return all(map(_GLUE.fullmatch, self.gaps[at + 1:at + length]))


def _again(row: _Row, hits: Container[str], known: _Known, spans: Sequence[Span]) -> list[Span]:
    """Give what is found again in one text, but for what the spans there cover already under the same label."""
    out, over = [], 0
    for at in compress(range(len(row.words)), map(hits.__contains__, row.words)):
        start = row.starts[at]
        while over < len(spans) and spans[over].end <= start:
            over += 1
        for end, label in _from(row, at, known):
            if not (over < len(spans) and spans[over].start <= start and end <= spans[over].end and spans[over].label == label):
                out.append(Span(start=start, end=end, label=label, detector="sweep", score=_SCORE))
    return out


def _from(row: _Row, at: int, known: _Known) -> Iterator[tuple[int, str]]:
    """Give where each finding ends that begins with a word, and its label."""
    token, text = row.words[at], row.text
    word, start, end = _FOLDS[token], row.starts[at], row.ends[at]
    for length in known.lengths.get(word, ()):
        label = known.wholes.get(row.said(at, length)) if at + length <= len(row.words) else None
        if label and (length > 1 or not token.islower() or len(word) >= _FEWEST) and row.joined(at, length):
            yield row.ends[at + length - 1], label
    if (word in known.parts or word in known.spelt) and _counts(text, start, token, word, known):
        yield _with_initial(row, at, known), "PERSON"
    elif len(token) == 1 and token.isupper() and text[end:end + 1] == ".":
        last = _with_initial(row, at, known)
        if last > end and text[last - 1] == ".":
            yield last, "PERSON"
    elif known.is_handle(word):
        yield end, "HANDLE"


def _counts(text: str, start: int, token: str, word: str, known: _Known) -> bool:
    """Tell a name from the common word it may also be."""
    if token.islower():
        return len(word) > 4 and word in known.parts and (word not in _COMMON or known.parts[word])
    if token.isupper() or word not in _OPENS_SENTENCES:
        return True
    return not _BEGINS.search(text[max(0, start - 12):start]) if start else False


def _with_initial(row: _Row, at: int, known: _Known) -> int:
    """Give where a word ends together with the initial of the other name behind it, if that stands there."""
    end, text = row.ends[at], row.text
    if at + 1 < len(row.words):
        token, start = row.words[at + 1], row.starts[at + 1]
        if len(token) == 1 and token.isupper() and (_FOLDS[row.words[at]], _FOLDS[token]) in known.initials and (
                text[end:start] in (" ", ".", ". ", ".-")):
            last = start + 1
            return last + (text[last:last + 1] == ".")
    return end
