"""The gateway answers OpenAI's Responses from real events, tables and a provider's socket."""

import base64
import json
from collections.abc import Iterator

import pytest

from gateway.handler import handler
from support.aws_gateway import Context, GatewayCloud, emulated_gateway
from support.bad_requests import BadRequest
from support.bad_responses import BAD_RESPONSES
from support.events import load_event


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[GatewayCloud]:
    with emulated_gateway(monkeypatch) as made:
        yield made


@pytest.fixture(scope="module")
def shared_cloud() -> Iterator[GatewayCloud]:
    with pytest.MonkeyPatch.context() as patch, emulated_gateway(patch) as made:
        yield made


@pytest.mark.parametrize("stream", [False, True])
def test_response_is_answered_charged_and_published(cloud: GatewayCloud, *, stream: bool) -> None:
    event = load_event("gateway/responses")
    event["body"] = json.dumps({**json.loads(event["body"]), "stream": stream})

    answer = handler(event, Context())

    told = json.loads(answer["body"].strip().split("data: ")[-1])
    told = told["response"] if stream else told
    assert answer["statusCode"] == 200
    assert told["output"][0]["content"][0]["text"] == "Hello from the scripted model."
    [seen] = cloud.provider.seen
    assert seen.path == "/v1/chat/completions"
    assert seen.body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Say hello in one word."},
    ]
    [record] = cloud.records()
    assert cloud.pot().spent == record["cost_micros"] != 0
    assert told["usage"]["output_tokens"] > 0


def test_response_that_no_authorizer_let_in_is_refused_in_openais_shape(
    cloud: GatewayCloud,
) -> None:
    event = load_event("gateway/responses")
    event["requestContext"]["authorizer"] = {}

    answer = handler(event, Context())

    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["error"]["code"] == "TOKEN_INVALID"


@pytest.mark.parametrize("bad", BAD_RESPONSES, ids=lambda bad: bad.id)
def test_bad_request_is_refused_in_one_shape_and_nothing_is_charged(
    shared_cloud: GatewayCloud, bad: BadRequest
) -> None:
    event = load_event("gateway/responses")
    event |= {"body": base64.b64encode(bad.body).decode(), "isBase64Encoded": True}

    answer = handler(event, Context())

    told = json.loads(answer["body"])
    assert (answer["statusCode"], told["error"]["code"]) == (bad.status, bad.code)
    assert told["error"].keys() >= {"type", "message", "code", "param", "request_id"}
    assert shared_cloud.pot().spent == shared_cloud.pot().held == 0
    assert not shared_cloud.provider.seen
