"""Stored and fetched responses: what is broken, cut short or grows too large is a fault, and never a page without signals."""

import gzip
import http.server
import threading
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcs import warc

from licit.adapters.fetch import Fetcher
from licit.adapters.stored import answer_from, stored_page
from licit.adapters.warc import warc_pages
from licit.core.errors import InputError
from licit.core.signals import ROBOTS

ONE = ("https://a.example/p", b"<html>words</html>", (("Content-Type", "text/html"),))
REFUSAL = ("https://a.example/robots.txt", b"User-agent: CCBot\nDisallow: /\n", ())


@pytest.mark.parametrize("packed", [True, False])
def test_a_site_file_counts_wherever_it_stands(tmp_path, packed):
    """robots.txt after the page is the page's; another host's is not; two versions both count."""
    other = ("http://a.example/robots.txt", b"User-agent: *\nAllow: /\n", ())
    (tmp_path / "a.warc").write_bytes(warc(ONE, other, REFUSAL, (REFUSAL[0], b"User-agent: *\nAllow: /\n", ()), packed=packed))
    (variants,) = warc_pages(tmp_path / "a.warc")
    assert [page.site[ROBOTS].body[12:17] for page in variants] == [b"CCBot", b"*\nAll"]
    assert variants[0].answer.body == ONE[1]


@pytest.mark.parametrize("packed", [True, False])
def test_an_archive_that_is_cut_short_says_so(tmp_path, packed):
    """Wherever it is cut inside a record, the last page has a fault."""
    whole = warc(ONE, REFUSAL, packed=packed)
    first = len(warc(ONE, packed=packed))
    for end in range(1, len(whole), 37):
        if end == first:
            continue
        (tmp_path / "a.warc.gz").write_bytes(whole[:end])
        *_, (last,) = warc_pages(tmp_path / "a.warc.gz")
        assert last.answer.fault, end


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 600), st.binary(min_size=1, max_size=4))
def test_a_broken_archive_never_raises(tmp_path, at, noise):
    """Bytes changed anywhere give pages, and no error of a library's."""
    whole = warc(ONE, REFUSAL, packed=False)
    (tmp_path / "a.warc").write_bytes(whole[:at] + noise + whole[at + len(noise):])
    assert sum(1 for _ in warc_pages(tmp_path / "a.warc"))


def test_chunked_and_packed_bodies_are_unpacked(tmp_path):
    """What the server packed is judged as it was meant."""
    body = gzip.compress(ONE[1])
    chunked = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    (tmp_path / "a.warc").write_bytes(warc((ONE[0], chunked, (("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")))))
    ((page,),) = warc_pages(tmp_path / "a.warc")
    assert page.answer.body == ONE[1]


@pytest.mark.parametrize(("coding", "body", "fault"), [
    ("gzip", gzip.compress(bytes(3 << 20)), "unpacks-too-large"), ("gzip", gzip.compress(b"x" * 99)[:-9], "cut-short"), ("br", b"x", "unknown-encoding"),
    ("deflate", b"noise", "packed-unreadable"), ("deflate", zlib.compress(b"x"), ""), ("gzip", b"plain", ""), ("gzip, gzip", gzip.compress(gzip.compress(b"x")), "")],
    ids=["too large", "cut short", "unknown", "noise", "deflated", "plain", "twice"])
def test_packed_bodies(coding, body, fault):
    """A bomb, a cut or an unknown packing is a fault."""
    assert answer_from(200, {"content-encoding": (coding,)}, body, 1 << 20).fault == fault


@pytest.mark.parametrize("files", [{}, {"a.html": "x", "b.html": "y"}, {"a.html": "x", "headers.json": "{"}, {"a.html": "x", "headers.txt": "no header"},
                                   {"a.html": "x", "headers.json": '{"status": []}'}])
def test_a_folder_that_is_unclear_is_refused(tmp_path, files):
    """No page, two pages, or headers that cannot be read: a message, and no verdict."""
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError):
        stored_page(tmp_path)


class _Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        hops = int(self.path.rpartition("/hop")[2] or 0) if "/hop" in self.path else 0
        self.server.asked.append(self.path)
        if hops or self.path == "/away":
            self.send_response(302)
            self.send_header("Location", f"/hop{hops - 1}" if hops > 1 else "/end" if hops else "http://169.254.169.254/meta")
        else:
            self.send_response(int(self.path[1:]) if self.path[1:].isdigit() else 200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"done")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site():
    """A website on this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("path", "status", "fault"), [("/x", 200, ""), ("/404", 404, ""), ("/503", 503, ""), ("/hop5", 200, ""), ("/hop6", 0, "too-many-redirects"),
                                                       ("/away", 0, "address-refused")])
def test_fetching_follows_the_rules(site, path, status, fault):
    """Five redirects and no more; none to an address that is not public.

    Law: SIG-02
    """
    answer = Fetcher(loopback=True, pause=0).get(site[1] + path)
    assert (answer.status, answer.fault) == (status, fault)


def test_a_page_of_another_site_is_a_fault(site):
    """A page that leads to another host was not judged by that host's files."""
    local = site[1].replace("127.0.0.1", "localhost")
    fetcher = Fetcher(loopback=True, pause=0, resolve=lambda host, port: ["127.0.0.1"])
    assert fetcher.get(local + "/away", stay=True).fault == "redirected-to-another-site"


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], ["8.8.8.8", "192.168.0.1"], []])
def test_no_address_of_ours_is_asked(site, addresses):
    """A name that resolves to what is not public is refused before anything is sent."""
    asked = len(site[0].asked)
    assert Fetcher(pause=0, resolve=lambda host, port: addresses).get(f"http://news.example:{site[0].server_port}/").fault
    assert len(site[0].asked) == asked


@pytest.mark.parametrize("url", ["ftp://a.example/x", "http://u:p@a.example/", "https://", "http://a.example/\nx", "http://[::1", "file:///etc/passwd"])
def test_what_is_no_address_is_said(url):
    """Another scheme, a password or no host is bad input."""
    with pytest.raises(InputError):
        Fetcher(pause=0).get(url)


def test_an_answer_is_kept_for_a_day(site, tmp_path):
    """The second time nothing is asked; an answer that is old, broken or a server's error is asked for again.

    Law: SIG-02
    """
    fetcher = Fetcher(tmp_path, loopback=True, pause=0)
    first, asked = fetcher.get(site[1] + "/kept"), len(site[0].asked)
    assert fetcher.get(site[1] + "/kept") == first
    assert len(site[0].asked) == asked
    (kept,) = tmp_path.glob("*.json")
    kept.write_text(kept.read_text().replace('"at": ', '"at": -'))
    fetcher.get(site[1] + "/kept")
    kept.write_text("{")
    fetcher.get(site[1] + "/kept")
    assert len(site[0].asked) == asked + 2
    fetcher.get(site[1] + "/503")
    assert len(list(tmp_path.glob("*.json"))) == 1


@pytest.mark.parametrize("url", ["https://libgen.rs/a", "http://mirror3.libgen.is/b", "https://www.z-lib.org"])
def test_sites_on_lists_of_infringement_are_not_asked(url):
    """Nothing is fetched from such a site, its subdomains or mirrors: no name is even resolved.

    Law: PRV-08
    """
    from licit.surfaces.cli.signals import _fetcher
    fetcher = _fetcher(False)
    fetcher._cache = None
    fetcher._resolve = lambda host, port: pytest.fail("it was asked")
    assert fetcher.get(url).fault == "infringing-site"
