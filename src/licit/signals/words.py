"""Reservations in words, in English, French and German: in a footer, an imprint, terms of use.

The phrases are data (``phrases.toml``). They are to find what a person should read, not to judge it.

Rules kept here: what is found reserves until a person has decided (French law takes a reservation by any means); the reading names
the phrase by its id and never repeats the page's words.

Law: SIG-10
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import re2

from licit.core.signals import Page, Reading

from ._html import kind, text_of
from ._marks import Mark


def _phrases() -> tuple[Mark, tuple[tuple[str, object], ...]]:
    data = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))
    textwise = re2.Options()
    textwise.case_sensitive = False
    return (Mark("|".join(data["hints"]).encode()),
            tuple((f"{row['language']}: {row['id']}", re2.compile(row["pattern"], textwise)) for row in data["phrases"]))


_HINT, _PHRASES = _phrases()


class Words:
    """Reservations in words."""

    name, spec, reads = "words", "phrases of licit, 1", "the text of a page, in English, French and German"

    def read(self, page: Page) -> Sequence[Reading]:
        """Give the phrases that a page's text holds."""
        if not _HINT.may(page) or (what := kind(page)) not in ("html", "text"):
            return ()
        body = page.answer.body
        try:
            text = text_of(body) if what == "html" else " ".join(body.decode("utf-8", "replace").split())
        except ValueError:
            return (Reading(name=self.name, spec=self.spec, where="page", says="unreadable", detail="the page cannot be parsed"),)
        return tuple(Reading(name=self.name, spec=self.spec, where="page", says="words", detail=name, raw=found[0].encode())
                     for name, phrase in _PHRASES if (found := phrase.search(text)))  # type: ignore[attr-defined]


def signals() -> tuple[Words, ...]:
    """Offer the reader."""
    return (Words(),)
