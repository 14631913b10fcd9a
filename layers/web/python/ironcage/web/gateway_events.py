"""Events of API Gateway on their way into an app, and its answers on their way out."""

import asyncio
import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from mangum import Mangum

Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]


def lambda_handler(app: FastAPI) -> Handler:
    """Make a handler of an app."""

    def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        # A loop of its own for each event: what an app leaves running ends with its answer.
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            answer: dict[str, Any] = Mangum(app, lifespan="off")(dict(tidied(event)), context)
        finally:
            asyncio.set_event_loop(None)
            loop.close()
        return answer

    return handle


def tidied(event: Mapping[str, Any]) -> dict[str, Any]:
    """Give a proxy event whose parts have the types that Mangum relies on."""
    many = event.get("multiValueHeaders")
    return {
        "resource": "",
        "httpMethod": str(event.get("httpMethod") or "GET").upper(),
        "path": str(event.get("path") or "/"),
        "headers": _texts(event.get("headers")),
        "multiValueHeaders": {
            str(name): [_latin(value) for value in values]
            for name, values in (many if isinstance(many, Mapping) else {}).items()
            if isinstance(values, list)
        },
        "queryStringParameters": {},
        "multiValueQueryStringParameters": {},
        "requestContext": _context(event),
        "body": base64.b64encode(_body(event)).decode(),
        "isBase64Encoded": True,
    }


def _context(event: Mapping[str, Any]) -> dict[str, Any]:
    given = event.get("requestContext")
    context = dict(given) if isinstance(given, Mapping) else {}
    if not isinstance(context.get("identity"), Mapping):
        context["identity"] = {}
    return context


def _texts(given: object) -> dict[str, str]:
    headers = given if isinstance(given, Mapping) else {}
    return {_latin(name): _latin(value) for name, value in headers.items() if value is not None}


def _latin(value: object) -> str:
    return str(value).encode("latin-1", "replace").decode("latin-1")


def _body(event: Mapping[str, Any]) -> bytes:
    """Give the body's bytes; what is no base64 although it says so is taken as it stands."""
    text = event.get("body") or ""
    raw = str(text).encode("utf-8", "surrogatepass")
    if not event.get("isBase64Encoded"):
        return raw
    try:
        return base64.b64decode(raw, validate=True)
    except binascii.Error:
        return raw
