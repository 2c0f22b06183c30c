"""Whose words a request brings: a signed token, a header, the request's own field, or the pseudonym of a device.

Rules kept here:

- Only who the deployment believes may say whose words these are; what a token says counts before all else.
- A token that does not count, or two names that differ, leave it in doubt: nothing is kept, and no weaker word is taken.
- Nobody known is a device, where the deployment says so: one that names itself, else one that is given a name to come back with.
- An account and a device named together are both asked.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...core.errors import RefusedError
from ..web.tokens import Tokens
from .settings import Settings

TOKEN = "x-licit-token"  # noqa: S105 (the name of a header)
_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whom the words belong to; neither account nor device for nobody."""

    issuer: str
    account: str = field(default="", repr=False)
    device: str = field(default="", repr=False)

    @property
    def named(self) -> tuple[tuple[str, str, str], ...]:
        """Give everybody as (issuer, kind, raw key)."""
        return tuple((self.issuer, kind, key) for kind, key in (("account", self.account), ("device", self.device)) if key)


def who(headers: Mapping[str, str], request: Mapping[str, Any], settings: Settings, tokens: Tokens, now: datetime) -> Who:
    """Give whose words they are.

    Raises:
        RefusedError: a token does not count, or two names differ (``identity-unclear``).
    """
    device, issuer = headers.get(settings.device_header, ""), settings.issuer
    accounts = {headers.get(settings.user_header, "") if "header" in settings.believe else "",
                _field(request) if "user" in settings.believe else ""} - {""}
    if token := headers.get(TOKEN, "") if "token" in settings.believe else "":
        bearer = tokens.bearer(token, now, once=False)
        issuer = bearer.issuer
        if bearer.key == "account":
            accounts.add(bearer.name)
        elif accounts or device not in ("", bearer.name):
            raise RefusedError("a token and a name beside it differ", reason="identity-unclear")
        else:
            device = bearer.name
    if len(accounts) > 1 or any(len(name) > _MOST or "\0" in name or not _writable(name) for name in (*accounts, device)):
        raise RefusedError("several names are given, or one that is none", reason="identity-unclear")
    return Who(issuer=issuer, account=next(iter(accounts), ""), device=device)


def _field(request: Mapping[str, Any]) -> str:
    """Give the name that a request itself has for its person."""
    for name in ("user", "safety_identifier"):
        if isinstance(value := request.get(name), str) and value:
            return value
    return ""


def _writable(name: str) -> bool:
    """Tell whether a name is a text: JSON can tell half a letter."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def new_device() -> str:
    """Make a name for a device."""
    return "d-" + secrets.token_urlsafe(18)
