"""LiteLLM's own loggers, with its real functions and its real proxy: whose standing does not allow it, nobody is told their words."""

import json
import secrets
import shutil
import socket
import subprocess
import time
from contextlib import suppress

import pytest
from openai import APIConnectionError, APIError, OpenAI
from peers import ANSWER, LITELLM, ROOT, WORD, environment, python_of
from world import places_of

from licit.wiring import open_visits

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def python():
    return python_of("litellm", LITELLM)


@pytest.fixture(scope="module")
def key(shared):
    key = open_visits(shared.world.root).add_key("litellm", ["standing", "conversations", "rights"])
    with shared.browser(authorization=f"Bearer {key}") as product:
        assert product.post("/v1/rights", json={"kind": "objection", "subject": "lite-no", "issuer": "chat"}).status_code == 201
    return key


@pytest.fixture(scope="module")
def told(shared, key, python, one_upstream):
    one_upstream.answer = ANSWER
    given = json.dumps({"licit": shared.address, "key": key, "upstream": one_upstream.address})
    ran = subprocess.run([str(python), str(ROOT / "tests/web/litellm_talks.py")], input=given, capture_output=True, text=True, timeout=240,
                         env=environment())
    line, = (line for line in ran.stdout.splitlines() if line.startswith("ANSWER"))
    return json.loads(line.removeprefix("ANSWER"))


def loggers(told, talk, *, words=None):
    """Name the loggers that were told of a talk; with ``words``, those that were told any of them."""
    return {(logger, event) for logger, event, text in told["seen"][talk] if words is None or any(word in text for word in words)}


BOTH = (WORD, ANSWER, "Brest")
REFUSED = [f"{how} {who}" for who in ("lite-no", "") for how in ("plain", "sync", "stream", "failure", "sync failure", "exception")]
ATTACKS = ["tools", "picture", "unknown fields", "log me", "own callback", "header", "two names", "embedding", "responses", "marks are off",
           "held", "fault"]


@pytest.mark.parametrize("talk", [*REFUSED, *ATTACKS])
def test_no_logger_is_told_the_words_of_who_refuses_or_is_unknown(told, talk):
    """Plain, streamed, failed; in metadata, tags, tools, their arguments, pictures, unknown fields, exceptions; whatever is asked.

    Law: CHO-06
    """
    told_anything = loggers(told, talk, words=BOTH) - {("_PROXY_Spy", "failure")}
    assert told_anything == set(), [text for _, _, text in told["seen"][talk]]


@pytest.mark.parametrize("how", ["plain", "sync", "stream", "failure", "sync failure", "exception"])
def test_who_permits_is_told_of_as_ever(told, how):
    """The same talks of somebody whose standing allows it reach the loggers with their words: the tests above can see."""
    assert ("_Spy", "failure" if how in ("failure", "sync failure", "exception") else "ok") in loggers(told, f"{how} lite-yes", words=BOTH)


def test_what_is_counted_by_numbers_stays(told):
    """LiteLLM's own counting still learns that a call of somebody who refused was made: its model and its tokens."""
    (_, _, text), *_ = [one for one in told["seen"]["plain lite-no"] if one[0] == "_PROXY_Spy"]
    assert "prompt_tokens" in text
    assert "lite-no" in text


def test_marks_that_the_operator_turned_off_are_told(told):
    """Without LiteLLM's marks a success is still stripped, and the operator is told what else sees words."""
    assert told["counts"]["leak"] >= 1
    assert loggers(told, "marks are off") >= {("_Spy", "ok")}


def test_licit_keeps_whole_exchanges_of_conversations_of_people(told, shared):
    """A title made in the background, a talk without an id, a temporary one, one not to be logged, half an answer: not handed over.

    Law: CHO-08
    """
    assert told["handed"] == {"purpose": 1, "thread-unknown": 1, "chat-state": 1, "no-log": 1, "kept": 1}
    assert shared.world.record("good", "lite-yes")


def test_nothing_of_who_refused_is_in_the_workspace(told, shared):
    """What they said was never sent: no byte of it lies anywhere, and the reasons are counted."""
    assert places_of("plain-lite-no", shared.world.root) == []
    assert told["counts"]["objection"] >= 6
    assert told["counts"]["subject-unknown"] >= 3


