"""The officer's console in a real browser: narrow and wide, without scripts, by keyboard, light and dark, in both languages."""

from itertools import count

import pytest
from axe_playwright_python.sync_playwright import Axe
from desks import PASSWORD, code_of, hired
from world import chat, prose

from licit.core.cases import REQUESTS
from licit.usecases.commands import object_as_outsider, register_downstream

_numbers = count()


@pytest.fixture
def busy(served):
    """A console with work in it: an overdue request, an extended one, an outsider's, a held record, a model."""
    world = served.world
    world.object("user1", "access")
    world.clock.advance(days=25)
    world.object("user2", "portability")
    object_as_outsider(world.ports, name=["Léa Outremer"])
    world.take([chat("q", "user8", prose("q") + " Demande à Léa Outremer si elle vient.")])
    world.build()
    register_downstream(world.ports, "recipient", {"name": "Laboratoire du Quai", "release": "release-1"})
    register_downstream(world.ports, "run", {"id": "essai-1", "releases": ["release-1"]})
    register_downstream(world.ports, "model", {"name": "petite-lueur-1", "run": "essai-1", "next_retrain_due": "2026-06-01"})
    world.clock.advance(days=8)
    return served


@pytest.fixture
def desk(visit, busy):
    """Sign somebody of staff in by the page, with what the test asks of the browser."""
    def opened(path="/console", role="officer", **browser):
        name = f"Ines {'abcdefghij'[next(_numbers) % 10] * 3} {next(_numbers)}"
        secret = hired(busy, name, role)
        page = visit("/console/sign-in", **browser)
        page.locator("#name").fill(name)
        page.locator("#password").fill(PASSWORD)
        page.locator("#code").fill(code_of(busy, secret))
        page.locator("#code").press("Enter")
        page.wait_for_selector("nav.rooms")
        if path != "/console":
            page.goto(busy.address + path)
        return page
    return opened


def places(served):
    """Give every page of the console that holds something."""
    entries = [entry.seq for entry in served.world.ports.log.entries(kinds=frozenset(REQUESTS))]
    return ["/console", *(f"/console/requests/{seq}" for seq in entries), "/console/held", "/console/releases", "/console/journal", "/console/canaries"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_keeps_anybody_out(desk, busy, dark):
    """axe-core finds no violation of WCAG 2.2 A and AA on any page, with every form unfolded; nothing is wider than the screen."""
    page = desk(dark=dark, width=320 if dark else 1200)
    for path in [*places(busy), "/console/held!"]:
        page.goto(busy.address + path.rstrip("!"))
        if path.endswith("!"):
            page.locator(".queue a").first.click()
            page.get_by_role("button", name="Le lire").click()
            page.wait_for_selector(".said")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= (320 if dark else 1200), path
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == [], path


def test_a_request_is_answered_without_scripts(desk, busy):
    """Search, then answer: two forms, no script, at 320 px; the queue then shows it as closed."""
    page = desk(scripts=False, width=320)
    page.get_by_role("link", name="Demande d’accès").click()
    page.get_by_role("button", name="Chercher partout").click()
    page.locator("summary", has_text="Consigner une réponse").click()
    page.get_by_role("button", name="Consigner la réponse").click()
    page.wait_for_selector(".light.done")
    assert [entry.decision["step"] for entry in busy.world.ports.log.entries(kinds=("step",))] == ["searched", "answered"]


def test_the_keyboard_alone_reaches_the_first_request(desk):
    """Tab reaches the overdue request past the navigation, its focus is seen, and Enter opens it."""
    page = desk()
    for _ in range(15):
        page.keyboard.press("Tab")
        if "/requests/" in (page.evaluate("document.activeElement.getAttribute('href')") or ""):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_selector("#steps")


def test_a_light_is_a_word_and_a_sign(desk):
    """Nobody needs to see colours: each light has its own word and its own sign."""
    told = desk(language="en-GB").locator(".light").all_inner_texts()
    assert sorted(told) == ["■ Overdue", "● In time", "● In time"]


@pytest.mark.parametrize(("language", "wrong"), [("fr-FR", ["Overdue", "received", "Steps"]), ("en-GB", ["En retard", "reçue", "Étapes"])])
def test_no_sentence_of_the_other_language(desk, busy, language, wrong):
    """A page speaks one language from top to bottom."""
    page = desk(language=language)
    for path in places(busy):
        page.goto(busy.address + path)
        words = page.locator("body").inner_text()
        assert not [one for one in wrong if one in words], path


@pytest.mark.parametrize(("dark", "width"), [(False, 1200), (True, 320)])
def test_the_page_on_parity_keeps_nobody_out(visit, dark, width):
    """Anybody reads it, on any screen."""
    page = visit("/parity", dark=dark, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
