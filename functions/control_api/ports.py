"""What the operations need beyond the ports of the domain packages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ironcage.core import AgentId, Micros, TenantId
from ironcage.tenancy import Agent
from ironcage.tokens import TokenRecord


class Enrolment(Protocol):
    """Where a new agent begins: itself, its token record and its pot, all or nothing."""

    def enrol(self, agent: Agent, record: TokenRecord, *, limit: Micros) -> None:
        """Create an agent, or raise `Conflict`."""
        ...


class TokenSwitchboard(Protocol):
    """Where a token is replaced: its record and what may spend from the pot, in one transaction."""

    def switch(self, record: TokenRecord, spends_with: str) -> bool:
        """Write the record and let only a token of this hash spend; False without a pot."""
        ...


class EventPublisher(Protocol):
    """Where audit events go; it never raises."""

    def publish(self, record: Mapping[str, object]) -> str:
        """Send an event and say where it went."""
        ...


@dataclass(frozen=True, slots=True)
class Fact:
    """What an operation did: its answer, and the audit event without any secret."""

    answer: dict[str, object]
    event: str
    tenant_id: TenantId
    agent_id: AgentId | None = None
    changes: Mapping[str, object] | None = None
