"""Lawful access: the status of the page's answer, and a page that says of itself that it is not free.

Rules kept here: 401, 402, 403, 407 and 451 mean that nobody had lawful access, whatever any other signal says; so does a page
that calls itself paid for in its data for search engines.

Law: PRV-07
"""

import re
from collections.abc import Sequence

from licit.core.signals import Page, Reading

from ._marks import Mark

_CLOSED = {401: "log in", 402: "pay", 403: "forbidden", 407: "log in", 429: "too many requests", 451: "legal reasons", 511: "log in"}
_MARK = Mark(rb"isAccessibleForFree")
_PAID = re.compile(rb"[\"']isAccessibleForFree[\"']\s*:\s*(?:false|[\"'](?:https?://schema\.org/)?false[\"'])", re.IGNORECASE)


class Access:
    """Whether the page could be had lawfully."""

    name, spec, reads = "access", "RFC 9110; schema.org", "the HTTP status, and isAccessibleForFree in the page"

    def read(self, page: Page) -> Sequence[Reading]:
        """Give what stands against lawful access; nothing where nothing does."""
        answer = page.answer
        if why := _CLOSED.get(answer.status):
            return (Reading(name=self.name, spec=self.spec, where="HTTP status", says="no-access",
                            detail=f"{answer.status}: {why}", raw=str(answer.status).encode()),)
        if answer.fault:
            return (Reading(name=self.name, spec=self.spec, where="page", says="unreadable", detail=answer.fault),)
        if answer.status >= 500:
            return (Reading(name=self.name, spec=self.spec, where="HTTP status", says="unreadable", detail=str(answer.status)),)
        if _MARK.may(page) and (found := _PAID.search(answer.body)):
            return (Reading(name=self.name, spec=self.spec, where="page", says="no-access", detail="isAccessibleForFree: false",
                            raw=found[0]),)
        return ()


def signals() -> tuple[Access, ...]:
    """Offer the reader."""
    return (Access(),)
