"""What the source says of a document, from a file beside it: a sidecar, or a row of the folder's table.

Rules kept here:

- A sidecar wins over a table's row, and either over what the document says of itself.
- Metadata that cannot be read sets the document aside: read without it, the document could pass under terms that its
  own metadata denies.
- Only known fields are taken; others are counted by name, never by value.
"""

import csv
import io
import json
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from licit.core.errors import InputError
from licit.core.ports import InputFile
from licit.core.records import MADE_FROM

FIELDS = ("source", "licence", "url", "author", "date", "title", "language", "publisher", "contract",
          "acquired", "kind")
TABLES = ("metadata.csv", "metadata.jsonl")
#: What a document may say of itself; a licence it claims for itself is no licence.
SELF_DECLARED = ("title", "author", "date", "url", "language", "publisher")

_ENDINGS = (".json", ".meta.json", ".toml", ".meta.toml")
_DOCUMENT_SUFFIXES = frozenset((".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf"))
_OTHER_NAMES = {"license": "licence", "lang": "language", "canonical_url": "url"}
_LARGEST = 64 * 1024 * 1024

#: Files that a crawler keeps beside a page: they speak of it, and are no documents.
ASIDE = frozenset({"headers.txt", "headers.json", "url.txt", "robots.txt", "ai.txt", "tdmrep.json"})
PAGES = (".html", ".htm", ".xhtml", ".pdf")

Row = dict[str, str]


def is_companion(name: str, siblings: tuple[str, ...] = ()) -> bool:
    """Say whether a file name is that of metadata beside documents: a table, or a sidecar by its name alone.

    ``report.json`` counts only when ``siblings`` holds a document of that stem: it may be a chat export otherwise.
    """
    base = PurePosixPath(name.replace("\\", "/")).name.lower()
    if base in ASIDE and any(other.lower().endswith(PAGES) for other in siblings):
        return True
    if base in TABLES or base.endswith((".meta.json", ".meta.toml")):
        return True
    path = PurePosixPath(base)
    if path.suffix not in (".json", ".toml"):
        return False
    if PurePosixPath(path.stem).suffix in _DOCUMENT_SUFFIXES:
        return True
    beside = {PurePosixPath(other.replace("\\", "/")).name.lower() for other in siblings}
    return any(path.stem + suffix in beside for suffix in _DOCUMENT_SUFFIXES)


def metadata_of(file: InputFile) -> tuple[Row, dict[str, int]]:
    """Give the declared fields of a document and the counts of fields that are not known.

    Raises:
        InputError: its metadata cannot be read, or contradict each other (``metadata-unreadable``).
    """
    declared: Row = {}
    strange: dict[str, int] = {}
    base = PurePosixPath(file.name.replace("\\", "/")).name
    for name in TABLES:
        for pair in _table(file, name, base):
            _take(pair, declared, strange)
    for name in _sidecar_names(base):
        for pair in _sidecar(file, name):
            _take(pair, declared, strange)
    if "url.txt" in file.siblings and "url" not in declared and sum(name.lower().endswith(PAGES) for name in file.siblings) == 1:
        _take(("url", (_bytes_beside(file, "url.txt") or b"").decode("utf-8", "replace").strip()[:4096]), declared, strange)
    return declared, strange


def complete(declared: Row, own: Mapping[str, str]) -> Row:
    """Fill what no metadata file says with what the document says of itself."""
    for name in own:
        value = " ".join(own[name].split())[:2000]
        if value:
            declared.setdefault(name, value)
    return declared


def _sidecar_names(base: str) -> list[str]:
    stem = PurePosixPath(base).stem
    # The more particular name comes last and wins.
    return [part + ending for part in (stem, base) for ending in _ENDINGS if part + ending != base]


def _take(found: tuple[str, Any], declared: Row, strange: dict[str, int]) -> None:
    name, value = found
    name = name.strip().lower()
    name = _OTHER_NAMES.get(name, name)
    text = "; ".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
    if name == "file" or value is None or value in ("", []):
        return
    if name == MADE_FROM:  # said in a way that nobody understands, it names nothing known
        declared[name] = text if isinstance(text, str) else "?"
        return
    if name not in FIELDS or isinstance(text, bool) or not isinstance(text, str | int):
        label = name if re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name) else "(other)"
        strange[f"metadata.{label}"] = strange.get(f"metadata.{label}", 0) + 1
        return
    declared[name] = str(text).strip()


def _unreadable(document: str, companion: str) -> InputError:
    return InputError(f"Its metadata in {companion} cannot be read.", about=document, reason="metadata-unreadable",
                      remedy="Mend that file and import again.")


def _bytes_beside(file: InputFile, name: str) -> bytes | None:
    if file.sibling is None:
        return None
    stream = file.sibling(name)
    if stream is None:
        return None
    with stream:
        data: bytes = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise _unreadable(file.name, name)
    return data


def _sidecar(file: InputFile, name: str) -> list[tuple[str, Any]]:
    data = _bytes_beside(file, name)
    if data is None:
        return []
    try:
        text = data.decode("utf-8-sig")
        value = tomllib.loads(text) if name.endswith(".toml") else json.loads(text)
    except (ValueError, RecursionError):
        raise _unreadable(file.name, name) from None
    if not isinstance(value, dict):
        raise _unreadable(file.name, name)
    # A date in TOML is a type of its own.
    return [(key, item.isoformat() if hasattr(item, "isoformat") else item) for key, item in value.items()]


def _table(file: InputFile, name: str, base: str) -> list[tuple[str, Any]]:
    try:
        if file.path is not None and file.path.name == base:
            path = file.path.with_name(name)
            if path.is_symlink() or not path.is_file():
                return []
            state = path.stat()
            rows = _rows_at(path, state.st_mtime_ns, state.st_size)
        elif (data := _bytes_beside(file, name)) is not None:
            rows = _rows(data, name.endswith(".csv"))
        else:
            return []
    except (ValueError, RecursionError, csv.Error, OSError):
        raise _unreadable(file.name, name) from None
    parts = PurePosixPath(file.name.replace("\\", "/")).parts
    found = [row for i in range(len(parts)) for row in rows.get("/".join(parts[i:]), ())]
    if any(row != found[0] for row in found):
        raise _unreadable(file.name, name)
    return list(found[0].items()) if found else []


@lru_cache(maxsize=4)
def _rows_at(path: Path, _changed: int, size: int) -> dict[str, list[dict[str, Any]]]:
    # One reading serves every document of the folder: without it, importing n documents would be quadratic.
    if size > _LARGEST:
        raise ValueError("too large")
    return _rows(path.read_bytes(), path.suffix == ".csv")


@lru_cache(maxsize=4)
def _rows(data: bytes, is_csv: bool) -> dict[str, list[dict[str, Any]]]:
    text = data.decode("utf-8-sig")
    if is_csv:
        first = text.split("\n", 1)[0]
        mark = max(",;\t", key=first.count)
        items: list[Any] = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    else:
        items = [json.loads(line) for line in text.split("\n") if line.strip()]
    rows: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        # A row longer than its header has a key None, one without "file" says of no document what it says.
        if not isinstance(item, dict) or None in item or not isinstance(item.get("file"), str):
            raise ValueError("a row that says of no document what it says")
        rows.setdefault(str(PurePosixPath(item["file"].replace("\\", "/"))), []).append(item)
    return rows
