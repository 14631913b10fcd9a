"""Operations on agents."""

from dataclasses import replace

from control_api.fields import Fields
from control_api.ports import Enrolment, Fact
from control_api.tokens import TokenOperations, read_owner, read_permissions
from ironcage.budgets import LedgerService, PotKey, PotState
from ironcage.core import (
    AgentId,
    PolicyId,
    ProjectId,
    ProviderId,
    TenantId,
    TokenId,
    has_prefix,
    new_id,
    usd_text,
)
from ironcage.core.errors import NotFound
from ironcage.tenancy import (
    DEFAULT_POLICY,
    Agent,
    AgentStatus,
    DirectoryWriter,
)
from ironcage.tokens import budget_of

MAX_OUTPUT_TOKENS = 1_000_000


class AgentOperations:
    """Create and change agents."""

    def __init__(
        self,
        directory: DirectoryWriter,
        enrolment: Enrolment,
        *,
        tokens: TokenOperations,
        ledger: LedgerService,
    ) -> None:
        self._directory = directory
        self._enrolment = enrolment
        self._tokens = tokens
        self._ledger = ledger

    def create_agent(self, fields: Fields) -> Fact:
        """Create an agent with its budget and its token, which is shown this once.

        Raises:
            InvalidRequest: fields are wrong, or name something that does not exist.
            NotFound: there is no such tenant.
            Conflict: there is such an agent.
        """
        tenant_id = TenantId(fields.identifier("tenant_id", "tenant"))
        limit = fields.usd("budget_usd")
        permissions = read_permissions(fields)
        inside = fields.inside("agent")
        blank = Agent(
            tenant_id, AgentId(inside.identifier("agent_id", "agent", fresh=True)), "", ""
        )
        agent = _changed(blank, inside, is_new=True)
        inside.collect()
        self._check_references(tenant_id, agent, fields)
        token_id = TokenId(new_id("ic"))
        token, record = self._tokens.make(
            (tenant_id, agent.agent_id), token_id, permissions=permissions
        )
        self._enrolment.enrol(agent, record, limit=limit)
        answer: dict[str, object] = {
            "tenant_id": tenant_id,
            "agent_id": agent.agent_id,
            "budget_id": budget_of(agent.agent_id),
            "token_id": token_id,
            "budget_usd": usd_text(limit),
        }
        shown = {**answer, "ic_token": token}
        return Fact(shown, "agent_created", tenant_id, agent.agent_id, changes=answer)

    def update_agent(self, fields: Fields) -> Fact:
        """Change what is given of an agent and keep the rest; it acts within five seconds.

        Raises:
            InvalidRequest: fields are wrong, or name something that does not exist.
            NotFound: there is no such agent.
            Conflict: somebody else changed it in between.
        """
        tenant_id, agent_id = read_owner(fields)
        inside = fields.inside("agent")
        known = self._directory.find_agent(tenant_id, agent_id) if tenant_id and agent_id else None
        agent = _changed(known or Agent(tenant_id, agent_id, "-", "-"), inside, is_new=False)
        inside.collect()
        self._check_references(tenant_id, agent, fields)
        if known is None:
            raise NotFound(agent_id=agent_id)
        self._directory.put_agent(agent)
        return Fact({"agent_id": agent_id}, "agent_updated", tenant_id, agent_id)

    def set_agent_status(self, fields: Fields) -> Fact:
        """Let an agent work or not; its pot follows, so that money stops at once.

        Raises:
            InvalidRequest: fields are wrong.
            NotFound: there is no such agent.
        """
        tenant_id, agent_id = read_owner(fields)
        status = fields.choice("status", AgentStatus, default=AgentStatus.ACTIVE)
        if not fields.has("status"):
            fields.note("status", "is required")
        fields.check()
        agent = self._directory.find_agent(tenant_id, agent_id)
        if agent is None:
            raise NotFound(agent_id=agent_id)
        state = PotState.ACTIVE if status is AgentStatus.ACTIVE else PotState.SUSPENDED
        self._ledger.set_state(PotKey(tenant_id, agent_id), state)
        self._directory.put_agent(replace(agent, status=status))
        answer: dict[str, object] = {"agent_id": agent_id, "status": status.value}
        return Fact(answer, "agent_status_changed", tenant_id, agent_id, changes=answer)

    def _check_references(self, tenant_id: TenantId, agent: Agent, fields: Fields) -> None:
        """Refuse wrong fields first, then a foreign tenant, then what the tenant does not have."""
        fields.check()
        if not self._directory.has_tenant(tenant_id):
            raise NotFound(tenant_id=tenant_id)
        known = self._directory.known_providers(tenant_id, agent.providers)
        for provider_id in agent.providers:
            if provider_id not in known:
                fields.note(f"agent.providers.{provider_id}", "does not exist")
        policy_id = agent.policy_id
        if policy_id != DEFAULT_POLICY and not self._directory.has_policy(tenant_id, policy_id):
            fields.note("agent.policy_id", "does not exist")
        project_id = agent.project_id
        if project_id and self._directory.find_project(tenant_id, project_id) is None:
            fields.note("agent.project_id", "does not exist")
        fields.check()


def _changed(agent: Agent, fields: Fields, *, is_new: bool) -> Agent:
    """Take over every given field; a new agent must have a name and an owner."""
    name, owner = agent.name, agent.owner
    if is_new or fields.has("name"):
        name = fields.text("name")
    if is_new or fields.has("owner"):
        owner = fields.text("owner")
    return replace(
        agent,
        name=name,
        owner=owner,
        providers=_providers(agent, fields),
        models=_models(agent, fields),
        max_tokens=fields.integer(
            "max_tokens", low=1, high=MAX_OUTPUT_TOKENS, default=agent.max_tokens
        ),
        policy_id=_policy(agent, fields),
        project_id=_project(agent, fields),
        extra_parameters=frozenset(
            fields.texts("extra_parameters", default=sorted(agent.extra_parameters))
        ),
    )


def _providers(agent: Agent, fields: Fields) -> tuple[ProviderId, ...]:
    names = fields.texts("providers", default=list(agent.providers))
    if not all(has_prefix(name, "ip") for name in names):
        fields.note("providers", "must hold ids such as ip_openai_001")
        return ()
    return tuple(ProviderId(name) for name in names)


def _models(agent: Agent, fields: Fields) -> frozenset[str] | None:
    """Read the allowed models; null means all, absent means as before."""
    if fields.is_null("models"):
        return None
    if not fields.has("models"):
        return agent.models
    return frozenset(fields.texts("models"))


def _policy(agent: Agent, fields: Fields) -> PolicyId:
    if not fields.has("policy_id"):
        return agent.policy_id
    return PolicyId(fields.identifier("policy_id", "policy"))


def _project(agent: Agent, fields: Fields) -> ProjectId | None:
    """Read the project; null means none, absent means as before."""
    if fields.is_null("project_id"):
        return None
    if not fields.has("project_id"):
        return agent.project_id
    return ProjectId(fields.identifier("project_id", "proj"))
