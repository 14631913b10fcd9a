"""OpenAI's chat format as a request of Anthropic's Messages, without I/O."""

from collections.abc import Mapping
from typing import cast

from ironcage.core.errors import UnsupportedParameter
from ironcage.gateway.model import JsonObject
from ironcage.gateway.parameters import PARAMETERS
from ironcage.gateway.wire.anthropic_provider_thinking import thinking_of
from ironcage.gateway.wire.extensions import extensions_of
from ironcage.gateway.wire.images import image_of
from ironcage.gateway.wire.turns import arguments_of, is_instruction, mapping, parts_of, turns_of

# Parameters that Messages has no word for and that would change the answer.
_REFUSED = ("logit_bias", "presence_penalty", "frequency_penalty")
_DEFAULT_SCHEMA: JsonObject = {"type": "object", "properties": {}}


def to_anthropic(body: Mapping[str, object]) -> JsonObject:
    """Write a chat body as the body of `POST /v1/messages`.

    Raises:
        UnsupportedParameter: the request asks for what Messages cannot do.
    """
    problems = _problems(body)
    thinking = thinking_of(body, problems)
    messages = cast("list[JsonObject]", body["messages"])
    turns = _turns(messages)
    if not turns:
        problems["messages"] = "needs more than instructions with this provider"
    if problems:
        raise UnsupportedParameter(problems)
    out: JsonObject = {
        **{name: value for name, value in body.items() if name not in PARAMETERS},
        "model": body["model"],
        "max_tokens": body["max_completion_tokens"],
        "messages": turns,
        # Priority capacity has prices of its own.
        "service_tier": "standard_only",
        **_options(body, effort=thinking.pop("effort", None)),
        **thinking,
        **_same(extensions_of(body), "top_k", "cache_control"),
    }
    if system := [_block(p) for m in messages if is_instruction(m) for p in parts_of(m)]:
        out["system"] = system
    return out


def _problems(body: Mapping[str, object]) -> dict[str, str]:
    found = {name: "is not supported by this provider" for name in _REFUSED if body.get(name)}
    if body.get("n", 1) != 1:
        found["n"] = "must be 1 with this provider"
    if cast("float", body.get("temperature", 1)) > 1:
        found["temperature"] = "must be at most 1 with this provider"
    if not all(text.strip() for text in _stops(body)):
        found["stop"] = "must be more than white space with this provider"
    form = mapping(body.get("response_format"))
    if form.get("type") == "json_object":
        found["response_format"] = "must be json_schema or text with this provider"
    elif form.get("type") == "json_schema" and _schema(form) is None:
        found["response_format.json_schema.schema"] = "is required with this provider"
    return found


def _options(body: Mapping[str, object], *, effort: object) -> JsonObject:
    """Write what may be left out; 1 is the default of both samplings, which some models refuse."""
    output = {"effort": effort, "format": _format(body)}
    tools = cast("list[JsonObject]", body.get("tools", []))
    out: JsonObject = {
        "stop_sequences": _stops(body) or None,
        "temperature": None if body.get("temperature") == 1 else body.get("temperature"),
        "top_p": None if body.get("top_p") == 1 else body.get("top_p"),
        "tools": [_tool(tool) for tool in tools] or None,
        "tool_choice": _tool_choice(body),
        "output_config": {name: value for name, value in output.items() if value} or None,
        "stream": body.get("stream"),
    }
    return {name: value for name, value in out.items() if value is not None}


def _stops(body: Mapping[str, object]) -> list[str]:
    stop = body.get("stop")
    return [stop] if isinstance(stop, str) else cast("list[str]", stop or [])


def _schema(form: Mapping[str, object]) -> object:
    return mapping(form.get("json_schema")).get("schema")


def _format(body: Mapping[str, object]) -> JsonObject | None:
    form = mapping(body.get("response_format"))
    if form.get("type") != "json_schema":
        return None
    return {"type": "json_schema", "schema": _schema(form)}


def _turns(messages: list[JsonObject]) -> list[JsonObject]:
    """Write the turns; the results of tools must come first in theirs."""
    turns = turns_of(messages, _blocks)
    for turn in turns:
        cast("list[JsonObject]", turn["content"]).sort(key=lambda b: b["type"] != "tool_result")
    return turns


def _blocks(message: JsonObject) -> list[JsonObject]:
    parts, found = [_block(part) for part in parts_of(message)], extensions_of(message)
    if message.get("role") == "tool":
        answered = message["tool_call_id"]
        result = {"type": "tool_result", "tool_use_id": answered, "content": parts}
        return [{**result, **_same(found, "is_error", "cache_control")}]
    thoughts = cast("list[JsonObject]", found.get("thinking") or [])
    calls = cast("list[JsonObject]", message.get("tool_calls", []))
    return [*thoughts, *parts, *(_tool_use(call) for call in calls)]


def _block(part: JsonObject) -> JsonObject:
    marks = _same(extensions_of(part), "cache_control")
    if part["type"] != "image_url":
        return {"type": "text", "text": part["text"], **marks}
    image = image_of(part)
    source = {"type": "base64", "media_type": image.media_type, "data": image.base64}
    return {"type": "image", "source": source, **marks}


def _same(found: Mapping[str, object], *names: str) -> JsonObject:
    return {name: found[name] for name in names if name in found}


def _tool_use(call: JsonObject) -> JsonObject:
    function = cast("Mapping[str, str]", call["function"])
    return {
        "type": "tool_use",
        "id": call["id"],
        "name": function["name"],
        "input": arguments_of(function["arguments"]),
    }


def _tool(tool: JsonObject) -> JsonObject:
    function = mapping(tool["function"])
    schema = {**_DEFAULT_SCHEMA, **mapping(function.get("parameters"))}
    out: JsonObject = {"name": function["name"], "input_schema": schema}
    for name in ("description", "strict"):
        if function.get(name):
            out[name] = function[name]
    return out | _same(extensions_of(tool), "cache_control")


def _tool_choice(body: Mapping[str, object]) -> JsonObject | None:
    given, is_single = body.get("tool_choice"), body.get("parallel_tool_calls") is False
    if not body.get("tools") or (given is None and not is_single):
        return None
    if given == "none":
        return {"type": "none"}
    out: JsonObject = {"type": {"required": "any"}.get(str(given), "auto")}
    if isinstance(given, dict):
        out = {"type": "tool", "name": mapping(given.get("function"))["name"]}
    if is_single:
        out["disable_parallel_tool_use"] = True
    return out
