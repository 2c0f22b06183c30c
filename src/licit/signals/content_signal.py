"""Content-Signal: ``search``, ``ai-input`` and ``ai-train``, yes or no, in groups of robots.txt and as a header.

Rules kept here:

- ``ai-train=no`` is a reservation (DSM Directive Art. 4), ``ai-train=yes`` leave; an absent key says nothing.
- Keys that nobody knows yet are told as they stand. A line that is not keys and values, or another value of ``ai-train``, cannot
  be read, and reserves.

Law: SIG-07, SIG-12, SIG-15
"""

import functools
import re
from collections.abc import Sequence

from licit.core.signals import ROBOTS, Page, Reading, Says

from ._paths import path_of
from ._robots import parse
from .content_usage import nearest, value_of
from .robots import fetch_state

_PAIR = re.compile(r"\s*([A-Za-z][A-Za-z0-9_-]{0,40})\s*=\s*([A-Za-z0-9_.-]{1,40})\s*")


class ContentSignal:
    """Signals on the use of content after it was fetched."""

    name, spec, reads = "content-signal", "contentsignals.org, 2025", "Content-Signal in robots.txt; header Content-Signal"

    def read(self, page: Page) -> Sequence[Reading]:
        """Give what robots.txt and the header say of training."""
        found = [("header Content-Signal", value) for value in page.answer.headers.get("content-signal", ())]
        answer = page.site.get(ROBOTS)
        if answer is not None and fetch_state(answer) is None:
            path = path_of(page.url)
            for lines in parse(answer.body).lines("content-signal", page.agent):
                found += [(f"robots.txt line {line.number}", value_of(line)) for line in nearest(lines, path)]
        return [self._reading(where, value) for where, value in dict.fromkeys(found)]

    def _reading(self, where: str, value: str) -> Reading:
        says, detail = said(value)
        return Reading(name=self.name, spec=self.spec, where=where, says=says, detail=detail, raw=value.encode())


@functools.lru_cache(maxsize=1024)
def said(value: str) -> tuple[Says, str]:
    """Say what a line says of training.

    >>> said("search=yes, ai-train=no")
    ('disallow', 'search=yes, ai-train=no')
    """
    pairs = [_PAIR.fullmatch(one) for one in value.split(",") if one.strip()]
    if not pairs or None in pairs:
        return "unreadable", "not keys and values"
    known = [(pair[1].lower(), pair[2].lower()) for pair in pairs if pair]
    detail = ", ".join(f"{key}={given}" for key, given in known[:8])
    train = {given for key, given in known if key == "ai-train"}
    if "no" in train:
        return "disallow", detail
    if train - {"yes"}:
        return "unreadable", detail
    return ("allow" if train else "silent"), detail


def signals() -> tuple[ContentSignal, ...]:
    """Offer the reader."""
    return (ContentSignal(),)
