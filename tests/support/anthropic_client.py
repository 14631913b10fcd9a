"""The official `anthropic` SDK, reading bytes of ours without a network."""

from typing import Any

import anthropic
import httpx2

Message = dict[str, Any]


def message_of_stream(data: bytes) -> Message:
    """Accumulate a stream as the SDK does, and hand out the final message.

    Raises:
        anthropic.APIStatusError: the stream ends with an error event.
    """
    client = _client(data, "text/event-stream")
    with client, client.messages.stream(model="m", max_tokens=1, messages=[]) as stream:
        return _plain(stream.get_final_message())


def message_of_answer(data: bytes) -> Message:
    """Read a whole answer as the SDK does."""
    with _client(data, "application/json") as client:
        return _plain(client.messages.create(model="m", max_tokens=1, messages=[]))


def _client(data: bytes, content_type: str) -> anthropic.Anthropic:
    answer = httpx2.Response(200, content=data, headers={"content-type": content_type})
    transport = httpx2.MockTransport(lambda _: answer)
    http_client = anthropic.DefaultHttpxClient(transport=transport)
    return anthropic.Anthropic(
        api_key="none", base_url="http://none.test", max_retries=0, http_client=http_client
    )


def _plain(message: anthropic.types.Message) -> Message:
    return message.model_dump(exclude_none=True)
