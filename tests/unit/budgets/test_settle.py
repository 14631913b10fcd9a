"""SETTLE and CORRECT: exact, once, and in full."""

import pytest

from ironcage.budgets import PotKey, Settled
from ironcage.core import AgentId
from ironcage.core.errors import HoldMismatch, NotFound
from support.builders_budgets import KEY, a_request_id, a_reservation, a_settlement
from support.fakes_ledger import a_ledger

IDS = [a_request_id(number) for number in range(3)]


def test_settlement_charges_the_true_cost_and_gives_the_rest_back() -> None:
    ledger, store, _ = a_ledger()
    ledger.reserve(a_reservation(300))

    settled = ledger.settle(a_settlement(300, 120))

    pot = store.pots[KEY]
    assert settled is Settled.EXACT
    assert (pot.spent, pot.held, pot.available) == (120, 0, 880)


def test_settlement_of_nothing_sent_gives_everything_back() -> None:
    ledger, store, _ = a_ledger()
    ledger.reserve(a_reservation(300))

    ledger.settle(a_settlement(300, 0))

    assert store.pots[KEY].available == 1_000


def test_settlement_above_the_hold_is_charged_in_full() -> None:
    ledger, store, _ = a_ledger(limit=300)
    ledger.reserve(a_reservation(300))

    ledger.settle(a_settlement(300, 310))

    assert store.pots[KEY].available == -10
    assert store.pots[KEY].is_balanced()


def test_settlement_happens_once() -> None:
    ledger, store, _ = a_ledger()
    ledger.reserve(a_reservation(300))
    ledger.settle(a_settlement(300, 120))

    settled = ledger.settle(a_settlement(300, 120))

    assert settled is Settled.DUPLICATE
    assert store.pots[KEY].spent == 120


def test_settlement_with_another_amount_than_the_hold_is_a_mismatch() -> None:
    ledger, store, _ = a_ledger()
    ledger.reserve(a_reservation(300))

    with pytest.raises(HoldMismatch) as refusal:
        ledger.settle(a_settlement(299, 120))

    assert refusal.value.details == {"held_micros": 300, "settled_micros": 299}
    assert store.pots[KEY].held == 300


def test_settlement_for_an_unknown_agent_is_refused() -> None:
    ledger, _, _ = a_ledger()

    with pytest.raises(NotFound):
        ledger.settle(a_settlement(pot=PotKey(KEY.tenant_id, AgentId("agent_other"))))


def test_settlement_corrects_what_was_presumed() -> None:
    ledger, store, clock = a_ledger()
    ledger.reserve(a_reservation(300))
    clock.advance(600)
    ledger.reap()

    settled = ledger.settle(a_settlement(300, 120))

    pot = store.pots[KEY]
    assert settled is Settled.CORRECTED
    assert (pot.spent, pot.held, pot.available) == (120, 0, 880)
    assert store.rows == {}


def test_batch_reads_a_pot_once_and_settles_only_what_is_held() -> None:
    ledger, store, clock = a_ledger()
    ledger.reserve(a_reservation(100, request_id=IDS[0]))
    clock.advance(600)
    ledger.reap()
    ledger.reserve(a_reservation(100, request_id=IDS[1], deadline_ms=clock.now_ms()))
    batch = ledger.open_batch()

    found = [batch.settle(a_settlement(100, 40, request_id=request_id)) for request_id in IDS]

    assert found == [Settled.CORRECTED, Settled.EXACT, Settled.DUPLICATE]
    assert store.pots[KEY].spent == 80
    assert store.pots[KEY].is_balanced()


def test_batch_refuses_an_unknown_agent() -> None:
    ledger, _, _ = a_ledger()

    with pytest.raises(NotFound):
        ledger.open_batch().settle(a_settlement(pot=PotKey(KEY.tenant_id, AgentId("agent_x"))))


@pytest.mark.parametrize(("held", "cost"), [(300, -1), (-1, 0)])
def test_settlement_of_a_negative_amount_cannot_be_made(held: int, cost: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        a_settlement(held, cost)
