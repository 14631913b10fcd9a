"""A scripted Bedrock that answers the scripts of the other providers, for the contract suite."""

import json
from collections.abc import Iterator
from typing import cast
from urllib.parse import unquote

from support.bedrock import frame
from support.provider import ScriptedProvider
from support.provider_scripts import JsonObject, Script, call_of, counts_of

_STOPS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "content_filtered"}
_TYPES = {
    400: "ValidationException",
    401: "AccessDeniedException",
    429: "ThrottlingException",
    500: "InternalServerException",
    503: "ServiceUnavailableException",
}


class ScriptedConverse(ScriptedProvider):
    """A Bedrock for the time of a `with` block: Converse in JSON, ConverseStream in frames."""

    kind = "bedrock"
    stream_type = "application/vnd.amazon.eventstream"

    @property
    def url(self) -> str:
        """Tell the endpoint for a botocore client."""
        return super().url.removesuffix("/v1")

    def read(self, path: str, body: JsonObject) -> JsonObject:
        """Read the model and the kind of answer from the path, where Bedrock has them."""
        _, _, model, operation = path.split("/")
        return {**body, "model": unquote(model), "stream": operation == "converse-stream"}

    def whole(self, script: Script, request: JsonObject) -> bytes:
        """Write a whole answer, or an error."""
        if script.raw is not None:
            return script.raw
        if script.status != 200:
            name = _TYPES.get(script.status, "ModelTimeoutException")
            return json.dumps({"__type": name, "message": "scripted"}).encode()
        message = {"role": "assistant", "content": _content(script, request)}
        told = {"usage": _usage(script, request)} if script.reports_usage else {}
        answer = {"output": {"message": message}, "stopReason": _stop(script, request), **told}
        return json.dumps({**answer, "metrics": {"latencyMs": 1}}).encode()

    def streamed(self, script: Script, request: JsonObject) -> Iterator[bytes]:
        """Write the frames of a streamed answer."""
        if script.raw is not None:
            yield script.raw
            return
        for number, (name, payload) in enumerate(_events(script, request)):
            if number and script.error_in_stream:
                yield frame("throttlingException", {"message": "scripted"}, kind="exception")
                return
            yield frame(name, payload)


def _usage(script: Script, request: JsonObject) -> JsonObject:
    counts = counts_of(script, request)
    return {
        "inputTokens": counts.fresh,
        "outputTokens": counts.output,
        "totalTokens": counts.fresh + counts.output,
        "cacheReadInputTokens": counts.cached,
        "cacheWriteInputTokens": counts.written,
    }


def _calls_tool(script: Script, request: JsonObject) -> bool:
    last = cast("list[JsonObject]", request["messages"])[-1]
    return script.tool is not None and "toolResult" not in str(last)


def _stop(script: Script, request: JsonObject) -> str:
    return "tool_use" if _calls_tool(script, request) else _STOPS[script.finish]


def _content(script: Script, request: JsonObject) -> list[JsonObject]:
    blocks: list[JsonObject] = []
    if script.thought:
        blocks.append({"reasoningContent": {"reasoningText": {"text": script.thought}}})
    if not _calls_tool(script, request):
        return [*blocks, {"text": script.text}]
    return blocks + [_use(script, number) for number in range(script.calls)]


def _use(script: Script, number: int) -> JsonObject:
    named = {"toolUseId": call_of(script, number)["id"], "name": script.tool}
    return {"toolUse": {**named, "input": json.loads(script.tool_arguments)}}


def _events(script: Script, request: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    yield "messageStart", {"role": "assistant"}
    for index, block in enumerate(_content(script, request)):
        place = {"contentBlockIndex": index}
        if "toolUse" in block:
            use = cast("JsonObject", block["toolUse"])
            named = {"toolUseId": use["toolUseId"], "name": use["name"]}
            yield "contentBlockStart", {**place, "start": {"toolUse": named}}
        for delta in _deltas(script, block):
            yield "contentBlockDelta", {**place, "delta": delta}
        yield "contentBlockStop", {**place}
    if not script.ends_stream:
        return
    yield "messageStop", {"stopReason": _stop(script, request)}
    told = {"usage": _usage(script, request)} if script.reports_usage else {}
    yield "metadata", {**told, "metrics": {"latencyMs": 1}}


def _deltas(script: Script, block: JsonObject) -> list[JsonObject]:
    if "toolUse" in block:
        half = len(script.tool_arguments) // 2
        parts = (script.tool_arguments[:half], script.tool_arguments[half:])
        return [{"toolUse": {"input": part}} for part in parts]
    if "reasoningContent" in block:
        return [{"reasoningContent": {"text": script.thought}}]
    return [{"text": script.text[at : at + 5]} for at in range(0, len(script.text), 5)]
