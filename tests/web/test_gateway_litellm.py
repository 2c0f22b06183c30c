"""LiteLLM's real client before the gateway, changed in nothing but its base URL."""

import json
import subprocess

import pytest
from peers import ANSWER, LITELLM, ROOT, WORD, environment, python_of
from world import places_of


@pytest.mark.slow
def test_the_client_of_litellm(passing, upstream):
    """Plain, streamed and asynchronous, with tools, an error, a stream that breaks, embeddings, responses, in Mistral's shape, models."""
    upstream.answer = ANSWER
    ran = subprocess.run([str(python_of("litellm", LITELLM)), str(ROOT / "tests/web/litellm_clients.py")], input=json.dumps({"gateway": passing.address}),
                         capture_output=True, text=True, timeout=240, env=environment())
    assert "ANSWER" in ran.stdout, ran.stderr[-3000:]
    told = json.loads(ran.stdout.rpartition("ANSWER")[2])
    assert {name: told[name] for name in ("plain", "unnamed", "async", "stream", "async stream", "responses", "mistral")} == dict.fromkeys(
        ("plain", "unnamed", "async", "stream", "async stream", "responses", "mistral"), ANSWER)
    assert told["tools"] == ['{"town":"Brest"}']
    assert told["error"] == "RateLimitError 429"
    assert told["broken"]
    assert told["embedding"] == [.5, -.5]
    assert told["models"] == ["pretend"]
    counted = passing.counted(10)  # LiteLLM drops whose a request is, where it does not know the model: nobody's is not kept
    assert (counted["kept"], counted["subject-unknown"], sum(counted.values())) == (7, 1, 10), counted
    assert all(headers["authorization"] == "Bearer sk-test" for headers, _ in upstream.asked)
    assert places_of(WORD, passing.world.root)
