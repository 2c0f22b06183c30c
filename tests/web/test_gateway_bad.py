"""Bad input from either side: the client sees what it would have seen, nothing in doubt is kept, and it is counted under a name."""

import json
import re
import socket
import sqlite3
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress

import httpx
import pytest
from serving import NO_CERTIFICATES
from test_gateway_keeps import kept_of, whole
from upstream import CONSUMERS, before, piece
from world import PLANTED, copied, places_of

from licit.adapters import database
from licit.surfaces.gateway import keeper
from licit.surfaces.gateway.relay import Relay

STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
DONE = b"data: [DONE]\n\n"
GOOD = piece({"content": PLANTED}) + piece({}, "stop") + DONE


class Rough:
    """An upstream on a plain socket, that says what it is told to, byte for byte, and may end as nobody should."""

    def __init__(self) -> None:
        self.says, self.then, self.sent, self.gone, self.taken = b"", "close", 0, threading.Event(), threading.Event()
        self.asked = lambda: None
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._listening.accept()
                threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with line, suppress(OSError):
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += line.recv(1 << 16)
            head, _, body = asked.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            while length and len(body) < int(length[1]):
                body += line.recv(1 << 16)
            self.asked()
            line.sendall(self.says)
            if self.then == "reset":  # what came is taken before the line breaks, as from a process that dies
                self.taken.wait(20)
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif self.then == "wait":
                line.recv(1)
            elif self.then == "endless":
                try:
                    while self.sent < 64 << 20:
                        self.sent += line.send(b": more and more\n\n" * 4_096)
                finally:
                    self.gone.set()

    def taking(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Give pieces, and note that there was one."""
        for one in pieces:
            self.taken.set()
            yield one

    def close(self) -> None:
        """Answer nobody any more."""
        self._listening.close()


@pytest.fixture(scope="module")
def rough():
    made = Rough()
    yield made
    made.close()


@pytest.fixture(scope="module")
def one_gateway(empty_world, rough, tmp_path_factory):
    with before(copied(empty_world, tmp_path_factory.mktemp("bad") / "w"), rough) as here:
        yield here


@pytest.fixture
def here(one_gateway, rough):
    one_gateway.tally()
    one_gateway.gateway.keeper.tally.clear()
    one_gateway.gateway.relay = Relay(rough.address)
    rough.says, rough.then, rough.asked = STREAM + GOOD, "close", lambda: None
    rough.taken.clear()
    return one_gateway


def said(content: bytes) -> bytes:
    """Give a stream that says one thing."""
    return piece({"content": "CONTENT"}).replace(b'"CONTENT"', content) + piece({}, "stop") + DONE


#: What an upstream streams, and what comes of it.
STREAMS = {
    "a word": (piece({"content": PLANTED}) + b"data: hello\n\n" + DONE, "stream-malformed"),
    "a list": (b"data: [1]\n\n" + GOOD, "stream-malformed"),
    "no choices": (b'data: {"choices": 3}\n\n' + GOOD, "stream-malformed"),
    "a choice that is none": (b'data: {"choices": [3]}\n\n' + GOOD, "stream-malformed"),
    "a number without a number": (GOOD.replace(b'"index": 0', b'"index": "x"'), "stream-malformed"),
    "a nest": (b"data: " + b'{"a":' * 100_000 + b"\n\n" + GOOD, "stream-malformed"),
    "no text": (said(b'"' + PLANTED.encode() + b' \xff\xfe"'), "stream-malformed"),
    "half a letter": (said(b'"a \\ud800"'), "kept"),
    "a number for words": (said(b"5"), "stream-malformed"),
    "an error": (piece({"content": PLANTED}) + b'data: {"error": {"message": "no"}}\n\n' + DONE, "answer-error"),
    "no end": (piece({"content": PLANTED}) + piece({}, "stop"), "unfinished"),
    "an end and no words": (DONE, "unfinished"),
    "no reason": (piece({"content": PLANTED}) + DONE, "unfinished"),
    "other lines": (b"\xef\xbb\xbf: hi\r\rretry: 5\r\r" + GOOD.replace(b"data: ", b"id: 1\rdata:").replace(b"\n", b"\r"), "kept"),
    "after the end": (GOOD + b"data: more\n\n", "kept"),
}


@pytest.mark.parametrize("how", STREAMS)
def test_a_stream_goes_through_whatever_it_is(here, rough, how):
    """Byte for byte; it is kept only where every word of it can be read and it says that it is whole."""
    events, reason = STREAMS[how]
    rough.says = STREAM + events
    assert here.ask("Q", user=how, stream=True).content == events
    assert here.counted(1) == {reason: 1}
    assert len(kept_of(here, how)) == (reason == "kept")


#: What a client sends, and what comes of it.
REQUESTS = {
    "nothing": (b"", "not-understood"),
    "no JSON": (PLANTED.encode(), "not-understood"),
    "no object": (b"[1]", "not-understood"),
    "no text": (b'{"messages": [{"role": "user", "content": "\xff"}], "user": "bad"}', "not-understood"),
    "a nest": (b'{"messages": ' + b"[" * 100_000, "not-understood"),
    "no messages": (b'{"messages": "hi", "user": "bad"}', "not-understood"),
    "numbers": (b'{"messages": [3], "user": "bad"}', "not-understood"),
    "half a letter": (b'{"messages": [{"role": "user", "content": "a \\ud800 b"}], "user": "half"}', "kept"),
    "half a name": (b'{"messages": [{"role": "user", "content": "a"}], "user": "\\ud800"}', "identity-unclear"),
    "a number for a name": (b'{"messages": [{"role": "user", "content": "a"}], "user": 5}', "subject-unknown"),
    "a list for an id": (b'{"messages": [{"role": "user", "content": "a"}], "user": "bad", "metadata": {"conversation_id": [1]}}', "not-understood"),
    "half an id": (b'{"messages": [{"role": "user", "content": "a"}], "user": "half", "metadata": {"conversation_id": "\\ud800"}}', "kept"),
    "a task": (b'{"messages": [{"role": "user", "content": "### Task: give a title\\n' + PLANTED.encode() + b'"}], "user": "bad"}', "purpose"),
    "another task": (b'{"messages": [{"role": "user", "content": "x"}], "user": "bad", "metadata": {"task": "title_generation"}}', "purpose"),
}


@pytest.mark.parametrize("how", REQUESTS)
def test_a_request_goes_through_whatever_it_is(here, how):
    """Its answer comes as ever, and nothing is kept of what is no conversation, or the product's own."""
    body, reason = REQUESTS[how]
    with httpx.Client(verify=NO_CERTIFICATES) as client:
        assert client.post(f"{here.address}/v1/chat/completions", content=body).content == GOOD
    assert here.counted(1) == {reason: 1}
    assert kept_of(here, "bad") == []


def test_binary_parts_leave_their_names_only(here):
    """Images, sounds and files go through; of their bytes none is kept."""
    data = "UGxhbnRlZA" * 400
    here.ask("look", user="seer", stream=True, messages=[{"role": "user", "content": [
        {"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
        {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}, {"type": "file", "file": {"filename": "a.pdf", "file_data": data}}]}])
    assert here.counted(1) == {"kept": 1}
    record, = kept_of(here, "seer")
    assert [part.text for part in record.turns[0].parts] == ["look", "", "", "a.pdf"]
    assert places_of(data[:40], here.world.root) == []


def test_several_answers_to_one_question(here, rough):
    """Choices come in any order; each is a branch, and the first is shown. Where one of them does not end, none is kept."""
    other = piece({"content": "B"}).replace(b'"index": 0', b'"index": 1')
    rough.says = STREAM + other + piece({"content": "A"}) + piece({}, "stop") + DONE
    assert here.ask("Q", user="chooser", stream=True, n=2).content == rough.says.removeprefix(STREAM)
    assert here.counted(1) == {"unfinished": 1}
    rough.says = rough.says.removesuffix(DONE) + piece({}, "stop").replace(b'"index": 0', b'"index": 1') + DONE
    here.ask("Q", user="chooser", stream=True, n=2)
    assert here.counted(2)["kept"] == 1
    record, = kept_of(here, "chooser")
    assert [(turn.text, turn.shown, turn.parent) for turn in record.turns[1:]] == [
        ("A", True, record.turns[0].id), ("B", False, record.turns[0].id)]


@pytest.mark.slow
def test_ten_mebibytes_are_kept_whole(here):
    """Nothing is cut to fit; what is larger than the deployment keeps is counted (see the passing ones)."""
    text = "mot " * (10 << 18)
    assert here.ask(text, user="writer", stream=True).content == GOOD
    assert here.counted(1) == {"kept": 1}
    record, = kept_of(here, "writer")
    assert record.turns[0].text == text


def test_an_upstream_that_is_killed_in_mid_stream(here, rough):
    """The line breaks as it would; what came before is there, and nothing is kept."""
    rough.says, rough.then = STREAM.replace(b"connection: close", b"content-length: 9999") + piece({"content": PLANTED}), "reset"
    got = []
    with pytest.raises(httpx.RemoteProtocolError), httpx.Client(verify=NO_CERTIFICATES) as client, client.stream(
            "POST", f"{here.address}/v1/chat/completions", json={"stream": True, "user": "cut", "messages": [{"role": "user", "content": "Q"}]}) as told:
        got.extend(rough.taking(told.iter_raw()))
    assert b"".join(got) == piece({"content": PLANTED})
    assert here.counted(1) == {"unfinished": 1}
    assert kept_of(here, "cut") == []


def test_a_client_that_reads_no_further_than_the_end(here, rough):
    """Clients leave once the stream says that it is over, whether or not the line has ended: they have it whole, and it is kept."""
    rough.then = "wait"
    got = b""
    with httpx.Client(verify=NO_CERTIFICATES) as client, client.stream(
            "POST", f"{here.address}/v1/chat/completions", json={"stream": True, "user": "brief", "messages": [{"role": "user", "content": "Q"}]}) as told:
        for some in told.iter_raw():
            if (got := got + some) == GOOD:
                break
    assert here.counted(1) == {"kept": 1}


def test_an_upstream_that_says_nothing_more(here, rough):
    """Where the deployment has a patience: 504 before the answer, a broken line within it."""
    relay = here.gateway.relay = Relay(rough.address, .2)
    rough.says, rough.then = b"", "wait"
    told = here.ask("Q", user="waiter")
    assert (told.status_code, told.json()["error"]["code"]) == (504, "upstream-silent")
    rough.says, relay._patience = STREAM + piece({"content": PLANTED}), 60
    rough.asked = lambda: setattr(relay, "_patience", .2)  # the beginning may take its time on a busy machine
    with pytest.raises(httpx.RemoteProtocolError):
        here.ask("Q", user="waiter", stream=True)
    assert here.counted(2) == {"upstream-failed": 1, "unfinished": 1}


def test_a_client_that_takes_nothing_stops_the_upstream(here, rough):
    """It is not read ahead of its client; one that leaves ends it."""
    rough.says, rough.then, rough.sent = STREAM, "endless", 0
    rough.gone.clear()
    body = json.dumps({"stream": True, "user": "slow", "messages": [{"role": "user", "content": "Q"}]}).encode()
    with socket.create_connection(("127.0.0.1", int(here.address.rpartition(":")[2]))) as line:
        line.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        line.recv(100)
        sent = -1
        while sent != rough.sent:
            sent = rough.sent
            time.sleep(.2)
        assert sent < 32 << 20
    assert rough.gone.wait(20)
    assert here.counted(1) == {"cancelled": 1}


def test_a_clock_that_goes_back(here):
    """Between question and answer, and before what the log holds: who objected is still refused, and what is kept has its order."""
    clock, keep = here.world.clock, here.gateway.keeper.keep
    begun = clock.now()
    here.world.object("early")
    here.gateway.keeper.keep = lambda heard: (clock.advance(hours=-2), keep(heard))
    try:
        here.ask(PLANTED, user="early", stream=True)
        here.ask("Q", user="skewed", stream=True)
        assert here.counted(2) == {"objection": 1, "kept": 1}
    finally:
        here.gateway.keeper.keep = keep
        clock.at = begun
    record, = kept_of(here, "skewed")
    assert [turn.said_at for turn in record.turns] == sorted(turn.said_at for turn in record.turns)


def test_a_workspace_that_another_command_holds(empty_world, rough, tmp_path, monkeypatch):
    """A real lock: the answer comes as ever, nothing is kept, and its name is told; where doubt stops serving, nothing is served then."""
    monkeypatch.setattr(database, "_PRAGMAS", [one.replace(str(database._WAIT_SECONDS * 1000), "200") for one in database._PRAGMAS])
    monkeypatch.setattr(keeper, "AFTER", 600.0)
    rough.says, rough.then, rough.asked = STREAM + GOOD, "close", lambda: None
    with before(copied(empty_world, tmp_path / "w"), rough, CONSUMERS + 'in_doubt = "refuse"\n') as here:
        files = whole(here.world.root)
        with closing(sqlite3.connect(here.world.root / "licit.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert here.ask(PLANTED, stream=True).content == GOOD  # nobody knows yet
            assert here.counted(1) == {"workspace-busy": 1}
            told = here.ask(PLANTED)
            assert (told.status_code, told.json()["error"]["code"]) == (503, "workspace-busy")
            other.execute("ROLLBACK")
        assert {name: data for name, data in whole(here.world.root).items() if name in files and name.suffix != ".db-shm"} == {
            name: data for name, data in files.items() if name.suffix != ".db-shm"}
        assert places_of(PLANTED, here.world.root) == []
