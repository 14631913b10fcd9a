"""A canonical stream, written as the events of Anthropic's format.

Blocks come strictly one after the other. Text and thoughts are sent as they come; tool calls are
sent at the end, because their arguments leave the output firewall whole and no earlier.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar, cast

from ironcage.core.errors import IronCageError
from ironcage.gateway.model import JsonObject, Usage
from ironcage.gateway.wire.anthropic_answers import (
    NOTHING,
    opening,
    shows_thinking,
    stop_of,
    tool_blocks,
    usage_counts,
)
from ironcage.gateway.wire.anthropic_errors import error_body
from ironcage.gateway.wire.call_pieces import CallPieces
from ironcage.gateway.wire.chat import ChatRequest
from ironcage.gateway.wire.extensions import extensions_of
from ironcage.gateway.wire.sse import encode_event
from ironcage.gateway.wire.strict_json import encode_json

_FIRST: Mapping[str, JsonObject] = {
    "text": {"type": "text", "text": ""},
    "thinking": {"type": "thinking", "thinking": "", "signature": ""},
}


class AnthropicStream:
    """Writes one stream; it remembers which block is open and which tools were called."""

    is_sequential: ClassVar[bool] = True

    def __init__(self, chat: ChatRequest) -> None:
        self._chat = chat
        self._shows_thinking = shows_thinking(chat)
        self._is_open = False
        self._block = ""
        self._index = 0
        self._calls = CallPieces()
        self._end: JsonObject = {"finish_reason": None}
        self._refusal: list[str] = []

    def chunk(self, body: JsonObject, usage: Usage | None) -> bytes:
        """Write what a chunk says."""
        out = [self._opened(body, usage)]
        for choice in cast("list[JsonObject]", body["choices"]):
            if choice["index"] == 0:
                out += self._said(choice)
        return b"".join(out)

    def end(self, envelope: JsonObject, usage: Usage | None) -> bytes:
        """Write the tool calls, why the model stopped, and the whole usage."""
        out = [self._opened({"id": "0", "model": self._chat.model, **envelope}, usage)]
        if refusal := "".join(self._refusal):
            out.append(self._piece("text", {"type": "text_delta", "text": refusal}))
        out.append(self._closed())
        calls = self._calls.joined()
        for block in tool_blocks(calls):
            out += self._tool(block)
        reason, sequence = stop_of(
            self._chat, self._end, has_calls=bool(calls), refuses=bool(refusal)
        )
        out.append(
            _event(
                "message_delta",
                delta={"stop_reason": reason, "stop_sequence": sequence},
                usage=usage_counts(usage or NOTHING),
            )
        )
        out.append(_event("message_stop"))
        return b"".join(out)

    def _opened(self, envelope: Mapping[str, object], usage: Usage | None) -> bytes:
        if self._is_open:
            return b""
        self._is_open = True
        return _event("message_start", message=opening(envelope, usage))

    def _said(self, choice: JsonObject) -> Iterator[bytes]:
        delta, found = cast("JsonObject", choice["delta"]), extensions_of(choice)
        if self._shows_thinking:
            yield from self._thoughts(delta, found)
        if text := delta.get("content"):
            yield self._piece("text", {"type": "text_delta", "text": text})
        # The last words of a text can leave the firewall behind a refusal, which comes after them.
        self._refusal.append(str(delta.get("refusal") or ""))
        self._calls.take(delta)
        if choice.get("finish_reason") is not None:
            self._end = choice

    def _thoughts(self, delta: JsonObject, found: Mapping[str, object]) -> Iterator[bytes]:
        if thought := delta.get("reasoning_content") or delta.get("reasoning"):
            yield self._piece("thinking", {"type": "thinking_delta", "thinking": thought})
        if signature := found.get("signature"):
            yield self._piece("thinking", {"type": "signature_delta", "signature": signature})
            yield self._closed()
        for data in cast("list[str]", found.get("sealed_thinking") or []):
            yield self._closed() + self._started({"type": "redacted_thinking", "data": data})
            yield self._closed()

    def _piece(self, kind: str, delta: JsonObject) -> bytes:
        start = b""
        if self._block != kind:
            start = self._closed() + self._started(_FIRST[kind])
        return start + _event("content_block_delta", index=self._index, delta=delta)

    def _started(self, block: JsonObject) -> bytes:
        self._block = str(block["type"])
        return _event("content_block_start", index=self._index, content_block=block)

    def _closed(self) -> bytes:
        if not self._block:
            return b""
        out = _event("content_block_stop", index=self._index)
        self._block, self._index = "", self._index + 1
        return out

    def _tool(self, block: JsonObject) -> Iterator[bytes]:
        text = encode_json(block["input"]).decode()
        yield self._started({**block, "input": {}})
        delta = {"type": "input_json_delta", "partial_json": text}
        yield _event("content_block_delta", index=self._index, delta=delta)
        yield self._closed()


def error_event(error: IronCageError, request_id: str) -> bytes:
    """Write an error in place of the closing words."""
    return encode_event("error", error_body(error, request_id))


def _event(name: str, **content: object) -> bytes:
    return encode_event(name, content)
