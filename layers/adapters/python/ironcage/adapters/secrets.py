"""Secrets Manager: the signing keys and the provider keys, in memory for five minutes at most."""

import json
from base64 import b64decode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ironcage.adapters.clients import failures
from ironcage.core import Clock, ExpiringCache, ProviderId, TenantId
from ironcage.core.errors import StoreUnavailable
from ironcage.tokens import ProviderKey, SigningKeys

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CACHE_SECONDS = 300.0
RELOAD_SECONDS = 10.0
VAULT_SIZE = 512
MIN_KEY_BYTES = 32
_ONLY = "only"


class SecretReader:
    """Reads one secret's text; whatever goes wrong is `StoreUnavailable`, without the reason."""

    def __init__(self, client: "SecretsManagerClient") -> None:
        self._client = client

    def read(self, name: str) -> str:
        """Read the current text of a secret.

        Raises:
            StoreUnavailable: it did not answer, or there is no such secret.
        """
        return self._read(name)

    def read_version(self, name: str, version: str) -> str:
        """Read the text of one version of a secret; replicas name versions as the secret does.

        Raises:
            StoreUnavailable: it did not answer, or there is no such version (yet).
        """
        return self._read(name, VersionId=version)

    def _read(self, name: str, **which: Any) -> str:
        try:
            answer = self._client.get_secret_value(SecretId=name, **which)
        except failures() as exc:
            raise StoreUnavailable(store="secrets") from exc
        if "SecretString" not in answer:
            raise StoreUnavailable(store="secrets")
        return answer["SecretString"]


class SecretsKeyring:
    """`SigningKeyring`: one secret, `{"current": kid, "keys": {kid: base64 of 32 bytes}}`."""

    def __init__(self, reader: SecretReader, name: str, clock: Clock) -> None:
        self._reader = reader
        self._name = name
        self._kept = ExpiringCache[str, SigningKeys](clock, seconds=CACHE_SECONDS, size=1)
        self._read_lately = ExpiringCache[str, bool](clock, seconds=RELOAD_SECONDS, size=1)

    def load(self) -> SigningKeys:
        """Read the keys, cached for at most five minutes.

        Raises:
            StoreUnavailable: the secret did not answer, or does not hold our form.
        """
        return self._kept.get(_ONLY) or self._read()

    def reload(self) -> SigningKeys:
        """Read the keys anew, at most once in ten seconds, else as cached.

        Raises:
            StoreUnavailable: the secret did not answer, or does not hold our form.
        """
        return self.load() if self._read_lately.get(_ONLY) else self._read()

    def _read(self) -> SigningKeys:
        keys = _parse_keys(self._reader.read(self._name))
        self._kept.put(_ONLY, keys)
        self._read_lately.put(_ONLY, value=True)
        return keys


class SecretsVault:
    """`KeyVault`: one secret `<path><tenant>/<provider>`, whose versions are its keys.

    A key is read by its version alone. The endpoint that it may go to names it, so a key and an
    endpoint stay a pair, however late a change of either arrives here.
    """

    def __init__(self, client: "SecretsManagerClient", path: str, clock: Clock) -> None:
        self._reader = SecretReader(client)
        self._path = path
        self._kept = ExpiringCache[tuple[str, str], ProviderKey](
            clock, seconds=CACHE_SECONDS, size=VAULT_SIZE
        )

    def key_for(self, tenant_id: TenantId, provider_id: ProviderId, *, version: str) -> ProviderKey:
        """Read this version of a provider key, cached for at most five minutes (step 6a).

        Raises:
            StoreUnavailable: the vault did not answer or does not have this version (yet).
        """
        name = f"{self._path}{tenant_id}/{provider_id}"
        kept = self._kept.get((name, version))
        if kept is None:
            kept = ProviderKey(self._reader.read_version(name, version))
            self._kept.put((name, version), kept)
        return kept


class SecretsVaultWriter:
    """`KeyVaultWriter`: creates the secret under our KMS key, or puts a new value into it.

    `replicas` are the other regions that read the key. Our KMS key has the same id in each of
    them, so there its id is named, without the region that its ARN holds.
    """

    def __init__(
        self,
        client: "SecretsManagerClient",
        path: str,
        *,
        kms_key: str,
        replicas: Sequence[str] = (),
    ) -> None:
        self._client = client
        self._path = path
        self._encryption: dict[str, Any] = {"KmsKeyId": kms_key} if kms_key else {}
        everywhere = {"KmsKeyId": kms_key.rpartition("/")[2]} if kms_key else {}
        self._replicas: list[Any] = [{"Region": region, **everywhere} for region in replicas]

    def put_key(self, tenant_id: TenantId, provider_id: ProviderId, value: str) -> str:
        """Store a provider key, encrypted, in place of an older one, and name its version.

        Raises:
            StoreUnavailable: the vault did not answer.
        """
        name = f"{self._path}{tenant_id}/{provider_id}"
        try:
            return self._put(name, value)
        except failures() as exc:
            raise StoreUnavailable(store="secrets") from exc

    def _put(self, name: str, value: str) -> str:
        try:
            version = self._client.put_secret_value(SecretId=name, SecretString=value)["VersionId"]
        except self._client.exceptions.ResourceNotFoundException:
            made = self._client.create_secret(Name=name, SecretString=value, **self._encryption)
            version = made["VersionId"]
        self._add_missing_replicas(name)
        return version

    def _add_missing_replicas(self, name: str) -> None:
        """Bring a secret to the regions where it is not: a new one, or one older than a region."""
        if not self._replicas:
            return
        told = self._client.describe_secret(SecretId=name).get("ReplicationStatus", [])
        there = {status["Region"] for status in told}
        missing = [replica for replica in self._replicas if replica["Region"] not in there]
        if missing:
            self._client.replicate_secret_to_regions(SecretId=name, AddReplicaRegions=missing)


def _parse_keys(text: str) -> SigningKeys:
    try:
        document = json.loads(text)
        keys = {kid: b64decode(key, validate=True) for kid, key in document["keys"].items()}
        current = document["current"]
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise StoreUnavailable(store="keyring") from exc
    if current not in keys or any(len(key) < MIN_KEY_BYTES for key in keys.values()):
        raise StoreUnavailable(store="keyring")
    return SigningKeys(current, keys)
