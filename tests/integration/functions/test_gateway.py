"""The gateway answers API Gateway from real events, tables, secrets and a provider's socket."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.handler import handler
from ironcage.adapters.clients import open_client
from support.aws_gateway import Context, GatewayCloud, emulated_gateway
from support.aws_mocked import REGION
from support.bad_embeddings import BAD_EMBEDDINGS
from support.bad_requests import BAD_REQUESTS, BadRequest
from support.builders_budgets import REQUEST, a_reservation
from support.builders_embeddings import from_base64
from support.events import load_event
from support.provider import Script
from support.provider_embeddings import vector_of


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[GatewayCloud]:
    with emulated_gateway(monkeypatch) as made:
        yield made


@pytest.fixture(scope="module")
def shared_cloud() -> Iterator[GatewayCloud]:
    with pytest.MonkeyPatch.context() as patch, emulated_gateway(patch) as made:
        yield made


def a_request(**changes: object) -> Any:
    event = load_event("gateway/chat")
    body = json.loads(event["body"])
    return event | {"body": json.dumps(body | changes)}


def test_chat_is_answered_charged_and_published(cloud: GatewayCloud) -> None:
    answer = handler(load_event("gateway/chat"), Context())

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["choices"][0]["message"]["content"].startswith("Hello")
    pot = cloud.pot()
    [record] = cloud.records()
    assert pot.held == 0
    assert pot.spent == record["cost_micros"] != 0
    assert pot.is_balanced()


def test_provider_sees_its_own_key_and_never_the_callers_token(cloud: GatewayCloud) -> None:
    event = load_event("gateway/chat")
    event["headers"]["Authorization"] = "Bearer an-ic-token"

    handler(event, Context())

    [seen] = cloud.provider.seen
    assert seen.headers["authorization"] == "Bearer sk-provider"
    assert "an-ic-token" not in json.dumps([seen.headers, seen.body])


def test_stream_is_buffered_whole_with_its_usage(cloud: GatewayCloud) -> None:
    answer = handler(load_event("gateway/stream"), Context())

    assert answer["headers"]["content-type"] == "text/event-stream"
    assert answer["body"].endswith("data: [DONE]\n\n")
    assert '"usage"' in answer["body"]
    assert cloud.pot().held == 0


def test_trace_of_the_platform_is_continued_and_the_callers_is_linked(cloud: GatewayCloud) -> None:
    event = load_event("gateway/chat")
    event["headers"]["traceparent"] = f"00-{'a' * 32}-{'b' * 16}-01"

    answer = handler(event, Context())

    [record] = cloud.records()
    assert answer["headers"]["traceparent"].startswith("00-6745e0c00123456789abcdef01234567-")
    assert record["trace_id"] == "6745e0c00123456789abcdef01234567"
    assert record["linked_trace_id"] == "a" * 32


def test_models_of_the_agent_are_listed(cloud: GatewayCloud) -> None:
    answer = handler(load_event("gateway/models"), Context())

    assert "scripted" in [m["id"] for m in json.loads(answer["body"])["data"]]


def test_health_is_told_without_a_token(cloud: GatewayCloud) -> None:
    answer = handler(load_event("gateway/health"), Context())

    assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (200, "healthy")


def test_health_is_bad_when_the_ledger_is_gone(
    cloud: GatewayCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.cloud.configure(monkeypatch, IRONCAGE_TABLES_LEDGER="no-such-table")
    from gateway import wiring  # noqa: PLC0415 - the settings are read anew

    wiring.settings.cache_clear()

    answer = handler(load_event("gateway/health"), Context())

    assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (503, "unhealthy")


def test_event_that_passed_no_authorizer_is_refused(cloud: GatewayCloud) -> None:
    event = load_event("gateway/chat")
    del event["requestContext"]["authorizer"]

    answer = handler(event, Context())

    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (
        401,
        "TOKEN_INVALID",
    )


def test_bug_of_ours_is_one_clean_answer_without_detail(cloud: GatewayCloud) -> None:
    answer = handler({"path": "/v1/models", "requestContext": "not an object"}, Context())

    error = json.loads(answer["body"])["error"]
    assert (answer["statusCode"], error["code"]) == (500, "INTERNAL_ERROR")
    assert "str" not in answer["body"]


def test_provider_that_limits_us_is_a_429_with_its_delay(cloud: GatewayCloud) -> None:
    answer = handler(a_request(model="scripted-429"), Context())

    assert answer["statusCode"] == 429
    assert answer["headers"]["retry-after"] == "7"
    assert cloud.pot().spent == 0


def test_provider_that_keeps_failing_is_reported_and_no_longer_asked(
    cloud: GatewayCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [handler(a_request(model="scripted-500"), Context()) for _ in range(3)]

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [line for line in lines if line.get("breaker_opened") == 1]
    assert {a["statusCode"] for a in answers} == {503}
    assert answers[-1]["headers"]["retry-after"] in {"29", "30"}
    assert cloud.provider.count() == 5
    assert len(told) == 1
    assert cloud.pot().spent == cloud.pot().held == 0


def test_table_of_circuits_that_is_gone_costs_nobody_an_answer(
    cloud: GatewayCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    open_client("dynamodb", REGION).delete_table(TableName="runtime")

    answer = handler(load_event("gateway/chat"), Context())

    assert answer["statusCode"] == 200
    assert '"breaker_store_down":1' in capsys.readouterr().out


def test_provider_that_hangs_up_leaves_its_hold_to_expire(cloud: GatewayCloud) -> None:
    answer = handler(a_request(model="scripted-reset"), Context())

    assert answer["statusCode"] == 503
    assert cloud.pot().held > 0


def test_hold_that_expired_in_front_of_a_request_is_told_to_archive_and_operators(
    cloud: GatewayCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.pots.reserve(a_reservation(999_999), expires_ms=1, now_ms=1)

    answer = handler(load_event("gateway/chat"), Context())

    (event,) = [record for record in cloud.records() if "event" in record]
    assert answer["statusCode"] == 402
    assert (event["event"], event["request_id"]) == ("usage_presumed", REQUEST)
    assert event["amount_micros"] == cloud.pot().spent == 999_999
    assert event["at"]
    assert '"usage_presumed":1' in capsys.readouterr().out


def test_tool_call_makes_the_round_trip(cloud: GatewayCloud) -> None:
    tool = {
        "type": "function",
        "function": {"name": "get_weather", "parameters": {"type": "object"}},
    }
    first = handler(a_request(model="scripted-tool", tools=[tool]), Context())
    message = json.loads(first["body"])["choices"][0]["message"]
    reply = {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "Sunny"}

    second = handler(
        a_request(
            model="scripted-tool",
            tools=[tool],
            messages=[{"role": "user", "content": "Weather?"}, message, reply],
        ),
        Context(),
    )

    assert message["tool_calls"][0]["function"]["name"] == "get_weather"
    assert second["statusCode"] == 200
    assert json.loads(second["body"])["choices"][0]["finish_reason"] == "stop"


def test_secret_of_the_model_never_leaves(cloud: GatewayCloud) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6" * 2 + "a1B2c32q49x8"
    cloud.provider.script("scripted", Script(text=f"Use {secret} please."))

    answer = handler(load_event("gateway/chat"), Context())

    assert secret not in answer["body"]
    assert "[REDACTED:SECRET]" in answer["body"]
    assert secret not in json.dumps(cloud.records())


def test_texts_are_embedded_charged_and_published(cloud: GatewayCloud) -> None:
    answer = handler(load_event("gateway/embeddings"), Context())

    assert answer["statusCode"] == 200
    vectors = [from_base64(item["embedding"]) for item in json.loads(answer["body"])["data"]]
    assert vectors == [vector_of("A recipe for bread."), vector_of("A recipe for soup.")]
    pot = cloud.pot()
    [record] = cloud.records()
    assert pot.held == 0
    assert pot.spent == record["cost_micros"] != 0
    assert pot.is_balanced()
    assert "bread" not in json.dumps(record)


@pytest.mark.parametrize("bad", BAD_EMBEDDINGS, ids=lambda bad: bad.id)
def test_bad_embeddings_request_is_refused_in_one_shape_and_nothing_is_charged(
    shared_cloud: GatewayCloud, bad: BadRequest
) -> None:
    event = load_event("gateway/embeddings")
    event["headers"] = dict(bad.headers)
    event |= {"body": base64.b64encode(bad.body).decode(), "isBase64Encoded": True}

    answer = handler(event, Context())

    error = json.loads(answer["body"])["error"]
    assert (answer["statusCode"], error["code"]) == (bad.status, bad.code)
    assert {"code", "message", "type", "param", "request_id"} <= error.keys()
    assert shared_cloud.pot().spent == shared_cloud.pot().held == 0
    assert not shared_cloud.provider.seen


@pytest.mark.parametrize("bad", BAD_REQUESTS, ids=lambda bad: bad.id)
def test_bad_request_is_refused_in_one_shape_and_nothing_is_charged(
    shared_cloud: GatewayCloud, bad: BadRequest
) -> None:
    event = load_event("gateway/chat")
    event["headers"] = dict(bad.headers)
    event |= {"body": base64.b64encode(bad.body).decode(), "isBase64Encoded": True}

    answer = handler(event, Context())

    error = json.loads(answer["body"])["error"]
    assert (answer["statusCode"], error["code"]) == (bad.status, bad.code)
    assert {"code", "message", "type", "param", "request_id"} <= error.keys()
    assert shared_cloud.pot().spent == shared_cloud.pot().held == 0
    assert not shared_cloud.provider.seen
