"""The privacy centre in a real browser: with and without scripts, narrow and wide, by keyboard, in both languages."""

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = ["/", "/where", "/rights/erasure"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("width", [320, 1200])
def test_refusing_is_one_click(visit, width, scripts):
    """From the first page to "your conversations are not used" is one click, and the page says so with its receipt."""
    page = visit(width=width, scripts=scripts, account="user1")
    page.get_by_role("button", name="Tout refuser").click()
    page.wait_for_selector("text=Vos conversations ne servent pas à entraîner des modèles.")
    assert page.locator(".done").inner_text().startswith("C’est fait\u00a0: Refus.")


@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_the_screen(visit, path, width):
    """No page scrolls sideways."""
    page = visit(path, width=width, account="user1")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_no_page_keeps_anybody_out(visit, path, dark):
    """axe-core finds no violation of WCAG 2.2 A and AA."""
    page = visit(path, dark=dark, account="user1", language="en-GB")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


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
    """The first page with all it loads is under 100 kB, and nothing comes from elsewhere."""
    client = served.browser()
    sizes = [len(client.get(path).content) for path in ("/", "/static/centre.css", "/static/htmx.min.js", "/static/icon.svg")]
    assert sum(sizes) < 100_000
    visit()


def test_no_box_is_ticked_for_anybody(visit):
    """A new visitor finds nothing pressed and nothing ticked.

    Law: UIX-01
    """
    page = visit()
    assert page.locator("[aria-pressed=true], :checked").count() == 0


@pytest.mark.parametrize(("language", "wrong"), [("fr-FR", ["Refuse", "Allow", "Legal basis"]), ("en-GB", ["Refuser", "Autoriser", "Base légale"])])
def test_no_sentence_of_the_other_language(visit, language, wrong):
    """A page speaks one language from top to bottom.

    Law: UIX-03
    """
    for path in PAGES:
        words = visit(path, language=language, account="user1").locator("main").inner_text()
        assert not [one for one in wrong if one + " " in words or one + "\n" in words]


def test_what_did_not_count_is_said(chromium, served):
    """A form that is refused says so with scripts as without; a page that stays as it was would look as if it counted."""
    page = chromium.new_context(locale="fr-FR").new_page()
    page.goto(served.address)
    page.evaluate("document.querySelectorAll('input[name=form]').forEach(field => { field.value = 'stale' })")
    page.get_by_role("button", name="Tout refuser").click()
    page.wait_for_selector("h1:has-text('Cela ne compte pas')", timeout=10_000)
    page.context.close()
