"""`Directory` on the `control` table: what an agent may use, at most two seconds old.

Every change of a tenant's configuration moves the number in its `VERSION` item. That item is read
at most every two seconds; what was read under another number is read again.

A change is one transaction where it is made, but its items reach the other regions one by one: a
number may arrive before what it is about. So a view is kept for long only when it was read some
time after its number was first seen here; before that, for two seconds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ironcage.adapters.dynamodb.control_items import read_agent, read_policy, read_provider
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.table import Table
from ironcage.core import AgentId, Clock, ExpiringCache, TenantId
from ironcage.core.errors import FirewallUnavailable, NotFound
from ironcage.tenancy import DEFAULT_POLICY, Agent, AgentView, Provider

VERSION_SECONDS = 2.0
ARRIVAL_SECONDS = 15.0
VIEW_SECONDS = 300.0
CACHE_SIZE = 1_024


@dataclass(frozen=True, slots=True)
class _Tenant:
    """A tenant's item, and when (monotonic) its number was first seen in this environment."""

    version: int
    home_region: str
    seen_at: float


class DynamoDirectory:
    """Reads strongly consistent, so that a view is never older than the number it is kept under."""

    def __init__(self, control: Table, clock: Clock) -> None:
        self._control = control
        self._clock = clock
        self._tenants = ExpiringCache[TenantId, _Tenant](
            clock, seconds=VERSION_SECONDS, size=CACHE_SIZE
        )
        self._seen = ExpiringCache[TenantId, _Tenant](clock, seconds=VIEW_SECONDS, size=CACHE_SIZE)
        self._views = ExpiringCache[tuple[TenantId, AgentId], AgentView](
            clock, seconds=VIEW_SECONDS, size=CACHE_SIZE
        )
        self._early_views = ExpiringCache[tuple[TenantId, AgentId], AgentView](
            clock, seconds=VERSION_SECONDS, size=CACHE_SIZE
        )

    def view(self, tenant_id: TenantId, agent_id: AgentId) -> AgentView:
        """Read an agent with its providers and its policy.

        Raises:
            NotFound: there is no such tenant or agent.
            FirewallUnavailable: the agent's policy is gone; a weaker one must not stand in for it.
            StoreUnavailable: the table did not answer.
        """
        tenant, owner = self._tenant(tenant_id), (tenant_id, agent_id)
        for kept in (self._views.get(owner), self._early_views.get(owner)):
            if kept is not None and kept.version == tenant.version:
                return kept
        has_arrived = self._clock.monotonic() - tenant.seen_at >= ARRIVAL_SECONDS
        agent = self._agent(tenant_id, agent_id)
        providers = tuple(self._providers(agent))
        policy = self._policy(agent)
        view = AgentView(agent, providers, policy, tenant.version, tenant.home_region)
        (self._views if has_arrived else self._early_views).put(owner, view)
        return view

    def _tenant(self, tenant_id: TenantId) -> _Tenant:
        known = self._tenants.get(tenant_id)
        if known is not None:
            return known
        keys = TenantKeys(tenant_id)
        item = self._control.get(keys.control_pk(), keys.version_sk())
        if item is None:
            raise NotFound
        earlier = self._seen.get(tenant_id)
        seen_at = self._clock.monotonic()
        if earlier is not None and earlier.version == item["version"]:
            seen_at = earlier.seen_at
        tenant = _Tenant(item["version"], item.get("home_region", ""), seen_at)
        self._tenants.put(tenant_id, tenant)
        self._seen.put(tenant_id, tenant)
        return tenant

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
