"""A request of OpenAI's Responses, read into the canonical chat request."""

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from ironcage.gateway.model import JsonObject
from ironcage.gateway.parameters import check_fields, extras_in
from ironcage.gateway.wire.call_ids import with_own_call_ids
from ironcage.gateway.wire.chat import ChatRequest, with_images
from ironcage.gateway.wire.checks import Problems
from ironcage.gateway.wire.images import bounded_part
from ironcage.gateway.wire.responses_parameters import RESPONSES_PARAMETERS
from ironcage.gateway.wire.strict_json import decode_fields

REQUIRED = ("model", "input")
_SAME = ("temperature", "top_p", "user", "safety_identifier", "prompt_cache_key")
_OF_TOOLS = ("tool_choice", "parallel_tool_calls")


def parse_responses(
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
    extras = extras_in(given, extra_parameters, RESPONSES_PARAMETERS)
    problems = Problems()
    check_fields(given, RESPONSES_PARAMETERS, problems, required=REQUIRED, extras=extras)
    _check_combinations(given, problems)
    problems.raise_if_any()
    chat = ChatRequest(
        model=str(given["model"]),
        body={**_body(given), **{name: given[name] for name in extras}},
        stream=given.get("stream") is True,
        max_tokens=cast("int | None", given.get("max_output_tokens")),
        max_tokens_field="max_completion_tokens" if "max_output_tokens" in given else None,
        extras=extras,
    )
    return with_images(chat)


def _check_combinations(given: JsonObject, problems: Problems) -> None:
    if "stream_options" in given and given.get("stream") is not True:
        problems.add("stream_options", "needs stream to be true")
    if given.get("tool_choice") not in (None, "none", "auto") and not given.get("tools"):
        problems.add("tool_choice", "needs tools")
    items = given.get("input")
    if isinstance(items, list) and all(_kind(item) == "reasoning" for item in items):
        problems.add("input", "must hold more than thoughts")


def _body(given: JsonObject) -> JsonObject:
    out: JsonObject = {"messages": with_own_call_ids(_messages(given))}
    out.update((name, given[name]) for name in _SAME if name in given)
    if given.get("tools"):
        out["tools"] = [_tool(tool) for tool in cast("list[JsonObject]", given["tools"])]
        out.update((name, _choice(given[name])) for name in _OF_TOOLS if name in given)
    wanted = cast("JsonObject", given.get("text") or {})
    if shape := _response_format(cast("JsonObject", wanted.get("format") or {})):
        out["response_format"] = shape
    if wanted.get("verbosity"):
        out["verbosity"] = wanted["verbosity"]
    if effort := cast("JsonObject", given.get("reasoning") or {}).get("effort"):
        out["reasoning_effort"] = effort
    return out


def _messages(given: JsonObject) -> Iterable[JsonObject]:
    messages: list[JsonObject] = []
    if given.get("instructions"):
        messages.append({"role": "system", "content": given["instructions"]})
    asked = given["input"]
    if isinstance(asked, str):
        return [*messages, {"role": "user", "content": asked}]
    for item in cast("list[JsonObject]", asked):
        match _kind(item):
            case "message":
                messages.append({"role": item["role"], "content": _content(item["content"])})
            case "function_call":
                _add_call(messages, item)
            case "function_call_output":
                said = {"tool_call_id": item["call_id"], "content": _content(item["output"])}
                messages.append({"role": "tool", **said})
    return messages


def _add_call(messages: list[JsonObject], item: JsonObject) -> None:
    """Put a call into the message that it belongs to: what the model said right before it."""
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": None})
    function = {"name": item["name"], "arguments": item["arguments"]}
    call: JsonObject = {"id": item["call_id"], "type": "function", "function": function}
    cast("list[JsonObject]", messages[-1].setdefault("tool_calls", [])).append(call)


def _kind(item: object) -> object:
    return item.get("type", "message") if isinstance(item, dict) else None


def _content(content: object) -> object:
    """Write one plain text as a string, and everything else as parts."""
    if isinstance(content, str):
        return content
    parts = [_part(part) for part in cast("list[JsonObject]", content)]
    return parts[0]["text"] if len(parts) == 1 and "text" in parts[0] else parts


def _part(part: JsonObject) -> JsonObject:
    if part["type"] == "refusal":
        return {"type": "refusal", "refusal": part["refusal"]}
    if part["type"] != "input_image":
        return {"type": "text", "text": part["text"]}
    image = {"url": part["image_url"], "detail": part.get("detail")}
    return bounded_part({"type": "image_url", "image_url": image})


def _tool(tool: JsonObject) -> JsonObject:
    return {"type": "function", "function": dict(_told(tool))}


def _told(holder: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """List what an object says beside its type; null says nothing."""
    return ((n, value) for n, value in holder.items() if n != "type" and value is not None)


def _choice(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {"type": "function", "function": {"name": value["name"]}}


def _response_format(shape: JsonObject) -> JsonObject | None:
    if shape.get("type") == "json_schema":
        return {"type": "json_schema", "json_schema": dict(_told(shape))}
    return {"type": "json_object"} if shape.get("type") == "json_object" else None
