"""Rough handling of the server: planted commands in every field, broken encodings, odd methods, floods, races, stale forms."""

import logging
import socket
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from pages import form_of
from world import PLANTED, chat, prose

from licit.wiring import open_visits

PLANTS = ["'; DROP TABLE log; --", '" OR 1=1 --', "x\r\nERROR fault: planted\r\n", "{{7*7}}${7*7}#{7*7}", "%s%n%x{0.__class__}",
          "../../../etc/passwd", "\u202e\u0000\x1b[31m", "<svg/onload=alert(1)>", "=cmd|' /C calc'!A0"]
FORM = {"content-type": "application/x-www-form-urlencoded"}


def shape(served) -> list:
    """Give the tables and columns of both databases."""
    out = []
    for name in ("licit.db", "web.db"):
        with closing(sqlite3.connect(served.world.root / name)) as opened:
            out.append(sorted(opened.execute("SELECT name, sql FROM sqlite_master")))
    return out


def raw(served, target: bytes, *, method: bytes = b"GET", headers: bytes = b"", body: bytes = b"") -> tuple[int, str]:
    """Send a request as its bytes stand here; give the status and all that came back."""
    place = urlsplit(served.address)
    with socket.create_connection((place.hostname, place.port), 20) as line:
        line.sendall(method + b" " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + b"\r\n" + body)
        told = b""
        try:
            while piece := line.recv(1 << 16):
                told += piece
        except ConnectionResetError:
            assert told, "no answer at all"  # an answer came, and what was left of the request was not read
    return int(told.split()[1]), told.decode("utf-8", "replace")


def counted(served, *kinds: str) -> int:
    return len(list(served.world.ports.log.entries(kinds=kinds)))


def test_planted_commands_change_nothing_and_are_logged_nowhere(served, caplog):
    """Whatever a text field holds: no fault, the same tables afterwards, and not a word of it in what the server logs."""
    caplog.set_level(logging.DEBUG)
    tables, client = shape(served), served.signed_in("user1")
    product = served.browser(authorization=f"Bearer {open_visits(served.world.root).add_key('p', ['rights', 'standing'])}")
    form = form_of(client.get("/"))
    for plant in PLANTS:
        told = [client.post(path, data={"form": form, **dict.fromkeys(names, plant)}) for path, names in (
            ("/choices", ("do", "purpose")), ("/where", ("record", "do", "turn")), ("/undo", ("entry",)), ("/check", ("text",)),
            ("/others", ("name", "handle")), ("/others", ("email",)), ("/others", ("phone",)), ("/rights/access", ("why",)))]
        told += [client.get(path, params={name: plant}) for path, name in (("/", "lang"), ("/", "done"), ("/sign-in", "token"))]
        told += [product.get("/v1/standing/x", params={name: plant}) for name in ("issuer", "purpose", "key")]
        for name in ("subject", "issuer", "project", "notice", "wording", "how", "record"):
            told.append(product.post("/v1/rights", json={"kind": "objection", "subject": "user2", "issuer": "chat", name: plant}))
        assert [(one.request.url.path, one.status_code) for one in told if one.status_code >= 500] == []
    assert shape(served) == tables
    mine = [one for one in caplog.records if one.name.startswith(("licit", "uvicorn", "fastapi", "starlette"))]
    assert not [one for one in mine for plant in PLANTS if plant[:12] in one.getMessage() or "\n" in one.getMessage()]


@pytest.mark.parametrize("target", [b"/receipts/1%0d%0aset-cookie:a=b.json", b"/?lang=fr%0d%0aset-cookie:a=b", b"/rights/x%0d%0aset-cookie:a=b",
                                    b"/where/x%0aset-cookie:a=b", b"/sign-in?token=%0d%0aset-cookie:a=b"])
def test_no_header_can_be_planted(shared, target):
    """A line break in an address never becomes a header of the answer."""
    status, told = raw(shared, target)
    assert status < 500
    assert "set-cookie:a=b" not in told.split("\r\n\r\n")[0].lower().replace(" ", "")


