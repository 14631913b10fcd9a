"""API Gateway's REST proxy events, in and out (payload version 1)."""

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from ironcage.adapters.deadlines import LambdaContext
from ironcage.core import (
    RequestId,
    TraceContext,
    from_xray,
    make_traceparent,
    new_id,
    trace_id_of,
)
from ironcage.gateway import Body, Caller, Event, GatewayCall, Head


def header(event: Mapping[str, Any], name: str) -> str:
    """Read a request header, whatever the case of its name."""
    headers = event.get("headers") or {}
    return next((str(v) for k, v in headers.items() if k.lower() == name), "")


def to_call(
    event: Mapping[str, Any], context: LambdaContext, *, request_id: RequestId
) -> GatewayCall:
    """Read a proxy event; who calls comes from the authorizer alone (step 0).

    Raises:
        TokenInvalid: the event passed no authorizer.
    """
    return GatewayCall(
        request_id=request_id,
        caller=_caller(event),
        method=str(event.get("httpMethod", "")).upper(),
        path=str(event.get("path", "")),
        content_type=header(event, "content-type"),
        body=_body(event),
        remaining_seconds=lambda: context.get_remaining_time_in_millis() / 1000,
        traceparent=_own_trace(event),
        linked_trace_id=trace_id_of(header(event, "traceparent")),
    )


def _own_trace(event: Mapping[str, Any]) -> str:
    """Continue the platform's trace, else start one; a caller's trace is only linked."""
    own = from_xray(header(event, "x-amzn-trace-id"))
    if own is None:
        random = new_id("trace").removeprefix("trace_")
        own = TraceContext(random, random[:16], is_sampled=False)
    return make_traceparent(own)


def _caller(event: Mapping[str, Any]) -> Caller:
    return Caller.proven_by((event.get("requestContext") or {}).get("authorizer"))


def _body(event: Mapping[str, Any]) -> bytes:
    text = event.get("body") or ""
    if event.get("isBase64Encoded"):
        return base64.b64decode(text)
    return str(text).encode("utf-8", "surrogatepass")


def to_response(events: Iterator[Event]) -> dict[str, Any]:
    """Collect all events into one proxy response; draining them is what settles the money."""
    head, pieces = Head(500, {}), []
    for event in events:
        match event:
            case Head():
                head = event
            case Body():
                pieces.append(event.data)
    return {
        "statusCode": head.status,
        "headers": dict(head.headers),
        "body": b"".join(pieces).decode("utf-8", "surrogatepass"),
        "isBase64Encoded": False,
    }
