"""A chat request: read from a client once, written for each provider that is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self, cast

from ironcage.core.errors import InvalidRequest
from ironcage.gateway.model import JsonObject
from ironcage.gateway.parameters import PARAMETERS, Treatment, check_fields
from ironcage.gateway.pricing import Price, PriceTable
from ironcage.gateway.wire.call_ids import with_own_call_ids
from ironcage.gateway.wire.checks import Problems
from ironcage.gateway.wire.images import MAX_IMAGES, bounded_part, images_in
from ironcage.gateway.wire.strict_json import decode_fields
from ironcage.gateway.wire.texts import Path, PromptText, prompt_texts, replaced_in

MAX_TOKENS_FIELDS = ("max_completion_tokens", "max_tokens")
REQUIRED = ("model", "messages")

# Parts of an answer that mean nothing to a provider when they come back in a request.
_ANSWER_ONLY = frozenset({"annotations", "reasoning_content", "audio", "function_call"})


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A valid request. `body` holds what may be passed on; a provider's body is made from it.

    `images` are the paths of its images; `image_bytes` is what they take of the body.
    """

    model: str
    body: Mapping[str, object]
    stream: bool = False
    include_usage: bool = False
    n: int = 1
    max_tokens: int | None = None
    max_tokens_field: str | None = None
    extras: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    image_bytes: int = 0

    def texts(self) -> list[PromptText]:
        """List every text of the conversation."""
        return prompt_texts(self)

    def with_text(self, path: Path, new: str) -> Self:
        """Copy the request with one text replaced."""
        return replace(self, body=replaced_in(self.body, path, new))

    def list_price(self, prices: PriceTable, model: str) -> Price | None:
        """Find what a model costs for chats."""
        return prices.price_of(model)

    def priced(self, price: Price) -> Price:
        """Add the surcharge of parameters from outside our table, and the bound of images.

        Raises:
            UnsupportedParameter: nobody has said what a parameter or an image costs at most.
        """
        return price.with_extras(self.extras).with_images(self.images)

    def answer_tokens(self, default: int) -> int:
        """Tell how long an answer may be."""
        return self.max_tokens or default

    def body_for(self, model: str, max_tokens: int) -> JsonObject:
        """Write the body for a provider."""
        return upstream_body(self, model=model, max_tokens=max_tokens)


def parse_chat(
    body: bytes, *, extra_parameters: frozenset[str] | set[str] = frozenset()
) -> ChatRequest:
    """Read a chat request, or say everything that is wrong with it.

    Args:
        body: the bytes that came.
        extra_parameters: names outside our table that the agent's policy lets through.

    Raises:
        BodyTooLarge: more bytes than we accept.
        MalformedBody: not one clean JSON object.
        UnsupportedParameter: parameters without a known price, and nothing else is wrong.
        InvalidRequest: at least one field breaks a rule.
    """
    given = decode_fields(body)
    problems = Problems()
    check_fields(given, PARAMETERS, problems, required=REQUIRED, extras=extra_parameters)
    _check_combinations(given, problems)
    problems.raise_if_any()
    return with_images(_request(given))


def with_images(chat: ChatRequest) -> ChatRequest:
    """Note the images of a request that was just read.

    Raises:
        InvalidRequest: there are more than we accept.
    """
    images = dict(images_in(cast("list[JsonObject]", chat.body["messages"])))
    if len(images) > MAX_IMAGES:
        raise InvalidRequest({"messages": f"may hold at most {MAX_IMAGES} images"})
    return replace(chat, images=tuple(images), image_bytes=sum(images.values()))


def upstream_body(chat: ChatRequest, *, model: str, max_tokens: int) -> JsonObject:
    """Write the body for a provider; it always bounds the answer and asks for the usage."""
    out: JsonObject = {"model": model, **chat.body, "max_completion_tokens": max_tokens}
    out["service_tier"] = "default"
    if chat.stream:
        out["stream"] = True
        out["stream_options"] = {"include_usage": True}
    return out


def _check_combinations(given: JsonObject, problems: Problems) -> None:
    if all(name in given for name in MAX_TOKENS_FIELDS):
        problems.add("max_tokens", "cannot be given together with max_completion_tokens")
    if "stream_options" in given and given.get("stream") is not True:
        problems.add("stream_options", "needs stream to be true")
    if "tools" not in given:
        for name in ("tool_choice", "parallel_tool_calls"):
            if given.get(name) not in (None, "none", "auto"):
                problems.add(name, "needs tools")


def _request(given: JsonObject) -> ChatRequest:
    extras = tuple(sorted(name for name in given if name not in PARAMETERS))
    body: JsonObject = {
        name: value
        for name, value in given.items()
        if name in extras or PARAMETERS[name].treatment is not Treatment.OURS
    }
    messages = cast("list[JsonObject]", given["messages"])
    body["messages"] = with_own_call_ids(_message(m) for m in messages)
    if "tools" not in body:
        body.pop("tool_choice", None)
    field = next((name for name in MAX_TOKENS_FIELDS if name in given), None)
    options = cast("JsonObject", given.get("stream_options", {}))
    return ChatRequest(
        model=str(given["model"]),
        body=body,
        stream=given.get("stream") is True,
        include_usage=options.get("include_usage") is True,
        n=cast("int", given.get("n", 1)),
        max_tokens=cast("int", given[field]) if field else None,
        max_tokens_field=field,
        extras=extras,
    )


def _message(message: JsonObject) -> JsonObject:
    """Drop what only an answer carries; an assistant without content keeps its null."""
    kept: JsonObject = {
        name: value
        for name, value in message.items()
        if value is not None and name not in _ANSWER_ONLY
    }
    if message.get("role") == "assistant":
        kept.setdefault("content", None)
    if isinstance(kept.get("content"), list):
        kept["content"] = [bounded_part(p) for p in cast("list[JsonObject]", kept["content"])]
    calls = kept.get("tool_calls")
    if isinstance(calls, list):
        kept["tool_calls"] = [_tool_call(call) for call in calls]
        if not calls:
            del kept["tool_calls"]
    return kept


def _tool_call(call: JsonObject) -> JsonObject:
    return {"id": call["id"], "type": "function", "function": call["function"]}
