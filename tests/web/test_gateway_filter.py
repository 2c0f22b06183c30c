"""The output filter: personal data of the kinds that are named do not pass, however they are cut; all else passes as it came."""

import asyncio
import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import NO_CERTIFICATES, aside
from upstream import CONSUMERS, before, piece
from world import PLANTED, copied

from licit.core.errors import RefusedError, SetupError
from licit.surfaces.gateway.filter import Asked, Filter
from licit.surfaces.gateway.sieve import HOLD, Stream

EMAIL, PHONE = "zoe.planted@lumen.example", "06 39 98 12 34"
KINDS = ("EMAIL", "PHONE")
ON = CONSUMERS + 'filter = ["EMAIL", "PHONE"]\n'
DONE = b"data: [DONE]\n\n"
RULES = Filter(KINDS, stop=False, serve=True)


def passed(events: bytes, cuts: list[int], request: bytes = b"{}") -> bytes:
    """Give what passes of a stream that comes in pieces."""
    stream, out, last = Stream(RULES, Asked(request), 1 << 20), [], 0
    for at in [*sorted(cuts), len(events)]:
        out.append(stream.take(events[last:at]))
        last = at
    return b"".join((*out, stream.end()))


def words(events: bytes) -> str:
    """Give what a client of a stream reads."""
    told = [json.loads(line[6:]) for line in events.decode().splitlines() if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for one in told for choice in one["choices"])


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_no_value_passes_however_it_is_cut(data):
    """In pieces of any length, on lines of any length: what comes out is the whole with the values masked, and as late as that takes."""
    before, between, after = (data.draw(st.text("abcdefgh éè ,.", max_size=150)) for _ in range(3))
    whole = f"{before} {EMAIL} {between} {PHONE}. {after}"
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=40, unique=True).map(sorted))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    events = b"".join(piece({"content": one}) for one in pieces) + piece({}, "stop") + DONE
    got = passed(events, data.draw(st.lists(st.integers(0, len(events)), max_size=8)))
    assert words(got) == whole.replace(EMAIL, "[EMAIL]").replace(PHONE, "[PHONE]")
    assert got.endswith(DONE)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text("abcdefgh éè ,.", max_size=60), max_size=12), st.sampled_from(("\n", "\r\n", "\r")), st.data())
def test_where_nothing_is_found_every_byte_passes(pieces, line, data):
    """In order, with remarks, unknown fields and whatever ends lines; also of several choices at once."""
    events = b": a remark\n\n" + b"".join(
        piece({"content": one, "odd": [1.50, None]}).replace(b'"index": 0', b'"index": %d' % (number % 2)) for number, one in enumerate(pieces)) + DONE
    events = events.replace(b"\n", line.encode())
    assert passed(events, data.draw(st.lists(st.integers(0, len(events)), max_size=8))) == events


def test_a_stream_goes_on_while_a_few_words_wait():
    """What is longer than the hold passes before the end; a choice that speaks elsewhere, or is over, waits for nothing."""
    stream = Stream(RULES, Asked(b"{}"), 1 << 20)
    out = stream.take(b"".join(piece({"content": "mot " * 8}) for _ in range(20)))
    assert 20 * 32 - len(words(out)) <= HOLD + 32
    stream = Stream(RULES, Asked(b"{}"), 1 << 20)
    assert stream.take(piece({"reasoning_content": "hm"})) == b""
    assert stream.take(piece({"content": "a"})) == piece({"reasoning_content": "hm"})
    assert stream.take(piece({}, "stop")) == piece({"content": "a"}) + piece({}, "stop")


def test_arguments_and_single_tokens_do_not_tell_it_either():
    """The arguments of a call stay JSON; what says the answer once more, token by token, is taken away with it."""
    written = json.dumps({"to": f"\n{EMAIL}", "n": 1})
    calls = [piece({"tool_calls": [{"index": 0, "function": {"arguments": one}}]}) for one in (written[:15], written[15:20], written[20:])]
    tokens = piece({"content": EMAIL}).replace(b'"finish_reason": null', b'"finish_reason": null, "logprobs": {"content": [{"token": "zoe"}]}')
    got = passed(b"".join(calls) + tokens + piece({}, "stop") + DONE, [])
    told = [json.loads(line[6:])["choices"][0] for line in got.decode().splitlines() if line.startswith("data: {")]
    arguments = "".join(call["function"]["arguments"] for one in told for call in one["delta"].get("tool_calls", ()))
    assert json.loads(arguments) == {"to": "\n[EMAIL]", "n": 1}
    assert (told[-2]["delta"], told[-2]["logprobs"]) == ({"content": "[EMAIL]"}, None)


