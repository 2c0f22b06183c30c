"""Run in an environment of its own: Langfuse's client, and OpenAI's client as OpenTelemetry instruments it, each with the guard; what was exported is JSON.

Reads ``{"licit", "key", "upstream"}``; prints ``{tool: {person: [texts]}}``.
"""

import json
import sys

import langfuse
from openai import OpenAI
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from peers import ANSWER, WORD

from licit_plugins.asking import Licit, Settings
from licit_plugins.telemetry import LicitLogProcessor, LicitSpanExporter, LicitSpanProcessor

given = json.load(sys.stdin)
asked = Licit(Settings(address=given["licit"], key=given["key"], issuer="chat", accept_held="waiting-period", patience=10.0))
PEOPLE = ("otel-yes", "otel-no", "")


def by_langfuse(person: str) -> list[str]:
    """Tell Langfuse's client of a call, as its decorators do."""
    exporter = InMemorySpanExporter()
    client = langfuse.Langfuse(public_key=f"pk-{person}", secret_key="sk-test", base_url="http://127.0.0.1:9",
                               tracer_provider=TracerProvider(shutdown_on_exit=False), span_exporter=LicitSpanExporter(exporter, asked))
    named = {"user_id": person} if person else {"session_id": "s"}
    with langfuse.propagate_attributes(**named), client.start_as_current_observation(
            name="answer", as_type="generation", input=WORD, metadata={"x": WORD}) as told:
        told.update(output=ANSWER, model="m", usage_details={"input": 3})
    client.flush()
    return [span.to_json() for span in exporter.get_finished_spans()]


def by_openai(person: str) -> list[str]:
    """Call by OpenAI's client, plain and streamed, with its content captured in spans and in events."""
    spans, events = InMemorySpanExporter(), InMemoryLogRecordExporter()
    traces, logs = TracerProvider(shutdown_on_exit=False), LoggerProvider(shutdown_on_exit=False)
    guard = LicitSpanProcessor(SimpleSpanProcessor(spans), asked)
    traces.add_span_processor(guard)
    logs.add_log_record_processor(LicitLogProcessor(SimpleLogRecordProcessor(events), guard))
    instrumentation = OpenAIInstrumentor()
    instrumentation.instrument(tracer_provider=traces, logger_provider=logs)
    try:
        with OpenAI(base_url=f"{given['upstream']}/v1", api_key="k", max_retries=0) as client, traces.get_tracer("product").start_as_current_span(
                "turn", attributes={"user.id": person} if person else {}):
            for stream in (False, True):
                answer = client.chat.completions.create(model="plain", messages=[{"role": "user", "content": WORD}], stream=stream)
                told = "".join(one.choices[0].delta.content or "" for one in answer) if stream else answer.choices[0].message.content
                assert told == ANSWER
    finally:
        instrumentation.uninstrument()
    assert traces.force_flush(10_000)
    assert logs.force_flush(10_000)
    return [one.to_json() for one in (*spans.get_finished_spans(), *events.get_finished_logs())]


sys.stdout.write("ANSWER" + json.dumps({tool.__name__: {person: tool(person) for person in PEOPLE} for tool in (by_langfuse, by_openai)}))
