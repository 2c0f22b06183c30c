"""ShareGPT files: ``conversations`` of ``from`` and ``value``, as JSON Lines, a JSON array or Parquet.

Rules kept here: turns are a line in the order of the file; nobody is the account holder, the format does not say; a
system prompt beside the turns is a turn too.
"""

from collections.abc import Iterator
from typing import Any

from licit.core.errors import InputError
from licit.core.ids import TurnId
from licit.core.ports import InputFile
from licit.core.records import Part, Record, SetAside, Turn

from ._draft import Draft, read_each
from ._fields import Fields, as_object
from ._rows import parquet_columns, parquet_rows, rows
from ._shape import shape

_ROWS = ("conversations", "conversation")
_SPEAKERS = ("from", "role")
_WORDS = ("value", "content", "text")


class ShareGpt:
    """Reads rows of ``conversations`` whose turns say who speaks and what."""

    name = "sharegpt"

    def recognise(self, file: InputFile) -> int:
        """Look for turns with ``from`` and ``value``, or for a Parquet column of conversations."""
        if file.head.startswith("PAR1"):
            columns = parquet_columns(file)
            return 70 if "conversations" in columns and "messages" not in columns else 0
        keys = shape(file.head)
        return 90 if any(f"{stem}{row}[].from" in keys and f"{stem}{row}[].value" in keys
                         for stem in ("", "[].", "data[].") for row in _ROWS) else 0

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read row by row."""
        found = parquet_rows(file) if file.head.startswith("PAR1") else rows(file, "conversations", frozenset({"data"}))
        return read_each(found, conversation)


def conversation(value: Any) -> Record:
    """Make a record of one row.

    Raises:
        InputError: the row is no object, or has no turns.
    """
    draft = Draft(format=ShareGpt.name)
    row = Fields(as_object(value, "row"), draft.strange)
    draft.origin_id = row.name("id", "conversation_id")
    draft.heed(row)
    key = next((name for name in _ROWS if isinstance(row.raw(name), list)), None)
    if key is None:
        raise InputError("the row has no list of turns", reason="not-a-conversation")
    above: TurnId | None = None
    if system := row.text("system", "system_prompt"):
        above = draft.turn_id("system")
        draft.add(Turn(id=above, role="system", parts=(Part(text=system),)))
    for item in row.objects(key):
        own = draft.turn_id(item.raw("id"))
        draft.heed(item)
        words = item.text(*_WORDS)
        draft.add(Turn(id=own, parent=above, role=draft.role(item.text(*_SPEAKERS)),
                       parts=(Part(text=words),) if words else (),
                       said_at=item.time("timestamp", "created_at", "create_time")))
        item.close()
        above = own
    draft.declare(row)
    return draft.record()


READERS = (ShareGpt(),)
