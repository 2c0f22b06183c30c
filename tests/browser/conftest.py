"""A real browser (Debian's Chromium) on a real server, and a console with work in it."""

import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "web"))

pytest.importorskip("playwright", reason="playwright is not installed")

from desks import PASSWORD, code_of, hired
from playwright.sync_api import Browser, sync_playwright
from serving import Served, quick_passwords, serving  # noqa: F401 (fixtures)
from world import World, chat, copied, prose

from licit.surfaces.web.app import make_app
from licit.surfaces.web.canaries import channels
from licit.usecases.breach import Noticed, enter_breach
from licit.usecases.cases import queue
from licit.usecases.commands import object_as_outsider, register_downstream
from licit.usecases.holds import set_hold
from licit.usecases.live import Live
from licit.usecases.planting import plant

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
def visit(chromium: Browser, served: Any) -> Iterator[Any]:
    """Open a page of the server in a context of its own: width, language, theme, scripts.

    Faults on the page fail the test; an answer that something does not count (409) is none.
    """
    contexts, faults = [], []

    def opened(path: str = "/", *, width: int = 1200, language: str = "fr-FR", dark: bool = False, scripts: bool = True,
               account: str = "") -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale=language, java_script_enabled=scripts,
                                       color_scheme="dark" if dark else "light", reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" and "409 (" not in message.text else None)
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


OFFICER = "Inès Tournesol"


@pytest.fixture(scope="session")
def busy_world(full_world: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A company with work for its officer: requests in each light, held records, holds, a breach drill, canaries, a model."""
    world = copied(full_world, tmp_path_factory.mktemp("busy") / "w")
    told = world.ports
    with serving(world), ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        aside.submit(plant, told, channels(make_app(world.root, clock=world.clock))).result()
    world.object("user1", "access")
    world.clock.advance(days=25)
    world.object("user2", "portability")
    object_as_outsider(told, name=["Léa Outremer"])
    world.take([chat("q", "user8", prose("q") + " Demande à Léa Outremer si elle vient.")])
    world.build()
    register_downstream(told, "recipient", {"name": "Laboratoire du Quai", "release": "release-1"})
    register_downstream(told, "run", {"id": "essai-1", "releases": ["release-1"]})
    register_downstream(told, "model", {"name": "petite-lueur-1", "run": "essai-1", "next_retrain_due": "2026-06-01"})
    set_hold(told, world.record("c0-0", "user0"), OFFICER, "Le tribunal de commerce demande cet échange.")
    world.object("user0", "erasure")
    world.object("user3")
    world.clock.advance(days=8)
    enter_breach(told, Noticed(by=OFFICER, why="Exercice : un disque du laboratoire a été perdu.", at=world.clock.now(), release="release-1"))
    return world


@pytest.fixture
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """Serve a copy of the full world, or of the one with work in it where that is asked for."""
    world = request.getfixturevalue("busy_world" if "busy" in request.fixturenames else "full_world")
    with serving(copied(world, tmp_path / "w")) as here:
        yield here


@pytest.fixture
def busy(served: Any) -> Any:
    """The server of that company, with the paths of its requests."""
    told = served.world.ports
    served.requests = [f"/console/requests/{due.case.entry}" for due in queue(Live(told))]
    return served


@pytest.fixture
def desk(visit: Any, busy: Any) -> Any:
    """Sign the officer in by the page, with what the test asks of the browser."""
    def opened(path: str = "/console", role: str = "officer", name: str = OFFICER, **browser: Any) -> Any:
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
