"""A scripted Anthropic on loopback: the scripts of the other providers, as Messages says them.

It refuses what Anthropic would: a request without key or version, or one of the wrong shape. So a
test that gets an answer has sent a good request.
"""

import json
from collections.abc import Iterator
from typing import cast

from support.anthropic_schema import problems_in
from support.provider import ScriptedProvider, Seen
from support.provider_scripts import Counts, JsonObject, Script, call_of, counts_of

_STOPS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    429: "rate_limit_error",
    503: "overloaded_error",
    529: "overloaded_error",
}
VERSION = "2023-06-01"


class ScriptedAnthropic(ScriptedProvider):
    """An Anthropic for the time of a `with` block; its URL is that of its `/v1`."""

    kind = "anthropic"

    def take(self, seen: Seen) -> Script:
        """Note a request and choose its script, unless the request is at fault."""
        script = super().take(seen)
        if "x-api-key" not in seen.headers:
            return Script(status=401)
        is_good = seen.path == "/v1/messages" and seen.headers.get("anthropic-version") == VERSION
        if not is_good or problems_in(seen.body):
            return Script(status=400)
        return script

    def whole(self, script: Script, request: JsonObject) -> bytes:
        """Write a whole message, or an error."""
        if script.raw is not None:
            return script.raw
        if script.status != 200:
            return json.dumps(_error(_TYPES.get(script.status, "api_error"))).encode()
        usage = {"usage": _usage(script, request)} if script.reports_usage else {}
        ending = {"stop_reason": _stop_reason(script, request), "stop_sequence": None}
        message = {**_envelope(request), "content": _content(script, request), **ending, **usage}
        return json.dumps(message).encode()

    def streamed(self, script: Script, request: JsonObject) -> Iterator[bytes]:
        """Write the events of a streamed message."""
        if script.raw is not None:
            yield script.raw
            return
        for number, event in enumerate(_events(script, request)):
            if number and script.error_in_stream:
                yield _sse(_error(script.error_in_stream))
                return
            yield _sse(event)


def _sse(event: JsonObject) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _error(kind: str) -> JsonObject:
    return {"type": "error", "error": {"type": kind, "message": "scripted"}, "request_id": "req_1"}


def _envelope(request: JsonObject) -> JsonObject:
    return {
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
    }


def _usage(script: Script, request: JsonObject) -> JsonObject:
    counts: Counts = counts_of(script, request)
    return {
        "input_tokens": counts.fresh,
        "output_tokens": counts.output,
        "cache_read_input_tokens": counts.cached,
        "cache_creation_input_tokens": counts.written,
        "output_tokens_details": {"thinking_tokens": counts.thought},
        "service_tier": "standard",
    }


def _calls_tool(script: Script, request: JsonObject) -> bool:
    last = cast("list[JsonObject]", request["messages"])[-1]
    blocks = cast("list[JsonObject]", last["content"])
    return script.tool is not None and blocks[0]["type"] != "tool_result"


def _stop_reason(script: Script, request: JsonObject) -> str:
    return "tool_use" if _calls_tool(script, request) else _STOPS[script.finish]


def _content(script: Script, request: JsonObject) -> list[JsonObject]:
    blocks: list[JsonObject] = []
    if script.thought:
        blocks.append({"type": "thinking", "thinking": script.thought, "signature": "c2ln"})
    if not _calls_tool(script, request):
        return [*blocks, {"type": "text", "text": script.text}]
    return blocks + [_use(script, number) for number in range(script.calls)]


def _use(script: Script, number: int) -> JsonObject:
    head = {"type": "tool_use", "id": call_of(script, number)["id"], "name": script.tool}
    return {**head, "input": json.loads(script.tool_arguments)}


def _events(script: Script, request: JsonObject) -> Iterator[JsonObject]:
    usage = _usage(script, request)
    begun = {"usage": {**usage, "output_tokens": 1}} if script.reports_usage else {}
    start = {**_envelope(request), "content": [], "stop_reason": None, **begun}
    yield {"type": "message_start", "message": start}
    yield {"type": "ping"}
    for index, block in enumerate(_content(script, request)):
        opened, deltas = _opened(script, block)
        yield {"type": "content_block_start", "index": index, "content_block": opened}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield {"type": "an_event_of_tomorrow", "index": 9}
    ending = {"stop_reason": _stop_reason(script, request), "stop_sequence": None}
    told = {"usage": usage} if script.reports_usage else {}
    yield {"type": "message_delta", "delta": ending, **told}
    if script.ends_stream:
        yield {"type": "message_stop"}


def _opened(script: Script, block: JsonObject) -> tuple[JsonObject, list[JsonObject]]:
    """Open a block empty, and cut its content into deltas."""
    if block["type"] == "tool_use":
        half = len(script.tool_arguments) // 2
        parts = (script.tool_arguments[:half], script.tool_arguments[half:])
        return {**block, "input": {}}, [
            _delta("input_json_delta", "partial_json", p) for p in parts
        ]
    if block["type"] == "thinking":
        said = _delta("thinking_delta", "thinking", script.thought)
        signed = _delta("signature_delta", "signature", "c2ln")
        return {"type": "thinking", "thinking": "", "signature": ""}, [said, signed]
    pieces = [script.text[at : at + 5] for at in range(0, len(script.text), 5)]
    return {"type": "text", "text": ""}, [_delta("text_delta", "text", p) for p in pieces]


def _delta(kind: str, name: str, value: str) -> JsonObject:
    return {"type": kind, name: value}
