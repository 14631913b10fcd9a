"""Every text that crosses us, by its path: prompts going out, answers coming in.

The firewalls see what is listed here; whatever is not listed must not carry text.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, cast

from ironcage.gateway.model import JsonObject

if TYPE_CHECKING:
    from ironcage.gateway.wire.chat import ChatRequest

Path = tuple[str | int, ...]
Origin = Literal["user", "document", "system"]
PromptKind = Literal["text", "tool_arguments"]
Kind = Literal["content", "refusal", "reasoning", "tool_name", "tool_arguments", "annotation"]

# A client's assistant and tool messages are what somebody else wrote: documents.
_ORIGINS: Mapping[object, Origin] = {"system": "system", "developer": "system", "user": "user"}
_NO_TEXT = frozenset({"id", "type", "signature", "data"})
_CALLER_TEXTS = ("stop", "user", "safety_identifier", "prompt_cache_key")
_SAID: tuple[tuple[str, Kind], ...] = (
    ("content", "content"),
    ("refusal", "refusal"),
    ("reasoning_content", "reasoning"),
    ("reasoning", "reasoning"),
)


@dataclass(frozen=True, slots=True)
class PromptText:
    """A text of a request that a provider would see."""

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
        found += [PromptText(p, t, "document") for p, t in _leaves(chat.body.get(name), (name,))]
    for name in (*_CALLER_TEXTS, *chat.extras):
        found += [PromptText(p, t, "user") for p, t in _leaves(chat.body.get(name), (name,))]
    return found


def user_texts(body: Mapping[str, object], names: Iterable[str]) -> list[PromptText]:
    """List every text in some fields of a body as the user's."""
    return [PromptText(p, t, "user") for name in names for p, t in _leaves(body.get(name), (name,))]


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


def _message_texts(message: JsonObject, path: Path, origin: Origin) -> Iterator[PromptText]:
    for name, value in message.items():
        if name in {"role", "tool_call_id"}:
            continue
        for found, text in _leaves(value, (*path, name)):
            # Types and what a provider sealed are checked by pattern, and ids are our own; an
            # image is no text.
            if found[-1] not in _NO_TEXT and "image_url" not in found:
                is_call = found[-2:] == ("function", "arguments")
                yield PromptText(found, text, origin, "tool_arguments" if is_call else "text")


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
