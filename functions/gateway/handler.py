"""Answer `/v1/*` for agents, and `/api/health` for everybody."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gateway.events import to_call, to_response
from gateway.wiring import gateway, health, observer
from ironcage.adapters.deadlines import LambdaContext, invocation_ends_in
from ironcage.core import RequestId, new_id
from ironcage.core.errors import IronCageError
from ironcage.gateway import Event, Head, internal_error, refusal_of

HEALTH = ("/api/health", "/api/v1/health")


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one proxy event, buffered: publish and settle happen before the return."""
    with invocation_ends_in(context.get_remaining_time_in_millis() / 1000):
        return to_response(respond(event, context))


def respond(event: Mapping[str, Any], context: LambdaContext) -> Iterator[Event]:
    """Answer one proxy event as a generator of events, for any runtime."""
    if event.get("path") in HEALTH:
        yield from health()
        return
    request_id = RequestId(new_id("req"))

    def answer() -> Iterator[Event]:
        return gateway().answer(to_call(event, context, request_id=request_id))

    yield from guarded(answer, path=str(event.get("path", "")), request_id=request_id)


def guarded(
    answer: Callable[[], Iterator[Event]], *, path: str, request_id: RequestId
) -> Iterator[Event]:
    """Pass an answer on; a bug in it is reported, and ends it as its wire format ends an error."""
    head: Head | None = None
    try:
        for piece in answer():
            head = piece if isinstance(piece, Head) else head
            yield piece
    except IronCageError as error:
        yield from refusal_of(error, path=path, request_id=request_id)
    except Exception as error:  # noqa: BLE001 - the HTTP edge: a bug must still be one clean answer
        observer().crashed(request_id, error)
        yield from internal_error(path=path, request_id=request_id, head=head)
