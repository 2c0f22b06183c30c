"""Reservations in words, in English, French and German: in a footer, an imprint, terms of use.

The phrases are data (``phrases.toml``). They are to find what a person should read, not to judge it.

Rules kept here: what is found reserves until a person has decided (French law takes a reservation by any means); the reading names
the phrase by its id and never repeats the page's words.

Law: SIG-10
"""

import functools
import tomllib
from collections.abc import Sequence
from pathlib import Path

import re2

from licit.core.signals import Page, Reading

from ._html import kind, text_of


@functools.cache
def _phrases() -> tuple[object, tuple[tuple[str, object], ...]]:
    data = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))
    bytewise, textwise = re2.Options(), re2.Options()
    bytewise.encoding = re2.Options.Encoding.LATIN1
    bytewise.case_sensitive = textwise.case_sensitive = False
    return (re2.compile("|".join(data["hints"]).encode(), bytewise),
            tuple((f"{row['language']}: {row['id']}", re2.compile(row["pattern"], textwise)) for row in data["phrases"]))


class Words:
    """Reservations in words."""

    name, spec, reads = "words", "phrases of licit, 1", "the text of a page, in English, French and German"

    def read(self, page: Page) -> Sequence[Reading]:
        """Give the phrases that a page's text holds."""
        hints, phrases = _phrases()
        body, what = page.answer.body, kind(page)
        if what not in ("html", "text") or not (hints.search(body) or b"\0" in body[:64]):  # type: ignore[attr-defined]
            return ()
        try:
            text = text_of(body) if what == "html" else " ".join(body.decode("utf-8", "replace").split())
        except ValueError:
            return (Reading(name=self.name, spec=self.spec, where="page", says="unreadable", detail="the page cannot be parsed"),)
        return tuple(Reading(name=self.name, spec=self.spec, where="page", says="words", detail=name, raw=found[0].encode())
                     for name, phrase in phrases if (found := phrase.search(text)))  # type: ignore[attr-defined]


def signals() -> tuple[Words, ...]:
    """Offer the reader."""
    return (Words(),)
