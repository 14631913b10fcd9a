"""Items of `control` to and from the words of the domain."""

import json
from collections.abc import Mapping
from typing import Any

from ironcage.adapters.dynamodb.attributes import Item
from ironcage.core import AgentId, PolicyId, ProjectId, ProviderId, TenantId, TokenId
from ironcage.tenancy import (
    Agent,
    AgentStatus,
    PolicyVersion,
    Project,
    Provider,
    ProviderKind,
)
from ironcage.tokens import TokenRecord


def agent_item(agent: Agent) -> Item:
    """Write an agent; `models` is left out when it may use all, `project_id` when it has none."""
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
    if agent.project_id is not None:
        item["project_id"] = agent.project_id
    return item


def read_agent(tenant_id: TenantId, item: Mapping[str, Any]) -> Agent:
    """Read an agent."""
    models, project_id = item.get("models"), item.get("project_id")
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
        project_id=None if project_id is None else ProjectId(project_id),
    )


def project_item(project: Project) -> Item:
    """Write a project."""
    return {
        "project_id": project.project_id,
        "name": project.name,
        "is_deleted": project.is_deleted,
    }


def read_project(tenant_id: TenantId, item: Mapping[str, Any]) -> Project:
    """Read a project."""
    return Project(tenant_id, ProjectId(item["project_id"]), item["name"], item["is_deleted"])


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


def policy_item(version: PolicyVersion) -> Item:
    """Write a version of a policy, its document as JSON text."""
    return {
        "policy_id": version.policy_id,
        "revision": version.number,
        "content_hash": version.content_hash,
        "document": json.dumps(version.document, separators=(",", ":")),
        "changed_at": version.changed_at,
        "actor": version.actor,
    }


def read_policy(item: Mapping[str, Any]) -> PolicyVersion:
    """Read a version of a policy."""
    return PolicyVersion(
        policy_id=PolicyId(item["policy_id"]),
        number=item["revision"],
        content_hash=item["content_hash"],
        document=json.loads(item["document"]),
        changed_at=item["changed_at"],
        actor=item["actor"],
    )


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
