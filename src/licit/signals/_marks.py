"""The first look: one pass over a page's bytes says whether any reader has anything to look for there.

Rules kept here:

- A look says no only where nothing can be: what a reader looks for in words or attributes, a mark must be found for, whatever
  characters of it are written as references (``&#110;oai``). Pages of two or four bytes a character, and such as say that they are in
  UTF-7, are always looked at.
- A reader brings its own mark with it: a new one edits no table here.

Law: SIG-12
"""

import functools
from typing import Any

import re2

from licit.core.signals import Page

_OPTIONS = re2.Options()
_OPTIONS.encoding = re2.Options.Encoding.LATIN1
_OPTIONS.case_sensitive = False

#: A reference to a letter, a digit or one of ``+-./``, which may hide a mark; and an encoding in which bytes are not what they seem.
_HIDDEN = (rb"&#0*(?:4[3-9]|5[0-7]|6[5-9]|[78][0-9]|9[0-9]|1[01][0-9]|12[0-2])(?:[^0-9]|$)|"
           rb"&#x0*(?:2[b-f]|3[0-9]|[46][0-9a-f]|[57][0-9a])(?:[^0-9a-f]|$)|&plus;|utf-?7")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_every: list[bytes] = [_HIDDEN]
_ALL = frozenset({0})
_last: tuple[Page | None, frozenset[int]] = (None, frozenset())


class Mark:
    """What a reader looks for in a page's bytes, as a pattern, small and capital letters alike."""

    def __init__(self, pattern: bytes) -> None:
        """Add the pattern to those that the first look is for."""
        self._number = len(_every)
        _every.append(pattern)

    def may(self, page: Page) -> bool:
        """Tell whether a page may hold it; False only where it cannot."""
        found = _seen(page)
        return bool(found) and (0 in found or self._number in found)


@functools.cache
def _compiled(number: int) -> tuple[Any, Any]:
    """Give the pattern of so many marks, and the set of them that says which."""
    marks = re2.Set.SearchSet(_OPTIONS)
    for pattern in _every[:number]:
        marks.Add(pattern)
    marks.Compile()
    return re2.compile(b"|".join(_every[:number]), _OPTIONS), marks


def _seen(page: Page) -> frozenset[int]:
    """Give the marks in a page's bytes, by number; 0 stands for all of them. Asked by reader after reader, a page is looked at once."""
    global _last
    known, found = _last
    if known is not page:
        found = _look(page.answer.body)
        _last = page, found
    return found


def _look(body: bytes) -> frozenset[int]:
    if b"\0" in body[:64] or body.startswith(_WIDE):
        return _ALL
    whole, marks = _compiled(len(_every))
    if not whole.search(body):
        return frozenset()
    return frozenset(marks.Match(body)) or _ALL  # A set that ran out of memory names none, where there is one.
