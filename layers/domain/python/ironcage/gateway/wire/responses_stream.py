"""A canonical stream, written as the events of OpenAI's Responses.

Text is sent as it comes; refusals and tool calls are sent at the end, because the arguments of
calls leave the output firewall whole and no earlier.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar, cast

from ironcage.core.errors import IronCageError
from ironcage.gateway.model import JsonObject, Usage
from ironcage.gateway.wire.bodies import error_body
from ironcage.gateway.wire.call_pieces import CallPieces
from ironcage.gateway.wire.chat import ChatRequest
from ironcage.gateway.wire.responses_answers import (
    base_of,
    call_items,
    citations_of,
    closing,
    message_item,
    opening,
    refusal_part,
    text_part,
)
from ironcage.gateway.wire.sse import encode_event


class ResponsesStream:
    """Writes one stream; it remembers what was said, since the last event repeats all of it."""

    is_sequential: ClassVar[bool] = False

    def __init__(self, chat: ChatRequest) -> None:
        self._chat = chat
        self._sent = 0
        self._opened: JsonObject = {}
        self._base = ""
        self._words: list[str] = []
        self._refusal: list[str] = []
        self._citations: list[JsonObject] = []
        self._parts: list[JsonObject] = []
        self._calls = CallPieces()
        self._finish: object = None

    def chunk(self, body: JsonObject, usage: Usage | None) -> bytes:  # noqa: ARG002 - a stream's end tells the usage
        """Write what a chunk says."""
        out = [*self._start(body)]
        for choice in cast("list[JsonObject]", body["choices"]):
            if choice["index"] == 0:
                out += self._said(choice)
        return b"".join(out)

    def end(self, envelope: JsonObject, usage: Usage | None) -> bytes:
        """Write what was kept back, the tool calls and the whole response."""
        out = [*self._start({"id": "0", "created": 0, "model": self._chat.model, **envelope})]
        out += [*self._end_text(), *self._refuse()]
        items = [message_item(self._base, self._parts)] if self._parts else []
        items += call_items(self._base, self._calls.joined())
        whole = closing(self._opened, items, usage, finish=self._finish)
        for at, item in enumerate(cast("list[JsonObject]", whole["output"])):
            if item["type"] == "function_call":
                out += self._call(item, at)
            out.append(self._event("output_item.done", output_index=at, item=item))
        out.append(self._event(str(whole["status"]), response=whole))
        return b"".join(out)

    def _start(self, envelope: Mapping[str, object]) -> Iterator[bytes]:
        if self._opened:
            return
        self._opened, self._base = opening(self._chat, envelope), base_of(envelope)
        for name in ("created", "in_progress"):
            yield self._event(name, response=self._opened)

    def _said(self, choice: JsonObject) -> Iterator[bytes]:
        delta = cast("JsonObject", choice["delta"])
        if words := delta.get("content"):
            yield from self._say(str(words))
        # The last words of a text can leave the firewall behind a refusal, which comes after them.
        self._refusal.append(str(delta.get("refusal") or ""))
        self._citations += citations_of(delta)
        self._calls.take(delta)
        if choice.get("finish_reason") is not None:
            self._finish = choice["finish_reason"]

    def _say(self, words: str) -> Iterator[bytes]:
        if not self._words:
            yield from self._begin_part(text_part())
        self._words.append(words)
        yield self._event("output_text.delta", **self._place(), delta=words, logprobs=[])

    def _end_text(self) -> Iterator[bytes]:
        if words := "".join(self._words):
            yield self._event("output_text.done", **self._place(), text=words, logprobs=[])
            yield self._end_part(text_part(words, self._citations))

    def _refuse(self) -> Iterator[bytes]:
        if words := "".join(self._refusal):
            yield from self._begin_part(refusal_part())
            yield self._event("refusal.delta", **self._place(), delta=words)
            yield self._event("refusal.done", **self._place(), refusal=words)
            yield self._end_part(refusal_part(words))

    def _begin_part(self, part: JsonObject) -> Iterator[bytes]:
        if not self._parts:
            item = {**message_item(self._base, ()), "status": "in_progress"}
            yield self._event("output_item.added", output_index=0, item=item)
        yield self._event("content_part.added", **self._place(), part=part)

    def _end_part(self, part: JsonObject) -> bytes:
        told = self._event("content_part.done", **self._place(), part=part)
        self._parts.append(part)
        return told

    def _place(self) -> JsonObject:
        at = len(self._parts)
        return {"item_id": f"msg_{self._base}", "output_index": 0, "content_index": at}

    def _call(self, item: JsonObject, at: int) -> Iterator[bytes]:
        place: JsonObject = {"item_id": item["id"], "output_index": at}
        begun = {**item, "status": "in_progress", "arguments": ""}
        yield self._event("output_item.added", output_index=at, item=begun)
        arguments = item["arguments"]
        yield self._event("function_call_arguments.delta", **place, delta=arguments)
        name = item["name"]
        yield self._event("function_call_arguments.done", **place, name=name, arguments=arguments)

    def _event(self, kind: str, /, **content: object) -> bytes:
        numbered = {"sequence_number": self._sent, **content}
        self._sent += 1
        return encode_event(f"response.{kind}", numbered)


def error_event(error: IronCageError, request_id: str) -> bytes:
    """Write an error in place of the last event; SDKs raise for its member `error`."""
    told = cast("JsonObject", error_body(error, request_id)["error"])
    flat = {name: told[name] for name in ("code", "message", "param")}
    return encode_event("error", {**flat, "error": told})
