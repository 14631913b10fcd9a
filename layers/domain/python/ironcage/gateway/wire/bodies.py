"""Bodies of our own under `/v1`: errors in OpenAI's shape and the list of models."""

from collections.abc import Iterable, Mapping

from ironcage.core.errors import InvalidRequest, IronCageError
from ironcage.gateway.model import JsonObject

# OpenAI's words for each status; SDKs choose their exception by the status alone.
_TYPES = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}
_SERVER_ERROR = 500


def error_body(error: IronCageError, request_id: str) -> JsonObject:
    """Write an error as every `/v1` route answers it."""
    fields = error.fields if isinstance(error, InvalidRequest) else {}
    out: JsonObject = {
        "code": error.code,
        "message": message_text(error.text, fields),
        "type": error_type(error.status),
        "param": next(iter(fields), None),
    }
    if fields:
        out["fields"] = fields
    if error.details:
        out["details"] = dict(error.details)
    out["request_id"] = request_id
    return {"error": out}


def error_type(status: int) -> str:
    """Name a status as OpenAI does."""
    if status >= _SERVER_ERROR:
        return "server_error"
    return _TYPES.get(status, "invalid_request_error")


def models_body(names: Iterable[str]) -> JsonObject:
    """List models as `GET /v1/models` does."""
    data = [{"id": n, "object": "model", "created": 0, "owned_by": "ironcage"} for n in names]
    return {"object": "list", "data": data}


def message_text(text: str, fields: Mapping[str, str]) -> str:
    """Put the first problem into the text, since many clients show nothing else."""
    if not fields:
        return text
    path, problem = next(iter(fields.items()))
    return f"{text} {path} {problem}."
