"""Walk what somebody has: files, folders and archives of any kind, item by item, nothing imported and nothing kept.

Rules kept here:

- What a reader knows is read by it; rows and tables by their column of words; what nobody knows is missed, with a reason.
- A reader that fails half-way costs the rest of its file, which is counted as one miss, and the walk goes on.
- Memory is bounded by one item, whatever the size of the data.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from licit.core.errors import InputError
from licit.core.holdings import Begun, Item, Missed, Paper, Stated
from licit.core.ports import InputFile, Reader
from licit.core.records import Record, SetAside
from licit.core.signals import Page

from .cards import NAMES, stated_for
from .documents.warc import document_of
from .inputs import find_readers, is_companion, open_inputs, recognise
from .stored_items import is_aside, page_of_file, page_of_row
from .tables import kind_of, read_table
from .warc import archive_pages

Met = Begun | Item | Missed | Paper

#: Formats whose rows are read as tables: what stands beside the words is looked at as well, as it lies in the file.
_AS_TABLES = frozenset({"openai-messages", "sharegpt", "text"})


def known_bytes(paths: Sequence[Path]) -> int:
    """Give the size of all files below some paths, in bytes, for a progress that knows its end."""
    total = 0
    for path in paths:
        try:
            total += sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) if path.is_dir() else path.stat().st_size
        except OSError:
            continue
    return total


def arriving(paths: Sequence[Path], *, column: str = "") -> Iterator[Met]:
    """Give what lies under some paths: each file as it begins, its items, what is missed, and the papers beside.

    ``column`` names the column that holds the words of a table; else it is guessed.

    Raises:
        SetupError: a reader plug-in cannot be loaded.
    """
    readers = find_readers()
    number = 0
    for file in open_inputs(paths):
        if isinstance(file, SetAside):
            yield Missed(file=-1, where=file.where, reason=file.reason)
            continue
        if PurePosixPath(file.name).name in NAMES or is_companion(file, readers) or is_aside(file.name, file.siblings):
            yield Paper(name=file.name, size=file.size)
            continue
        yield from _file(file, number, readers, _stated(file, paths), column)
        number += 1


def _stated(file: InputFile, paths: Sequence[Path]) -> Stated | None:
    place = file.path or next((Path(above) for above in PurePosixPath(file.name).parents if Path(above).is_file()), None)
    if place is None:
        return None
    top = next((path for path in paths if path == place or path in place.parents), place.parent)
    return stated_for(place, top if top.is_dir() else top.parent)


def _file(file: InputFile, number: int, readers: Mapping[str, Reader], stated: Stated | None, column: str) -> Iterator[Met]:
    try:
        name, items = _opened(file, readers, column)
    except InputError as error:
        yield Missed(file=-1, where=file.name, reason=error.reason or "unreadable")
        return
    yield Begun(file=number, name=file.name, size=file.size, format=name, stated=stated)
    try:
        for count, item in enumerate(items(), 1):
            if isinstance(item, SetAside):
                yield Missed(file=number, where=item.where, reason=item.reason)
            elif isinstance(item, tuple) and isinstance(item[0], Record):
                record, page = item
                yield _record(record, Begun(file=number, name=file.name, size=0, format="", stated=stated), f"record {count}", page)
            elif isinstance(item, Record):
                page = page_of_file(file) if item.format == "html" else None
                yield _record(item, Begun(file=number, name=file.name, size=0, format="", stated=stated), f"record {count}", page)
            else:
                where, words, asked, document = item
                yield Item(file=number, where=where, document=document, text=words, asked=asked,
                           declared={**_fields(asked), "path": file.name}, stated=stated, page=page_of_row(_rest(asked)))
    except InputError as error:
        yield Missed(file=number, where="the file", reason=error.reason or "unreadable")


def _opened(file: InputFile, readers: Mapping[str, Reader], column: str) -> tuple[str, Callable[[], Iterator[Any]]]:
    """Choose how a file is read: its reader, or a table where that shows more.

    Raises:
        InputError: nobody knows it.
    """
    try:
        reader: Reader | None = recognise(file, readers)
    except InputError:
        reader = None
    kind = kind_of(file, column) if reader is None or reader.name in _AS_TABLES or column else ""
    if kind and (reader is None or not kind.startswith("csv")):
        shown = reader.name if reader and kind != "tokens" else {"tokens": "tagged tokens"}.get(kind, kind.rstrip(",;\t"))
        return shown, lambda: read_table(file, kind, column)
    if reader is None:
        raise InputError("nobody knows this file", about=file.name, reason="format-unknown")
    return reader.name, (lambda: _archived(file)) if reader.name == "warc" else lambda: reader.read(file)


def _archived(file: InputFile) -> Iterator[Any]:
    """Give each document of an archive with the page that it is from, judged beside the last version of its site's files."""
    for number, (*_, page) in enumerate(archive_pages(file.open), 1):
        for item in document_of(file, f"record {number}", page):
            yield (item, page) if isinstance(item, Record) else item


def _record(record: Record, of: Begun, where: str, page: Page | None) -> Item:
    parts = [part.text for turn in record.turns for part in turn.parts if part.text]
    people = sorted({person.key for person in record.people if person.key})
    asked: dict[str, Any] = {"messages": [{"content": part} for part in parts]}
    if record.declared or people:
        asked["messages"].append({**record.declared, "participants": people})
    return Item(file=of.file, where=where, document=record.kind == "document", text="\n".join(parts), asked=asked,
                declared={**record.declared, "path": of.name}, stated=of.stated, page=page)


def _rest(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the columns beside the words of a row."""
    messages = asked.get("messages")
    return messages[-1] if messages and isinstance(messages[-1], dict) and "role" not in messages[-1] else {}


def _fields(asked: Mapping[str, Any]) -> dict[str, str]:
    """Give what a row says of itself: its other columns of one value, and those of one ``meta`` level below."""
    out: dict[str, str] = {}
    for key, value in _rest(asked).items():
        if isinstance(value, str):
            out[key] = value
        elif isinstance(value, dict):
            out.update((f"{key}.{name}", inner) for name, inner in value.items() if isinstance(inner, str))
        elif isinstance(value, list) and value and isinstance(value[0], str):
            out[key] = value[0]
    return out
