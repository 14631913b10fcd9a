"""Items of `control` to and from the words of the domain."""

import json
from collections.abc import Mapping
from typing import Any

from ironcage.adapters.dynamodb.attributes import Item
from ironcage.core import AgentId, PolicyId, ProviderId, TenantId, TokenId
from ironcage.tenancy import Agent, AgentStatus, Provider, ProviderKind
from ironcage.tokens import TokenRecord


def agent_item(agent: Agent) -> Item:
    """Write an agent; `models` is left out when it may use all."""
    item: Item = {
        "agent_id": agent.agent_id,
        "name": agent.name,
        "owner": agent.owner,
        "status": agent.status.value,
        "providers": list(agent.providers),
        "max_tokens": agent.max_tokens,
        "policy_id": agent.policy_id,
        "extra_parameters": sorted(agent.extra_parameters),
        "revision": agent.revision,
    }
    if agent.models is not None:
        item["models"] = sorted(agent.models)
    return item


def read_agent(tenant_id: TenantId, item: Mapping[str, Any]) -> Agent:
    """Read an agent."""
    models = item.get("models")
    return Agent(
        tenant_id=tenant_id,
        agent_id=AgentId(item["agent_id"]),
        name=item["name"],
        owner=item["owner"],
        status=AgentStatus(item["status"]),
        providers=tuple(ProviderId(name) for name in item["providers"]),
        models=None if models is None else frozenset(models),
        max_tokens=item["max_tokens"],
        policy_id=PolicyId(item["policy_id"]),
        extra_parameters=frozenset(item["extra_parameters"]),
        revision=item["revision"],
    )


def provider_item(provider: Provider) -> Item:
    """Write a provider; its key is elsewhere."""
    return {
        "provider_id": provider.provider_id,
        "kind": provider.kind.value,
        "endpoint": provider.endpoint,
        "models": dict(provider.models),
        "key_version": provider.key_version,
        "is_active": provider.is_active,
        "prices": {model: list(price) for model, price in provider.prices.items()},
    }


def read_provider(item: Mapping[str, Any]) -> Provider:
    """Read a provider."""
    return Provider(
        provider_id=ProviderId(item["provider_id"]),
        kind=ProviderKind(item["kind"]),
        endpoint=item["endpoint"],
        models=item["models"],
        key_version=item.get("key_version", ""),
        is_active=item["is_active"],
        prices={model: (asked, told) for model, (asked, told) in item["prices"].items()},
    )


def policy_item(policy_id: PolicyId, document: Mapping[str, object]) -> Item:
    """Write a policy document, as the JSON text that it came as."""
    return {"policy_id": policy_id, "document": json.dumps(document, separators=(",", ":"))}


def read_policy(item: Mapping[str, Any]) -> Mapping[str, object]:
    """Read a policy document."""
    document: dict[str, object] = json.loads(item["document"])
    return document


def token_item(record: TokenRecord) -> Item:
    """Write a token record: the hash alone proves a token."""
    return {
        "agent_id": record.agent_id,
        "token_id": record.token_id,
        "token_hash": record.token_hash,
        "is_revoked": record.is_revoked,
        "permissions": list(record.permissions),
    }


def read_token(tenant_id: TenantId, item: Mapping[str, Any]) -> TokenRecord:
    """Read a token record."""
    return TokenRecord(
        tenant_id=tenant_id,
        agent_id=AgentId(item["agent_id"]),
        token_id=TokenId(item["token_id"]),
        token_hash=item["token_hash"],
        is_revoked=item["is_revoked"],
        permissions=tuple(item["permissions"]),
    )
