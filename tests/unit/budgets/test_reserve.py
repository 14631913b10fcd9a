"""RESERVE: what is granted, what is refused, and in which order the refusals are decided."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from ironcage.budgets import (
    HOLD_GRACE_MS,
    MAX_HOLDS,
    Granted,
    LedgerService,
    Pot,
    PotKey,
    PotState,
    Presumed,
    Reservation,
)
from ironcage.core import AgentId, Micros
from ironcage.core.errors import (
    AgentConcurrency,
    AgentInactive,
    BudgetBusy,
    BudgetExceeded,
    LedgerUnavailable,
    TokenInvalid,
)
from support.builders_budgets import (
    KEY,
    NOW_MS,
    OTHER_HASH,
    REQUEST,
    TOKEN_HASH,
    a_request_id,
    a_reservation,
    a_settlement,
)
from support.fakes_ledger import FailingPotStore, ManualClock, MemoryPotStore, a_ledger


def test_reservation_is_granted_in_full_when_the_money_is_there() -> None:
    ledger, store, _ = a_ledger(limit=1_000)

    granted = ledger.reserve(a_reservation(300))

    assert granted == Granted(Micros(300), available_after=Micros(700))
    assert store.pots[KEY].is_balanced()


def test_hold_expires_a_minute_after_the_deadline() -> None:
    ledger, store, _ = a_ledger()

    ledger.reserve(a_reservation(deadline_ms=NOW_MS + 25_000))

    assert store.pots[KEY].holds[REQUEST].expires_ms == NOW_MS + 25_000 + HOLD_GRACE_MS


def test_reservation_is_lowered_to_what_is_left_when_that_is_useful() -> None:
    ledger, store, _ = a_ledger(limit=250)

    granted = ledger.reserve(a_reservation(300, least=200))

    assert granted == Granted(Micros(250), available_after=Micros(0))
    assert store.pots[KEY].is_balanced()


def test_reservation_is_refused_when_the_budget_cannot_buy_the_least_answer() -> None:
    ledger, _, clock = a_ledger(limit=250)

    with pytest.raises(BudgetExceeded) as refusal:
        ledger.reserve(a_reservation(300, least=251))

    assert refusal.value.details == {"available_micros": 250, "needed_micros": 251}
    assert clock.slept == []


def test_reservation_is_busy_after_half_a_second_when_the_rest_is_held() -> None:
    ledger, _, clock = a_ledger(limit=300)
    ledger.reserve(a_reservation(200, request_id=a_request_id(2)))

    with pytest.raises(BudgetBusy) as refusal:
        ledger.reserve(a_reservation(300, least=150))

    assert refusal.value.retry_after_seconds == 1
    assert sum(clock.slept) == pytest.approx(0.5)


def test_reservation_waits_for_lent_money_too() -> None:
    ledger, store, _ = a_ledger(limit=0)
    store.pots[KEY] = Pot(
        limit=Micros(300),
        spent=Micros(0),
        held=Micros(0),
        lent=Micros(300),
        available=Micros(0),
        state=PotState.ACTIVE,
        token_hash=TOKEN_HASH,
    )

    with pytest.raises(BudgetBusy):
        ledger.reserve(a_reservation(100))


def test_reservation_is_granted_when_a_request_in_flight_gives_back_in_time() -> None:
    store = MemoryPotStore()
    clock = ClockThatActs(
        act=lambda: store.settle(a_settlement(200, 10, request_id=a_request_id(2)))
    )
    ledger = LedgerService(store, clock)
    ledger.open_pot(KEY, limit=Micros(300), token_hash=TOKEN_HASH)
    ledger.reserve(a_reservation(200, request_id=a_request_id(2)))

    granted = ledger.reserve(a_reservation(250, least=150))

    assert granted.amount == 250


def test_reservation_is_refused_to_a_token_that_was_replaced() -> None:
    ledger, store, _ = a_ledger()
    store.rotate_token({}, KEY, OTHER_HASH)

    with pytest.raises(TokenInvalid):
        ledger.reserve(a_reservation())


@pytest.mark.parametrize("state", [PotState.SUSPENDED, PotState.CLOSED])
def test_reservation_is_refused_when_the_agent_is_not_active(state: PotState) -> None:
    ledger, _, _ = a_ledger()
    ledger.set_state(KEY, state)

    with pytest.raises(AgentInactive):
        ledger.reserve(a_reservation())


def test_reservation_is_refused_to_an_agent_without_a_pot() -> None:
    ledger, _, _ = a_ledger()

    with pytest.raises(AgentInactive):
        ledger.reserve(a_reservation(pot=PotKey(KEY.tenant_id, AgentId("agent_other"))))


def test_reservation_is_refused_when_too_many_requests_are_open() -> None:
    ledger, _, _ = a_ledger(limit=1_000)
    for number in range(MAX_HOLDS):
        ledger.reserve(a_reservation(1, request_id=a_request_id(number)))

    with pytest.raises(AgentConcurrency) as refusal:
        ledger.reserve(a_reservation(1, request_id=a_request_id(MAX_HOLDS)))

    assert refusal.value.details["open_requests"] == MAX_HOLDS


def test_overdue_holds_make_room_and_are_told_of() -> None:
    told: list[Presumed] = []
    store, clock = MemoryPotStore(), ManualClock()
    ledger = LedgerService(store, clock, on_presumed=told.append)
    ledger.open_pot(KEY, limit=Micros(1_000), token_hash=TOKEN_HASH)
    for number in range(MAX_HOLDS):
        ledger.reserve(a_reservation(1, request_id=a_request_id(number)))
    clock.advance(600)

    granted = ledger.reserve(a_reservation(1, request_id=a_request_id(MAX_HOLDS)))

    assert granted.amount == 1
    assert len(told) == MAX_HOLDS
    assert store.pots[KEY].is_balanced()
    assert (store.pots[KEY].spent, store.pots[KEY].held) == (MAX_HOLDS, 1)


def test_expired_money_counts_as_spent_when_the_budget_is_judged() -> None:
    ledger, _, clock = a_ledger(limit=300)
    ledger.reserve(a_reservation(200, request_id=a_request_id(2)))
    clock.advance(600)

    with pytest.raises(BudgetExceeded):
        ledger.reserve(a_reservation(300, least=150))


def test_reservation_gives_up_busy_when_others_always_take_what_it_saw() -> None:
    store = SnatchingPotStore()
    ledger, _, _ = a_ledger(store, limit=500)

    with pytest.raises(BudgetBusy):
        ledger.reserve(a_reservation(1_000, least=1))

    assert store.snatched <= 16


def test_reservation_that_was_applied_is_found_again() -> None:
    ledger, store, _ = a_ledger()
    store.reserve(a_reservation(300), expires_ms=NOW_MS + 90_000, now_ms=NOW_MS)

    granted = ledger.reserve(a_reservation(300))

    assert granted == Granted(Micros(300), available_after=Micros(700))
    assert store.pots[KEY].held == 300


def test_own_hold_counts_even_when_the_token_has_changed_since() -> None:
    ledger, store, _ = a_ledger()
    store.reserve(a_reservation(300), expires_ms=NOW_MS + 90_000, now_ms=NOW_MS)
    store.rotate_token({}, KEY, OTHER_HASH)

    assert ledger.reserve(a_reservation(300)).amount == 300


def test_nothing_starts_when_the_ledger_is_down() -> None:
    store = FailingPotStore()
    ledger, _, _ = a_ledger(store)
    store.is_down = True

    with pytest.raises(LedgerUnavailable):
        ledger.reserve(a_reservation())


@dataclass
class ClockThatActs(ManualClock):
    """Somebody else acts while we sleep."""

    act: Callable[[], object] = field(default=lambda: None)

    def sleep(self, seconds: float) -> None:
        """Let the other one act."""
        super().sleep(seconds)
        self.act()


class SnatchingPotStore(MemoryPotStore):
    """Somebody else always takes one micro-dollar of what the caller is about to ask for."""

    snatched = 0

    def reserve(self, ask: Reservation, *, expires_ms: int, now_ms: int) -> tuple[bool, Pot | None]:
        """Refuse, a little poorer every time."""
        self.snatched += 1
        pot = self.pots[ask.pot]
        left = self._change(ask.pot, spent=pot.spent + 1, available=pot.available - 1).available
        beyond = replace(ask, amount=Micros(left + 1))
        return super().reserve(beyond, expires_ms=expires_ms, now_ms=now_ms)
