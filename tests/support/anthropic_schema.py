"""What Anthropic's Messages accepts of us, written down by hand: a request is checked against it.

`problems_in` knows the shapes and the rules of a conversation; it is stricter than the real API
where ours should never need the licence.
"""

import re
from collections.abc import Iterator, Mapping
from typing import cast

JsonObject = dict[str, object]
Schema = Mapping[str, object]

TEXT: Schema = {"type": str, "pattern": r"(?s).+"}
ID: Schema = {"type": str, "pattern": r"[A-Za-z0-9_-]+"}
NAME: Schema = {"type": str, "pattern": r"[A-Za-z0-9_-]{1,64}"}
OBJECT: Schema = {"type": dict}


def record(required: Mapping[str, Schema], **optional: Schema) -> Schema:
    """Describe an object of these fields and no others."""
    return {"type": dict, "fields": {**required, **optional}, "required": tuple(required)}


def word(*values: object) -> Schema:
    """Describe one of a few values."""
    return {"values": values}


def kinds(**variants: Schema) -> Schema:
    """Describe an object whose `type` says what else it has."""
    return {"type": dict, "variants": variants}


def many(item: Schema, low: int = 1) -> Schema:
    """Describe a list."""
    return {"type": list, "item": item, "low": low}


_SOURCE = record(
    {
        "type": word("base64"),
        "media_type": word("image/png", "image/jpeg", "image/gif", "image/webp"),
        "data": {"type": str, "pattern": r"[A-Za-z0-9+/]+={0,2}"},
    }
)
_CACHE = record({"type": word("ephemeral")}, ttl=word("5m", "1h"))
_TEXT_BLOCK = record({"type": word("text"), "text": TEXT}, cache_control=_CACHE)
_IMAGE = record({"type": word("image"), "source": _SOURCE}, cache_control=_CACHE)
_SEALED: Schema = {"type": str, "pattern": r"[A-Za-z0-9+/=_-]+"}
_THOUGHT = record({"type": word("thinking"), "thinking": {"type": str}, "signature": _SEALED})
_REDACTED = record({"type": word("redacted_thinking"), "data": _SEALED})
_RESULT = record(
    {"type": word("tool_result"), "tool_use_id": ID},
    content=many(kinds(text=_TEXT_BLOCK, image=_IMAGE), low=0),
    is_error={"type": bool},
    cache_control=_CACHE,
)
_USE = record({"type": word("tool_use"), "id": ID, "name": NAME, "input": OBJECT})
_BLOCK = kinds(
    text=_TEXT_BLOCK,
    image=_IMAGE,
    tool_result=_RESULT,
    tool_use=_USE,
    thinking=_THOUGHT,
    redacted_thinking=_REDACTED,
)
_SCHEMA: Schema = {"type": dict, "fields": {"type": word("object")}, "open": True}
_SINGLE: Schema = {"type": bool}
_CHOICE = kinds(
    auto=record({"type": word("auto")}, disable_parallel_tool_use=_SINGLE),
    any=record({"type": word("any")}, disable_parallel_tool_use=_SINGLE),
    tool=record({"type": word("tool"), "name": NAME}, disable_parallel_tool_use=_SINGLE),
    none=record({"type": word("none")}),
)
_THINKING = kinds(
    adaptive=record({"type": word("adaptive")}, display=word("summarized", "omitted")),
    disabled=record({"type": word("disabled")}),
    enabled=record(
        {"type": word("enabled"), "budget_tokens": {"type": int, "low": 1024}},
        display=word("summarized", "omitted"),
    ),
)
_OUTPUT = record(
    {},
    effort=word("low", "medium", "high", "xhigh", "max"),
    format=record({"type": word("json_schema"), "schema": OBJECT}),
)
MESSAGES = record(
    {
        "model": TEXT,
        "max_tokens": {"type": int, "low": 1},
        "messages": many(record({"role": word("user", "assistant"), "content": many(_BLOCK)})),
    },
    system=many(_TEXT_BLOCK),
    tools=many(
        record(
            {"name": NAME, "input_schema": _SCHEMA},
            description=TEXT,
            strict={"type": bool},
            cache_control=_CACHE,
        )
    ),
    tool_choice=_CHOICE,
    stop_sequences=many({"type": str, "pattern": r"(?s).*\S.*"}),
    temperature={"type": (int, float), "low": 0, "high": 1},
    top_p={"type": (int, float), "low": 0, "high": 1},
    top_k={"type": int, "low": 0},
    cache_control=_CACHE,
    thinking=_THINKING,
    output_config=_OUTPUT,
    service_tier=word("auto", "standard_only"),
    stream=_SINGLE,
)


def problems_in(body: JsonObject) -> list[str]:
    """Say everything that is wrong with the body of a request."""
    found = list(_check(body, MESSAGES, "body"))
    return found or list(_conversation(cast("list[JsonObject]", body["messages"])))


def _check(value: object, schema: Schema, path: str) -> Iterator[str]:
    if "values" in schema and value not in cast("tuple[object, ...]", schema["values"]):
        yield f"{path}: {value!r}"
    expected = schema.get("type")
    if expected and not isinstance(value, cast("type", expected)):
        yield f"{path}: a {type(value).__name__}"
        return
    if isinstance(value, str) and not re.fullmatch(str(schema.get("pattern", "(?s).*")), value):
        yield f"{path}: {value!r} does not match"
    if isinstance(value, int | float) and not _is_in_range(value, schema):
        yield f"{path}: {value} is out of range"
    if isinstance(value, list):
        yield from _check_list(value, schema, path)
    if isinstance(value, dict):
        yield from _check_object(value, schema, path)


def _is_in_range(value: float, schema: Schema) -> bool:
    low, high = (cast("float", schema.get(name, value)) for name in ("low", "high"))
    return low <= value <= high


def _check_list(value: list[object], schema: Schema, path: str) -> Iterator[str]:
    if len(value) < cast("int", schema["low"]):
        yield f"{path}: is empty"
    for at, item in enumerate(value):
        yield from _check(item, cast("Schema", schema["item"]), f"{path}[{at}]")


def _check_object(value: JsonObject, schema: Schema, path: str) -> Iterator[str]:
    if variants := cast("Mapping[str, Schema]", schema.get("variants", {})):
        chosen = variants.get(str(value.get("type")))
        if chosen is None:
            yield f"{path}.type: {value.get('type')!r}"
            return
        schema = chosen
    fields = cast("Mapping[str, Schema]", schema.get("fields", {}))
    for name in cast("tuple[str, ...]", schema.get("required", ())):
        if name not in value:
            yield f"{path}.{name}: is missing"
    for name, item in value.items():
        if name in fields:
            yield from _check(item, fields[name], f"{path}.{name}")
        elif fields and not schema.get("open"):
            yield f"{path}.{name}: is not known"


def _conversation(messages: list[JsonObject]) -> Iterator[str]:
    """Check that turns alternate, and that each stands where its kind of block may."""
    for at, (message, following) in enumerate(zip(messages, [*messages[1:], None], strict=True)):
        kinds_here = [str(block["type"]) for block in _blocks(message)]
        if following and following["role"] == message["role"]:
            yield f"messages[{at}]: the same role twice"
        if kinds_here != sorted(kinds_here, key=lambda kind: kind != "tool_result"):
            yield f"messages[{at}]: results of tools must come first"
        wrong = "tool_use" if message["role"] == "user" else "tool_result"
        if wrong in kinds_here:
            yield f"messages[{at}]: {wrong} in a turn of the {message['role']}"


def _blocks(message: JsonObject) -> list[JsonObject]:
    return cast("list[JsonObject]", message["content"])
