"""Reading surrogates alike, so that what is found beside one does not hang on the word, number or day that a key chose.

Rules kept here:

- Every invented word is read as one of its kind, in its own case; so are initials, digits, numbers for fiction, addresses
  and days where surrogates have them. Nothing else is read otherwise, and a place leads back to the text.
- A number counts as one for fiction only where no other digits stand beside it: a longer one is read as it is.

Law: DEI-02
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, compress

import re2

from .days import OLD_DAY, as_one_old_day
from .invented import LAST, OWN, PLAIN, WORD, parts
from .reading import Reading
from .surrogates import FICTION, STREETS_BEFORE, STREETS_BEHIND
from .sweep import fold

#: What every first name, last name and initial of ours is read as. Titles are initials too: "M." is read as itself.
FIRST_ONE, LAST_ONE, _LETTER = "malvoline", "morvanard", "m"
_LAST_WORDS = frozenset(PLAIN[word] for word in LAST)
_WORDS_APART = re.compile(rf"({WORD.pattern})")
_GAP = r"[ .()-]{0,2}"
_AREAS = "|".join(_GAP.join(area) for area in FICTION)
_NUMBERS = re.compile(
    rf"(?<![\d.+-])(?<!\d )(?:\+?(?:0033|33|0){_GAP}(?:{_AREAS})(?P<a>(?:{_GAP}\d){{4}})"
    rf"|\+?(?:1{_GAP})?\(?\d{_GAP}\d{_GAP}\d{_GAP}{_GAP.join('55501')}(?P<b>(?:{_GAP}\d){{2}})"
    rf"|\+?(?:44|0){_GAP}{_GAP.join('7700900')}(?P<c>(?:{_GAP}\d){{3}}))(?![.-]?\d| \d)")
_IPS = re.compile(r"(?<![\d.])((?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3})(?![.\d])")
_LONG_IPS = re.compile(r"(?<![:\w])2001:db8::([0-9a-f]{1,4})(?![:\w])", re.I)
_PAGES = re.compile(r"https?://example\.org/([a-z2-7]{8})(?![\w/.-])")
_GLUED = re.compile(r"_?(\d{1,4})(?![\d.-])(?! \d)")
_HOUSE = re.compile(r"(?<![\d.,])(?<!\d[ /-])(\d{1,3}) $")
_POSTCODE = re.compile(r"(?<!\d)00(\d{3}) $")
_BETWEEN_INITIALS = (".", ". ", ".-", "-", "_")
_SITES = ("com", "net")

_Piece = tuple[int, int, str]


def _quick(*shapes: str) -> "re2._Regexp[bytes]":
    options = re2.Options()
    options.never_capture, options.case_sensitive = True, False
    return re2.compile("|".join(shapes).encode(), options)


_FICTION = _quick(_AREAS, _GAP.join("55501"), _GAP.join("7700900"))
_OLD_YEAR = _quick("1[0-8][0-9][0-9]")
_MADE = _quick("|".join(sorted(OWN)).replace("e", "[eé]"))
_QUICK = _quick("|".join(sorted(OWN)).replace("e", "[eé]"), r"[-/. ]1[0-8][0-9][0-9]|1[0-8][0-9][0-9][-/.]", r"192\.0\.2\.", r"198\.51\.100\.", r"203\.0\.113\.",
                "2001:db8::", "example\\.org/", _AREAS, _GAP.join("55501"), _GAP.join("7700900"))


def bearing(texts: Sequence[str]) -> list[int]:
    """Give the numbers of the texts that may hold a surrogate, looked for in all of them at once."""
    coded = [text.encode("utf-8", "replace") for text in texts]
    joined, ends = b"\n".join(coded), [*accumulate(len(text) + 1 for text in coded)]
    out, found = [], _QUICK.search(joined)
    while found:
        out.append(bisect_right(ends, found.start()))
        found = _QUICK.search(joined, ends[out[-1]])
    return out


def alike(text: str) -> Reading | None:
    """Give a text with its surrogates read alike, or None where it holds none that reads otherwise."""
    words, begins, at, undone = list[str](), [0], [0], set[int]()
    length = last = 0
    for start, end, new in sorted({*_names(text), *_numbers(text)}):
        if start < last or text[start:end] == new:
            continue
        words += [text[last:start], new]
        length += start - last
        begins += [length, length + len(new)]
        at += [start, end]
        undone.add(len(begins) - 2)
        length, last = length + len(new), end
    if not undone:
        return None
    return Reading(words="".join([*words, text[last:]]), begins=tuple(begins), at=tuple(at), undone=frozenset(undone))


def _numbers(text: str) -> Iterator[_Piece]:
    """Give numbers for fiction, addresses that nobody has, and days that are long past."""
    coded = text.encode("utf-8", "replace")
    if _FICTION.search(coded):
        for found in _NUMBERS.finditer(text):
            start, end = found.span(found.lastgroup or 0)
            yield start, end, re.sub(r"\d", "1", text[start:end])
    for sign, shape, same in ((".", _IPS, "192.0.2.1"), ("::", _LONG_IPS, "1"), ("://", _PAGES, "aaaaaaaa")):
        for found in shape.finditer(text) if sign in text else ():
            yield *found.span(1), same
    if _OLD_YEAR.search(coded):
        for found in OLD_DAY.finditer(text):
            yield *found.span(), as_one_old_day(found.group())


def _names(text: str) -> Iterator[_Piece]:
    """Give invented words, and what goes with them."""
    if not _MADE.search(text.encode("utf-8", "replace")):
        return
    pieces = _WORDS_APART.split(text)
    made = {word: kinds for word in {*pieces[1::2]} if (kinds := parts(fold(word)))}
    ends = [*accumulate(map(len, pieces))]
    for i in compress(range(1, len(pieces), 2), map(made.__contains__, pieces[1::2])):
        word, start, end = pieces[i], ends[i - 1], ends[i]
        yield start, end, _cased("".join(map(_one, made[word])), word)
        yield from _beside(pieces, ends, i)


def _beside(pieces: Sequence[str], ends: Sequence[int], i: int) -> Iterator[_Piece]:
    """Give what was written anew with a word: initials, digits of a handle, a host, a house number and a postcode."""
    start, end, before, behind = ends[i - 1], ends[i], pieces[i - 1], pieces[i + 1]
    if i > 1 and len(letter := pieces[i - 2]) == 1 and before in _BETWEEN_INITIALS:
        yield start - len(before) - 1, start - len(before), _cased(_LETTER, letter)
    after = pieces[i + 2] if i + 2 < len(pieces) else ""
    if len(after) == 1 and after.isupper() and behind in (" ", "-", "_") and pieces[i + 3][:1] == ".":
        yield ends[i + 1], ends[i + 1] + 1, _cased(_LETTER, after)
    if glued := _GLUED.match(behind):
        yield end + glued.start(1), end + glued.end(1), "1" * len(glued[1])
    if behind.endswith("@") and fold(after) == "example" and pieces[i + 3] == "." and pieces[i + 4:i + 5] and fold(pieces[i + 4]) in _SITES:
        yield ends[i + 3], ends[i + 4], "org"
    street = i > 1 and before == " " and fold(pieces[i - 2]) in STREETS_BEFORE
    gap, at = (pieces[i - 3], ends[i - 3]) if street else (before, start)
    if (street or (behind[:1] == " " and fold(after) in STREETS_BEHIND)) and (house := _HOUSE.search(gap)):
        yield at - len(gap) + house.start(1), at - len(gap) + house.end(1), "1"
    if postcode := _POSTCODE.search(before):
        yield start - len(before) + postcode.start(1), start - len(before) + postcode.end(1), "111"


def _one(part: str) -> str:
    return _LETTER if len(part) == 1 else LAST_ONE if part in _LAST_WORDS else FIRST_ONE


def _cased(word: str, like: str) -> str:
    return word.upper() if like.isupper() else word.capitalize() if like[0].isupper() else word
