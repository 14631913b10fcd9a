"""The pot: an agent's money, and the holds that requests in flight have on it.

Always `limit = spent + held + lent + available`, and `held` is the sum of the holds. Amounts are
whole micro-dollars; only a true cost may push `available` below zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ironcage.core import AgentId, Micros, RequestId, TenantId, iso_utc

MAX_HOLDS = 64
EXPIRY_SLACK_MS = 5_000
HOLD_GRACE_MS = 60_000


class PotState(StrEnum):
    """Whether a pot lets new requests start."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class PotKey:
    """Whose money: one agent of one tenant, and in which region's ledger it is.

    An empty region means the ledger of the region where we run.
    """

    tenant_id: TenantId
    agent_id: AgentId
    region: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """A worst case that is set aside for one request until `expires_ms` (wall clock)."""

    amount: Micros
    expires_ms: int

    def is_overdue(self, now_ms: int) -> bool:
        """Tell whether the hold is past its expiry by more than the slack for clocks."""
        return self.expires_ms + EXPIRY_SLACK_MS < now_ms


@dataclass(frozen=True, slots=True)
class Pot:
    """One agent's money as it was at one read."""

    limit: Micros
    spent: Micros
    held: Micros
    lent: Micros
    available: Micros
    state: PotState
    token_hash: str
    holds: Mapping[RequestId, Hold] = field(default_factory=dict)
    dirty: str | None = None

    def is_balanced(self) -> bool:
        """Tell whether the two invariants of a pot hold."""
        whole = self.spent + self.held + self.lent + self.available
        return self.limit == whole and self.held == sum(h.amount for h in self.holds.values())

    def overdue(self, now_ms: int) -> Mapping[RequestId, Hold]:
        """List the holds that are past their expiry."""
        return {r: hold for r, hold in self.holds.items() if hold.is_overdue(now_ms)}


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a request asks to be set aside, and with which token."""

    pot: PotKey
    request_id: RequestId
    amount: Micros
    least_amount: Micros
    deadline_ms: int
    token_hash: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What was set aside for a request (at most what it asked), and what the pot has left."""

    amount: Micros
    available_after: Micros


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a request really cost against what was held for it.

    Raises:
        ValueError: an amount is negative; money would flow into the pot.
    """

    pot: PotKey
    request_id: RequestId
    held: Micros
    cost: Micros

    def __post_init__(self) -> None:
        if self.held < 0 or self.cost < 0:
            raise ValueError(f"a negative amount: held {self.held}, cost {self.cost}")


class Settled(StrEnum):
    """What a settlement found."""

    EXACT = "exact"
    CORRECTED = "corrected"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Presumed:
    """A hold that expired: its worst case counts as spent until the truth arrives."""

    pot: PotKey
    request_id: RequestId
    amount: Micros

    def to_event(self, now_ms: int) -> dict[str, str | int]:
        """Write the audit event of it, the same whoever found the hold."""
        return {
            "event": "usage_presumed",
            "request_id": self.request_id,
            "tenant_id": self.pot.tenant_id,
            "agent_id": self.pot.agent_id,
            "amount_micros": self.amount,
            "at": iso_utc(now_ms),
        }
