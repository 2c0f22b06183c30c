"""The demonstration's server: everybody who can be played comes in, and sees their own state."""

import httpx
import pytest
from serving import running
from world import World

from licit.surfaces.demo.guests import GUESTS, STAFF, guests_app


@pytest.fixture
def demo(world: World, tmp_path):
    """Give a browser at a demonstration's server."""
    (tmp_path / "demo").mkdir()
    world.root.rename(tmp_path / "demo/workspace")
    with running(guests_app(tmp_path / "demo")) as address, httpx.Client(base_url=address, follow_redirects=True, timeout=30) as client:
        yield client


def test_everybody_can_be_played(demo):
    """Each person of the page comes in by a token of their own product, as a real product's people do."""
    page = demo.get("/demo").text
    assert "Qui voulez-vous être" in page
    for number in range(len(GUESTS)):
        assert f'href="/demo/{number}"' in page
        assert "Votre session est ouverte." in demo.get(f"/demo/{number}").text


def test_staff_can_be_played(demo):
    """Each member of staff comes in to what their role opens, twice the same; the engineer to a page without words."""
    for number, (name, role) in enumerate(STAFF):
        for _ in range(2):
            page = demo.get(f"/demo/staff/{number}")
            assert page.url.path == ("/console/held" if role == "engineer" else "/console")
            assert name in page.text


@pytest.mark.parametrize("path", ["/demo/99", "/demo/-1", "/demo/staff/9"])
def test_nobody_else_can_be_played(demo, path):
    """A number of nobody is an error in words."""
    assert demo.get(path).status_code == 404
