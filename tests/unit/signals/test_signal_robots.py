"""robots.txt, by RFC 9309 and fail closed. Every file here is written for the test; the rule's section stands beside it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from protego import Protego

from licit.core.signals import ROBOTS, Answer, Page, resolve
from licit.signals._robots import parse
from licit.signals.registry import read_all

SITE = "https://news.example"


def verdict(body: bytes | str, agent: str = "FooBot", path: str = "/x/y", **state) -> str:
    """Judge a path by a robots.txt."""
    body = body.encode() if isinstance(body, str) else body
    page = Page(url=SITE + path, site={ROBOTS: Answer(body=body, **state)}, agent=agent)
    return resolve(read_all(page)).verdict


@pytest.mark.parametrize(("body", "path", "expected"), [
    # RFC 9309 2.2.1: the token counts whatever its letters' case; its groups are merged.
    ("USER-AGENT: FOOBOT\nDISALLOW: /x/\n", "/x/y", "reserved"),
    ("User-agent: foobot\nDisallow: /a\n\nUser-agent: other\nDisallow: /\n\nUser-agent: FooBot\nDisallow: /b\n", "/b", "reserved"),
    ("User-agent: foobot\nDisallow: /a\n\nUser-agent: other\nDisallow: /\n\nUser-agent: FooBot\nDisallow: /b\n", "/c", "allowed"),
    # 2.2.1: who has a group of its own is not bound by "*"; who has none is.
    ("User-agent: *\nDisallow: /\n\nUser-agent: FooBot\nAllow: /\n", "/x", "allowed"),
    ("User-agent: *\nDisallow: /\n\nUser-agent: Foo\nAllow: /\n", "/x", "reserved"),
    ("User-agent: *\nDisallow: /\n\nUser-agent: Bot\nAllow: /\n", "/x", "reserved"),
    ("User-agent: * everybody\nDisallow: /\n", "/x", "reserved"),
    ("User-agent: FooBot/2.1\nDisallow: /\n", "/x", "reserved"),
    # 2.2.2: the longest match counts, leave wins a tie, an empty rule forbids nothing.
    ("User-agent: FooBot\nDisallow: /x/page.html\nAllow: /x/\n", "/x/page.html", "reserved"),
    ("User-agent: FooBot\nAllow: /x/page.html\nDisallow: /x/\n", "/x/page.html", "allowed"),
    ("User-agent: FooBot\nDisallow: /x\nAllow: /x\n", "/x", "allowed"),
    ("User-agent: FooBot\nDisallow:\n", "/x", "allowed"),
    ("User-agent: FooBot\nDisallow: /x\n", "/X", "allowed"),
    # 2.2.3: "*" and "$".
    ("User-agent: FooBot\nDisallow: /*.pdf$\n", "/a/b.pdf", "reserved"),
    ("User-agent: FooBot\nDisallow: /*.pdf$\n", "/a/b.pdf?x=1", "allowed"),
    # 2.2.2: octets outside ASCII are compared percent-encoded.
    ("User-agent: FooBot\nDisallow: /\u00e9t\u00e9\n", "/%C3%A9t%C3%A9", "reserved"),
    ("User-agent: FooBot\nDisallow: /%c3%a9t\n", "/\u00e9t", "reserved"),
    # 2.2.1 and 2.2.4: what is no rule closes no group; rules before any group bind nobody.
    ("User-agent: FooBot\nSitemap: https://news.example/s.xml\nUser-agent: other\nDisallow: /\n", "/x", "reserved"),
    ("User-agent: FooBot\nCrawl-delay: 5\nUser-agent: other\nDisallow: /\n", "/x", "reserved"),
    ("User-agent: FooBot\nContent-Usage: train-ai=y\nUser-agent: other\nDisallow: /\n", "/x", "reserved"),
    ("Disallow: /\nUser-agent: other\nDisallow: /\n", "/x", "allowed"),
    # A byte order mark, old line ends, blanks for colons and common slips change no rule.
    ("\ufeffUser-agent: FooBot\nDisallow: /\n", "/x", "reserved"),
    ("User-agent: FooBot\rDisallow: /\r", "/x", "reserved"),
    ("User-agent: FooBot\nDisallow: //a\n", "//a/b", "reserved"),
    ("User-agent: FooBot\nDisallow: /\nAllow: /\x01x\n", "/x", "reserved"),
    (b"\xef\xbbUser-agent: FooBot\nDisallow: /\n", "/x", "reserved"),
    ("user-agent FooBot\ndisallow /\n", "/x", "reserved"),
    ("Useragent: FooBot\nDissallow: /\n", "/x", "reserved"),
    ("User-agent: FooBot # us\nDisallow: /x # here\n", "/x", "reserved"),
    ("User-agent: FooBot\n\n\nDisallow: /\n", "/x", "reserved"),
    ("", "/x", "allowed"), ("# nothing\n", "/x", "allowed"), ("foo: FooBot\nbar: /\n", "/x", "allowed")])
def test_rules_are_matched_as_the_standard_says(body, path, expected):
    """Tokens, groups, longest match, wildcards and encodings are RFC 9309's.

    Law: SIG-01
    """
    assert verdict(body, path=path) == expected


@pytest.mark.parametrize(("status", "expected"), [
    (200, "reserved"), (0, "reserved"), (301, "reserved"), (404, "unknown"), (403, "unknown"), (410, "unknown"), (429, "reserved"),
    (500, "reserved"), (503, "reserved")])
def test_the_state_of_the_fetch_counts(status, expected):
    """A server that fails or asks to wait forbids all; a site without the file says nothing (RFC 9309 2.3.1).

    Law: SIG-02
    """
    assert verdict("User-agent: *\nDisallow: /\n", status=status) == expected


@pytest.mark.parametrize("fault", ["timeout", "redirects", "unpacks-too-large"])
def test_what_could_not_be_read_forbids(fault):
    """A file that could not be had whole gives no leave.

    Law: SIG-02
    """
    assert verdict("User-agent: *\nAllow: /\n", fault=fault) == "reserved"


@pytest.mark.parametrize("body", [
    "User-agent: *\nAllow: /\n".encode("utf-16"), "User-agent: *\nAllow: /\n".encode("utf-16-be"), b"\x1f\x8b\x08\0rest",
    b"<!DOCTYPE html><html>User-agent: *\nAllow: /</html>", b"\n<!-- x --><HTML>", b"{}{}{}", bytes(range(128, 256)) * 20,
    b"User-agent: *\nAllow: /\n" * 500_000])
def test_what_is_no_robots_file_reserves(body):
    """UTF-16, packed bytes, HTML, noise and files beyond the size that is read are unreadable, and reserve.

    Law: SIG-12
    """
    assert verdict(body) == "reserved"


@pytest.mark.parametrize("token", ["GPTBot", "ccbot", "Google-Extended", "ClaudeBot", "AI2Bot", "Kangaroo Bot", "*"])
def test_a_refusal_to_any_training_crawler_reserves(token):
    """In crawls of others a refusal to one listed training crawler is a refusal of training.

    Law: SIG-03
    """
    assert verdict(f"User-agent: {token}\nDisallow: /\n\nUser-agent: FooBot\nAllow: /\n", agent="") == "reserved"


@pytest.mark.parametrize("token", ["ChatGPT-User", "MistralAI-User", "Googlebot", "FooBot"])
def test_a_refusal_to_others_is_none_of_training(token):
    """Who fetches for a person's question or for a search index does not train: refusing it reserves nothing.

    Law: SIG-15
    """
    assert verdict(f"User-agent: {token}\nDisallow: /\n", agent="") == "unknown"


def test_leave_to_fetch_is_none_to_train():
    """A rule that lets everybody in says nothing of training, where nobody asks for one crawler."""
    assert verdict("User-agent: *\nAllow: /\n", agent="") == "unknown"
    assert verdict("User-agent: GPTBot\nAllow: /\n", agent="") == "unknown"


def test_without_an_address_some_rule_is_enough():
    """A page whose address nobody knows may be the one that is forbidden."""
    page = Page(site={ROBOTS: Answer(body=b"User-agent: *\nDisallow: /private/\n")})
    assert resolve(read_all(page)).verdict == "reserved"


@pytest.mark.parametrize("status", [401, 402, 403, 407, 451])
def test_no_lawful_access(status):
    """A page that was not to be had is reserved, whatever else gives leave.

    Law: PRV-07
    """
    page = Page(url=SITE, answer=Answer(status=status), site={ROBOTS: Answer(body=b"User-agent: *\nAllow: /\n")})
    outcome = resolve(read_all(page))
    assert (outcome.verdict, outcome.rule[:6]) == ("reserved", "access")


_PIECES = st.lists(st.sampled_from(["/", "a", "b", "*", "$", "%61", "%2F", "%2f", "%C3%A9", "\u00e9", "?", "=", "~", "%7E", ";", " ", "&"]), max_size=6)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.booleans(), _PIECES), max_size=4), _PIECES)
def test_the_quick_look_opens_nothing(rules, path):
    """Where the quick look says that nothing forbids a path, protego says so too (a bare "%" apart, which protego reads into others)."""
    lines = "".join(f"{'Disallow' if no else 'Allow'}: /{''.join(pieces)}\n" for no, pieces in rules)
    url = f"{SITE}/{''.join(path)}"
    allowed = Protego.parse(f"User-agent: *\n{lines}").can_fetch(url, "FooBot")
    assert verdict(f"User-agent: *\n{lines}", path=f"/{''.join(path)}") == ("allowed" if allowed else "reserved")


def test_a_thousand_rules_are_quick():
    """Rules made to be slow cost a look each, not a search each."""
    body = "User-agent: *\n" + "Disallow: /*a*a*a*a*a*a*a*b\n" * 1000
    groups = parse(body.encode()).groups_for("FooBot")
    assert not parse(body.encode()).forbids(groups, "/" + "a" * 2000)
