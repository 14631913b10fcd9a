"""Signing keys, provider keys and the hashing key come from Secrets Manager, cached."""

import json
from base64 import b64encode
from collections.abc import Iterator
from uuid import uuid4

import pytest
from botocore.stub import Stubber

from ironcage.adapters.hashing import SecretTextHasher
from ironcage.adapters.secrets import (
    SecretReader,
    SecretsKeyring,
    SecretsVault,
    SecretsVaultWriter,
)
from ironcage.core import ProviderId, TenantId
from ironcage.core.errors import StoreUnavailable
from support.aws_identity import (
    HASH_SECRET,
    SIGNING_KEYS,
    SIGNING_SECRET,
    a_dead_client,
    make_cloud,
)
from support.aws_mocked import a_client, emulated_aws
from support.builders_identity import TENANT
from support.fakes_ledger import ManualClock

PROVIDER = ProviderId("ip_openai_001")
KEY_2 = b64encode(b"2" * 32).decode()


@pytest.fixture(autouse=True)
def _cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with emulated_aws(monkeypatch):
        make_cloud()
        yield


def write_secret(name: str, value: str) -> None:
    a_client("secretsmanager").put_secret_value(SecretId=name, SecretString=value)


def a_keyring(clock: ManualClock) -> SecretsKeyring:
    return SecretsKeyring(SecretReader(a_client("secretsmanager")), SIGNING_SECRET, clock)


def a_hasher(clock: ManualClock | None = None) -> SecretTextHasher:
    reader = SecretReader(a_client("secretsmanager"))
    return SecretTextHasher(reader, HASH_SECRET, clock or ManualClock())


def test_keys_are_read_from_their_secret() -> None:
    keys = a_keyring(ManualClock()).load()

    assert (keys.current, keys.keys) == ("k1", {"k1": b"1" * 32})


def test_keys_are_cached_for_five_minutes() -> None:
    clock = ManualClock()
    keyring = a_keyring(clock)
    keyring.load()
    write_secret(SIGNING_SECRET, json.dumps({"current": "k2", "keys": {"k2": KEY_2}}))

    clock.advance(299)
    assert keyring.load().current == "k1"
    clock.advance(1)

    assert keyring.load().current == "k2"


def test_keys_are_read_anew_at_most_once_in_ten_seconds() -> None:
    clock = ManualClock()
    keyring = a_keyring(clock)
    keyring.load()
    write_secret(SIGNING_SECRET, json.dumps({"current": "k2", "keys": {"k2": KEY_2}}))

    assert keyring.reload().current == "k1"
    clock.advance(10)

    assert keyring.reload().current == "k2"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        json.dumps({"current": "k1"}),
        json.dumps({"current": "k1", "keys": []}),
        json.dumps({"current": "k1", "keys": {"k1": 7}}),
        json.dumps({"current": "k1", "keys": {"k1": "not base64!"}}),
        json.dumps({"current": "k1", "keys": {"k1": b64encode(b"short").decode()}}),
        json.dumps({"current": "k2", "keys": SIGNING_KEYS["keys"]}),
    ],
)
def test_keys_of_another_form_are_no_keys(text: str) -> None:
    a_client("secretsmanager").delete_secret(
        SecretId=SIGNING_SECRET, ForceDeleteWithoutRecovery=True
    )
    a_client("secretsmanager").create_secret(Name=SIGNING_SECRET, SecretString=text or " ")

    with pytest.raises(StoreUnavailable):
        a_keyring(ManualClock()).load()


def test_provider_key_is_stored_under_tenant_and_provider() -> None:
    writer = SecretsVaultWriter(a_client("secretsmanager"), "ironcage/", kms_key="")

    writer.put_key(TENANT, PROVIDER, "sk-one")

    names = [s["Name"] for s in a_client("secretsmanager").list_secrets()["SecretList"]]
    assert f"ironcage/{TENANT}/{PROVIDER}" in names


def test_provider_key_is_read_by_its_version_while_another_is_cached() -> None:
    writer = SecretsVaultWriter(a_client("secretsmanager"), "ironcage/", kms_key="")
    vault = SecretsVault(a_client("secretsmanager"), "ironcage/", ManualClock())
    one = writer.put_key(TENANT, PROVIDER, "sk-one")
    assert vault.key_for(TENANT, PROVIDER, version=one).reveal() == "sk-one"

    two = writer.put_key(TENANT, PROVIDER, "sk-two")

    assert vault.key_for(TENANT, PROVIDER, version=two).reveal() == "sk-two"
    assert vault.key_for(TENANT, PROVIDER, version=one).reveal() == "sk-one"


def test_older_provider_key_is_still_read_by_an_environment_that_is_cold() -> None:
    writer = SecretsVaultWriter(a_client("secretsmanager"), "ironcage/", kms_key="")
    one = writer.put_key(TENANT, PROVIDER, "sk-one")
    writer.put_key(TENANT, PROVIDER, "sk-two")

    vault = SecretsVault(a_client("secretsmanager"), "ironcage/", ManualClock())

    assert vault.key_for(TENANT, PROVIDER, version=one).reveal() == "sk-one"


def test_provider_key_is_cached_for_five_minutes() -> None:
    clock = ManualClock()
    writer = SecretsVaultWriter(a_client("secretsmanager"), "ironcage/", kms_key="")
    vault = SecretsVault(a_client("secretsmanager"), "ironcage/", clock)
    version = writer.put_key(TENANT, PROVIDER, "sk-one")
    vault.key_for(TENANT, PROVIDER, version=version)
    a_client("secretsmanager").delete_secret(
        SecretId=f"ironcage/{TENANT}/{PROVIDER}", ForceDeleteWithoutRecovery=True
    )

    clock.advance(299)
    assert vault.key_for(TENANT, PROVIDER, version=version).reveal() == "sk-one"
    clock.advance(1)

    with pytest.raises(StoreUnavailable):
        vault.key_for(TENANT, PROVIDER, version=version)


