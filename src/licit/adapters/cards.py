"""Cards: what the papers beside a data set say of its licence: a README, a LICENCE file, a Croissant or data package.

Rules kept here:

- The nearest folder wins, up to the one that was named; in one folder a table that names files wins over a card for all.
- What a card says is said by the card, not by the records: it is reported with who said it, and never mixed.
- A card that cannot be read says nothing; no message holds its text.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from licit.core.holdings import Stated

_LARGEST = 1 << 20
_ABOVE = 3
_READMES = ("README.md", "README.markdown", "README.txt", "README", "DATASET_CARD.md", "dataset_card.md")
_LICENCES = ("LICENSE", "LICENCE", "LICENSE.txt", "LICENSE.md", "LICENCE.txt", "LICENCE.md", "COPYING")
_JSONS = ("croissant.json", "datapackage.json", "dataset_infos.json", "dataset_info.json")
NAMES = frozenset({*_READMES, *_LICENCES, *_JSONS})

_SAYS = frozenset({"licence", "license", "licences", "licenses", "licence(s)", "license(s)", "spdx", "licence (spdx)"})
_WHERE = frozenset({"path", "paths", "file", "files", "name", "data", "dataset", "data set", "source"})
_FRONT = re.compile(r"\A---\n(.*?)\n---", re.S)
_FIELD = re.compile(r"^(?:license|licence)\s*:\s*(?:\[\s*)?[\"']?([^\"'\n\[\]]{1,100})", re.M)
_ITEM = re.compile(r"^(?:license|licence)\s*:\s*\n\s*-\s*[\"']?([^\"'\n]{1,100})", re.M)
_HEADS = ((re.compile(r"Apache License\s+Version 2\.0"), "Apache-2.0"), (re.compile(r"\bMIT License\b|Permission is hereby granted, free"), "MIT"),
          (re.compile(r"CC0 1\.0 Universal"), "CC0-1.0"), (re.compile(r"Open Data Commons Attribution"), "ODC-By-1.0"),
          (re.compile(r"Open Database License"), "ODbL-1.0"), (re.compile(r"Licence Ouverte.{0,20}2\.0|Open Licence.{0,20}2\.0"), "etalab-2.0"),
          (re.compile(r"GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3"), "AGPL-3.0-only"),
          (re.compile(r"GNU GENERAL PUBLIC LICENSE\s+Version 3"), "GPL-3.0-only"),
          (re.compile(r"GNU GENERAL PUBLIC LICENSE\s+Version 2"), "GPL-2.0-only"))
_CREATIVE = re.compile(r"Attribution((?:-| )NonCommercial)?((?:-| )ShareAlike|(?:-| )NoDerivatives)? ([1-4]\.\d)")


@dataclass(frozen=True, slots=True)
class _Cards:
    """What one folder's papers say: patterns of files with a licence, and one for all."""

    rows: tuple[tuple[str, str], ...] = ()
    whole: Stated | None = None

    def says(self, path: str) -> Stated | None:
        return self.names(path) or self.whole

    def names(self, path: str) -> Stated | None:
        for pattern, licence in self.rows:
            if fnmatchcase(path, pattern) or path.startswith(pattern.rstrip("/") + "/"):
                return Stated(licence=licence, by="README table")
        return None


def stated_for(path: Path, top: Path) -> Stated | None:
    """Give the licence that papers state for a file, looked for from its folder up to ``top``; None where none does."""
    path, folder, above = path.resolve(), path.resolve().parent, top.resolve()
    for _ in path.parents:
        if said := _cards(folder).says(path.relative_to(folder).as_posix()):
            return said
        if folder == above:
            break
        folder = folder.parent
    # Above what was named only a table that names this very file speaks for it.
    for folder in above.parents[:_ABOVE]:
        if said := _cards(folder).names(path.relative_to(folder).as_posix()):
            return said
    return None


@lru_cache(maxsize=256)
def _cards(folder: Path) -> _Cards:
    rows: list[tuple[str, str]] = []
    whole: Stated | None = None
    for name in _READMES:
        if text := _read(folder / name):
            rows += _table(text)
            whole = whole or _front(text)
    for name in _JSONS:
        whole = whole or _data(_read(folder / name), name)
    for name in _LICENCES:
        whole = whole or _licence(_read(folder / name), name)
    return _Cards(tuple(rows), whole)


def _read(path: Path) -> str:
    try:
        if path.is_symlink() or not path.is_file():
            return ""
        with path.open("rb") as stream:
            return stream.read(_LARGEST).decode("utf-8", errors="replace").removeprefix("\ufeff")
    except OSError:
        return ""


def _front(text: str) -> Stated | None:
    front = _FRONT.match(text)
    found = front and (_ITEM.search(front[1]) or _FIELD.search(front[1]))
    return Stated(licence=found[1].strip(), by="README front matter") if found else None


def _data(text: str, name: str) -> Stated | None:
    if not text:
        return None
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    said = value.get("license", value.get("licence", value.get("licenses")))
    while isinstance(said, list | dict):
        said = (said[0] if said else None) if isinstance(said, list) else said.get("name") or said.get("@id") or said.get("url")
    return Stated(licence=said[:100], by=name) if isinstance(said, str) and said.strip() else None


def _licence(text: str, name: str) -> Stated | None:
    head = text[:2000]
    for pattern, licence in _HEADS:
        if pattern.search(head):
            return Stated(licence=licence, by=name)
    if found := _CREATIVE.search(head):
        marks = ("-NC" if found[1] else "") + ("-SA" if "Share" in (found[2] or "") else "-ND" if found[2] else "")
        return Stated(licence=f"CC-BY{marks}-{found[3]}", by=name)
    return Stated(licence="", by=name) if head.strip() else None


def _table(text: str) -> Iterator[tuple[str, str]]:
    """Give (pattern, licence) of the rows of Markdown tables that have a column for the licence."""
    heads: list[str] = []
    for line in text.split("\n"):
        if not line.lstrip().startswith("|"):
            heads = []
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not heads:
            heads = [cell.strip("*` ").lower() for cell in cells]
            continue
        at = next((i for i, head in enumerate(heads) if head in _SAYS), -1)
        if 0 <= at < len(cells) and not set(cells[at]) <= set("-: "):
            where = next((i for i, head in enumerate(heads) if head in _WHERE), 0)
            for pattern in _patterns(cells[where] if where < len(cells) else ""):
                yield pattern, cells[at].strip("*` ")[:100]


def _patterns(cell: str) -> Iterator[str]:
    """Give the paths of a table's cell; one without a folder lies where the one before it does."""
    folder = ""
    for named in re.findall(r"`([^`]+)`", cell) or [part.strip() for part in cell.split(",")]:
        for path in _braced(named.strip()):
            if "/" in path:
                folder = PurePosixPath(path).parent.as_posix()
            elif folder:
                path = f"{folder}/{path}"
            if path:
                yield path.removeprefix("./")


def _braced(path: str) -> Sequence[str]:
    found = re.search(r"\{([^{}]*)\}", path)
    if not found:
        return [path]
    return [one for choice in found[1].split(",")[:50] for one in _braced(path[:found.start()] + choice + path[found.end():])][:500]
