"""OpenTelemetry's own SDK: an exporter is given no words of who refuses, is unknown or is not alone in a trace."""

import json
import subprocess
import time
from contextlib import contextmanager

import pytest

pytest.importorskip("opentelemetry.sdk.trace", reason="opentelemetry-sdk is not installed")

from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext, StatusCode
from peers import ANSWER, ROOT, TELEMETRY, WORD, environment, python_of

from licit.usecases.centre import read_records
from licit.wiring import open_visits
from licit_plugins.asking import Answer, Licit, Settings
from licit_plugins.telemetry import (
    REFERENCE,
    LicitCompletionHook,
    LicitLogProcessor,
    LicitSpanProcessor,
)

ASKED = json.dumps([{"role": "user", "parts": [{"type": "text", "content": WORD}]}])
SAID = json.dumps([{"role": "assistant", "finish_reason": "stop", "parts": [
    {"type": "text", "content": ANSWER}, {"type": "tool_call", "id": "c", "name": "weather", "arguments": {"town": WORD}}]}])
WORDS = {"gen_ai.input.messages": ASKED, "gen_ai.output.messages": SAID, "gen_ai.system_instructions": json.dumps([{"type": "text", "content": WORD}]),
         "gen_ai.tool.call.arguments": WORD, "gen_ai.prompt.0.content": WORD, "llm.prompts": WORD, "input.value": WORD, "of.tomorrow": [WORD],
         "gen_ai.tool.definitions": WORD, "picture": f"data:image/png;base64,{WORD}"}


class _Licit(Licit):
    """Answers by the name."""

    def standing(self, person):
        if person == "breaks":
            raise RuntimeError(WORD)
        return {"yes": Answer("keep"), "held": Answer("hold", "waiting-period")}.get(person, Answer("refuse", "objection"))


def licit():
    return _Licit(Settings(address="http://licit.example", key="k", source="chat"))


@contextmanager
def tracing(asked, **more):
    """Give a tracer, and what its exporter was given once it is over."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(LicitSpanProcessor(SimpleSpanProcessor(exporter), asked, **more))
    told = []
    yield provider.get_tracer("test"), told
    assert provider.force_flush(10_000)
    told += [(json.loads(span.to_json()), span.to_json()) for span in exporter.get_finished_spans()]
    provider.shutdown()


def told_of(person, asked=None, **more):
    """Give what is exported of one call of somebody, with words in every place of its span."""
    with tracing(asked or licit(), **more) as (tracer, told):
        given = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 7, "gen_ai.conversation.id": f"c-{person}"}
        links = [Link(SpanContext(1, 2, False), {"said": WORD})]
        with tracer.start_as_current_span("chat m", attributes={**given, **({"user.id": person} if person else {})}, links=links) as span:
            span.set_attributes(WORDS)
            span.add_event("gen_ai.content.prompt", {"gen_ai.prompt": WORD})
            span.record_exception(ValueError(f"cannot read {WORD}"))
            span.set_status(StatusCode.ERROR, WORD)
    (span, text), = told
    return span, text


@pytest.mark.parametrize("person", ["no", "", "held", "breaks"])
def test_no_words_are_exported_without_a_yes(person):
    """Messages, instructions, tools, pictures, unknown fields, events, exceptions, status, links: none of their words; the numbers stay.

    Law: CHO-06
    """
    span, text = told_of(person)
    assert WORD not in text
    assert ANSWER not in text
    assert span["attributes"]["gen_ai.usage.input_tokens"] == 7
    assert [event["attributes"] for event in span["events"]] == [{"exception.type": "ValueError"}]
    assert span["status"] == {"status_code": "ERROR"}


def test_with_a_yes_a_span_goes_on_as_it_was():
    """The very same span of somebody who permits it is exported whole: the test above can see."""
    span, text = told_of("yes")
    assert text.count(WORD) >= len(WORDS)
    assert span["status"]["description"] == WORD


def test_a_sentence_for_a_name_is_left_out():
    """A span whose name is somebody's words gets another."""
    with tracing(licit()) as (tracer, told):
        tracer.start_span(f"what is a {WORD}").end()
    assert told[0][0]["name"] == "span"


def test_a_trace_is_its_persons_and_of_two_people_nobodys():
    """A span that names nobody is of the person of its trace; once a trace names two, no words of it go on."""
    with tracing(licit()) as (tracer, told):
        with tracer.start_as_current_span("root", attributes={"user.id": "yes"}):
            tracer.start_span("child", attributes=WORDS).end()
        with tracer.start_as_current_span("root", attributes={"user.id": "yes"}):
            tracer.start_span("other", attributes={"enduser.id": "no"}).end()
            tracer.start_span("after", attributes=WORDS).end()
        tracer.start_span("alone", attributes=WORDS).end()
    assert {span["name"]: WORD in text for span, text in told} == {
        "child": True, "root": False, "other": False, "after": False, "alone": False}


def test_names_of_ones_own_can_be_let_through():
    """An attribute that the operator says holds no words goes on; what is not named does not."""
    span, _ = told_of("no", also=["of.tomorrow"])
    assert span["attributes"].keys() & WORDS.keys() == {"of.tomorrow"}


def test_a_full_queue_lets_no_words_through():
    """What cannot wait to be decided goes on without words, and is counted."""
    asked = licit()
    asked.later = lambda job, size: bool(asked.count("queue-full"))
    assert WORD not in told_of("yes", asked)[1]
    assert asked.counts["queue-full"] == 1


