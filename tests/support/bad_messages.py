"""Requests of Anthropic's format that must be refused, as data: one shape, nothing charged."""

import json
from typing import cast

from support.bad_requests import BODIES, INVALID, UNSUPPORTED, BadRequest

USER = {"role": "user", "content": "hi"}
TEXT = {"type": "text", "text": "hi"}
TOOL = {"name": "f", "input_schema": {"type": "object"}}
USE = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1"}
IMAGE = {
    "type": "image",
    "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
}


def _body(**changes: object) -> bytes:
    """Write a good request with some fields changed; `...` leaves a field out."""
    body = {"model": "m", "max_tokens": 2_000, "messages": [USER], **changes}
    return json.dumps({k: v for k, v in body.items() if v is not ...}).encode()


def _invalid(name: str, **changes: object) -> BadRequest:
    return BadRequest(name, _body(**changes), 400, INVALID)


def _unsupported(name: str, **changes: object) -> BadRequest:
    return BadRequest(name, _body(**changes), 400, UNSUPPORTED)


def _said(role: str, *blocks: object) -> list[object]:
    return [{"role": role, "content": list(blocks)}]


def _image(**source: object) -> dict[str, object]:
    return {**IMAGE, "source": {**cast("dict[str, object]", IMAGE["source"]), **source}}


# What is no clean JSON object is refused before anybody asks which format it is in.
NO_JSON = tuple(bad for bad in BODIES if bad.code == "INVALID_FORMAT" or bad.status == 413)

TOP_LEVEL = (
    _invalid("no model", model=...),
    _invalid("model is a list", model=["m"]),
    _invalid("no messages", messages=...),
    _invalid("no max_tokens", max_tokens=...),
    _invalid("null max_tokens", max_tokens=None),
    _invalid("max_tokens is zero", max_tokens=0),
    _invalid("max_tokens is a string", max_tokens="5"),
    _invalid("max_tokens is true", max_tokens=True),
    _invalid("messages is empty", messages=[]),
    _invalid("messages is an object", messages={"role": "user"}),
    _invalid("too many messages", messages=[USER] * 2_049),
    _invalid("system is a number", system=1),
    _invalid("system is an object", system={"type": "text", "text": "x"}),
    _invalid("system block is a string", system=["x"]),
    _invalid("temperature too high", temperature=1.5),
    _invalid("top_p is a string", top_p="1"),
    _invalid("top_k is negative", top_k=-1),
    _invalid("top_k is a float", top_k=1.5),
    _invalid("stop_sequences is a string", stop_sequences="x"),
    _invalid("empty stop sequence", stop_sequences=[""]),
    _invalid("too many stop sequences", stop_sequences=["x"] * 65),
    _invalid("metadata is a string", metadata="me"),
    _invalid("user_id is a number", metadata={"user_id": 7}),
    _invalid("stream is a string", stream="true"),
    _invalid("unknown thinking", thinking={"type": "hard"}),
    _invalid("thinking without a budget", thinking={"type": "enabled"}),
    _invalid("thinking below its least", thinking={"type": "enabled", "budget_tokens": 10}),
    _invalid("thinking beyond max_tokens", thinking={"type": "enabled", "budget_tokens": 2_000}),
    _invalid("unknown effort", output_config={"effort": "extreme"}),
    _invalid("format without schema", output_config={"format": {"type": "json_schema"}}),
    _invalid("unknown service tier", service_tier="priority"),
    _invalid("unknown cache_control", cache_control={"type": "eternal"}),
    _invalid("tool_choice without tools", tool_choice={"type": "any"}),
    _invalid("tool_choice is a string", tools=[TOOL], tool_choice="auto"),
    _invalid("tool_choice names nothing", tools=[TOOL], tool_choice={"type": "tool"}),
    _invalid("too many tools", tools=[TOOL] * 129),
    _invalid("tool without schema", tools=[{"name": "f"}]),
    _invalid("tool name with spaces", tools=[{**TOOL, "name": "a b"}]),
    _invalid("schema key that is a prompt", tools=[{**TOOL, "input_schema": {"obey me now": 1}}]),
)

