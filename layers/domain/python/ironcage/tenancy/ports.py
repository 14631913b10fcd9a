"""What tenancy asks of the outside."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from ironcage.core import AgentId, PolicyId, ProjectId, ProviderId, TenantId
from ironcage.tenancy.model import Agent, AgentView, PolicyVersion, Project, Provider, Tenant


class Directory(Protocol):
    """The `control` table, read side; a configuration change shows within five seconds."""

    def view(self, tenant_id: TenantId, agent_id: AgentId) -> AgentView:
        """Read an agent with its providers and its policy.

        Raises:
            NotFound: there is no such agent.
            StoreUnavailable: the table did not answer.
        """
        ...


class DirectoryWriter(Protocol):
    """The `control` table, write side; every write moves the tenant's version.

    Raises, from every method:
        StoreUnavailable: the table did not answer.
    """

    def create_tenant(self, tenant: Tenant, *, created_at: str) -> None:
        """Create a tenant.

        Raises:
            Conflict: there is such a tenant.
        """
        ...

    def has_tenant(self, tenant_id: TenantId) -> bool:
        """Tell whether there is such a tenant."""
        ...

    def home_of(self, tenant_id: TenantId) -> str | None:
        """Tell a tenant's home region; None when there is no such tenant."""
        ...

    def find_agent(self, tenant_id: TenantId, agent_id: AgentId) -> Agent | None:
        """Read an agent as it is now."""
        ...

    def has_policy(self, tenant_id: TenantId, policy_id: PolicyId) -> bool:
        """Tell whether there is such a policy."""
        ...

    def known_providers(
        self, tenant_id: TenantId, provider_ids: Sequence[ProviderId]
    ) -> set[ProviderId]:
        """Tell which of these providers exist."""
        ...

    def put_agent(self, agent: Agent) -> None:
        """Replace an agent that is still at the revision given, and count its revision up.

        Raises:
            NotFound: there is no such agent.
            Conflict: somebody else changed it in between.
        """
        ...

    def find_provider(self, tenant_id: TenantId, provider_id: ProviderId) -> Provider | None:
        """Read a provider as it is now."""
        ...

    def put_provider(
        self, tenant_id: TenantId, provider: Provider, *, is_key_kept: bool = False
    ) -> None:
        """Create or replace a provider; `is_key_kept`: only while it has the same key version.

        Raises:
            NotFound: there is no such tenant.
            Conflict: somebody else changed the key that was to be kept.
        """
        ...

    def find_project(self, tenant_id: TenantId, project_id: ProjectId) -> Project | None:
        """Read a project that is not deleted."""
        ...

    def put_project(self, project: Project) -> None:
        """Create a project, or replace one that is not deleted.

        Raises:
            NotFound: there is no such tenant.
            Conflict: the project is deleted.
        """
        ...


class PolicyStore(Protocol):
    """Firewall policies and their history; every write moves the tenant's version.

    Raises, from every method:
        StoreUnavailable: the table did not answer.
    """

    def find(
        self, tenant_id: TenantId, policy_id: PolicyId, *, number: int | None = None
    ) -> PolicyVersion | None:
        """Read a policy as it is now, or one of its versions."""
        ...

    def history(
        self, tenant_id: TenantId, policy_id: PolicyId, *, most: int
    ) -> Iterator[PolicyVersion]:
        """Read the newest versions of a policy, newest first."""
        ...

    def put(self, tenant_id: TenantId, version: PolicyVersion) -> None:
        """Keep the version that follows the newest, and let it act.

        Raises:
            NotFound: there is no such tenant.
            Conflict: it does not follow the newest version (any more).
        """
        ...
