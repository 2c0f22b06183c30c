"""Signing in at the controller's provider with a real browser, whose cookies for this site alone do not follow from elsewhere."""

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
