"""Requests of OpenAI's Responses that must be refused, as data: one shape, nothing charged."""

import json
from collections.abc import Mapping

from support.bad_requests import BODIES, INVALID, UNSUPPORTED, BadRequest

USER = {"role": "user", "content": "hi"}
TOOL = {"type": "function", "name": "f", "parameters": {"type": "object"}}
CALL = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "c1", "output": "x"}
THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": []}
SHAPE = {"type": "json_schema", "name": "s", "schema": {"type": "object"}}


def _body(**changes: object) -> bytes:
    """Write a good request with some fields changed; `...` leaves a field out."""
    body = {"model": "m", "input": "hi", **changes}
    return json.dumps({k: v for k, v in body.items() if v is not ...}).encode()


def _invalid(name: str, **changes: object) -> BadRequest:
    return BadRequest(name, _body(**changes), 400, INVALID)


def _unsupported(name: str, **changes: object) -> BadRequest:
    return BadRequest(name, _body(**changes), 400, UNSUPPORTED)


def _parts(role: str, *parts: object) -> list[object]:
    return [{"role": role, "content": list(parts)}]


def _without(holder: Mapping[str, object], field: str) -> list[object]:
    return [USER, {name: value for name, value in holder.items() if name != field}]


# What is no clean JSON object is refused before anybody asks which format it is in.
NO_JSON = tuple(bad for bad in BODIES if bad.code == "INVALID_FORMAT" or bad.status == 413)

TOP_LEVEL = (
    _invalid("no model", model=...),
    _invalid("empty model", model=""),
    _invalid("no input", input=...),
    _invalid("null input", input=None),
    _invalid("input is a number", input=1),
    _invalid("input is an object", input=USER),
    _invalid("input is empty", input=[]),
    _invalid("too many items", input=[USER] * 2_049),
    _invalid("input of thoughts alone", input=[THOUGHT]),
    _invalid("instructions are a list", instructions=["x"]),
    _invalid("max_output_tokens is zero", max_output_tokens=0),
    _invalid("max_output_tokens is a string", max_output_tokens="5"),
    _invalid("temperature too high", temperature=2.5),
    _invalid("top_p is a string", top_p="1"),
    _invalid("stream is a string", stream="true"),
    _invalid("stream_options without stream", stream_options={"include_obfuscation": False}),
    _invalid("metadata is a list", metadata=["x"]),
    _invalid("include is a string", include="reasoning.encrypted_content"),
    _invalid("max_tool_calls is zero", max_tool_calls=0),
    _invalid("reasoning is a string", reasoning="high"),
    _invalid("unknown effort", reasoning={"effort": "enormous"}),
    _invalid("unknown summary", reasoning={"summary": "long"}),
    _invalid("text is a string", text="json"),
    _invalid("unknown format", text={"format": {"type": "xml"}}),
    _invalid("schema without a name", text={"format": {**SHAPE, "name": None}}),
    _invalid("schema without a schema", text={"format": {**SHAPE, "schema": None}}),
    _invalid("unknown verbosity", text={"verbosity": "endless"}),
    _unsupported("unknown field", n=2),
    _unsupported("messages", messages=[USER]),
    _unsupported("max_tokens", max_tokens=5),
    _unsupported("earlier response", previous_response_id="resp_1"),
    _unsupported("conversation", conversation="conv_1"),
    _unsupported("prompt of a store", prompt={"id": "pmpt_1"}),
    _unsupported("stored", store=True),
    _unsupported("in the background", background=True),
    _unsupported("cut input", truncation="auto"),
    _unsupported("log probabilities", top_logprobs=2),
    _unsupported("included log probabilities", include=["message.output_text.logprobs"]),
    _unsupported("other tier", service_tier="flex"),
    _unsupported("kept cache", prompt_cache_retention="24h"),
    _unsupported("field of our own", extensions={}),
)

ITEMS = (
    _invalid("item is a string", input=["x"]),
    _invalid("item without a type", input=[{"content": "x"}]),
    _invalid("unknown type", input=[{"type": "song"}]),
    _invalid("unknown role", input=[{"role": "tool", "content": "x"}]),
    _invalid("message without a role", input=[{"type": "message", "content": "x"}]),
    _invalid("message without content", input=[{"role": "user"}]),
    _invalid("null content", input=[{"role": "user", "content": None}]),
    _invalid("empty content", input=[{"role": "user", "content": []}]),
    _invalid("unknown part", input=_parts("user", {"type": "text", "text": "x"})),
    _invalid("text part without a text", input=_parts("user", {"type": "input_text"})),
    _invalid("user who answers", input=_parts("user", {"type": "output_text", "text": "x"})),
    _invalid("image without an address", input=_parts("user", {"type": "input_image"})),
    _invalid("refusal without words", input=_parts("assistant", {"type": "refusal"})),
    _invalid("call without an id", input=_without(CALL, "call_id")),
    _invalid("call without a name", input=_without(CALL, "name")),
    _invalid("call without arguments", input=_without(CALL, "arguments")),
    _invalid("name with spaces", input=[{**CALL, "name": "a b"}]),
    _invalid("arguments are an object", input=[{**CALL, "arguments": {}}]),
    _invalid("result without an id", input=_without(RESULT, "call_id")),
    _invalid("result without an output", input=_without(RESULT, "output")),
    _invalid("output is a number", input=[CALL, {**RESULT, "output": 3}]),
    _invalid("unknown state", input=[{**CALL, "status": "lost"}]),
    _unsupported("reference", input=[USER, {"type": "item_reference", "id": "msg_1"}]),
    _unsupported("search of the provider", input=[USER, {"type": "web_search_call", "id": "x"}]),
    _unsupported("file", input=_parts("user", {"type": "input_file", "file_id": "f"})),
    _unsupported("sound", input=_parts("user", {"type": "input_audio"})),
    _unsupported(
        "image behind an address",
        input=_parts("user", {"type": "input_image", "image_url": "https://x.test/a.png"}),
    ),
    _unsupported("kept image", input=_parts("user", {"type": "input_image", "file_id": "f"})),
    _unsupported("image of a system", input=_parts("system", {"type": "input_image"})),
    _unsupported("image as output", input=[CALL, {**RESULT, "output": [{"type": "input_image"}]}]),
    _unsupported("unknown member", input=[{**USER, "name": "bob"}]),
)

TOOLS = (
    _invalid("tools are an object", tools=TOOL),
    _invalid("tool is a string", tools=["f"]),
    _invalid("tool without a type", tools=[{"name": "f"}]),
    _invalid("tool without a name", tools=[{"type": "function"}]),
    _invalid("parameters are a string", tools=[{**TOOL, "parameters": "x"}]),
    _invalid("choice without tools", tool_choice="required"),
    _invalid("named choice without tools", tool_choice={"type": "function", "name": "f"}),
    _invalid("unknown choice", tools=[TOOL], tool_choice="sometimes"),
    _invalid("choice without a name", tools=[TOOL], tool_choice={"type": "function"}),
    _unsupported("tool of a chat", tools=[{"type": "function", "name": "f", "function": {}}]),
    _unsupported("search", tools=[{"type": "web_search"}]),
    _unsupported("remote tools", tools=[{"type": "mcp", "server_url": "https://x.test"}]),
    _unsupported("own grammar", tools=[{"type": "custom", "name": "f"}]),
    _unsupported("choice of several", tools=[TOOL], tool_choice={"type": "allowed_tools"}),
)

BAD_RESPONSES = (*NO_JSON, *TOP_LEVEL, *ITEMS, *TOOLS)
