"""A stream of Anthropic's Messages, event by event, as OpenAI's chunks."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway.model import JsonObject, ProviderChunk
from ironcage.gateway.wire.anthropic_provider_answer import (
    finish_reason,
    met_sequence,
    refusal_of,
    sealed,
    usage_of,
    with_extensions,
)
from ironcage.gateway.wire.completions import clean_chunk, usage_body
from ironcage.gateway.wire.counts import count_or_nothing
from ironcage.gateway.wire.turns import mapping, written_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CODE = re.compile(r"[a-z_]{1,64}")
_DELTAS = (
    ("text_delta", "text", "content"),
    ("thinking_delta", "thinking", "reasoning_content"),
)


@dataclass(slots=True)
class _Call:
    """A tool call that is being streamed."""

    index: int
    input: object
    has_arguments: bool = False


class AnthropicStream:
    """Translates the events of one stream; events and blocks that it does not know are skipped.

    `is_done` tells whether `message_stop` came: a stream that ends before it was cut short.
    """

    def __init__(self, *, created: int, model: str) -> None:
        self._head: JsonObject = {"id": "", "created": created, "model": model}
        self._calls: dict[int, _Call] = {}
        self._counts: JsonObject = {}
        self.is_done = False
        self._readers: Mapping[str, Callable[[JsonObject], list[ProviderChunk]]] = {
            "message_start": self._start,
            "content_block_start": self._open_block,
            "content_block_delta": self._piece,
            "content_block_stop": self._close_block,
            "message_delta": self._end,
            "message_stop": self._stop,
            "error": _fail,
        }

    def translate(self, event: JsonObject) -> list[ProviderChunk]:
        """Turn one event into the chunks that it means to a client, often one, often none.

        Raises:
            ProviderUnavailable: the event is an error.
        """
        read = self._readers.get(str(event.get("type")))
        return read(event) if read else []

    def _start(self, event: JsonObject) -> list[ProviderChunk]:
        message = mapping(event.get("message"))
        self._head["id"] = message.get("id")
        # How much is written is known at the end alone; the start says a first guess.
        self._count({**mapping(message.get("usage")), "output_tokens": None})
        return self._say({"role": "assistant", "content": ""})

    def _open_block(self, event: JsonObject) -> list[ProviderChunk]:
        block = mapping(event.get("content_block"))
        if block.get("type") == "text" and block.get("text"):
            return self._say({"content": block["text"]})
        if data := sealed(block.get("data")):
            return self._say({}, sealed_thinking=[data])
        if block.get("type") != "tool_use":
            return []
        call = _Call(len(self._calls), block.get("input"))
        self._calls[count_or_nothing(event, "index")] = call
        function = {"name": str(block.get("name")), "arguments": ""}
        opened = {"index": call.index, "id": block.get("id"), "function": function}
        return self._say({"tool_calls": [opened]})

    def _piece(self, event: JsonObject) -> list[ProviderChunk]:
        delta = mapping(event.get("delta"))
        for kind, source, target in _DELTAS:
            if delta.get("type") == kind and delta.get(source):
                return self._say({target: delta[source]})
        if signature := sealed(delta.get("signature")):
            return self._say({}, signature=signature)
        call, written = self._calls.get(count_or_nothing(event, "index")), delta.get("partial_json")
        if call is None or not isinstance(written, str) or not written:
            return []
        call.has_arguments = True
        return self._arguments(call, written)

    def _close_block(self, event: JsonObject) -> list[ProviderChunk]:
        """End a block; a call whose arguments were never streamed has those of its start."""
        call = self._calls.get(count_or_nothing(event, "index"))
        if call is None or call.has_arguments:
            return []
        call.has_arguments = True
        return self._arguments(call, written_arguments(call.input or {}))

    def _end(self, event: JsonObject) -> list[ProviderChunk]:
        ending = mapping(event.get("delta"))
        self._count(event.get("usage"))
        refusal = refusal_of(ending)
        said: JsonObject = {"refusal": refusal} if refusal else {}
        chunks = self._say(said, finish_reason(ending), stop_sequence=met_sequence(ending))
        usage = usage_of(self._counts)
        if usage is None:
            return chunks
        body = clean_chunk({**self._head, "choices": [], "usage": usage_body(usage)})
        return [*chunks, ProviderChunk(body, usage)]

    def _stop(self, _event: JsonObject) -> list[ProviderChunk]:
        self.is_done = True
        return []

    def _count(self, reported: object) -> None:
        """Take counts over earlier ones: they are totals, and some come only at the start."""
        told = mapping(reported)
        self._counts |= {name: value for name, value in told.items() if value is not None}

    def _arguments(self, call: _Call, text: str) -> list[ProviderChunk]:
        return self._say({"tool_calls": [{"index": call.index, "function": {"arguments": text}}]})

    def _say(
        self, delta: JsonObject, finish: str | None = None, **found: object
    ) -> list[ProviderChunk]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = clean_chunk({**self._head, "choices": [choice]})
        return [ProviderChunk(with_extensions(chunk, **found))]


def _fail(event: JsonObject) -> list[ProviderChunk]:
    code = str(mapping(event.get("error")).get("type"))
    known = code if _CODE.fullmatch(code) else ""
    raise ProviderUnavailable(sent=True, reason="error_in_stream", provider_code=known)
