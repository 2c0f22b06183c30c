"""What every plug-in asks licit: only a plain answer counts, and whatever goes wrong is counted, told and lets the chat go on."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from licit.wiring import open_visits
from licit_plugins.asking import Answer, Licit, Settings

WORDS = "le tambour bleu"
SAID = [{"role": "user", "content": WORDS}, {"role": "assistant", "content": "D'accord."}]


@pytest.fixture(scope="module")
def key(shared):
    return open_visits(shared.world.root).add_key("plug-in", ["standing", "conversations", "rights"])


def licit_of(shared, key, **more):
    given = {"address": shared.address, "key": key, "source": "chat", "issuer": "chat", "capacity": "consumer", "age": "adult",
             "life": 0.0, "patience": 10.0}
    return Licit(Settings(**{**given, **more}))


def test_a_refusal_ends_what_others_see_and_what_is_kept(shared, key):
    """Before it licit keeps; after it the standing is a refusal, nothing is sent, and the reason is counted."""
    licit = licit_of(shared, key)
    assert licit.standing("asks-1") == Answer("hold", "waiting-period")
    assert licit.hand_over("asks-1", "asks-c", SAID)
    with shared.browser(authorization=f"Bearer {key}") as product:
        assert product.post("/v1/rights", json={"kind": "objection", "subject": "asks-1", "issuer": "chat"}).status_code == 201
    assert licit.standing("asks-1") == Answer("refuse", "objection")
    assert licit.hand_over("asks-1", "asks-d", SAID) == ""
    assert licit.counts == {"kept": 1, "objection": 1}


def test_held_words_are_shown_to_nobody_unless_the_reason_is_named(shared, key):
    """A hold passes to other programs only for a reason that the operator accepted by its name; a refusal never does."""
    held = Answer("hold", "waiting-period")
    assert not licit_of(shared, key).shows(held)
    licit = licit_of(shared, key, accept_held="consent-missing, waiting-period")
    assert licit.shows(held)
    assert not licit.shows(Answer("hold", "restriction"))
    assert not licit.shows(Answer("hold"))
    assert not licit.shows(Answer("refuse", "waiting-period"))


def test_nobody_and_names_that_are_none_are_refused_unasked(shared, key):
    """No name, one too long or one with a NUL character: refused, and licit is not asked."""
    licit = licit_of(shared, key, address="http://127.0.0.1:9")
    assert [licit.standing(name).reason for name in ("", "x" * 501, "a\0b")] == ["subject-unknown", "identity-unclear", "identity-unclear"]


def test_a_wrong_key_is_a_refusal(shared, key, caplog):
    """Nobody's words are shown or sent with a key that opens nothing; the operator is told, without words."""
    licit = licit_of(shared, "licit_wrong")
    assert licit.standing("user1") == Answer("refuse", "licit-refused")
    assert licit.hand_over("user1", "c", SAID) == ""
    assert "nothing of these was kept" in caplog.text
    assert WORDS not in caplog.text


class _Strange(BaseHTTPRequestHandler):
    """Answers for somebody else, with something else, or not at all; what it is asked says which."""

    def do_GET(self):
        name = self.path.split("/")[-1].split("?")[0]
        if name == "slow":
            return time.sleep(1)
        said = {"other": json.dumps({"subject": "me", "purpose": "train", "answer": "keep"}),
                "maybe": json.dumps({"subject": name, "purpose": "train", "answer": "perhaps"}),
                "list": "[]", "page": "<html>keep</html>", "moved": ""}[name]
        self.send_response(302 if name == "moved" else 200)
        self.send_header("location", "http://127.0.0.1:9/")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said.encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def strange():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Strange)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": .01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", ["other", "maybe", "list", "page", "moved"])
def test_an_answer_that_is_none_is_a_refusal(shared, key, strange, name):
    """Somebody else's answer, an unknown one, a list, a page, a redirect: none of them is a keep."""
    assert licit_of(shared, key, address=strange).standing(name).answer == "refuse"


def test_a_slow_licit_is_waited_for_once(shared, key, strange):
    """Within its patience it is a refusal, and nobody else waits for some seconds after."""
    licit = licit_of(shared, key, address=strange, patience=.1)
    begun = time.monotonic()
    assert licit.standing("slow") == Answer("refuse", "licit-unreachable")
    assert time.monotonic() - begun < .9
    begun = time.monotonic()
    assert licit.standing("slow") == Answer("refuse", "licit-unreachable")
    assert time.monotonic() - begun < .05


def test_an_answer_counts_for_its_life_alone(shared, key):
    """It is remembered while it lives; with licit gone after that, it is a refusal and not what once was said."""
    licit = licit_of(shared, key, life=.3)
    assert licit.standing("asks-2").answer == "hold"
    licit._silent = time.monotonic() + 60
    assert licit.standing("asks-2").answer == "hold"
    time.sleep(.35)
    assert licit.standing("asks-2") == Answer("refuse", "licit-unreachable")


def test_what_does_not_fit_the_queue_is_not_kept(shared, key):
    """A job too large for what may wait is left out and counted; what waits is done."""
    licit, done = licit_of(shared, key), []
    assert not licit.later(lambda: done.append(1), 1 << 30)
    assert licit.later(lambda: done.append(2), 10)
    assert licit.flush()
    assert (done, licit.counts["queue-full"]) == ([2], 1)


def test_a_licit_that_is_down_keeps_nothing_and_raises_nothing(shared, key):
    """Nobody listens: refused, not kept, counted."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    licit = licit_of(shared, key, address=f"http://127.0.0.1:{port}")
    assert licit.standing("user1").answer == "refuse"
    assert licit.hand_over("user1", "c", SAID) == ""
    assert licit.hand_over("user1", "c", [{"role": "user", "content": object()}]) == ""
    assert set(licit.counts) == {"licit-unreachable"}


def test_settings_that_cannot_ask_are_an_error(monkeypatch):
    """A plug-in without address or key does not start: it must not seem to guard."""
    monkeypatch.delenv("LICIT_ADDRESS", raising=False)
    monkeypatch.setenv("LICIT_KEY", "k")
    with pytest.raises(ValueError, match="LICIT_ADDRESS"):
        Settings.of_environment()
    monkeypatch.setenv("LICIT_ADDRESS", "http://licit.example")
    monkeypatch.setenv("LICIT_LIFE", "2")
    assert Settings.of_environment().life == 2.0
    assert "k-secret" not in repr(Settings(address="http://licit.example", key="k-secret"))
