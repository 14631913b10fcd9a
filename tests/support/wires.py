"""One rig for every wire that a chat provider may speak: an adapter and the provider behind it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from ironcage.adapters.providers.anthropic import AnthropicProvider
from ironcage.adapters.providers.bedrock import BedrockProvider
from ironcage.adapters.providers.openai import OpenAiProvider
from ironcage.adapters.providers.transport import Transport
from ironcage.core import ProviderId, SystemClock
from ironcage.gateway import (
    ChatProvider,
    JsonObject,
    ProviderAnswer,
    ProviderCall,
    ProviderChunk,
    Usage,
)
from ironcage.gateway.wire.openai import clean_chunk, clean_completion, upstream_body
from ironcage.tenancy import Provider, ProviderKind
from ironcage.tokens import ProviderKey
from support.bedrock import opener_of
from support.builders_gateway import a_chat
from support.provider import ScriptedProvider
from support.provider_anthropic import ScriptedAnthropic
from support.provider_bedrock import ScriptedConverse
from support.provider_scripts import Script

MODEL = "scripted"
SECRET = "sk-upstream-0123456789"


@dataclass(frozen=True, slots=True)
class Told:
    """All that an answer says, streamed or not."""

    text: str = ""
    thought: str = ""
    calls: tuple[tuple[str, str, str], ...] = ()
    finish: str = "stop"
    usage: Usage | None = None


@dataclass
class Wire:
    """An adapter, and a scripted provider that speaks its wire."""

    kind: ProviderKind
    upstream: ScriptedProvider
    adapter: ChatProvider

    def call(self, *, timeout: float = 10.0, **chat: object) -> ProviderCall:
        """Write a call."""
        body = upstream_body(a_chat(**chat), model=MODEL, max_tokens=64)
        record = Provider(ProviderId("ip_wire_001"), self.kind, self.upstream.url, {MODEL: MODEL})
        return ProviderCall(record, body, ProviderKey(SECRET), timeout)

    def whole(self, script: Script, *, timeout: float = 10.0, **chat: object) -> Told:
        """Ask for a whole answer."""
        self.upstream.script(MODEL, script)
        return told_whole(self.adapter.complete(self.call(timeout=timeout, **chat)))

    def chunks(
        self, script: Script, *, timeout: float = 10.0, **chat: object
    ) -> Iterator[ProviderChunk]:
        """Ask for a stream."""
        self.upstream.script(MODEL, script)
        return self.adapter.stream(self.call(timeout=timeout, stream=True, **chat))

    def streamed(self, script: Script, *, timeout: float = 10.0, **chat: object) -> Told:
        """Ask for a stream and read it to its end."""
        return told_streamed(list(self.chunks(script, timeout=timeout, **chat)))


def told_whole(answer: ProviderAnswer) -> Told:
    """Read a whole answer, which must need no further cleaning."""
    assert clean_completion(answer.body)["choices"] == plain_choices(answer.body)
    (choice,) = cast("list[JsonObject]", answer.body["choices"])
    message = cast("Mapping[str, object]", choice["message"])
    calls = cast("list[JsonObject]", message.get("tool_calls", []))
    return Told(
        text=str(message.get("content") or ""),
        thought=str(message.get("reasoning_content") or ""),
        calls=tuple(_call(call) for call in calls),
        finish=str(choice["finish_reason"]),
        usage=answer.usage,
    )


def told_streamed(chunks: list[ProviderChunk]) -> Told:
    """Join the chunks of a stream, which must need no further cleaning."""
    text = thought = finish = ""
    calls: dict[object, JsonObject] = {}
    for chunk in chunks:
        assert clean_chunk(chunk.body)["choices"] == plain_choices(chunk.body)
        for choice in cast("list[JsonObject]", chunk.body["choices"]):
            delta = cast("JsonObject", choice["delta"])
            text += str(delta.get("content") or "")
            thought += str(delta.get("reasoning_content") or "")
            finish = str(choice["finish_reason"] or finish)
            for piece in cast("list[JsonObject]", delta.get("tool_calls", [])):
                _add(calls.setdefault(piece["index"], {}), piece)
    usages = [chunk.usage for chunk in chunks if chunk.usage]
    joined = tuple(_call(calls[index]) for index in sorted(calls, key=str))
    return Told(text, thought, joined, finish, usage=usages[-1] if usages else None)


def plain_choices(body: Mapping[str, object]) -> list[JsonObject]:
    """List the choices of an answer in OpenAI's own words."""
    choices = cast("list[JsonObject]", body["choices"])
    return [{k: v for k, v in choice.items() if k != "extensions"} for choice in choices]


def _call(call: Mapping[str, object]) -> tuple[str, str, str]:
    function = cast("Mapping[str, str]", call["function"])
    return str(call["id"]), function["name"], function["arguments"]


def _add(call: JsonObject, piece: JsonObject) -> None:
    function = cast("dict[str, str]", call.setdefault("function", {"name": "", "arguments": ""}))
    told = cast("Mapping[str, str]", piece.get("function", {}))
    for name in function:
        function[name] += told.get(name, "")
    if "id" in piece:
        call["id"] = piece["id"]


def _openai(_url: str, transport: Transport) -> ChatProvider:
    return OpenAiProvider(transport)


def _anthropic(_url: str, transport: Transport) -> ChatProvider:
    return AnthropicProvider(transport, SystemClock())


def _bedrock(url: str, _transport: Transport) -> ChatProvider:
    return BedrockProvider(SystemClock(), opener_of(url))


WIRES: Mapping[ProviderKind, tuple[type[ScriptedProvider], Callable[..., ChatProvider]]] = {
    ProviderKind.OPENAI: (ScriptedProvider, _openai),
    ProviderKind.ANTHROPIC: (ScriptedAnthropic, _anthropic),
    ProviderKind.BEDROCK: (ScriptedConverse, _bedrock),
}


@contextmanager
def open_wire(kind: ProviderKind) -> Iterator[Wire]:
    """Start a provider of a kind with an adapter in front of it."""
    standin, make = WIRES[kind]
    transport = Transport(SystemClock(), allow_loopback=True)
    with standin() as upstream:
        yield Wire(kind, upstream, make(upstream.url, transport))
        transport.close()
