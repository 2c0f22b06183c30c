"""OpenTelemetry: a span processor that stands before an exporter's, and lets words through only as their person's standing allows.

``provider.add_span_processor(LicitSpanProcessor(BatchSpanProcessor(exporter), Licit(Settings(…))))``; and, where instrumentations give
content to a completion hook, ``TelemetryHandler(completion_hook=LicitCompletionHook(Licit(…)))``.

Rules kept here:

- What goes on is built anew: of a span without a yes, only attributes that are known to hold no words, no events but the kind of an
  exception, no status text, no attributes of links. New conventions are left out until somebody names them in ``also``.
- Log records, in which events of calls come, are handed on alike, by ``LicitLogProcessor``.
- Whose span it is, it says itself (``user.id``, …), or the trace it is of does. Nobody, or two people: nobody's words.
- The program never waits: spans with anything to decide are decided in a thread of their own, then handed on. What does not fit that
  thread's queue goes on without words.
- With ``refer`` words go to licit alone, and the span names the record, or for a hook the conversation, they are kept under.

Law: CHO-06, CHO-08
"""

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import asdict, is_dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from opentelemetry.sdk._logs import LogRecordProcessor, ReadWriteLogRecord
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Status

from .asking import Answer, Licit, log

#: Under which names a span says whose it is, and which conversation it belongs to.
PEOPLE = ("user.id", "enduser.id", "langfuse.user.id")
CONVERSATIONS = ("gen_ai.conversation.id", "session.id", "langfuse.session.id")
#: The attribute that stands in the place of words that licit has.
REFERENCE = "licit.reference"
SYSTEM, ASKED, SAID = "gen_ai.system_instructions", "gen_ai.input.messages", "gen_ai.output.messages"
#: What holds no words: how a call was made, how much it cost, where it went.
_PLAIN = frozenset((
    *PEOPLE, *CONVERSATIONS, REFERENCE, "gen_ai.operation.name", "gen_ai.system", "gen_ai.provider.name", "gen_ai.request.model",
    "gen_ai.request.max_tokens", "gen_ai.request.temperature", "gen_ai.request.top_p", "gen_ai.request.top_k", "gen_ai.request.seed",
    "gen_ai.request.frequency_penalty", "gen_ai.request.presence_penalty", "gen_ai.request.choice.count", "gen_ai.request.stream",
    "gen_ai.response.id", "gen_ai.response.model", "gen_ai.response.finish_reasons", "gen_ai.output.type", "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens", "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.reasoning.output_tokens", "gen_ai.embeddings.dimension.count", "gen_ai.agent.id", "gen_ai.tool.type", "gen_ai.tool.call.id",
    "error.type", "server.address", "server.port", "http.request.method", "http.response.status_code", "http.route", "http.method",
    "http.status_code", "network.protocol.name", "network.protocol.version", "rpc.system", "service.name"))
_REMEMBERED, _SEVERAL = 20_000, "\0"


