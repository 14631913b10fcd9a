"""Names of our own for tool calls: no text of a caller's leaves us in an id.

The nth id of a conversation becomes `call` and five digits, the same in each request that repeats
it, so a provider's prompt cache still knows it. Mistral takes nine letters and digits and nothing
else, Anthropic no more than those and `_-`; a body is too small for 100,000 calls.
"""

from collections.abc import Iterable

from ironcage.gateway.model import JsonObject


def with_own_call_ids(messages: Iterable[JsonObject]) -> list[JsonObject]:
    """Rewrite the ids of calls and of their results by order of appearance."""
    own: dict[object, str] = {}
    return [_rewritten(message, own) for message in messages]


def _rewritten(message: JsonObject, own: dict[object, str]) -> JsonObject:
    out = message
    if isinstance(calls := message.get("tool_calls"), list):
        out = {**out, "tool_calls": [{**call, "id": _own_id(call["id"], own)} for call in calls]}
    if "tool_call_id" in message:
        out = {**out, "tool_call_id": _own_id(message["tool_call_id"], own)}
    return out


def _own_id(given: object, own: dict[object, str]) -> str:
    return own.setdefault(given, f"call{len(own) + 1:05d}")
