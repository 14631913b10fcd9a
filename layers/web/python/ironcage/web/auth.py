"""Who calls, as API Gateway proved it: from the event alone, never from what a client sends."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from ironcage.gateway import Caller

# For the document alone: whether a token is valid was decided before the event reached us.
_Bearer = Annotated[object, Security(HTTPBearer(scheme_name="bearer", auto_error=False))]
_ApiKey = Annotated[
    object, Security(APIKeyHeader(name="x-api-key", scheme_name="api_key", auto_error=False))
]


def current_caller(request: Request, _bearer: _Bearer = None, _key: _ApiKey = None) -> Caller:
    """Read the caller of a request.

    Raises:
        TokenInvalid: the request passed no authorizer.
    """
    caller: Caller = request.app.state.caller_of(request.scope["aws.event"])
    return caller


CurrentCaller = Annotated[Caller, Depends(current_caller)]
