"""A canonical answer, written as a message of Anthropic's format."""

from collections.abc import Iterator, Mapping
from typing import cast

from ironcage.core.errors import Rejected
from ironcage.gateway.model import JsonObject, Usage
from ironcage.gateway.wire.chat import ChatRequest
from ironcage.gateway.wire.extensions import extensions_of
from ironcage.gateway.wire.strict_json import decode_object

NOTHING = Usage()
_REASONS: Mapping[object, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}


def message_body(chat: ChatRequest, completion: JsonObject, usage: Usage | None) -> JsonObject:
    """Write a whole answer; usage that the provider did not report is written as zeros."""
    choice = cast("list[JsonObject]", completion["choices"])[0]
    said = cast("JsonObject", choice["message"])
    calls = cast("list[JsonObject]", said.get("tool_calls") or [])
    reason, sequence = stop_of(
        chat, choice, has_calls=bool(calls), refuses=bool(said.get("refusal"))
    )
    return {
        **opening(completion, usage),
        "content": [*_thoughts(chat, choice, said), *_texts(said), *tool_blocks(calls)],
        "stop_reason": reason,
        "stop_sequence": sequence,
    }


def opening(envelope: Mapping[str, object], usage: Usage | None) -> JsonObject:
    """Write a message that has not said anything yet."""
    return {
        "id": f"msg_{str(envelope['id']).removeprefix('chatcmpl-').removeprefix('msg_')}",
        "type": "message",
        "role": "assistant",
        "model": envelope["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage_counts(usage or NOTHING),
    }


def usage_counts(usage: Usage) -> JsonObject:
    """Write usage as Anthropic counts it: cached and written tokens are no input tokens."""
    special = usage.cached_tokens + usage.cache_write_tokens
    # A provider that counts more special tokens than tokens leaves them out of its total.
    fresh = usage.input_tokens - special if special <= usage.input_tokens else usage.input_tokens
    out: JsonObject = {
        "input_tokens": fresh,
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
    }
    if usage.reasoning_tokens:
        out["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return out


def shows_thinking(chat: ChatRequest) -> bool:
    """Tell whether the client asked for thoughts; others expect a text to come first."""
    thinking = cast("JsonObject", extensions_of(chat.body).get("thinking") or {})
    return thinking.get("type", "disabled") != "disabled"


def stop_of(
    chat: ChatRequest, choice: Mapping[str, object], *, has_calls: bool, refuses: bool
) -> tuple[str, str | None]:
    """Name the stop reason and, where it is known, the stop sequence that was met."""
    finish = choice.get("finish_reason")
    if refuses or finish == "content_filter":
        return "refusal", None
    if has_calls and finish != "length":
        return "tool_use", None
    met = extensions_of(choice).get("stop_sequence")
    stops = cast("list[str]", chat.body.get("stop") or [])
    if finish == "stop" and met is not None and stops:
        known = next((stop for stop in stops if stop == met), None)
        return "stop_sequence", stops[0] if len(stops) == 1 else known
    return _REASONS.get(finish, "end_turn"), None


def tool_blocks(calls: list[JsonObject]) -> Iterator[JsonObject]:
    """Write tool calls as blocks."""
    for at, call in enumerate(calls):
        function = cast("Mapping[str, object]", call.get("function") or {})
        yield {
            "type": "tool_use",
            "id": call.get("id") or f"toolu_{at}",
            "name": function.get("name") or "",
            "input": _input(str(function.get("arguments") or "")),
        }


def _input(arguments: str) -> JsonObject:
    """Read what a model wrote as arguments; it need not be the one object that it should be."""
    if not arguments.strip():
        return {}
    try:
        return decode_object(arguments.encode())
    except (Rejected, UnicodeEncodeError):
        return {"arguments": arguments}


def _thoughts(chat: ChatRequest, choice: JsonObject, said: JsonObject) -> Iterator[JsonObject]:
    if not shows_thinking(chat):
        return
    found = extensions_of(choice)
    if thought := said.get("reasoning_content") or said.get("reasoning"):
        signature = found.get("signature") or ""
        yield {"type": "thinking", "thinking": thought, "signature": signature}
    for data in cast("list[str]", found.get("sealed_thinking") or []):
        yield {"type": "redacted_thinking", "data": data}


def _texts(said: JsonObject) -> Iterator[JsonObject]:
    if text := f"{said.get('content') or ''}{said.get('refusal') or ''}":
        yield {"type": "text", "text": text}
