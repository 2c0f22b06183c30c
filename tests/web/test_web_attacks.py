"""Attacks on the server: forged and replayed sign-ins, other people's papers, forms from elsewhere, planted markup."""

import base64
import hmac
import json
from datetime import timedelta

import pytest
from joserfc.jwk import OKPKey, RSAKey
from pages import form_of
from world import CONSUMER, chat

from licit.core.errors import SetupError
from licit.surfaces.web.app import make_app


def tried(served, token: str) -> tuple[int, bool]:
    """Try to come in; give the status and whether somebody is signed in after that."""
    client = served.browser()
    status = client.get("/sign-in", params={"token": token}).status_code
    return status, "You are signed in." in client.get("/").text


def test_a_token_of_the_product_signs_in(shared):
    """What the attacks below are held against: the genuine token comes in."""
    assert tried(shared, shared.token(sub="user1")) == (200, True)


@pytest.mark.parametrize("claims", [
    {"sub": None}, {"sub": "user1", "aud": "other"}, {"sub": "user1", "aud": None}, {"sub": "user1", "iss": "https://evil.example"},
    {"sub": "user1", "exp": None}, {"sub": "user1", "iat": None}, {"sub": "user1", "jti": None}, {"sub": "user1", "device": "d"},
    {"sub": 7}, {"sub": "user1", "exp": "soon"}, {"sub": ["user1"]}, {"sub": ""}])
def test_a_token_that_lacks_or_twists_a_claim_is_refused(shared, claims):
    """Issuer, audience, times, a number of its own, and one name of one kind: without any of them nobody comes in."""
    assert tried(shared, shared.token(**claims)) == (403, False)


def test_an_old_a_long_and_a_future_token_are_refused(shared):
    """A token counts in its own ten minutes."""
    now = shared.world.clock.now()

    def at(first: timedelta, last: timedelta) -> str:
        return shared.token(sub="user1", iat=int((now + first).timestamp()), exp=int((now + last).timestamp()))

    minute = timedelta(minutes=1)
    assert tried(shared, at(-10 * minute, -5 * minute)) == (403, False)
    assert tried(shared, at(0 * minute, 60 * minute)) == (403, False)
    assert tried(shared, at(5 * minute, 9 * minute)) == (403, False)


def test_a_token_counts_once(shared):
    """A token seen before is refused, whoever brings it."""
    token = shared.token(sub="user1")
    assert tried(shared, token) == (200, True)
    assert tried(shared, token) == (403, False)


def test_unsigned_and_confused_algorithms_are_refused(shared):
    """Alg none, HMAC with the public key as its secret, another key under the same id: none comes in."""
    genuine = shared.token(sub="user1").split(".")
    part = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    assert tried(shared, f"{part}.{genuine[1]}.") == (403, False)
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": shared.key.kid}).encode()).decode().rstrip("=")
    for public in (shared.key.as_pem(private=False), base64.urlsafe_b64decode(shared.key.as_dict(private=False)["x"] + "=")):
        code = hmac.digest(public, f"{head}.{genuine[1]}".encode(), "sha256")
        assert tried(shared, f"{head}.{genuine[1]}.{base64.urlsafe_b64encode(code).decode().rstrip('=')}") == (403, False)
    other = OKPKey.generate_key("Ed25519")
    assert tried(shared, shared.token(sub="user1", key=other)) == (403, False)
    rsa = RSAKey.generate_key(2048)
    assert tried(shared, shared.token(sub="user1", key=rsa, algorithm="RS256")) == (403, False)


@pytest.mark.parametrize("token", ["", "a.b.c", "..", "x" * 9000, "é.è.à", "eyJhbGciOiJub25lIn0..", "%00"])
def test_nonsense_is_refused_quietly(shared, token):
    """What is no token gives the same answer as a wrong one."""
    assert tried(shared, token) == (403, False)


def test_nobody_gets_anothers_receipt(served):
    """Another person's entry, and one that does not exist, give the same answer."""
    one, two = served.signed_in("user1"), served.signed_in("user2")
    one.post("/choices", data={"form": form_of(one.get("/")), "do": "refuse"})
    entry = next(iter(served.world.ports.log.entries(kinds=("objection",)))).seq
    theirs, nobodys = two.get(f"/receipts/{entry}.json"), two.get("/receipts/999999.json")
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.text == nobodys.text
    undone = two.post("/undo", data={"form": form_of(two.get("/")), "entry": str(entry)})
    assert undone.status_code == 404
    assert not list(served.world.ports.log.entries(kinds=("permission",)))


