"""Plain tables: rows of JSON, Parquet, CSV or tagged tokens whose words lie in a column that is named or guessed.

Rules kept here:

- A file is a table by its content; the column of words is the one asked for, else the first of :data:`WORDS` a row has.
- Every other column is looked at too, for personal data hides there; its key goes before its value.
- A row without words is set aside with the reason, never passed over.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from licit.core.errors import InputError
from licit.core.ports import InputFile
from licit.core.records import SetAside

from .chatlogs._rows import parquet_columns, parquet_rows, rows
from .chatlogs._shape import shape
from .chatlogs._streams import read_lines

#: Columns that hold a text, then those that hold a conversation, the likeliest first.
WORDS = ("text", "content", "body", "article", "document", "raw_content", "note_text", "sentence", "question", "prompt",
         "instruction", "utterance")
TALKS = ("messages", "conversations", "conversation", "dialogue", "turns")
_NAMES = (*TALKS, *WORDS)

_PIECES = ("content", "value", "text", "utterance", "parts")
_TAG = re.compile(r"O|[BIESLU]-[\w-]+")
_SENTENCES = 40
_LONGEST_CELL = 64 << 20
csv.field_size_limit(_LONGEST_CELL)

Row = tuple[str, str, Mapping[str, Any], bool]
"""Where, the words, what to look at, and whether it is a document."""


def kind_of(file: InputFile, column: str = "") -> str:
    """Name the kind of table a file is: ``parquet``, ``json``, ``tokens``, ``csv`` and its mark, or "" for none."""
    head = file.head.removeprefix("\ufeff")
    if head.startswith("PAR1"):
        columns = parquet_columns(file)
        return "parquet" if {column, *WORDS, *TALKS} & set(columns) else ""
    if head.lstrip()[:1] in ("{", "["):
        keys = {path.removeprefix("[].").split("[")[0].split(".")[0] for path in shape(file.head)}
        return "json" if {column, *WORDS, *TALKS} & keys or keys == {"[]"} else ""
    lines = [line for line in head.split("\n")[:60] if line.strip()][:-1]
    if len(lines) < 4:
        return ""
    tagged = sum(1 for line in lines if len(line.split()) >= 2 and _TAG.fullmatch(line.split()[-1]))
    if tagged >= len(lines) * 0.9:
        return "tokens"
    return next((f"csv{mark}" for mark in "\t,;" if _even(lines, mark)), "")


def _even(lines: list[str], mark: str) -> bool:
    """Tell whether lines are the rows of one table with several columns."""
    try:
        counts = {len(row) for row in csv.reader(lines, delimiter=mark)}
    except csv.Error:
        return False
    return len(counts) == 1 and counts != {1}


def read_table(file: InputFile, kind: str, column: str = "") -> Iterator[Row | SetAside]:
    """Give each row of a table: where it is, its words, what to look at, whether it is a document."""
    if kind == "tokens":
        yield from _sentences(file)
        return
    if kind.startswith("csv"):
        yield from _cells(file, kind[3:], column)
        return
    told = parquet_rows(file) if kind == "parquet" else rows(file, column or _row_key(file), frozenset({"data"}))
    for _, where, row in told:
        if isinstance(row, SetAside):
            yield row
        elif not isinstance(row, dict):
            yield SetAside(reason="not-a-record", where=where)
        else:
            yield _row(row, where, column)


def _row_key(file: InputFile) -> str:
    keys = {path.split("[")[0].split(".")[0] for path in shape(file.head)}
    return next((name for name in _NAMES if name in keys), "text")


def _row(row: dict[str, Any], where: str, column: str) -> Row | SetAside:
    names = (column,) if column else _NAMES
    for name in names:
        value = row.get(name)
        if isinstance(value, str):
            rest = {key: other for key, other in row.items() if key not in (name, "id")}
            asked: dict[str, Any] = {"text": value, "language": row.get("language")}
            if rest:
                asked["messages"] = [rest]
            return where, value, asked, True
        if isinstance(value, list) and (not column or name == column):
            talk = [one if isinstance(one, dict) else {"content": one} for one in value]
            rest = {key: other for key, other in row.items() if key not in (name, "id")}
            words = "\n".join(piece for one in talk for piece in _pieces(one))
            return where, words, {"messages": [*talk, rest] if rest else talk, "language": row.get("language")}, False
    return SetAside(reason="no-text-column", where=where)


def _pieces(message: Mapping[str, Any]) -> Iterator[str]:
    for key in _PIECES:
        value = message.get(key)
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            for one in value:
                if isinstance(one, str):
                    yield one
                elif isinstance(one, dict):
                    yield from _pieces(one)


def _sentences(file: InputFile) -> Iterator[Row | SetAside]:
    """Put tagged tokens together again, some sentences to a record; a file without blank lines is cut by its length."""
    words: list[str] = []
    first = before = sentences = 0
    with file.open() as stream:
        for number, line in read_lines(stream):
            if isinstance(line, SetAside):
                yield line
                continue
            sentences += bool(words) and number > before + 1
            if words and (sentences >= _SENTENCES or len(words) >= 4000):
                yield _told(first, before, words)
                words, sentences = [], 0
            first = first if words else number
            words.append(line.decode().split("\t")[0].split(" ")[0])
            before = number
    if words:
        yield _told(first, before, words)


def _told(first: int, last: int, words: list[str]) -> Row:
    text = " ".join(words)
    return f"lines {first} to {last}", text, {"text": text}, True


def _cells(file: InputFile, mark: str, column: str) -> Iterator[Row | SetAside]:
    with file.open() as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        try:
            reader = csv.reader(text, delimiter=mark)
            header = next(reader)
            named = not any(re.search(r"\d{3}", cell) for cell in header)
            names = header if named else [f"column {number}" for number in range(1, len(header) + 1)]
            wanted = column or next((name for name in WORDS if name in names), "")
            if not named:
                yield _line(names, header, wanted, 1)
            for cells in reader:
                if cells:
                    yield _line(names, cells, wanted, reader.line_num)
        except (csv.Error, UnicodeDecodeError, InputError) as error:
            reason = error.reason if isinstance(error, InputError) else "broken-table"
            yield SetAside(reason=reason or "unreadable", where="the rest of the file")


def _line(names: list[str], cells: list[str], wanted: str, number: int) -> Row | SetAside:
    if len(cells) > len(names):
        return SetAside(reason="broken-table", where=f"line {number}")
    row = dict(zip(names, cells, strict=False))
    if wanted and not row.get(wanted):
        return SetAside(reason="no-text-column", where=f"line {number}")
    if wanted:
        told = _row(row, f"line {number}", wanted)
        return told
    # A table of no words (names and counts): its cells are its words, and no key goes before them.
    text = " ".join(cell for cell in cells if cell and not cell.isdecimal())
    return f"line {number}", text, {"text": text}, True
