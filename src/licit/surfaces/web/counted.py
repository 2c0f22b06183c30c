"""What an API key opens, and how many requests it has left: the same for every way into the API.

Rules kept here:

- Whoever shows no key that counts is counted by their address, so that keys are not guessed.
- Refusals handed over for somebody are never counted against that person.
"""

from collections.abc import MutableMapping
from typing import Any

from fastapi import HTTPException, Request

from ...adapters.visits import SqlVisits
from .settings import Limits
from .visit import Limit

#: After how many seconds whoever sent too many may come again.
_AGAIN = 10


class Counted:
    """Tells what keys open, and counts."""

    def __init__(self, visits: SqlVisits, limits: Limits) -> None:
        """Take the keys and the limits."""
        self._visits = visits
        self._keys, self._strangers, self._people = Limit(limits.api), Limit(limits.strangers), Limit(limits.person)

    def scopes(self, request: Request, secret: str) -> frozenset[str] | None:
        """Give what a key opens, None where it is none; count the request.

        Raises:
            HTTPException: it is one too many (429).
        """
        found = self._visits.scopes(secret) if secret else None
        place = request.client.host if request.client else ""
        if not (self._strangers.check(place) if found is None else self._keys.check(secret)):
            raise _too_many()
        return found

    def opens(self, scope: MutableMapping[str, Any], wanted: str) -> bool:
        """Tell whether a request has a key for something and requests left; it is counted only if it has."""
        held = [value for name, value in scope["headers"] if name == b"authorization"]
        kind, _, secret = held[0].decode("latin-1").partition(" ") if len(held) == 1 else ("", "", "")
        if kind != "Bearer" or not secret or wanted not in (self._visits.scopes(secret) or ()):
            return False
        return self._keys.check(secret)

    def person(self, request: Request, *who: str) -> None:
        """Count a request for one person under one key.

        Raises:
            HTTPException: it is one too many (429).
        """
        if not self._people.check(repr((request.headers.get("authorization"), who))):
            raise _too_many()


def _too_many() -> HTTPException:
    return HTTPException(429, "too many requests", headers={"retry-after": str(_AGAIN)})
