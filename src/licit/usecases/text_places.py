"""Where words lie in a line of JSON: strings, long numbers, and JSON inside strings, each with its way back.

Rules kept here:

- What cannot be read whole (broken, nested too deep, a key named twice) is an InputError; nothing is half read.
- Every string is looked at but the record's own id, and every whole number long enough to identify.
- A string that holds JSON is looked at value by value, as its reader would see it, escapes undone.
- A value is looked at with its key before it, as in ``password: …``, for the key often tells what the value is.
- Keys and syntax are never changed; only the literals of changed values are written anew.
- No message holds text of the input.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..core.errors import InputError

#: Keys that say nothing about their value.
SILENT_KEYS = frozenset(["", "arguments", "content", "function", "id", "input", "lang", "language", "message", "messages", "metadata",
                         "output", "params", "parts", "payload", "result", "role", "text", "tool_call_id", "tool_calls", "type"])

#: Values that stand in almost every message and say nothing of anybody.
SILENT_WORDS = frozenset(["assistant", "developer", "function", "input_text", "output_text", "system", "text", "tool", "user"])

_LONGEST_KEY = 60
_MAY_OPEN_JSON = frozenset(' \t\r\n{["')
_FEWEST_DIGITS = 8
_SHORT = 10 ** (_FEWEST_DIGITS - 2)
_DEEPEST = 8

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"([ \t\r\n]*:)?|[{}\[\]]|-?\d[\d.eE+-]*', re.S)
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.S)
_OPENS_JSON = re.compile(r'[ \t\r\n]*[{\["]')


def read_record(line: bytes) -> dict[str, Any]:
    """Read one line as a record: an object with an ``id`` and a ``text`` or ``messages``.

    Raises:
        InputError: it is no JSON, no record, names a key twice, or is nested too deep; the reason says which.
    """
    try:
        value = _RECORD.decode(line.decode())
    except RecursionError:
        raise InputError("it is nested too deep", reason="too-deep") from None
    except ValueError:
        raise InputError("it is no JSON", reason="broken-json") from None
    return check_record(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise InputError("an object names one key twice", reason="duplicate-keys")
    return out


def _no_json(_: str) -> None:
    raise InputError("it holds NaN or Infinity, which JSON does not have", reason="broken-json")


#: Made once: to make one for each line takes longer than to read it.
_RECORD = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_json)


def check_record(value: Any) -> dict[str, Any]:
    """Insist that a value is a record.

    Raises:
        InputError: otherwise (``not-a-record``).
    """
    if isinstance(value, dict) and isinstance(value.get("id"), str | int | float | None):
        text, messages = value.get("text"), value.get("messages")
        if isinstance(text, str | None) and isinstance(messages, list | None) and (text, messages) != (None, None) and all(
                isinstance(message, dict) for message in messages or ()):
            return value
    raise InputError("it has no text and no messages, or they are not of their kind", reason="not-a-record")


class Literal(NamedTuple):
    """A string or number in a JSON text: its place there, its value, and the key it stands under."""

    start: int
    end: int
    value: str
    key: str
    depth: int
    is_key: bool
    quoted: bool


def literals(text: str, key: str = "") -> Iterator[Literal]:
    """Give the string and number literals of a valid JSON text, in order.

    What has no key of its own, as the items of a list, stands under the key of what holds it, at last under ``key``.
    """
    above: list[str] = []
    for match in _TOKEN.finditer(text):
        start, first = match.start(), text[match.start()]
        if first == '"':
            end = match.end() if match.end(1) < 0 else match.start(1)
            raw = text[start:end]
            value = json.loads(raw, strict=False) if "\\" in raw else raw[1:-1]
            is_key = match.end(1) >= 0
            if is_key:
                key = value
            yield Literal(start, end, value, key, len(above), is_key, True)
        elif first in "{[":
            above.append(key)
        elif first in "}]":
            key = above.pop()
        else:
            yield Literal(start, match.end(), match.group(), key, len(above), False, False)


@dataclass(frozen=True, slots=True)
class _Shift:
    """From places in a literal's value to places in the JSON text around it."""

    start: int
    after: tuple[int, ...] = ()
    extra: tuple[int, ...] = ()

    def outside(self, index: int) -> int:
        at = bisect_right(self.after, index)
        return self.start + index + (self.extra[at - 1] if at else 0)


