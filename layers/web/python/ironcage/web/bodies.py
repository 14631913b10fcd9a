"""Bodies as they are read: JSON without surprises, declared as JSON, of a bounded size."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from ironcage.core.errors import BodyTooLarge, MediaTypeUnsupported
from ironcage.gateway.wire.strict_json import decode_object

# Patterns read about 700 kB a second, and an answer has 29 s: this leaves room for a slow machine.
MAX_BODY_BYTES = 1_000_000
_JSON_TYPE = "application/json"


class StrictRequest(Request):
    """A request whose body was read strictly before the framework asks for it."""

    decoded: Any = None

    async def decode(self) -> None:
        """Read the body.

        Raises:
            BodyTooLarge: it is over the limit.
            MediaTypeUnsupported: it is not declared as JSON.
            MalformedBody: it is not one clean JSON object.
        """
        body = await self.body()
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge(limit_bytes=MAX_BODY_BYTES)
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON_TYPE:
            raise MediaTypeUnsupported()
        self.decoded = decode_object(body, max_bytes=MAX_BODY_BYTES)

    async def json(self) -> Any:
        """Give what was read."""
        return self.decoded


class StrictRoute(APIRoute):
    """A route that takes strict bodies."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Read the body before all else."""
        answer = super().get_route_handler()

        async def strict(request: Request) -> Response:
            read = StrictRequest(request.scope, request.receive)
            await read.decode()
            return await answer(read)

        return strict
