"""Staff come by the controller's own sign-in: there with a secret of this browser, and back with an answer for it alone.

Rules kept here:

- The way begins and ends in one browser: its secret lies in a cookie for this way only, ten minutes long, spent by the answer.
- Who comes back gets the session that a local account gets, and what their account here may do; the provider decides no role.
- Whatever fails, the answer is the same, and few tries a minute from one place are answered.
- The answer is a page and no redirect: a cookie for this site alone does not go along on a way that began elsewhere.
"""

import os
import secrets
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from ...adapters.sign_on import PATIENCE, Provider, SignOn
from ...core.errors import SetupError
from ...core.ids import keyed
from .console import asked_in
from .desk import Desk, sheet
from .settings import Settings

COOKIE = "licit-sign-on"
_PATH = "/console/sign-on"
#: How a secret that stands in the environment is named.
_VARIABLE = "env:"

door = APIRouter(prefix=_PATH, include_in_schema=False)


def sign_on_of(root: Path, settings: Settings, key: bytes) -> SignOn | None:
    """Give the controller's sign-in of a deployment, None where it names none.

    Raises:
        SetupError: the secret cannot be read, or the provider is not reached by https.
    """
    if (named := settings.sign_on) is None:
        return None
    try:
        variable = named.secret.removeprefix(_VARIABLE) if named.secret.startswith(_VARIABLE) else ""
        secret = (os.environ[variable] if variable else (root / named.secret).read_text(encoding="utf-8")).strip() if named.secret else ""
        if named.secret and not secret:
            raise ValueError("empty")
    except (OSError, ValueError, LookupError):
        raise SetupError("the secret of the sign-in client cannot be read, or is empty", about=named.secret, remedy="Put it there: [sign_on] "
                         "secret in web.toml names a file beside it, or a variable: env:NAME.") from None
    return SignOn(Provider(issuer=named.issuer, client_id=named.client_id, secret=secret,
                           back=f"{settings.address}{_PATH}/back"), keyed(key, "licit/web-sign-on"))


@door.get("")
def away(request: Request) -> Response:
    """Send a browser to the provider, with a secret of its own."""
    desk, sign_on = _both(request)
    secret = secrets.token_urlsafe(32)
    response = RedirectResponse(sign_on.address(secret, desk.space.clock.now()), 303)
    response.set_cookie(COOKIE, secret, max_age=int(PATIENCE.total_seconds()), httponly=True, samesite="lax", path=_PATH,
                        secure=desk.settings.secure)
    return response


@door.get("/back")
def back(request: Request) -> Response:
    """Let in whom the provider names, if they have an account here."""
    desk, sign_on = _both(request)
    secret = request.cookies.get(COOKIE, "")
    who = None
    if secret and "code" in request.query_params:
        known = sign_on.known(secret, dict(request.query_params), desk.space.clock.now())
        who = desk.staff.signed_on(known.subject, known.email)
    if who is None:
        response: Response = asked_in(request, failed=True)
    else:
        response = desk.admit(request, *who, answer=sheet(request, "signed-on.html", "/console/sign-in", onward=desk.first(who[1])))
    response.delete_cookie(COOKIE, path=_PATH)
    return response


def _both(request: Request) -> tuple[Desk, SignOn]:
    """Give desk and sign-in, for few tries a minute.

    Raises:
        HTTPException: there is no such sign-in here, or too many tries.
    """
    desk: Desk = request.app.state.desk
    sign_on: SignOn | None = request.app.state.sign_on
    if sign_on is None:
        raise HTTPException(404, "no such page")
    desk.tried(request)
    return desk, sign_on