def _shift(raw: str, start: int) -> _Shift:
    after, extra, total = [], [], 0
    for match in _ESCAPE.finditer(raw):
        place = match.start() - total + 1
        total += match.end() - match.start() - 1
        after.append(place)
        extra.append(total)
    return _Shift(start, tuple(after), tuple(extra))


class Place(NamedTuple):
    """A text to look at: the words of one value, after ``skip`` characters of its key.

    ``path`` is a JSON Pointer within message number ``message``, or "" for the record's text.
    """

    text: str
    skip: int = 0
    message: int | None = None
    path: str = ""
    shifts: tuple[_Shift, ...] = ()

    def __repr__(self) -> str:
        """Say where, and never what."""
        return f"Place(message={self.message}, skip={self.skip})"

    def outside(self, index: int) -> int:
        """Turn a place in ``text`` into one in the string at ``path``, in code points."""
        index -= self.skip
        for shift in self.shifts:
            index = shift.outside(index)
        return index


def strings(record: Mapping[str, Any], keys: dict[str, None] | None = None) -> list[tuple[int | None, str, str, str]]:
    """Give (message, path, key, words) of all strings that say something, and long numbers, of a record, in order.

    Telling keys are noted in ``keys``.

    Raises:
        InputError: it is nested too deep.
    """
    out: list[tuple[int | None, str, str, str]] = []
    keys = {} if keys is None else keys
    if record.get("text"):
        out.append((None, "", "", record["text"]))
    try:
        for number, message in enumerate(record.get("messages") or ()):
            _walk(message, (number, "", ""), out, keys)
    except RecursionError:
        raise InputError("it is nested too deep", reason="too-deep") from None
    return out


def _walk(value: Any, at: tuple[int, str, str], out: list[tuple[int | None, str, str, str]], keys: dict[str, None]
          ) -> None:
    number, path, key = at
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in SILENT_KEYS:
                keys[name] = None
            if isinstance(item, str):
                if _speaks(item):
                    out.append((number, path + _step(name), name, item))
            elif item is not None:
                _walk(item, (number, path + _step(name), name), out, keys)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, str):
                if _speaks(item):
                    out.append((number, f"{path}/{index}", key, item))
            elif type(item) is not int or not -_SHORT < item < _SHORT:
                _walk(item, (number, f"{path}/{index}", key), out, keys)
    elif isinstance(value, str):
        if _speaks(value):
            out.append((number, path, key, value))
    elif type(value) is int and _is_long(text := str(value)):
        out.append((number, path, key, text))


def _step(name: str) -> str:
    return f"/{name}" if "~" not in name and "/" not in name else f"/{name.replace('~', '~0').replace('/', '~1')}"


def places(record: Mapping[str, Any]) -> list[Place]:
    """Give every place to look at of a record's text and messages, in order; at last the keys, all key and no value.

    Raises:
        InputError: it, or JSON inside a string, is nested too deep.
    """
    keys: dict[str, None] = {}
    out: list[Place] = []
    for message, path, key, words in strings(record, keys):
        if words[0] not in _MAY_OPEN_JSON:
            out.append(Place(*introduced(key, words), message, path))
            continue
        for value, own, shifts in _inside(words, key, (), keys):
            out.append(Place(*introduced(own, value), message, path, shifts))
    return out + [Place(key, len(key)) for key in sorted(keys)]


def _inside(value: str, key: str, shifts: tuple[_Shift, ...], keys: dict[str, None]
            ) -> Iterator[tuple[str, str, tuple[_Shift, ...]]]:
    """Give (words, key, way back) of a string, or of each value of the JSON inside it."""
    if not holds_json(value):
        if _speaks(value):
            yield value, key, shifts
        return
    if len(shifts) == _DEEPEST:
        raise InputError("JSON inside JSON is nested too deep", reason="too-deep")
    for literal in literals(value, key):
        if literal.is_key:
            if literal.key not in SILENT_KEYS:
                keys[literal.key] = None
        elif literal.quoted:
            way = (_shift(value[literal.start + 1:literal.end - 1], literal.start + 1), *shifts)
            yield from _inside(literal.value, literal.key, way, keys)
        elif _is_long(literal.value):
            yield literal.value, literal.key, (_Shift(literal.start), *shifts)


