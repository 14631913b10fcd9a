"""The authorizer answers API Gateway from real events, tables and secrets."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ironcage.adapters.dynamodb.control_items import token_item
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.core import SystemClock
from ironcage.core.errors import StoreUnavailable
from ironcage.tokens import issue
from support.aws_identity import SIGNING_SECRET, IdentityCloud, make_cloud
from support.aws_mocked import a_client, emulated_aws
from support.builders_identity import AGENT, KEYS, TENANT, a_grant
from support.events import load_event
from token_authorizer.handler import Unauthorized, handler
from token_authorizer.wiring import verifier


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityCloud]:
    with emulated_aws(monkeypatch):
        made = make_cloud()
        made.configure(monkeypatch)
        verifier.cache_clear()
        yield made
    verifier.cache_clear()


def a_token(cloud: IdentityCloud) -> str:
    token, record = issue(a_grant(issued_at_s=SystemClock().now_ms() // 1000), KEYS)
    keys = TenantKeys(TENANT)
    cloud.control.put(keys.control_pk(), keys.token_sk(AGENT), token_item(record))
    return token


def an_event(name: str, token: str) -> Any:
    return json.loads(json.dumps(load_event(f"token_authorizer/{name}")).replace("IC_TOKEN", token))


@pytest.mark.parametrize("name", ["bearer", "api_key"])
def test_proven_token_may_reach_the_stage(cloud: IdentityCloud, name: str) -> None:
    token = a_token(cloud)

    answer = handler(an_event(name, token), None)

    [statement] = answer["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == "arn:aws:execute-api:us-east-1:123456789012:gw123/prod/*"
    assert answer["principalId"] == AGENT


def test_context_says_who_is_calling_in_texts_alone(cloud: IdentityCloud) -> None:
    token = a_token(cloud)

    context = handler(an_event("bearer", token), None)["context"]

    assert context.keys() == {"tenant_id", "agent_id", "token_id", "token_hash", "permissions"}
    assert all(isinstance(value, str) for value in context.values())
    assert (context["tenant_id"], context["permissions"]) == (TENANT, "llm:call")
    assert token not in json.dumps(context)


HEADERS: dict[str, dict[str, list[str]]] = {
    "none": {},
    "basic": {"Authorization": ["Basic {}"]},
    "no scheme": {"Authorization": ["{}"]},
    "empty": {"Authorization": [""]},
    "empty bearer": {"Authorization": ["Bearer "]},
    "empty key": {"x-api-key": [""]},
    "another token": {"Authorization": ["Bearer {}x"]},
    "two tokens": {"Authorization": ["Bearer {}"], "x-api-key": ["other"]},
    "a scheme that hides": {"Authorization": ["Basic x"], "X-Api-Key": ["{}"]},
    "two of one header": {"Authorization": ["Bearer {}", "Bearer other"]},
    "both in one value": {"Authorization": ["Bearer {}, Bearer {}"]},
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
def test_caller_is_refused_without_exactly_one_good_token(
    cloud: IdentityCloud, headers: dict[str, list[str]]
) -> None:
    token = a_token(cloud)
    filled = {name: [v.replace("{}", token) for v in values] for name, values in headers.items()}
    event = {
        **load_event("token_authorizer/no_token"),
        "headers": {name: values[-1] for name, values in filled.items()},
        "multiValueHeaders": filled,
    }

    with pytest.raises(Unauthorized, match=r"^Unauthorized$"):
        handler(event, None)


@pytest.mark.parametrize(
    "headers",
    [
        {"AUTHORIZATION": "bearer {}"},
        {"authorization": "BEARER  {} "},
        {"X-API-KEY": " {} "},
        {"Authorization": "Bearer {}", "x-api-key": "{}"},
    ],
)
def test_names_and_scheme_may_be_written_in_any_case(
    cloud: IdentityCloud, headers: dict[str, str]
) -> None:
    token = a_token(cloud)
    event = {
        **load_event("token_authorizer/no_token"),
        "headers": {name: value.replace("{}", token) for name, value in headers.items()},
        "multiValueHeaders": None,
    }

    assert handler(event, None)["principalId"] == AGENT


def test_absent_headers_are_a_missing_token(cloud: IdentityCloud) -> None:
    event = {**load_event("token_authorizer/no_token"), "headers": None, "multiValueHeaders": None}

    with pytest.raises(Unauthorized):
        handler(event, None)


def test_caller_is_not_let_in_when_the_table_is_down(cloud: IdentityCloud) -> None:
    token = a_token(cloud)
    a_client("dynamodb").delete_table(TableName="control")

    with pytest.raises(StoreUnavailable):
        handler(an_event("bearer", token), None)


def test_caller_is_not_let_in_when_the_keyring_is_down(cloud: IdentityCloud) -> None:
    token = a_token(cloud)
    a_client("secretsmanager").delete_secret(
        SecretId=SIGNING_SECRET, ForceDeleteWithoutRecovery=True
    )

    with pytest.raises(StoreUnavailable):
        handler(an_event("bearer", token), None)


def test_refusal_and_its_log_say_nothing_of_the_reason(
    cloud: IdentityCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    token = a_token(cloud)

    with pytest.raises(Unauthorized) as refusal:
        handler(an_event("bearer", token + "x"), None)

    assert refusal.value.__suppress_context__
    line = json.loads(capsys.readouterr().out)
    assert line["message"] == "token_refused"
    assert line.keys() == {"level", "message", "timestamp", "service"}
