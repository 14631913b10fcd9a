"""Good answers of every provider with every field that we read, for tests that spoil them."""

from ironcage.gateway import JsonObject

_OPENAI_USAGE: JsonObject = {
    "prompt_tokens": 12,
    "completion_tokens": 4,
    "prompt_cache_hit_tokens": 1,
    "prompt_tokens_details": {
        "cached_tokens": 1,
        "cache_write_tokens": 1,
        "cache_creation_tokens": 1,
    },
    "completion_tokens_details": {"reasoning_tokens": 1},
}
_OPENAI_SAID: JsonObject = {
    "role": "assistant",
    "content": [{"type": "text", "text": "Hello."}],
    "refusal": "no",
    "reasoning_content": "hm",
    "reasoning": "hm",
    "tool_calls": [
        {
            "index": 0,
            "id": "call_1",
            "type": "function",
            "function": {"name": "f", "arguments": "{}"},
        }
    ],
    "annotations": [
        {"type": "url_citation", "url_citation": {"url": "https://a.test", "start_index": 0}}
    ],
}


def _openai(part: str) -> JsonObject:
    choice = {"index": 0, part: _OPENAI_SAID, "finish_reason": "stop", "stop_reason": "END"}
    return {
        "id": "chatcmpl-1",
        "created": 1,
        "model": "m",
        "system_fingerprint": "fp",
        "choices": [choice],
        "usage": _OPENAI_USAGE,
    }


OPENAI_COMPLETION = _openai("message")
OPENAI_CHUNK = _openai("delta")

_ANTHROPIC_USAGE: JsonObject = {
    "input_tokens": 12,
    "output_tokens": 4,
    "cache_read_input_tokens": 1,
    "cache_creation_input_tokens": 1,
    "output_tokens_details": {"thinking_tokens": 1},
}
ANTHROPIC_MESSAGE: JsonObject = {
    "id": "msg_1",
    "model": "m",
    "content": [
        {"type": "text", "text": "Hello."},
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "ZGF0YQ=="},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": [1]}},
    ],
    "stop_reason": "refusal",
    "stop_sequence": "END",
    "stop_details": {"explanation": "no"},
    "usage": _ANTHROPIC_USAGE,
}
_CALL: JsonObject = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": [1]}}
ANTHROPIC_EVENTS: list[JsonObject] = [
    {"type": "message_start", "message": {"id": "msg_1", "usage": _ANTHROPIC_USAGE}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "H"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "i"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta",
                                                          "thinking": "hm"}},
    {"type": "content_block_delta", "index": 0, "delta": {"signature": "c2ln"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"data": "ZGF0YQ=="}},
    {"type": "content_block_start", "index": 2, "content_block": _CALL},
    {"type": "content_block_delta", "index": 2, "delta": {"partial_json": "{}"}},
    {"type": "content_block_start", "index": 3, "content_block": _CALL},
    {"type": "content_block_stop", "index": 3},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "refusal", "stop_sequence": "END",
                  "stop_details": {"explanation": "no"}},
        "usage": _ANTHROPIC_USAGE,
    },
    {"type": "message_stop"},
    {"type": "error", "error": {"type": "overloaded_error"}},
]  # fmt: skip

_CONVERSE_USAGE: JsonObject = {
    "inputTokens": 12,
    "outputTokens": 4,
    "cacheReadInputTokens": 1,
    "cacheWriteInputTokens": 1,
}
CONVERSE_ANSWER: JsonObject = {
    "output": {
        "message": {
            "content": [
                {"text": "Hello."},
                {"reasoningContent": {"reasoningText": {"text": "hm"}}},
                {"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": [1]}}},
            ]
        }
    },
    "stopReason": "stop_sequence",
    "usage": _CONVERSE_USAGE,
}
CONVERSE_EVENTS: list[JsonObject] = [
    {"messageStart": {"role": "assistant"}},
    {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hi"}}},
    {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "h"}}}},
    {"contentBlockStop": {"contentBlockIndex": 0}},
    {"contentBlockStart": {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "t1",
                                                                         "name": "f"}}}},
    {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"toolUse": {"input": "{}"}}}},
    {"contentBlockStop": {"contentBlockIndex": 1}},
    {"messageStop": {"stopReason": "stop_sequence"}},
    {"metadata": {"usage": _CONVERSE_USAGE}},
]  # fmt: skip

OPENAI_EMBEDDINGS: JsonObject = {
    "data": [{"index": 0, "embedding": [0.5, 1.0]}, {"index": 1, "embedding": "AAAAAAAAAAA="}],
    "usage": {"prompt_tokens": 4},
}
TITAN_ANSWER: JsonObject = {"embedding": [0.5, 1.0], "inputTextTokenCount": 3}
COHERE_ANSWER: JsonObject = {"embeddings": {"float": [[0.5, 1.0]]}}
