# ruff: noqa: F811
"""Staff sign in at a real OpenID Connect provider; what a false one says lets nobody in."""

import json
import re
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, OKPKey
from pages import form_of
from providing import console, hired, provider  # noqa: F401 (fixtures)

from licit.adapters.sign_on import Provider, SignOn
from licit.core.errors import RefusedError, SetupError, UnavailableError
from licit.surfaces.web.console_sign_on import sign_on_of
from licit.surfaces.web.settings import Settings, SigningOn
from licit.wiring import open_visits


def at_provider(browser: httpx.Client, console: str, sub: str) -> httpx.Response:
    """Go from the console's sign-in to the provider, say who one is, and give the way back."""
    page = browser.get(f"{console}/console/sign-in")
    assert "Sign in with Lumen" in page.text
    away = browser.get(f"{console}/console/sign-on")
    form = browser.get(away.headers["location"])
    assert form.status_code == 200, form.text
    return browser.post(away.headers["location"], data={"sub": sub})


def came_back(browser: httpx.Client, answer: httpx.Response) -> httpx.Response:
    """Follow the provider's answer."""
    assert answer.status_code in (302, 303), answer.text
    return browser.get(answer.headers["location"])


def test_staff_come_in_by_the_provider(full, console):
    """Whoever has an account here and is known to the provider comes in with the role of the account, and out again."""
    hired(full, "Ines Morel", "officer", "ines@lumen.example")
    with httpx.Client(timeout=30) as browser:
        page = came_back(browser, at_provider(browser, console, "u-ines"))
        assert page.status_code == 200
        queue = browser.get(f"{console}/console")
        assert "Ines Morel" in queue.text
        browser.post(f"{console}/console/sign-out", data={"form": form_of(queue)})
        assert browser.get(f"{console}/console").status_code == 303


@pytest.mark.parametrize(("who", "sub"), [("ines@lumen.example", "u-other"), ("paul@lumen.example", "u-paul"), ("u-nobody", "u-ines")])
def test_who_has_no_account_stays_out(full, console, who, sub):
    """The provider's word alone opens nothing: not for a stranger, nor for an e-mail that it did not verify."""
    hired(full, "Somebody", "officer", who)
    with httpx.Client(timeout=30) as browser:
        assert came_back(browser, at_provider(browser, console, sub)).status_code == 403
        assert browser.get(f"{console}/console").status_code == 303


def test_an_answer_counts_in_one_browser_and_once(full, console):
    """Another browser's answer, or one that was used, signs nobody in."""
    hired(full, "Ines Morel", "officer", "u-ines")
    with httpx.Client(timeout=30) as mine, httpx.Client(timeout=30) as another:
        answer = at_provider(mine, console, "u-ines")
        at_provider(another, console, "u-ines")
        assert came_back(another, answer).status_code in (403, 409)
        assert another.get(f"{console}/console").status_code == 303
        kept = dict(mine.cookies)
        assert came_back(mine, answer).status_code == 200
        mine.cookies.update(kept)
        assert came_back(mine, answer).status_code in (403, 409)


def test_an_email_names_somebody_once(full):
    """After the first sign-in the provider's own id counts: who gets the e-mail later is somebody else."""
    staff = open_visits(full.root).staff
    staff.add_signed_on("Ines Morel", "officer", "Ines@Lumen.example")
    assert staff.signed_on("u-1", "ines@lumen.example") == ("Ines Morel", "officer")
    assert staff.signed_on("u-2", "ines@lumen.example") is None
    assert staff.signed_on("u-1", "") == ("Ines Morel", "officer")


def test_a_removed_account_is_gone_with_its_sign_in(full):
    """An account made anew under an old name does not inherit whom the old one was."""
    staff = open_visits(full.root).staff
    staff.add_signed_on("Ines Morel", "officer", "u-1")
    staff.remove("Ines Morel")
    staff.add_signed_on("Ines Morel", "officer", "u-2")
    assert staff.signed_on("u-1", "") is None


# --- a provider that lies ------------------------------------------------------------------------------------------

SECRET = "s" * 43
KEY = OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True)


