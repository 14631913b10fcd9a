"""What to do when the pot refuses a reservation: the failure decisions of RESERVE, in order."""

from collections.abc import Mapping
from dataclasses import dataclass

from ironcage.budgets.model import MAX_HOLDS, Granted, Hold, Pot, PotState, Reservation
from ironcage.core import Micros, RequestId
from ironcage.core.errors import AgentConcurrency, AgentInactive, BudgetExceeded, TokenInvalid


@dataclass(frozen=True, slots=True)
class ExpireFirst:
    """Some holds are overdue: turn them into presumed spend, then ask again."""

    holds: Mapping[RequestId, Hold]


@dataclass(frozen=True, slots=True)
class AskFor:
    """Less than asked is left, but enough for a useful answer: ask for that."""

    amount: Micros


@dataclass(frozen=True, slots=True)
class Wait:
    """The money is there but held or lent: requests in flight may give some back."""


Step = Granted | ExpireFirst | AskFor | Wait


def next_step(pot: Pot | None, ask: Reservation, *, now_ms: int, may_expire: bool) -> Step:
    """Decide from the pot as it was at the refusal.

    Raises:
        TokenInvalid: another token has replaced the caller's.
        AgentInactive: the agent is suspended or closed, or has no pot.
        AgentConcurrency: as many requests are open as one agent may have.
        BudgetExceeded: even what is held could not pay for the least useful answer.
    """
    if pot is None:
        raise AgentInactive(agent_id=ask.pot.agent_id)
    if own := pot.holds.get(ask.request_id):
        return Granted(own.amount, pot.available)  # it was applied: only the answer was lost
    if pot.token_hash != ask.token_hash:
        raise TokenInvalid
    if pot.state is not PotState.ACTIVE:
        raise AgentInactive(agent_id=ask.pot.agent_id)
    overdue = pot.overdue(now_ms) if may_expire else {}
    return ExpireFirst(overdue) if overdue else _within_means(pot, ask)


def _within_means(pot: Pot, ask: Reservation) -> Step:
    if len(pot.holds) >= MAX_HOLDS:
        raise AgentConcurrency(agent_id=ask.pot.agent_id, open_requests=len(pot.holds))
    if pot.available + pot.held + pot.lent < ask.least_amount:
        raise BudgetExceeded(available_micros=pot.available, needed_micros=ask.least_amount)
    if pot.available >= ask.least_amount:
        return AskFor(min(pot.available, ask.amount))
    return Wait()
