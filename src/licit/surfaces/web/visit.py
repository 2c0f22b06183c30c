"""A visit: who looks at a page, in which language, and the guards of everything they send.

Rules kept here:

- What the browser holds is one random secret; a signed-in session is found by its hash, and signing in changes it.
- Somebody who is not signed in is their browser's pseudonym, a keyed hash of that secret: the same switch, no account.
- A form counts only with the token of its own visit, and never from another site. The token ends with the session: a page
  left open does not decide for the browser what its reader means for their account.
"""

import hmac
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from ...adapters.visits import SqlVisits
from ...core.errors import RefusedError
from ...core.ids import keyed, short_text
from ...usecases.live import Live
from ...usecases.workspace import Workspace
from . import desktexts, texts
from .settings import Settings
from .words import Words, chosen

COOKIE, LANGUAGE_COOKIE = "licit-visit", "licit-language"
#: A report may hold pages of text, and needs no account: so many a minute from one address.
REPORTS = 30
#: A choice is remembered as long as French guidance lets a tracker of consent live: thirteen months.
_REMEMBERED = 13 * 30 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request's visitor. ``subject`` is "" for a browser about which the log says nothing yet."""

    secret: str = field(repr=False)
    device: str = field(repr=False)
    subject: str
    role: str
    words: Words
    csrf: str = field(repr=False)
    fresh: bool
    refuses_by_signal: bool

    @property
    def signed_in(self) -> bool:
        """Tell whether a session stands behind it."""
        return bool(self.role)


class Door:
    """Makes visits of requests, and guards what they send."""

    def __init__(self, space: Workspace, settings: Settings, visits: SqlVisits, key: bytes) -> None:
        """Take what it needs; ``key`` is the secret of pseudonyms and form tokens."""
        self.space, self.settings, self.visits, self._key = space, settings, visits, key
        self.reports = Limit(REPORTS)

    def visit(self, request: Request) -> Visit:
        """Say who comes; asked again for the same request, the same."""
        if not hasattr(request.state, "visit"):
            request.state.visit = self._visit(request)
        found: Visit = request.state.visit
        return found

    def _visit(self, request: Request) -> Visit:
        held = request.cookies.get(COOKIE, "")
        fresh = not (20 <= len(held) <= 64 and held.isascii() and held.replace("-", "").replace("_", "").isalnum())
        secret = secrets.token_urlsafe(32) if fresh else held
        device = self.device_of(secret)
        known = None if fresh else self.visits.who(secret, self.space.clock.now())
        if known:
            subject, role = str(known[0]), known[1]
        else:
            found = [] if fresh else self.space.identities.subjects_for([(self.space.name, "device", device)], create=False)
            subject, role = (str(found[0]) if found else ""), ""
        asked = request.query_params.get("lang", "") or request.cookies.get(LANGUAGE_COOKIE, "")
        words = chosen(asked, request.headers.get("accept-language", ""), self.settings.language)
        return Visit(secret=secret, device=device, subject=subject, role=role, words=words, fresh=fresh,
                     csrf=keyed(self._key, "licit/web-form", secret.encode(), role.encode()).hex(),
                     refuses_by_signal=request.headers.get("sec-gpc", "").strip() == "1")

    def device_of(self, secret: str) -> str:
        """Give the pseudonym of the browser that holds a secret."""
        return short_text(keyed(self._key, "licit/web-device", secret.encode()), 32)

    def acting(self, visit: Visit) -> str:
        """Give the visitor's subject, made now where a browser acts for the first time."""
        if visit.subject:
            return visit.subject
        return str(self.space.identities.subjects_for([(self.space.name, "device", visit.device)], create=True)[0])

    def remember(self, response: Response, visit: Visit) -> None:
        """Set the visit's cookies: its secret, and the language where one was chosen."""
        for name, value in ((COOKIE, visit.secret), (LANGUAGE_COOKIE, visit.words.code)):
            response.set_cookie(name, value, max_age=_REMEMBERED, httponly=True, samesite="lax", secure=self.settings.secure)

    def sign_in(self, response: Response, visit: Visit, subject: str, role: str) -> None:
        """Begin a session under a new secret."""
        secret = secrets.token_urlsafe(32)
        self.visits.begin(secret, subject, role, self.space.clock.now())
        response.set_cookie(COOKIE, secret, httponly=True, samesite="lax", secure=self.settings.secure)

    def check_form(self, request: Request, visit: Visit, token: object) -> None:
        """Insist that a form was sent from a page of this visit.

        Raises:
            RefusedError: it comes from elsewhere, or the page was another visit's.
        """
        self.check_origin(request)
        if not isinstance(token, str) or not hmac.compare_digest(token.encode(), visit.csrf.encode()):
            raise RefusedError("this form was not sent from this page", reason="form-refused",
                               remedy="Open the page again and send it from there.")

    def check_origin(self, request: Request) -> None:
        """Insist that a form does not come from another site.

        Raises:
            RefusedError: it does.
        """
        origin = request.headers.get("origin", "")
        elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
        if origin and origin != "null":
            elsewhere = elsewhere or urlsplit(origin).netloc != request.headers.get("host", "")
        if elsewhere:
            raise RefusedError("this form was sent from another site", reason="form-refused",
                               remedy="Open the page again and send it from there.")


class Limit:
    """At most so many requests a minute from one place; the oldest places are forgotten first."""

    def __init__(self, number: int, *, places: int = 20_000) -> None:
        """Take how many, and how many places are remembered."""
        self._number, self._places = number, places
        self._seen: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, place: str) -> bool:
        """Count one request; false when it is one too many."""
        now = time.monotonic()
        left, at = self._seen.pop(place, (float(self._number), now))
        left = min(self._number, left + (now - at) * self._number / 60)
        self._seen[place] = (max(left - 1, 0), now) if left >= 1 else (left, now)
        if len(self._seen) > self._places:
            self._seen.popitem(last=False)
        return left >= 1


def parts(request: Request) -> tuple[Door, Live, Visit]:
    """Give the door, the log's fold and the visit behind a request."""
    door: Door = request.app.state.door
    return door, request.app.state.live, door.visit(request)


def page(request: Request, name: str, here: str, **values: Any) -> HTMLResponse:
    """Answer with a page in the visitor's language, ``here`` being its address."""
    door, _, visit = parts(request)
    response = HTMLResponse(visit.words.page(name, visit=visit, settings=door.settings, here=here, texts=texts,
                                           desktexts=desktexts, **values))
    door.remember(response, visit)
    return response
