"""The same request on every wire that a client may speak: asked, answered, and what was said."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ironcage.firewall import Firewall
from ironcage.gateway import JsonObject, ProviderAnswer, ProviderChunk, Usage
from support.builders_embeddings import some_vectors
from support.fakes_gateway import (
    CHAT,
    EMBED,
    EMBEDDER,
    MODEL,
    RESPOND,
    GatewayRig,
    Response,
    ScriptedChat,
    ScriptedEmbedder,
    a_chunk,
    a_provider,
    a_view,
    an_answer,
)

USED = Usage(10, 5)
Steps = ProviderAnswer | list[ProviderChunk | Exception]


@dataclass(frozen=True, slots=True)
class ClientWire:
    """One way of asking: `read` gives the text and the tool arguments that a client gets to see."""

    id: str
    path: str
    is_stream: bool
    read: Callable[[Response], tuple[str, str]]

    def rig(self, firewall: Firewall, *, said: Sequence[str] = ("Fine.",), **more: object) -> "Rig":
        """Make a gateway whose model says something piece by piece, or calls a tool."""
        arguments = tuple(str(piece) for piece in more.pop("arguments", ()))  # type: ignore[attr-defined]
        steps = _stream(said, arguments) if self.is_stream else _answer(said, arguments)
        made = GatewayRig(
            ScriptedChat(steps), embedder=ScriptedEmbedder(some_vectors()), firewall=firewall
        )
        models = {EMBEDDER: EMBEDDER, MODEL: MODEL}
        made.directory.current = a_view(a_provider(models=models), policy=more)
        return Rig(self, made)

    def body(self, text: str) -> JsonObject:
        """Ask something."""
        if self.path == EMBED:
            return {"model": EMBEDDER, "input": text}
        return self.conversation({"role": "user", "content": text})

    def with_result(self, text: str) -> JsonObject:
        """Send what a tool has found."""
        asked = {"role": "user", "content": "Read the page."}
        if self.path == RESPOND:
            call = {"type": "function_call", "call_id": "c1", "name": "read", "arguments": "{}"}
            result = {"type": "function_call_output", "call_id": "c1", "output": text}
            return self.conversation(asked, call, result)
        if self.path == CHAT:
            function = {"name": "read", "arguments": "{}"}
            calls = [{"id": "c1", "type": "function", "function": function}]
            called = {"role": "assistant", "content": None, "tool_calls": calls}
            return self.conversation(
                asked, called, {"role": "tool", "tool_call_id": "c1", "content": text}
            )
        use = {"type": "tool_use", "id": "c1", "name": "read", "input": {}}
        found = {"type": "tool_result", "tool_use_id": "c1", "content": text}
        called = {"role": "assistant", "content": [use]}
        return self.conversation(asked, called, {"role": "user", "content": [found]})

    def conversation(self, *messages: object) -> JsonObject:
        """Send messages."""
        if self.path == RESPOND:
            return {"model": MODEL, "input": list(messages), "stream": self.is_stream}
        return {
            "model": MODEL,
            "max_tokens": 500,
            "messages": list(messages),
            "stream": self.is_stream,
        }


@dataclass(frozen=True, slots=True)
class Rig:
    """A wire, and the gateway behind it."""

    wire: ClientWire
    gateway: GatewayRig

    def ask(self, body: JsonObject) -> Response:
        """Send a request."""
        return self.gateway.ask(body, path=self.wire.path)

    def was_asked(self) -> bool:
        """Tell whether any provider was asked."""
        return bool(self.gateway.chat.calls or self.gateway.embedder.calls)

    def sent(self) -> str:
        """Tell what the provider got."""
        (call,) = self.gateway.chat.calls or self.gateway.embedder.calls
        return json.dumps(call.body)

    def record(self) -> JsonObject:
        """Take the record of the only request."""
        (record,) = self.gateway.records.records
        return dict(record)


def _answer(said: Sequence[str], arguments: Sequence[str]) -> ProviderAnswer:
    answer = an_answer("".join(said), USED)
    if arguments:
        function = {"name": "tell", "arguments": "".join(arguments)}
        choice = answer.body["choices"][0]  # type: ignore[index]
        choice["message"]["tool_calls"] = [{"id": "c1", "type": "function", "function": function}]
        choice["finish_reason"] = "tool_calls"
    return answer


def _stream(said: Sequence[str], arguments: Sequence[str]) -> list[ProviderChunk | Exception]:
    chunks: list[ProviderChunk | Exception] = [a_chunk({"role": "assistant", "content": ""})]
    chunks += [a_chunk({"content": piece}) for piece in said]
    head: JsonObject = {"id": "c1", "type": "function"}
    for at, piece in enumerate(arguments):
        named = {} if at else {"name": "tell"}
        call = {"index": 0, **({} if at else head), "function": {**named, "arguments": piece}}
        chunks.append(a_chunk({"tool_calls": [call]}))
    finish = "tool_calls" if arguments else "stop"
    return [*chunks, a_chunk(finish=finish), a_chunk(usage=USED)]


def _chat(answer: Response) -> tuple[str, str]:
    message = answer.json["choices"][0]["message"]  # type: ignore[index]
    calls = message.get("tool_calls") or []
    return message["content"], "".join(c["function"]["arguments"] for c in calls)


def _chat_stream(answer: Response) -> tuple[str, str]:
    deltas = [
        choice["delta"]
        for event in answer.events()
        for choice in event.get("choices", ())  # type: ignore[attr-defined]
    ]
    calls = [call for delta in deltas for call in delta.get("tool_calls") or []]
    return (
        "".join(delta.get("content") or "" for delta in deltas),
        "".join(call["function"].get("arguments") or "" for call in calls),
    )


def _message(answer: Response) -> tuple[str, str]:
    blocks: list[JsonObject] = answer.json["content"]  # type: ignore[assignment]
    said = "".join(str(b["text"]) for b in blocks if b["type"] == "text")
    return said, "".join(json.dumps(b["input"]) for b in blocks if b["type"] == "tool_use")


def _message_stream(answer: Response) -> tuple[str, str]:
    lines = [line for line in answer.data.decode().split("\n") if line.startswith("data: ")]
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    deltas = [e["delta"] for e in events if e["type"] == "content_block_delta"]
    return (
        "".join(delta.get("text", "") for delta in deltas),
        "".join(delta.get("partial_json", "") for delta in deltas),
    )


def _response(answer: Response) -> tuple[str, str]:
    items: list[JsonObject] = answer.json["output"]  # type: ignore[assignment]
    said = [part["text"] for item in items for part in item.get("content", ())]  # type: ignore[attr-defined]
    return "".join(said), "".join(str(item.get("arguments", "")) for item in items)


def _response_stream(answer: Response) -> tuple[str, str]:
    lines = [line for line in answer.data.decode().split("\n") if line.startswith("data: ")]
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    deltas = {"response.output_text.delta": "", "response.function_call_arguments.delta": ""}
    for event in events:
        if event["type"] in deltas:
            deltas[event["type"]] += event["delta"]
    said, arguments = deltas.values()
    return said, arguments


def _vectors(answer: Response) -> tuple[str, str]:
    return json.dumps(answer.json["data"]), ""


CHAT_WIRES = (
    ClientWire("chat", CHAT, is_stream=False, read=_chat),
    ClientWire("chat-stream", CHAT, is_stream=True, read=_chat_stream),
    ClientWire("messages", "/v1/messages", is_stream=False, read=_message),
    ClientWire("messages-stream", "/v1/messages", is_stream=True, read=_message_stream),
    ClientWire("responses", RESPOND, is_stream=False, read=_response),
    ClientWire("responses-stream", RESPOND, is_stream=True, read=_response_stream),
)
EMBEDDINGS = ClientWire("embeddings", EMBED, is_stream=False, read=_vectors)
ALL_WIRES = (*CHAT_WIRES, EMBEDDINGS)
