"""The console's papers of a release and its register of sources: what is missing is named, and what is taken away is what was closed."""

import re
from typing import get_args

import pytest
from desks import staffed
from world import chat, prose

from licit.core import register
from licit.core.contracts import USES
from licit.surfaces.web import desktexts


@pytest.fixture(scope="module")
def desks(shared):
    """Somebody of the roles that read these pages."""
    return {role: staffed(shared, role) for role in ("officer", "legal", "auditor")}


def test_what_the_provider_must_answer_is_listed_in_each_language(desks):
    """The list counts what is missing; the release's page names each field in the reader's language; nothing is told as answered.

    Law: AIA-01
    """
    assert re.search(r"(\d+) answers are missing", desks["legal"].get("/console/papers").text)
    english = desks["legal"].get("/console/papers/release-1", params={"lang": "en"}).text
    assert "They may not be published yet" in english
    assert "Provider name and contact details" in english
    french = desks["legal"].get("/console/papers/release-1", params={"lang": "fr"}).text
    assert "Provider name" not in french
    desks["legal"].get("/console/papers", params={"lang": "en"})


def test_a_paper_is_taken_as_it_was_closed(desks, shared):
    """Each link of the page gives the very bytes of the release, as a file; no other file of it, and none outside, is reached."""
    folder, officer = shared.world.root / "releases/release-1", desks["officer"]
    links = re.findall(r'href="(/console/papers/release-1/[^"]+)"', officer.get("/console/papers/release-1").text)
    assert len(links) == 17
    for link in links:
        answer = officer.get(link)
        assert answer.content == (folder / "evidence" / link.rpartition("/")[2]).read_bytes()
        assert answer.headers["content-disposition"].startswith("attachment")
    for other in ("claims.json", "report.html", "..%2Fmanifest.json", "%2e%2e", "nothing.md"):
        assert officer.get(f"/console/papers/release-1/{other}").status_code in (400, 404)
    for name in ("release-9", "..", "%2e%2e%2fkeys"):
        assert officer.get(f"/console/papers/{name}/data-card.md").status_code in (400, 404)


def test_a_paper_that_was_changed_is_not_given(desks, shared):
    """A paper edited by hand is an error on its page, on the list and as a file.

    Law: REL-09
    """
    file = shared.world.root / "releases/release-1/evidence/public-summary.json"
    whole = file.read_bytes()
    try:
        file.write_bytes(whole.replace(b"release-1", b"release-7", 1))
        for path in ("/console/papers/release-1", "/console/papers/release-1/public-summary.json"):
            assert desks["auditor"].get(path).status_code == 500
        assert "Not as it was closed" in desks["auditor"].get("/console/papers").text
    finally:
        file.write_bytes(whole)


def test_the_register_says_how_each_source_stands(desks, shared):
    """A source shows its approval, its right and what nobody filled in; one that was never registered stands there too.

    Law: PRV-01
    """
    shared.world.take([chat("stray", "user1", prose("stray"))], source="nowhere")
    page = desks["auditor"].get("/console/sources").text
    assert "Not in the register" in page
    assert page.index("nowhere") < page.index('href="/console/sources/chat"')
    assert "May be used" in page
    one = desks["auditor"].get("/console/sources/chat").text
    assert "signed by" in one
    assert "for version" in one
    assert "<form" not in one.partition("<main")[2].partition("</main")[0]
    assert desks["auditor"].get("/console/sources/nowhere").status_code == 404


def test_the_register_is_told_in_the_reader_s_words():
    """Every value and field that the register knows has a name on its pages; a new one must get its own."""
    known = [value for kind in (register.Ground, register.Kind, register.Statute, register.Role, register.Personal) for value in get_args(kind)]
    asked = register.Stated().missing()
    assert {*known, *asked, *USES} - {"", *desktexts.REGISTER} == set()
