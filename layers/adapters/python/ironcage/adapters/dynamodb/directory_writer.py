"""`DirectoryWriter` on the `control` table: each write moves the tenant's version with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ironcage.adapters.dynamodb.control_items import (
    agent_item,
    project_item,
    provider_item,
    read_agent,
    read_project,
    read_provider,
)
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.table import Change, Table, Write
from ironcage.core import AgentId, PolicyId, ProjectId, ProviderId, TenantId
from ironcage.core.errors import Conflict, NotFound
from ironcage.tenancy import Agent, Project, Provider, Tenant

EXISTS = "attribute_exists(pk)"
IS_NOT_DELETED = "attribute_not_exists(pk) OR is_deleted = :no"
IS_FREE = "attribute_not_exists(pk)"
HAS_SAME_KEY = "attribute_not_exists(key_version) OR key_version = :kept"


def version_bump(control: Table, tenant_id: TenantId) -> Write:
    """Describe the write that makes every cache of a tenant's configuration stale."""
    keys = TenantKeys(tenant_id)
    change = Change(
        "ADD #version :one",
        condition=EXISTS,
        values={":one": 1},
        names={"#version": "version"},
    )
    return control.updating(keys.control_pk(), keys.version_sk(), change)


class DynamoDirectoryWriter:
    """Tenants, projects, agents and providers; the tenant must exist."""

    def __init__(self, control: Table) -> None:
        self._control = control

    def create_tenant(self, tenant: Tenant, *, created_at: str) -> None:
        """Create a tenant.

        Raises:
            Conflict: there is such a tenant.
        """
        keys = TenantKeys(tenant.tenant_id)
        item = {
            "version": 1,
            "name": tenant.name,
            "home_region": tenant.home_region,
            "created_at": created_at,
        }
        if not self._control.put_if_absent(keys.control_pk(), keys.version_sk(), item):
            raise Conflict(tenant_id=tenant.tenant_id)

    def has_tenant(self, tenant_id: TenantId) -> bool:
        """Tell whether there is such a tenant."""
        return self._has(tenant_id, TenantKeys(tenant_id).version_sk())

    def home_of(self, tenant_id: TenantId) -> str | None:
        """Tell a tenant's home region; None when there is no such tenant."""
        keys = TenantKeys(tenant_id)
        item = self._control.get(keys.control_pk(), keys.version_sk())
        return None if item is None else str(item["home_region"])

    def find_agent(self, tenant_id: TenantId, agent_id: AgentId) -> Agent | None:
        """Read an agent as it is now."""
        keys = TenantKeys(tenant_id)
        item = self._control.get(keys.control_pk(), keys.agent_sk(agent_id))
        return None if item is None else read_agent(tenant_id, item)

    def has_policy(self, tenant_id: TenantId, policy_id: PolicyId) -> bool:
        """Tell whether there is such a policy."""
        return self._has(tenant_id, TenantKeys(tenant_id).policy_sk(policy_id))

    def known_providers(
        self, tenant_id: TenantId, provider_ids: Sequence[ProviderId]
    ) -> set[ProviderId]:
        """Tell which of these providers exist."""
        keys = TenantKeys(tenant_id)
        return {p for p in provider_ids if self._has(tenant_id, keys.provider_sk(p))}

    def put_agent(self, agent: Agent) -> None:
        """Replace an agent that is still at the revision given, and count its revision up.

        Raises:
            NotFound: there is no such agent.
            Conflict: somebody else changed it in between.
        """
        keys = TenantKeys(agent.tenant_id)
        write = self._control.putting(
            keys.control_pk(),
            keys.agent_sk(agent.agent_id),
            agent_item(replace(agent, revision=agent.revision + 1)),
            condition="revision = :seen",
            values={":seen": agent.revision},
        )
        if self._control.transact([write, version_bump(self._control, agent.tenant_id)]):
            return
        if self.find_agent(agent.tenant_id, agent.agent_id) is None:
            raise NotFound(agent_id=agent.agent_id)
        raise Conflict(agent_id=agent.agent_id)

    def find_provider(self, tenant_id: TenantId, provider_id: ProviderId) -> Provider | None:
        """Read a provider as it is now."""
        keys = TenantKeys(tenant_id)
        item = self._control.get(keys.control_pk(), keys.provider_sk(provider_id))
        return None if item is None else read_provider(item)

    def put_provider(
        self, tenant_id: TenantId, provider: Provider, *, is_key_kept: bool = False
    ) -> None:
        """Create or replace a provider; `is_key_kept`: only while it has the same key version.

        Raises:
            NotFound: there is no such tenant.
            Conflict: somebody else changed the key that was to be kept.
        """
        keys = TenantKeys(tenant_id)
        condition: Mapping[str, Any] = {}
        if is_key_kept:
            condition = {"condition": HAS_SAME_KEY, "values": {":kept": provider.key_version}}
        write = self._control.putting(
            keys.control_pk(),
            keys.provider_sk(provider.provider_id),
            provider_item(provider),
            **condition,
        )
        if self._control.transact([write, version_bump(self._control, tenant_id)]):
            return
        if not self.has_tenant(tenant_id):
            raise NotFound(tenant_id=tenant_id)
        raise Conflict(provider_id=provider.provider_id)

    def find_project(self, tenant_id: TenantId, project_id: ProjectId) -> Project | None:
        """Read a project that is not deleted."""
        keys = TenantKeys(tenant_id)
        item = self._control.get(keys.control_pk(), keys.project_sk(project_id))
        found = None if item is None else read_project(tenant_id, item)
        return None if found is None or found.is_deleted else found

    def put_project(self, project: Project) -> None:
        """Create a project, or replace one that is not deleted.

        Raises:
            NotFound: there is no such tenant.
            Conflict: the project is deleted.
        """
        keys = TenantKeys(project.tenant_id)
        write = self._control.putting(
            keys.control_pk(),
            keys.project_sk(project.project_id),
            project_item(project),
            condition=IS_NOT_DELETED,
            values={":no": False},
        )
        if self._control.transact([write, version_bump(self._control, project.tenant_id)]):
            return
        if not self.has_tenant(project.tenant_id):
            raise NotFound(tenant_id=project.tenant_id)
        raise Conflict(project_id=project.project_id)

    def _has(self, tenant_id: TenantId, sk: str) -> bool:
        return self._control.get(TenantKeys(tenant_id).control_pk(), sk) is not None
