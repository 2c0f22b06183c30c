"""What the server itself offers for refusing, looked up in its own pages and routes, so that the log can say it later.

Rules kept here:

- A step is counted where it is found: in the first page as it is rendered for somebody signed in and for somebody who is not.
- A way that is not found is not told; steps that a product decides are told as unknown.
- No tier reaches the server, so each tier gets what the page it is shown offers; a difference would have to be made here.
- A log that cannot be written leaves the day without evidence; no page waits for it.

Law: CHO-02
"""

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from jinja2 import ChainableUndefined
from starlette.routing import Match

from ...core.errors import LicitError
from ...core.policy import PURPOSES
from ...usecases.canaries import SYNTHETIC
from ...usecases.centre import Choice
from ...usecases.interface import TIERS, record_interface
from . import desktexts, texts
from .settings import Settings
from .visit import Door, Visit
from .words import languages

_log = logging.getLogger("licit.web")
_HERE = Path(__file__).parent
_FORM = re.compile(r'<form method="post" action="/choices"(?: class="master")?>(.*?)</form>', re.S)


@cache
def pages_digest() -> str:
    """Give the digest of everything a page is made of: templates, styles, sentences."""
    files = sorted(path for pattern in ("templates/**/*.html", "static/*", "locale/*/*.po", "texts.py") for path in _HERE.glob(pattern))
    whole = hashlib.sha256()
    for path in files:
        data = path.read_bytes()
        whole.update(b"%b\x00%d\x00" % (path.relative_to(_HERE).as_posix().encode(), len(data)) + data)
    return "sha256:" + whole.hexdigest()


def offered(door: Door, app: FastAPI) -> dict[str, list[dict[str, Any]]]:
    """Give for each tier the channels by which it can refuse here, with their steps."""
    return {tier: _ways(door, app, signed_in=tier != "logged-out") for tier in TIERS}


def _ways(door: Door, app: FastAPI, *, signed_in: bool) -> list[dict[str, Any]]:
    ways: list[dict[str, Any]] = []
    if _one_click(door.settings, signed_in=signed_in) and _routed(app, "/choices"):
        ways.append({"channel": "privacy centre", "steps": ["press-refuse"]})
        ways.append({"channel": "Sec-GPC: 1", "steps": []})
    if _routed(app, "/v1/rights") and any(
            "rights" in scopes and not name.startswith(SYNTHETIC) for name, scopes in door.visits.keys().items()):
        ways.append({"channel": "API", "steps": None})
    if door.settings.controller.officer:
        ways.append({"channel": "staff", "steps": ["write-a-message"]})
    return ways


def _routed(app: FastAPI, path: str) -> bool:
    """Tell whether something answers what is sent to an address."""
    scope = {"type": "http", "method": "POST", "path": path, "root_path": "", "headers": [], "query_string": b"", "app": app}
    return any(route.matches(dict(scope))[0] is Match.FULL for route in app.router.routes)


@cache
def _one_click(settings: Settings, *, signed_in: bool) -> bool:
    """Tell whether the first page, as it is rendered in each language, has one button that refuses everything."""
    # Whatever else the page shows is left out: it depends on the person, and the switch does not.
    return all(_refuses(words.pages.overlay(undefined=ChainableUndefined).get_template("centre.html").render(
        visit=Visit(secret="", device="", subject="", role="subject" if signed_in else "", words=words, csrf="0" * 64,
                                   fresh=False, refuses_by_signal=False),
        settings=settings, here="/", texts=texts, desktexts=desktexts, history=[], seen=[], done=None, **_nothing_chosen()))
        for words in languages().values())


def _nothing_chosen() -> Mapping[str, Any]:
    stands: Sequence[Choice] = [Choice(purpose=purpose, basis="legitimate-interest", state="used", reason="") for purpose in PURPOSES]
    return {"choices": stands, "train": stands[0]}


def _refuses(page: str) -> bool:
    forms = [found for found in _FORM.findall(page) if '<button name="do" value="refuse"' in found]
    return any("required" not in form and form.count("<input") == form.count('type="hidden"') and 'name="purpose"' not in form
               for form in forms)


def note_interface(app: FastAPI, today: date) -> None:
    """Enter what is offered, once a day and when it changes; ``app.state.interface_day`` remembers the day."""
    if getattr(app.state, "interface_day", None) == today:
        return
    door: Door = app.state.door
    try:
        record_interface(door.space, offered(door, app), pages_digest())
        app.state.interface_day = today
    except LicitError as error:
        _log.warning("the interface of today could not be entered: %s", type(error).__name__)
