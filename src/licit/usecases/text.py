"""Detect and de-identify texts that lie in no workspace: lines of JSON, or values in a notebook.

Rules kept here:

- One answer for each record, in order. A record that cannot be read, or that a detector could not look at, is held; its
  answer says so and holds nothing else.
- A name found once in a record is looked for in all its texts.
- No answer of ``detect`` holds text; no note, error or ``repr`` does.
- The same input back: what is not replaced keeps every byte, and the work repeated on its own result changes nothing.
- Keys are never changed, and no span can name a place in one, so personal data in a key holds the record.

Law: DEI-02, DEI-03
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..core.errors import InputError, LicitError, UnavailableError
from ..core.ports import Detector
from ..core.records import SetAside
from ..core.spans import Span
from ..pipeline.deidentify import (
    DIRECT,
    STAND_IN,
    DeidentifySettings,
    Found,
    Masked,
    find_all,
    replace_all,
    sweep_names,
)
from .text_places import Place, check_record, form_of, places, read_record, words_of

#: A line's number in its file, and its bytes or why they could not be read.
Line = tuple[int, bytes | SetAside]
FindDetectors = Callable[[], Sequence[Detector]]

_BATCH_ITEMS, _BATCH_CHARACTERS = 2_000, 256 * 1024
_WRITER = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers to some lines, a line of JSON each; what was held, by reason; which lines could not be read, and why.

    ``replaced`` gives for each line (stand-in, the words it stands for), where that was asked for.
    """

    lines: tuple[bytes, ...] = field(repr=False)
    held: Mapping[str, int]
    unreadable: tuple[tuple[int, str], ...] = ()
    replaced: tuple[tuple[tuple[str, str], ...], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacing:
    """How texts are replaced: settings, the key of the stand-ins, and whether what they stand for is kept."""

    settings: DeidentifySettings = field(default_factory=DeidentifySettings)
    key: bytes = field(repr=False)
    keep: bool = False


def detect(items: Iterable[Any], find: FindDetectors, *, run: Callable[..., Iterable[Any]] = map) -> list[dict[str, Any]]:
    """Find personal data in texts, in conversations (lists of messages) or in records; give an answer for each, in order.

    An answer is ``{"id", "spans"}``, as ``licit detect`` writes it, or ``{"id", "held"}`` where nobody can say what is
    in it. The id is the record's own, else the item's number from 0. ``find`` gives the detectors and is called where the
    work is done; ``run`` maps a function over batches, in order.

    Raises:
        InputError: ``items`` is one text, or an item is none of the three.
    """
    if isinstance(items, str | bytes | Mapping):
        raise InputError("detect takes a list of texts or conversations", remedy="For one text: detect([text])")
    records = (_record(number, item) for number, item in enumerate(items))
    return [answer for answers in run(partial(_detect_batch, find), _batches(records)) for answer in answers]


def _record(number: int, item: Any) -> dict[str, Any]:
    if isinstance(item, str):
        return {"id": number, "text": item}
    value = {"id": number, **item} if isinstance(item, Mapping) else {"id": number, "messages": item}
    try:
        return check_record(value)
    except InputError as error:
        raise InputError(error.what, about=f"item {number}", reason=error.reason,
                         remedy="An item is a text, a list of messages, or a record.") from None


def _batches(records: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Put records together to batches of about so many characters, for columns."""
    batch: list[dict[str, Any]] = []
    held = 0
    for record in records:
        batch.append(record)
        held += len(record.get("text") or "") + sum(
            len(said) for message in record.get("messages") or () if isinstance(said := message.get("content"), str))
        if held >= _BATCH_CHARACTERS or len(batch) >= _BATCH_ITEMS:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _detect_batch(find: FindDetectors, batch: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": record.get("id"), **answer} for record, answer in zip(batch, look(batch, find()), strict=True)]


def look(records: Sequence[Mapping[str, Any]], detectors: Sequence[Detector], *, seconds: int = 20,
         sweep: bool = True) -> list[dict[str, Any]]:
    """Give for each record its ``spans`` as plain values, or the reason it is ``held`` for.

    ``sweep=False`` leaves names where they were found, to measure what the sweep adds.
    """
    return [{"held": "unreadable"} if here is None else _answer(here, bool(detectors), sweep)
            for here in _found_in(records, detectors, seconds)]


def _found_in(records: Sequence[Mapping[str, Any]], detectors: Sequence[Detector], seconds: int
              ) -> list[list[tuple[Place, Found]] | None]:
    """Give each record's places with what was found there; None for one that cannot be read."""
    told = [_places(record) for record in records]
    hints = [hint if isinstance(hint := record.get("language"), str) else "" for record in records]
    asked = {(place.text, hint): None for here, hint in zip(told, hints, strict=True) for place in here or ()}
    found = dict(zip(asked, find_all(detectors, [text for text, _ in asked], [hint for _, hint in asked],
                                     seconds=seconds), strict=True))
    return [None if here is None else [(place, found[place.text, hint]) for place in here]
            for here, hint in zip(told, hints, strict=True)]


def count_labels(records: Sequence[Mapping[str, Any]], detectors: Sequence[Detector], *, seconds: int = 20
                 ) -> list[Counter[str] | str]:
    """Give for each record how many places of each label :func:`look` would give, or the reason nobody can say.

    Where something identifies within a key, which :func:`look` holds a record for, the values are counted all the same,
    and the key once, under the label ``""``.
    """
    return ["unreadable" if here is None else _labels(here) if detectors else "detector-failed"
            for here in _found_in(records, detectors, seconds)]


def _labels(told: Sequence[tuple[Place, Found]]) -> Counter[str] | str:
    whole = [spans for _, spans in told if spans is not None]
    if len(whole) < len(told):
        return "detector-failed"
    counts: Counter[str] = Counter()
    for (place, _), spans in zip(told, sweep_names([place.text for place, _ in told], whole), strict=True):
        for span in spans:
            if span.end > place.skip:
                counts[span.label] += 1
            if span.start < place.skip and span.label in DIRECT:
                counts[""] = 1
    return counts


def _places(record: Mapping[str, Any]) -> list[Place] | None:
    try:
        return places(record)
    except InputError:
        return None


def _answer(told: Sequence[tuple[Place, Found]], looked: bool, sweep: bool) -> dict[str, Any]:
    here, found = [place for place, _ in told], [spans for _, spans in told]
    whole = [spans for spans in found if spans is not None]
    if len(whole) < len(found) or not looked:
        return {"held": "detector-failed"}
    swept = sweep_names([place.text for place in here], whole) if sweep else whole
    if any(span.start < place.skip and span.label in DIRECT for place, spans in zip(here, swept, strict=True)
           for span in spans):
        return {"held": "second-look"}
    return {"spans": [_plain(place, span) for place, spans in zip(here, swept, strict=True) for span in spans
                      if span.end > place.skip]}


def _plain(place: Place, span: Span) -> dict[str, Any]:
    out: dict[str, Any] = {"start": place.outside(max(span.start, place.skip)), "end": place.outside(span.end),
                           "label": span.label, "detector": span.detector, "score": span.score / 100}
    if place.message is not None:
        out["message"] = place.message
        if place.path != "/content":
            out["path"] = place.path
    return out


def detect_lines(find: FindDetectors, lines: Sequence[Line]) -> Answers:
    """Answer lines with the places of personal data: ``{"id", "spans"}``, or ``{"id", "held"}``.

    Raises:
        UnavailableError: the work itself failed; nothing vouches for these lines.
    """
    return _guarded(lines, lambda: _detect_lines(find(), lines))


def _detect_lines(detectors: Sequence[Detector], lines: Sequence[Line]) -> Answers:
    records, unreadable = _read(lines)
    answers = iter(look([record for record in records if record is not None], detectors))
    out = [{"id": None, "held": "unreadable"} if record is None else {"id": record.get("id"), **next(answers)}
           for record in records]
    return Answers(lines=tuple(map(_dumped, out)), held=_held(out), unreadable=unreadable)


def _read(lines: Sequence[Line]) -> tuple[list[dict[str, Any] | None], tuple[tuple[int, str], ...]]:
    records: list[dict[str, Any] | None] = []
    unreadable = []
    for number, line in lines:
        try:
            if isinstance(line, SetAside):
                raise InputError("the line cannot be read", reason=line.reason)
            records.append(read_record(line))
        except InputError as error:
            records.append(None)
            unreadable.append((number, error.reason))
    return records, tuple(unreadable)


def _guarded(lines: Sequence[Line], work: Callable[[], Answers]) -> Answers:
    """Keep the words of an unforeseen error, which may be the text's, from everybody."""
    try:
        return work()
    except LicitError:
        raise
    except Exception as error:
        kind = type(error).__name__
    raise UnavailableError(f"the work failed ({kind})", about=f"lines {lines[0][0]} to {lines[-1][0]}",
                           remedy="Report this; leave these lines out meanwhile.")


def _held(answers: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    out: dict[str, int] = {}
    for answer in answers:
        if reason := answer.get("held"):
            out[reason] = out.get(reason, 0) + 1
    return out


def _dumped(value: Mapping[str, Any]) -> bytes:
    try:
        return _WRITER.encode(value).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()  # half of a surrogate pair, which only an escape can write


def deidentify_lines(find: FindDetectors, replacing: Replacing, lines: Sequence[Line]) -> Answers:
    """Answer lines with the same lines, replaced; or with ``{"id", "held"}``.

    Raises:
        UnavailableError: the work itself failed; nothing vouches for these lines.
    """
    return _guarded(lines, lambda: _deidentify_lines(find(), replacing, lines))


def _deidentify_lines(detectors: Sequence[Detector], replacing: Replacing, lines: Sequence[Line]) -> Answers:
    records, unreadable = _read(lines)
    spoken = [None if record is None else _words(record) for record in records]
    told = [i for i, words in enumerate(spoken) if words is not None]
    ids = [f"{lines[i][0]}\0{json.dumps((records[i] or {}).get('id'))}" for i in told]
    hints = [hint if isinstance(hint := (records[i] or {}).get("language"), str) else "" for i in told]
    texts = [[text for text, _ in words] for words in spoken if words is not None]
    masked = iter(replace_all(ids, texts, hints, detectors, replacing.settings, replacing.key))
    out: list[bytes] = []
    answers, replaced = [], []
    for record, words, (_, line) in zip(records, spoken, lines, strict=True):
        done = None if words is None else next(masked)
        if words is None or done is None or isinstance(line, SetAside):
            reason, new = "unreadable", b""
        else:
            reason, new = _replaced(line, words, done)
        answers.append({"id": None if record is None else record.get("id"), "held": reason})
        out.append(_dumped(answers[-1]) if reason else new)
        replaced.append(() if reason or done is None else done.replaced)
    return Answers(lines=tuple(out), held=_held(answers), unreadable=unreadable,
                   replaced=tuple(replaced) if replacing.keep else ())


def _words(record: Mapping[str, Any]) -> list[tuple[str, int]] | None:
    try:
        return words_of(record)
    except InputError:
        return None


def _replaced(line: bytes, words: Sequence[tuple[str, int]], masked: Masked) -> tuple[str, bytes]:
    """Give the reason to hold, or the line filled anew; a key that was replaced holds the record."""
    if masked.reason:
        return masked.reason, b""
    values: list[str | None] = []
    for (text, skip), new in zip(words, masked.texts, strict=True):
        if new[:skip] != text[:skip]:
            return "second-look", b""
        values.append(None if new == text else new[skip:])
    if not any(value is not None for value in values):
        return "", line
    form, again = form_of(line.decode())
    if again != words:
        return "gate-failed", b""  # the two readings of the line differ: nobody knows where the words stand
    return "", form.filled(values).encode()


def restore_line(line: bytes, originals: Mapping[str, str]) -> bytes:
    """Put back what stand-ins stand for in one line that :func:`deidentify_lines` wrote.

    Raises:
        InputError: the line cannot be read.
    """
    read_record(line)
    form, words = form_of(line.decode())
    values = [text[skip:] for text, skip in words]
    new = [STAND_IN.sub(lambda found: originals.get(found.group(), found.group()), value) for value in values]
    return form.filled([None if a == b else b for a, b in zip(values, new, strict=True)]).encode()