@pytest.mark.parametrize("target", [b"/static/../app.py", b"/static/%2e%2e/app.py", b"/static/..%2fapp.py", b"/static/%2e%2e%2fapp.py",
                                    b"/static//etc/passwd", b"/static/%00", b"/static/..\\app.py", b"/static/....//app.py", b"/static/"])
def test_nothing_but_what_is_served_is_served(shared, target):
    """No way out of the folder of files, and no list of it."""
    assert raw(shared, target)[0] == 404


@pytest.mark.parametrize("method", [b"OPTIONS", b"TRACE", b"PUT", b"DELETE", b"PATCH", b"BREW"])
@pytest.mark.parametrize("target", [b"/", b"/choices", b"/v1/rights", b"/v1/standing/x"])
def test_other_methods_do_nothing(shared, method, target):
    """A method that no page knows is told so; nothing of the request comes back."""
    status, told = raw(shared, target, method=method, headers=b"X-Planted: planted\r\nContent-Length: 0\r\n")
    assert status == (405 if method != b"BREW" else 400)  # no method of HTTP: the line itself cannot be read
    assert status == 400 or "\r\nallow: GET" in told or "\r\nallow: POST" in told
    assert "planted" not in told


@pytest.mark.parametrize("headers", [b"Cookie: licit-visit=" + b"x" * 60_000 + b"\r\n", b"Cookie: " + b"a=b; " * 9_000 + b"\r\n",
                                     b"Cookie: licit-visit=" + b"\xb2" * 25 + b"\r\n", b"Cookie: licit-visit=" + b"x" * 600_000 + b"\r\n",
                                     b"Accept-Language: fr;q=nan, en;q=1e9, " + b"x," * 20_000 + b"\r\n", b"Content-Length: 5, 6\r\n"])
def test_swollen_and_broken_headers_hurt_nobody(shared, headers):
    """What is too large or no text is refused or ignored, and the next visitor is served."""
    assert raw(shared, b"/", headers=headers)[0] in (200, 400, 431)
    assert shared.browser().get("/healthz").status_code == 200


@pytest.mark.parametrize("body", [b"form=%ff&do=refuse", b"form=\xff\xfe&do=refuse", b"\x00\x01", b"&&&===", b"form" * 10, b"%" * 1000])
def test_broken_forms_are_refused(shared, body):
    """A form that cannot be read does nothing."""
    client = shared.browser()
    client.get("/")
    assert client.post("/choices", content=body, headers=FORM).status_code in (400, 403)
    assert counted(shared, "objection") == 0


def test_of_two_answers_in_one_form_neither_counts(shared):
    """A field that stands twice is an error, whichever comes last; so is a file in the place of a field."""
    client = shared.signed_in("user1")
    form = form_of(client.get("/"))
    for given in (["allow", "refuse"], ["refuse", "allow"]):
        assert client.post("/choices", data={"form": form, "do": given}).status_code == 400
    assert client.post("/choices", data={"form": form}, files={"do": ("refuse", b"refuse")}).status_code == 400
    assert counted(shared, "objection", "permission") == 0


def test_tens_of_thousands_of_fields_are_one_form(served):
    """A flood of fields is read or refused, and the server goes on."""
    client = served.browser()
    form = form_of(client.get("/"))
    flood = "purpose=train&" * 60_000 + f"form={form}&do=refuse"
    assert client.post("/choices", content=flood.encode(), headers=FORM).status_code in (200, 303, 400, 413)
    assert counted(served, "objection") <= 1
    assert served.browser().get("/healthz").status_code == 200


@pytest.mark.parametrize("number", ["²", "٣", "-1", "1e3", "0x1", " 1", "9" * 15, "9" * 400, "NaN"])
def test_what_is_no_number_is_nobodys_entry(shared, number):
    """Digits of other scripts, signs and floods of digits are answered as an entry that does not exist."""
    client = shared.signed_in("user1")
    assert client.post("/undo", data={"form": form_of(client.get("/")), "entry": number}).status_code == 404


