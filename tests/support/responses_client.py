"""The official `openai` SDK, reading our responses without a network."""

from typing import Any

import httpx2
import openai

Told = dict[str, Any]


def events_of_stream(data: bytes) -> list[Told]:
    """Read a stream's events as the SDK does.

    Raises:
        openai.APIError: the stream ends with an error event.
    """
    with _client(data, "text/event-stream") as client:
        stream = client.responses.create(model="m", input="", stream=True)
        return [event.model_dump() for event in stream]


def response_of_stream(data: bytes) -> Told:
    """Put a stream together as the SDK does, and hand out the last response."""
    client = _client(data, "text/event-stream")
    with client, client.responses.stream(model="m", input="") as stream:
        return _plain(stream.get_final_response())


def response_of_answer(data: bytes) -> Told:
    """Read a whole answer as the SDK does."""
    with _client(data, "application/json") as client:
        return _plain(client.responses.create(model="m", input=""))


def _client(data: bytes, content_type: str) -> openai.OpenAI:
    answer = httpx2.Response(200, content=data, headers={"content-type": content_type})
    http_client = openai.DefaultHttpxClient(transport=httpx2.MockTransport(lambda _: answer))
    return openai.OpenAI(
        api_key="none", base_url="http://none.test", max_retries=0, http_client=http_client
    )


def _plain(response: Any) -> Told:
    """Write a response as it came; what the SDK parsed of texts and arguments is its own."""
    told: Told = response.model_dump(exclude_none=True, exclude={"output"})
    own = {"parsed", "parsed_arguments"}
    told["output"] = [
        {
            **item.model_dump(exclude_none=True, exclude={"content", *own}),
            **({"content": [_part(p) for p in item.content]} if item.type == "message" else {}),
        }
        for item in response.output
    ]
    return told


def _part(part: Any) -> Told:
    told: Told = part.model_dump(exclude_none=True, exclude={"parsed"})
    return told
