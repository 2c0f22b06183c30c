"""The clients that products use, unchanged but for their base URL, before the gateway."""

import pytest
from mistralai.client import Mistral
from mistralai.client.errors import SDKError
from openai import OpenAI, RateLimitError

SAID = [{"role": "user", "content": "Bonjour"}]


def test_the_client_of_openai(passing, upstream):
    """Plain, streamed, and with an error; whom it names is whose talk is kept."""
    upstream.answer = "Bien le bonjour"
    with OpenAI(base_url=f"{passing.address}/v1", api_key="sk-test", max_retries=0) as client:
        told = client.chat.completions.create(model="plain", messages=SAID, user="by-openai")
        assert told.choices[0].message.content == "Bien le bonjour"
        stream = client.chat.completions.create(model="call", messages=SAID, user="by-openai", stream=True)
        assert "".join(piece.choices[0].delta.content or "" for piece in stream if piece.choices) == "Bien le bonjour"
        with pytest.raises(RateLimitError):
            client.chat.completions.create(model="error", messages=SAID, user="by-openai")
    assert passing.counted(3) == {"kept": 2, "answer-error": 1}
    assert upstream.asked[0][0]["authorization"] == "Bearer sk-test"


def test_the_client_of_mistral(passing, upstream):
    """Plain, streamed in pieces with what the model thought, and with an error."""
    upstream.answer = "Bien le bonjour"
    with Mistral(server_url=passing.address, api_key="test") as client:
        headers = {"X-Licit-User": "by-mistral"}
        told = client.chat.complete(model="plain", messages=SAID, http_headers=headers)
        assert told.choices[0].message.content == "Bien le bonjour"
        with client.chat.stream(model="pieces", messages=SAID, http_headers=headers) as stream:
            pieces = [event.data.choices[0].delta.content for event in stream]
        assert "".join(part.text for piece in pieces if piece for part in piece if part.type == "text") == "Bien le bonjour"
        with pytest.raises(SDKError):
            client.chat.complete(model="error", messages=SAID, http_headers=headers, retries=None)
    assert passing.counted(3) == {"kept": 2, "answer-error": 1}
