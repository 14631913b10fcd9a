"""What API Gateway itself answers when no function of ours gets to speak: our one error shape.

A response cannot know the path, so its body is valid in both wire formats: OpenAI's `error`
inside Anthropic's envelope, with the code where each SDK looks for it.
"""

import json
from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """One refusal of API Gateway in our words."""

    type: apigateway.ResponseType
    status: int
    code: str
    error_type: str
    message: str
    headers: tuple[tuple[str, str], ...] = ()

    def body(self, request_id: str = "$context.requestId") -> str:
        """Write the body; API Gateway fills in the request id, the web ACL knows none."""
        error = {
            "code": self.code,
            "message": self.message,
            "type": self.error_type,
            "param": None,
            "details": {"error_code": self.code},
            "request_id": request_id,
        }
        return json.dumps({"type": "error", "error": error, "request_id": request_id})


_TYPES = apigateway.ResponseType
_DENIED = ("permission_error", "This token may not make this request.")
_INVALID = "invalid_request_error"
_SERVER = "server_error"


def _unchecked(kind: apigateway.ResponseType) -> ErrorResponse:
    message, again = "The token could not be checked.", (("Retry-After", "'1'"),)
    return ErrorResponse(kind, 503, "STORE_UNAVAILABLE", _SERVER, message, headers=again)


ERROR_RESPONSES = (
    ErrorResponse(
        _TYPES.UNAUTHORIZED,
        401,
        "TOKEN_INVALID",
        "authentication_error",
        "The token is not valid.",
        headers=(("WWW-Authenticate", "'Bearer'"),),
    ),
    ErrorResponse(_TYPES.ACCESS_DENIED, 403, "FORBIDDEN", *_DENIED),
    ErrorResponse(
        _TYPES.WAF_FILTERED,
        403,
        "FORBIDDEN",
        "permission_error",
        "The request was blocked before it reached us.",
    ),
    # A path or method that does not exist answers "missing authentication token" by default.
    ErrorResponse(
        _TYPES.MISSING_AUTHENTICATION_TOKEN,
        404,
        "NOT_FOUND",
        "not_found_error",
        "There is nothing here.",
    ),
    ErrorResponse(
        _TYPES.RESOURCE_NOT_FOUND, 404, "NOT_FOUND", "not_found_error", "There is nothing here."
    ),
    ErrorResponse(
        _TYPES.REQUEST_TOO_LARGE, 413, "BODY_TOO_LARGE", _INVALID, "The body is too large."
    ),
    ErrorResponse(
        _TYPES.UNSUPPORTED_MEDIA_TYPE,
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        _INVALID,
        "The body must be JSON.",
    ),
    ErrorResponse(
        _TYPES.THROTTLED,
        429,
        "RATE_LIMITED",
        "rate_limit_error",
        "Too many requests at once.",
        headers=(("Retry-After", "'1'"),),
    ),
    # The authorizer could not read what it must compare with: identity is never guessed.
    _unchecked(_TYPES.AUTHORIZER_FAILURE),
    _unchecked(_TYPES.AUTHORIZER_CONFIGURATION_ERROR),
    ErrorResponse(
        _TYPES.INTEGRATION_TIMEOUT,
        504,
        "DEADLINE_EXCEEDED",
        _SERVER,
        "The answer took too long.",
    ),
    ErrorResponse(
        _TYPES.DEFAULT_4_XX, 400, "VALIDATION_ERROR", _INVALID, "The request is not valid."
    ),
    ErrorResponse(
        _TYPES.DEFAULT_5_XX, 500, "INTERNAL_ERROR", _SERVER, "Something went wrong on our side."
    ),
)

# What the web ACL says itself: too many requests from one address, and a body that is too large.
EDGE_REFUSALS = (
    ErrorResponse(
        _TYPES.WAF_FILTERED,
        429,
        "RATE_LIMITED",
        "rate_limit_error",
        "Too many requests from this address.",
        # The rule counts over five minutes; a second would change nothing.
        headers=(("Retry-After", "'30'"),),
    ),
    ErrorResponse(_TYPES.WAF_FILTERED, 413, "BODY_TOO_LARGE", _INVALID, "The body is too large."),
)


def add_error_responses(api: apigateway.RestApi) -> None:
    """Answer every refusal of API Gateway in our error shape."""
    for response in ERROR_RESPONSES:
        headers = {"Content-Type": "'application/json'", **dict(response.headers)}
        api.add_gateway_response(
            f"Error{response.type.response_type.title().replace('_', '')}",
            type=response.type,
            status_code=str(response.status),
            response_headers=headers,
            templates={"application/json": response.body()},
        )
