"""LiteLLM's own loggers, with its real functions and its real proxy: whose standing does not allow it, nobody is told their words."""

import json
import subprocess

import pytest
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
    """Plain, streamed, failed; in metadata, tags, tools, their arguments, pictures, unknown fields, exceptions; whatever is asked."""
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
    """A title made in the background, a talk without an id, a temporary one, one not to be logged, half an answer: not handed over."""
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
