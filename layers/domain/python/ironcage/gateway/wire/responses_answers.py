"""A canonical answer, written as a response of OpenAI's Responses.

Thoughts are left out: their tokens are in the usage. What a response repeats of its request is
what passed the input firewall; instructions are not repeated.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from ironcage.gateway.model import JsonObject, Usage
from ironcage.gateway.wire.chat import ChatRequest

_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}
_REPEATED: Mapping[str, object] = {
    "temperature": None,
    "top_p": None,
    "user": None,
    "safety_identifier": None,
    "prompt_cache_key": None,
    "parallel_tool_calls": True,
}


def response_body(chat: ChatRequest, completion: JsonObject, usage: Usage | None) -> JsonObject:
    """Write a whole answer."""
    choice = cast("list[JsonObject]", completion["choices"])[0]
    said = cast("JsonObject", choice["message"])
    base = base_of(completion)
    items = [message_item(base, parts)] if (parts := list(_parts(said))) else []
    calls = cast("list[JsonObject]", said.get("tool_calls") or [])
    items += call_items(base, calls)
    return closing(opening(chat, completion), items, usage, finish=choice.get("finish_reason"))


def base_of(envelope: Mapping[str, object]) -> str:
    """Give the part that all ids of an answer share."""
    return str(envelope["id"]).removeprefix("chatcmpl-")


def opening(chat: ChatRequest, envelope: Mapping[str, object]) -> JsonObject:
    """Write a response that has not said anything yet."""
    body = chat.body
    return {
        "id": f"resp_{base_of(envelope)}",
        "object": "response",
        "created_at": envelope["created"],
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": chat.max_tokens,
        "metadata": {},
        "model": envelope["model"],
        "output": [],
        "previous_response_id": None,
        "reasoning": {"effort": body.get("reasoning_effort"), "summary": None},
        "service_tier": "default",
        "store": False,
        "text": _text(body),
        "tool_choice": _tool_choice(body.get("tool_choice", "auto")),
        "tools": [_tool(tool) for tool in cast("list[JsonObject]", body.get("tools", []))],
        "truncation": "disabled",
        "usage": None,
        **{name: body.get(name, default) for name, default in _REPEATED.items()},
    }


def closing(
    opened: JsonObject, items: Sequence[JsonObject], usage: Usage | None, *, finish: object
) -> JsonObject:
    """Write how a response ends; an answer that was cut short says so, and why."""
    reason = _INCOMPLETE.get(str(finish))
    status = "incomplete" if reason else "completed"
    output = [*items[:-1], *({**item, "status": status} for item in items[-1:])]
    return {
        **opened,
        "status": status,
        "incomplete_details": {"reason": reason} if reason else None,
        "output": output,
        "usage": usage_counts(usage) if usage else None,
    }


def usage_counts(usage: Usage) -> JsonObject:
    """Write usage as Responses count it."""
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def message_item(base: str, parts: Iterable[JsonObject]) -> JsonObject:
    """Write what the model said, as an item."""
    return {
        "id": f"msg_{base}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": list(parts),
    }


def call_items(base: str, calls: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """Write tool calls as items."""
    for at, call in enumerate(calls):
        function = cast("Mapping[str, object]", call.get("function") or {})
        yield {
            "id": f"fc_{base}_{at}",
            "type": "function_call",
            "status": "completed",
            "call_id": call.get("id") or f"call_{base}_{at}",
            "name": function.get("name") or "",
            "arguments": function.get("arguments") or "",
        }


def text_part(text: str = "", annotations: Iterable[JsonObject] = ()) -> JsonObject:
    """Write a text as a part of a message."""
    return {"type": "output_text", "text": text, "annotations": list(annotations), "logprobs": []}


def refusal_part(words: str = "") -> JsonObject:
    """Write a refusal as a part of a message."""
    return {"type": "refusal", "refusal": words}


def citations_of(said: Mapping[str, object]) -> Iterator[JsonObject]:
    """Write the citations of a text flat."""
    for found in cast("list[JsonObject]", said.get("annotations") or []):
        yield {"type": "url_citation", **cast("JsonObject", found["url_citation"])}


def _parts(said: JsonObject) -> Iterator[JsonObject]:
    if text := said.get("content"):
        yield text_part(str(text), citations_of(said))
    if refusal := said.get("refusal"):
        yield refusal_part(str(refusal))


def _text(body: Mapping[str, object]) -> JsonObject:
    shape = cast("JsonObject", body.get("response_format") or {"type": "text"})
    told = cast("JsonObject", shape.get("json_schema") or {})
    out: JsonObject = {"format": {"type": shape["type"], **told}}
    return {**out, "verbosity": body["verbosity"]} if "verbosity" in body else out


def _tool_choice(choice: object) -> object:
    if not isinstance(choice, dict):
        return choice
    return {"type": "function", **choice["function"]}


def _tool(tool: JsonObject) -> JsonObject:
    shape = {"parameters": None, "strict": None, **cast("JsonObject", tool["function"])}
    return {"type": "function", **shape}
