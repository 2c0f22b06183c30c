"""Signing in at the controller's provider with a real browser, whose cookies for this site alone do not follow from elsewhere."""

from looking import wrong_with
from providing import console, hired, provider  # noqa: F401 (fixtures)


def test_a_browser_comes_back_signed_in(chromium, full, console):  # noqa: F811 (the fixture)
    """From the console to the provider and back, the officer ends on the queue without a further click."""
    hired(full, "Ines Morel", "officer", "ines@lumen.example")
    context = chromium.new_context(locale="fr-FR", java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{console}/console/sign-in")
        page.get_by_role("link", name="Lumen").click()
        page.get_by_role("button", name="u-ines").click()
        page.wait_for_url("**/console", timeout=20_000)
        assert "Ines Morel" in page.locator("footer").inner_text()
    finally:
        context.close()


def test_the_pages_of_the_sign_on_keep_nobody_out(chromium, full, console):  # noqa: F811 (the fixture)
    """The page with the provider's link, and the one for whoever has no account here: no violation of WCAG 2.2 AA at 320 px, one language."""
    context = chromium.new_context(locale="fr-FR", viewport={"width": 320, "height": 900}, color_scheme="dark")
    try:
        page = context.new_page()
        page.goto(f"{console}/console/sign-in")
        assert page.get_by_role("link", name="Lumen").is_visible()
        assert wrong_with(page, "fr") == []
        page.get_by_role("link", name="Lumen").click()
        page.get_by_role("button", name="u-paul").click()
        page.wait_for_url(f"{console}/**", timeout=20_000)
        page.wait_for_selector("main")
        assert wrong_with(page, "fr") == []
        assert not page.locator("nav.rooms").count()
    finally:
        context.close()
