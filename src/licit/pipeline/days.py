"""Days: read in figures or words, in French and English, and written again as many weeks earlier in the same form.

Rules kept here:

- A day with month and year is moved; anything less, or what cannot be read for sure, has no day (None).
- A day before 1900 concerns nobody alive and stays, as do days that everybody keeps: so what was moved is not moved again.

Law: DEI-02
"""

import functools
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from .sweep import fold

_MONTHS = {name: month for month, names in enumerate((
    "janvier january jan janv", "fevrier february feb fevr fev", "mars march mar", "avril april apr avr", "mai may",
    "juin june jun", "juillet july jul juil", "aout august aug", "septembre september sept sep", "octobre october oct",
    "novembre november nov", "decembre december dec"), 1) for name in names.split()}
_ISO = re.compile(r"(?P<year>[12]\d{3})(?P<a>[-/.])(?P<month>\d\d)(?P=a)(?P<day>\d\d)")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})(?P<a>[-/. ])(?P<month>\d{1,2})(?P=a)(?P<year>[12]\d{3})")
_IN_WORDS = re.compile(r"(?P<day>\d{1,2})(?:er|st|nd|rd|th)?(?: of| de)? (?P<name>[^\W\d_]{3,9})\.?,? (?:de )?(?P<year>[12]\d{3})", re.I)
_MONTH_FIRST = re.compile(r"(?P<name>[^\W\d_]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>[12]\d{3})", re.I)
#: What may be a day of a year before 1900, in figures or with its month's name.
OLD_DAY = re.compile(r"(?<![\w/.-])(?:1[0-8]\d\d(?P<a>[-/.])\d\d(?P=a)\d\d|\d{1,2}(?P<b>[-/. ])\d{1,2}(?P=b)1[0-8]\d\d"
                     r"|\d{1,2}(?:er|st|nd|rd|th)?(?: of| de)? [^\W\d_]{3,9}\.?,? (?:de )?1[0-8]\d\d"
                     r"|[^\W\d_]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? 1[0-8]\d\d)(?![\w/-])", re.I)
_ONE_OLD_DAY = date(1811, 11, 21)
_MONTHS_FR = frozenset("janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split())
_MONTHS_WHOLE = _MONTHS_FR | frozenset(
    "january february march april may june july august september october november december".split())
_LAST_OLD_YEAR = 1899
_FIRST_FAR_YEAR = 2050
_PUBLIC = frozenset([(2001, 9, 11), (1945, 5, 8), (1944, 6, 6), (1918, 11, 11), (1914, 7, 28), (1939, 9, 1), (1989, 11, 9),
                     (2015, 11, 13), (2015, 1, 7), (2021, 1, 6), (1969, 7, 20), (1963, 11, 22), (1941, 12, 7), (1958, 10, 4)])
_KEPT_DAYS = frozenset("14juillet 1ermai 1mai 8mai 11novembre 25decembre 24decembre 31decembre 1erjanvier 1janvier 15aout "
                       "4july july4 4thofjuly 4thjuly july4th december25 25december january1 1january valentinesday noel christmas "
                       "christmasday newyearsday paques toussaint 9/11".split())

_UNITS_FR = ("zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
             "dix-neuf").split()
_TENS_FR = (*" vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt".split(" "),)
_UNITS_EN = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
             "eighteen nineteen").split()
_TENS_EN = "  twenty thirty forty fifty sixty seventy eighty ninety".split(" ")
_NTH = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}
_SILENT = frozenset("et and the of day le de".split())

Rewrite = Callable[[date], str]


def is_public(text: str) -> bool:
    """Tell whether everybody keeps this day, so that it says nothing of a person."""
    if re.sub(r"[\s.,'’-]", "", fold(text)) in _KEPT_DAYS:
        return True
    told = _day(text) or _said(text)
    return told is not None and (told[0].year, told[0].month, told[0].day) in _PUBLIC


