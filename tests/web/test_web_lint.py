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
    """Each page with a trick is found guilty of that family and of no other; the page without one, of none."""
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
    """Every page that can be reached by links, before and after a choice, answers and holds none of the six families' tricks."""
    client = served.signed_in(account) if account else served.browser()
    client.headers["accept-language"] = language
    client.get("/", params={"lang": language})
    before = client.get("/")
    client.post("/choices", data={"form": form_of(before), "do": "refuse"})
    after = walked(client, "/")
    assert {"/", "/where", "/check", "/others", "/rights/erasure"} <= set(after)
    pages = [("first", before.text), *after.items(), ("404", client.get("/nothing").text)]
    assert {path: found for path, text in pages if (found := lint(text, language))} == {}
