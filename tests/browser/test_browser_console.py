"""The officer's console in a real browser: narrow and wide, without scripts, by keyboard, light and dark, in both languages."""

import pytest
from looking import ROOMS, console_round, faults_of, wider, wrong_with


@pytest.mark.parametrize(("language", "width", "dark", "axe"), [
    pytest.param("fr-FR", 1200, False, False, id="French, without axe", marks=pytest.mark.slow),
    pytest.param("en-GB", 320, True, True, id="English, narrow and dark")])
def test_no_page_keeps_anybody_out(desk, busy, language, width, dark, axe):
    """Every room, request and answer of the console: no violation of WCAG 2.2 AA, nothing wider than the screen, one language, no script."""
    page = desk(language=language, width=width, dark=dark)
    seen = {where: wrong_with(page, language[:2], axe=axe) for where in console_round(page, busy)}
    assert {where: found for where, found in seen.items() if found} == {}
    assert set(ROOMS) <= set(seen)
    assert page.locator("script").count() == 0


def test_the_rooms_are_grouped(desk):
    """At 320 px, without scripts: four groups, the rooms of the one somebody is in, and each room at most two links away."""
    page, seen = desk(scripts=False, width=320), set()
    for group in range(4):
        page.locator("nav.rooms > ul").first.locator("a").nth(group).click()
        assert page.locator("nav.rooms > ul").first.locator("[aria-current]").count() == 1
        seen |= {link.get_attribute("href") for link in page.locator("nav.rooms a").all()}
        assert page.locator("nav.rooms [aria-current=page]").count() == 1
        assert wider(page) <= 0
    assert seen == set(ROOMS)


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


def test_a_light_is_a_word_and_a_sign(desk, busy):
    """Nobody needs to see colours: each request in the queue has one light, whose word and sign no other kind of light has."""
    queue = desk(language="en-GB").locator(".queue li")
    told = [line.locator(".light").all_inner_texts() for line in queue.all()]
    assert [len(one) for one in told] == [1] * len(busy.requests)
    assert {one for one, in told} == {"■ Overdue", "● In time"}


@pytest.mark.parametrize(("dark", "width"), [pytest.param(False, 1200, marks=pytest.mark.slow), (True, 320)])
def test_the_page_on_parity_keeps_nobody_out(visit, dark, width):
    """Anybody reads it, on any screen."""
    page = visit("/parity", dark=dark, width=width)
    assert wrong_with(page, "fr") == []


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("language", ["fr-FR", "en-GB"])
def test_every_page_in_every_way(desk, busy, language, width, dark):
    """The console in both languages, narrow and wide, light and dark, also with the system's colours only."""
    page = desk(language=language, width=width, dark=dark)
    seen = {}
    for where in console_round(page, busy):
        seen[where] = wrong_with(page, language[:2])
        page.emulate_media(forced_colors="active")
        seen[where] += faults_of(page)
        page.emulate_media(forced_colors="none")
    assert {where: found for where, found in seen.items() if found} == {}


@pytest.mark.slow
@pytest.mark.parametrize("role", ["legal", "auditor", "engineer"])
def test_other_roles_find_no_closed_door(desk, busy, role):
    """Whoever may not enter a room has no link to it: each link of their navigation answers, and nothing is wrong with its page."""
    rooms = {"engineer": "/console/held"}.get(role, "/console")
    page = desk(rooms, role=role, name=f"Somebody {role}")
    links = {link.get_attribute("href") for link in page.locator("nav.rooms a").all()}
    for address in sorted(links):
        assert page.goto(busy.address + address).status == 200
        assert wrong_with(page, "fr") == [], address
