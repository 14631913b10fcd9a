"""What Converse and Anthropic's Messages share: turns of blocks, instructions apart from them."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway.model import JsonObject
from ironcage.gateway.wire.extensions import extended, extensions_of


def is_instruction(message: JsonObject) -> bool:
    """Tell whether a message instructs the model rather than talks to it."""
    return message.get("role") in {"system", "developer"}


def parts_of(message: JsonObject) -> list[JsonObject]:
    """List the texts and images of a message; empty texts go, since no provider takes them."""
    content = message.get("content")
    if isinstance(content, list):
        given = content
    else:
        given = [{"type": "text", "text": content or message.get("refusal")}]
    parts: list[JsonObject] = []
    for part in given:
        if part["type"] == "image_url":
            parts.append(part)
        elif text := part.get("text") or part.get("refusal"):
            parts.append(extended({"type": "text", "text": text}, **extensions_of(part)))
    return parts


def turns_of(
    messages: Iterable[JsonObject], blocks_of: Callable[[JsonObject], list[JsonObject]]
) -> list[JsonObject]:
    """Let user and assistant take turns; what a tool answered is the user's."""
    turns: list[JsonObject] = []
    for message in messages:
        if is_instruction(message):
            continue
        role = "assistant" if message.get("role") == "assistant" else "user"
        blocks = blocks_of(message)
        if turns and turns[-1]["role"] == role:
            cast("list[JsonObject]", turns[-1]["content"]).extend(blocks)
        elif blocks:
            turns.append({"role": role, "content": blocks})
    return turns


def arguments_of(text: str) -> JsonObject:
    """Read the arguments of a call; what a model once wrote need not be JSON."""
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {"arguments": text}
    return value if isinstance(value, dict) else {"arguments": value}


def written_arguments(arguments: object) -> str:
    """Write the arguments of a call that a provider sent as an object.

    Raises:
        ProviderUnavailable: they are nested too deeply, or are no JSON.
    """
    try:
        return json.dumps(arguments, ensure_ascii=False, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as exc:
        raise ProviderUnavailable(sent=True, reason="bad_answer") from exc


def mapping(value: object) -> Mapping[str, object]:
    """Read an object; anything else is an empty one."""
    return value if isinstance(value, Mapping) else {}
