"""The privacy centre in a real browser: with and without scripts, narrow and wide, by keyboard, in both languages."""

import re

import pytest
from looking import centre_round, unequal, wrong_with
from pages import form_of


@pytest.mark.parametrize(("width", "scripts"), [(320, False), (1200, True), *(pytest.param(*look, marks=pytest.mark.slow) for look in (
    (320, True), (1200, False)))])
def test_refusing_is_one_click(visit, width, scripts):
    """From the first page to "your conversations are not used" is one click, and the page says so with its receipt."""
    page = visit(width=width, scripts=scripts, account="user1")
    page.get_by_role("button", name="Tout refuser").click()
    page.wait_for_selector("text=Vos conversations ne servent pas à entraîner des modèles.")
    assert page.locator(".done").inner_text().startswith("C’est fait\u00a0: Refus.")


@pytest.mark.parametrize(("language", "width", "dark", "axe"), [
    pytest.param("fr-FR", 320, True, True, id="French, narrow and dark"),
    pytest.param("en-GB", 1200, False, False, id="English, without axe", marks=pytest.mark.slow)])
def test_no_page_keeps_anybody_out(visit, served, language, width, dark, axe):
    """Every page before and after a choice: no violation of WCAG 2.2 AA, nothing wider than the screen, one language, two equal answers.

    Law: UIX-03
    """
    page = visit(language=language, width=width, dark=dark, account="user1")
    seen = {where: [*wrong_with(page, language[:2], axe=axe), *unequal(page)] for where in centre_round(page, served)}
    assert {where: found for where, found in seen.items() if found} == {}


def test_a_text_is_given_and_taken_back_without_scripts(visit, served):
    """Look, take a sentence out, give, take back: four pages of forms at 320 px."""
    path = f"/give/{served.world.record('c1-0', 'user1')}"
    page = visit(path, scripts=False, width=320, account="user1")
    page.locator("[name=cut]").first.check()
    page.get_by_role("button", name="Retirer").click()
    page.locator("button[value=give]").click()
    page.wait_for_selector("text=C’est fait")
    page.goto(served.address + path)
    page.get_by_role("button", name="Reprendre").click()
    assert [entry.decision.get("wording", "") != "" for entry in served.world.ports.log.entries(kinds=("consent",))] == [True]
    assert len(list(served.world.ports.log.entries(kinds=("withdrawal",)))) == 1


def test_refuse_and_allow_weigh_the_same(visit):
    """The two buttons of a choice have one size, one weight and one ground, and refusing stands first.

    Law: UIX-01
    """
    page = visit()
    for form in page.locator("form.master, form.switch").all():
        refuse, allow = form.get_by_role("button").all()
        boxes = [button.bounding_box() for button in (refuse, allow)]
        looks = [button.evaluate("b => { const s = getComputedStyle(b); return [s.color, s.backgroundColor, s.fontSize, "
                                 "s.fontWeight, s.borderTopWidth, s.borderTopColor] }") for button in (refuse, allow)]
        assert looks[0] == looks[1]
        assert boxes[0]["height"] == pytest.approx(boxes[1]["height"], abs=1)
        assert boxes[0]["width"] == pytest.approx(boxes[1]["width"], abs=1)
        assert (boxes[0]["y"], boxes[0]["x"]) < (boxes[1]["y"], boxes[1]["x"])


def test_the_keyboard_alone_refuses(visit):
    """Tab reaches the switch within a few steps and Enter presses it; the focus is seen."""
    page = visit(account="user1")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "refuse":
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Vos conversations ne servent pas à entraîner des modèles.")


def test_the_whole_centre_is_small(visit, served):
    """The first page of somebody with a history, with all that it loads, is under 100 kB, and nothing comes from elsewhere."""
    client = served.signed_in("user1")
    for answer in ("refuse", "allow", "refuse"):
        client.post("/choices", data={"form": form_of(client.get("/")), "do": answer})
    first = client.get("/")
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', first.text))
    assert len(loaded) == 3
    assert len(first.content) + sum(len(client.get(path).content) for path in loaded) < 100_000
    visit()


def test_no_box_is_ticked_for_anybody(visit):
    """A new visitor finds nothing pressed and nothing ticked.

    Law: UIX-01
    """
    page = visit()
    assert page.locator("[aria-pressed=true], :checked").count() == 0


def test_what_did_not_count_is_said(chromium, served):
    """A form that is refused says so with scripts as without; a page that stays as it was would look as if it counted."""
    page = chromium.new_context(locale="fr-FR").new_page()
    page.goto(served.address)
    page.evaluate("document.querySelectorAll('input[name=form]').forEach(field => { field.value = 'stale' })")
    page.get_by_role("button", name="Tout refuser").click()
    page.wait_for_selector("h1:has-text('Cela ne compte pas')", timeout=10_000)
    page.context.close()