def earlier(text: str, weeks: int) -> str | None:
    """Write a day so many weeks earlier, in its own form; the text itself where it is an old day, None where it is none."""
    told = _day(text) or _said(text)
    if told is None or told[0].year >= _FIRST_FAR_YEAR:
        return None
    if told[0].year <= _LAST_OLD_YEAR:
        return text
    try:
        return told[1](told[0] - timedelta(weeks=weeks))
    except OverflowError:
        return None


def as_one_old_day(text: str) -> str:
    """Write a day before 1900 as the one that stands for all of them, in its own form; the text itself where it is none."""
    told = _day(text)
    return told[1](_ONE_OLD_DAY) if told and told[0].year <= _LAST_OLD_YEAR else text


def _day(text: str) -> tuple[date, Rewrite] | None:
    """Read the one whole date in a finding, day first unless that cannot be."""
    found = next((match for form in (_ISO, _DAY_FIRST, _IN_WORDS, _MONTH_FIRST) if (match := form.search(text))), None)
    if found is None:
        return None
    parts = found.groupdict()
    month = _MONTHS.get(fold(parts["name"])) if parts.get("name") else int(parts["month"])
    if month is None or re.search(r"\d", text[:found.start()] + text[found.end():]):
        return None
    numbers: Sequence[tuple[int, int]] = ((month, int(parts["day"])),)
    if found.re is _DAY_FIRST:
        numbers = (*numbers, (int(parts["day"]), month))
    for one, two in numbers:
        try:
            return date(int(parts["year"]), one, two), functools.partial(_written, text, found)
        except ValueError:
            continue
    return None


def _written(text: str, found: re.Match[str], day: date) -> str:
    """Write a day in the form of the one found, its month in the same language and case."""
    parts = found.groupdict()
    new = {"year": f"{day.year}", "day": f"{day.day:0{len(parts['day'])}d}"}
    if parts.get("name"):
        new["name"] = _month(parts["name"], day.month)
    else:
        swapped = found.re is _DAY_FIRST and int(parts["month"]) > 12
        new["month"] = f"{day.month:0{len(parts['month'])}d}"
        if swapped:
            new["day"], new["month"] = f"{day.month:0{len(parts['day'])}d}", f"{day.day:0{len(parts['month'])}d}"
    out, at = [text[:found.start()]], found.start()
    for start, end, value in sorted((*found.span(name), value) for name, value in new.items()):
        out += [text[at:start], value]
        at = end
    return "".join([*out, text[at:]])


def _french(number: int) -> str:
    """Say a number below a hundred in French."""
    if number < 20:
        return _UNITS_FR[number]
    ten, unit = divmod(number, 10)
    if ten in (7, 9):
        ten, unit = ten - 1, unit + 10
    link = " et " if unit in (1, 11) and ten < 8 else "-"
    return f"{_TENS_FR[ten - 1]}{link}{_UNITS_FR[unit]}" if unit else _TENS_FR[ten - 1] + ("s" if ten == 8 else "")


def _english(number: int) -> str:
    """Say a number below a hundred in English."""
    ten, unit = divmod(number, 10)
    return _UNITS_EN[number] if number < 20 else _TENS_EN[ten] + (f"-{_UNITS_EN[unit]}" if unit else "")


