"""Operators' mistakes are answers: every wrong field at once, and nothing is half done."""

from collections.abc import Iterator

import pytest

from control_api.handler import handler
from control_api.wiring import control
from ironcage.adapters.dynamodb.keys import TenantKeys
from support.aws_identity import IdentityCloud, make_cloud
from support.aws_mocked import a_client, emulated_aws
from support.builders_identity import AGENT, TENANT
from support.events import load_event
from support.operators import WHOSE, a_verifier, code_of, run, seeded


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityCloud]:
    with emulated_aws(monkeypatch):
        made = make_cloud()
        made.configure(monkeypatch)
        control.cache_clear()
        yield made
    control.cache_clear()


NOBODY = {"tenant_id": "tenant_nobody", "agent_id": AGENT}
MISSING: dict[str, tuple[str, dict[str, object]]] = {
    "rotate": ("rotate_token", {}),
    "revoke": ("revoke_token", {}),
    "status": ("set_agent_status", {"status": "active"}),
    "update": ("update_agent", {"agent": {}}),
    "budget": ("read_budget", {}),
    "edit": ("edit_budget", {"budget_usd": 1}),
    "release": ("release_presumed", {"request_id": "req_000001"}),
    "policy": ("read_agent_policy", {}),
}


@pytest.mark.parametrize(("operation", "fields"), MISSING.values(), ids=MISSING.keys())
def test_agent_of_another_tenant_is_not_found(
    cloud: IdentityCloud, operation: str, fields: dict[str, object]
) -> None:
    seeded()

    answer = run(operation, **NOBODY, **fields)

    assert (code_of(answer), answer["error"]["status"]) == ("NOT_FOUND", 404)


def test_nothing_is_created_in_an_unknown_tenant(cloud: IdentityCloud) -> None:
    agent = {"name": "A", "owner": "user_1"}
    provider = {"kind": "bedrock", "models": ["m"]}

    answers = [
        run("create_agent", tenant_id="tenant_nobody", agent=agent, budget_usd=1),
        run("put_provider", tenant_id="tenant_nobody", provider=provider, key="k"),
        run("put_policy", tenant_id="tenant_nobody", policy={}),
        run("put_project", tenant_id="tenant_nobody", name="Letters"),
    ]

    assert [code_of(answer) for answer in answers] == ["NOT_FOUND"] * 4
    assert len(a_client("secretsmanager").list_secrets()["SecretList"]) == 2


