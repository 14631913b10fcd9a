"""A provider key goes to the host that it was stored for, and to no other one."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from control_api.fields import Fields
from control_api.handler import handler
from control_api.regions import Regions
from control_api.tenants import TenantOperations
from control_api.wiring import control
from ironcage.adapters.dynamodb.directory_writer import DynamoDirectoryWriter
from ironcage.adapters.secrets import SecretsVault, SecretsVaultWriter
from ironcage.core import ProviderId, SystemClock
from ironcage.core.errors import StoreUnavailable
from ironcage.tenancy import Provider
from support.aws_identity import IdentityCloud, a_dead_client, make_cloud
from support.aws_mocked import REGION, a_client, emulated_aws
from support.builders_identity import TENANT
from support.events import load_event
from support.operators import code_of, run, seeded

PROVIDER = ProviderId("ip_openai_001")
ENDPOINT = "https://api.openai.com/v1"
ELSEWHERE = [
    "https://api.example.org/v1",
    "https://api.openai.com:8443/v1",
    "http://127.0.0.1:8080/v1",
]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityCloud]:
    with emulated_aws(monkeypatch):
        made = make_cloud()
        made.configure(monkeypatch, IRONCAGE_PROVIDERS_ALLOW_LOOPBACK="true")
        control.cache_clear()
        seeded()
        yield made
    control.cache_clear()


def put(endpoint: str = ENDPOINT, **fields: object) -> Mapping[str, Any]:
    provider = {"provider_id": PROVIDER, "endpoint": endpoint, "models": ["m"]}
    return run("put_provider", tenant_id=TENANT, provider=provider, **fields)


def stored(cloud: IdentityCloud) -> Provider:
    provider = DynamoDirectoryWriter(cloud.control).find_provider(TENANT, PROVIDER)
    assert provider is not None
    return provider


def key_of(cloud: IdentityCloud) -> str:
    vault = SecretsVault(a_client("secretsmanager"), "ironcage/", SystemClock())
    return vault.key_for(TENANT, PROVIDER, version=stored(cloud).key_version).reveal()


def test_update_without_a_key_keeps_the_stored_one(cloud: IdentityCloud) -> None:
    before = stored(cloud)

    answer = put("https://api.openai.com/v2")

    after = stored(cloud)
    assert "error" not in answer
    assert (after.endpoint, after.key_version) == (
        "https://api.openai.com/v2",
        before.key_version,
    )
    assert key_of(cloud) == "PROVIDER_KEY"


def test_new_key_is_a_new_version_and_the_older_provider_keeps_its_own(
    cloud: IdentityCloud,
) -> None:
    before = stored(cloud)

    put("https://api.example.org/v1", key="sk-new")

    vault = SecretsVault(a_client("secretsmanager"), "ironcage/", SystemClock())
    older = vault.key_for(TENANT, PROVIDER, version=before.key_version)
    assert key_of(cloud) == "sk-new"
    assert older.reveal() == "PROVIDER_KEY"


@pytest.mark.parametrize("endpoint", ELSEWHERE)
def test_stored_key_goes_to_no_other_host(cloud: IdentityCloud, endpoint: str) -> None:
    before = stored(cloud)

    answer = put(endpoint)

    assert (code_of(answer), answer["error"]["status"]) == ("VALIDATION_ERROR", 400)
    assert answer["error"]["fields"].keys() == {"key"}
    assert stored(cloud) == before


@pytest.mark.parametrize("endpoint", ELSEWHERE)
def test_other_host_is_accepted_with_a_key_of_its_own(cloud: IdentityCloud, endpoint: str) -> None:
    answer = put(endpoint, key="sk-new")

    assert "error" not in answer
    assert (stored(cloud).endpoint, key_of(cloud)) == (endpoint, "sk-new")


def test_stored_key_does_not_go_to_another_host_by_way_of_bedrock(cloud: IdentityCloud) -> None:
    bedrock = {"provider_id": PROVIDER, "kind": "bedrock", "models": ["m"]}

    answer = run("put_provider", tenant_id=TENANT, provider=bedrock)

    assert answer["error"]["fields"].keys() == {"key"}


def test_key_is_removed_by_null_and_does_not_come_back(cloud: IdentityCloud) -> None:
    put("https://api.example.org/v1", key=None)
    removed = stored(cloud)

    put(ENDPOINT)

    assert (removed.endpoint, removed.key_version) == ("https://api.example.org/v1", "")
    assert stored(cloud).key_version == ""


def test_provider_without_a_key_may_move(cloud: IdentityCloud) -> None:
    put(key=None)

    answer = put("https://api.example.org/v1")

    assert "error" not in answer
    assert stored(cloud).key_version == ""


def test_operators_cannot_claim_that_there_is_a_key(cloud: IdentityCloud) -> None:
    event: dict[str, Any] = dict(load_event("control_api/put_provider"))
    event["provider"] |= {"has_key": True, "key_version": stored(cloud).key_version}

    answer = handler(event, None)

    assert answer["error"]["fields"] == {
        "provider.has_key": "is not known",
        "provider.key_version": "is not known",
    }


def test_provider_points_to_no_key_that_was_not_stored(cloud: IdentityCloud) -> None:
    before = stored(cloud)
    tenants = TenantOperations(
        DynamoDirectoryWriter(cloud.control),
        SecretsVaultWriter(a_dead_client("secretsmanager"), "ironcage/", kms_key=""),
        clock=SystemClock(),
        allow_loopback=False,
        regions=Regions(REGION, (REGION,)),
    )
    event = dict(load_event("control_api/put_provider"))
    del event["operation"]

    with pytest.raises(StoreUnavailable):
        tenants.put_provider(Fields(event))

    assert stored(cloud) == before
