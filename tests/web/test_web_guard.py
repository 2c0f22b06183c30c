"""The guard before every answer: how fast, how much, from whom; and the short way of the question that is asked most."""

import socket
import subprocess
import sys
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import form_of
from serving import SETTINGS, Served, running

from licit.core.errors import SetupError
from licit.surfaces.web import guard, timely
from licit.surfaces.web.app import make_app
from licit.surfaces.web.settings import read_settings
from licit.wiring import open_visits

OUTSIDE = """
import sys
from pathlib import Path
from licit.usecases.commands import Asked, exercise
from licit.wiring import open_visits, open_workspace
exercise(open_workspace(Path(sys.argv[1])), Asked(kind="objection", account="late-comer", issuer="chat"))
open_visits(Path(sys.argv[1])).remove_key("rights-standing")
"""


def key(served: Served, *scopes: str) -> dict[str, str]:
    return {"authorization": f"Bearer {open_visits(served.world.root).add_key('-'.join(scopes), scopes)}"}


def limited(full, **limits: object):
    """Give a served world with limits of its own."""
    (full.root / "web.toml").write_text(SETTINGS.split("[[issuer]]")[0] + "[limits]\n" + "".join(
        f"{name} = {value!r}\n".replace("'", '"') for name, value in limits.items()), encoding="utf-8")
    return running(make_app(full.root, clock=full.clock))


def slowly(address: str, *pieces: bytes) -> str:
    """Send pieces of a request, and nothing more; give what came back before the line was closed."""
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), 20) as line:
        told = b""
        for piece in pieces:
            line.sendall(piece)
            told += line.recv(1 << 16) if piece.endswith(b"\r\n\r\n") else b""
        while part := line.recv(1 << 16):
            told += part
    return told.decode()


def test_what_another_process_does_counts_at_the_next_question(served):
    """Somebody unknown, asked about twice, refuses through another process, which removes a key as well: both count at once."""
    address = f"{served.address}/v1/standing/late-comer?issuer=chat"
    with httpx.Client(headers=key(served, "standing")) as client, httpx.Client(headers=key(served, "rights", "standing")) as other:
        assert {one.get(address).json()["answer"] for one in (client, other, client, other)} == {"hold"}
        subprocess.run([sys.executable, "-c", OUTSIDE, str(served.world.root)], check=True, timeout=60)
        assert client.get(address).json()["reason"] == "objection"
        assert other.get(address).status_code == 401


def test_the_short_way_gives_the_described_answer(served, monkeypatch):
    """With the short way and without it: the same status, type and fields."""
    with httpx.Client(headers=key(served, "standing")) as client:
        for query in ("", "?issuer=chat", "?purpose=publish&issuer=chat", "?key=device", "?issuer=", "?key=account&issuer=a%20b"):
            address = f"{served.address}/v1/standing/Ren%C3%A9%20%22x{query}"
            with monkeypatch.context() as changed:
                changed.setattr("licit.surfaces.web.api.judged", None)
                short = client.get(address)
            with monkeypatch.context() as changed:
                changed.setattr("licit.surfaces.web.thin._asked", lambda query: None)
                described = client.get(address)
            assert short.status_code == described.status_code == 200
            assert short.headers["content-type"] == described.headers["content-type"]
            assert short.json() == described.json()


def test_head_is_get_without_a_body(served):
    """Pages, files and answers have the same head; a sign-in is not used up by a look at it."""
    client = served.browser(**key(served, "standing"))
    for path in ("/", "/where", "/static/centre.css", "/healthz", "/v1/standing/user1"):
        head, got = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"] == got.headers["content-type"]
    token = served.token(sub="user1")
    assert client.head("/sign-in", params={"token": token}).status_code == 405
    assert client.get("/sign-in", params={"token": token}).status_code == 200


def test_a_method_that_is_not_known_is_told_which_are(served):
    """405 names every method of the address, not those of its first route."""
    client = served.browser()
    assert client.delete("/others").headers["allow"] == "GET, POST, HEAD"
    assert client.put("/v1/rights").headers["allow"] == "POST"
    assert client.delete("/").headers["allow"] == "GET, HEAD"
    assert client.post("/static/centre.css").headers["allow"] == "GET, HEAD"


