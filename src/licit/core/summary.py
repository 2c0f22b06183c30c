"""The rules of the papers of a release: sections of the public summary, classes of size, large sets, foremost domains.

Rules kept here:

- A source whose kind nobody recorded belongs to a section only where its ground or its rows leave no other; else to none, and
  no section may then be answered with no.
- Shares and thresholds are counted in whole numbers, so that whoever counts again gets the same.

Law: AIA-02, AIA-03, AIA-04
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

#: Sections of the template in which a source may be listed.
SECTIONS = ("2.1", "2.2.1", "2.2.2", "2.3", "2.4", "2.5", "2.6")

#: Sections by what the register says a source is.
_BY_KIND: Mapping[str, str] = {
    "public-dataset": "2.1", "licensed": "2.2.1", "private-dataset": "2.2.2", "web-crawl": "2.3", "chat": "2.4", "synthetic": "2.5",
    "own-documents": "2.6", "statutory": "2.6", "works": "2.6", "other": "2.6"}

#: Sizes of text in the template's own words, with the number of tokens below which each holds.
TEXT_SIZES = ((10**9, "Less than 1 billion tokens"), (10**13 + 1, "1billion to 10 trillions tokens"),
              (10**30, "More than 10 trillions tokens"))

#: Names under which a country registers others, so that a domain there has three parts.
_SHARED = frozenset({"ac", "asso", "co", "com", "edu", "gob", "gouv", "gov", "go", "govt", "mil", "ne", "net", "or", "org", "sch"})


def section_of(kind: str, ground: str, chats: int) -> str:
    """Give the section of the template that a source belongs to, "" where the records do not tell.

    Args:
        kind: what the register says it is; ``unknown`` or "" where it says nothing.
        ground: by what right it is used.
        chats: how many of its released rows are conversations.

    >>> section_of("", "own", 3), section_of("", "contract", 0), section_of("", "own", 0)
    ('2.4', '2.2.1', '')
    """
    if kind not in ("", "unknown"):
        return "2.2.1" if kind == "works" and ground == "contract" else _BY_KIND.get(kind, "")
    if ground == "contract":
        return "2.2.1"
    return "2.4" if ground == "own" and chats else ""


def text_size(tokens: int) -> str:
    """Give the template's class of a number of tokens.

    >>> text_size(999_999_999), text_size(10**9)
    ('Less than 1 billion tokens', '1billion to 10 trillions tokens')
    """
    return next(name for below, name in TEXT_SIZES if tokens < below)


def large(sizes: Mapping[str, int]) -> tuple[str, ...]:
    """Give the public sets that are more than three per cent of all public sets together.

    >>> large({"a": 97, "b": 3})
    ('a',)
    """
    whole = sum(sizes.values())
    return tuple(name for name, size in sorted(sizes.items()) if 100 * size > 3 * whole)


def foremost(sizes: Mapping[str, int], *, small_enterprise: bool = False) -> tuple[str, ...]:
    """Give the foremost domains by size: the top tenth; of a small enterprise the top twentieth, a thousand at most.

    A part of one counts as one; of equal sizes the first by name comes first.

    >>> foremost({"a.example": 5, "b.example": 9})
    ('b.example',)
    """
    ordered = sorted(sizes, key=lambda name: (-sizes[name], name))
    number = -(-len(ordered) // (20 if small_enterprise else 10))
    return tuple(ordered[:min(number, 1000) if small_enterprise else number])


def domain_of(address: str) -> str:
    """Give the top-level and second-level name of an address, "" where it has none.

    >>> domain_of("https://www.news.example.org/a"), domain_of("https://shop.example.co.uk:8080/"), domain_of("a text")
    ('example.org', 'example.co.uk', '')
    """
    place = address.partition("://")[2] or address
    for sign in "/?#":
        place = place.partition(sign)[0]
    names = place.rpartition("@")[2].partition(":")[0].rstrip(".").lower().split(".")
    if len(names) < 2 or not all(name.replace("-", "").isalnum() for name in names) or names[-1].isdigit():
        return ""
    shared = len(names) > 2 and len(names[-1]) == 2 and names[-2] in _SHARED
    return ".".join(names[-3 if shared else -2:])


def by_domain(sizes: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Add up sizes by domain; what has no domain is left out."""
    out: dict[str, int] = {}
    for address, size in sizes:
        if name := domain_of(address):
            out[name] = out.get(name, 0) + size
    return out


def months_later(day: date, months: int) -> date:
    """Give the same day some months later, or the last day of that month where it has none.

    >>> months_later(date(2026, 8, 31), 6).isoformat()
    '2027-02-28'
    """
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def plain(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Give what was counted as it stands in a paper: languages and sources as lists in order of their names, which may be in any script."""
    return {**numbers, "languages": [{"language": name, **one} for name, one in sorted(numbers["languages"].items())],
            "sources": [{"id": name, **one} for name, one in sorted(numbers["sources"].items())]}
