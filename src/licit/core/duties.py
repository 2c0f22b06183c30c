"""Duties with dates: what the law asks after a right was exercised, counted in calendar months.

Rules kept here:

- A month is a calendar month: from 31 January it ends on the last day of February (GDPR Art. 12(3)).
- The clock starts when a request is received, not when it is recorded.
- Where a period would end on a Saturday, a Sunday or a public holiday it ends with the next working day (Regulation
  1182/71 Art. 3(4)); both days are told, and the earlier one is what is aimed at.
- An internal target never replaces the legal date; none is given here.

Law: RGT-01, RGT-08
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something that is owed: its name, its article, to whom or about what, and the day it is due ("" at once)."""

    name: str
    article: str
    about: str
    due: str

    def as_json(self) -> dict[str, str]:
        """Give the duty as plain values."""
        return {"duty": self.name, "article": self.article, "about": self.about, "due": self.due}


def add_months(moment: datetime, months: int) -> datetime:
    """Add calendar months, ending on the last day of a month that is too short.

    >>> add_months(datetime(2025, 1, 31), 1)
    datetime.datetime(2025, 2, 28, 0, 0)
    """
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def answer_due(received_at: datetime) -> str:
    """Give the day by which a request is answered: one month after receipt (GDPR Art. 12(3))."""
    return add_months(received_at, 1).date().isoformat()


def working_day(day: date, country: str = "") -> date:
    """Give the first working day on or after a day; without a country, only weekends are days off.

    >>> working_day(date(2026, 5, 1), "FR")
    datetime.date(2026, 5, 4)
    """
    while day.weekday() >= 5 or day in _HOLIDAYS.get(country, lambda _: frozenset())(day.year):
        day += timedelta(days=1)
    return day


def _easter(year: int) -> date:
    """Give Easter Sunday of the Gregorian calendar (the anonymous rule of 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _french(year: int) -> frozenset[date]:
    """Give the public holidays of metropolitan France (Code du travail L. 3133-1)."""
    easter = _easter(year)
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    return frozenset({date(year, month, day) for month, day in fixed}
                     | {easter + timedelta(days=days) for days in (1, 39, 50)})


_HOLIDAYS = {"FR": _french}

#: Countries whose public holidays are known.
COUNTRIES = tuple(_HOLIDAYS)
