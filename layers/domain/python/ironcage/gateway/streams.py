"""A streamed answer: relayed chunk by chunk, scanned on the way, charged at its end (7, 7a, 8)."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from ironcage.core.errors import FirewallUnavailable, IronCageError
from ironcage.gateway.exchange import Exchange, Outcome
from ironcage.gateway.faces import StreamWriter
from ironcage.gateway.gate import ChunkGate
from ironcage.gateway.headers import STREAM_TYPE, answer_headers
from ironcage.gateway.model import (
    Body,
    Event,
    Head,
    JsonObject,
    ProviderCall,
    ProviderChunk,
    Usage,
)
from ironcage.gateway.ports import ChatProvider, TextHasher
from ironcage.gateway.pricing import cost
from ironcage.gateway.scan_counts import Scan
from ironcage.gateway.upstream import Upstream
from ironcage.gateway.verdicts import Screen, add_stream
from ironcage.gateway.wire.openai import prompt_texts, visible_texts


@dataclass(slots=True)
class Delivery:
    """What has come from the provider so far: all of it went through the gate."""

    usage: Usage | None = None
    received_bytes: int = 0
    said: list[str] = field(default_factory=list)
    envelope: JsonObject = field(default_factory=dict)

    def take(self, chunk: ProviderChunk) -> None:
        """Count a chunk before anything of it is withheld."""
        self.usage = chunk.usage or self.usage
        for text in visible_texts(chunk.body):
            self.said.append(text.text)
            self.received_bytes += len(text.text.encode("utf-8", "surrogatepass"))

    def bound(self, x: Exchange) -> Usage:
        """Bound the usage when the provider's own count never came: a token is a byte or more."""
        overhead = x.price().overhead_tokens
        return Usage(input_tokens=x.input_bytes + overhead, output_tokens=self.received_bytes)


class Streams:
    """Answers with a stream of server-sent events."""

    def __init__(self, upstream: Upstream, hasher: TextHasher) -> None:
        self._upstream = upstream
        self._hasher = hasher

    def answer(self, x: Exchange) -> Iterator[Event]:
        """Relay a provider's stream; a failure after the first byte ends it with an error event.

        However it ends, and also when the reader hangs up, it is charged: by the provider's count
        if that came, else by the bound of what was delivered. After a bug of ours neither can be
        trusted: the outcome is unknown, and the hold stays.
        """
        if x.output_screen is None or x.chat is None:
            raise FirewallUnavailable()
        screen = x.output_screen
        scan = screen.open_scan()  # here a firewall that is not there costs nothing yet
        writer = x.face.open_stream(x.chat)
        gate = ChunkGate(screen.new_scanner, is_sequential=writer.is_sequential)
        chunks = self._upstream.ask(x, _open_stream)
        delivery = Delivery()
        try:
            with _broken_unless_whole(x), closing(chunks):
                yield Head(200, answer_headers(x, STREAM_TYPE))
                for piece in self._relay(x, chunks, writer=writer, gate=gate, delivery=delivery):
                    if piece:
                        yield Body(piece)
            x.record.outcome = Outcome.ANSWERED
            yield Body(writer.end(delivery.envelope, delivery.usage))
        except IronCageError as error:
            x.record.error_code = error.code
            scan.fail(error, 1)
            yield Body(x.face.error_event(error, x.call.request_id))
        finally:
            self._charge(x, delivery)
            self._write_record(x, scan, screen=screen, gate=gate, delivery=delivery)

    def _relay(
        self,
        x: Exchange,
        chunks: Generator[ProviderChunk],
        *,
        writer: StreamWriter,
        gate: ChunkGate,
        delivery: Delivery,
    ) -> Iterator[bytes]:
        for chunk in _timed(x, chunks):
            delivery.take(chunk)
            body = {**chunk.body, "model": x.record.model}
            body.pop("usage", None)
            delivery.envelope = {**body, "choices": []}
            if body["choices"] and gate.pass_chunk(body):
                yield writer.chunk(body, delivery.usage)
        tail = {**delivery.envelope}
        if gate.finish(tail):
            yield writer.chunk(tail, delivery.usage)

    @staticmethod
    def _charge(x: Exchange, delivery: Delivery) -> None:
        outcome = Outcome(x.record.outcome)
        if outcome is Outcome.UNKNOWN:
            return
        if delivery.usage is not None:
            x.record.usage = delivery.usage
            x.charge(cost(x.price(), delivery.usage), outcome)
            return
        x.record.usage = delivery.bound(x)
        bound = cost(x.price(), x.record.usage)
        x.charge(min(bound, x.hold.amount if x.hold else bound), outcome, is_estimated=True)

    def _write_record(
        self, x: Exchange, scan: Scan, *, screen: Screen, gate: ChunkGate, delivery: Delivery
    ) -> None:
        tenant = x.call.caller.tenant_id
        prompt = "\n".join(t.text for t in prompt_texts(x.chat)) if x.chat else ""
        x.record.prompt_hmac = self._hasher.hash_text(tenant, prompt)
        x.record.answer_hmac = self._hasher.hash_text(tenant, "".join(delivery.said))
        for scanner in gate.scanners():
            add_stream(scan, scanner)
        scan.add_sealed(gate.sealed)
        scan.scanned_bytes = delivery.received_bytes
        x.record.output_verdict = screen.close_scan(scan).to_json()


@contextmanager
def _broken_unless_whole(x: Exchange) -> Iterator[None]:
    """Call a stream broken that ends in an error of ours or is hung up; a bug stays unknown."""
    try:
        yield
    except (IronCageError, GeneratorExit):
        x.record.outcome = Outcome.BROKEN
        raise


def _open_stream(provider: ChatProvider, call: ProviderCall) -> Generator[ProviderChunk]:
    """Start a stream and wait for its first chunk, so that a failure can still go elsewhere."""
    chunks = provider.stream(call)
    first = next(chunks, None)
    return _rest(first, chunks)


def _rest(first: ProviderChunk | None, chunks: Iterator[ProviderChunk]) -> Generator[ProviderChunk]:
    """Hand out the first chunk again; closing this closes the provider's stream."""
    try:
        if first is not None:
            yield first
        yield from chunks
    finally:
        if isinstance(chunks, Generator):
            chunks.close()


def _timed(x: Exchange, chunks: Iterator[ProviderChunk]) -> Iterator[ProviderChunk]:
    """Count the waits between chunks as the provider's time."""
    while True:
        begun = x.clock.monotonic()
        try:
            chunk = next(chunks, None)
        finally:
            x.add_time("llm_gateway", begun)
        if chunk is None:
            return
        yield chunk
