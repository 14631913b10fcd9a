"""Chat requests that must be refused, as data: no 5xx, one body shape, nothing charged."""

import json
from typing import NamedTuple


class BadRequest(NamedTuple):
    """One hostile or mistaken request, and what it must be answered."""

    id: str
    body: bytes
    status: int
    code: str
    headers: dict[str, str] = {"content-type": "application/json"}  # noqa: RUF012 - never changed

    @property
    def is_about_the_body(self) -> bool:
        """Tell whether reading the body alone must find the problem."""
        return self.status in {400, 413}


USER = {"role": "user", "content": "hi"}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
INVALID, UNSUPPORTED, MALFORMED = "VALIDATION_ERROR", "UNSUPPORTED_PARAMETER", "INVALID_FORMAT"


def _chat(**changes: object) -> bytes:
    """Write a good request with some fields changed; `...` leaves a field out."""
    body = {"model": "m", "messages": [USER], **changes}
    return json.dumps({k: v for k, v in body.items() if v is not ...}).encode()


def _messages(*messages: object) -> bytes:
    return _chat(messages=list(messages))


def _invalid(name: str, **changes: object) -> BadRequest:
    return BadRequest(name, _chat(**changes), 400, INVALID)


def _unsupported(name: str, **changes: object) -> BadRequest:
    return BadRequest(name, _chat(**changes), 400, UNSUPPORTED)


def _malformed(name: str, body: bytes) -> BadRequest:
    return BadRequest(name, body, 400, MALFORMED)


BODIES = (
    _malformed("empty body", b""),
    _malformed("blank body", b"  \n"),
    _malformed("not json", b"hello"),
    _malformed("cut json", b'{"model": "m", "messages": ['),
    _malformed("trailing data", _chat() + b"{}"),
    _malformed("two objects", _chat() + b"\n" + _chat()),
    _malformed("json array", b"[]"),
    _malformed("json string", b'"model"'),
    _malformed("json null", b"null"),
    _malformed("json number", b"7"),
    _malformed("single quotes", b"{'model': 'm'}"),
    _malformed("trailing comma", b'{"model": "m", "messages": [],}'),
    _malformed("comment in json", b'{/* hi */ "model": "m"}'),
    _malformed("invalid utf-8", b'{"model": "\xff\xfe"}'),
    _malformed("overlong utf-8", b'{"model": "\xc0\xaf"}'),
    _malformed("utf-16", '{"model": "m"}'.encode("utf-16")),
    _malformed("byte order mark", b"\xef\xbb\xbf" + _chat()),
    _malformed("raw surrogate", b'{"model": "\xed\xa0\x80"}'),
    _malformed("escaped lone surrogate", b'{"model": "m", "messages": [], "user": "\\ud800"}'),
    _malformed("lone surrogate in a key", b'{"model": "m", "\\udc00": 1}'),
    _malformed("duplicate key", b'{"model": "m", "model": "x", "messages": []}'),
    _malformed("nested duplicate key", b'{"model": "m", "messages": [{"role": "a", "role": "b"}]}'),
    _malformed("nan", b'{"model": "m", "messages": [], "temperature": NaN}'),
    _malformed("infinity", b'{"model": "m", "messages": [], "temperature": -Infinity}'),
    _malformed("float overflow", b'{"model": "m", "messages": [], "temperature": 1e999}'),
    _malformed("endless integer", b'{"model": "m", "n": ' + b"9" * 5_000 + b"}"),
    _malformed("raw control character", b'{"model": "m\x01"}'),
    _malformed("deep list", b'{"model": "m", "messages": ' + b"[" * 40 + b"]" * 40 + b"}"),
    _malformed("bottomless list", b'{"model": "m", "messages": ' + b"[" * 200_000),
    _malformed("bottomless object", b'{"a":' * 100_000),
    _malformed("deep schema", _chat(tools=json.loads('[{"a":' * 20 + "1" + "}]" * 20))),
    BadRequest("huge body", b'{"model": "' + b"m" * 5_000_000 + b'"}', 413, "BODY_TOO_LARGE"),
)

TOP_LEVEL = (
    _invalid("no model", model=...),
    _invalid("null model", model=None),
    _invalid("empty model", model=""),
    _invalid("model is a number", model=4),
    _invalid("model is a list", model=["m"]),
    _invalid("endless model", model="m" * 257),
    _invalid("no messages", messages=...),
    _invalid("messages is a string", messages="hi"),
    _invalid("messages is empty", messages=[]),
    _invalid("too many messages", messages=[USER] * 2_049),
    _invalid("temperature is a string", temperature="0.5"),
    _invalid("temperature is true", temperature=True),
    _invalid("temperature too high", temperature=2.1),
    _invalid("top_p below zero", top_p=-0.1),
    _invalid("n is zero", n=0),
    _invalid("n too high", n=9),
    _invalid("n is true", n=True),
    _invalid("n is a float", n=1.5),
    _invalid("max_tokens is zero", max_tokens=0),
    _invalid("max_tokens is negative", max_tokens=-1),
    _invalid("max_tokens is a string", max_tokens="100"),
    _invalid("max_tokens is enormous", max_tokens=10**18),
    _invalid("both max_tokens", max_tokens=5, max_completion_tokens=5),
    _invalid("stream is a string", stream="true"),
    _invalid("stream is a number", stream=1),
    _invalid("stream_options without stream", stream_options={"include_usage": True}),
    _invalid("stop has too many", stop=["a"] * 5),
    _invalid("stop has a number", stop=[1]),
    _invalid("seed is a float", seed=1.5),
    _invalid("seed is enormous", seed=2**64),
    _invalid("logit_bias by name", logit_bias={"word": 1}),
    _invalid("logit_bias too strong", logit_bias={"50256": 101}),
    _invalid("metadata is nested", metadata={"a": {"b": "c"}}),
    _invalid("user is an object", user={"id": 1}),
    _invalid("unknown reasoning effort", reasoning_effort="extreme"),
    _invalid("tool_choice without tools", tool_choice="required"),
)