def _nth(number: int) -> str:
    """Say the day of a month in English."""
    before, dash, last = _english(number).rpartition("-")
    return before + dash + (_NTH.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th"))


def _year_fr(year: int, thousand: str = "mille") -> str:
    hundreds, rest = divmod(year, 100)
    if hundreds == 20:
        return " ".join(["deux mille", *([_french(rest)] if rest else [])])
    begun = f"{_french(hundreds)} cent" if thousand == "dix" else f"{thousand} {_french(hundreds - 10)} cent"
    return f"{begun} {_french(rest)}" if rest else f"{begun}s"


def _year_en(year: int, link: str = "") -> str:
    hundreds, rest = divmod(year, 100)
    if hundreds == 20 and (link or rest < 10):
        return " ".join(["two thousand", *([f"{link} {_english(rest)}".strip()] if rest else [])])
    if rest < 10:
        return f"{_english(hundreds)} hundred" + (f" and {_english(rest)}" if rest else "")
    return f"{_english(hundreds)} {_english(rest)}"


def _bare(words: str) -> tuple[str, ...]:
    """Give the words that count of a number said, in one spelling."""
    told = re.findall(r"[a-z]+|\d+", fold(words))
    return tuple(word.rstrip("s") if word in ("cents", "vingts", "milles") else "mille" if word == "mil" else word
                 for word in told if word not in _SILENT)


@functools.cache
def _numbers() -> tuple[dict[tuple[str, ...], int], dict[tuple[str, ...], int]]:
    """Give days and years by their words."""
    days = {_bare(say(day)): day for say in (_french, _nth) for day in range(1, 32)} | {("premier",): 1}
    years = dict[tuple[str, ...], int]()
    for year in range(1700, _FIRST_FAR_YEAR):
        for words in (_year_fr(year), _year_fr(year, "dix") if year < 2000 else "", _year_en(year), _year_en(year, "and") if year >= 2000 else "",
                      f"{_english(year // 100)} oh {_english(year % 100)}" if 0 < year % 100 < 10 else "",
                      f"twenty {_english(year % 100)}" if year > 2009 else ""):
            years.setdefault(_bare(words), year)
    years.pop((), None)
    return days, years


def _said(text: str) -> tuple[date, Rewrite] | None:
    """Read a day in words (``le douze mars mille neuf cent quatre-vingt-cinq``, ``the first of May 1985``)."""
    months = [found for found in re.finditer(r"[^\W\d_]+", text) if fold(found.group()) in _MONTHS_WHOLE]
    if len(months) != 1 or len(text) > 100:
        return None
    name, before, after = months[0].group(), text[:months[0].start()], text[months[0].end():]
    days, years = _numbers()
    rest = _bare(after)
    first = not _bare(before)
    for cut in range(1, len(rest)) if first else (0,):
        day = _value(rest[:cut] if first else _bare(before), days)
        year = _value(rest[cut:], years)
        if day and year:
            try:
                return date(year, _MONTHS[fold(name)], day), functools.partial(_said_again, text, name, first)
            except (ValueError, OverflowError):
                return None
    return None


def _value(words: tuple[str, ...], said: dict[tuple[str, ...], int]) -> int | None:
    """Give what one number in figures or words says."""
    if len(words) == 1 and words[0].isdigit():
        return int(words[0])
    return said.get(tuple(re.sub(r"^(\d+)(?:st|nd|rd|th|er)$", r"\1", word) for word in words))


def _said_again(text: str, name: str, first: bool, day: date) -> str:
    """Write a day in words in the language of its month's name; figures stay figures."""
    month = _month(name, day.month)
    french = fold(name) in _MONTHS_FR
    figures = bool(re.search(r"(?<!\d)\d{1,2}(?!\d)", text)), bool(re.search(r"\d{4}", text))
    said_day = f"{day.day}" if figures[0] else ("premier" if day.day == 1 else _french(day.day)) if french else _nth(day.day)
    year = f"{day.year}" if figures[1] else _year_fr(day.year, "dix" if re.search("dix[ -]neuf cent", fold(text)) else "mille") if french else _year_en(day.year)
    if french:
        out = f"{said_day} {month} {year}"
    elif first:
        out = f"{month} {'the ' if ' the ' in text.lower() else ''}{said_day}, {year}"
    else:
        out = f"{said_day}{' of' if ' of ' in text.lower() else ''} {month} {year}"
    opening = re.match(r"(?:le|the) ", text, re.I)
    out = (opening.group() if opening else "") + out
    return out.upper() if text.isupper() else out


def _month(name: str, month: int) -> str:
    """Name a month in the language and case, and as short, as another is named."""
    column = [one for one, number in _MONTHS.items() if number == _MONTHS[fold(name)]].index(fold(name))
    names = [one for one, number in _MONTHS.items() if number == month]
    new = names[column if column < len(names) else 0]
    new = {"fevrier": "février", "aout": "août", "decembre": "décembre"}.get(new, new)
    return new.upper() if name.isupper() else new.capitalize() if name[0].isupper() else new
