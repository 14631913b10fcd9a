"""The list of operations, and the audit event that each change leaves behind."""

from collections.abc import Callable, Mapping

from control_api.agents import AgentOperations
from control_api.budgets import BudgetOperations
from control_api.fields import Fields
from control_api.policies import PolicyOperations
from control_api.ports import EventPublisher, Fact
from control_api.projects import ProjectOperations
from control_api.tenants import TenantOperations
from control_api.tokens import TokenOperations
from ironcage.core import Clock, TenantId, has_prefix
from ironcage.core.errors import InvalidRequest

DEFAULT_ACTOR = "operator"
_ENVELOPE = ("operation", "actor")


class Control:
    """Finds the operation that was asked for, runs it, and publishes what changed."""

    def __init__(
        self,
        tenants: TenantOperations,
        agents: AgentOperations,
        *,
        tokens: TokenOperations,
        budgets: BudgetOperations,
        policies: PolicyOperations,
        projects: ProjectOperations,
        events: EventPublisher,
        clock: Clock,
    ) -> None:
        self._events = events
        self._clock = clock
        self._tenants = tenants
        self._reads: dict[str, Callable[[Fields], dict[str, object]]] = {
            "read_agent_policy": policies.read_agent_policy,
            "read_budget": budgets.read_budget,
            "read_policy": policies.read_policy,
        }
        self._changes: dict[str, Callable[[Fields, str], Fact]] = {
            "create_tenant": lambda fields, _: tenants.create_tenant(fields),
            "put_policy": policies.put_policy,
            "put_project": lambda fields, _: projects.put_project(fields),
            "delete_project": lambda fields, _: projects.delete_project(fields),
            "put_provider": lambda fields, _: tenants.put_provider(fields),
            "create_agent": lambda fields, _: agents.create_agent(fields),
            "update_agent": lambda fields, _: agents.update_agent(fields),
            "set_agent_status": lambda fields, _: agents.set_agent_status(fields),
            "rotate_token": lambda fields, _: tokens.rotate_token(fields),
            "revoke_token": lambda fields, _: tokens.revoke_token(fields),
            "edit_budget": budgets.edit_budget,
            "release_presumed": budgets.release_presumed,
        }

    def run(self, request: Mapping[str, object], request_id: str) -> dict[str, object]:
        """Run one operation and hand back its answer.

        Raises:
            InvalidRequest: there is no such operation, or its fields are wrong.
            HomeRegionElsewhere: the tenant is at home in another region.
            IronCageError: whatever else the operation says.
        """
        envelope = Fields({name: request[name] for name in _ENVELOPE if name in request})
        operation = envelope.text("operation")
        actor = envelope.text("actor", default=DEFAULT_ACTOR)
        fields = Fields({name: value for name, value in request.items() if name not in _ENVELOPE})
        envelope.check()
        if operation != "create_tenant":
            self._check_home(request.get("tenant_id"))
        if operation in self._reads:
            return self._reads[operation](fields)
        change = self._changes.get(operation)
        if change is None:
            raise InvalidRequest({"operation": "must be one of " + ", ".join(self.names())})
        fact = change(fields, actor)
        self._publish(fact, actor, request_id)
        return fact.answer

    def names(self) -> list[str]:
        """List the operations, sorted."""
        return sorted([*self._changes, *self._reads])

    def _check_home(self, tenant_id: object) -> None:
        """Look where a tenant is at home; an id that is none is the operation's to refuse."""
        if isinstance(tenant_id, str) and has_prefix(tenant_id, "tenant"):
            self._tenants.check_home(TenantId(tenant_id))

    def _publish(self, fact: Fact, actor: str, request_id: str) -> None:
        event: dict[str, object] = {
            "event": fact.event,
            "request_id": request_id,
            "tenant_id": fact.tenant_id,
            "actor": actor,
            "at_ms": self._clock.now_ms(),
            "changes": dict(fact.changes or {}),
        }
        if fact.agent_id is not None:
            event["agent_id"] = fact.agent_id
        self._events.publish(event)
