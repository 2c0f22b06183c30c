"""Pictures of centre and console for the documents, in French, of pages as the server answers them.

``LICIT_SHOTS=1`` writes them into docs/images; without it the same pages are only looked at.
"""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from looking import MAIL, NOTICE

from licit.usecases.daily import go_round
from licit.usecases.retention import Periods
from licit.wiring import open_visits

IMAGES = Path(__file__).parents[2] / "docs/images"
LARGEST = 120_000


def kept(page: Any, name: str, *, whole: bool = True) -> None:
    """Write a picture with few colours, small enough to stand in a repository; of the whole page, or of what is seen of it."""
    raw = page.screenshot(full_page=whole)
    if os.environ.get("LICIT_SHOTS") != "1":
        return
    from PIL import Image
    picture = Image.open(io.BytesIO(raw)).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, 2400)))
    IMAGES.mkdir(exist_ok=True)
    picture.quantize(48, method=Image.Quantize.MAXCOVERAGE).save(IMAGES / name, optimize=True)
    assert (IMAGES / name).stat().st_size < LARGEST


@pytest.mark.slow
@pytest.mark.parametrize(("name", "path", "look"), [
    ("centre-fr.png", "/", {"width": 900}), ("centre-fr-320-dark.png", "/", {"width": 320, "dark": True}),
    ("where-fr.png", "/where", {"width": 900}), ("others-fr.png", "/others", {"width": 900}), ("check-fr.png", "/check", {"width": 900}),
    ("give-fr.png", "/give/{record}", {"width": 900}), ("parity-fr.png", "/parity?at=2026-03-01", {"width": 900})])
def test_pictures_of_the_centre(visit, served, name, path, look):
    """What the documents show is what the server answers, after a refusal, in French."""
    served.world.ports.enter("run", {"id": "run-7", "releases": ["release-1"]})
    served.world.ports.enter("model", {"name": "petite-lueur", "run": "run-7", "next_retrain_due": "2026-06-01"})
    page = visit("/", account="user1", **look)
    page.get_by_role("button", name="Tout refuser").click()
    page.wait_for_selector(".done")
    if path != "/":
        page.goto(served.address + path.format(record=served.world.record("c1-0", "user1")))
    kept(page, name)
    assert page.locator("h1").is_visible()


@pytest.mark.slow
def test_pictures_of_the_console(desk, busy):
    """A day's work of an officer, room by room, in French."""
    page = desk(width=1000)
    go_round(busy.world.ports, Periods(withdrawn_releases=30), open_visits(busy.world.root))
    for name, path in (("queue", ""), ("board", "/board"), ("held", "/held"), ("holds", "/holds"), ("releases", "/releases"),
                       ("retention", "/retention"), ("interface", "/interface"), ("canaries", "/canaries"), ("breach", "/breach")):
        page.goto(f"{busy.address}/console{path}")
        kept(page, f"console-{name}-fr.png")
    page.goto(busy.address + busy.requests[0])
    page.get_by_role("button", name="Chercher partout").click()
    page.wait_for_selector(".steps table")
    kept(page, "console-request-fr.png")
    for name, text in (("mail", MAIL), ("policy", NOTICE)):
        page.goto(f"{busy.address}/console/{name}")
        page.locator("#text").fill(text)
        page.locator("form:has(#text) button").first.click()
        page.wait_for_selector("#sender, #shown")
        kept(page, f"console-{name}-fr.png")
    page.goto(f"{busy.address}/console/journal")
    kept(page, "console-journal-fr.png")
    page.set_viewport_size({"width": 320, "height": 900})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{busy.address}/console")
    kept(page, "console-fr-320-dark.png")
    assert page.locator(".queue li").count() == len(busy.requests)
