"""The desk: who of staff looks at the console, what each role may open, and the guards of what they send.

Rules kept here:

- A page of the console that the table of rights does not name is nobody's: a route that was forgotten there opens to no one.
- Staff come by a cookie of their own, kept to the console, for two hours. A person's session opens nothing here, nor the reverse.
- Nobody comes in faster for guessing: few tries a minute for a name and for a place, one answer for every failure.

Law: REL-12
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData

from ...adapters.staff import SHIFT, SqlStaff, staff_key
from ...core.errors import InputError, RefusedError
from ...core.ids import keyed
from ...usecases.live import Live
from ...usecases.workspace import Workspace
from . import desktexts
from .settings import Settings
from .visit import LANGUAGE_COOKIE, Limit
from .words import Words, chosen

COOKIE = "licit-staff"
_EVERYBODY = frozenset({"officer", "legal", "engineer", "auditor"})
_WATCHING, _DECIDING = frozenset({"officer", "legal", "auditor"}), frozenset({"officer", "legal"})

#: Who may do what: (method, route) and the roles. Words of people are opened by the roles of
#: _DECIDING and no others, and as they were typed by the officer alone.
RIGHTS: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/console"): _WATCHING,
    ("GET", "/console/requests/{entry}"): _WATCHING,
    ("POST", "/console/requests/{entry}"): _DECIDING,
    ("GET", "/console/held"): _EVERYBODY,
    ("GET", "/console/held/{record}"): _EVERYBODY,
    ("POST", "/console/held/{record}/read"): _DECIDING,
    ("POST", "/console/held/{record}/as-typed"): frozenset({"officer"}),
    ("POST", "/console/held/{record}/decide"): _DECIDING,
    ("GET", "/console/board"): _WATCHING,
    ("GET", "/console/mail"): _DECIDING,
    ("POST", "/console/mail"): _DECIDING,
    ("GET", "/console/interface"): _WATCHING,
    ("POST", "/console/interface"): _DECIDING,
    ("GET", "/console/policy"): _EVERYBODY,
    ("POST", "/console/policy"): _DECIDING,
    ("GET", "/console/requests/{entry}/bundle.zip"): _WATCHING,
    ("GET", "/console/releases/{name}/bundle.zip"): _WATCHING,
    ("GET", "/console/breach"): _WATCHING,
    ("POST", "/console/breach"): _DECIDING,
    ("GET", "/console/holds"): _WATCHING,
    ("POST", "/console/holds"): _DECIDING,
    ("GET", "/console/papers"): _WATCHING,
    ("GET", "/console/papers/{name}"): _WATCHING,
    ("GET", "/console/papers/{name}/{paper}"): _WATCHING,
    ("GET", "/console/sources"): _WATCHING,
    ("GET", "/console/sources/{source}"): _WATCHING,
    ("GET", "/console/deceased"): _DECIDING,
    ("POST", "/console/deceased"): _DECIDING,
    ("GET", "/console/retention"): _WATCHING,
    ("POST", "/console/retention"): _DECIDING,
    ("GET", "/console/releases"): _EVERYBODY,
    ("GET", "/console/journal"): _WATCHING,
    ("GET", "/console/canaries"): _EVERYBODY,
    ("POST", "/console/canaries"): _DECIDING,
    ("POST", "/console/sign-out"): _EVERYBODY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One request of somebody of staff."""

    name: str
    role: str
    words: Words
    csrf: str = field(repr=False)
    secret: str = field(repr=False)

    def rooms(self, here: str) -> list[dict[str, Any]]:
        """Give the groups of rooms this role may enter, each with its rooms and which of them ``here`` is in."""
        open_to = [(name, [(address, told, _within(here, address)) for address, told in rooms if self.may("GET", address)])
                   for name, rooms in desktexts.ROOMS]
        return [{"name": name, "first": rooms[0][0], "rooms": rooms, "current": any(current for *_, current in rooms)}
                for name, rooms in open_to if rooms]

    def may(self, method: str, route: str) -> bool:
        """Tell whether their role opens a page."""
        return self.role in RIGHTS.get((method, route), frozenset())


