"""What tokens ask of the outside."""

from typing import Protocol

from ironcage.core import AgentId, ProviderId, TenantId
from ironcage.tokens.model import ProviderKey, SigningKeys, TokenRecord


class TokenRecords(Protocol):
    """The token records of the `control` table; the caller may cache an answer for 5 s at most."""

    def find(self, tenant_id: TenantId, agent_id: AgentId) -> TokenRecord | None:
        """Read the one token record of an agent, strongly consistent.

        Raises:
            StoreUnavailable: the table did not answer.
        """
        ...


class SigningKeyring(Protocol):
    """Where the signing keys are."""

    def load(self) -> SigningKeys:
        """Read the keys, cached for at most five minutes.

        Raises:
            StoreUnavailable: the keyring did not answer.
        """
        ...

    def reload(self) -> SigningKeys:
        """Read the keys anew, for an unknown `kid`; at most once in ten seconds, else as cached.

        Raises:
            StoreUnavailable: the keyring did not answer.
        """
        ...


class KeyVault(Protocol):
    """Where provider keys are: one secret per tenant and provider, with a version per key."""

    def key_for(self, tenant_id: TenantId, provider_id: ProviderId, *, version: str) -> ProviderKey:
        """Read this version of a provider key and never another, cached for five minutes at most.

        Raises:
            StoreUnavailable: the vault did not answer or does not have this version (yet).
        """
        ...


class KeyVaultWriter(Protocol):
    """The write side of the vault, for the control plane alone."""

    def put_key(self, tenant_id: TenantId, provider_id: ProviderId, value: str) -> str:
        """Store a provider key, encrypted, in place of an older one, and name its version.

        Raises:
            StoreUnavailable: the vault did not answer.
        """
        ...
