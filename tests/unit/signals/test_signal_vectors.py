"""The other signals: what each says, as tables. Every line is written for the test; the specification it rests on stands above it."""

import io
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licit.core.signals import AI_TXT, ROBOTS, TDMREP, Answer, Page, Reading, resolve
from licit.signals.registry import find_signals, read_all

URL = "https://news.example/a/b.html"
RSL = '<rsl xmlns="https://rslstandard.org/rsl">{}</rsl>'


def page(body: str | bytes = b"", *, url: str = URL, agent: str = "", site: dict | None = None, **headers: str) -> Page:
    """Make a page; a header's ``_`` is ``-``."""
    body = body.encode() if isinstance(body, str) else body
    found = {name.replace("_", "-"): (value,) for name, value in headers.items()}
    if b"<" in body[:1]:
        found.setdefault("content-type", ("text/html",))
    files = {path: Answer(body=raw if isinstance(raw, bytes) else raw.encode()) for path, raw in (site or {}).items()}
    return Page(url=url, agent=agent, answer=Answer(status=200, headers=found, body=body), site=files)


def verdict(**given) -> str:
    """Judge a page."""
    return resolve(read_all(page(**given))).verdict


# AIPREF attach-05 and vocab-01 to -07: a dictionary of RFC 9651; tokens y and n; what does not parse is unknown.
@pytest.mark.parametrize(("value", "expected"), [
    ("train-ai=n", "reserved"), ("train-ai=y", "allowed"), ("train-ai=n, search=y", "reserved"), ("search=n", "unknown"),
    ("train-ai=n;x=1", "reserved"), ("train-ai=y, train-ai=n", "reserved"), ("train-ai=n, train-ai=y", "allowed"),
    ('train-ai="n"', "unknown"), ("train-ai", "unknown"), ("train-ai=?0", "unknown"), ("TRAIN-AI=n", "unknown"), ("train-ai=N", "unknown"),
    ("train-ai=n,,", "unknown"), ("train-ai=\u00e9", "unknown"), ("genai=n", "reserved"), ("tdm=n", "reserved"), ("all=n", "reserved"),
    ("bots=n", "reserved"), ("train-genai=n", "reserved"), ("ai=n", "reserved"), ("all=y", "unknown"), ("train-ai=y, all=n", "reserved")])
def test_content_usage(value, expected):
    """Header and robots.txt say the same in the same words.

    Law: SIG-06, SIG-15
    """
    assert verdict(content_usage=value) == expected
    robots = f"User-agent: GPTBot\nContent-Usage: {value}\n"
    assert verdict(site={ROBOTS: robots}) == expected


@pytest.mark.parametrize(("lines", "expected"), [
    ("/a/ train-ai=n", "reserved"), ("/c/ train-ai=n", "unknown"), ("/a/ train-ai=n\nContent-Usage: /a/b train-ai=y", "allowed"),
    ("train-ai=n\nContent-Usage: /a/ train-ai=y", "allowed"), ("/a/ train-ai=y\nContent-Usage: /a/ train-ai=n", "reserved"),
    ("train-ai=n # for all", "reserved")])
def test_content_usage_by_path(lines, expected):
    """In robots.txt the longest path counts, and of equals the refusal (attach-05)."""
    assert verdict(site={ROBOTS: f"User-agent: *\nContent-Usage: {lines}\n"}) == expected


# contentsignals.org: keys and yes or no; the policy's preamble calls a restriction an express reservation.
@pytest.mark.parametrize(("value", "expected"), [
    ("ai-train=no", "reserved"), ("search=yes, ai-train=no", "reserved"), ("search=yes,ai-train=yes", "allowed"), ("search=no", "unknown"),
    ("Search=yes, AI-Train=NO", "reserved"), ("ai-train=maybe", "reserved"), ("ai-train", "reserved"), ("use=reference", "unknown")])
