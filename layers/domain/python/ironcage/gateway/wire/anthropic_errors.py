"""Errors in Anthropic's envelope; our code and fields stay as additional members."""

from ironcage.core.errors import InvalidRequest, IronCageError
from ironcage.gateway.model import JsonObject
from ironcage.gateway.wire.bodies import message_text

_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}
_SERVER_ERROR = 500


def error_body(error: IronCageError, request_id: str) -> JsonObject:
    """Write an error as `/v1/messages` answers it; Anthropic's SDK reads `details.error_code`."""
    fields = error.fields if isinstance(error, InvalidRequest) else {}
    told: JsonObject = {
        "type": error_type(error.status),
        "message": message_text(error.text, fields),
        "code": error.code,
        "details": {**error.details, "error_code": error.code},
    }
    if fields:
        told["fields"] = fields
    return {"type": "error", "error": told, "request_id": request_id}


def error_type(status: int) -> str:
    """Name a status as Anthropic does."""
    fallback = "api_error" if status >= _SERVER_ERROR else "invalid_request_error"
    return _TYPES.get(status, fallback)