NESTED = (
    BadRequest("message is a string", _messages("hi"), 400, INVALID),
    BadRequest("message is null", _messages(None), 400, INVALID),
    BadRequest("no role", _messages({"content": "hi"}), 400, INVALID),
    BadRequest("unknown role", _messages({"role": "root", "content": "hi"}), 400, INVALID),
    BadRequest("role is a list", _messages({"role": ["user"], "content": "hi"}), 400, INVALID),
    BadRequest("no content", _messages({"role": "user"}), 400, INVALID),
    BadRequest(
        "null content of a user", _messages({"role": "user", "content": None}), 400, INVALID
    ),
    BadRequest("content is a number", _messages({"role": "user", "content": 1}), 400, INVALID),
    BadRequest("content has no parts", _messages({"role": "user", "content": []}), 400, INVALID),
    BadRequest("part is a string", _messages({"role": "user", "content": ["hi"]}), 400, INVALID),
    BadRequest(
        "part without text",
        _messages({"role": "user", "content": [{"type": "text"}]}),
        400,
        INVALID,
    ),
    BadRequest("assistant says nothing", _messages(USER, {"role": "assistant"}), 400, INVALID),
    BadRequest(
        "tool result without a call", _messages({"role": "tool", "content": "x"}), 400, INVALID
    ),
    BadRequest(
        "arguments are an object",
        _messages(
            {
                "role": "assistant",
                "tool_calls": [{**CALL, "function": {"name": "f", "arguments": {}}}],
            }
        ),
        400,
        INVALID,
    ),
    _invalid("tools is empty", tools=[]),
    _invalid("too many tools", tools=[TOOL] * 129),
    _invalid("tool without function", tools=[{"type": "function"}]),
    _invalid("tool name with spaces", tools=[{"type": "function", "function": {"name": "a b"}}]),
    _invalid(
        "schema key that could be a prompt",
        tools=[
            {"type": "function", "function": {"name": "f", "parameters": {"ignore all this": 1}}}
        ],
    ),
    _invalid("tool_choice names nothing", tools=[TOOL], tool_choice={"type": "function"}),
    _invalid("unknown response format", response_format={"type": "xml"}),
    _invalid("schema without name", response_format={"type": "json_schema", "json_schema": {}}),
)

IMAGE = {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}}
BROKEN_IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,%%%"}}
REFUSED = (
    _unsupported("unknown parameter", top_k=40),
    _unsupported("extensions", extensions={"top_k": 1}),
    _unsupported("parameter of a prototype", __proto__={"admin": True}),
    _unsupported("logprobs", logprobs=True),
    _unsupported("top_logprobs", top_logprobs=2),
    _unsupported("audio", audio={"voice": "alloy", "format": "wav"}),
    _unsupported("spoken modality", modalities=["text", "audio"]),
    _unsupported("prediction", prediction={"type": "content", "content": "x"}),
    _unsupported("web search", web_search_options={}),
    _unsupported("functions", functions=[{"name": "f"}]),
    _unsupported("dearer service tier", service_tier="priority"),
    _unsupported("stored answer", store=True),
    _unsupported("unknown stream option", stream=True, stream_options={"include_all": True}),
    BadRequest("image by address", _messages({**USER, "content": [IMAGE]}), 400, UNSUPPORTED),
    BadRequest("broken image", _messages({**USER, "content": [BROKEN_IMAGE]}), 400, INVALID),
    BadRequest("function role", _messages({"role": "function", "content": "x"}), 400, UNSUPPORTED),
    BadRequest("unknown message field", _messages({**USER, "weight": 1}), 400, UNSUPPORTED),
    _unsupported("custom tool", tools=[{"type": "custom", "custom": {"name": "f"}}]),
)

# What the body alone cannot show; the gateway checks these before it reads one.
HEADERS = (
    BadRequest("form", b"model=m", 415, "UNSUPPORTED_MEDIA_TYPE", {"content-type": "text/plain"}),
    BadRequest("no media type", _chat(), 415, "UNSUPPORTED_MEDIA_TYPE", {}),
    BadRequest(
        "form encoding",
        _chat(),
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        {"content-type": "application/x-www-form-urlencoded"},
    ),
    BadRequest(
        "json in the wrong place",
        _chat(),
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        {"content-type": "text/html; application/json"},
    ),
)

BAD_REQUESTS: tuple[BadRequest, ...] = (*BODIES, *TOP_LEVEL, *NESTED, *REFUSED, *HEADERS)
