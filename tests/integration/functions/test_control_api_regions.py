"""A tenant is operated in its home region, and its secrets are readable in every region."""

from collections.abc import Iterator, Mapping

import pytest

from control_api.wiring import control
from ironcage.adapters.dynamodb.directory_writer import DynamoDirectoryWriter
from ironcage.adapters.secrets import SecretsVault
from ironcage.core import ProviderId, SystemClock
from support.aws_identity import IdentityCloud, make_cloud
from support.aws_mocked import REGION, emulated_aws
from support.aws_regions import ABROAD, BOTH, a_client_abroad
from support.builders_identity import AGENT, TENANT
from support.operators import WHOSE, a_verifier, code_of, run, seeded

PROVIDER = ProviderId("ip_openai_001")
AGENT_FACTS = {"name": "A", "owner": "user_1"}
BEDROCK = {"kind": "bedrock", "models": ["m"]}
OPERATIONS: Mapping[str, Mapping[str, object]] = {
    "put_policy": {"tenant_id": TENANT, "policy": {}},
    "put_project": {"tenant_id": TENANT, "project_id": "proj_letters", "name": "Letters"},
    "delete_project": {"tenant_id": TENANT, "project_id": "proj_letters"},
    "read_policy": {"tenant_id": TENANT},
    "read_agent_policy": WHOSE,
    "put_provider": {"tenant_id": TENANT, "provider": BEDROCK},
    "create_agent": {"tenant_id": TENANT, "agent": AGENT_FACTS, "budget_usd": 1},
    "update_agent": {**WHOSE, "agent": {"name": "B"}},
    "set_agent_status": {**WHOSE, "status": "inactive"},
    "rotate_token": WHOSE,
    "revoke_token": WHOSE,
    "read_budget": WHOSE,
    "edit_budget": {**WHOSE, "budget_usd": 2},
    "release_presumed": {**WHOSE, "request_id": "req_000001"},
}

PREPARED = {"read_policy": ["put_policy"], "delete_project": ["put_project"]}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityCloud]:
    with emulated_aws(monkeypatch):
        made = make_cloud()
        made.configure(monkeypatch, IRONCAGE_REGIONS=BOTH)
        control.cache_clear()
        yield made
    control.cache_clear()


def move_to(region: str, patch: pytest.MonkeyPatch) -> None:
    """Be the operators' function of another region from now on, on the same global table."""
    patch.setenv("IRONCAGE_REGION", region)
    control.cache_clear()


def test_every_operation_has_a_row_here(cloud: IdentityCloud) -> None:
    assert set(control().names()) == {*OPERATIONS, "create_tenant"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_tenant_is_not_operated_away_from_home(
    cloud: IdentityCloud, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    token = seeded()
    before = cloud.control.get(TENANT, "VERSION")
    move_to(ABROAD, monkeypatch)

    answer = run(operation, **OPERATIONS[operation])

    assert (code_of(answer), answer["error"]["status"]) == ("HOME_REGION", 409)
    assert answer["error"]["details"] == {"home_region": REGION}
    assert cloud.control.get(TENANT, "VERSION") == before
    assert a_verifier(cloud).verify(token).agent_id == AGENT


@pytest.mark.parametrize("operation", OPERATIONS)
def test_tenant_is_operated_at_home(cloud: IdentityCloud, operation: str) -> None:
    seeded()
    for before in PREPARED.get(operation, ()):
        run(before, **OPERATIONS[before])

    answer = run(operation, **OPERATIONS[operation])

    assert operation == "release_presumed" or "error" not in answer
    assert answer.get("error", {}).get("code") != "HOME_REGION"


def test_home_of_a_tenant_is_where_it_is_created(
    cloud: IdentityCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = run("create_tenant", name="Here")
    move_to(ABROAD, monkeypatch)
    there = run("create_tenant", name="There")

    assert here["home_region"] == REGION
    assert there["home_region"] == ABROAD


def test_tenant_with_its_home_elsewhere_is_created_there(cloud: IdentityCloud) -> None:
    answer = run("create_tenant", name="There", home_region=ABROAD)

    assert code_of(answer) == "HOME_REGION"
    assert answer["error"]["details"] == {"home_region": ABROAD}


def test_home_must_be_a_region_of_the_stage(cloud: IdentityCloud) -> None:
    answer = run("create_tenant", name="Mars", home_region="ap-southeast-1")

    assert code_of(answer) == "VALIDATION_ERROR"
    assert answer["error"]["fields"] == {"home_region": "must be one of us-east-1, eu-west-1"}


def test_unknown_tenant_is_not_found_in_any_region(
    cloud: IdentityCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_to(ABROAD, monkeypatch)

    assert code_of(run("rotate_token", tenant_id="tenant_nobody", agent_id=AGENT)) == "NOT_FOUND"


def test_provider_key_is_readable_in_every_region(cloud: IdentityCloud) -> None:
    seeded()
    provider = DynamoDirectoryWriter(cloud.control).find_provider(TENANT, PROVIDER)
    assert provider is not None

    vault = SecretsVault(a_client_abroad("secretsmanager"), "ironcage/", SystemClock())
    key = vault.key_for(TENANT, PROVIDER, version=provider.key_version)

    assert key.reveal() == "PROVIDER_KEY"
