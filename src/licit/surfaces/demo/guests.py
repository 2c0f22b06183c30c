"""``licit demo --serve``: the pretend company's privacy centre and console, with people to come in as.

The company's product is played by one page that signs a token for whoever is chosen; its key lives as long as the server.
Staff come in without password and code, which a real server has no page for.
"""

import json
from datetime import timedelta
from pathlib import Path
from secrets import token_hex, token_urlsafe

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from ...adapters.staff import staff_key
from ...core.errors import InputError
from ..web.app import make_app
from ..web.texts import N_
from ..web.visit import page
from .cases import AFTER, BEFORE, TWINS

_ISS = "https://{issuer}.lumen.example"
_SETTINGS = """language = "fr"
[controller]
name = "Atelier Lumen (inventé)"
officer = "dpo@lumen.example"
authority = "CNIL"
authority_link = "https://www.cnil.fr/fr/plaintes"
country = "FR"
"""
_ISSUER = """[[issuer]]
id = "{issuer}"
iss = "{iss}"
audience = "licit"
keys = "demo.jwks.json"
"""

#: Who can be played: (account, its issuer, who they are); the tier stands in words only.
GUESTS = (
    ("u-101", "lumen-chat", N_("Free tier; refused before the first set")),
    ("u-102", "lumen-chat", N_("Pro; said nothing")),
    ("u-103", "lumen-chat", N_("Team; refused before the first set")),
    ("device-7c1e", "lumen-chat", N_("Logged out, known by a device; said nothing")),
    (BEFORE, "claude", N_("Came with an export; refused before the first set")),
    (AFTER, "le-chat-export", N_("Came with an export; refused after the first set, whose model had learnt from it")))
assert {account for account, issuer, _ in GUESTS if issuer == "lumen-chat"} == set(TWINS)

#: Who of staff can be played, and as what.
STAFF = (("Inès Marchal", "officer"), ("Karim Benali", "legal"), ("Zoé Picard", "engineer"), ("Olivier Tran", "auditor"))


def guests_app(folder: Path) -> FastAPI:
    """Make the server of a demonstration's workspace, with the page at ``/demo`` where people are chosen."""
    root, key = folder / "workspace", OKPKey.generate_key("Ed25519", auto_kid=True)
    issuers = sorted({issuer for _, issuer, _ in GUESTS})
    (root / "demo.jwks.json").write_text(json.dumps(KeySet([key]).as_dict(private=False)), encoding="utf-8")
    (root / "web.toml").write_text(_SETTINGS + "".join(
        _ISSUER.format(issuer=issuer, iss=_ISS.format(issuer=issuer)) for issuer in issuers), encoding="utf-8")
    app, router = make_app(root), APIRouter(include_in_schema=False)

    @router.get("/demo")
    def choose(request: Request) -> Response:
        """Show who can be played."""
        return page(request, "demo.html", "/demo", guests=GUESTS, staff=STAFF)

    @router.get("/demo/staff/{number}")
    def begin_shift(request: Request, number: int) -> Response:
        """Come in as somebody of staff."""
        if not 0 <= number < len(STAFF):
            raise InputError("there is nobody of this number", reason="guest-unknown")
        desk = app.state.desk
        if STAFF[number][0] not in desk.staff.accounts():
            desk.staff.add(*STAFF[number], token_urlsafe(24), staff_key(desk.space.keys))
        response: Response = desk.admit(request, *STAFF[number])
        return response

    @router.get("/demo/{number}")
    def come_in(request: Request, number: int) -> Response:
        """Come in as somebody, the way a product sends its people."""
        if not 0 <= number < len(GUESTS):
            raise InputError("there is nobody of this number", reason="guest-unknown")
        account, issuer, _ = GUESTS[number]
        now = app.state.door.space.clock.now()
        token = jwt.encode({"alg": "Ed25519", "kid": key.kid}, {
            "iss": _ISS.format(issuer=issuer), "aud": "licit", "sub": account, "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=1)).timestamp()), "jti": token_hex(16)}, key, algorithms=["Ed25519"])
        return RedirectResponse(f"/sign-in?token={token}", 303)

    app.include_router(router)
    return app
