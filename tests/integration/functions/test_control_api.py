"""Operators run the platform by operations: data in, data out, each change audited."""

import json
from collections.abc import Iterator

import pytest

from control_api.handler import handler
from control_api.wiring import control
from ironcage.adapters.dynamodb.directory import DynamoDirectory
from ironcage.adapters.dynamodb.pots import DynamoPotStore
from ironcage.adapters.secrets import SecretsVault
from ironcage.budgets import Hold, PotKey, PotState, Reservation
from ironcage.core import AgentId, Micros, ProviderId, RequestId, SystemClock
from ironcage.core.errors import TokenInvalid
from ironcage.tenancy import AgentStatus, ProviderKind
from support.aws_identity import IdentityCloud, make_cloud
from support.aws_mocked import a_client, emulated_aws
from support.builders_identity import AGENT, TENANT
from support.events import load_event
from support.operators import WHOSE, a_verifier, code_of, run, seeded

KEY = PotKey(TENANT, AGENT)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityCloud]:
    with emulated_aws(monkeypatch):
        made = make_cloud()
        made.configure(monkeypatch)
        control.cache_clear()
        yield made
    control.cache_clear()


def test_new_agent_has_a_token_that_works_and_its_money(cloud: IdentityCloud) -> None:
    token = seeded()

    caller = a_verifier(cloud).verify(token)
    pot = DynamoPotStore(cloud.ledger).read(KEY)
    assert (caller.tenant_id, caller.agent_id) == (TENANT, AGENT)
    assert pot is not None
    assert (pot.limit, pot.token_hash, pot.state) == (5_000_000, caller.token_hash, "active")


def test_new_agent_is_seen_by_the_gateway_with_its_provider_and_key(cloud: IdentityCloud) -> None:
    seeded()

    view = DynamoDirectory(cloud.control, SystemClock()).view(TENANT, AGENT)
    vault = SecretsVault(a_client("secretsmanager"), "ironcage/", SystemClock())
    [provider] = view.routes_for("gpt-4o-mini")
    key = vault.key_for(TENANT, provider.provider_id, version=provider.key_version)
    assert key.reveal() == "PROVIDER_KEY"


