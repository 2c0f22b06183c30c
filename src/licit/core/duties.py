"""Duties with dates: what the law asks after a right was exercised, counted in calendar months.

Rules kept here:

- A month is a calendar month: from 31 January it ends on the last day of February (GDPR Art. 12(3)).
- The clock starts when a request is received, not when it is recorded.
- An internal target never replaces the legal date; none is given here.

Law: RGT-01, RGT-08
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime


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
