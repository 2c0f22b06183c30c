"""Stored responses: a page's file, a folder with page, headers and the site's files, or robots.txt alone, as pages to judge.

A folder holds the page (any name), and beside it, as far as they were kept: ``headers.txt`` (as sent, with or without the
status line) or ``headers.json``, ``url.txt``, ``robots.txt``, ``ai.txt``, ``tdmrep.json``, and licences of RSL (``*.rsl``,
``rsl.xml``, ``license.xml``).

Rules kept here:

- A file that is larger than is read is a page with a fault, never a page without signals.
- Compressed bodies are unpacked to a limit; what grows beyond it is a fault.

Law: SIG-12
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from licit.core.errors import InputError
from licit.core.signals import AI_TXT, ROBOTS, TDMREP, Answer, Page

#: As much of a page, and of a site's file, as is read, in bytes.
LARGEST, LARGEST_FILE = 64 << 20, 8 << 20

_SITE = {"robots.txt": ROBOTS, "ai.txt": AI_TXT, "tdmrep.json": TDMREP}
_ASIDE = {"headers.txt", "headers.json", "url.txt"}


def headers_of(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Give headers by name in small letters, repeated ones in the order sent."""
    out: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        key = name.strip().lower()
        out[key] = (*out.get(key, ()), value.strip())
    return out


def answer_from(status: int, headers: Mapping[str, tuple[str, ...]], body: bytes, largest: int = LARGEST) -> Answer:
    """Make an answer of what was sent, unpacked; a fault says why it could not be."""
    for coding in reversed([one.strip().lower() for value in headers.get("content-encoding", ()) for one in value.split(",")]):
        if coding in ("", "identity"):
            continue
        if coding not in ("gzip", "x-gzip", "deflate"):
            return Answer(status=status, headers=headers, fault="unknown-encoding")
        if coding != "deflate" and not body.startswith(b"\x1f\x8b"):
            continue  # Archives often keep the header and store the body unpacked.
        try:
            body = _unpacked(body, largest)
        except ValueError as error:
            return Answer(status=status, headers=headers, fault=str(error))
    if len(body) > largest:
        return Answer(status=status, headers=headers, body=body[:largest], fault="too-large")
    return Answer(status=status, headers=headers, body=body)


def _unpacked(body: bytes, largest: int) -> bytes:
    for window in (47, -15):
        unpack = zlib.decompressobj(window)
        try:
            out = unpack.decompress(body, largest + 1)
        except zlib.error:
            continue
        if len(out) > largest:
            raise ValueError("unpacks-too-large")
        if not unpack.eof:
            raise ValueError("cut-short")
        return out
    raise ValueError("packed-unreadable")


def file_answer(path: Path, largest: int = LARGEST_FILE) -> Answer:
    """Read a site's file as it was stored.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            body = file.read(largest + 1)
    except OSError as error:
        raise InputError(f"this file cannot be read: {error.strerror}", about=path.name, reason="file-unreadable") from None
    packed: dict[str, tuple[str, ...]] = {"content-encoding": ("gzip",)} if body.startswith(b"\x1f\x8b") else {}
    return answer_from(0, packed, body, largest)


def stored_page(target: Path, *, url: str = "", agent: str = "", robots: Path | None = None) -> Page:
    """Read a page's file, or a folder of one page.

    Raises:
        InputError: there is nothing of that name, or the folder holds no page, several, or headers that cannot be read.
    """
    site: dict[str, Answer] = {}
    if target.is_dir():
        files = sorted(path for path in target.iterdir() if path.is_file() and not path.name.startswith("."))
        for path in files:
            if key := _SITE.get(path.name.lower()):
                site[key] = file_answer(path)
            elif path.suffix.lower() == ".rsl" or path.name.lower() in ("rsl.xml", "license.xml"):
                site["/" + path.name] = file_answer(path)
        rest = [path for path in files if path.name.lower() not in {*_SITE, *_ASIDE} and "/" + path.name not in site]
        if len(rest) > 1:
            raise InputError(f"the folder holds {len(rest)} pages; a folder is for one", about=target.name, reason="folder-unclear",
                             remedy="Give one folder a page, or a WARC.")
        if not rest and not site and not any((target / name).exists() for name in _ASIDE):
            raise InputError("the folder holds no page, headers or robots.txt", about=target.name, reason="folder-empty")
        url = url or _url_in(target)
        status, headers = _headers_in(target)
    else:
        rest, status, headers = [target], 0, {}
    body = file_answer(rest[0], LARGEST) if rest else Answer()
    answer = answer_from(status, headers, body.body) if not body.fault else Answer(status=status, headers=headers, fault=body.fault)
    if robots is not None:
        site[ROBOTS] = file_answer(robots)
    kept = datetime.fromtimestamp((rest[0] if rest else target).stat().st_mtime, UTC).isoformat(timespec="seconds")
    return Page(url=url, answer=answer, site=site, agent=agent, at="" if answer.headers.get("date") else kept)


def _url_in(folder: Path) -> str:
    path = folder / "url.txt"
    return path.read_text(encoding="utf-8", errors="replace").strip()[:4096] if path.is_file() else ""


def _headers_in(folder: Path) -> tuple[int, dict[str, tuple[str, ...]]]:
    try:
        if (path := folder / "headers.json").is_file():
            return _from_json(json.loads(path.read_bytes()[:LARGEST_FILE]))
        if (path := folder / "headers.txt").is_file():
            return _from_text(path.read_bytes()[:LARGEST_FILE].decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError, AttributeError, TypeError):
        raise InputError("the stored headers cannot be read", about=path.name, reason="headers-unreadable",
                         remedy='headers.json is {"status": 200, "headers": {"name": "value"}}; headers.txt is name: value by line.') from None
    return 0, {}


def _from_json(stored: Mapping[str, object]) -> tuple[int, dict[str, tuple[str, ...]]]:
    status, headers = stored.get("status", 0), stored.get("headers", {key: value for key, value in stored.items() if key != "status"})
    pairs = headers.items() if isinstance(headers, dict) else headers
    return int(str(status)), headers_of((str(name), str(value)) for name, given in pairs  # type: ignore[attr-defined]
                                        for value in (given if isinstance(given, list) else [given]))


def _from_text(text: str) -> tuple[int, dict[str, tuple[str, ...]]]:
    status, pairs = 0, []  # type: tuple[int, list[tuple[str, str]]]
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.upper().startswith("HTTP/"):
            status, pairs = int(line.split()[1]), []  # The last of a chain of answers is the page's.
        elif line[:1] in " \t" and line.strip() and pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {line.strip()}")
        elif line.strip():
            name, colon, value = line.partition(":")
            if not colon:
                raise ValueError("no header")
            pairs.append((name, value))
    return status, headers_of(pairs)
