"""What a scripted provider says: the scripts by model name, and how they look on the wire."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import NamedTuple, cast

from support.provider_embeddings import embeddings_of

JsonObject = dict[str, object]


class Counts(NamedTuple):
    """Tokens as a provider counts them: fresh, cached and written input, output, thought."""

    fresh: int
    output: int
    cached: int = 0
    written: int = 0
    thought: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """How one request is answered."""

    text: str = "Hello from the scripted model."
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    tool: str | None = None  # the function that is called, until a tool has answered
    tool_arguments: str = '{"city": "Paris"}'
    calls: int = 1  # how many calls at once
    thought: str = ""  # what the model thinks aloud before it answers
    counts: Counts | None = None  # None: counted from the characters
    usage: JsonObject | None = None  # in the words of the wire, instead of counts
    reports_usage: bool = True
    raw: bytes | None = None  # these bytes instead of a proper body
    error: JsonObject | None = None
    wait_seconds: float = 0.0  # before the head
    pause_seconds: float = 0.0  # before each event of a stream
    resets: bool = False  # hangs up instead of answering
    cut_at: int | None = None  # hangs up after so many bytes of the body
    piece: int = 0  # writes a stream in pieces of so many bytes
    splits: tuple[int, ...] = ()  # writes a stream in pieces of these sizes, over and over
    error_in_stream: str | None = None  # the code of an error after the first event
    ends_stream: bool = True  # sends [DONE]
    finish: str = "stop"
    floats_only: bool = False  # answers numbers although base64 was asked for


def refusing(status: int, code: str, **headers: str) -> Script:
    """Write a script that refuses, as OpenAI words it."""
    error: JsonObject = {"message": "scripted", "type": "scripted_error", "code": code}
    return Script(status=status, error=error, headers=tuple(headers.items()))


SCRIPTS = {
    "scripted": Script(),
    "scripted-tool": Script(tool="get_weather"),
    "scripted-secret": Script(text="The key is AKIAIOSFODNN7EXAMPLE and nothing else."),
    "scripted-400": refusing(400, "invalid_value"),
    "scripted-401": refusing(401, "invalid_api_key"),
    "scripted-429": refusing(429, "rate_limit_exceeded", **{"retry-after": "7"}),
    "scripted-quota": refusing(429, "insufficient_quota"),
    "scripted-500": refusing(500, "server_error"),
    "scripted-500-charged": Script(
        status=500, raw=b'{"error": {"code": "cut_short"}, "usage": {"prompt_tokens": 5}}'
    ),
    "scripted-503": refusing(503, "overloaded"),
    "scripted-504": refusing(504, "gateway_timeout"),
    "scripted-redirect": Script(status=302, headers=(("location", "http://127.0.0.1:9/"),)),
    "scripted-slow": Script(wait_seconds=30.0),
    "scripted-drip": Script(pause_seconds=30.0),
    "scripted-reset": Script(resets=True),
    "scripted-no-usage": Script(reports_usage=False),
    "scripted-truncated": Script(cut_at=40),
    "scripted-not-json": Script(raw=b"<html>busy</html>"),
    "scripted-bad-sse": Script(raw=b"data: {not json}\n\n"),
    "scripted-cut-stream": Script(ends_stream=False),
    "scripted-byte-by-byte": Script(piece=1),
    "scripted-floats": Script(floats_only=True),
}


def body_of(script: Script, request: JsonObject) -> bytes:
    """Write the whole answer to a request."""
    if script.raw is not None:
        return script.raw
    if script.status != 200:
        return json.dumps({"error": script.error}).encode()
    if "input" in request:
        usage = _usage(script, request)
        return json.dumps(embeddings_of(request, floats_only=script.floats_only) | usage).encode()
    answer = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": request["model"],
        "choices": [_choice(script, request, at) for at in range(_choices(request))],
    }
    return json.dumps(answer | _usage(script, request)).encode()


def _choices(request: JsonObject) -> int:
    return cast("int", request.get("n", 1))


def _choice(script: Script, request: JsonObject, at: int) -> JsonObject:
    thought = {"reasoning_content": script.thought} if script.thought else {}
    if _calls_tool(script, request):
        calls = [call_of(script, number) for number in range(script.calls)]
        message: JsonObject = {"role": "assistant", "content": None, "tool_calls": calls}
        return {"index": at, "message": message | thought, "finish_reason": "tool_calls"}
    message = {"role": "assistant", "content": script.text}
    return {"index": at, "message": message | thought, "finish_reason": script.finish}


def _calls_tool(script: Script, request: JsonObject) -> bool:
    last = cast("list[JsonObject]", request["messages"])[-1]
    return script.tool is not None and last.get("role") != "tool"


def call_of(script: Script, number: int) -> JsonObject:
    """Write one call of a tool."""
    function = {"name": script.tool, "arguments": script.tool_arguments}
    return {"id": f"call_scripted_{number + 1}", "type": "function", "function": function}


def counts_of(script: Script, request: JsonObject) -> Counts:
    """Count a request and its answer: four characters are a token, unless the script counts."""
    if script.counts:
        return script.counts
    read = len(json.dumps(request["messages"])) // 4
    return Counts(read, _choices(request) * (len(script.text) // 4))


def _usage(script: Script, request: JsonObject) -> JsonObject:
    if not script.reports_usage:
        return {}
    if "input" in request:
        count = len(json.dumps(request["input"], ensure_ascii=False)) // 4
        return {"usage": script.usage or {"prompt_tokens": count, "total_tokens": count}}
    counts = counts_of(script, request)
    read = counts.fresh + counts.cached + counts.written
    counted: JsonObject = {
        "prompt_tokens": read,
        "completion_tokens": counts.output,
        "total_tokens": read + counts.output,
    }
    if script.counts:
        cached = {"cached_tokens": counts.cached, "cache_write_tokens": counts.written}
        counted["prompt_tokens_details"] = cached
        counted["completion_tokens_details"] = {"reasoning_tokens": counts.thought}
    return {"usage": script.usage or counted}


def events_of(script: Script, request: JsonObject) -> Iterator[bytes]:
    """Write the events of a streamed answer."""
    if script.raw is not None:
        yield script.raw
        return
    for number, (delta, finish) in enumerate(_deltas(script, request)):
        if number and script.error_in_stream:
            error = {"message": "scripted", "code": script.error_in_stream}
            yield b"data: " + json.dumps({"error": error}).encode() + b"\n\n"
            return
        for at in range(_choices(request)):
            yield _event(request, [{"index": at, "delta": delta, "finish_reason": finish}])
    options = cast("JsonObject", request.get("stream_options", {}))
    if options.get("include_usage") and script.reports_usage:
        yield _event(request, [], _usage(script, request))
    if script.ends_stream:
        yield b"data: [DONE]\n\n"


def _deltas(script: Script, request: JsonObject) -> Iterator[tuple[JsonObject, str | None]]:
    yield {"role": "assistant", "content": ""}, None
    if script.thought:
        yield {"reasoning_content": script.thought}, None
    if _calls_tool(script, request):
        half = len(script.tool_arguments) // 2
        for number in range(script.calls):
            call = {**call_of(script, number), "index": number}
            call["function"] = {"name": script.tool, "arguments": script.tool_arguments[:half]}
            yield {"tool_calls": [call]}, None
            rest = {"index": number, "function": {"arguments": script.tool_arguments[half:]}}
            yield {"tool_calls": [rest]}, None
        yield {}, "tool_calls"
        return
    for start in range(0, len(script.text), 5):
        yield {"content": script.text[start : start + 5]}, None
    yield {}, script.finish


def _event(
    request: JsonObject, choices: list[JsonObject], usage: JsonObject | None = None
) -> bytes:
    chunk: JsonObject = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": request["model"],
        "choices": choices,
        **(usage or {}),
    }
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def pieces_of(event: bytes, size: int) -> Iterator[bytes]:
    """Cut an event into pieces of a size; 0 leaves it whole."""
    step = size or len(event)
    return (event[at : at + step] for at in range(0, len(event), step))


def split_as(sizes: tuple[int, ...], events: Iterator[bytes]) -> Iterator[bytes]:
    """Cut a whole stream into pieces of the sizes in turn; without sizes leave its events."""
    if not sizes:
        yield from events
        return
    data, at = b"".join(events), 0
    for size in cycle(sizes):
        if at >= len(data):
            return
        yield data[at : at + size]
        at += size
