"""The gateway answers Anthropic's wire from real events, tables and a provider's socket."""

import base64
import json
from collections.abc import Iterator

import pytest

from gateway.handler import handler
from support.aws_gateway import Context, GatewayCloud, emulated_gateway
from support.bad_messages import BAD_MESSAGES
from support.bad_requests import BadRequest
from support.events import load_event


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[GatewayCloud]:
    with emulated_gateway(monkeypatch) as made:
        yield made


@pytest.fixture(scope="module")
def shared_cloud() -> Iterator[GatewayCloud]:
    with pytest.MonkeyPatch.context() as patch, emulated_gateway(patch) as made:
        yield made


def test_message_is_answered_charged_and_published(cloud: GatewayCloud) -> None:
    answer = handler(load_event("gateway/messages"), Context())

    told = json.loads(answer["body"])
    assert answer["statusCode"] == 200
    assert told["content"] == [{"type": "text", "text": "Hello from the scripted model."}]
    [seen] = cloud.provider.seen
    assert seen.body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Say hello in one word."},
    ]
    assert "extensions" not in seen.body
    [record] = cloud.records()
    assert cloud.pot().spent == record["cost_micros"] != 0


def test_message_that_no_authorizer_let_in_is_refused_in_its_own_shape(
    cloud: GatewayCloud,
) -> None:
    event = load_event("gateway/messages")
    event["requestContext"]["authorizer"] = {}

    answer = handler(event, Context())

    told = json.loads(answer["body"])
    assert (answer["statusCode"], told["type"]) == (401, "error")
    assert told["error"]["type"] == "authentication_error"
    assert told["request_id"] == answer["headers"]["request-id"]


@pytest.mark.parametrize("bad", BAD_MESSAGES, ids=lambda bad: bad.id)
def test_bad_message_is_refused_in_one_shape_and_nothing_is_charged(
    shared_cloud: GatewayCloud, bad: BadRequest
) -> None:
    event = load_event("gateway/messages")
    event |= {"body": base64.b64encode(bad.body).decode(), "isBase64Encoded": True}

    answer = handler(event, Context())

    told = json.loads(answer["body"])
    assert (answer["statusCode"], told["error"]["code"]) == (bad.status, bad.code)
    assert told.keys() == {"type", "error", "request_id"}
    assert told["error"].keys() >= {"type", "message", "code", "details"}
    assert shared_cloud.pot().spent == shared_cloud.pot().held == 0
    assert not shared_cloud.provider.seen