class Liar(ThreadingHTTPServer):
    """A provider on this machine that gives whatever token it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.about: dict[str, Any] = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **{
            f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token")}}
        self.token = ""


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._say(KeySet([KEY]).as_dict(private=False) if self.path == "/keys" else self.server.about)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._say({"id_token": self.server.token, "access_token": "a", "token_type": "bearer"})

    def _say(self, what: Any) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(what).encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def liar() -> Iterator[Liar]:
    """That provider."""
    server = Liar()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def told(liar: Liar, key: Any = KEY, alg: str = "Ed25519", issued: int = 0, **claims: Any) -> Any:
    """Say whom the provider's token names; ``issued`` is how many seconds from now it says that it was made."""
    sign_on = SignOn(Provider(issuer=liar.issuer, client_id="licit", secret="c" * 40, back="https://x.example/back"), b"k" * 32)
    now = datetime.now(UTC)
    asked = parse_qs(urlsplit(sign_on.address(SECRET, now)).query)
    stated = {"iss": liar.issuer, "aud": "licit", "sub": "u-ines", "nonce": asked["nonce"][0], "iat": int(now.timestamp()) + issued,
              "exp": int((now + timedelta(minutes=5)).timestamp()), "email": "ines@lumen.example", "email_verified": True, **claims}
    stated = {name: value for name, value in stated.items() if value is not None}
    if alg == "none":
        head, body = (urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, stated))
        liar.token = f"{head}.{body}."
    else:
        liar.token = jwt.encode({"alg": alg, "kid": KEY.kid}, stated, key, algorithms=[alg])
    return sign_on.known(SECRET, {"code": "c", "state": asked["state"][0]}, now)


def test_an_honest_token_counts(liar):
    """What the others change is all that is wrong with them."""
    assert (told(liar).subject, told(liar).email) == ("u-ines", "ines@lumen.example")


@pytest.mark.parametrize("lie", [
    {"alg": "none"}, {"alg": "HS256", "key": OctKey.import_key("c" * 40)},
    {"key": OKPKey.generate_key("Ed25519", {"kid": KEY.kid})}, {"aud": "another"}, {"aud": ["licit", "another"]},
    {"azp": "another"}, {"iss": "https://other.example"}, {"nonce": "of another"}, {"nonce": None}, {"exp": 1}, {"exp": None},
    {"issued": -3600}, {"issued": 600}, {"sub": ""},
    {"sub": None}, {"sub": 7}], ids=lambda lie: "-".join(lie))
def test_a_token_that_is_not_all_right_names_nobody(liar, lie):
    """Unsigned, signed by another key or with the client's secret, for another client, sign-in or time: one refusal for all."""
    with pytest.raises(RefusedError, match="does not count"):
        told(liar, **lie)


def test_an_email_that_is_not_verified_is_none(liar):
    """Only a verified e-mail is believed, and true is the only yes."""
    assert [told(liar, email_verified=given).email for given in (False, None, "true", 1)] == [""] * 4


def test_an_answer_of_another_state_is_refused(liar):
    """What comes back belongs to the browser that went."""
    sign_on = SignOn(Provider(issuer=liar.issuer, client_id="licit", back="https://x.example/back"), b"k" * 32)
    for answer in ({"code": "c", "state": "x"}, {"code": "c"}, {"state": "x"}):
        with pytest.raises(RefusedError):
            sign_on.known(SECRET, answer, datetime.now(UTC))


def test_a_provider_without_https_or_that_is_another_is_none(liar):
    """No secret goes over an open wire, and a provider says which one it is."""
    with pytest.raises(SetupError):
        SignOn(Provider(issuer="http://login.example", client_id="licit", back="https://x.example/back"), b"k" * 32)
    moved = SignOn(Provider(issuer=liar.issuer + "/other", client_id="licit", back="https://x.example/back"), b"k" * 32)
    with pytest.raises(UnavailableError):
        moved.address(SECRET, datetime.now(UTC))


def test_what_goes_to_the_provider_is_bound_and_bare(liar):
    """The address holds the challenge and never the verifier, the secret of the browser or of the client."""
    sign_on = SignOn(Provider(issuer=liar.issuer, client_id="licit", secret="c" * 40, back="https://x.example/back"), b"k" * 32)
    address = sign_on.address(SECRET, datetime.now(UTC))
    assert SECRET not in address
    assert "c" * 40 not in address
    assert re.search("code_challenge_method=S256", address)


@pytest.mark.parametrize("name", ["sign-on.secret", "env:LICIT_TEST_SECRET"])
def test_a_secret_comes_by_file_or_environment(tmp_path, monkeypatch, name):
    """Either is read; a missing or empty one stops the start, and no message holds it."""
    settings = Settings(address="https://x.example", sign_on=SigningOn(issuer="https://login.example", client_id="licit", secret=name))
    for given in (None, " "):
        if given is not None:
            (tmp_path / "sign-on.secret").write_text(given)
            monkeypatch.setenv("LICIT_TEST_SECRET", given)
        with pytest.raises(SetupError, match="cannot be read, or is empty"):
            sign_on_of(tmp_path, settings, b"k" * 32)
    (tmp_path / "sign-on.secret").write_text("s" * 40 + "\n")
    monkeypatch.setenv("LICIT_TEST_SECRET", "s" * 40)
    assert sign_on_of(tmp_path, settings, b"k" * 32) is not None