def test_token_and_provider_key_are_in_no_table_event_or_log(
    cloud: IdentityCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    token = seeded()

    items = a_client("dynamodb").scan(TableName="control")["Items"]
    seen = json.dumps([items, cloud.published(), capsys.readouterr().out])
    assert "PROVIDER_KEY" not in seen
    assert token not in seen
    assert token.rpartition(".")[2] not in seen


def test_agent_that_exists_is_not_created_again(cloud: IdentityCloud) -> None:
    token = seeded()

    answer = handler(load_event("control_api/create_agent"), None)

    assert (code_of(answer), answer["error"]["status"]) == ("CONFLICT", 409)
    assert a_verifier(cloud).verify(token)


def test_ids_are_made_up_when_none_are_given(cloud: IdentityCloud) -> None:
    tenant = run("create_tenant", name="T")["tenant_id"]
    provider = run(
        "put_provider",
        tenant_id=tenant,
        provider={"kind": "bedrock", "models": ["amazon.nova-lite-v1:0"]},
    )["provider_id"]

    agent = run(
        "create_agent",
        tenant_id=tenant,
        agent={"name": "A", "owner": "user_1", "providers": [provider]},
        budget_usd=1,
    )

    assert tenant.startswith("tenant_")
    assert agent["agent_id"].startswith("agent_")
    assert agent["budget_id"] == agent["agent_id"].replace("agent_", "budget_")
    assert agent["budget_usd"] == "1.000000"


def test_rotation_replaces_the_token_and_keeps_its_id(cloud: IdentityCloud) -> None:
    older = seeded()
    before = a_verifier(cloud).verify(older)

    answer = run("rotate_token", **WHOSE, permissions=["llm:call", "data:read"])

    after = a_verifier(cloud).verify(answer["ic_token"])
    pot = DynamoPotStore(cloud.ledger).read(KEY)
    assert after.token_id == before.token_id == answer["token_id"]
    assert after.permissions == ("llm:call", "data:read")
    assert pot is not None
    assert pot.token_hash == after.token_hash
    with pytest.raises(TokenInvalid):
        a_verifier(cloud).verify(older)


def test_rotation_keeps_what_the_token_may_do(cloud: IdentityCloud) -> None:
    seeded()
    run("rotate_token", **WHOSE, permissions=["llm:call", "data:read"])

    answer = run("rotate_token", **WHOSE)

    assert a_verifier(cloud).verify(answer["ic_token"]).permissions == ("llm:call", "data:read")


def test_revoked_token_proves_nothing_and_spends_nothing_until_a_rotation(
    cloud: IdentityCloud,
) -> None:
    token = seeded()

    run("revoke_token", **WHOSE)

    pot = DynamoPotStore(cloud.ledger).read(KEY)
    assert pot is not None
    assert pot.token_hash == "revoked"
    with pytest.raises(TokenInvalid):
        a_verifier(cloud).verify(token)
    assert a_verifier(cloud).verify(run("rotate_token", **WHOSE)["ic_token"])


def test_agent_is_changed_where_fields_are_given_and_kept_elsewhere(cloud: IdentityCloud) -> None:
    seeded()
    run("update_agent", **WHOSE, agent={"models": ["a"], "max_tokens": 100})

    run("update_agent", **WHOSE, agent={"name": "New", "models": None})

    agent = DynamoDirectory(cloud.control, SystemClock()).view(TENANT, AGENT).agent
    assert (agent.name, agent.owner, agent.max_tokens) == ("New", "user_root", 100)
    assert agent.models is None
    assert agent.providers == ("ip_openai_001",)


def test_agent_is_switched_off_with_its_money_and_on_again(cloud: IdentityCloud) -> None:
    seeded()
    store = DynamoPotStore(cloud.ledger)

    run("set_agent_status", **WHOSE, status="inactive")
    off, agent = store.read(KEY), DynamoDirectory(cloud.control, SystemClock()).view(TENANT, AGENT)
    run("set_agent_status", **WHOSE, status="active")
    on = store.read(KEY)

    assert agent.agent.status is AgentStatus.INACTIVE
    assert off is not None
    assert on is not None
    assert (off.state, on.state) == (PotState.SUSPENDED, PotState.ACTIVE)


def test_budget_is_read_and_edited(cloud: IdentityCloud) -> None:
    seeded()

    edited = run("edit_budget", **WHOSE, budget_usd="7.50", actor="user_root")
    read = handler(load_event("control_api/read_budget"), None)

    assert edited == read
    assert (read["limit_usd"], read["available_micros"]) == ("7.500000", 7_500_000)
    assert (read["state"], read["open_holds"]) == ("active", 0)


def test_budget_is_not_edited_when_it_is_not_what_was_expected(cloud: IdentityCloud) -> None:
    seeded()

    answer = run("edit_budget", **WHOSE, budget_usd="7.50", expected_usd="6.00")

    assert code_of(answer) == "BUDGET_MOVED"
    assert answer["error"]["details"] == {"limit_micros": 5_000_000}


def test_presumed_usage_is_released_once(cloud: IdentityCloud) -> None:
    seeded()
    store, request = DynamoPotStore(cloud.ledger), RequestId("req_000001")
    pot = store.read(KEY)
    assert pot is not None
    amount = Micros(900)
    ask = Reservation(KEY, request, amount, amount, 0, pot.token_hash)
    store.reserve(ask, expires_ms=1, now_ms=0)
    store.expire(KEY, request, Hold(amount, 1), now_ms=10_000)

    first = run("release_presumed", **WHOSE, request_id=request)
    second = run("release_presumed", **WHOSE, request_id=request)

    assert first["released_usd"] == "0.000900"
    assert code_of(second) == "NOT_FOUND"
    assert run("read_budget", **WHOSE)["spent_micros"] == 0


def test_each_change_leaves_an_audit_event_and_a_read_none(cloud: IdentityCloud) -> None:
    handler(load_event("control_api/create_tenant"), None)
    run("read_budget", **WHOSE)
    run("create_tenant", tenant_id=TENANT, name="Again", home_region="us-east-1")

    [event] = cloud.published()
    assert event["event"] == "tenant_created"
    assert (event["tenant_id"], event["actor"]) == (TENANT, "user_root")
    assert str(event["request_id"]).startswith("req_")


def test_loopback_provider_is_accepted_where_the_stage_allows_it(
    cloud: IdentityCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.configure(monkeypatch, IRONCAGE_PROVIDERS_ALLOW_LOOPBACK="true")
    seeded()

    answer = run(
        "put_provider",
        tenant_id=TENANT,
        provider={
            "provider_id": "ip_ollama",
            "kind": "openai",
            "endpoint": "http://127.0.0.1:11434/v1",
            "models": ["llama3"],
            "prices": {"llama3": [0, 600_000]},
        },
    )
    run("update_agent", **WHOSE, agent={"providers": ["ip_ollama"]})

    view = DynamoDirectory(cloud.control, SystemClock()).view(TENANT, AgentId(AGENT))
    assert answer == {"provider_id": ProviderId("ip_ollama")}
    assert view.providers[0].prices == {"llama3": (0, 600_000)}
    assert view.providers[0].key_version == ""


def test_anthropic_is_a_kind_of_provider(cloud: IdentityCloud) -> None:
    seeded()

    run(
        "put_provider",
        tenant_id=TENANT,
        key="sk-ant",
        provider={
            "provider_id": "ip_claude",
            "kind": "anthropic",
            "endpoint": "https://api.anthropic.com/v1",
            "models": ["claude-haiku-4-5"],
        },
    )
    run("update_agent", **WHOSE, agent={"providers": ["ip_claude"]})

    view = DynamoDirectory(cloud.control, SystemClock()).view(TENANT, AgentId(AGENT))
    assert view.providers[0].kind is ProviderKind.ANTHROPIC
    assert view.providers[0].key_version
