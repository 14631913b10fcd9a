"""Translation between OpenAI's chat format and Bedrock's Converse, both ways, without I/O."""

from collections.abc import Mapping
from typing import cast

from ironcage.core.errors import ProviderUnavailable, UnsupportedParameter
from ironcage.gateway.model import JsonObject, Usage
from ironcage.gateway.wire.completions import named_call, usage_body
from ironcage.gateway.wire.counts import count_in, count_or_nothing
from ironcage.gateway.wire.extensions import extensions_of
from ironcage.gateway.wire.images import image_of
from ironcage.gateway.wire.turns import (
    arguments_of,
    is_instruction,
    mapping,
    parts_of,
    turns_of,
    written_arguments,
)

# Parameters that Converse has no word for and that would change the answer.
_REFUSED = ("logit_bias", "presence_penalty", "frequency_penalty")
_FINISHES: Mapping[str, str] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}


def to_converse(body: Mapping[str, object]) -> JsonObject:
    """Write a chat body as the arguments of Converse.

    Raises:
        UnsupportedParameter: the request asks for what Converse cannot do.
    """
    _refuse_unknown(body)
    messages = cast("list[JsonObject]", body["messages"])
    out: JsonObject = {
        "modelId": body["model"],
        "messages": turns_of(messages, _blocks),
        "inferenceConfig": _inference(body),
    }
    system = [_block(p) for m in messages if is_instruction(m) for p in parts_of(m)]
    if system:
        out["system"] = system
    if tools := _tool_config(body, messages):
        out["toolConfig"] = tools
    return out


def from_converse(response: Mapping[str, object], *, answer_id: str, created: int) -> JsonObject:
    """Read an answer of Converse as a `chat.completion`, its model left to the caller.

    Raises:
        ProviderUnavailable: the answer is not one.
    """
    message = mapping(mapping(response.get("output")).get("message"))
    blocks = message.get("content")
    if not isinstance(blocks, list):
        raise ProviderUnavailable(sent=True, reason="bad_answer")
    said = _said([mapping(block) for block in blocks])
    out: JsonObject = {
        "id": answer_id,
        "object": "chat.completion",
        "created": created,
        "model": "",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "refusal": None, **said},
                "logprobs": None,
                "finish_reason": finish_reason(response.get("stopReason")),
                **stop_extensions(response.get("stopReason")),
            }
        ],
    }
    usage = usage_of(response.get("usage"))
    if usage is not None:
        out["usage"] = usage_body(usage)
    return out


def usage_of(reported: object) -> Usage | None:
    """Read Converse's usage, where cached tokens are counted apart from the input."""
    counts = mapping(reported)
    fresh, output = count_in(counts, "inputTokens"), count_in(counts, "outputTokens")
    if fresh is None or output is None:
        return None
    cached = count_or_nothing(counts, "cacheReadInputTokens")
    written = count_or_nothing(counts, "cacheWriteInputTokens")
    return Usage(
        input_tokens=fresh + cached + written,
        output_tokens=output,
        cached_tokens=cached,
        cache_write_tokens=written,
    )


def finish_reason(stop: object) -> str:
    """Name a stop reason as OpenAI does."""
    return _FINISHES.get(stop, "stop") if isinstance(stop, str) else "stop"


def stop_extensions(stop: object) -> JsonObject:
    """Say that a stop sequence was met; Converse does not tell which."""
    return {"extensions": {"stop_sequence": ""}} if stop == "stop_sequence" else {}


def _refuse_unknown(body: Mapping[str, object]) -> None:
    found = {name: "is not supported by this provider" for name in _REFUSED if body.get(name)}
    if body.get("n", 1) != 1:
        found["n"] = "must be 1 with this provider"
    if mapping(body.get("response_format")).get("type", "text") != "text":
        found["response_format"] = "is not supported by this provider"
    if found:
        raise UnsupportedParameter(found)


def _inference(body: Mapping[str, object]) -> JsonObject:
    stop = body.get("stop")
    out: JsonObject = {
        "maxTokens": body["max_completion_tokens"],
        "temperature": body.get("temperature"),
        "topP": body.get("top_p"),
        "stopSequences": [stop] if isinstance(stop, str) else stop,
    }
    return {name: value for name, value in out.items() if value is not None}


def _blocks(message: JsonObject) -> list[JsonObject]:
    parts = [_block(part) for part in parts_of(message)]
    if message.get("role") == "tool":
        result = {"toolUseId": message["tool_call_id"], "content": parts or [{"text": " "}]}
        if extensions_of(message).get("is_error"):
            result["status"] = "error"
        return [{"toolResult": result}]
    calls = cast("list[JsonObject]", message.get("tool_calls", []))
    return parts + [{"toolUse": _tool_use(call)} for call in calls]


def _block(part: JsonObject) -> JsonObject:
    if part["type"] != "image_url":
        return {"text": part["text"]}
    image = image_of(part)
    return {"image": {"format": image.format, "source": {"bytes": image.decode()}}}


def _tool_use(call: JsonObject) -> JsonObject:
    function = cast("Mapping[str, str]", call["function"])
    return {
        "toolUseId": call["id"],
        "name": function["name"],
        "input": arguments_of(function["arguments"]),
    }


def _tool_config(body: Mapping[str, object], messages: list[JsonObject]) -> JsonObject | None:
    tools = cast("list[JsonObject]", body.get("tools", []))
    choice = body.get("tool_choice", "auto")
    # Converse cannot forbid tools; without tools a conversation that used some is refused.
    if not tools or (choice == "none" and not any(m.get("tool_calls") for m in messages)):
        return None
    out: JsonObject = {"tools": [{"toolSpec": _tool_spec(tool)} for tool in tools]}
    if choice == "required":
        out["toolChoice"] = {"any": {}}
    elif isinstance(choice, dict):
        out["toolChoice"] = {"tool": {"name": mapping(choice.get("function"))["name"]}}
    return out


def _tool_spec(tool: JsonObject) -> JsonObject:
    function = mapping(tool["function"])
    out: JsonObject = {
        "name": function["name"],
        "inputSchema": {"json": function.get("parameters") or {"type": "object", "properties": {}}},
    }
    if function.get("description"):
        out["description"] = function["description"]
    return out


def _said(blocks: list[Mapping[str, object]]) -> JsonObject:
    texts = [text for b in blocks if isinstance(text := b.get("text"), str)]
    thoughts = [mapping(mapping(b.get("reasoningContent")).get("reasoningText")) for b in blocks]
    reasoning = "".join(str(thought["text"]) for thought in thoughts if "text" in thought)
    calls = [mapping(b["toolUse"]) for b in blocks if "toolUse" in b]
    out: JsonObject = {"content": "".join(texts) if texts else None}
    if reasoning:
        out["reasoning_content"] = reasoning
    if calls:
        out["tool_calls"] = [_tool_call(call) for call in calls]
    return out


def _tool_call(use: Mapping[str, object]) -> JsonObject:
    arguments = written_arguments(use.get("input", {}))
    function = {"name": str(use.get("name")), "arguments": arguments}
    return {**named_call(use.get("toolUseId")), "function": function}