def test_content_signal(value, expected):
    """A no to training reserves; another key says nothing of it.

    Law: SIG-07, SIG-15
    """
    assert verdict(content_signal=value) == expected
    robots = f"# preamble\nUser-agent: *\nContent-Signal: {value}\nDisallow: /private\n"
    assert verdict(site={ROBOTS: robots}) == expected


def _file(*rules: dict) -> str:
    return json.dumps([{"location": "/", **rule} for rule in rules])


ON, OFF = {"tdm-reservation": 1}, {"tdm-reservation": 0}
META = '<html><meta name="{}" content="{}"></html>'


# TDMRep CG-FINAL: file, then header, then page; absence resets nothing; other values are unset.
@pytest.mark.parametrize(("file", "header", "meta", "expected"), [
    (_file(ON), None, None, "reserved"), (_file(OFF), None, None, "allowed"), (_file(ON), "0", None, "allowed"), (_file(OFF), "1", None, "reserved"),
    (_file(ON), None, "0", "allowed"), (None, "0", "1", "reserved"), (None, "1", "0", "allowed"), (_file(ON), "2", None, "reserved"),
    (_file(ON), "yes", "", "reserved"), (None, "2", None, "unknown"), (_file({"tdm-reservation": 7}), None, None, "unknown"),
    (_file({"tdm-reservation": True}), None, None, "unknown"), (_file({**ON, "location": "/c/*"}), None, None, "unknown"),
    (_file({**OFF, "location": "/a/*"}, ON), None, None, "allowed"), (_file({**ON, "location": "*.html$"}, OFF), None, None, "reserved"),
    ("{not json", None, None, "reserved"), ("[1]", None, None, "reserved"), ("<html>404</html>", None, "0", "reserved"), ("[" * 100_000, None, None, "reserved")])
def test_tdmrep_chain(file, header, meta, expected):
    """What comes later counts; what cannot be read reserves.

    Law: SIG-05, SIG-12
    """
    given = {} if header is None else {"tdm_reservation": header}
    body = META.format("TDM-Reservation", meta) if meta is not None else ""
    assert verdict(body=body, site={TDMREP: file} if file is not None else None, **given) == expected


