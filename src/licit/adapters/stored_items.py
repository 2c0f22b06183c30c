"""What was stored of the pages that items came from: the page's file with its headers, or the columns of a row.

Rules kept here: what is there and cannot be read is a page with a fault, which reserves; what is not there is no page.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from licit.core.errors import InputError
from licit.core.ports import InputFile
from licit.core.signals import ROBOTS, Answer, Page

from .documents._metadata import ASIDE, PAGES, is_companion
from .documents.warc import READERS as _WARCS
from .stored import LARGEST, answer_from, headers_of, stored_page
from .warc import archive_pages

(_ARCHIVE,) = _WARCS

_BODIES, _HEADERS, _STATUS = ("html", "raw_html", "page_html"), ("headers", "http_headers", "response_headers"), ("status", "http_status", "status_code")


def is_aside(name: str, siblings: tuple[str, ...]) -> bool:
    """Tell whether a file is what a crawler kept beside a page."""
    return PurePosixPath(name).name.lower() in ASIDE and is_companion(name, siblings)


def pages_in(file: InputFile) -> Iterator[list[Page]]:
    """Give the pages that a file holds with what their sites said of them: those of an archive, or a page stored with its headers."""
    if file.head.startswith("WARC/") or _ARCHIVE.recognise(file):
        yield from archive_pages(file.open)
    elif file.path is not None and {name.lower() for name in file.siblings} & ASIDE and file.name.lower().endswith(PAGES):
        yield [page_of_file(file)]


def page_of_file(file: InputFile) -> Page:
    """Give what was stored of a page's own file and of the files beside it."""
    beside = {name.lower() for name in file.siblings} & ASIDE
    try:
        if file.path is not None and beside & {"headers.txt", "headers.json"}:
            return stored_page(file.path.parent)
        if file.path is not None:
            return stored_page(file.path, robots=file.path.parent / "robots.txt" if "robots.txt" in file.siblings else None)
        with file.open() as stream:
            return Page(answer=answer_from(0, {}, stream.read(LARGEST + 1)))
    except InputError as error:
        return Page(answer=Answer(fault=error.reason or "unreadable"))


def page_of_row(row: Mapping[str, Any]) -> Page | None:
    """Give what a row's columns hold of its page: ``html``, ``headers``, ``status``, ``robots_txt``, ``url``; None without any."""
    if not row:
        return None
    body = next((row[name] for name in _BODIES if isinstance(row.get(name), str)), "")
    told = next((row[name] for name in _HEADERS if row.get(name)), None)
    robots = row.get("robots_txt") or row.get("robots")
    if not body and told is None and not isinstance(robots, str):
        return None
    status = next((row[name] for name in _STATUS if isinstance(row.get(name), int)), 0)
    site = {ROBOTS: Answer(body=robots.encode("utf-8", "replace"))} if isinstance(robots, str) else {}
    url = next((row[name] for name in ("url", "source_url") if isinstance(row.get(name), str)), "")
    try:
        headers = headers_of(_pairs(told))
    except (ValueError, TypeError, RecursionError):
        return Page(url=url, answer=Answer(status=status, fault="headers-unreadable"), site=site)
    return Page(url=url, answer=answer_from(status, headers, body.encode("utf-8", "replace")), site=site)


def _pairs(told: Any) -> list[tuple[str, str]]:
    if isinstance(told, str) and told.lstrip()[:1] in ("{", "["):
        told = json.loads(told)
    if isinstance(told, str):
        lines = [line.partition(":") for line in told.splitlines() if line.strip() and not line.upper().startswith("HTTP/")]
        if not all(colon for _, colon, _ in lines):
            raise ValueError("no header")
        return [(name, value) for name, _, value in lines]
    pairs = told.items() if isinstance(told, Mapping) else told or ()
    return [(str(name), str(value)) for name, given in pairs for value in (given if isinstance(given, list) else [given]) if value is not None]
