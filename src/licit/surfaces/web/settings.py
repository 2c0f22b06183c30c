"""What a deployment says of itself, in ``web.toml`` of the workspace: who the controller is, whose sign-ins count.

Without the file everything works for people who are not signed in, and nobody else can come in.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ...core.duties import COUNTRIES
from ...core.errors import SetupError, misnamed
from ...usecases.retention import Periods

#: Fewer refusals a minute from one address than this would keep people out who share it.
_REFUSALS = 60

TEMPLATE = """\
# The privacy centre. Everything here is optional; what is missing is said on the page to be missing.

# language = "fr"                       # what visitors get whose browser names none that there is
# address = "https://privacy.example"   # where people reach it; https makes cookies secure
# logged_out = "refuse"                 # a conversation of nobody signed in: refuse, or device: it is its device's

# daily = false                         # the server removes nothing by itself and looks at nothing daily: run licit daily instead
# webhook_loopback = true               # recalls may be sent to this machine, by http too: for trying it out

# [controller]
# name = "Atelier Lumen"
# officer = "dpo@lumen.example"         # the data-protection officer
# authority = "CNIL"                    # where people can complain
# authority_link = "https://www.cnil.fr/fr/plaintes"
# country = "FR"                        # whose public holidays count when a legal period ends

# One block for each product whose users may come in with a signed token (JWT: iss, aud, sub or device, exp, jti).
# [[issuer]]
# id = "lumen-chat"                     # the issuer under which licit knows its accounts
# iss = "https://chat.lumen.example"
# audience = "licit"
# keys = "lumen.jwks.json"              # a JWK set beside this file, public keys only; read again when it changes

# [sign_on]                             # the controller's own OpenID Connect provider, for staff
# issuer = "https://login.lumen.example"
# client_id = "licit"
# secret = "sign-on.secret"             # a file beside this one with the client's secret, or "env:NAME"; none for a public client
# name = "Lumen"                        # what the button says

# [limits]                              # requests a minute; what is more gets 429
# proxy = "127.0.0.1"                   # the proxy before this server; only its X-Forwarded-For is believed
# pages = 600                           # from one address
# refusals = 600                        # from one address: refusing and other rights; at least 60
# sign_ins = 60                         # from one address
# strangers = 600                       # from one address to the API without a key that counts
# api = 240000                          # under one API key
# person = 600                          # for one person under one key; refusals are not counted

# [retention]                           # in days; licit retention shows what is due, --carry-out removes it
# conversations = 365                   # from the arrival of their newest state
# withdrawn_releases = 90               # rows of releases that a patch took the place of
# backups = 90
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """Who answers for the data."""

    name: str = ""
    officer: str = ""
    authority: str = ""
    authority_link: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """A product whose sign-in tokens count: its name here, its claims, and the file of its public keys."""

    id: str
    iss: str
    audience: str
    keys: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningOn:
    """The controller's provider of sign-ins for staff (OpenID Connect); ``secret`` names a file in the workspace."""

    issuer: str
    client_id: str
    secret: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many requests a minute are answered; ``proxy`` is the address of a proxy that names whom it asks for.

    Each counts for one address, but ``api``, which counts for one key, and ``person``, for one person under a key.
    """

    proxy: str = ""
    pages: int = 600
    refusals: int = 600
    sign_ins: int = 60
    strangers: int = 600
    api: int = 240_000
    person: int = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole of ``web.toml``."""

    language: str = "en"
    address: str = ""
    controller: Controller = Controller()
    issuers: tuple[Issuer, ...] = ()
    sign_on: SigningOn | None = None
    limits: Limits = Limits()
    logged_out: str = "refuse"
    webhook_loopback: bool = False
    daily: bool = True
    retention: Periods = field(default_factory=Periods)

    @property
    def secure(self) -> bool:
        """Tell whether people come by https, so that cookies may insist on it."""
        return self.address.startswith("https://")


def read_settings(root: Path) -> Settings:
    """Read a workspace's ``web.toml``; the defaults when there is none.

    Raises:
        SetupError: it cannot be read, has an unknown name, or lacks one.
    """
    path = root / "web.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"web.toml cannot be read: {error}") from None
    if wrong := misnamed(data, ("language", "address", "controller", "issuer", "sign_on", "limits", "logged_out", "retention",
                                "webhook_loopback", "daily"), "web.toml"):
        raise SetupError(wrong)
    issuers = tuple(_block(Issuer, block, "[[issuer]]") for block in data.get("issuer", ()))
    if len({issuer.iss for issuer in issuers}) != len(issuers):
        raise SetupError("two blocks [[issuer]] of web.toml have one iss")
    controller = _block(Controller, data.get("controller", {}), "[controller]")
    if controller.country not in ("", *COUNTRIES):
        raise SetupError("the public holidays of this country are not known", about=controller.country,
                         remedy=f"Known: {', '.join(COUNTRIES)}. Without a country only weekends count.")
    if (logged_out := data.get("logged_out", "refuse")) not in ("refuse", "device"):
        raise SetupError("logged_out of web.toml is refuse or device")
    sign_on = _block(SigningOn, data["sign_on"], "[sign_on]") if "sign_on" in data else None
    if sign_on and not data.get("address"):
        raise SetupError("[sign_on] of web.toml needs address: people come back from the provider to it")
    return Settings(sign_on=sign_on, logged_out=str(logged_out),
                    language=str(data.get("language", "en")), address=str(data.get("address", "")).rstrip("/"),
                    controller=controller, issuers=issuers, limits=_limits(data.get("limits", {})),
                    retention=_retention(data.get("retention", {})), webhook_loopback=_said(data, "webhook_loopback"),
                    daily=_said(data, "daily", True))


def _said(data: Mapping[str, Any], name: str, default: bool = False) -> bool:
    """Read a yes or no; anything else is neither."""
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise SetupError(f"{name} of web.toml is true or false")
    return value


def _block(kind: type[Any], block: Mapping[str, Any], where: str) -> Any:
    if wrong := misnamed(block, [one.name for one in fields(kind)], f"{where} of web.toml"):
        raise SetupError(wrong)
    if not all(isinstance(value, str) and value for value in block.values()):
        raise SetupError(f"{where} of web.toml holds texts only, and no empty one")
    try:
        return kind(**block)
    except TypeError:
        missing = [one.name for one in fields(kind) if one.name not in block]
        raise SetupError(f"{where} of web.toml lacks {', '.join(missing)}") from None


def _limits(block: Mapping[str, Any]) -> Limits:
    if wrong := misnamed(block, [one.name for one in fields(Limits)], "[limits] of web.toml"):
        raise SetupError(wrong)
    numbers = {name: value for name, value in block.items() if name != "proxy"}
    if not isinstance(block.get("proxy", ""), str) or any(type(value) is not int or value < 1 for value in numbers.values()):
        raise SetupError("[limits] of web.toml holds whole numbers from 1, and proxy an address")
    found = Limits(**block)
    if found.refusals < _REFUSALS:
        raise SetupError(f"[limits] refusals is below {_REFUSALS}: people who share an address could not refuse", about="web.toml")
    return found


def _retention(block: Mapping[str, Any]) -> Periods:
    if wrong := misnamed(block, [one.name for one in fields(Periods)], "[retention] of web.toml"):
        raise SetupError(wrong)
    if any(type(days) is not int or days < 1 for days in block.values()):
        raise SetupError("[retention] of web.toml holds whole numbers of days")
    return Periods(**block)
