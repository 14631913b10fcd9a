"""Answer `/v1/*` for agents, and `/api/health` for everybody."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.events import LambdaContext, to_call, to_response
from gateway.wiring import gateway, health, observer
from ironcage.adapters.deadlines import invocation_ends_in
from ironcage.core import RequestId, new_id
from ironcage.core.errors import IronCageError
from ironcage.gateway import Event, internal_error, refusal_of

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
    request_id, begun = RequestId(new_id("req")), False
    path = str(event.get("path", ""))
    try:
        call = to_call(event, context, request_id=request_id)
        for piece in gateway().answer(call):
            begun = True
            yield piece
    except IronCageError as error:
        yield from refusal_of(error, path=path, request_id=request_id)
    except Exception as error:  # noqa: BLE001 - the HTTP edge: a bug must still be one clean answer
        observer().crashed(request_id, error)
        if not begun:
            yield from internal_error(path=path, request_id=request_id)