def _epub(package: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", '<container><rootfile full-path="p.opf"/></container>')
        archive.writestr("p.opf", package)
    return out.getvalue()


@pytest.mark.parametrize(("body", "expected"), [
    (_epub('<package><meta name="tdm:reservation" content="1"/></package>'), "reserved"),
    (_epub('<package prefix="tdm: http://www.w3.org/ns/tdmrep#"><meta property="tdm:reservation">1</meta></package>'), "reserved"),
    (_epub('<package><meta property="tdm:reservation">0</meta></package>'), "allowed"),
    (_epub("<package/>"), "unknown"), (_epub("<package"), "reserved"),
    (_epub('<!DOCTYPE p [<!ENTITY a "1">]><package><meta name="tdm:reservation" content="&a;"/></package>'), "reserved"),
    (_epub("<package/>")[:200], "reserved"),
    (b'%PDF-1.7\n<x:xmpmeta xmlns:x="adobe:ns:meta/"><d xmlns:t="http://www.w3.org/ns/tdmrep/" t:reservation="1"/></x:xmpmeta>', "reserved"),
    (b'%PDF-1.7\n<x:xmpmeta xmlns:x="adobe:ns:meta/"><t:reservation xmlns:t="http://www.w3.org/ns/tdmrep/">1</t:reservation></x:xmpmeta>', "reserved"),
    (b"%PDF-1.7\nnothing that can be read", "reserved")])
def test_tdmrep_in_documents(body, expected):
    """EPUB 2 and 3 and PDF carry it inside; a document that cannot be opened reserves.

    Law: SIG-05, SIG-12
    """
    assert verdict(body=body) == expected


def _content(inside: str, attributes: str = 'url="/"') -> str:
    return RSL.format(f"<content {attributes}>{inside}</content>")


def _licence(inside: str) -> str:
    return _content(f"<license>{inside}</license>")


# RSL 1.0: prohibits beats permits, permitted uses are exhaustive, payment, servers, alternatives.
@pytest.mark.parametrize(("document", "expected"), [
    (_licence('<prohibits type="usage">ai-train</prohibits>'), "reserved"), (_licence('<prohibits type="usage">all</prohibits>'), "reserved"),
    (_licence('<permits type="usage">search ai-input</permits>'), "reserved"), (_licence('<permits type="usage">ai-train</permits>'), "allowed"),
    (_licence('<permits type="usage">all</permits><prohibits type="usage">ai-all</prohibits>'), "reserved"),
    (_licence('<prohibits type="usage">search</prohibits>'), "allowed"), (_licence('<payment type="purchase"/>'), "reserved"),
    (_licence('<payment type="training"/>'), "reserved"), (_licence('<payment type="attribution"/>'), "allowed"), (_licence('<payment type="free"/>'), "allowed"),
    (_licence('<permits type="usage">all</permits><permits type="user">education</permits>'), "reserved"),
    (_content("", 'url="/" server="https://licence.example"'), "reserved"), (_licence(""), "allowed"),
    (_content('<license><payment type="purchase"/></license><license><permits type="usage">ai-all</permits></license>'), "allowed"),
    (_content('<license><prohibits type="usage">all</prohibits></license>', 'url="/c/"'), "unknown"),
    (RSL.format('<content url="/"><license/></content><content url="/a/"><license><prohibits type="usage">ai-train</prohibits></license></content>'), "reserved"),
    ("<rsl", "reserved"), ("<html></html>", "reserved"), ('<!DOCTYPE r [<!ENTITY a "b">]>' + _licence("&a;"), "reserved")])
def test_rsl(document, expected):
    """The same licence says the same by robots.txt, header, link and embedded.

    Law: SIG-08, SIG-12
    """
    site = {"/l.xml": document}
    link = '<link rel="license" type="application/rsl+xml" href="https://news.example/l.xml">'
    assert verdict(body=f"<html>{link}</html>", site=site) == expected
    assert verdict(site=site, link='<https://news.example/l.xml>; rel="license"; type="application/rsl+xml"') == expected
    assert verdict(site={**site, ROBOTS: "License: https://news.example/l.xml\n"}) == expected
    assert verdict(body=f'<html><script type="application/rsl+xml">{document}</script></html>') == expected


def test_every_licence_line_binds_and_none_is_guessed():
    """A second line adds to the first, and a licence that is not at hand reserves."""
    free = {"/l.xml": _licence("")}
    assert verdict(site={**free, ROBOTS: "License: /l.xml\nUser-agent: x\nLicense: https://other.example/m.xml\n"}) == "reserved"
    assert verdict(site={**free, ROBOTS: "License: https://other.example/l.xml\n"}) == "reserved"


@pytest.mark.parametrize(("headers", "body", "agent", "expected"), [
    ({"x_robots_tag": "noai"}, "", "", "reserved"), ({"x_robots_tag": "NoAI, noindex"}, "", "", "reserved"), ({"x_robots_tag": "noimageai"}, "", "", "reserved"),
    ({"x_robots_tag": "noindex, nofollow"}, "", "", "unknown"), ({"x_robots_tag": "GPTBot: noindex, noai"}, "", "", "reserved"),
    ({"x_robots_tag": "googlebot: noai"}, "", "", "unknown"), ({"x_robots_tag": "gptbot: noai"}, "", "FooBot", "unknown"),
    ({"x_robots_tag": "foobot: noai"}, "", "FooBot", "reserved"), ({"x_robots_tag": "unavailable_after: 1 Jan 2030 10:00:00 GMT, noai"}, "", "", "reserved"),
    ({}, '<html><META NAME="Robots" CONTENT="NOAI"></html>', "", "reserved"), ({}, "<meta name=gptbot content=noai>", "", "reserved"),
    ({}, '<html><meta name="description" content="what noai means"></html>', "", "unknown"),
    ({}, '<html><!-- <meta name="robots" content="noai"> --></html>', "", "unknown"),
    ({}, '<html><meta name="robots" content="noai"></html>'.encode("utf-16"), "", "reserved")])
def test_noai(headers, body, agent, expected):
    """In any letters, for all or for one crawler, in header and page.

    Law: SIG-09, SIG-15
    """
    assert verdict(body=body, agent=agent, **headers) == expected


@pytest.mark.parametrize(("lines", "url", "expected"), [
    ("Disallow: *.txt", URL, "reserved"), ("Disallow: *.jpg", URL, "unknown"), ("Disallow: *.jpg", "https://news.example/p.jpg", "reserved"),
    ("Disallow: /\nAllow: *.html", URL, "reserved"), ("Allow: /", URL, "allowed"), ("Disallow: /", URL, "reserved")])
def test_ai_txt(lines, url, expected):
    """A kind of file is refused; a page of text is one of text, whatever it is called.

    Law: SIG-09
    """
    assert verdict(url=url, site={AI_TXT: f"User-Agent: *\n{lines}\n"}) == expected


@pytest.mark.parametrize(("value", "expected"), [
    ("DMI-PROHIBITED", "reserved"), ("DMI-PROHIBITED-AIMLTRAINING", "reserved"), ("DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING", "reserved"),
    ("DMI-PROHIBITED-SEECONSTRAINT", "reserved"), ("DMI-ALLOWED", "allowed"), ("DMI-UNSPECIFIED", "unknown"), ("DMI-NEW", "reserved"), ("x", "reserved")])
def test_plus(value, expected):
    """IPTC's property, as element and as attribute, in a picture's bytes.

    Law: SIG-09, SIG-12
    """
    word = f"http://ns.useplus.org/ldf/vocab/{value}"
    for written in (f"<plus:DataMining>{word}</plus:DataMining>", f'<d plus:DataMining="{word}"/>', f'<plus:DataMining rdf:resource="{word}"/>'):
        assert verdict(body=b"\xff\xd8\xff\0" + written.encode()) == expected


@pytest.mark.parametrize(("entry", "use", "expected"), [
    ("ai_training", "notAllowed", "reserved"), ("ai_generative_training", "constrained", "reserved"), ("data_mining", "allowed", "allowed"),
    ("ai_inference", "notAllowed", "unknown"), ("ai_training", "sometimes", "reserved")])
def test_c2pa(entry, use, expected):
    """Old and new label, JSON and CBOR; constrained means no.

    Law: SIG-09, SIG-12
    """
    for space in ("c2pa", "cawg"):
        written = json.dumps({"label": f"{space}.training-mining", "data": {"entries": {f"{space}.{entry}": {"use": use}}}})
        assert verdict(body=b"\xff\0" + written.encode()) == expected
        binary = f"{space}.training-mining".encode() + b"\xa1\x67entries\xa1\x74" + f"{space}.{entry}".encode() + b"\xa1\x63use" + bytes([0x60 + len(use)])
        assert verdict(body=b"\xff\0" + binary + use.encode()) == expected


@pytest.mark.parametrize("text", [
    "All rights reserved, including for text and data mining.", "Text and Data Mining is not permitted without our consent.",
    "You may not use this site to train any machine learning model.", "Tous droits réservés, y compris la fouille de textes et de données.",
    "L’éditeur s’oppose à toute fouille de textes et de données au sens de l’article L. 122-5-3.", "L'utilisation pour entraîner une intelligence artificielle est interdite.",
    "Das Text und Data Mining bleibt vorbehalten.", "Eine Nutzung für das Training von KI ist untersagt.", "TDM: all rights reserved."])
def test_reservations_in_words(text):
    """What a person would read as a reservation reserves, and waits for a person.

    Law: SIG-10
    """
    outcome = resolve(read_all(page(f"<html><footer><p>{text}</p></footer></html>")))
    assert (outcome.verdict, outcome.person) == ("reserved", True)


@pytest.mark.parametrize("text", [
    "All rights reserved.", "Tous droits réservés.", "Alle Rechte vorbehalten.", "She explained text and data mining to the class.",
    "The train to Lyon is late, and an AI model says so.", "La fouille de textes a montré deux auteurs.", "Das KI-Training beginnt um neun."])
def test_ordinary_words_reserve_nothing(text):
    """A copyright line, or a text about mining, is no reservation of it."""
    assert verdict(body=f"<html><p>{text}</p></html>") == "unknown"


def test_a_footer_far_down_counts():
    """However long the page, its last line is read."""
    assert verdict(body="<html>" + "<p>Beans need poles.</p>" * 250_000 + "<p>Text and data mining is prohibited.</p></html>") == "reserved"


def _reading(says: str, name: str = "x") -> Reading:
    return Reading(name=name, spec="1", where="w", says=says)  # type: ignore[arg-type]


@pytest.mark.parametrize(("says", "expected"), [
    ((), "unknown"), (("silent",), "unknown"), (("allow",), "allowed"), (("allow", "silent"), "allowed"), (("allow", "disallow"), "reserved"),
    (("allow", "unreadable"), "reserved"), (("allow", "words"), "reserved"), (("allow", "no-access"), "reserved"), (("allow", "overridden"), "allowed"),
    (("overridden",), "unknown")])
def test_the_verdict(says, expected):
    """Any refusal wins, else any leave, else nobody knows; order does not matter.

    Law: SIG-11, SIG-12
    """
    readings = [_reading(one) for one in says]
    assert resolve(readings).verdict == resolve(readings[::-1]).verdict == expected


def test_the_rule_is_named():
    """Lawful access decides before robots.txt, and that before any other signal."""
    robots, other, access = _reading("disallow", "robots"), _reading("disallow"), _reading("no-access", "access")
    assert [resolve(found).rule.partition(":")[0] for found in ([other, robots, access], [other, robots], [other])] == ["access", "robots", "x"]


def test_a_reader_that_fails_reserves(monkeypatch):
    """What a reader cannot digest is a signal that cannot be read.

    Law: SIG-12
    """
    def broken(self, page):
        raise KeyError("gone")

    monkeypatch.setattr(type(next(one for one in find_signals() if one.name == "noai")), "read", broken)
    assert verdict(body="") == "reserved"


_BYTES = st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode), st.sampled_from(
    [b"User-agent: *\nContent-Signal: ai-train", b"\xff\xfe<", b"<rsl xmlns='https://rslstandard.org/rsl'>", b"%PDF-1.4 <x:xmpmeta", b"PK\x03\x04 application/epub+zip"]))


@settings(max_examples=60, deadline=None)
@given(_BYTES, _BYTES, st.text(max_size=80), st.text(max_size=60))
def test_no_bytes_crash_a_reader(body, file, value, url):
    """Whatever others wrote, every reader answers and none fails."""
    headers = dict.fromkeys(("content-usage", "content-signal", "tdm-reservation", "x-robots-tag", "link", "content-type"), (value,))
    site = {path: Answer(body=file) for path in (ROBOTS, TDMREP, AI_TXT)}
    found = read_all(Page(url=url, answer=Answer(status=200, headers=headers, body=body), site=site))
    assert not [each for each in found if each.detail.endswith("Error") and "-" not in each.detail]


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=200).filter(bytes.strip))
def test_garbage_gives_no_leave(file):
    """A site's file that is there and is noise never makes a page allowed."""
    site = {path: Answer(body=b"\xfe\xff" + file) for path in (ROBOTS, TDMREP, AI_TXT)}
    assert resolve(read_all(Page(url=URL, site=site))).verdict == "reserved"
