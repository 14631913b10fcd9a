"""Pots, reservations and settlements, with what does not matter filled in."""

import json
from collections.abc import Mapping

from ironcage.budgets import Hold, Pot, PotKey, PotState, Reservation, Settlement
from ironcage.core import AgentId, Micros, RequestId, TenantId

NOW_MS = 1_790_000_000_000
DOLLAR = Micros(1_000_000)
TOKEN_HASH = "a" * 64
OTHER_HASH = "b" * 64
KEY = PotKey(TenantId("tenant_acme"), AgentId("agent_writer"))
REQUEST = RequestId("req_000001")


def a_request_id(number: int) -> RequestId:
    return RequestId(f"req_{number:06d}")


def a_hold(amount: int = 100, *, expires_ms: int = NOW_MS + 60_000) -> Hold:
    return Hold(Micros(amount), expires_ms)


def a_pot(
    limit: int = 1_000_000,
    *,
    spent: int = 0,
    lent: int = 0,
    holds: Mapping[RequestId, Hold] | None = None,
    state: PotState = PotState.ACTIVE,
    token_hash: str = TOKEN_HASH,
) -> Pot:
    held = sum(hold.amount for hold in (holds or {}).values())
    return Pot(
        limit=Micros(limit),
        spent=Micros(spent),
        held=Micros(held),
        lent=Micros(lent),
        available=Micros(limit - spent - lent - held),
        state=state,
        token_hash=token_hash,
        holds=dict(holds or {}),
    )


def a_reservation(
    amount: int = 100,
    *,
    request_id: RequestId = REQUEST,
    least: int | None = None,
    token_hash: str = TOKEN_HASH,
    deadline_ms: int = NOW_MS + 30_000,
    pot: PotKey = KEY,
) -> Reservation:
    return Reservation(
        pot=pot,
        request_id=request_id,
        amount=Micros(amount),
        least_amount=Micros(amount if least is None else least),
        deadline_ms=deadline_ms,
        token_hash=token_hash,
    )


def a_settlement(
    held: int = 100, cost: int = 40, *, request_id: RequestId = REQUEST, pot: PotKey = KEY
) -> Settlement:
    return Settlement(pot, request_id, Micros(held), Micros(cost))


def a_record(held: int = 100, cost: int = 40, *, request_id: str = REQUEST, **facts: object) -> str:
    """Write an interaction record as the queues carry it."""
    record: dict[str, object] = {
        "request_id": request_id,
        "tenant_id": KEY.tenant_id,
        "agent_id": KEY.agent_id,
        "started_at_ms": NOW_MS,
        "model": "nova-lite",
        "provider_id": "provider_bedrock",
        "outcome": "answered",
        "error_code": "",
        "held_micros": held,
        "cost_micros": cost,
        "usage": {"input_tokens": 12, "output_tokens": 30},
        "timings_ms": {"provider": 812.5},
        "attempts": ["provider_bedrock"],
    }
    return json.dumps({**record, **facts})
