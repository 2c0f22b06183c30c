"""The clients that products use, unchanged but for their base URL, before the gateway."""

import pytest
from mistralai.client import Mistral
from mistralai.client.errors import SDKError
from openai import APIError, AsyncOpenAI, OpenAI, RateLimitError
from serving import aside

SAID = [{"role": "user", "content": "Bonjour"}]
ANSWER = "Bien le bonjour"
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {"town": {"type": "string"}}}}}]


def test_the_client_of_openai(passing, upstream):
    """Plain, streamed with a tool's call, with an error and a stream that breaks off, vectors and models; whom it names is whose talk is kept."""
    upstream.answer = ANSWER
    with OpenAI(base_url=f"{passing.address}/v1", api_key="sk-test", max_retries=0) as client:
        talk = client.chat.completions
        assert talk.create(model="plain", messages=SAID, user="by-openai").choices[0].message.content == ANSWER
        with talk.stream(model="call", messages=SAID, user="by-openai", tools=TOOLS) as stream:
            whole = stream.get_final_completion().choices[0].message
        assert (whole.content, [one.function.arguments for one in whole.tool_calls]) == (ANSWER, ['{"town":"Brest"}'])
        with pytest.raises(RateLimitError):
            talk.create(model="error", messages=SAID, user="by-openai")
        with pytest.raises((APIError, OSError)):
            list(talk.create(model="die", messages=SAID, user="by-openai", stream=True))
        assert client.embeddings.create(model="e", input=["Bonjour"], encoding_format="float").data[0].embedding == [.5, -.5]
        assert [model.id for model in client.models.list()] == ["pretend"]
    counted = passing.counted(4)
    assert (counted.pop("kept"), counted.pop("answer-error"), sum(counted.values())) == (2, 1, 1)
    assert upstream.asked[0][0]["authorization"] == "Bearer sk-test"


def test_the_client_of_openai_that_does_not_wait(passing, upstream):
    """The asynchronous one, plain and streamed."""
    upstream.answer = ANSWER

    async def story():
        async with AsyncOpenAI(base_url=f"{passing.address}/v1", api_key="sk-test", max_retries=0) as client:
            plain = await client.chat.completions.create(model="plain", messages=SAID, user="by-openai")
            stream = await client.chat.completions.create(model="plain", messages=SAID, user="by-openai", stream=True)
            return plain.choices[0].message.content, "".join([piece.choices[0].delta.content or "" async for piece in stream if piece.choices])

    assert aside(story) == (ANSWER, ANSWER)
    assert passing.counted(2) == {"kept": 2}


def test_the_client_of_mistral(passing, upstream):
    """Plain, streamed in pieces with what the model thought, with a tool's call, with an error, and vectors."""
    upstream.answer = ANSWER
    with Mistral(server_url=passing.address, api_key="test") as client:
        headers = {"X-Licit-User": "by-mistral"}
        told = client.chat.complete(model="plain", messages=SAID, http_headers=headers)
        assert told.choices[0].message.content == ANSWER
        with client.chat.stream(model="pieces", messages=SAID, http_headers=headers) as stream:
            pieces = [event.data.choices[0].delta.content for event in stream]
        assert "".join(part.text for piece in pieces if piece for part in piece if part.type == "text") == ANSWER
        with client.chat.stream(model="whole-call", messages=SAID, tools=TOOLS, http_headers=headers) as stream:
            calls = [call for event in stream for call in event.data.choices[0].delta.tool_calls or ()]
        assert "".join(call.function.arguments for call in calls) == '{"town":"Brest"}'
        with pytest.raises(SDKError):
            client.chat.complete(model="error", messages=SAID, http_headers=headers, retries=None)
        assert client.embeddings.create(model="e", inputs=["Bonjour"], http_headers=headers).data[0].embedding == [.5, -.5]
    assert passing.counted(4) == {"kept": 3, "answer-error": 1}
