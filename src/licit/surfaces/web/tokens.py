"""Sign-in by a short-lived signed token of the host product (JWT, RFC 7519; best practice of RFC 8725).

Rules kept here:

- Only asymmetric signatures count, by a key that the issuer published with that very algorithm; ``none`` and HMAC never.
- A token says who issued it, for whom, until when (ten minutes at most) and has a number of its own. A sign-in uses it up; a
  message to the gateway does not, for a talk has many of them.
- It names an account (``sub``) or the pseudonym of a device (``device``), one of both. Tier and plan are not read.
- Every failure gives the same short answer: a token tells an attacker nothing.
"""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ...adapters.visits import SqlVisits
from ...core.errors import RefusedError, SetupError
from .settings import Issuer, Settings

_ALGORITHMS = ["EdDSA", "Ed25519", "ES256", "RS256", "PS256"]
_LONGEST = timedelta(minutes=10)
_SKEW = timedelta(seconds=60)
_MOST = 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whom a token names: the issuer here, whether it is an account or a device, and its raw key."""

    issuer: str
    key: str
    name: str = field(repr=False)


class Tokens:
    """Checks tokens by the keys of the issuers, read again when a file changes."""

    def __init__(self, root: Path, settings: Settings, visits: SqlVisits) -> None:
        """Read every issuer's keys, so that a missing file stops the start.

        Raises:
            SetupError: a key file is missing, holds no JWK set, or holds a private or symmetric key.
        """
        self._root, self._visits = root, visits
        self._issuers = {issuer.iss: issuer for issuer in settings.issuers}
        self._kept: dict[str, tuple[int, KeySet]] = {}
        for issuer in settings.issuers:
            self._keys(issuer)

    def bearer(self, token: str, now: datetime, *, once: bool = True) -> Bearer:
        """Give whom a token names, once unless it may be shown again.

        Raises:
            RefusedError: it does not count, whatever the reason.
        """
        try:
            return self._checked(token, now, once)
        except (JoseError, ValueError, LookupError, TypeError, OverflowError):
            raise RefusedError("this sign-in does not count, or no longer", reason="sign-in-refused",
                               remedy="Open the privacy centre again from the product.") from None

    def _checked(self, token: str, now: datetime, once: bool) -> Bearer:
        if len(token) > _MOST:
            raise ValueError("too long")
        issuer = self._issuers[_unverified_issuer(token)]
        claims = jwt.decode(token, self._keys(issuer), algorithms=_ALGORITHMS).claims
        audience = claims["aud"]
        if claims["iss"] != issuer.iss or issuer.audience not in ([audience] if isinstance(audience, str) else audience):
            raise ValueError("not for us")
        issued, until = (datetime.fromtimestamp(int(claims[name]), UTC) for name in ("iat", "exp"))
        if not issued - _SKEW <= now < until + _SKEW or until - issued > _LONGEST:
            raise ValueError("out of its time")
        names = {key: claims[claim] for key, claim in (("account", "sub"), ("device", "device")) if claims.get(claim)}
        (key, name), = names.items()
        if not isinstance(name, str) or not isinstance(claims["jti"], str) or not claims["jti"]:
            raise ValueError("no text")
        if once and not self._visits.use(f"{issuer.iss} {claims['jti']}", until + _SKEW, now):
            raise ValueError("used before")
        return Bearer(issuer=issuer.id, key=key, name=name)

    def _keys(self, issuer: Issuer) -> KeySet:
        try:
            stamp = (self._root / issuer.keys).stat().st_mtime_ns
        except OSError:
            stamp = -1
        if issuer.iss not in self._kept or self._kept[issuer.iss][0] != stamp:
            self._kept[issuer.iss] = stamp, read_keys(self._root, issuer)
        return self._kept[issuer.iss][1]


def read_keys(root: Path, issuer: Issuer) -> KeySet:
    """Read an issuer's public keys.

    Raises:
        SetupError: the file is missing, holds no JWK set, or holds a private or symmetric key.
    """
    try:
        data = json.loads((root / issuer.keys).read_bytes())
        if any(name in key for key in data["keys"] for name in ("d", "k")):
            raise SetupError("a key file for sign-ins holds a secret key; it takes public ones only", about=issuer.keys)
        return KeySet.import_key_set(data)
    except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
        raise SetupError(f"the keys of an issuer cannot be read: {type(error).__name__}", about=issuer.keys,
                         remedy="Put its JWK set there, or change [[issuer]] in web.toml.") from None


def _unverified_issuer(token: str) -> str:
    """Read which issuer a token claims, only to choose whose keys must prove it."""
    body = token.split(".")[1]
    claimed = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return str(claimed["iss"])
