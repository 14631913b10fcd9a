"""Answer one operation of an operator, invoked directly: data in, data out."""

from collections.abc import Mapping
from typing import Any

from control_api.wiring import control
from ironcage.adapters.lines import write_line
from ironcage.core import new_id
from ironcage.core.errors import InvalidRequest, IronCageError

SERVICE = "control_api"


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Run `{"operation": …, …}`; whatever stops us on purpose is data under `error`."""
    request_id = new_id("req")
    try:
        return control().run(event, request_id)
    except IronCageError as error:
        write_line("WARNING", "operation_refused", service=SERVICE, code=error.code)
        return {"error": error_body(error, request_id)}


def error_body(error: IronCageError, request_id: str) -> dict[str, Any]:
    """Write an error in the one shape: all invalid fields at once, never the reason of a store."""
    body: dict[str, object] = {
        "code": error.code,
        "message": error.text,
        "status": error.status,
        "request_id": request_id,
    }
    if isinstance(error, InvalidRequest):
        body["fields"] = error.fields
    if error.details:
        body["details"] = dict(error.details)
    return body