BAD: dict[str, tuple[dict[str, object], set[str]]] = {
    "no operation": ({}, {"operation"}),
    "operation number": ({"operation": 7}, {"operation"}),
    "unknown operation": ({"operation": "drop_tables"}, {"operation"}),
    "actor list": ({"operation": "read_budget", "actor": []}, {"actor"}),
    "tenant": (
        {"operation": "create_tenant", "tenant_id": "acme", "home_region": "mars", "x": 1},
        {"tenant_id", "name", "home_region", "x"},
    ),
    "agent": (
        {
            "operation": "create_agent",
            "tenant_id": TENANT,
            "budget_usd": 0.001,
            "permissions": ["*"],
            "agent": {"agent_id": "x", "providers": ["openai"], "max_tokens": 0, "models": "m"},
        },
        {
            "budget_usd",
            "permissions",
            "agent.agent_id",
            "agent.name",
            "agent.owner",
            "agent.providers",
            "agent.max_tokens",
            "agent.models",
        },
    ),
    "agent of nothing": (
        {"operation": "create_agent", "agent": []},
        {"tenant_id", "budget_usd", "agent", "agent.name", "agent.owner"},
    ),
    "references": (
        {
            "operation": "update_agent",
            **WHOSE,
            "agent": {
                "providers": ["ip_nothing"],
                "policy_id": "policy_nothing",
                "project_id": "proj_nothing",
            },
        },
        {"agent.providers.ip_nothing", "agent.policy_id", "agent.project_id"},
    ),
    "project": (
        {"operation": "put_project", "project_id": "x"},
        {"tenant_id", "project_id", "name"},
    ),
    "deletion": ({"operation": "delete_project"}, {"tenant_id", "project_id"}),
    "policy of two": (
        {"operation": "read_policy", "policy_id": "x", "project_id": "y", "version": 0},
        {"tenant_id", "project_id", "version"},
    ),
    "policy version": (
        {"operation": "put_policy", "policy_id": "x", "policy": {}, "expected_version": "1"},
        {"tenant_id", "policy_id", "expected_version"},
    ),
    "agent's policy": ({"operation": "read_agent_policy"}, {"tenant_id", "agent_id"}),
    "update": ({"operation": "update_agent", "agent": {"name": ""}}, {"tenant_id", "agent_id"}),
    "status": ({"operation": "set_agent_status", **WHOSE}, {"status"}),
    "status word": ({"operation": "set_agent_status", **WHOSE, "status": "gone"}, {"status"}),
    "provider": (
        {
            "operation": "put_provider",
            "tenant_id": TENANT,
            "key": "two words",
            "provider": {
                "provider_id": "openai",
                "kind": "soap",
                "endpoint": "http://169.254.169.254/",
                "models": [],
                "has_key": "yes",
                "prices": {"m": [1], "n": [1, True], "o": [-1, 1]},
                "password": "x",
            },
        },
        {
            "key",
            "provider.provider_id",
            "provider.kind",
            "provider.endpoint",
            "provider.models",
            "provider.has_key",
            "provider.prices.m",
            "provider.prices.n",
            "provider.prices.o",
            "provider.password",
        },
    ),
    "models": (
        {
            "operation": "put_provider",
            "tenant_id": TENANT,
            "provider": {"kind": "openai", "models": {"m": 7}},
        },
        {"provider.endpoint", "provider.models"},
    ),
    "loopback": (
        {
            "operation": "put_provider",
            "tenant_id": TENANT,
            "provider": {"kind": "openai", "endpoint": "http://127.0.0.1:1/", "models": ["m"]},
        },
        {"provider.endpoint"},
    ),
    "anthropic inside": (
        {
            "operation": "put_provider",
            "tenant_id": TENANT,
            "provider": {"kind": "anthropic", "endpoint": "https://10.0.0.1/v1", "models": ["m"]},
        },
        {"provider.endpoint"},
    ),
    "anthropic nowhere": (
        {
            "operation": "put_provider",
            "tenant_id": TENANT,
            "provider": {"kind": "anthropic", "models": ["m"]},
        },
        {"provider.endpoint"},
    ),
    "policy": ({"operation": "put_policy", "policy": []}, {"tenant_id", "policy"}),
    "request": (
        {"operation": "release_presumed", **WHOSE, "request_id": "../x"},
        {"request_id"},
    ),
}


@pytest.mark.parametrize(("request_", "paths"), BAD.values(), ids=BAD.keys())
def test_bad_request_names_every_field_at_once(
    cloud: IdentityCloud, request_: dict[str, object], paths: set[str]
) -> None:
    seeded()

    answer = handler(request_, None)

    error = answer["error"]
    assert (error["code"], error["status"]) == ("VALIDATION_ERROR", 400)
    assert paths <= error["fields"].keys()
    assert error["request_id"].startswith("req_")


def test_store_that_is_down_is_an_answer_without_its_reason(cloud: IdentityCloud) -> None:
    seeded()
    a_client("dynamodb").delete_table(TableName="ledger")

    answer = run("read_budget", **WHOSE)

    assert (code_of(answer), answer["error"]["status"]) == ("LEDGER_UNAVAILABLE", 503)


def test_agent_that_does_not_exist_is_not_updated(cloud: IdentityCloud) -> None:
    handler(load_event("control_api/create_tenant"), None)

    answer = run("update_agent", **WHOSE, agent={"name": "New"})

    assert code_of(answer) == "NOT_FOUND"


def test_token_is_not_rotated_without_a_pot(cloud: IdentityCloud) -> None:
    token = seeded()
    keys = TenantKeys(TENANT)
    cloud.ledger.delete(keys.ledger_pk(AGENT), keys.pot_sk())

    answer = run("rotate_token", **WHOSE)

    assert code_of(answer) == "NOT_FOUND"
    assert a_verifier(cloud).verify(token)
