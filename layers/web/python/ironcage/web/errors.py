"""Errors of HTTP functions: one body for all of them, every problem of a request at once."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ironcage.core.errors import (
    InvalidRequest,
    IronCageError,
    MalformedBody,
    MethodNotAllowed,
    NotFound,
)
from ironcage.gateway.wire.bodies import error_body
from ironcage.gateway.wire.checks import MAX_PROBLEMS, safe_name

ReportRefusals = Callable[[str, Sequence[IronCageError]], None]

_WORDS = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "string_type": "must be a string",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "literal_error": "must be one of {expected}",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "value_error": "{error}",
}
_BODY = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "type", "request_id"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "fields": {"type": "object", "additionalProperties": {"type": "string"}},
                "details": {"type": "object"},
                "request_id": {"type": "string"},
            },
        }
    },
}
_ERROR = {
    "description": "What stopped the request.",
    "content": {"application/json": {"schema": _BODY}},
}
ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {"default": _ERROR}


def error_response(error: IronCageError, request_id: str) -> JSONResponse:
    """Answer an error in the one shape."""
    headers = {}
    if seconds := getattr(error, "retry_after_seconds", None):
        headers["retry-after"] = str(seconds)
    if allowed := error.details.get("allowed"):
        headers["allow"] = str(allowed)
    return JSONResponse(error_body(error, request_id), error.status, headers)


def problems_of(found: Sequence[Any]) -> InvalidRequest:
    """Put what pydantic found in our words; nothing that was sent is repeated."""
    fields: dict[str, str] = {}
    for problem in found[:MAX_PROBLEMS]:
        steps = (f"[{s}]" if isinstance(s, int) else f".{safe_name(s)}" for s in problem["loc"])
        fields.setdefault("".join(steps).removeprefix("."), _words(problem))
    return InvalidRequest(fields)


def _words(problem: Any) -> str:
    form = _WORDS.get(problem["type"])
    return form.format(**problem.get("ctx", {})) if form else "is not valid"


def add_error_handlers(app: FastAPI, refused: ReportRefusals) -> None:
    """Answer and tell every error of the framework, and every one of ours, in the one shape."""

    def told(request: Request, error: IronCageError) -> JSONResponse:
        refused(request.state.request_id, [error])
        return error_response(error, request.state.request_id)

    def ours(request: Request, error: Exception) -> JSONResponse:
        return told(request, error if isinstance(error, IronCageError) else IronCageError())

    def invalid(request: Request, error: Exception) -> JSONResponse:
        found = error.errors() if isinstance(error, RequestValidationError) else []
        return told(request, problems_of([p | {"loc": p["loc"][1:]} for p in found]))

    def http(request: Request, error: Exception) -> JSONResponse:
        return told(request, _named(error))

    app.add_exception_handler(IronCageError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


def _named(error: Exception) -> IronCageError:
    """Say in our errors what the framework refuses by a status."""
    status = error.status_code if isinstance(error, HTTPException) else 0
    if status == HTTPStatus.NOT_FOUND:
        return NotFound()
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = getattr(error, "headers", None) or {}
        return MethodNotAllowed(allowed=str(allowed.get("Allow", "POST")))
    return MalformedBody() if status < HTTPStatus.INTERNAL_SERVER_ERROR else IronCageError()
