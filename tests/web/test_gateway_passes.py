"""What the gateway passes on: everything, as it came, and no sooner or later than without it."""

import gzip
import json
import socket
import threading
import time

import httpx
import pytest
from serving import NO_CERTIFICATES
from upstream import CONSUMERS, before
from world import PLANTED, copied, places_of

ODD = b'{ "model":"plain",\t"messages" : [{"role":"user","content":"caf\\u00e9 \xc3\xa9", "zz":[1.50,null]}], "safe_prompt":true,"user":"odd" }\n'


@pytest.fixture
def client(passing):
    with httpx.Client(base_url=passing.address, verify=NO_CERTIFICATES, timeout=20) as made:
        yield made


def test_a_request_and_its_answer_go_through_byte_for_byte(passing, client, upstream):
    """Spaces, unknown fields, numbers as they are written, keys and ids of requests: all as without the gateway; ours stop here."""
    headers = {"authorization": "Bearer sk-1", "x-stainless-lang": "python", "X-Licit-Kind": "chat", "content-type": "application/json"}
    through = client.post("/v1/chat/completions?api-version=7", content=ODD, headers=headers)
    direct = httpx.post(f"{upstream.address}/v1/chat/completions", content=ODD, verify=NO_CERTIFICATES)
    asked, body = upstream.asked[0]
    assert body == ODD
    assert (asked["authorization"], asked["x-stainless-lang"], asked["content-length"]) == ("Bearer sk-1", "python", str(len(ODD)))
    assert not [name for name in asked if name.startswith("x-licit")]
    assert (through.status_code, through.content) == (direct.status_code, direct.content)
    assert dict(through.headers) == dict(direct.headers)


@pytest.mark.parametrize("model", ["plain", "malformed", "call", "open"])
def test_a_stream_goes_through_byte_for_byte(client, upstream, model):
    """Also one that is no good: what its client makes of it is the client's."""
    upstream.answer = "un deux trois"
    told = client.post("/v1/chat/completions", json={"model": model, "stream": True, "messages": [{"role": "user", "content": "a"}]})
    assert told.content == b"".join(upstream.sent)
    assert told.headers["content-type"].startswith("text/event-stream")


def test_an_error_of_the_upstream_goes_through(passing, client):
    """Status, body and headers are the upstream's, and nothing of the exchange is kept."""
    told = client.post("/v1/chat/completions", json={"model": "error", "user": "erring", "messages": [{"role": "user", "content": PLANTED}]})
    assert (told.status_code, told.content) == (429, b'{"error": {"message":"slow  down","code":7}}')
    assert (told.headers["retry-after"], told.headers["x-own"]) == ("9", "one")
    assert passing.counted(1) == {"answer-error": 1}


