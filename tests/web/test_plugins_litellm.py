"""LiteLLM's own loggers, with its real functions and its real proxy: whose standing does not allow it, nobody is told their words."""

import json
import subprocess

import pytest
from litellm_talks import ANSWER, WORD
from peers import LITELLM, ROOT, environment, python_of
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
