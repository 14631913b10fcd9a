"""Providers that speak OpenAI's format (OpenAI, Azure, Mistral, Groq, vLLM, Ollama…)."""

from collections.abc import Generator, Iterator
from typing import cast
from urllib.parse import urlsplit

from ironcage.adapters.providers.refusals import decode_answer, refuse, sendable
from ironcage.adapters.providers.transport import Answer, Outgoing, Transport
from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway import (
    EmbeddingAnswer,
    JsonObject,
    ProviderAnswer,
    ProviderCall,
    ProviderChunk,
)
from ironcage.gateway.wire.dialects import dialect_of, speak, speak_embedding
from ironcage.gateway.wire.openai import (
    SseParser,
    clean_chunk,
    clean_completion,
    encode_json,
    usage_of,
)
from ironcage.gateway.wire.vectors import embedding_tokens, read_embeddings
from ironcage.tokens import ProviderKey


class OpenAiProvider:
    """Asks any provider that speaks OpenAI's format."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def complete(self, call: ProviderCall) -> ProviderAnswer:
        """Ask for a whole answer."""
        body = _whole(self._ask(call))
        return ProviderAnswer(clean_completion(body), usage_of(body))

    def stream(self, call: ProviderCall) -> Generator[ProviderChunk]:
        """Ask for a streamed answer, once the first chunk is wanted; close it to hang up."""
        answer = self._ask(call)
        try:
            yield from _chunks(answer)
            answer.drain()
        finally:
            answer.close()

    def embed(self, call: ProviderCall) -> EmbeddingAnswer:
        """Ask for the vectors of all texts in one call."""
        body = speak_embedding(call.body, dialect_of(_host(call.provider.endpoint)))
        answer = _whole(self._post(call, "embeddings", body))
        places = range(len(cast("list[str]", call.body["input"])))
        vectors, tokens = read_embeddings(answer, count=len(places)), embedding_tokens(answer)
        return EmbeddingAnswer(vectors, tokens or 0, uncounted=places if tokens is None else ())

    def _ask(self, call: ProviderCall) -> Answer:
        body = speak(call.body, dialect_of(_host(call.provider.endpoint)))
        return self._post(call, "chat/completions", body)

    def _post(self, call: ProviderCall, path: str, body: JsonObject) -> Answer:
        endpoint = call.provider.endpoint.rstrip("/")
        request = Outgoing(f"{endpoint}/{path}", encode_json(body), headers_of(call.key))
        answer = self._transport.send(request, timeout_seconds=call.timeout_seconds)
        if answer.status != 200:  # noqa: PLR2004 - OK
            refuse(answer, code_field="code")
        return answer


def _whole(answer: Answer) -> JsonObject:
    try:
        return decode_answer(answer.read())
    finally:
        answer.close()


def _chunks(answer: Answer) -> Iterator[ProviderChunk]:
    """Read chunks up to the provider's own end mark; a stream that stops before it is cut short."""
    parser, pieces = SseParser(), answer.pieces()
    while not parser.is_done:
        piece = next(pieces, None)
        events = parser.finish() if piece is None else parser.feed(piece)
        for event in events:
            yield ProviderChunk(clean_chunk(event), usage_of(event))
        if piece is None and not parser.is_done:
            raise ProviderUnavailable(sent=True, reason="cut_short")


def headers_of(key: ProviderKey | None) -> dict[str, str]:
    """Write the headers of a call, with the provider's key if there is one (step 6a)."""
    out = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    if key is not None:
        out["authorization"] = f"Bearer {sendable(key.reveal())}"
    return out


def _host(endpoint: str) -> str:
    try:
        return urlsplit(endpoint).hostname or ""
    except ValueError:
        return ""