@pytest.mark.parametrize("given", [{"name": b"Ren%E9"}, {"name": b"%ED%A0%80"}, {"email": b"lea%00@example.org"}, {"email": b"lea"},
                                   {"phone": b"call+me"}, {"handle": b"%1b%5b31m"}, {"email": b"lea%40example.org", "phone": b"12"}])
def test_what_nothing_could_be_found_by_is_no_objection(shared, given):
    """A name in a broken encoding, an address without @: told to the person, for the entry would protect nobody."""
    client = shared.browser()
    body = b"form=" + form_of(client.get("/others")).encode() + b"".join(b"&%s=%s" % (name.encode(), value) for name, value in given.items())
    assert client.post("/others", content=body, headers=FORM).status_code == 400
    assert counted(shared, "third-party-objection") == 0


def test_slow_senders_keep_nobody_out(shared):
    """A hundred bodies that never end, and the next visitor is served."""
    place = urlsplit(shared.address)
    slow = [socket.create_connection((place.hostname, place.port), 20) for _ in range(100)]
    try:
        for line in slow:
            line.sendall(b"POST /choices HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nform=")
        assert shared.browser().get("/").status_code == 200
    finally:
        for line in slow:
            line.close()
    assert counted(shared, "objection") == 0


def test_a_page_left_open_decides_nothing_once_the_session_is_over(served):
    """A form of a session that ended is refused: it would count for the browser, and its reader would believe it theirs."""
    ended, signed_out = served.signed_in("user1"), served.signed_in("user1")
    stale = form_of(ended.get("/")), form_of(signed_out.get("/"))
    held = signed_out.cookies["licit-visit"]
    signed_out.post("/sign-out", data={"form": stale[1]})
    served.world.clock.advance(hours=13)
    for client, form in ((ended, stale[0]), (served.browser(cookie=f"licit-visit={held}"), stale[1])):
        assert client.post("/choices", data={"form": form, "do": "refuse"}).status_code == 403
    assert counted(served, "objection") == 0


def test_the_session_of_somebody_erased_shows_what_is_left(served):
    """Another session of theirs goes on, sees the receipt, and finds no word of theirs on any page or in the copy."""
    served.world.take([chat("own", "user1", prose("own") + " " + PLANTED, title=PLANTED)])
    one, two = served.signed_in("user1"), served.signed_in("user1")
    assert PLANTED[:20] in two.get("/where").text
    one.post("/rights/erasure", data={"form": form_of(one.get("/rights/erasure"))})
    assert "What you said was erased" in two.get("/").text
    assert PLANTED[:20] not in two.get("/where").text
    assert PLANTED.encode() not in two.get("/copy.zip").content


def test_refusals_that_come_together_are_counted_right(served):
    """Threads at once: one entry for each person, one for one idempotency key, one for one browser's signal."""
    product = served.browser(authorization=f"Bearer {open_visits(served.world.root).add_key('p', ['rights'])}")
    same = {"kind": "restriction", "subject": "user1", "issuer": "chat"}
    signal = served.browser(**{"sec-gpc": "1"})
    signal.follow_redirects = False
    signal.get("/")
    gate = threading.Barrier(8)

    def together(number: int) -> tuple:
        gate.wait(20)
        one = product.post("/v1/rights", json=same, headers={"idempotency-key": "once"})
        two = product.post("/v1/rights", json={"kind": "access", "subject": f"new-{number}", "issuer": "chat"})
        return one.json()["entry"], two.json()["entry"], signal.get("/?seen=1").status_code

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(together, range(8)))
    assert len({one for one, _, _ in made}) == counted(served, "restriction") == 1
    assert len({two for _, two, _ in made}) == counted(served, "access") == 8
    assert counted(served, "objection") == 1