def test_version_that_has_not_arrived_gives_no_other_key() -> None:
    clock = ManualClock()
    writer = SecretsVaultWriter(a_client("secretsmanager"), "ironcage/", kms_key="")
    vault = SecretsVault(a_client("secretsmanager"), "ironcage/", clock)
    writer.put_key(TENANT, PROVIDER, "sk-one")
    coming = str(uuid4())
    with pytest.raises(StoreUnavailable) as refusal:
        vault.key_for(TENANT, PROVIDER, version=coming)

    # The replica catches up: the very same version arrives in it.
    a_client("secretsmanager").put_secret_value(
        SecretId=f"ironcage/{TENANT}/{PROVIDER}",
        SecretString="sk-two",
        ClientRequestToken=coming,
    )

    assert "sk-one" not in str(refusal.value)
    assert vault.key_for(TENANT, PROVIDER, version=coming).reveal() == "sk-two"


def test_provider_key_is_encrypted_with_our_own_key() -> None:
    writer = SecretsVaultWriter(a_client("secretsmanager"), "ironcage/", kms_key="alias/ours")

    writer.put_key(TENANT, PROVIDER, "sk-one")

    found = a_client("secretsmanager").describe_secret(SecretId=f"ironcage/{TENANT}/{PROVIDER}")
    assert found["KmsKeyId"] == "alias/ours"


def test_provider_key_is_replicated_under_the_key_of_the_same_id() -> None:
    arn, name = "arn:aws:kms:us-east-1:123456789012:key/mrk-1", f"ironcage/{TENANT}/{PROVIDER}"
    client, version = a_dead_client("secretsmanager"), str(uuid4())
    created = {"Name": name, "SecretString": "sk-one", "KmsKeyId": arn}
    copied = {
        "SecretId": name,
        "AddReplicaRegions": [{"Region": "eu-west-1", "KmsKeyId": "mrk-1"}],
    }
    # Scripted, because the emulation forgets the key of a replica.
    with Stubber(client) as script:
        script.add_client_error("put_secret_value", "ResourceNotFoundException")
        script.add_response("create_secret", {"VersionId": version}, expected_params=created)
        script.add_response("describe_secret", {})
        script.add_response("replicate_secret_to_regions", {}, expected_params=copied)

        writer = SecretsVaultWriter(client, "ironcage/", kms_key=arn, replicas=["eu-west-1"])
        assert writer.put_key(TENANT, PROVIDER, "sk-one") == version

        script.assert_no_pending_responses()


def test_provider_key_is_brought_to_a_region_that_came_later() -> None:
    client, name = a_client("secretsmanager"), f"ironcage/{TENANT}/{PROVIDER}"
    SecretsVaultWriter(client, "ironcage/", kms_key="").put_key(TENANT, PROVIDER, "sk-one")
    wider = SecretsVaultWriter(client, "ironcage/", kms_key="", replicas=["eu-west-1"])

    wider.put_key(TENANT, PROVIDER, "sk-two")
    wider.put_key(TENANT, PROVIDER, "sk-three")

    told = client.describe_secret(SecretId=name)["ReplicationStatus"]
    assert [copy["Region"] for copy in told] == ["eu-west-1"]


def test_provider_key_of_another_tenant_is_not_found() -> None:
    writer = SecretsVaultWriter(a_client("secretsmanager"), "ironcage/", kms_key="")
    vault = SecretsVault(a_client("secretsmanager"), "ironcage/", ManualClock())
    version = writer.put_key(TENANT, PROVIDER, "sk-one")

    with pytest.raises(StoreUnavailable) as refusal:
        vault.key_for(TenantId("tenant_other"), PROVIDER, version=version)

    assert "sk-" not in str(refusal.value)


def test_key_that_cannot_be_stored_is_not_in_the_error() -> None:
    writer = SecretsVaultWriter(a_dead_client("secretsmanager"), "ironcage/", kms_key="")

    with pytest.raises(StoreUnavailable) as refusal:
        writer.put_key(TENANT, PROVIDER, "sk-one")

    assert "sk-one" not in f"{refusal.value} {refusal.value.details} {refusal.value.__cause__}"


def test_nothing_is_read_when_the_service_does_not_answer() -> None:
    with pytest.raises(StoreUnavailable):
        SecretReader(a_dead_client("secretsmanager")).read(SIGNING_SECRET)


def test_hash_is_the_tenants_own() -> None:
    hasher = a_hasher()

    ours, theirs = hasher.hash_text("tenant_acme", "hi"), hasher.hash_text("tenant_other", "hi")

    assert len(ours) == 64
    assert ours != theirs
    assert ours == a_hasher().hash_text("tenant_acme", "hi")
    assert hasher.hash_text("tenant_acme", "\ud800") != ours


def test_hash_is_empty_when_the_key_cannot_be_had_and_is_asked_for_again_later() -> None:
    clock = ManualClock()
    hasher = a_hasher(clock)
    good = a_client("secretsmanager").get_secret_value(SecretId=HASH_SECRET)["SecretString"]
    write_secret(HASH_SECRET, "no key")
    assert hasher.hash_text("tenant_acme", "hi") == ""

    write_secret(HASH_SECRET, good)
    assert hasher.hash_text("tenant_acme", "hi") == ""
    clock.advance(10)

    assert hasher.hash_text("tenant_acme", "hi")


def test_hash_is_empty_when_the_key_is_short() -> None:
    write_secret(HASH_SECRET, json.dumps({"key": b64encode(b"short").decode()}))

    assert a_hasher().hash_text("tenant_acme", "hi") == ""