def test_all_else_under_v1_goes_through_and_is_never_kept(passing, client, upstream):
    """Models, embeddings and what nobody has heard of; what is not under /v1, or climbs out of it, is not forwarded."""
    for method, path in (("GET", "/v1/models"), ("POST", "/v1/embeddings"), ("DELETE", "/v1/files/f%2F1?x=%20y&z"), ("POST", "/v1/new/thing")):
        told = client.request(method, path, content=PLANTED.encode() if method == "POST" else None)
        assert told.status_code == 201
        assert told.content == upstream_says(method, path, PLANTED if method == "POST" else "")
    number = len(upstream.asked)
    assert client.get("/admin").status_code == 404
    with socket.create_connection(("127.0.0.1", client.base_url.port)) as line:
        line.sendall(b"GET /v1/%2e%2e/admin HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert b" 404 " in line.recv(1000)
    assert len(upstream.asked) == number
    assert places_of(PLANTED, passing.world.root) == []


def upstream_says(method: str, path: str, body: str) -> bytes:
    place, _, query = path.partition("?")
    return f"{method} {place.replace('%2F', '/')}?{query} {body}".encode()


def test_a_stream_comes_piece_by_piece_and_ends_with_its_client(passing, client, upstream):
    """The first piece is there before the second was made; a client that leaves ends the request, and nothing is kept."""
    upstream.answer = "un deux"
    begun = time.monotonic()
    with client.stream("POST", "/v1/chat/completions", json={
            "model": "slow", "stream": True, "user": "hasty", "messages": [{"role": "user", "content": PLANTED}]}) as told:
        next(told.iter_raw())
        assert time.monotonic() - begun < 10
    assert passing.counted(1) == {"cancelled": 1}
    until = time.monotonic() + 10
    while not upstream.left and time.monotonic() < until:
        time.sleep(.01)
    assert upstream.left == ["slow"]


def listen(client: httpx.Client, got: list[bytes]) -> None:
    asked = {"model": "die", "stream": True, "user": "cut", "messages": [{"role": "user", "content": PLANTED}]}
    with client.stream("POST", "/v1/chat/completions", json=asked) as told:
        for piece in told.iter_raw():
            got.append(piece)


def test_an_upstream_that_dies_in_mid_stream_looks_as_it_would(passing, client, upstream):
    """What came before is there, the line breaks, no end is made up; half an answer is kept neither whole nor in part."""
    upstream.answer = f"{PLANTED} et plus"
    got: list[bytes] = []
    with pytest.raises(httpx.RemoteProtocolError):
        listen(client, got)
    assert b"".join(got) == upstream.sent[0]
    assert passing.counted(1) == {"unfinished": 1}
    assert places_of(PLANTED, passing.world.root) == []


def test_an_answer_that_does_not_end_is_not_whole(passing, client, upstream):
    """A stream without its end, or with an event that cannot be read, goes through and is not kept."""
    upstream.answer = PLANTED
    for model in ("open", "malformed"):
        client.post("/v1/chat/completions", json={"model": model, "stream": True, "user": "half", "messages": [{"role": "user", "content": "b"}]})
    assert passing.counted(2) == {"unfinished": 1, "stream-malformed": 1}
    assert places_of(PLANTED, passing.world.root) == []


def test_ten_mebibytes_go_through(passing, client, upstream):
    """A long prompt arrives whole."""
    body = json.dumps({"messages": [{"role": "user", "content": "mot " * (10 << 18)}]}).encode()
    assert client.post("/v1/chat/completions", content=body).status_code == 200
    assert upstream.asked[0][1] == body
    assert passing.counted(1) == {"subject-unknown": 1}


def test_a_packed_answer_goes_through_packed_and_is_read(passing, client, upstream):
    """The client gets the packing it can read; of packings that the gateway cannot read, none is offered on."""
    upstream.answer = "Bien sûr."
    with client.stream("POST", "/v1/chat/completions", headers={"accept-encoding": "br;q=1, gzip, zstd"},
                       json={"model": "gzip", "user": "packed", "messages": [{"role": "user", "content": "c"}]}) as told:
        assert b"Bien s" in gzip.decompress(b"".join(told.iter_raw()))
    assert upstream.asked[0][0]["accept-encoding"] == "gzip"
    assert passing.counted(1) == {"kept": 1}


def test_an_upstream_that_is_not_there_is_told_as_an_error_of_the_api(empty_world, upstream, tmp_path):
    """Nobody listens there: 502 with a reason, and what else there is under /v1 stays closed where the deployment says so."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    known, upstream.address = upstream.address, nowhere
    try:
        with before(copied(empty_world, tmp_path / "w"), upstream, CONSUMERS + 'others = "refuse"\nlargest_mib = 1\n') as here:
            told = here.ask("a")
            assert (told.status_code, told.json()["error"]["code"]) == (502, "upstream-unreachable")
            assert httpx.get(f"{here.address}/v1/files", verify=NO_CERTIFICATES).status_code == 404
            upstream.address = known
            here.gateway.relay = type(here.gateway.relay)(known)
            assert here.ask("mot " * (1 << 20)).status_code == 200
            assert len(upstream.asked[-1][1]) > 4 << 20
            assert here.counted(2) == {"upstream-failed": 1, "too-large": 1}
    finally:
        upstream.address = known


def test_many_at_once_each_get_their_own(passing, upstream):
    """Answers of one never reach another, on lines that are shared."""
    upstream.answer = "un deux trois quatre"
    wrong = []

    def talk(number: int) -> None:
        with httpx.Client(verify=NO_CERTIFICATES, timeout=20) as line:
            for turn in range(5):
                body = f"{number} {turn}".encode()
                if not line.post(f"{passing.address}/v1/echo", content=body).content.endswith(b" " + body):
                    wrong.append(number)

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