def test_nothing_of_licit_is_imported_beside_litellm(told):
    """The plug-in runs alone."""
    assert told["licit"] is False


MASTER = f"sk-{secrets.token_hex(32)}"  # without one the proxy refuses to start
CONFIG = """
model_list:
  - {{model_name: plain, litellm_params: {{model: openai/plain, api_base: "{upstream}/v1", api_key: sk-x, max_retries: 0}}}}
  - {{model_name: error, litellm_params: {{model: openai/error, api_base: "{upstream}/v1", api_key: sk-x, max_retries: 0}}}}
litellm_settings: {{callbacks: ["litellm_spy.spy", "licit_plugins.litellm_logger.licit"], num_retries: 0}}
router_settings: {{num_retries: 0, disable_cooldowns: true}}
general_settings: {{user_header_name: x-account, master_key: {master}}}
"""


@pytest.fixture(scope="module")
def proxy(shared, key, python, one_upstream, tmp_path_factory):
    """LiteLLM's own proxy with our line in its configuration; gives its address and what a logger beside ours was told."""
    home = tmp_path_factory.mktemp("proxy")
    (home / "config.yaml").write_text(CONFIG.format(upstream=one_upstream.address, master=MASTER), encoding="utf-8")
    shutil.copy(ROOT / "tests/web/litellm_spy.py", home)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = environment(SPIED=str(home / "spied"), LICIT_ADDRESS=shared.address, LICIT_KEY=key, LICIT_SOURCE="chat", LICIT_ISSUER="chat",
                       LICIT_CAPACITY="consumer", LICIT_AGE="adult", LICIT_ACCEPT_HELD="waiting-period", LICIT_PATIENCE="10")
    with (home / "log").open("wb") as log, subprocess.Popen(
            [str(python), "-c", "from litellm.proxy.proxy_cli import run_server; run_server()", "--config", str(home / "config.yaml"), "--host", "127.0.0.1", "--port", str(port)],
            stdout=log, stderr=log, cwd=home, env=told) as ran:
        try:
            yield f"http://127.0.0.1:{port}", home
        finally:
            ran.terminate()


def test_the_proxy_of_litellm_with_our_line_in_its_configuration(proxy, shared, one_upstream):
    """Plain, streamed, failed, by the field or by the header that names a person: loggers are told the words of who permits it alone; licit keeps theirs."""
    one_upstream.answer, (address, home) = ANSWER, proxy
    with OpenAI(base_url=f"{address}/v1", api_key=MASTER, max_retries=0, timeout=60) as client:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            with suppress(APIConnectionError):
                client.models.list()
                break
            time.sleep(.5)
        else:
            pytest.fail((home / "log").read_text(encoding="utf-8", errors="replace")[-2000:])
        for person in ("lite-no", "", "lite-header", "lite-yes"):
            if person == "lite-header":
                named = {"extra_headers": {"x-account": "lite-no"}}
            else:
                named = {"user": person} if person else {}
            asked = {"messages": [{"role": "user", "content": f"{WORD} {person}"}], "extra_body": {"metadata": {"conversation_id": f"proxy-{person}"}}, **named}
            assert client.chat.completions.create(model="plain", **asked).choices[0].message.content == ANSWER
            assert ANSWER in "".join(one.choices[0].delta.content or "" for one in client.chat.completions.create(model="plain", stream=True, **asked) if one.choices)
            with pytest.raises(APIError):
                client.chat.completions.create(model="error", **asked)
    until = time.monotonic() + 20
    while time.monotonic() < until and len(spied(home)) < 3:
        time.sleep(.2)
    time.sleep(1)
    assert [event for event, _ in sorted(spied(home))] == ["failure", "ok", "ok"]
    assert all(f"{WORD} lite-yes" in text for _, text in spied(home))
    assert shared.world.record("proxy-lite-yes", "lite-yes")
    assert places_of(f"{WORD} lite-header", shared.world.root) == places_of(f"{WORD} lite-no", shared.world.root) == []
    assert WORD not in (home / "log").read_text(encoding="utf-8", errors="replace")


def spied(home):
    """Give what the logger beside ours was told."""
    path = home / "spied"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
