"""Who calls, as API Gateway proved it: from the event alone, never from what a client sends."""

from typing import Annotated

from fastapi import Depends, Request

from ironcage.gateway import Caller


def current_caller(request: Request) -> Caller:
    """Read the caller of a request.

    Raises:
        TokenInvalid: the request passed no authorizer.
    """
    caller: Caller = request.app.state.caller_of(request.scope["aws.event"])
    return caller


CurrentCaller = Annotated[Caller, Depends(current_caller)]
