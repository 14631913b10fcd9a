"""A stream of Converse, event by event, as OpenAI's chunks."""

from collections.abc import Mapping

from ironcage.gateway.model import JsonObject, ProviderChunk
from ironcage.gateway.wire.bedrock import finish_reason, stop_extensions, usage_of
from ironcage.gateway.wire.completions import named_call, usage_body
from ironcage.gateway.wire.counts import count_or_nothing
from ironcage.gateway.wire.turns import mapping


class ConverseStream:
    """Translates the events of one stream; it remembers which block is which tool call."""

    def __init__(self, *, answer_id: str, created: int, model: str) -> None:
        self._head: JsonObject = {
            "id": answer_id,
            "object": "chat.completion.chunk",
            "created": created,
            "model": model,
        }
        self._calls: dict[int, int] = {}
        self._silent: set[int] = set()
        self.is_done = False

    def translate(self, event: Mapping[str, object]) -> ProviderChunk | None:
        """Turn one event into a chunk; None for events that say nothing to a client."""
        for name, content in event.items():
            if name == "metadata":
                return self._usage(mapping(content))
            delta, finish = self._delta(name, mapping(content))
            if delta is not None:
                stop = mapping(content).get("stopReason")
                return ProviderChunk(self._chunk(delta, finish, stop))
        return None

    def _delta(
        self, name: str, event: Mapping[str, object]
    ) -> tuple[JsonObject | None, str | None]:
        match name:
            case "messageStart":
                return {"role": "assistant", "content": ""}, None
            case "contentBlockStart":
                return self._opened_call(event), None
            case "contentBlockDelta":
                return self._piece(event), None
            case "contentBlockStop":
                return self._closed_call(event), None
            case "messageStop":
                self.is_done = True
                return {}, finish_reason(event.get("stopReason"))
            case _:
                return None, None

    def _opened_call(self, event: Mapping[str, object]) -> JsonObject | None:
        use = mapping(mapping(event.get("start")).get("toolUse"))
        if not use:
            return None
        index = self._calls.setdefault(
            count_or_nothing(event, "contentBlockIndex"), len(self._calls)
        )
        self._silent.add(index)
        function = {"name": str(use.get("name")), "arguments": ""}
        call = {"index": index, **named_call(use.get("toolUseId")), "function": function}
        return {"tool_calls": [call]}

    def _piece(self, event: Mapping[str, object]) -> JsonObject | None:
        delta = mapping(event.get("delta"))
        if isinstance(delta.get("text"), str):
            return {"content": delta["text"]}
        thought = mapping(delta.get("reasoningContent")).get("text")
        if isinstance(thought, str):
            return {"reasoning_content": thought}
        written = mapping(delta.get("toolUse")).get("input")
        index = self._calls.get(count_or_nothing(event, "contentBlockIndex"))
        if not isinstance(written, str) or index is None:
            return None
        if written:
            self._silent.discard(index)
        return {"tool_calls": [{"index": index, "function": {"arguments": written}}]}

    def _closed_call(self, event: Mapping[str, object]) -> JsonObject | None:
        """Give a call that wrote no arguments empty ones, for a client reads them as JSON."""
        index = self._calls.get(count_or_nothing(event, "contentBlockIndex"))
        if index is None or index not in self._silent:
            return None
        self._silent.discard(index)
        return {"tool_calls": [{"index": index, "function": {"arguments": "{}"}}]}

    def _usage(self, event: Mapping[str, object]) -> ProviderChunk | None:
        usage = usage_of(event.get("usage"))
        if usage is None:
            return None
        return ProviderChunk({**self._head, "choices": [], "usage": usage_body(usage)}, usage)

    def _chunk(self, delta: JsonObject, finish: str | None, stop: object) -> JsonObject:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**self._head, "choices": [choice | stop_extensions(stop)]}
