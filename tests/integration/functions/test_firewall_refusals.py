"""What is no request is refused by both firewalls; a bad input is an error in its place."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.aws_identity import IdentityCloud
from support.firewalls import DIRECTIONS, a_post, call, emulated_firewalls, error_of, posted

LAMBDA_ANSWER_BYTES = 6 * 1024 * 1024
BOTH = pytest.mark.parametrize("direction", DIRECTIONS)


@pytest.fixture(scope="module", autouse=True)
def cloud() -> Iterator[IdentityCloud]:
    with pytest.MonkeyPatch.context() as patch, emulated_firewalls(patch) as made:
        yield made


BAD: dict[str, tuple[object, set[str]]] = {
    "number": (1, {"inputs[1]"}),
    "neither": ({}, {"inputs[1]"}),
    "both": ({"text": "x", "messages": []}, {"inputs[1]"}),
    "text is a number": ({"text": 1}, {"inputs[1].text"}),
    "two problems": ({"text": 1, "origin": "moon"}, {"inputs[1].text", "inputs[1].origin"}),
    "unknown field": ({"text": "x", "orgin": "user"}, {"inputs[1].orgin"}),
    "no messages": ({"messages": []}, {"inputs[1].messages"}),
    "messages of texts": ({"messages": ["x"]}, {"inputs[1].messages[0]"}),
    "odd role": (
        {"messages": [{"role": "robot", "content": "x"}]},
        {"inputs[1].messages[0].role"},
    ),
    "unknown part": (
        {"messages": [{"role": "user", "content": "x", "mood": "y"}]},
        {"inputs[1].messages[0].mood"},
    ),
}


@BOTH
@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_an_error_in_its_place(direction: str, case: str) -> None:
    bad, fields = BAD[case]

    before, error, after = posted(direction, {"text": "one"}, bad, {"text": "two"})

    assert (before["redacted"], after["redacted"]) == ("one", "two")
    assert error.keys() == {"error"}
    assert error["error"]["code"] in {"VALIDATION_ERROR", "UNSUPPORTED_PARAMETER"}
    assert error["error"]["fields"].keys() == fields


@BOTH
def test_result_that_no_answer_could_hold_is_an_error_in_its_place(direction: str) -> None:
    crowded = {"text": "a@b.co " * 24_000}
    answer = call(direction, a_post(direction, {"inputs": [crowded, crowded, {"text": "two"}]}))

    first, second, last = json.loads(answer["body"])["results"]

    assert len(json.dumps(answer)) < LAMBDA_ANSWER_BYTES
    assert len(first["findings"]) >= 24_000
    assert second["error"]["fields"].keys() == {"inputs[1]"}
    assert last["redacted"] == "two"


def _deep(depth: int) -> str:
    return '{"inputs": ' + "[" * depth + "]" * depth + "}"


NO_BATCH: dict[str, tuple[object, int, str]] = {
    "empty": ("", 400, "INVALID_FORMAT"),
    "no json": ("inputs=1", 400, "INVALID_FORMAT"),
    "list": ([], 400, "INVALID_FORMAT"),
    "null": ("null", 400, "INVALID_FORMAT"),
    "nan": ('{"inputs": NaN}', 400, "INVALID_FORMAT"),
    "infinity": ('{"inputs": [1e999]}', 400, "INVALID_FORMAT"),
    "key twice": ('{"inputs": [], "inputs": [{"text": "x"}]}', 400, "INVALID_FORMAT"),
    "too deep": (_deep(40), 400, "INVALID_FORMAT"),
    "bottomless": (_deep(100_000), 400, "INVALID_FORMAT"),
    "half a pair": ('{"inputs": [{"text": "\\ud800"}]}', 400, "INVALID_FORMAT"),
    "raw half": ('{"inputs": [{"text": "\ud800"}]}', 400, "INVALID_FORMAT"),
    "no inputs": ({}, 400, "VALIDATION_ERROR"),
    "inputs empty": ({"inputs": []}, 400, "VALIDATION_ERROR"),
    "inputs a text": ({"inputs": "x"}, 400, "VALIDATION_ERROR"),
    "65 inputs": ({"inputs": [{"text": "x"}] * 65}, 400, "VALIDATION_ERROR"),
    "unknown field": ({"inputs": [{"text": "x"}], "model": "y"}, 400, "VALIDATION_ERROR"),
    "too large": ({"inputs": [{"text": "x" * 1_000_000}]}, 413, "BODY_TOO_LARGE"),
}


@BOTH
@pytest.mark.parametrize("case", NO_BATCH)
def test_what_is_no_batch_is_refused_as_a_whole(direction: str, case: str) -> None:
    body, status, code = NO_BATCH[case]

    answer = call(direction, a_post(direction, body))

    assert (answer["statusCode"], error_of(answer)["code"]) == (status, code)
    assert {"message", "type", "param", "request_id"} <= error_of(answer).keys()


def test_all_problems_of_a_body_are_named_at_once() -> None:
    answer = call("input", a_post("input", {"input": [], "model": "x"}))

    assert error_of(answer)["fields"] == {
        "inputs": "is required",
        "input": "is not a known field",
        "model": "is not a known field",
    }


@BOTH
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        pytest.param({"httpMethod": "GET"}, 405, "METHOD_NOT_ALLOWED", id="another method"),
        pytest.param({"httpMethod": "DELETE"}, 405, "METHOD_NOT_ALLOWED", id="yet another"),
        pytest.param({"path": "/v1/firewall"}, 404, "NOT_FOUND", id="above"),
        pytest.param({"path": "/v1/firewall/input/"}, 404, "NOT_FOUND", id="slash at the end"),
        pytest.param({"path": "/openapi.json"}, 404, "NOT_FOUND", id="document"),
        pytest.param({"path": "/docs"}, 404, "NOT_FOUND", id="pages"),
    ],
)
def test_other_routes_are_refused(
    direction: str, changes: dict[str, object], *, status: int, code: str
) -> None:
    answer = call(direction, a_post(direction, {"inputs": [{"text": "x"}]}, **changes))

    assert (answer["statusCode"], error_of(answer)["code"]) == (status, code)
    assert status != 405 or answer["headers"]["allow"] == "POST"


@pytest.mark.parametrize(
    "types",
    [
        pytest.param(None, id="none"),
        pytest.param(["text/plain"], id="text"),
        pytest.param(["application/json", "text/plain"], id="two"),
        pytest.param(["application/json-seq"], id="another json"),
    ],
)
def test_body_that_is_not_declared_as_json_is_refused(types: list[str] | None) -> None:
    headers = {"Content-Type": types} if types else {}

    answer = call(
        "input",
        a_post("input", {"inputs": [{"text": "x"}]}, headers={}, multiValueHeaders=headers),
    )

    assert (answer["statusCode"], error_of(answer)["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def _with_context(event: dict[str, Any], **facts: object) -> dict[str, Any]:
    context = event["requestContext"]
    return event | {"requestContext": context | {"authorizer": context["authorizer"] | facts}}


@BOTH
@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        pytest.param({"permissions": "firewall:scan"}, 200, None, id="may scan"),
        pytest.param({"permissions": "llm:call"}, 200, None, id="may call models"),
        pytest.param({"permissions": ""}, 403, "INSUFFICIENT_PERMISSIONS", id="may nothing"),
        pytest.param({"permissions": "tools:call"}, 403, "INSUFFICIENT_PERMISSIONS", id="other"),
        pytest.param({"agent_id": "agent_nobody"}, 404, "NOT_FOUND", id="another agent"),
        pytest.param({"tenant_id": "tenant_other"}, 404, "NOT_FOUND", id="another tenant"),
        pytest.param({"token_hash": None}, 401, "TOKEN_INVALID", id="no token"),
    ],
)
def test_caller_needs_a_token_that_permits_it(
    direction: str, facts: dict[str, object], *, status: int, code: str | None
) -> None:
    event = a_post(direction, {"inputs": [{"text": "x"}]})

    answer = call(direction, _with_context(event, **facts))

    assert answer["statusCode"] == status
    assert code is None or error_of(answer)["code"] == code


def test_event_that_passed_no_authorizer_is_refused() -> None:
    event = a_post("input", {"inputs": [{"text": "x"}]}, requestContext=None)

    answer = call("input", event)

    assert (answer["statusCode"], error_of(answer)["code"]) == (401, "TOKEN_INVALID")


def test_identity_that_a_client_sends_is_not_looked_at() -> None:
    event = a_post("input", {"inputs": [{"text": "x"}]}, requestContext={})
    event["headers"] |= {"x-tenant-id": "tenant_acme", "x-agent-id": "agent_writer"}

    assert call("input", event)["statusCode"] == 401
