"""Calls of a scripted provider, with what does not matter filled in."""

from ironcage.adapters.providers.openai import OpenAiProvider
from ironcage.core import ProviderId
from ironcage.gateway import ProviderCall, ProviderChunk
from ironcage.gateway.wire.openai import upstream_body, visible_texts
from ironcage.tenancy import Provider, ProviderKind
from ironcage.tokens import ProviderKey
from support.builders_gateway import a_chat

KEY = "sk-upstream-0123456789"


def a_call(
    url: str,
    model: str = "scripted",
    *,
    timeout: float = 5.0,
    key: str | None = KEY,
    **chat: object,
) -> ProviderCall:
    """Write a call for a model of the scripted provider."""
    body = upstream_body(a_chat(**chat), model=model, max_tokens=64)
    record = Provider(ProviderId("ip_local_001"), ProviderKind.OPENAI, url, {model: model})
    return ProviderCall(record, body, ProviderKey(key) if key else None, timeout)


def stream(adapter: OpenAiProvider, call: ProviderCall) -> list[ProviderChunk]:
    """Read a whole stream."""
    return list(adapter.stream(call))


def said(chunks: list[ProviderChunk]) -> str:
    """Join all that a stream says."""
    return "".join(text.text for chunk in chunks for text in visible_texts(chunk.body))
