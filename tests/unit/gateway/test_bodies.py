"""Bodies of our own: the one error shape and the list of models."""

import pytest

from ironcage.core.errors import (
    AgentConcurrency,
    AllProvidersDown,
    BodyTooLarge,
    BudgetExceeded,
    InvalidRequest,
    IronCageError,
    LimitMoved,
    ModelForbidden,
    ModelNotFound,
    TokenInvalid,
)
from ironcage.gateway.wire.openai import error_body, error_type, models_body


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TokenInvalid(), "authentication_error"),
        (BudgetExceeded(), "insufficient_quota"),
        (ModelForbidden(), "permission_error"),
        (ModelNotFound(), "not_found_error"),
        (LimitMoved(), "conflict_error"),
        (BodyTooLarge(), "invalid_request_error"),
        (AgentConcurrency(), "rate_limit_error"),
        (AllProvidersDown(), "server_error"),
        (IronCageError(), "server_error"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_error_has_openais_type(error: IronCageError, kind: str) -> None:
    assert error_type(error.status) == kind
    assert error_body(error, "req_1") == {
        "error": {
            "code": error.code,
            "message": error.message,
            "type": kind,
            "param": None,
            "request_id": "req_1",
        }
    }


def test_invalid_fields_are_listed_and_the_first_is_the_param() -> None:
    body = error_body(InvalidRequest({"n": "must be small", "stop": "must be short"}), "req_1")

    error = body["error"]
    assert isinstance(error, dict)
    assert error["param"] == "n"
    assert error["fields"] == {"n": "must be small", "stop": "must be short"}
    assert error["message"].endswith("n must be small.")


def test_details_are_shown() -> None:
    error = error_body(BodyTooLarge(limit_bytes=5), "req_1")["error"]

    assert isinstance(error, dict)
    assert error["details"] == {"limit_bytes": 5}


def test_models_are_listed_as_openai_does() -> None:
    body = models_body(["a", "b"])

    assert body["object"] == "list"
    assert [m["id"] for m in body["data"]] == ["a", "b"]  # type: ignore[attr-defined]  # an untyped body
