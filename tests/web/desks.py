"""What the tests of the console share: somebody of staff who comes in by the sign-in page."""

from typing import Any

import httpx
from pages import form_of
from pyotp import TOTP

from licit.adapters.staff import staff_key
from licit.wiring import open_visits

PASSWORD = "tambour-renard-violet"


def hired(served: Any, name: str, role: str) -> str:
    """Make an account; give the secret of its codes."""
    return open_visits(served.world.root).staff.add(name, role, PASSWORD, staff_key(served.world.ports.keys))


def code_of(served: Any, secret: str) -> str:
    """Give the code of now."""
    return TOTP(secret).at(served.world.clock.now())


def at_door(client: httpx.Client, name: str, password: str, code: str) -> httpx.Response:
    """Fill in the sign-in page."""
    page = client.get("/console/sign-in")
    return client.post("/console/sign-in", data={"form": form_of(page), "name": name, "password": password, "code": code})


def staffed(served: Any, role: str, name: str = "") -> httpx.Client:
    """Give a client of somebody of staff who has come in."""
    name = name or f"Somebody {role}"
    client = served.browser()
    answer = at_door(client, name, PASSWORD, code_of(served, hired(served, name, role)))
    assert answer.status_code == 200, answer.text
    assert name in answer.text
    return client


def acted(client: httpx.Client, path: str, step: str, **fields: str) -> httpx.Response:
    """Take a step on a request from its page."""
    page = client.get(path)
    return client.post(path, data={"form": form_of(page), "step": step, **fields})