def test_what_the_request_says_may_be_said_back():
    """A person's own address comes back to them, spaced as the model likes."""
    request = json.dumps({"messages": [{"role": "user", "content": f"{EMAIL} 0639981234"}]}).encode()
    events = piece({"content": f"{EMAIL} {PHONE}"}) + DONE
    assert passed(events, [], request) == events


@pytest.fixture(scope="module")
def filtering(empty_world, one_upstream, tmp_path_factory):
    with before(copied(empty_world, tmp_path_factory.mktemp("filter") / "w"), one_upstream, ON) as here:
        yield here


def test_an_answer_is_masked_and_kept_as_its_client_saw_it(filtering, upstream):
    """Plain, streamed, by items, and what is asked for later; the operator is told how many of which kind.

    Law: FOL-05
    """
    upstream.answer = f"Écrivez à {EMAIL} ou appelez le {PHONE} avant midi"
    told = [filtering.ask("a", model=model, stream=stream) for model, stream in (("plain", False), ("call", True), ("pieces", True))]
    with httpx.Client(verify=NO_CERTIFICATES, base_url=filtering.address) as client:
        told += [client.post("/v1/responses", json={"model": "plain", "input": "a", "stream": stream, "user": "user1"}) for stream in (False, True)]
        told.append(client.post("/v1/completions", json={"model": "plain"}))
        assert EMAIL in client.post("/v1/embeddings", content=EMAIL).text
        assert sum(client.get("/healthz").json()["filter"].values()) >= 10
    for one in told[:-1]:
        assert one.status_code == 200
        assert not any(word in one.text for word in (EMAIL, "zoe", "planted", PHONE, "98 12"))
        assert "[EMAIL]" in one.text
    assert filtering.counted(5)["kept"] == 5


def test_an_answer_may_be_ended_instead(empty_world, upstream, tmp_path):
    """Its client is told by an error, and nothing of it is kept; what cannot be looked through is not served where doubt stops serving."""
    with before(copied(empty_world, tmp_path / "w"), upstream, ON + 'filter_does = "stop"\nin_doubt = "refuse"\n') as here:
        upstream.answer = f"{PLANTED} {EMAIL}"
        told = here.ask("a")
        assert (told.status_code, told.json()["error"]["code"]) == (403, "filtered")
        told = here.ask("a", stream=True)
        assert '"code": "filtered"' in told.text
        assert EMAIL not in told.text
        upstream.answer = "rien"
        assert '"code": "filter-failed"' in here.ask("a", model="malformed", stream=True).text
        with httpx.Client(verify=NO_CERTIFICATES) as client:
            assert client.post(f"{here.address}/v1/audio/speech", content=b"x").status_code == 503
        assert here.ask("a", stream=True).status_code == 200
        assert here.counted(4) == {"filtered": 2, "filter-failed": 1, "kept": 1}


def test_where_the_filter_fails_the_chat_goes_on(filtering, upstream, monkeypatch):
    """Byte for byte, and counted; so does an answer that is packed though nobody asked for that."""
    def fails(*_: object) -> None:
        raise ValueError(PLANTED)
    upstream.answer = "un deux"
    plain = [filtering.ask("a", stream=stream, user="").content for stream in (False, True)]
    filtering.gateway.filter.tally.clear()
    monkeypatch.setattr(filtering.gateway.filter, "spans", fails)
    assert [filtering.ask("a", stream=stream, user="").content for stream in (False, True)] == plain
    assert filtering.ask("a", model="gzip", user="").json()["choices"][0]["message"]["content"] == "un deux"
    assert filtering.gateway.filter.tally == {"filter-failed": 3}


def test_a_kind_that_nobody_looks_for_stops_the_start():
    """A filter that would find nothing is none."""
    with pytest.raises(SetupError, match="AGE"):
        Filter(("EMAIL", "AGE"), stop=False, serve=True)


def test_a_stop_is_raised_from_the_first_value():
    """The words before it have passed or not; it has not."""
    stream = Stream(Filter(KINDS, stop=True, serve=True), Asked(b"{}"), 1 << 20)
    with pytest.raises(RefusedError):
        aside(lambda: asyncio.to_thread(stream.take, piece({"content": f"a {EMAIL} b"}) + DONE))
