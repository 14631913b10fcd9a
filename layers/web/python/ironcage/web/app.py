"""The app of one HTTP function: strict bodies, one error shape, no pages of its own."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI

from ironcage.gateway import Caller
from ironcage.web.bodies import MAX_BODY_BYTES, StrictRoute
from ironcage.web.edge import HttpEdge, ReportCrash
from ironcage.web.errors import ERROR_RESPONSES, ReportRefusals, add_error_handlers

__all__ = ["MAX_BODY_BYTES", "create_app"]

CallerOf = Callable[[Mapping[str, Any]], Caller]


def create_app(
    *, title: str, caller_of: CallerOf, report: ReportCrash, refused: ReportRefusals
) -> FastAPI:
    """Make an app to add routes to.

    Args:
        title: what its OpenAPI document is called.
        caller_of: reads who calls from an event of API Gateway.
        report: told of each bug, by request id.
        refused: told of each error that is an answer, by request id.
    """
    app = FastAPI(
        title=title,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        responses=ERROR_RESPONSES,
    )
    app.router.route_class = StrictRoute
    app.state.caller_of = caller_of
    add_error_handlers(app, refused)
    app.add_middleware(HttpEdge, report=report)
    return app
