"""What tenancy asks of the outside."""

from collections.abc import Mapping
from typing import Protocol

from ironcage.core import AgentId, PolicyId, TenantId
from ironcage.tenancy.model import Agent, AgentView, Provider


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
    """The `control` table, write side; every write moves the tenant's version."""

    def put_agent(self, agent: Agent) -> None:
        """Create or replace an agent."""
        ...

    def put_provider(self, tenant_id: TenantId, provider: Provider) -> None:
        """Create or replace a provider."""
        ...

    def put_policy(
        self, tenant_id: TenantId, policy_id: PolicyId, policy: Mapping[str, object]
    ) -> None:
        """Create or replace a firewall policy document."""
        ...
