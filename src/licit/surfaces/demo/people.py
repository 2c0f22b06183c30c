"""Invented people: names, addresses on reserved domains, numbers set aside for fiction; the same ones every time.

Rules kept here: no name is that of a known person, and a number gives the same person wherever it is used.
"""

import unicodedata
from dataclasses import dataclass

_FIRST = ("Nadia Karim Ludivine Bastien Clara Thomas Camille Antoine Solène Julien Awa Mathieu Inès Romain Zoé Olivier "
          "Fatou Vincent Juliette Nicolas Élodie Laurent Sandrine").split()
_LAST = "Ferrand Osei Tran Roux Vasseur Bellec Morel Lemaire Gaudin Benali Perrin Aubry Marchal Delmas Kone Picard Vidal".split()
_DOMAINS = ("example.org", "example.com", "example.net")


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """An invented person, as others speak of them."""

    first: str
    last: str
    mail: str
    phone: str

    @property
    def name(self) -> str:
        """Give the whole name."""
        return f"{self.first} {self.last}"


def somebody(number: int) -> Somebody:
    """Give the person of a number; numbers below 391 give different names."""
    first, last = _FIRST[number % len(_FIRST)], _LAST[(number * 5 + number // len(_FIRST)) % len(_LAST)]
    plain = unicodedata.normalize("NFD", f"{first}.{last}".lower()).encode("ascii", "ignore").decode()
    return Somebody(first=first, last=last, mail=f"{plain}@{_DOMAINS[number % 3]}",
                    phone=f"06 39 98 {number * 7 % 100:02} {number * 13 % 100:02}")
