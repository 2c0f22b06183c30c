"""Addresses and path patterns: which path a page has, and whether a pattern with ``*`` and ``$`` matches it.

Rules kept here: both sides are percent-encoded alike first; the time a match takes grows with the lengths, whatever the
pattern.

Law: SIG-01
"""

import functools
import re
from urllib.parse import urlsplit

from licit.core.signals import alike as alike

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@functools.lru_cache(maxsize=64)
def path_of(url: str) -> str:
    """Give an address's path with its query, beginning with a slash; ``""`` for an address that nobody knows.

    >>> path_of("https://news.example/a b?x=1#top")
    '/a%20b?x=1'
    """
    if not url:
        return ""
    whole = url.partition("#")[0]
    if found := _SCHEME.match(whole):  # By hand: an empty query counts, and the library drops it.
        rest = whole[found.end():]
        at = min((place for mark in "/?" if (place := rest.find(mark)) >= 0), default=len(rest))
        whole = rest[at:]
    return alike(whole if whole.startswith("/") else "/" + whole)


def host_of(url: str) -> str:
    """Give the scheme and host of an address, in small letters; ``""`` if it has none."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower() if parts.scheme and parts.netloc else ""
    except ValueError:
        return ""


@functools.lru_cache(maxsize=16384)
def _pieces(pattern: str) -> tuple[tuple[str, ...], bool]:
    ends = pattern.endswith("$")
    return tuple(alike(piece) for piece in (pattern[:-1] if ends else pattern).split("*")), ends


def matches(pattern: str, path: str) -> bool:
    """Say whether a pattern matches a path from its start, as in robots.txt.

    >>> matches("/a*.pdf$", "/a/b.pdf"), matches("/a*.pdf$", "/a/b.pdf?x")
    (True, False)
    """
    (first, *rest), ends = _pieces(pattern)
    if not path.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not ends or at == len(path)
    for piece in rest[:-1]:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    last = rest[-1]
    return len(path) - len(last) >= at and path.endswith(last) if ends else path.find(last, at) >= 0