class Desk:
    """Lets staff in, and guards what they send."""

    def __init__(self, space: Workspace, settings: Settings, staff: SqlStaff) -> None:
        """Take what it needs."""
        self.space, self.settings, self.staff = space, settings, staff
        self._key = staff_key(space.keys)
        self._names, self._places = Limit(5), Limit(10)

    def words(self, request: Request) -> Words:
        """Give the language of the page."""
        asked = request.query_params.get("lang", "") or request.cookies.get(LANGUAGE_COOKIE, "")
        return chosen(asked, request.headers.get("accept-language", ""), self.settings.language)

    def shift(self, request: Request) -> Shift | None:
        """Say who of staff comes; None for nobody."""
        secret = request.cookies.get(COOKIE, "")
        known = self.staff.who(self._hash(secret), self.space.clock.now()) if 40 <= len(secret) <= 64 else None
        if known is None:
            return None
        return Shift(name=known[0], role=known[1], words=self.words(request), csrf=self._form(secret), secret=secret)

    def before(self, request: Request) -> tuple[str, str]:
        """Give the secret of a visit that is not signed in, made now if there is none, and its form token."""
        held = request.cookies.get(COOKIE, "")
        secret = held if 40 <= len(held) <= 64 and held.isascii() else secrets.token_urlsafe(32)
        return secret, self._form(secret)

    def sign_in(self, request: Request, name: str, password: str, code: str) -> Response | None:
        """Let somebody in under a fresh secret; None for whoever cannot be let in, whatever the cause.

        Raises:
            HTTPException: too many tries.
        """
        self.tried(request)
        if not self._names.check(name.strip().casefold()[:200]):
            raise _too_many()
        now = self.space.clock.now()
        who = self.staff.check(name[:200], password[:1000], code[:20], self._key, now)
        return None if who is None else self.admit(request, *who)

    def tried(self, request: Request) -> None:
        """Count a try to come in from one place.

        Raises:
            HTTPException: too many.
        """
        if not self._places.check(request.client.host if request.client else ""):
            raise _too_many()

    @staticmethod
    def first(role: str) -> str:
        """Give the page that a role begins with."""
        return "/console" if role in RIGHTS["GET", "/console"] else "/console/held"

    def admit(self, request: Request, name: str, role: str, answer: Response | None = None) -> Response:
        """Begin a session of somebody who is known, and end the one the browser had; go on to their first page."""
        self.staff.end(self._hash(request.cookies.get(COOKIE, "")))
        secret = secrets.token_urlsafe(32)
        self.staff.begin(self._hash(secret), name, role, self.space.clock.now())
        response = answer or RedirectResponse(self.first(role), 303)
        self.remember(response, secret)
        return response

    def sign_out(self, shift: Shift) -> Response:
        """End a session."""
        self.staff.end(self._hash(shift.secret))
        response = RedirectResponse("/console/sign-in", 303)
        response.delete_cookie(COOKIE, path="/console")
        return response

    def remember(self, response: Response, secret: str) -> None:
        """Set the cookie of staff."""
        response.set_cookie(COOKIE, secret, max_age=int(SHIFT.total_seconds()), httponly=True, samesite="strict", path="/console",
                            secure=self.settings.secure)

    def check_form(self, request: Request, expected: str, token: object) -> None:
        """Insist that a form was sent from a page of this session.

        Raises:
            RefusedError: it comes from elsewhere.
        """
        request.app.state.door.check_origin(request)
        if not isinstance(token, str) or not hmac.compare_digest(token.encode(), expected.encode()):
            raise RefusedError("this form was not sent from this page", reason="form-refused",
                               remedy="Open the page again and send it from there.")

    def _form(self, secret: str) -> str:
        return keyed(self._key, "licit/web-staff-form", secret.encode()).hex()

    @staticmethod
    def _hash(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()


def _too_many() -> HTTPException:
    return HTTPException(429, "too many tries; try again in a minute", {"retry-after": "60"})


def guard(request: Request) -> None:
    """Let nobody into a page of the console whom the table of rights does not name for it.

    Raises:
        HTTPException: nobody is signed in: to the sign-in page.
        RefusedError: their role does not open it.
    """
    desk: Desk = request.app.state.desk
    shift = desk.shift(request)
    if shift is None:
        raise HTTPException(303, "sign in first", {"location": "/console/sign-in"})
    if not shift.may(request.method, request.scope["route"].path):
        raise RefusedError("this role does not open this page", reason="role-refused")
    request.state.shift = shift


def at_desk(request: Request) -> tuple[Desk, Live, Shift]:
    """Give desk, fold of the log and shift behind a request that the guard let through."""
    shift: Shift = request.state.shift
    return request.app.state.desk, request.app.state.live, shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form that somebody of staff sent from a page of theirs."""

    desk: Desk
    live: Live
    shift: Shift
    form: FormData = field(repr=False)

    def text(self, name: str, most: int = 2000) -> str:
        """Give a field as it was typed, "" when it is missing.

        Raises:
            InputError: it is longer than ``most`` characters; a shorter text is not what they said.
        """
        value = self.form.get(name)
        told = value.replace("\r\n", "\n") if isinstance(value, str) else ""
        if len(told) > most:
            raise InputError(f"the text is longer than {most} characters", reason="too-long", about=name,
                             remedy="Shorten it, or keep it elsewhere and say where.")
        return told

    def texts(self, names: Iterable[str], most: int = 2000) -> dict[str, str]:
        """Give several fields."""
        return {name: self.text(name, most) for name in names}

    def many(self, name: str) -> tuple[str, ...]:
        """Give each value of a field that may be ticked more than once."""
        return tuple(value for value in self.form.getlist(name) if isinstance(value, str))


async def sent(request: Request) -> Sent:
    """Read the form of a request that the guard let through.

    Raises:
        RefusedError: it comes from elsewhere.
    """
    desk, live, shift = at_desk(request)
    form = await request.form(max_files=0)
    desk.check_form(request, shift.csrf, form.get("form"))
    return Sent(desk=desk, live=live, shift=shift, form=form)


def sheet(request: Request, name: str, here: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Answer with a page of the console; ``here`` is its address."""
    desk: Desk = request.app.state.desk
    shift: Shift | None = getattr(request.state, "shift", None)
    words = desk.words(request)
    response = HTMLResponse(words.page(f"console/{name}", shift=shift, settings=desk.settings, here=here, texts=desktexts,
                                       **values), status)
    if "lang" in request.query_params:
        response.set_cookie(LANGUAGE_COOKIE, words.code, httponly=True, samesite="lax", secure=desk.settings.secure)
    return response


def _within(here: str, room: str) -> bool:
    """Say whether an address lies in a room; the queue's own pages are those of its requests."""
    return here == room or here.startswith(f"{room}/requests/" if room == "/console" else f"{room}/")