class LicitSpanProcessor(SpanProcessor):
    """Hands spans on to another processor, with words as standing allows; no other processor should get them unguarded."""

    def __init__(self, then: SpanProcessor, asked: Licit, *, refer: bool = False, also: Iterable[str] = ()) -> None:
        """Take who gets the spans, and whom to ask; ``also`` names attributes of yours that hold no words."""
        self._then, self.licit, self._refer, self.plain = then, asked, refer, _PLAIN | set(also)
        self._lock, self._people = Lock(), OrderedDict[int, str]()

    def on_start(self, span: Any, parent_context: Any = None) -> None:
        """Learn whose trace it is."""
        self.learn(span)
        self._then.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """Hand a span on: at once where nothing is to be decided, else from a thread of its own."""
        self.learn(span)
        if not self._withheld(span) or not self.licit.later(lambda: self._then.on_end(self.decided(span)), _size(span)):
            self._then.on_end(self._bare(span))

    def shutdown(self) -> None:
        """Hand on what waits, and end."""
        self.licit.flush()
        self._then.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Hand on what waits; tell whether all of it went."""
        return self.licit.flush(timeout_millis / 1000) and self._then.force_flush(timeout_millis)

    def decided(self, span: ReadableSpan) -> ReadableSpan:
        """Ask, and give a span as it may go on."""
        try:
            person = self.person_of(span.context)
            answer = self.licit.standing(person) if person else Answer("refuse", "subject-unknown")
            if answer.answer == "refuse":
                self.licit.count(answer.reason)
            elif self._refer:
                return self._referred(person, span) or self._bare(span)
            elif self.licit.shows(answer):
                return span
        except Exception as error:
            log.error("%s", type(error).__name__)
            self.licit.count("fault")
        return self._bare(span)

    def _referred(self, person: str, span: ReadableSpan) -> ReadableSpan | None:
        """Hand the words over; give the span with the record's name in their place, None where they are not kept."""
        given = dict(span.attributes or {})
        if not given.keys() & {SYSTEM, ASKED, SAID}:
            return None
        rows = rows_of(_parsed(given.get(SYSTEM)), _parsed(given.get(ASKED)), _parsed(given.get(SAID)), _times(span))
        conversation = next((str(given[name]) for name in CONVERSATIONS if given.get(name)), "")
        if not rows or not conversation:
            self.licit.count("thread-unknown" if rows else "not-understood")
            return None
        record = self.licit.hand_over(person, conversation, rows)
        return self._bare(span, {REFERENCE: record}) if record else None

    def learn(self, span: Any) -> None:
        """Note who is named in a trace; two names make it nobody's."""
        named = {str(value) for name in PEOPLE if (value := (span.attributes or {}).get(name))}
        if not named or span.context is None:
            return
        with self._lock:
            known = self._people.get(span.context.trace_id)
            self._people[span.context.trace_id] = next(iter(named)) if len(named) == 1 and known in (None, *named) else _SEVERAL
            self._people.move_to_end(span.context.trace_id)
            while len(self._people) > _REMEMBERED:
                self._people.popitem(last=False)

    def person_of(self, context: Any) -> str:
        """Give whose trace a context is of; a name that nobody has where it is several people's, "" for nobody's."""
        with self._lock:
            return self._people.get(context.trace_id, "") if context else ""

    def _withheld(self, span: ReadableSpan) -> bool:
        """Tell whether anything of a span is held back."""
        return bool(span.events or span.status.description or (span.attributes or {}).keys() - self.plain or any(link.attributes for link in span.links))

    def _bare(self, span: ReadableSpan, more: Mapping[str, Any] | None = None) -> ReadableSpan:
        """Give a span without words."""
        given = span.attributes or {}
        told = [Event("exception", {"exception.type": str((event.attributes or {}).get("exception.type", ""))}, event.timestamp)
                for event in span.events if event.name == "exception"]
        return ReadableSpan(
            name=_name(span.name), context=span.context, parent=span.parent, resource=span.resource, kind=span.kind,
            attributes={**{name: value for name, value in given.items() if name in self.plain}, **(more or {})}, events=told,
            links=[Link(link.context) for link in span.links], status=Status(span.status.status_code), start_time=span.start_time,
            end_time=span.end_time, instrumentation_scope=span.instrumentation_scope)


class LicitSpanExporter(SpanExporter):
    """Stands in an exporter's place where a program takes an exporter and makes its own processor, as Langfuse's client does."""

    def __init__(self, then: SpanExporter, asked: Licit, *, refer: bool = False, also: Iterable[str] = ()) -> None:
        """Take who gets the spans, and the rest as ``LicitSpanProcessor``."""
        self._then, self._spans = then, LicitSpanProcessor(SpanProcessor(), asked, refer=refer, also=also)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand spans on, each as its person's standing allows."""
        for span in spans:
            self._spans.learn(span)
        return self._then.export([self._spans.decided(span) for span in spans])

    def shutdown(self) -> None:
        """End."""
        self._then.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Hand on what waits."""
        return self._then.force_flush(timeout_millis)


class LicitLogProcessor(LogRecordProcessor):
    """Hands log records on, events of calls among them, with words as the standing of their trace's person allows."""

    def __init__(self, then: LogRecordProcessor, spans: LicitSpanProcessor) -> None:
        """Take who gets the records, and what knows whose traces are whose."""
        self._then, self._spans, self.licit = then, spans, spans.licit

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Hand a record on from a thread of its own."""
        told = copy(log_record.log_record)
        given = dict(told.attributes or {})
        told.body, told.attributes, told.exception = None, {name: value for name, value in given.items() if name in self._spans.plain}, None
        bare = replace(log_record, log_record=told)
        if not self.licit.later(lambda: self._decide(log_record, bare), len(str(log_record.log_record.body)) + len(str(given))):
            self._then.on_emit(bare)

    def shutdown(self) -> None:
        """Hand on what waits, and end."""
        self.licit.flush()
        self._then.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Hand on what waits; tell whether all of it went."""
        return self.licit.flush(timeout_millis / 1000) and self._then.force_flush(timeout_millis)

    def _decide(self, whole: ReadWriteLogRecord, bare: ReadWriteLogRecord) -> None:
        out = bare
        try:
            named = {str(value) for name in PEOPLE if (value := (whole.log_record.attributes or {}).get(name))}
            named |= {self._spans.person_of(whole.log_record)} - {""}
            if len(named) == 1 and self.licit.shows(self.licit.standing(next(iter(named)))):
                out = whole
        except Exception as error:
            log.error("%s", type(error).__name__)
            self.licit.count("fault")
        self._then.on_emit(out)