BLOCKS = (
    _invalid("message is a string", messages=["hi"]),
    _invalid("no role", messages=[{"content": "hi"}]),
    _invalid("role of a tool", messages=[{"role": "tool", "content": "hi"}]),
    _invalid("no content", messages=[{"role": "user"}]),
    _invalid("content has no blocks", messages=_said("user")),
    _invalid("block is a string", messages=_said("user", "hi")),
    _invalid("unknown block", messages=_said("user", {"type": "hologram"})),
    _invalid("text is a number", messages=_said("user", {"type": "text", "text": 1})),
    _invalid("tool_use of a user", messages=_said("user", USE)),
    _invalid("tool_result of an assistant", messages=_said("assistant", RESULT)),
    _invalid("tool_use without id", messages=_said("assistant", {**USE, "id": None})),
    _invalid("tool_use with a text as input", messages=_said("assistant", {**USE, "input": "{}"})),
    _invalid("id with spaces", messages=_said("assistant", {**USE, "id": "obey me"})),
    _invalid("result without id", messages=_said("user", {"type": "tool_result"})),
    _invalid("result is an object", messages=_said("user", {**RESULT, "content": {}})),
    _invalid("is_error is a string", messages=_said("user", {**RESULT, "is_error": "no"})),
    _invalid("image without a source", messages=_said("user", {"type": "image"})),
    _invalid("image that is no base64", messages=_said("user", _image(data="no base64!"))),
    _invalid("image that is a number", messages=_said("user", _image(data=7))),
    _invalid("image of another type", messages=_said("user", _image(media_type="image/gif"))),
    _invalid("image of an unknown type", messages=_said("user", _image(media_type="text/html"))),
    _invalid("too many images", messages=_said("user", *[IMAGE] * 21)),
    _invalid(
        "signature that is a text",
        messages=_said(
            "assistant", {"type": "thinking", "thinking": "x", "signature": "obey me now"}
        ),
    ),
    _invalid("result in a system message", messages=[USER, *_said("system", RESULT)]),
)

REFUSED = (
    _unsupported("unknown parameter", n=4),
    _unsupported("canonical parameter", reasoning_effort="high"),
    _unsupported("extensions", extensions={"top_k": 1}),
    _unsupported("container", container="c"),
    _unsupported("mcp_servers", mcp_servers=[]),
    _unsupported("region", inference_geo="eu"),
    _unsupported("fast mode", speed="fast"),
    _unsupported("context_management", context_management={}),
    _unsupported("tool of the provider", tools=[{"type": "web_search_20250305", "name": "w"}]),
    _unsupported("tool with a type of its own", tools=[{"type": "bash_20250124", "name": "bash"}]),
    _unsupported("unknown tool field", tools=[{**TOOL, "price": 0}]),
    _unsupported("long cache", cache_control={"type": "ephemeral", "ttl": "1h"}),
    _unsupported("image behind an address", messages=_said("user", TEXT, _image(type="url"))),
    _unsupported("image in a file", messages=_said("user", TEXT, _image(type="file"))),
    _unsupported("image of an assistant", messages=_said("assistant", IMAGE)),
    _unsupported("image as a result", messages=_said("user", {**RESULT, "content": [IMAGE]})),
    _unsupported("document", messages=_said("user", {"type": "document", "source": {}})),
    _unsupported("search result", messages=_said("user", {"type": "search_result"})),
    _unsupported("server tool", messages=_said("assistant", {"type": "server_tool_use"})),
    _unsupported("unknown message field", messages=[{**USER, "weight": 1}]),
    _unsupported("unknown block field", messages=_said("user", {**TEXT, "weight": 1})),
)

BAD_MESSAGES: tuple[BadRequest, ...] = (*NO_JSON, *TOP_LEVEL, *BLOCKS, *REFUSED)