def test_slow_heads_and_bodies_are_closed(served, monkeypatch):
    """A head or a body that never ends gets 408 and its line is closed; a line on which nothing comes is closed as well."""
    monkeypatch.setattr(guard, "PATIENCE", .3)
    monkeypatch.setattr(timely, "PATIENCE", .3)
    post = b"POST /v1/rights HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"
    assert '"reason":"too-slow"' in slowly(served.address, post)
    assert slowly(served.address, b"GET / HT").startswith("HTTP/1.1 408 ")
    assert slowly(served.address) == ""
    again = slowly(served.address, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHo")
    assert again.count("HTTP/1.1 ") == 2
    assert "HTTP/1.1 408 " in again


def test_too_many_are_told_when_to_come_again(full):
    """Without a key by address, under a key by key: 429 as a problem with Retry-After."""
    with limited(full, strangers=2, api=3) as address:
        strangers = [httpx.get(f"{address}/v1/standing/a") for _ in range(3)]
        assert [one.status_code for one in strangers] == [401, 401, 429]
        assert strangers[2].json()["reason"] == "too-many"
        assert int(strangers[2].headers["retry-after"]) > 0
        headers = {"authorization": f"Bearer {open_visits(full.root).add_key('p', ['standing'])}"}
        assert [httpx.get(f"{address}/v1/standing/a", headers=headers).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_one_person_is_not_asked_for_without_end(full):
    """Requests for one person are counted under a key, but refusals of theirs never; sign-ins are counted by address."""
    with limited(full, person=1, sign_ins=1) as address:
        headers = {"authorization": f"Bearer {open_visits(full.root).add_key('p', ['rights'])}"}
        codes = {kind: [httpx.post(f"{address}/v1/rights", json={"kind": kind, "subject": "user1", "issuer": "chat"}, headers=headers).status_code
                        for _ in range(2)] for kind in ("access", "objection", "erasure")}
        assert codes == {"access": [201, 429], "objection": [201, 201], "erasure": [201, 201]}
        assert [httpx.get(f"{address}/sign-in?token=x").status_code for _ in range(2)] == [403, 429]


def test_refusing_has_a_measure_of_its_own(full):
    """Pages used up by others of the same address leave refusing open; beyond its own measure the page says how to go on."""
    with limited(full, pages=2, refusals=60) as address, httpx.Client(base_url=address, follow_redirects=False) as client:
        form = form_of(client.get("/"))
        assert [client.get("/").status_code for _ in range(2)] == [200, 429]
        sent = [client.post("/choices", data={"form": form, "do": "refuse"}) for _ in range(62)]
        assert {one.status_code for one in sent[:60]} == {303}
        assert sent[-1].status_code == 429
        assert "go back and send it again" in sent[-1].text
        assert sent[-1].headers["retry-after"] == "5"


def test_addresses_behind_the_proxy_are_parted(full):
    """The proxy that is trusted names the visitor; another's word for it counts for nothing."""
    for proxy, codes in (("127.0.0.1", [200, 200]), ("192.0.2.1", [200, 429])):
        with limited(full, pages=1, proxy=proxy) as address:
            assert [httpx.get(f"{address}/check", headers={"x-forwarded-for": f"10.0.0.9, 198.51.100.{n}"}).status_code
                    for n in (1, 2)] == codes


def test_nobody_can_set_refusing_too_low(full):
    """A limit under which people who share an address could not refuse does not start."""
    (full.root / "web.toml").write_text("[limits]\nrefusals = 10\n", encoding="utf-8")
    with pytest.raises(SetupError, match="could not refuse"):
        read_settings(full.root)


@given(st.lists(st.integers(1, 40), max_size=6), st.integers(0, 50))
def test_a_head_is_counted_without_the_body_that_comes_with_it(cuts, body):
    """However the bytes of a request are cut, those of its head are counted and no byte after them."""
    head = b"POST / HTTP/1.1\r\nhost: a\r\n\r\n"
    left, counted, line = head + b"x" * body, 0, object.__new__(timely.Timely)
    for size in [*cuts, len(left)]:
        if counted < len(head):  # from there on a request is being answered
            counted += line._of_head(left[:size])
        left = left[size:]
    assert counted == len(head)
