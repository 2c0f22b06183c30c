"""What a deployment says of itself, in ``web.toml`` of the workspace: who the controller is, whose sign-ins count.

Without the file everything works for people who are not signed in, and nobody else can come in.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ...core.duties import COUNTRIES
from ...core.errors import SetupError, misnamed

TEMPLATE = """\
# The privacy centre. Everything here is optional; what is missing is said on the page to be missing.

# language = "fr"                       # what visitors get whose browser names none that there is
# address = "https://privacy.example"   # where people reach it; https makes cookies secure

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
class Settings:
    """The whole of ``web.toml``."""

    language: str = "en"
    address: str = ""
    controller: Controller = Controller()
    issuers: tuple[Issuer, ...] = ()

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
    if wrong := misnamed(data, ("language", "address", "controller", "issuer"), "web.toml"):
        raise SetupError(wrong)
    issuers = tuple(_block(Issuer, block, "[[issuer]]") for block in data.get("issuer", ()))
    if len({issuer.iss for issuer in issuers}) != len(issuers):
        raise SetupError("two blocks [[issuer]] of web.toml have one iss")
    controller = _block(Controller, data.get("controller", {}), "[controller]")
    if controller.country not in ("", *COUNTRIES):
        raise SetupError("the public holidays of this country are not known", about=controller.country,
                         remedy=f"Known: {', '.join(COUNTRIES)}. Without a country only weekends count.")
    return Settings(language=str(data.get("language", "en")), address=str(data.get("address", "")).rstrip("/"),
                    controller=controller, issuers=issuers)


def _block(kind: type[Any], block: Mapping[str, Any], where: str) -> Any:
    if wrong := misnamed(block, [field.name for field in fields(kind)], f"{where} of web.toml"):
        raise SetupError(wrong)
    if not all(isinstance(value, str) and value for value in block.values()):
        raise SetupError(f"{where} of web.toml holds texts only, and no empty one")
    try:
        return kind(**block)
    except TypeError:
        missing = [field.name for field in fields(kind) if field.name not in block]
        raise SetupError(f"{where} of web.toml lacks {', '.join(missing)}") from None
