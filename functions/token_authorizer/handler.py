"""Answer API Gateway: may this caller come in, and who is it (step 0)."""

from collections.abc import Mapping
from typing import Any

from ironcage.adapters.lines import write_line
from ironcage.core.errors import TokenInvalid, Unavailable
from token_authorizer.request import allow, presented_token
from token_authorizer.wiring import verifier

SERVICE = "token_authorizer"


class Unauthorized(Exception):
    """The one error whose text makes API Gateway answer 401."""


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Allow a caller whose token is proven; everybody else gets the same 401.

    When the keyring or the records do not answer, nothing is proven: the error goes up as it is
    and API Gateway answers 500, so the request fails closed.

    Raises:
        Unauthorized: there is no token, two different ones, or it is not valid.
        Unavailable: the token could not be checked.
    """
    try:
        caller = verifier().verify(presented_token(event))
    except TokenInvalid:
        write_line("INFO", "token_refused", service=SERVICE)
        # Without its cause: the answer and the log look alike, whatever was wrong.
        raise Unauthorized("Unauthorized") from None
    except Unavailable as error:
        write_line("ERROR", "token_check_failed", service=SERVICE, code=error.code)
        raise
    write_line("INFO", "token_accepted", service=SERVICE, agent_id=caller.agent_id)
    return allow(caller, event["methodArn"])