def holds_json(text: str) -> bool:
    """Tell whether a string is itself an object, a list or a string in JSON.

    Raises:
        InputError: nobody can tell, for it is nested too deep.
    """
    if not _OPENS_JSON.match(text):
        return False
    try:
        json.loads(text)
    except RecursionError:
        raise InputError("JSON inside JSON is nested too deep", reason="too-deep") from None
    except ValueError:
        return False
    return True


def _is_long(number: str) -> bool:
    return len(number) >= _FEWEST_DIGITS and number.lstrip("-").isdecimal()


def introduced(key: str, value: str) -> tuple[str, int]:
    """Put a telling key before its value; give the text and how many characters stand before the value."""
    if key in SILENT_KEYS or len(key) > _LONGEST_KEY:
        return value, 0
    return f"{key}: {value}", len(key) + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A JSON text with holes: places of literals, each filled by a word's number or by the form of the JSON inside it."""

    text: str = field(repr=False)
    holes: tuple[tuple[int, int, "int | Form"], ...] = ()

    def filled(self, values: Sequence[str | None]) -> str:
        """Write the text with new values; None keeps a literal as it stands."""
        out, at = [], 0
        for start, end, hole in self.holes:
            if isinstance(hole, Form):
                inner: str | None = hole.filled(values)
                new = None if inner == hole.text else inner
            else:
                new = values[hole]
            if new is not None:
                out += [self.text[at:start], _literal(new, self.text[start:end])]
                at = end
        return "".join([*out, self.text[at:]]) if out else self.text


def _literal(value: str, old: str) -> str:
    plain = json.dumps(value, ensure_ascii=old.isascii())
    try:
        plain.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return plain


def words_of(record: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Give every word of a whole record but its id: (text, characters of the key before the value), in order.

    The last are keys, all key and no value: they are looked at and never changed.

    Raises:
        InputError: it, or JSON inside a string, is nested too deep.
    """
    keys: dict[str, None] = {}
    told: list[tuple[int | None, str, str, str]] = []
    try:
        _walk({key: value for key, value in record.items() if key != "id"}, (0, "", ""), told, keys)
    except RecursionError:
        raise InputError("it is nested too deep", reason="too-deep") from None
    words: list[tuple[str, int]] = []
    for _, _, key, value in told:
        if value[0] in _MAY_OPEN_JSON:
            words += [introduced(own, inner) for inner, own, _ in _inside(value, key, (), keys)]
        else:
            words.append(introduced(key, value))
    return words + [(key, len(key)) for key in sorted(keys)]


def form_of(line: str) -> tuple[Form, list[tuple[str, int]]]:
    """Give a record's line as a form, and the words for its holes: those of :func:`words_of`.

    Raises:
        InputError: JSON inside a string is nested too deep.
    """
    words: list[tuple[str, int]] = []
    keys: dict[str, None] = {}
    form = _form(line, "", words, keys, 0)
    return form, words + [(key, len(key)) for key in sorted(keys)]


def _form(text: str, key: str, words: list[tuple[str, int]], keys: dict[str, None], level: int) -> Form:
    if level > _DEEPEST:
        raise InputError("JSON inside JSON is nested too deep", reason="too-deep")
    holes: list[tuple[int, int, int | Form]] = []
    for literal in literals(text, key):
        if literal.is_key:
            if literal.key not in SILENT_KEYS:
                keys[literal.key] = None
        elif level == 0 and literal.depth == 1 and literal.key == "id":
            continue
        elif literal.quoted and holds_json(literal.value):
            holes.append((literal.start, literal.end, _form(literal.value, literal.key, words, keys, level + 1)))
        elif _speaks(literal.value) if literal.quoted else _is_long(literal.value):
            holes.append((literal.start, literal.end, len(words)))
            words.append(introduced(literal.key, literal.value))
    return Form(text=text, holes=tuple(holes))


def _speaks(value: str) -> bool:
    return bool(value) and value not in SILENT_WORDS