def test_the_program_does_not_wait_for_a_slow_licit():
    """Ending a span takes no time, however long licit takes."""
    asked = licit()
    asked.standing = lambda person: time.sleep(.3) or Answer("keep")
    with tracing(asked) as (tracer, told):
        begun = time.monotonic()
        tracer.start_span("chat m", attributes={"user.id": "yes", **WORDS}).end()
        assert time.monotonic() - begun < .2
    assert WORD in told[0][1]


def test_events_of_calls_are_kept_from_exporters_alike():
    """A log record's body and attributes go on for a person who permits it, and without words for all others."""
    exporter, spans, asked = InMemoryLogRecordExporter(), InMemorySpanExporter(), licit()
    guard = LicitSpanProcessor(SimpleSpanProcessor(spans), asked)
    traces, logs = TracerProvider(shutdown_on_exit=False), LoggerProvider(shutdown_on_exit=False)
    traces.add_span_processor(guard)
    logs.add_log_record_processor(LicitLogProcessor(SimpleLogRecordProcessor(exporter), guard))
    for person in ("no", "yes", "held", ""):
        with traces.get_tracer("t").start_as_current_span("chat m", attributes={"user.id": person} if person else {}):
            logs.get_logger("t").emit(LogRecord(event_name="gen_ai.client.inference.operation.details", body=WORD,
                                                attributes={"gen_ai.request.model": "m", "gen_ai.input.messages": ASKED}))
    assert logs.force_flush(10_000)
    told = [one.to_json() for one in exporter.get_finished_logs()]
    assert [text.count(WORD) for text in told] == [0, 2, 0, 0]
    assert all('"gen_ai.request.model": "m"' in text for text in told)


@pytest.fixture(scope="module")
def key(shared):
    key = open_visits(shared.world.root).add_key("telemetry", ["standing", "conversations", "rights"])
    with shared.browser(authorization=f"Bearer {key}") as product:
        assert product.post("/v1/rights", json={"kind": "objection", "subject": "otel-no", "issuer": "chat"}).status_code == 201
    return key


@pytest.fixture
def asked(shared, key):
    return Licit(Settings(address=shared.address, key=key, source="chat", issuer="chat", capacity="consumer", age="adult", patience=10.0))


def test_words_go_to_licit_and_a_reference_stays(asked, shared):
    """With ``refer`` the span names the record that licit keeps them under, with the times of question and answer; no words."""
    span, text = told_of("otel-yes", asked, refer=True)
    assert WORD not in text
    record = span["attributes"][REFERENCE]
    assert record == shared.world.record("c-otel-yes", "otel-yes")
    assert asked.counts == {"kept": 1}
    (_, kept), = read_records(shared.world.ports, [record])
    assert [(turn.role, turn.text.partition("\n")[0]) for turn in kept.turns] == [("system", WORD), ("user", WORD), ("assistant", ANSWER)]
    assert kept.turns[2].said_at
    span, text = told_of("otel-no", asked, refer=True)
    assert REFERENCE not in span["attributes"]
    assert WORD not in text


def test_the_completion_hook_of_util_genai(asked, shared, monkeypatch):
    """OpenTelemetry's own handler gives content to the hook alone: licit keeps what it may, and the span refers to it."""
    handling = pytest.importorskip("opentelemetry.util.genai.handler")
    types = pytest.importorskip("opentelemetry.util.genai.types")
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    handler = handling.TelemetryHandler(tracer_provider=provider, completion_hook=LicitCompletionHook(asked))
    for person in ("otel-hook", "otel-no", ""):
        call = handler.inference("openai", request_model="m")
        call.attributes = {"gen_ai.conversation.id": f"h-{person}", **({"user.id": person} if person else {})}
        for name, value in call.attributes.items():
            call.span.set_attribute(name, value)
        call.input_messages = [types.InputMessage(role="user", parts=[types.TextPart(content=WORD)])]
        call.output_messages = [types.OutputMessage(role="assistant", parts=[types.TextPart(content=ANSWER)], finish_reason="stop")]
        call.stop()
    assert asked.flush(10)
    told = [json.loads(span.to_json())["attributes"].get(REFERENCE) for span in exporter.get_finished_spans()]
    assert told == ["h-otel-hook", None, None]
    assert all(WORD not in span.to_json() for span in exporter.get_finished_spans())
    assert asked.counts == {"kept": 1, "objection": 1, "subject-unknown": 1}
    assert shared.world.record("h-otel-hook", "otel-hook")


@pytest.fixture(scope="module")
def told(shared, key, one_upstream):
    one_upstream.answer = ANSWER
    given = json.dumps({"licit": shared.address, "key": key, "upstream": one_upstream.address})
    ran = subprocess.run([str(python_of("telemetry", TELEMETRY)), str(ROOT / "tests/web/telemetry_talks.py")], input=given, capture_output=True, text=True,
                         timeout=240, env=environment(OTEL_SEMCONV_STABILITY_OPT_IN="gen_ai_latest_experimental",
                                                      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT="SPAN_AND_EVENT"))
    assert "ANSWER" in ran.stdout, ran.stderr[-3000:]
    return json.loads(ran.stdout.rpartition("ANSWER")[2])


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["by_langfuse", "by_openai"])
def test_real_clients_export_words_of_who_permits_it_alone(told, tool):
    """Langfuse's client, and OpenAI's with OpenTelemetry's instrumentation: the same calls go on whole for one person, and bare for others."""
    assert {person: {word for word in (WORD, ANSWER) if any(word in text for text in texts)} for person, texts in told[tool].items()} == {
        "otel-yes": {WORD, ANSWER}, "otel-no": set(), "": set()}
    assert len({len(texts) for texts in told[tool].values()}) == 1