class LicitCompletionHook:
    """Takes the content that instrumentations hand over at the end of a call; neither span nor event keep it without a yes."""

    def __init__(self, asked: Licit) -> None:
        """Take whom to ask."""
        self.licit = asked

    def on_completion(self, *, inputs: Sequence[Any], outputs: Sequence[Any], system_instruction: Sequence[Any],
                      tool_definitions: Any = None, span: Any = None, log_record: Any = None) -> None:
        """Hand content over, and let the event of the call keep it or not."""
        given = dict(getattr(span, "attributes", None) or {})
        people = {str(given[name]) for name in PEOPLE if given.get(name)}
        person = next(iter(people)) if len(people) == 1 else ""
        answer = self.licit.remembered(person) or self.licit.standing(person)
        if log_record is not None and not self.licit.shows(answer):
            log_record.body = None
            log_record.attributes = {name: value for name, value in dict(log_record.attributes or {}).items() if name in _PLAIN}
        conversation = next((str(given[name]) for name in CONVERSATIONS if given.get(name)), "")
        if answer.answer == "refuse" or not conversation:
            self.licit.count("identity-unclear" if len(people) > 1 else answer.reason or "thread-unknown")
            return
        rows = rows_of(_plain(system_instruction), _plain(inputs), _plain(outputs), ("", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")))
        if self.licit.later(lambda: (self.licit.hand_over(person, conversation, rows), None)[1], len(repr(rows))) and span is not None:
            span.set_attribute(REFERENCE, conversation)


def rows_of(system: Any, asked: Any, said: Any, times: tuple[str, str]) -> list[dict[str, Any]]:
    """Give messages as OpenAI's API has them from those of the semantic conventions; what was asked last, and the answer, have their times."""
    rows = [{"role": "system", "content": text}] if (text := _text(system)) else []
    questions = [_row(one) for one in asked or () if isinstance(one, Mapping)]
    answers = [_row(one) for one in said or () if isinstance(one, Mapping)][:1]
    for row in questions[-1:]:
        row.update({"timestamp": times[0]} if times[0] else {})
    for row in answers:
        row.update({"timestamp": times[1]} if times[1] else {})
    return [*rows, *questions, *answers] if questions and answers else []


def _row(message: Mapping[str, Any]) -> dict[str, Any]:
    parts = [part for part in message.get("parts") or () if isinstance(part, Mapping)]
    role = str(message.get("role", ""))
    row: dict[str, Any] = {"role": role if role in ("user", "assistant", "system", "developer", "tool") else "system", "content": _text(parts)}
    if calls := [part for part in parts if part.get("type") == "tool_call"]:
        row["tool_calls"] = [{"id": str(part.get("id") or ""), "type": "function", "function": {
            "name": str(part.get("name", "")), "arguments": json.dumps(part.get("arguments"), ensure_ascii=False, default=str)}} for part in calls]
    return row


def _text(parts: Any) -> str:
    """Give the words of parts; what holds files or is of an unknown kind is left out."""
    if isinstance(parts, str):
        return parts
    words = [part.get("content") if part.get("type") == "text" else part.get("response") if part.get("type") == "tool_call_response" else None
             for part in parts or () if isinstance(part, Mapping)]
    return "\n".join(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False, default=str) for one in words if one is not None)


def _plain(values: Sequence[Any]) -> list[Any]:
    return [asdict(one) if is_dataclass(one) and not isinstance(one, type) else one for one in values or ()]


def _parsed(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return None
    return value


def _times(span: ReadableSpan) -> tuple[str, str]:
    begun, ended = (datetime.fromtimestamp(at / 1e9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else "" for at in (span.start_time, span.end_time))
    return begun, ended


def _name(name: str) -> str:
    """Give a span's name where it is one or two words, as the conventions ask; a sentence is somebody's."""
    return name if len(name) <= 80 and len(name.split()) <= 2 else "span"


def _size(span: ReadableSpan) -> int:
    return sum(len(str(value)) for value in (span.attributes or {}).values()) + 1000 * (1 + len(span.events))
