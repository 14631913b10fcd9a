"""Agents, providers and policies of a tenant, with what does not matter filled in."""

from collections.abc import Mapping

from ironcage.core import PolicyId, ProviderId, TenantId
from ironcage.tenancy import DEFAULT_POLICY, Agent, PolicyVersion, Provider, ProviderKind
from support.builders_identity import AGENT, TENANT

FIRST, SECOND = ProviderId("ip_first"), ProviderId("ip_second")


def a_provider(provider_id: ProviderId = FIRST, **models: str) -> Provider:
    return Provider(
        provider_id,
        ProviderKind.OPENAI,
        "https://api.openai.com/v1",
        models or {"m": "m-1"},
        key_version="version-1",
        prices={"m": (150_000, 600_000)},
    )


def an_agent(tenant_id: TenantId = TENANT) -> Agent:
    return Agent(
        tenant_id,
        AGENT,
        "Writer",
        "user_root",
        providers=(FIRST, SECOND),
        models=frozenset({"m"}),
        max_tokens=77,
        extra_parameters=frozenset({"top_k"}),
    )


def a_version(
    document: Mapping[str, object], *, policy_id: PolicyId = DEFAULT_POLICY, number: int = 1
) -> PolicyVersion:
    return PolicyVersion(
        policy_id, number, f"hash-{number}", document, "2026-01-01T00:00:00.000Z", "user_root"
    )
