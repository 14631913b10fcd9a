"""An answer of Anthropic's Messages as OpenAI's `chat.completion`, without I/O."""

import re
from collections.abc import Mapping
from typing import cast

from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway.model import JsonObject, Usage
from ironcage.gateway.wire.completions import MAX_STOP, clean_completion, usage_body
from ironcage.gateway.wire.counts import count_in, count_or_nothing
from ironcage.gateway.wire.extensions import SEALED, extended
from ironcage.gateway.wire.turns import mapping, written_arguments

_SEALED = re.compile(SEALED)
_FINISHES: Mapping[str, str] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
}


def from_anthropic(answer: Mapping[str, object], *, created: int) -> JsonObject:
    """Read a message as a `chat.completion`; `created` is when it was asked for.

    Raises:
        ProviderUnavailable: the answer is not one.
    """
    blocks = answer.get("content")
    if not isinstance(blocks, list):
        raise ProviderUnavailable(sent=True, reason="bad_answer")
    said = _said([mapping(block) for block in blocks])
    if refusal := refusal_of(answer):
        said["refusal"] = refusal
    choice: JsonObject = {"index": 0, "message": said, "finish_reason": finish_reason(answer)}
    out: JsonObject = {
        "id": answer.get("id"),
        "created": created,
        "model": answer.get("model"),
        "choices": [choice],
    }
    usage = usage_of(answer.get("usage"))
    if usage is not None:
        out["usage"] = usage_body(usage)
    return with_extensions(
        clean_completion(out), stop_sequence=met_sequence(answer), **_sealed(blocks)
    )


def usage_of(reported: object) -> Usage | None:
    """Read Anthropic's usage, where cached tokens are counted apart from the input."""
    counts = mapping(reported)
    fresh, output = count_in(counts, "input_tokens"), count_in(counts, "output_tokens")
    if fresh is None or output is None:
        return None
    read = count_or_nothing(counts, "cache_read_input_tokens")
    written = count_or_nothing(counts, "cache_creation_input_tokens")
    details = mapping(counts.get("output_tokens_details"))
    return Usage(
        input_tokens=fresh + read + written,
        output_tokens=output,
        cached_tokens=read,
        cache_write_tokens=written,
        reasoning_tokens=count_or_nothing(details, "thinking_tokens"),
    )


def finish_reason(ending: Mapping[str, object]) -> str:
    """Name the stop reason of a message as OpenAI does."""
    return _FINISHES.get(str(ending.get("stop_reason")), "stop")


def refusal_of(ending: Mapping[str, object]) -> str | None:
    """Read why a message was refused, where that is said."""
    text = mapping(ending.get("stop_details")).get("explanation")
    return text if isinstance(text, str) and ending.get("stop_reason") == "refusal" else None


def met_sequence(ending: Mapping[str, object]) -> str | None:
    """Read which stop sequence was met."""
    met = ending.get("stop_sequence")
    return met if isinstance(met, str) and len(met) <= MAX_STOP else None


def with_extensions(answer: JsonObject, **found: object) -> JsonObject:
    """Add to a clean answer or chunk of one choice what OpenAI's format has no word for."""
    if not any(found.values()):
        return answer
    (choice,) = cast("list[JsonObject]", answer["choices"])
    return {**answer, "choices": [extended(choice, **found)]}


def sealed(value: object) -> str | None:
    """Read a signature or a sealed thought; anything that could be a text is none."""
    return value if isinstance(value, str) and _SEALED.fullmatch(value) else None


def _sealed(blocks: list[object]) -> JsonObject:
    """Find the sealed thoughts, and the signature if there is one thought that it can be of."""
    told = [mapping(block) for block in blocks]
    signatures = [sealed(b.get("signature")) for b in told if b.get("type") == "thinking"]
    data = [sealed(b.get("data")) for b in told if b.get("type") == "redacted_thinking"]
    return {
        "signature": signatures[0] if len(signatures) == 1 else None,
        "sealed_thinking": [found for found in data if found],
    }


def _said(blocks: list[Mapping[str, object]]) -> JsonObject:
    """Join texts and thoughts; blocks of other kinds say nothing that a chat can hold."""
    texts = [str(b.get("text", "")) for b in blocks if b.get("type") == "text"]
    thoughts = "".join(str(b.get("thinking", "")) for b in blocks if b.get("type") == "thinking")
    calls = [_tool_call(b) for b in blocks if b.get("type") == "tool_use"]
    out: JsonObject = {"content": "".join(texts) if texts else None}
    if thoughts:
        out["reasoning_content"] = thoughts
    if calls:
        out["tool_calls"] = calls
    return out


def _tool_call(use: Mapping[str, object]) -> JsonObject:
    arguments = written_arguments(use.get("input", {}))
    function = {"name": str(use.get("name")), "arguments": arguments}
    return {"id": use.get("id"), "type": "function", "function": function}
