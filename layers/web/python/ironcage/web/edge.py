"""The HTTP edge: every answer carries a request id, and a bug is still one clean answer."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ironcage.core import new_id
from ironcage.core.errors import IronCageError
from ironcage.web.errors import error_response

ReportCrash = Callable[[str, Exception], None]


class HttpEdge:
    """The outermost middleware."""

    def __init__(self, app: ASGIApp, *, report: ReportCrash) -> None:
        self._app = app
        self._report = report

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever goes wrong inside."""
        request_id = new_id("req")
        scope.setdefault("state", {})["request_id"] = request_id
        has_begun = False

        async def tell(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                message["headers"] = [
                    *message.get("headers", []),
                    (b"x-request-id", request_id.encode()),
                ]
            await send(message)

        try:
            await self._app(scope, receive, tell)
        except Exception as error:
            self._report(request_id, error)
            if has_begun:
                raise
            await error_response(IronCageError(), request_id)(scope, receive, tell)
