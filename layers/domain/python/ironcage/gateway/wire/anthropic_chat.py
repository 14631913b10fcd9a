"""A request of Anthropic's Messages, read into the canonical chat request."""

import json
from collections.abc import Iterator, Mapping
from typing import cast

from ironcage.gateway.model import JsonObject
from ironcage.gateway.parameters import check_fields, extras_in
from ironcage.gateway.wire.anthropic_parameters import MESSAGES_PARAMETERS
from ironcage.gateway.wire.call_ids import with_own_call_ids
from ironcage.gateway.wire.chat import ChatRequest, with_images
from ironcage.gateway.wire.checks import Problems
from ironcage.gateway.wire.extensions import NAME, extended
from ironcage.gateway.wire.images import bounded_part, url_of
from ironcage.gateway.wire.strict_json import decode_fields

REQUIRED = ("model", "messages", "max_tokens")
_SAME = ("temperature", "top_p")
_TOOL_CHOICES = {"auto": "auto", "any": "required", "none": "none"}


def parse_messages(
    body: bytes, *, extra_parameters: frozenset[str] | set[str] = frozenset()
) -> ChatRequest:
    """Read a request, or say everything that is wrong with it.

    Args:
        body: the bytes that came.
        extra_parameters: names outside our table that the agent's policy lets through.

    Raises:
        BodyTooLarge: more bytes than we accept.
        MalformedBody: not one clean JSON object.
        UnsupportedParameter: parameters without a known price, and nothing else is wrong.
        InvalidRequest: at least one field breaks a rule.
    """
    given = decode_fields(body)
    extras = extras_in(given, extra_parameters, MESSAGES_PARAMETERS)
    problems = Problems()
    check_fields(given, MESSAGES_PARAMETERS, problems, required=REQUIRED, extras=extras)
    _check_combinations(given, problems)
    problems.raise_if_any()
    out = _body(given)
    out.update((name, given[name]) for name in extras)
    chat = ChatRequest(
        model=str(given["model"]),
        body=out,
        stream=given.get("stream") is True,
        max_tokens=cast("int", given["max_tokens"]),
        max_tokens_field="max_tokens",
        extras=extras,
    )
    return with_images(chat)


def _check_combinations(given: JsonObject, problems: Problems) -> None:
    choice, thinking = _mapping(given.get("tool_choice")), _mapping(given.get("thinking"))
    if choice.get("type") in {"any", "tool"} and not given.get("tools"):
        problems.add("tool_choice", "needs tools")
    budget, most = thinking.get("budget_tokens"), given.get("max_tokens")
    if isinstance(budget, int) and isinstance(most, int) and budget >= most:
        problems.add("thinking.budget_tokens", "must be less than max_tokens")


def _body(given: JsonObject) -> JsonObject:
    out: JsonObject = {"messages": with_own_call_ids(_messages(given))}
    out.update((name, given[name]) for name in _SAME if name in given)
    if given.get("stop_sequences"):
        out["stop"] = given["stop_sequences"]
    if user := _mapping(given.get("metadata")).get("user_id"):
        out["user"] = user
    if given.get("tools"):
        out.update(_tools(given))
    out.update(_output_config(_mapping(given.get("output_config"))))
    out[NAME] = {n: given[n] for n in ("top_k", "thinking", "cache_control") if n in given}
    return out


def _tools(given: JsonObject) -> JsonObject:
    out: JsonObject = {"tools": [_tool(tool) for tool in cast("list[JsonObject]", given["tools"])]}
    choice = _mapping(given.get("tool_choice"))
    if choice.get("type") == "tool":
        out["tool_choice"] = {"type": "function", "function": {"name": choice["name"]}}
    elif choice:
        out["tool_choice"] = _TOOL_CHOICES[str(choice["type"])]
    if choice.get("disable_parallel_tool_use"):
        out["parallel_tool_calls"] = False
    return out


def _tool(tool: JsonObject) -> JsonObject:
    function: JsonObject = {"name": tool["name"]}
    if tool.get("description"):
        function["description"] = tool["description"]
    function["parameters"] = tool["input_schema"]
    if tool.get("strict") is not None:
        function["strict"] = tool["strict"]
    return _marked({"type": "function", "function": function}, tool)


def _output_config(config: Mapping[str, object]) -> JsonObject:
    out: JsonObject = {}
    if config.get("effort"):
        out["reasoning_effort"] = config["effort"]
    if wanted := _mapping(config.get("format")):
        shape = {"name": "answer", "schema": wanted["schema"], "strict": True}
        out["response_format"] = {"type": "json_schema", "json_schema": shape}
    return out


def _messages(given: JsonObject) -> Iterator[JsonObject]:
    if given.get("system"):
        yield {"role": "system", "content": _content(given["system"])}
    for message in cast("list[JsonObject]", given["messages"]):
        content = message["content"]
        if isinstance(content, str):
            yield {"role": message["role"], "content": content}
        elif message["role"] == "assistant":
            yield _assistant(cast("list[JsonObject]", content))
        else:
            yield from _turn(str(message["role"]), cast("list[JsonObject]", content))


def _turn(role: str, blocks: list[JsonObject]) -> Iterator[JsonObject]:
    """Write what tools answered first, as OpenAI's format wants it right behind the calls."""
    for block in blocks:
        if block["type"] == "tool_result":
            yield _tool_message(block)
    if parts := [block for block in blocks if block["type"] != "tool_result"]:
        yield {"role": role, "content": _content(parts)}


def _tool_message(block: JsonObject) -> JsonObject:
    content = _content(block.get("content") or "")
    out = {"role": "tool", "tool_call_id": block["tool_use_id"], "content": content}
    marks = {"cache_control": block.get("cache_control"), "is_error": block.get("is_error")}
    return extended(out, **marks)


def _assistant(blocks: list[JsonObject]) -> JsonObject:
    texts = [block for block in blocks if block["type"] == "text"]
    calls = [_tool_call(block) for block in blocks if block["type"] == "tool_use"]
    out: JsonObject = {"role": "assistant", "content": _content(texts) if texts else None}
    if calls:
        out["tool_calls"] = calls
    elif not texts:
        out["content"] = ""
    return extended(out, thinking=[block for block in blocks if _is_signed(block)])


def _is_signed(block: JsonObject) -> bool:
    """Tell a thought that its provider will know again; others mean nothing to anybody."""
    return bool(
        block.get("data") if block["type"] == "redacted_thinking" else block.get("signature")
    )


def _tool_call(block: JsonObject) -> JsonObject:
    function = {"name": block["name"], "arguments": json.dumps(block["input"], ensure_ascii=False)}
    return {"id": block["id"], "type": "function", "function": function}


def _content(content: object) -> object:
    """Write one plain text as a string, and everything else as parts."""
    if not isinstance(content, list):
        return content
    parts = [_marked(_part(block), block) for block in content]
    return parts[0]["text"] if len(parts) == 1 and parts[0].keys() == {"type", "text"} else parts


def _part(block: JsonObject) -> JsonObject:
    if block["type"] == "text":
        return {"type": "text", "text": block["text"]}
    return bounded_part({"type": "image_url", "image_url": {"url": url_of(block["source"])}})


def _marked(out: JsonObject, block: JsonObject) -> JsonObject:
    return extended(out, cache_control=block.get("cache_control"))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
