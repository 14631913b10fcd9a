"""Providers that speak Anthropic's Messages: the Claude API and what is compatible with it."""

from collections.abc import Generator, Iterator

from ironcage.adapters.providers.refusals import decode_answer, refuse, sendable
from ironcage.adapters.providers.transport import Answer, Outgoing, Transport
from ironcage.core import Clock
from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway import ProviderAnswer, ProviderCall, ProviderChunk
from ironcage.gateway.wire.anthropic_provider_answer import from_anthropic, usage_of
from ironcage.gateway.wire.anthropic_provider_request import to_anthropic
from ironcage.gateway.wire.anthropic_provider_stream import AnthropicStream
from ironcage.gateway.wire.openai import SseParser, encode_json
from ironcage.tokens import ProviderKey

API_VERSION = "2023-06-01"


class AnthropicProvider:
    """Asks any provider that speaks Anthropic's Messages."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock

    def complete(self, call: ProviderCall) -> ProviderAnswer:
        """Ask for a whole answer."""
        answer = self._ask(call)
        try:
            body = decode_answer(answer.read())
        finally:
            answer.close()
        completion = from_anthropic(body, created=self._created())
        return ProviderAnswer(completion, usage_of(body.get("usage")))

    def stream(self, call: ProviderCall) -> Generator[ProviderChunk]:
        """Ask for a streamed answer, once the first chunk is wanted; close it to hang up."""
        answer = self._ask(call)
        stream = AnthropicStream(created=self._created(), model=str(call.body["model"]))
        try:
            yield from _chunks(answer, stream)
            answer.drain()
        finally:
            answer.close()

    def _ask(self, call: ProviderCall) -> Answer:
        body = encode_json(to_anthropic(call.body))
        request = Outgoing(_url(call.provider.endpoint), body, _headers(call.key))
        answer = self._transport.send(request, timeout_seconds=call.timeout_seconds)
        if answer.status != 200:  # noqa: PLR2004 - OK
            refuse(answer, code_field="type")
        return answer

    def _created(self) -> int:
        return self._clock.now_ms() // 1000


def _chunks(answer: Answer, stream: AnthropicStream) -> Iterator[ProviderChunk]:
    """Read chunks up to `message_stop`; a stream that stops before it is cut short."""
    parser, pieces = SseParser(), answer.pieces()
    while not stream.is_done:
        piece = next(pieces, None)
        for event in parser.finish() if piece is None else parser.feed(piece):
            yield from stream.translate(event)
        if piece is None and not stream.is_done:
            raise ProviderUnavailable(sent=True, reason="cut_short")


def _url(endpoint: str) -> str:
    """Find the route; Anthropic's own SDKs name the address without the version, others with it."""
    base = endpoint.rstrip("/")
    return f"{base}/messages" if base.endswith("/v1") else f"{base}/v1/messages"


def _headers(key: ProviderKey | None) -> dict[str, str]:
    out = {
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "anthropic-version": API_VERSION,
    }
    if key is not None:
        out["x-api-key"] = sendable(key.reveal())
    return out
