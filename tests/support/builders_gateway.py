"""Chat requests and answers, with what does not matter filled in."""

import json

from ironcage.gateway import JsonObject
from ironcage.gateway.wire.openai import ChatRequest, parse_chat

USER: JsonObject = {"role": "user", "content": "What is the weather in Paris?"}
WEATHER_TOOL: JsonObject = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tell the weather.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "A city."}},
        },
    },
}
WEATHER_CALL: JsonObject = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
}


def a_chat_body(**changes: object) -> bytes:
    """Write a good request with some fields changed."""
    return json.dumps({"model": "gpt-4o", "messages": [USER], **changes}).encode()


def a_chat(**changes: object) -> ChatRequest:
    """Read a good request with some fields changed."""
    return parse_chat(a_chat_body(**changes))


def a_chat_with(*extras: str, **changes: object) -> ChatRequest:
    """Read a request of an agent whose policy lets extra parameters through."""
    return parse_chat(a_chat_body(**changes), extra_parameters=frozenset(extras))


def a_completion(**message: object) -> JsonObject:
    """Write an answer whose one message has some fields changed."""
    said: JsonObject = {"role": "assistant", "content": "Sunny.", **message}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "message": said, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
    }


def a_chunk(index: int = 0, /, *, finish: str | None = None, **delta: object) -> JsonObject:
    """Write a chunk of a stream that says something in one choice."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": "gpt-4o",
        "choices": [{"index": index, "delta": delta, "finish_reason": finish}],
    }
