"""Holdings: what somebody has already, met file by file and item by item, before anything is imported.

Rules kept here:

- Everything met is an item or a miss, so that arrived = looked at + unreadable.
- Words never show in a ``repr``; a place is a file's number and a line, row or item in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .signals import Page

Verdict = Literal["open", "share-alike", "not-commercial", "forbids", "unlisted", "misspelt", "unknown", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A licence that papers beside a file state for it (``README table``, ``LICENSE`` …), as they spell it."""

    licence: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A file begins: its number, its name as the user typed the path, its size in bytes, its format, its papers."""

    file: int
    name: str
    size: int
    format: str
    stated: Stated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One record: its words, what the detectors are asked to look at (as ``licit detect`` takes it), what it declares.

    ``page`` is what was stored of the page that it came from, where that lies beside it.
    """

    file: int
    where: str
    document: bool
    text: str = field(repr=False)
    asked: Mapping[str, Any] = field(repr=False)
    declared: Mapping[str, str] = field(repr=False)
    stated: Stated | None = None
    page: Page | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Something that could not be read: which file (its name when it never began), where in it, and the reason's name."""

    file: int
    where: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file that says something of the others (a card, a licence) and is no record itself."""

    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """A licence's name read: the SPDX expression it is, or the nearest one to what it may mean; and what may be shown."""

    known: str = ""
    nearest: str = ""
    shown: str = ""
    forbids: bool = False
