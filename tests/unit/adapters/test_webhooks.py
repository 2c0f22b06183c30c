"""Attacks by an address that somebody else named: inside networks, rebinding, redirects, credentials, slowness, size."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from licit.adapters import webhooks
from licit.adapters.webhooks import LARGEST, Poster
from licit.core.errors import InputError

INSIDE = ["127.0.0.1", "10.0.0.7", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "192.0.2.1", "224.0.0.1",
          "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
          "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
          "2001:0:a9fe:a9fe::1", "::127.0.0.1", "not an address"]


@contextmanager
def listening(answer, *, hold=0.0, drip=b""):
    """Answer each connection with some bytes; give port and what was asked."""
    asked = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                link, _ = server.accept()
            except OSError:
                return
            with link:
                got = link.recv(65536)
                while got and not got.endswith(b"{}"):
                    got += link.recv(65536)
                asked.append(got)
                time.sleep(hold)
                try:
                    link.sendall(answer)
                    while drip:
                        time.sleep(.05)
                        link.sendall(drip)
                except OSError:
                    pass
    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1], asked
    finally:
        server.close()


def here(port, path="/hook"):
    """Give an address on this machine."""
    return f"http://127.0.0.1:{port}{path}"


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_is_sent_inside_a_network(address, monkeypatch):
    """Whatever a name resolves to among addresses that are not public, plain or wrapped in IPv6, no connection is made."""
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it connected"))
    assert Poster(resolve=lambda *_: [address]).post("https://partner.example/hook", {}, b"{}") == "address-refused"


def test_one_bad_address_among_good_ones_refuses_all(monkeypatch):
    """A name with a public and a private address is refused, for the connection might take either."""
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it connected"))
    poster = Poster(resolve=lambda *_: ["93.184.215.14", "169.254.169.254"])
    assert poster.post("https://partner.example/", {}, b"{}") == "address-refused"


def test_a_name_that_changes_its_mind_is_asked_once(monkeypatch):
    """A resolver that answers well first and with the metadata address next is asked once, and its first answer is connected to."""
    answers, went = [["93.184.215.14"], ["169.254.169.254"]], []

    def connect(address, *_, **__):
        went.append(address)
        raise OSError
    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("it asked again"))
    assert Poster(resolve=lambda *_: answers.pop(0)).post("https://partner.example/", {}, b"{}") == "no-connection"
    assert (went, len(answers)) == ([("93.184.215.14", 443)], 1)


@pytest.mark.parametrize("url", ["http://partner.example/", "ftp://partner.example/", "file:///etc/passwd", "https://", "https:///x",
                                 "https://user:word@partner.example/", "https://user@partner.example/", "https://partner.example:0/",
                                 "https://partner.example:99999/", "https://partner.example/\r\nx: y", "https://part ner.example/",
                                 "https://partner.example\\@inside/", "https://pärtner.example/", "https://[::1", "", "partner.example",
                                 "https://partner.example/#top"])
def test_an_address_that_is_none_is_refused(url):
    """Other schemes, credentials, line breaks, look-alike letters, ports that are none: refused before anybody is asked."""
    poster = Poster(resolve=lambda *_: pytest.fail("it asked"))
    with pytest.raises(InputError):
        poster.check(url)
    assert poster.post(url, {}, b"{}") in ("webhook-unreadable", "webhook-not-https")


def test_this_machine_only_when_a_setting_says_so():
    """Loopback is refused without the setting; with it http works here, and still nowhere else."""
    with listening(b"HTTP/1.1 204 No Content\r\n\r\n") as (port, asked):
        assert Poster().post(here(port), {}, b"{}") == "webhook-not-https"
        assert Poster(loopback=True).post(here(port, "/a?b=c"), {"webhook-id": "x"}, b"{}") == ""
        assert asked[0].startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert Poster(loopback=True, resolve=lambda *_: ["10.0.0.1"]).post("http://inside.example/", {}, b"{}") == "address-refused"
    assert Poster(loopback=True, resolve=lambda *_: ["93.184.215.14"]).post("http://partner.example/", {}, b"{}") == "address-refused"


def test_no_redirect_is_followed():
    """A redirect to the metadata address is a failure, and nothing else is asked."""
    answer = b"HTTP/1.1 307 Temporary Redirect\r\nlocation: http://169.254.169.254/latest/\r\ncontent-length: 0\r\n\r\n"
    with listening(answer) as (port, asked):
        assert Poster(loopback=True).post(here(port), {}, b"{}") == "redirect-refused"
        assert len(asked) == 1


@pytest.mark.parametrize(("answer", "why"), [
    (b"HTTP/1.1 500 No\r\n\r\n", "status-500"), (b"HTTP/1.1 410 Gone\r\n\r\n", "status-410"), (b"nonsense\r\n\r\n", "no-connection"),
    (b"", "no-connection"), (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LARGEST + 10), "answer-too-large"),
    (b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nshort", "no-connection")])
def test_what_is_no_success_is_none(answer, why):
    """Errors, nonsense, silence, an endless answer and one cut short are failures with a name."""
    with listening(answer) as (port, _):
        assert Poster(loopback=True).post(here(port), {}, b"{}") == why


def test_slow_answers_end():
    """An answer that never comes, and one that comes byte by byte, end after the time that all of it may take."""
    began = time.monotonic()
    for more in ({"hold": 5.0}, {"drip": b"x"}):
        with listening(b"HTTP/1.1 200 OK\r\n\r\n", **more) as (port, _):
            assert Poster(loopback=True, seconds=.3).post(here(port), {}, b"{}") in ("too-slow", "no-connection")
    assert time.monotonic() - began < 4


def test_proxies_of_the_environment_are_not_asked(monkeypatch):
    """A proxy named in the environment would resolve names again, elsewhere; it is passed over."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with listening(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n") as (port, _):
        assert Poster(loopback=True).post(here(port), {}, b"{}") == ""
    assert webhooks.resolved("127.0.0.1", 80) == ["127.0.0.1"]
