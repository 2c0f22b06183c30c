"""A real browser (Debian's Chromium) on a real server."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "web"))

pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.sync_api import Browser, sync_playwright
from serving import served  # noqa: F401 (a fixture)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    if not CHROMIUM:
        pytest.skip("no Chromium is installed (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, served: Any) -> Iterator[Any]:  # noqa: F811 (the fixture)
    """Open a page of the server in a context of its own: width, language, theme, scripts; faults on the page fail the test."""
    contexts, faults = [], []

    def opened(path: str = "/", *, width: int = 1200, language: str = "fr-FR", dark: bool = False, scripts: bool = True,
               account: str = "") -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale=language, java_script_enabled=scripts,
                                       color_scheme="dark" if dark else "light", reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: faults.append(request.url) if not request.url.startswith(served.address) else None)
        if account:
            page.goto(f"{served.address}/sign-in?token={served.token(sub=account)}")
        page.goto(served.address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
