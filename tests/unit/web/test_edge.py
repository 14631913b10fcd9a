"""The HTTP edge: a bug is one clean answer and is reported; errors have one shape."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from ironcage.core.errors import AgentConcurrency, TokenInvalid
from ironcage.gateway import Caller
from ironcage.web import CurrentCaller, create_app, lambda_handler
from ironcage.web.gateway_events import tidied

CALLER = Caller.proven_by({"tenant_id": "t", "agent_id": "a", "token_hash": "h"})


class Greeting(BaseModel):
    """A body."""

    name: str


class Broken(Exception):
    """A bug with a text that nobody may see."""


def an_app(reports: list[str]) -> FastAPI:
    app = create_app(
        title="Greeter",
        caller_of=lambda _: CALLER,
        report=lambda _, error: reports.append(type(error).__name__),
        refused=lambda _, errors: reports.extend(error.code for error in errors),
    )

    @app.post("/greet")
    def greet(body: Greeting, caller: CurrentCaller) -> dict[str, str]:
        return {"text": f"Hello {body.name} of {caller.tenant_id}"}

    @app.post("/break")
    def fail(body: Greeting) -> None:
        raise Broken(body.name)

    @app.post("/busy")
    def refuse(body: Greeting) -> None:
        raise AgentConcurrency

    @app.post("/teapot")
    def odd(body: Greeting) -> None:
        raise HTTPException(int(body.name))

    @app.post("/half", response_class=JSONResponse)
    def half(body: Greeting) -> JSONResponse:
        return BrokenAnswer({})

    return app


class BrokenAnswer(JSONResponse):
    """An answer that breaks off behind its head."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send the head alone."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise Broken


def ignore(*_: object) -> None:
    """Hear nothing."""


def asked(path: str, name: str = "Ann", **changes: object) -> tuple[int, Any, list[str]]:
    reports: list[str] = []
    event: Mapping[str, Any] = {
        "httpMethod": "POST",
        "path": path,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"name": name}),
        **changes,
    }
    answer = lambda_handler(an_app(reports))(event, None)
    return answer["statusCode"], json.loads(answer["body"] or "null"), reports


def test_route_is_answered_for_the_caller_that_was_proven() -> None:
    assert asked("/greet") == (200, {"text": "Hello Ann of t"}, [])


def test_bug_is_a_500_without_a_word_of_its_text() -> None:
    status, body, reports = asked("/break", name="a secret")

    assert (status, body["error"]["code"], reports) == (500, "INTERNAL_ERROR", ["Broken"])
    assert "a secret" not in str(body)


def test_bug_behind_the_head_is_reported_and_ends_the_answer() -> None:
    reports: list[str] = []
    event = {"httpMethod": "POST", "path": "/half", "body": '{"name": "x"}'}
    headers = {"content-type": "application/json"}

    answer = lambda_handler(an_app(reports))({**event, "headers": headers}, None)

    assert (answer["statusCode"], reports) == (500, ["Broken"])


def test_error_of_ours_keeps_its_status_and_its_patience() -> None:
    reports: list[str] = []
    event = {"httpMethod": "POST", "path": "/busy", "body": '{"name": "x"}'}
    headers = {"content-type": "application/json"}

    answer = lambda_handler(an_app(reports))({**event, "headers": headers}, None)

    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (429, "1")
    assert reports == ["AGENT_CONCURRENCY"]


@pytest.mark.parametrize(
    ("status", "answered"),
    [
        pytest.param(404, (404, "NOT_FOUND"), id="not found"),
        pytest.param(405, (405, "METHOD_NOT_ALLOWED"), id="method"),
        pytest.param(418, (400, "INVALID_FORMAT"), id="teapot"),
        pytest.param(502, (500, "INTERNAL_ERROR"), id="bad gateway"),
    ],
)
def test_refusal_of_the_framework_is_said_in_our_words(
    status: int, answered: tuple[int, str]
) -> None:
    got, body, _ = asked("/teapot", name=str(status))

    assert (got, body["error"]["code"]) == answered


def test_invalid_fields_are_named_by_path() -> None:
    status, body, _ = asked("/greet", body='{"name": 1}')

    assert (status, body["error"]["fields"]) == (400, {"name": "must be a string"})


def test_caller_that_is_not_proven_is_refused() -> None:
    def nobody(_: Mapping[str, Any]) -> Caller:
        raise TokenInvalid

    app = create_app(title="Closed", caller_of=nobody, report=ignore, refused=ignore)

    @app.post("/greet")
    def greet(body: Greeting, caller: CurrentCaller) -> None:
        raise AssertionError

    event = {"httpMethod": "POST", "path": "/greet", "body": '{"name": "x"}'}
    headers = {"content-type": "application/json"}

    assert lambda_handler(app)({**event, "headers": headers}, None)["statusCode"] == 401


def test_event_is_tidied_before_the_framework_reads_it() -> None:
    event = tidied(
        {
            "httpMethod": "post",
            "path": None,
            "headers": {"a": None, "b": 1, "c": "\u20ac"},
            "multiValueHeaders": {"b": ["x", 2], "d": "none"},
            "requestContext": {"identity": None},
            "body": "no base64!",
            "isBase64Encoded": True,
        }
    )

    assert (event["httpMethod"], event["path"]) == ("POST", "/")
    assert event["headers"] == {"b": "1", "c": "?"}
    assert event["multiValueHeaders"] == {"b": ["x", "2"]}
    assert event["requestContext"] == {"identity": {}}
    assert event["body"] == "bm8gYmFzZTY0IQ=="


@pytest.mark.parametrize("event", [{}, {"headers": [], "multiValueHeaders": [], "body": 1}])
def test_event_without_its_parts_is_answered(event: dict[str, Any]) -> None:
    status, body, _ = asked("/nowhere", **{"body": "", **event})

    assert (status, body["error"]["code"]) == (404, "NOT_FOUND")
