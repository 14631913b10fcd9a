"""Tenants, their agents and their model providers, as the gateway needs them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ironcage.core import AgentId, PolicyId, ProjectId, ProviderId, TenantId

DEFAULT_MAX_TOKENS = 4_096
DEFAULT_POLICY = PolicyId("policy_default")


class AgentStatus(StrEnum):
    """Whether an agent may work."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class ProviderKind(StrEnum):
    """Which wire format a provider speaks."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    BEDROCK = "bedrock"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A customer: everything belongs to one. Its money and its people live in `home_region`."""

    tenant_id: TenantId
    name: str
    home_region: str


@dataclass(frozen=True, slots=True)
class Project:
    """Agents of a tenant that share a policy; a deleted one stays deleted."""

    tenant_id: TenantId
    project_id: ProjectId
    name: str
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy document as somebody wrote it, once and for all; versions count from 1."""

    policy_id: PolicyId
    number: int
    content_hash: str
    document: Mapping[str, object]
    changed_at: str
    actor: str


@dataclass(frozen=True, slots=True)
class Provider:
    """A model provider of a tenant. `models` maps our model name to the provider's own.

    `prices` gives models a price of their own: micro-dollars per million tokens (input, output).
    `key_version` names the one version of its key that may go to this endpoint; empty: no key.
    """

    provider_id: ProviderId
    kind: ProviderKind
    endpoint: str
    models: Mapping[str, str]
    key_version: str = ""
    is_active: bool = True
    prices: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent: its ordered providers (first is primary) and what its policy allows.

    Its policy is that of its tenant (`DEFAULT_POLICY`), then its project's, then its own, if any.
    `revision` counts its changes, so that two editors cannot overwrite each other unseen.
    """

    tenant_id: TenantId
    agent_id: AgentId
    name: str
    owner: str
    status: AgentStatus = AgentStatus.ACTIVE
    providers: tuple[ProviderId, ...] = ()
    models: frozenset[str] | None = None
    max_tokens: int = DEFAULT_MAX_TOKENS
    policy_id: PolicyId = DEFAULT_POLICY
    extra_parameters: frozenset[str] = frozenset()
    revision: int = 0
    project_id: ProjectId | None = None


@dataclass(frozen=True, slots=True)
class AgentView:
    """One consistent look at what a request of an agent may use; its money is in `home_region`.

    `policy` is the one document that its tenant's, its project's and its own make together.
    """

    agent: Agent
    providers: tuple[Provider, ...]
    policy: Mapping[str, object]
    version: int = 0
    home_region: str = ""

    def routes_for(self, model: str) -> tuple[Provider, ...]:
        """List the active providers that serve a model, in the agent's order."""
        return tuple(p for p in self.providers if p.is_active and model in p.models)

    def model_names(self) -> list[str]:
        """List the models that the agent may use, sorted."""
        offered = {name for p in self.providers if p.is_active for name in p.models}
        allowed = self.agent.models
        return sorted(offered if allowed is None else offered & allowed)


def policy_of(project_id: ProjectId) -> PolicyId:
    """Name the policy of a project: it is kept under the project's own id."""
    return PolicyId(project_id)


def policies_of(agent: Agent) -> tuple[PolicyId, ...]:
    """Name the policies of an agent, the tenant's first and its own last."""
    project = () if agent.project_id is None else (policy_of(agent.project_id),)
    own = () if agent.policy_id == DEFAULT_POLICY else (agent.policy_id,)
    return (DEFAULT_POLICY, *project, *own)
