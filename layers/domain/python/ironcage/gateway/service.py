"""The gateway: one request in, a generator of events out, one record behind it (steps 1 to 9).

Which way a step fails is written here once:

| step | if it cannot answer |
|---|---|
| 1 access | deny: `StoreUnavailable` stops the request |
| 2 input firewall, 8 output firewall | block: `FirewallUnavailable` |
| ledger table | 503 `LEDGER_UNAVAILABLE`: an unbounded call never starts |
| 7 provider | next route, then 503 `ALL_PROVIDERS_DOWN` |
| 7a cost reporting, 9 audit | continue: the hold bounds the request, the record is spooled |
"""

from collections.abc import Iterator, Mapping

from ironcage.core import Clock
from ironcage.core.errors import (
    BodyTooLarge,
    IronCageError,
    MediaTypeUnsupported,
    MethodNotAllowed,
    NotFound,
)
from ironcage.gateway.accounting import Accountant
from ironcage.gateway.admission import Admission
from ironcage.gateway.answers import Answers
from ironcage.gateway.embeddings import Embeddings
from ironcage.gateway.endpoints import ENDPOINTS, MODELS, face_of, is_charged
from ironcage.gateway.exchange import Exchange, Outcome
from ironcage.gateway.faces import Face
from ironcage.gateway.headers import STREAM_TYPE, base_headers, told_headers
from ironcage.gateway.model import (
    Body,
    Event,
    GatewayCall,
    Head,
    InteractionRecord,
    JsonObject,
)
from ironcage.gateway.ports import Tracer
from ironcage.gateway.streams import Streams
from ironcage.gateway.wire.openai import MAX_BODY_BYTES, encode_json, models_body

JSON_TYPE = "application/json"


class Gateway:
    """Answers every `/v1` model route."""

    def __init__(
        self,
        admission: Admission,
        answers: Answers,
        streams: Streams,
        *,
        embeddings: Embeddings,
        accountant: Accountant,
        tracer: Tracer,
        clock: Clock,
    ) -> None:
        self._admission = admission
        self._answers = answers
        self._streams = streams
        self._embeddings = embeddings
        self._accountant = accountant
        self._tracer = tracer
        self._clock = clock

    def answer(self, call: GatewayCall) -> Iterator[Event]:
        """Answer one request: a head, then its body in pieces; the last step is the settlement.

        The money is settled after the last piece was taken, or when the reader hangs up.
        """
        x = self._open(call)
        try:
            yield from self._serve(x)
        except IronCageError as error:
            x.record.error_code = error.code
            yield from refusal(error, x.face, told_headers(x))
        finally:
            if is_charged(call.path):
                self._accountant.close(x)

    def _open(self, call: GatewayCall) -> Exchange:
        record = InteractionRecord(
            request_id=call.request_id,
            tenant_id=call.caller.tenant_id,
            agent_id=call.caller.agent_id,
            started_at_ms=self._clock.now_ms(),
            trace_id=call.traceparent[3:35],
            linked_trace_id=call.linked_trace_id,
        )
        return Exchange(
            call,
            record,
            clock=self._clock,
            tracer=self._tracer,
            started=self._clock.monotonic(),
            face=face_of(call.path),
        )

    def _serve(self, x: Exchange) -> Iterator[Event]:
        check_shape(x.call)
        if x.call.path == MODELS:
            names = self._admission.view(x).model_names()
            return json_events(200, models_body(names), base_headers(x.call, x.face))
        self._admission.admit(x)
        return self._ask(x)

    def _ask(self, x: Exchange) -> Iterator[Event]:
        x.record.outcome = Outcome.FAILED
        if x.embedding is not None:
            return self._embeddings.answer(x, x.embedding)
        if x.record.is_stream:
            return self._streams.answer(x)
        return self._answers.answer(x)


def check_shape(call: GatewayCall) -> None:
    """Refuse what is no request of ours, before anything is read or spent.

    Raises:
        NotFound: there is no such path.
        MethodNotAllowed: the path wants another method.
        BodyTooLarge: the body is over the limit.
        MediaTypeUnsupported: the body is not declared as JSON.
    """
    if call.path not in ENDPOINTS:
        raise NotFound()
    if call.method != ENDPOINTS[call.path].method:
        raise MethodNotAllowed(allowed=ENDPOINTS[call.path].method)
    if call.method == "POST":
        if len(call.body) > MAX_BODY_BYTES:
            raise BodyTooLarge(limit_bytes=MAX_BODY_BYTES)
        if call.content_type.partition(";")[0].strip().lower() != JSON_TYPE:
            raise MediaTypeUnsupported()


def json_events(status: int, body: JsonObject, headers: dict[str, str]) -> Iterator[Event]:
    """Make the two events of a whole JSON answer."""
    yield Head(status, {"content-type": JSON_TYPE, **headers})
    yield Body(encode_json(body))


def refusal(error: IronCageError, face: Face, base: Mapping[str, str]) -> Iterator[Event]:
    """Make the events of a refusal in the error shape of a face; `base` names the request."""
    headers = dict(base)
    if seconds := getattr(error, "retry_after_seconds", None):
        headers["retry-after"] = str(seconds)
    if allowed := error.details.get("allowed"):
        headers["allow"] = str(allowed)
    return json_events(error.status, face.error_body(error, headers["x-request-id"]), headers)


def refusal_of(error: IronCageError, *, path: str, request_id: str) -> Iterator[Event]:
    """Make the events of a refusal of what never became a call."""
    face = face_of(path)
    return refusal(error, face, dict.fromkeys(face.id_headers, request_id))


def internal_error(*, path: str, request_id: str, head: Head | None = None) -> Iterator[Event]:
    """Make the events that end an answer after a bug of ours: no detail, one shape.

    Args:
        path: the path that was asked for, which names the wire format.
        request_id: the request's.
        head: what the answer began with, None if nothing of it was sent. A whole answer that has
            begun is complete, so only a stream gets one event more.
    """
    if head is None:
        yield from refusal_of(IronCageError(), path=path, request_id=request_id)
    elif head.headers["content-type"] == STREAM_TYPE:
        yield Body(face_of(path).error_event(IronCageError(), request_id))
