"""Every text that crosses us, by its path: prompts going out, answers coming in.

The firewalls see what is listed here; whatever is not listed must not carry text.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, cast

from ironcage.gateway.model import JsonObject
from ironcage.gateway.wire.extensions import NAME, extensions_of

if TYPE_CHECKING:
    from ironcage.gateway.wire.chat import ChatRequest

Path = tuple[str | int, ...]
Origin = Literal["user", "document", "system", "model"]
PromptKind = Literal["text", "tool_arguments", "keys", "sealed"]
Kind = Literal["content", "refusal", "reasoning", "tool_name", "tool_arguments", "annotation"]

# A client's assistant and tool messages are what somebody else wrote: documents.
_ORIGINS: Mapping[object, Origin] = {"system": "system", "developer": "system", "user": "user"}
_NO_TEXT = frozenset({"id", "type"})
_SEALED = frozenset({"signature", "data"})
# Words of the formats themselves; the other keys of a structure are somebody's text.
_PLAIN_KEYS = frozenset(
    {
        *("type", "function", "name", "description", "parameters", "strict", "properties"),
        *("required", "items", "enum", "anyOf", "additionalProperties", "default", "title"),
        *("format", "json_schema", "schema", "extensions", "cache_control"),
    }
)
_CALLER_TEXTS = ("stop", "user", "safety_identifier", "prompt_cache_key")
_SAID: tuple[tuple[str, Kind], ...] = (
    ("content", "content"),
    ("refusal", "refusal"),
    ("reasoning_content", "reasoning"),
    ("reasoning", "reasoning"),
)


@dataclass(frozen=True, slots=True)
class PromptText:
    """A text of a request that a provider would see; keys and sealed texts cannot be replaced."""

    path: Path
    text: str
    origin: Origin
    kind: PromptKind = "text"


@dataclass(frozen=True, slots=True)
class VisibleText:
    """A text of an answer, or of a chunk of it, that the client would see."""

    path: Path
    text: str
    kind: Kind


def path_text(path: Path) -> str:
    """Write a path as errors and records do: `messages[0].content`."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(parts).removeprefix(".")


def prompt_texts(chat: "ChatRequest") -> list[PromptText]:
    """List every text of a request."""
    found: list[PromptText] = []
    for at, message in enumerate(cast("list[JsonObject]", chat.body["messages"])):
        origin = _ORIGINS.get(message.get("role"), "document")
        found += _message_texts(message, ("messages", at), origin)
    for name in ("tools", "tool_choice", "response_format"):
        if name in chat.body:
            found += _field_texts(chat.body, name, "document")
    return found + user_texts(chat.body, (*_CALLER_TEXTS, *chat.extras))


def user_texts(body: Mapping[str, object], names: Iterable[str]) -> list[PromptText]:
    """List every text in some fields of a body as the user's."""
    return [t for name in names if name in body for t in _field_texts(body, name, "user")]


def replace_prompt_text(chat: "ChatRequest", path: Path, new: str) -> "ChatRequest":
    """Copy a request with one text replaced."""
    return replace(chat, body=replaced_in(chat.body, path, new))


def replaced_in(body: Mapping[str, object], path: Path, new: str) -> JsonObject:
    """Copy a body with one text replaced."""
    return cast("JsonObject", _replaced(body, path, new))


def visible_texts(answer: Mapping[str, object]) -> list[VisibleText]:
    """List every text, but empty ones, of a clean `chat.completion` or one chunk of it."""
    found: list[VisibleText] = []
    for at, choice in enumerate(cast("list[JsonObject]", answer.get("choices", []))):
        part = "message" if "message" in choice else "delta"
        said = choice.get(part)
        if isinstance(said, dict):
            found += _said_texts(said, ("choices", at, part))
    return found


def replace_text(answer: JsonObject, path: Path, new: str) -> None:
    """Replace one text of an answer in place."""
    holder: object = answer
    for step in path[:-1]:
        holder = _child(holder, step)
    cast("dict[str | int, object]", holder)[path[-1]] = new


def sealed_texts(choice: Mapping[str, object]) -> list[str]:
    """List what a provider sealed in a choice of an answer or a chunk: it is passed as it is."""
    found = extensions_of(choice)
    signature, thoughts = found.get("signature"), found.get("sealed_thinking")
    return [*cast("list[str]", thoughts or []), *([str(signature)] if signature else [])]


def _field_texts(body: Mapping[str, object], name: str, origin: Origin) -> Iterator[PromptText]:
    """Find the strings in a field, and its keys as one text: they cannot be replaced."""
    value = body.get(name)
    for path, text in _leaves(value, (name,)):
        yield PromptText(path, text, origin)
    if not isinstance(value, dict | list):
        return
    if keys := "\n".join(key for key in dict.fromkeys(_keys(value)) if key not in _PLAIN_KEYS):
        yield PromptText((name,), keys, origin, "keys")


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _keys(child)


def _message_texts(message: JsonObject, path: Path, origin: Origin) -> Iterator[PromptText]:
    for name, value in message.items():
        if name in {"role", "tool_call_id"}:
            continue
        for found, text in _leaves(value, (*path, name)):
            # Types are words that we know, and ids are our own; an image is no text.
            if found[-1] not in _NO_TEXT and "image_url" not in found:
                yield PromptText(found, text, origin, _kind_of(found))


def _kind_of(path: Path) -> PromptKind:
    if path[-2:] == ("function", "arguments"):
        return "tool_arguments"
    return "sealed" if NAME in path and path[-1] in _SEALED else "text"


def _said_texts(said: JsonObject, path: Path) -> Iterator[VisibleText]:
    for name, kind in _SAID:
        text = said.get(name)
        if isinstance(text, str) and text:
            yield VisibleText((*path, name), text, kind)
    for at, call in enumerate(cast("list[JsonObject]", said.get("tool_calls") or [])):
        yield from _call_texts(call, (*path, "tool_calls", at))
    for found, text in _leaves(said.get("annotations"), (*path, "annotations")):
        if found[-1] != "type":
            yield VisibleText(found, text, "annotation")


def _call_texts(call: JsonObject, path: Path) -> Iterator[VisibleText]:
    function = call.get("function")
    if not isinstance(function, dict):
        return
    for part, text in function.items():
        kind: Kind = "tool_name" if part == "name" else "tool_arguments"
        if text:
            yield VisibleText((*path, "function", part), text, kind)


def _leaves(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Find the strings of a value; its depth is bounded where the request is read."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, child in value.items():
            yield from _leaves(child, (*path, name))
    elif isinstance(value, list):
        for at, child in enumerate(value):
            yield from _leaves(child, (*path, at))


def _child(holder: object, step: str | int) -> object:
    return cast("Mapping[str | int, object]", holder)[step]


def _replaced(value: object, path: Path, new: str) -> object:
    if not path:
        return new
    step, rest = path[0], path[1:]
    changed = _replaced(_child(value, step), rest, new)
    if isinstance(value, list):
        return [changed if at == step else item for at, item in enumerate(value)]
    out = dict(cast("Mapping[str | int, object]", value))
    out[step] = changed
    return out