def test_nobody_decides_on_anothers_conversation(shared):
    """A record of somebody else cannot be chosen for."""
    client = shared.signed_in("user2")
    answer = client.post("/where", data={"form": form_of(client.get("/")), "do": "refuse",
                                         "record": shared.world.record("c1-0", "user1")})
    assert answer.status_code == 404
    assert not list(shared.world.ports.log.entries(kinds=("objection",)))


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"},
                                     {"sec-fetch-site": "same-site"}])
def test_a_form_from_elsewhere_does_not_count(shared, headers):
    """A form sent from another site is refused, even with the right token."""
    client = shared.signed_in("user1")
    answer = client.post("/choices", data={"form": form_of(client.get("/")), "do": "refuse"}, headers=headers)
    assert answer.status_code == 403
    assert not list(shared.world.ports.log.entries(kinds=("objection",)))


def test_a_form_of_another_visit_does_not_count(shared):
    """A token of one visit opens nothing in another; none opens nothing at all."""
    mine, other = shared.signed_in("user1"), shared.browser()
    for token in (form_of(other.get("/")), "", "0" * 64):
        assert mine.post("/choices", data={"form": token, "do": "refuse"}).status_code == 403
    assert not list(shared.world.ports.log.entries(kinds=("objection",)))


def test_signing_in_changes_the_secret(shared):
    """A secret planted before signing in is worth nothing after it."""
    client = shared.browser()
    client.get("/")
    before = client.cookies["licit-visit"]
    client.get("/sign-in", params={"token": shared.token(sub="user1")})
    thief = shared.browser(cookie=f"licit-visit={before}")
    assert "You are not signed in" in thief.get("/").text


def test_after_signing_out_the_session_is_over(shared):
    """The old secret opens nothing once its person signed out."""
    client = shared.signed_in("user1")
    held = client.cookies["licit-visit"]
    client.post("/sign-out", data={"form": form_of(client.get("/"))})
    assert "You are not signed in" in shared.browser(cookie=f"licit-visit={held}").get("/").text


def test_signing_out_everywhere_ends_every_session(shared):
    """Whoever lost a telephone ends its session from another browser; somebody else's goes on, and somebody not signed in ends none."""
    lost, mine, other = shared.signed_in("user1"), shared.signed_in("user1"), shared.signed_in("user2")
    stranger = shared.browser()
    stranger.post("/sign-out", data={"form": form_of(stranger.get("/")), "where": "everywhere"})
    assert "You are signed in" in lost.get("/").text
    mine.post("/sign-out", data={"form": form_of(mine.get("/")), "where": "everywhere"})
    assert ["You are signed in" in one.get("/").text for one in (lost, mine, other)] == [False, False, True]


def test_planted_markup_is_shown_as_text(served):
    """A title that is markup stays text on the page, and nothing inline may run."""
    served.world.take([chat("x", "user1", "<script>alert(1)</script><img src=x onerror=alert(1)>")], **CONSUMER)
    page = served.signed_in("user1").get("/where")
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/", "/where", "/rights/access", "/nothing", "/v1/standing/x", "/healthz"])
def test_every_answer_is_guarded(shared, path):
    """Headers against framing, sniffing and leaking stand on every answer, errors too, and no server is named."""
    headers = shared.browser().get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "no-store" in headers["cache-control"]


def test_cookies_are_kept_from_scripts(shared):
    """What the browser holds is HttpOnly and SameSite."""
    told = shared.browser().get("/").headers.get_list("set-cookie")
    assert told
    assert all("httponly" in one.lower() and "samesite=lax" in one.lower() for one in told)


def test_a_large_body_is_refused(shared):
    """More than a form can hold is not read."""
    client = shared.browser()
    assert client.post("/choices", content=b"x" * (2 << 20)).status_code == 413


def test_a_private_key_in_the_wrong_place_stops_the_start(served):
    """A file of sign-in keys that holds a secret is an error before anybody comes."""
    (served.world.root / "chat.jwks.json").write_text(json.dumps({"keys": [served.key.as_dict(private=True)]}))
    with pytest.raises(SetupError, match="secret key"):
        make_app(served.world.root)
