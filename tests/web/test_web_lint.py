"""No deceptive design: every page of the privacy centre in both languages, and pages with one known trick each, which are caught."""

from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from lint import FAMILIES, lint
from lxml import html
from pages import form_of

BAD = sorted((Path(__file__).parents[1] / "data/bad-ui").glob("*.html"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_trick_is_caught_by_its_name(path):
    """Each page with a trick is found guilty of that family and of no other; the page without one, of none.

    Law: UIX-02
    """
    family = path.stem.split(".")[0]
    text = path.read_text(encoding="utf-8")
    found = {finding.split(":")[0] for finding in lint(text, "fr" if '<html lang="fr"' in text else "en")}
    assert found == (set() if family == "none" else {family})


def test_every_family_has_a_trick():
    """All six families of the guidelines are looked for."""
    assert {path.stem.split(".")[0] for path in BAD} == {*FAMILIES, "none"}


def walked(client, start: str) -> dict[str, str]:
    """Follow every link of every page from one on; give the pages. A dead end fails here."""
    pages, ahead = {}, [start]
    while ahead:
        address = ahead.pop()
        answer = client.get(address)
        assert answer.status_code == 200, f"a dead end: {address}"
        path = urlsplit(address).path
        if path in pages or "text/html" not in answer.headers["content-type"]:
            continue
        pages[path] = answer.text
        for link in html.fromstring(answer.text).xpath("//a/@href | //link/@href"):
            target = urljoin(address, link)
            if link.startswith(("/", "#")) and "lang=" not in link and urlsplit(target).path not in pages:
                ahead.append(urlsplit(target).path)
            if link.startswith("#"):
                assert html.fromstring(answer.text).xpath("//*[@id=$name]", name=link[1:]), f"a dead end: {address}{link}"
    return pages


@pytest.mark.parametrize("account", ["user1", ""], ids=["signed in", "logged out"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_page_of_the_centre_deceives(served, language, account):
    """Every page that can be reached by links, before and after a choice, answers and holds none of the six families' tricks.

    Law: UIX-02
    """
    client = served.signed_in(account) if account else served.browser()
    client.headers["accept-language"] = language
    client.get("/", params={"lang": language})
    before = client.get("/")
    client.post("/choices", data={"form": form_of(before), "do": "refuse"})
    after = walked(client, "/")
    assert {"/", "/where", "/check", "/others", "/rights/erasure", "/parity"} <= set(after)
    assert not account or any(path.startswith("/give/") for path in after)
    pages = [("first", before.text), *after.items(), ("404", client.get("/nothing").text)]
    assert {path: found for path, text in pages if (found := lint(text, language))} == {}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_giving_is_never_easier_than_taking_back(served, language):
    """Each state of giving holds no trick; giving takes more steps from the first page than taking back, and asks for nothing to do so.

    Law: UIX-01
    """
    client = served.signed_in("user1")
    client.headers["accept-language"] = language
    client.get("/", params={"lang": language})
    address = f"/give/{served.world.record('c1-0', 'user1')}"
    page = client.get(address)
    looked = client.post(address, data={"form": form_of(page), "do": "look", "cut": "0.0"})
    stale = client.post(address, data={"form": form_of(page), "do": "give", "cut": "0.0", "digest": "of another text"})
    digest, = html.fromstring(looked.text).xpath("//input[@name='digest']/@value")
    given = client.post(address, data={"form": form_of(page), "do": "give", "cut": "0.0", "digest": digest})
    again = client.get(address)
    pages = {"looked": looked, "stale": stale, "given": given, "again": again, "proofs": client.get("/check")}
    assert {name: found for name, one in pages.items() if (found := lint(one.text, language))} == {}
    assert html.fromstring(pages["proofs"].text).xpath("//a[starts-with(@href, '/proofs/')]")
    first = html.fromstring(client.get("/").text)
    assert not first.xpath("//a[starts-with(@href, '/give/')] | //button[@value='give']")
    undo, = first.xpath("//form[@action='/undo']")
    assert [field.get("type") for field in undo.xpath(".//input")] == ["hidden"] * 2
    back, gift = (html.fromstring(again.text).xpath(way)[0] for way in ("//form[@action='/undo']//button", "//button[@value='give']"))
    assert (back.get("class"), back.get("style")) == (gift.get("class"), gift.get("style"))
    assert back.sourceline < gift.sourceline
