"""Microsoft Copilot's privacy export: four CSV shapes, without a single id.

Rules kept here:

- Consecutive rows under one conversation name make one record; a prompt of the Windows apps stands alone.
- A time without a zone gives its day only.
- Rows are parsed strictly: where the quoting breaks, what follows is set aside rather than misread.
"""

import csv
import re
from collections.abc import Iterator
from datetime import datetime

from licit.core.errors import InputError
from licit.core.ids import TurnId
from licit.core.ports import InputFile
from licit.core.records import Part, Record, SetAside, Turn

from ._draft import Draft
from ._fields import is_tier, plain_key, stamp
from ._streams import raw_lines

#: The columns of each shape: conversation name, time, author, message.
_SHAPES = (
    ("conversation", "time", "author", "message"),
    ("chatname", "createdat", "author", "messagecontent"),
    ("", "timestamp", "", "prompt"),
)
_IGNORED = frozenset({"clientapp"})
_FIELD_CHARACTERS = 16 << 20
_UNDECODED = re.compile("[\udc80-\udcff]")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d{2}):(\d{2})(?: ?([+-]\d{2}):?(\d{2}))?")

Row = dict[str, str]


class Copilot:
    """Reads the CSV files of the Microsoft privacy dashboard."""

    name = "copilot"

    def recognise(self, file: InputFile) -> int:
        """Look for one of the four headers."""
        columns = _columns(file.head.partition("\n")[0])
        if _shape(columns) is None:
            return 0
        return 90 if len(columns) >= 3 and ("author" in columns or "clientapp" in columns) else 0

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read the rows, and give each run of rows of one conversation as a record."""
        pending: list[tuple[int, Row]] = []
        for number, row in _rows(file):
            if isinstance(row, SetAside):
                yield row
                continue
            if pending and (not row["name"] or row["name"] != pending[-1][1]["name"]):
                yield _record(pending)
                pending = []
            pending.append((number, row))
        if pending:
            yield _record(pending)


def _columns(line: str) -> list[str]:
    return [_column(name) for name in line.split(",")]


def _column(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _shape(columns: list[str]) -> tuple[str, str, str, str] | None:
    return next((names for names in _SHAPES if {name for name in names if name} <= set(columns)), None)


def _rows(file: InputFile) -> Iterator[tuple[int, Row | SetAside]]:
    # the module's own limit is below the length of a long message, and it is the process's
    csv.field_size_limit(max(csv.field_size_limit(), _FIELD_CHARACTERS))
    broken: list[SetAside] = []
    number = 1
    with file.open() as stream:
        reader = csv.reader(_text(stream, broken), strict=True)
        try:
            header = [_column(cell) for cell in next(reader, [])]
            names = _shape(header)
            if names is None or len(set(header)) != len(header):
                raise InputError("the header is none that Copilot writes", about=file.name, reason="format-unknown")
            for cells in reader:
                number += 1
                if any(cells):
                    yield number, _row(header, names, cells, number)
        except csv.Error:
            where = f"row {number + 1} and what follows"
            yield number, SetAside(reason="broken-csv", where=where, detail="the quoting breaks here")
        for fault in broken:
            yield number, fault


def _text(stream: object, broken: list[SetAside]) -> Iterator[str]:
    for _, line in raw_lines(stream):  # type: ignore[arg-type]
        if isinstance(line, SetAside):
            broken.append(line)
            return
        yield line.decode("utf-8", errors="surrogateescape")


def _row(header: list[str], names: tuple[str, str, str, str], cells: list[str], number: int) -> Row | SetAside:
    where = f"row {number}"
    if len(cells) != len(header):
        return SetAside(reason="broken-csv", where=where, detail="it has not as many cells as the header")
    row = dict(zip(header, cells, strict=True))
    if any(_UNDECODED.search(cell) for cell in cells if not cell.isascii()):
        return SetAside(reason="broken-utf8", where=where)
    if any("\0" in cell for cell in cells):
        return SetAside(reason="nul-bytes", where=where)
    out = {key: row.get(name, "") for key, name in zip(("name", "time", "author", "message"), names, strict=True)}
    if not names[2]:
        out["author"] = "user"
    extra = [name for name, cell in row.items() if cell and name not in names and name not in _IGNORED
             and not is_tier(name)]
    return out | {f"+{plain_key(name)}": "" for name in extra}


def _record(rows: list[tuple[int, Row]]) -> Record | SetAside:
    try:
        return _conversation([row for _, row in rows])
    except InputError as error:
        return SetAside(reason=error.reason, where=f"row {rows[0][0]}", detail=error.what)


def _conversation(rows: list[Row]) -> Record:
    draft = Draft(format=Copilot.name)
    moments = [_moment(row["time"]) for row in rows]
    if all(moments):
        order = sorted(range(len(rows)), key=lambda index: moments[index])
        rows = [rows[index] for index in order]
    above: TurnId | None = None
    for row in rows:
        own = draft.turn_id(None)
        time = _stamp(row["time"])
        if row["time"] and not time:
            draft.strange.note("time")
        author = row["author"].strip().lower()
        draft.add(Turn(id=own, parent=above, role="user" if author == "user" else "assistant",
                       parts=(Part(text=row["message"]),) if row["message"] else (), said_at=time))
        for key in row:
            if key.startswith("+"):
                draft.strange.note(key[1:])
        above = own
    draft.aside("title", rows[0]["name"])
    return draft.record()


def _moment(text: str) -> str:
    """Give a time that can be compared with others of its file, whatever its zone; "" when unknown."""
    if found := _AMERICAN.fullmatch(text.strip()):
        month, day, year, hour, minute, second, *_ = (int(part or 0) for part in found.groups())
        return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    return text.strip() if stamp(text) else ""


def _stamp(text: str) -> str:
    found = _AMERICAN.fullmatch(text.strip())
    if not found:
        return stamp(text)
    month, day, year, hour, minute, second, zone, minutes = found.groups()
    iso = f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}:{second}" + (f"{zone}:{minutes}" if zone else "")
    try:
        return stamp(datetime.fromisoformat(iso))
    except ValueError:
        return ""


READERS = (Copilot(),)
