"""`Directory` on the `control` table: what an agent may use, at most two seconds old.

Every change of a tenant's configuration moves the number in its `VERSION` item. That item is read
at most every two seconds; what was read under another number is read again.

A change is one transaction where it is made, but its items reach the other regions one by one: a
number may arrive before what it is about. So a view is kept for long only when it was read some
time after its number was first seen here; before that, for two seconds.

An agent and its policies are read in one transaction: two changes by an operator, one after the
other, can never be seen in the wrong order in the home region.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ironcage.adapters.dynamodb.attributes import Item
from ironcage.adapters.dynamodb.control_items import (
    read_agent,
    read_policy,
    read_project,
    read_provider,
)
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.table import Table
from ironcage.core import AgentId, Clock, ExpiringCache, TenantId
from ironcage.core.errors import (
    FirewallUnavailable,
    InvalidRequest,
    NotFound,
    StoreUnavailable,
)
from ironcage.firewall import merge_policies
from ironcage.tenancy import DEFAULT_POLICY, Agent, AgentView, Provider, policies_of

VERSION_SECONDS = 2.0
ARRIVAL_SECONDS = 15.0
VIEW_SECONDS = 300.0
CACHE_SIZE = 1_024
SETTLING_READS = 3


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
        """Read an agent with its providers and what its policies make together.

        Raises:
            NotFound: there is no such tenant or agent.
            FirewallUnavailable: a policy or the project of the agent is gone or cannot be read; a
                weaker policy must not stand in for it.
            StoreUnavailable: the table did not answer.
        """
        tenant, owner = self._tenant(tenant_id), (tenant_id, agent_id)
        for kept in (self._views.get(owner), self._early_views.get(owner)):
            if kept is not None and kept.version == tenant.version:
                return kept
        asked_at = self._views.moment()
        has_arrived = asked_at[0] - tenant.seen_at >= ARRIVAL_SECONDS
        agent, policy = self._settled(self._agent(tenant_id, agent_id))
        providers = tuple(self._providers(agent))
        view = AgentView(agent, providers, policy, tenant.version, tenant.home_region)
        (self._views if has_arrived else self._early_views).put(owner, view, asked_at)
        return view

    def _tenant(self, tenant_id: TenantId) -> _Tenant:
        known = self._tenants.get(tenant_id)
        if known is not None:
            return known
        keys, asked_at = TenantKeys(tenant_id), self._tenants.moment()
        item = self._control.get(keys.control_pk(), keys.version_sk())
        if item is None:
            raise NotFound
        earlier = self._seen.get(tenant_id)
        seen_at = self._clock.monotonic()
        if earlier is not None and earlier.version == item["version"]:
            seen_at = earlier.seen_at
        tenant = _Tenant(item["version"], item.get("home_region", ""), seen_at)
        self._tenants.put(tenant_id, tenant, asked_at)
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

    def _settled(self, agent: Agent) -> tuple[Agent, Mapping[str, object]]:
        """Read an agent and all of its policies at one moment, so that none is paired with another.

        Its policies are known by the agent as it was read before. One that changed them in between
        is read again.
        """
        keys = TenantKeys(agent.tenant_id)
        for _ in range(SETTLING_READS):
            names = policies_of(agent)
            sks = [keys.agent_sk(agent.agent_id), *map(keys.policy_sk, names)]
            if agent.project_id is not None:
                sks.append(keys.project_sk(agent.project_id))
            found = dict(zip(sks, self._control.get_together(keys.control_pk(), sks), strict=True))
            item = found[keys.agent_sk(agent.agent_id)]
            if item is None:
                raise NotFound
            agent = read_agent(agent.tenant_id, item)
            if policies_of(agent) == names:
                return agent, _merged(agent, found)
        raise StoreUnavailable(store="control")


def _merged(agent: Agent, found: Mapping[str, Item | None]) -> Mapping[str, object]:
    """Merge the policies that were found; the tenant's and the project's need not be written.

    Raises:
        FirewallUnavailable: one is gone or cannot be read: nothing weaker may stand in for it.
    """
    keys, own, project_id = TenantKeys(agent.tenant_id), agent.policy_id, agent.project_id
    if project_id is not None:
        item = found[keys.project_sk(project_id)]
        if item is None or read_project(agent.tenant_id, item).is_deleted:
            raise FirewallUnavailable(project_id=project_id)
    if own != DEFAULT_POLICY and found[keys.policy_sk(own)] is None:
        raise FirewallUnavailable(policy_id=own)
    items = (found[keys.policy_sk(name)] for name in policies_of(agent))
    try:
        return merge_policies(read_policy(item).document for item in items if item)
    except InvalidRequest as exc:
        raise FirewallUnavailable(policy_id=own) from exc
