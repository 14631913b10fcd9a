"""`Directory` on the `control` table: what an agent may use, at most two seconds old.

Every change of a tenant's configuration moves the number in its `VERSION` item. That item is read
at most every two seconds; what was read under another number is read again.
"""

from collections.abc import Iterator, Mapping

from ironcage.adapters.dynamodb.control_items import read_agent, read_policy, read_provider
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.table import Table
from ironcage.core import AgentId, Clock, ExpiringCache, TenantId
from ironcage.core.errors import FirewallUnavailable, NotFound
from ironcage.tenancy import DEFAULT_POLICY, Agent, AgentView, Provider

VERSION_SECONDS = 2.0
VIEW_SECONDS = 300.0
CACHE_SIZE = 1_024


class DynamoDirectory:
    """Reads strongly consistent, so that a view is never older than the number it is kept under."""

    def __init__(self, control: Table, clock: Clock) -> None:
        self._control = control
        self._versions = ExpiringCache[TenantId, int](
            clock, seconds=VERSION_SECONDS, size=CACHE_SIZE
        )
        self._views = ExpiringCache[tuple[TenantId, AgentId], AgentView](
            clock, seconds=VIEW_SECONDS, size=CACHE_SIZE
        )

    def view(self, tenant_id: TenantId, agent_id: AgentId) -> AgentView:
        """Read an agent with its providers and its policy.

        Raises:
            NotFound: there is no such tenant or agent.
            FirewallUnavailable: the agent's policy is gone; a weaker one must not stand in for it.
            StoreUnavailable: the table did not answer.
        """
        version = self._version(tenant_id)
        kept = self._views.get((tenant_id, agent_id))
        if kept is not None and kept.version == version:
            return kept
        agent = self._agent(tenant_id, agent_id)
        providers = tuple(self._providers(agent))
        view = AgentView(agent, providers, self._policy(agent), version)
        self._views.put((tenant_id, agent_id), view)
        return view

    def _version(self, tenant_id: TenantId) -> int:
        known = self._versions.get(tenant_id)
        if known is not None:
            return known
        keys = TenantKeys(tenant_id)
        item = self._control.get(keys.control_pk(), keys.version_sk())
        if item is None:
            raise NotFound
        version: int = item["version"]
        self._versions.put(tenant_id, version)
        return version

    def _agent(self, tenant_id: TenantId, agent_id: AgentId) -> Agent:
        keys = TenantKeys(tenant_id)
        item = self._control.get(keys.control_pk(), keys.agent_sk(agent_id))
        if item is None:
            raise NotFound
        return read_agent(tenant_id, item)

    def _providers(self, agent: Agent) -> Iterator[Provider]:
        keys = TenantKeys(agent.tenant_id)
        for provider_id in agent.providers:
            item = self._control.get(keys.control_pk(), keys.provider_sk(provider_id))
            if item is not None:
                yield read_provider(item)

    def _policy(self, agent: Agent) -> Mapping[str, object]:
        """Read the policy; the default one may be absent and is then the built-in one (`{}`)."""
        keys = TenantKeys(agent.tenant_id)
        item = self._control.get(keys.control_pk(), keys.policy_sk(agent.policy_id))
        if item is not None:
            return read_policy(item)
        if agent.policy_id != DEFAULT_POLICY:
            raise FirewallUnavailable(policy_id=agent.policy_id)
        return {}
