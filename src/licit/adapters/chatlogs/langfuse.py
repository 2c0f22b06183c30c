"""Langfuse's exports: traces, with their observations and scores, or observations, one a row of JSON Lines or of an array.

Rules kept here:

- What a trace was asked and answered are its messages; whatever its observations hold, the words of errors and the scores of staff and
  machines stand beside them as hidden turns, so that rights reach them. A person's scores are feedback.
- Nobody is the account holder: who vouches for ``userId``, the product that wrote it, is named at the import (``--subject-field userId``).
- A trace tells the whole talk so far: only what was asked last and the answer have the trace's time.
- Files stay behind, in base64 or as Langfuse's own references to them; they are counted.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from licit.core.ids import TurnId
from licit.core.ports import InputFile
from licit.core.records import Record, SetAside, altered

from ._draft import Draft, read_each
from ._fields import Fields, as_object, is_tier, payload, plain_key
from ._rows import parquet_columns, parquet_rows, rows
from ._shape import shape
from .openai_messages import conversation as of_messages

_STEMS = ("", "[].", "data[].")
_OF_A_TRACE = ("sessionId", "session_id", "userId", "user_id", "traceId", "trace_id", "observations")
_OF_A_TIME = ("timestamp", "startTime", "start_time")
_MEDIA = re.compile(r"@@@langfuseMedia:[^@]*@@@|^data:[\w.+-]+/[\w.+-]+[;,].*", re.S)
_SPELT = {"user_id": "userId", "session_id": "sessionId", "trace_id": "traceId"}
_BY_OTHERS = ("EVAL", "ANNOTATION")


class Langfuse:
    """Reads traces and observations."""

    name = "langfuse"

    def recognise(self, file: InputFile) -> int:
        """Look for rows with input and output, a time, and whom or what they belong to."""
        keys: frozenset[str] = frozenset(parquet_columns(file)) if file.head.startswith("PAR1") else shape(file.head)
        return 85 if any({f"{stem}input", f"{stem}output"} <= keys and all(any(f"{stem}{name}" in keys for name in names)
                         for names in (_OF_A_TRACE, _OF_A_TIME)) for stem in _STEMS) else 0

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read row by row."""
        found = parquet_rows(file) if file.head.startswith("PAR1") else rows(file, "id", frozenset({"data"}), frozenset({"meta"}))
        return read_each(found, trace)


def trace(value: Any) -> Record:
    """Make a record of one row.

    Raises:
        InputError: the row is no object, or holds no words.
    """
    draft = Draft(format=Langfuse.name)
    row = Fields(as_object(value, "row"), draft.strange)
    draft.origin_id = row.name("id")
    _heed(draft, row)
    begun, ended = row.time("timestamp", "startTime", "start_time"), row.time("endTime", "end_time")
    asked, said = _messages(draft, row, "input", "user"), _messages(draft, row, "output", "assistant")
    last = _talk(draft, asked, said, (begun, ended or begun))
    _beside(draft, row, last)
    for observation in row.objects("observations"):
        told = {name: one for name in ("input", "output") if (one := observation.raw(name)) not in (None, "", {}, [])}
        draft.aside("hidden", payload(_light(draft, told)) if told else "", near=last)
        _beside(draft, observation, last)
        observation.skip(*(key for key, one in observation.value.items() if isinstance(one, str | int | float)), "metadata", "usage",
                         "usageDetails", "costDetails", "modelParameters", "model_parameters", "usage_details", "cost_details")
        observation.close()
    _scores(draft, row, last)
    row.skip("name", "usage", "usageDetails", "costDetails", "modelParameters", "model_parameters", "usage_details", "cost_details")
    for key, name in _SPELT.items():
        if known := row.name(name, key):
            draft.declared[name] = known
    metadata = row.object("metadata")
    draft.declare(metadata, "metadata.")
    draft.declare(row)
    return draft.record()


def _heed(draft: Draft, row: Fields) -> None:
    """Note what the row, its metadata and its tags say of the talk: temporary, deleted, expired."""
    draft.heed(row)
    draft.heed(row.object("metadata"))
    draft.heed(Fields({tag: True for tag in row.list("tags") if isinstance(tag, str)}, draft.strange))


def _messages(draft: Draft, row: Fields, key: str, role: str) -> list[Mapping[str, Any]]:
    """Give the messages of an input or output, whatever it is written as; what is no message is one as it stands."""
    value = _light(draft, row.raw(key))
    inner = value.get("kwargs") if isinstance(value, Mapping) and isinstance(value.get("kwargs"), Mapping) else value
    if isinstance(inner, Mapping) and (held := next((name for name in ("messages", "choices") if isinstance(inner.get(name), list)), "")):
        for name in (*inner, *(value if inner is not value else ())):
            if name not in (held, "kwargs") and not is_tier(name):
                draft.strange.note(f"{key}.{plain_key(name)}")
        value = [one.get("message") if held == "choices" and isinstance(one, Mapping) else one for one in inner[held]]
    if value in (None, "", [], {}):
        return []
    several = value if isinstance(value, list) else [value]
    if all(isinstance(one, Mapping) and isinstance(one.get("role"), str) for one in several):
        return several
    if not isinstance(value, str):
        draft.strange.note(key)
    return [{"role": role, "content": payload(value)}]


def _talk(draft: Draft, asked: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]], when: tuple[str, str]) -> TurnId | None:
    """Add the messages; give the last one's id, None where there is none."""
    if not asked and not said:
        return None
    read = of_messages({"messages": [*asked, *said]})
    for path, number in read.strange.items():
        draft.strange[path] = draft.strange.get(path, 0) + number
    new = max((number for number, turn in enumerate(read.turns[:len(asked)]) if turn.role == "assistant"), default=-1)
    for number, turn in enumerate(read.turns):
        draft.turn_id(turn.id)
        at = when[1] if number >= len(asked) else when[0] if number > new else ""
        draft.add(altered(turn, said_at=turn.said_at or at))
    draft.others.update({person.key: replace(person, issuer=Langfuse.name) for person in read.people})
    return read.turns[-1].id


def _beside(draft: Draft, row: Fields, last: TurnId | None) -> None:
    """Take the words of an error, which may repeat what was said."""
    draft.aside("hidden", row.text("statusMessage", "status_message"), near=last)


def _scores(draft: Draft, row: Fields, last: TurnId | None) -> None:
    """Take scores, each an object, or by their names as the page exports them."""
    scores = row.raw("scores")
    if isinstance(scores, Mapping):
        scores = [{"name": name, "value": one} for name, one in scores.items() if not is_tier(name)]
    for score in scores if isinstance(scores, list) else []:
        if not isinstance(score, Mapping):  # the id of a score that lies elsewhere
            draft.strange.note("scores")
            continue
        told = {name: one for name in ("name", "value", "stringValue", "string_value", "comment") if (one := score.get(name)) not in (None, "")}
        mine = score.get("source") not in _BY_OTHERS
        if told:
            draft.aside("feedback" if mine else "hidden", payload(told), derived_from=(last,) if last else ())


def _light(draft: Draft, value: Any) -> Any:
    """Give a value without files; each is counted."""
    if isinstance(value, Mapping):
        return {key: _light(draft, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_light(draft, one) for one in value]
    if isinstance(value, str) and ("@@@langfuseMedia:" in value or value.startswith("data:")):
        value, number = _MEDIA.subn("", value)
        if number:
            draft.cut["media"] = draft.cut.get("media", 0) + number
    return value


READERS = (Langfuse(),)
