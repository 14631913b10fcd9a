"""What Anthropic's format says and OpenAI's has no word for, kept beside the canonical fields.

A member named `extensions` holds it, so that one rule removes it for everybody else:

| where | what |
|---|---|
| request | `top_k`, `thinking`, `cache_control`; present, if empty, when others may be |
| text part, tool, tool message | `cache_control`; a tool message also `is_error` |
| assistant message | `thinking`: the blocks that came back, signatures included |
| choice of an answer | `stop_sequence` (empty: one of them), `signature`, `sealed_thinking` |
"""

from collections.abc import Mapping
from typing import cast

from ironcage.gateway.model import JsonObject

NAME = "extensions"
MAX_SEALED = 1_000_000  # a signature holds its thought, which may have 128,000 tokens
SEALED = rf"[A-Za-z0-9+/=_-]{{0,{MAX_SEALED}}}"


def extensions_of(holder: Mapping[str, object]) -> Mapping[str, object]:
    """Read the extensions of a request, a message, a part, a tool or a choice."""
    return cast("Mapping[str, object]", holder.get(NAME) or {})


def extended(holder: JsonObject, **found: object) -> JsonObject:
    """Add those extensions that say something."""
    said = {name: value for name, value in found.items() if value}
    return {**holder, NAME: said} if said else holder


def without_extensions(body: Mapping[str, object]) -> Mapping[str, object]:
    """Write a request in OpenAI's words alone; a request without extensions is not touched."""
    if NAME not in body:
        return body
    out = _plain(body)
    for field in ("messages", "tools"):
        if field in out:
            out[field] = [_plain_message(m) for m in cast("list[JsonObject]", out[field])]
    return out


def hide_extensions(answer: Mapping[str, object]) -> None:
    """Take the extensions out of an answer or a chunk, in place."""
    for choice in cast("list[JsonObject]", answer["choices"]):
        choice.pop(NAME, None)


def _plain_message(message: JsonObject) -> JsonObject:
    out = _plain(message)
    content = out.get("content")
    if isinstance(content, list):
        out["content"] = [_plain(part) for part in content]
    return out


def _plain(holder: Mapping[str, object]) -> JsonObject:
    return {name: value for name, value in holder.items() if name != NAME}
