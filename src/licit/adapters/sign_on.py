"""Sign-in of staff at the controller's OpenID Connect provider (OpenID Connect Core 1.0, code flow with PKCE).

Rules kept here:

- What goes to the provider and comes back is bound to one browser: state, nonce and code verifier are made from the secret in
  its cookie, so that nothing is stored and nothing of another browser's counts.
- An ID token counts when the provider's own published key signed it with an asymmetric algorithm, for this client, with this
  nonce, and it is fresh. Everything else is one and the same failure.
- Whom it names must have an account here already: the provider says who somebody is, never what they may do. An account is
  found by the e-mail that the provider verified once, and from then on by the provider's own id alone.
- The provider is asked by https, or on the same machine; answers are bounded in size and time.
"""

import hashlib
import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from licit.core.errors import RefusedError, SetupError, UnavailableError
from licit.core.ids import keyed

#: How long somebody may take at the provider.
PATIENCE = timedelta(minutes=10)
_ALGORITHMS = ["EdDSA", "Ed25519", "ES256", "RS256", "PS256"]
_SKEW = timedelta(seconds=60)
_KEPT = timedelta(hours=1)
_SECONDS, _MOST = 10, 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The provider as the deployment names it: its issuer, our client there, and where people come back to."""

    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Whom an ID token names: the provider's id of them, and their e-mail if the provider verified it."""

    subject: str
    email: str


class SignOn:
    """Sends staff to the provider, and says who came back."""

    def __init__(self, provider: Provider, key: bytes) -> None:
        """Take the provider and the key that binds a browser's way there and back.

        Raises:
            SetupError: the provider is not reached by https.
        """
        self.provider, self._key = provider, key
        self._lock = threading.Lock()
        self._about: tuple[datetime, dict[str, Any]] | None = None
        self._keys: KeySet | None = None
        _safe(provider.issuer, "[sign_on] issuer")

    def address(self, secret: str, now: datetime) -> str:
        """Give where a browser with this secret goes to sign in.

        Raises:
            UnavailableError: the provider does not say.
        """
        challenge = urlsafe_b64encode(hashlib.sha256(self._made("verifier", secret).encode()).digest()).rstrip(b"=").decode()
        asked = {"response_type": "code", "client_id": self.provider.client_id, "redirect_uri": self.provider.back,
                 "scope": "openid email", "state": self._made("state", secret), "nonce": self._made("nonce", secret),
                 "code_challenge": challenge, "code_challenge_method": "S256"}
        to = str(self._described(now)["authorization_endpoint"])
        return f"{to}{'&' if urlsplit(to).query else '?'}{urlencode(asked)}"

    def known(self, secret: str, answer: Mapping[str, str], now: datetime) -> Known:
        """Say whom the provider's answer names.

        Raises:
            RefusedError: it does not count, whatever the reason.
            UnavailableError: the provider cannot be asked.
        """
        about = self._described(now)
        try:
            if answer["state"] != self._made("state", secret) or answer.get("iss", about["issuer"]) != about["issuer"]:
                raise ValueError("not this browser's, or not this provider's")
            return self._checked(self._redeemed(answer["code"], secret, about), secret, about, now)
        except (JoseError, ValueError, LookupError, TypeError, OverflowError):
            raise RefusedError("this sign-in does not count", reason="sign-in-refused",
                               remedy="Begin again from the console.") from None

    def _redeemed(self, code: str, secret: str, about: Mapping[str, Any]) -> str:
        """Exchange a code for an ID token."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.provider.back,
                "client_id": self.provider.client_id, "code_verifier": self._made("verifier", secret)}
        basic = "client_secret_basic" in about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self.provider.secret and not basic:
            form["client_secret"] = self.provider.secret
        given = (self.provider.client_id, self.provider.secret) if self.provider.secret and basic else None
        return str(self._fetched(about["token_endpoint"], form, given)["id_token"])

    def _checked(self, token: str, secret: str, about: Mapping[str, Any], now: datetime) -> Known:
        claims = self._decoded(token, about)
        audience = [claims["aud"]] if isinstance(claims["aud"], str) else list(claims["aud"])
        if claims["iss"] != about["issuer"] or self.provider.client_id not in audience:
            raise ValueError("not for us")
        if (len(audience) > 1 or "azp" in claims) and claims.get("azp") != self.provider.client_id:
            raise ValueError("made for somebody else")
        issued, until = (datetime.fromtimestamp(int(claims[name]), UTC) for name in ("iat", "exp"))
        if claims["nonce"] != self._made("nonce", secret) or not issued - _SKEW <= now < until + _SKEW or now - issued > PATIENCE:
            raise ValueError("of another sign-in")
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise ValueError("nobody")
        email = claims.get("email", "") if claims.get("email_verified") is True else ""
        return Known(subject=claims["sub"], email=str(email))

    def _decoded(self, token: str, about: Mapping[str, Any]) -> dict[str, Any]:
        """Check a token's signature; a key that is not known is looked for anew, once."""
        keys = self._keys
        if keys is not None:
            try:
                return dict(jwt.decode(token, keys, algorithms=_ALGORITHMS).claims)
            except (JoseError, ValueError, LookupError):
                pass  # keys change; whether this one counts, the fresh ones say
        fresh = KeySet.import_key_set(cast(Any, self._fetched(about["jwks_uri"])))
        claims = dict(jwt.decode(token, fresh, algorithms=_ALGORITHMS).claims)
        self._keys = fresh
        return claims

    def _described(self, now: datetime) -> dict[str, Any]:
        """Give what the provider publishes of itself (OpenID Connect Discovery 1.0), asked once an hour."""
        with self._lock:
            if self._about is None or now - self._about[0] > _KEPT:
                about = self._fetched(f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
                if str(about.get("issuer", "")).rstrip("/") != self.provider.issuer.rstrip("/"):
                    raise UnavailableError("the sign-in provider says it is another one", about=self.provider.issuer)
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    _safe(str(about.get(name, "")), name)
                self._about = now, about
            return self._about[1]

    def _fetched(self, url: str, form: Mapping[str, str] | None = None, given: tuple[str, str] | None = None) -> dict[str, Any]:
        try:
            with httpx.Client(timeout=_SECONDS, follow_redirects=False) as client, client.stream(
                    "POST" if form else "GET", url, data=form, auth=given, headers={"accept": "application/json"}) as response:
                body = b""
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > _MOST:
                        raise ValueError("too long an answer")
            found = json.loads(body)
            if form and response.status_code in (400, 401, 403):
                raise RefusedError("this sign-in does not count", reason="sign-in-refused", remedy="Begin again from the console.")
            if response.status_code != 200 or not isinstance(found, dict):
                raise ValueError("no answer")
        except (httpx.HTTPError, ValueError) as error:
            raise UnavailableError(f"the sign-in provider does not answer ({type(error).__name__})", about=self.provider.issuer,
                                   remedy="Try again, or sign in with a local account.") from None
        return found

    def _made(self, what: str, secret: str) -> str:
        return urlsafe_b64encode(keyed(self._key, f"licit/sign-on-{what}", secret.encode())).rstrip(b"=").decode()


def _safe(url: str, about: str) -> None:
    """Insist on https, or on this machine.

    Raises:
        SetupError: otherwise.
    """
    parts = urlsplit(url)
    local = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise SetupError("the sign-in provider is reached by https", about=about)
