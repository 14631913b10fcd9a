"""What the ledger says afterwards, whatever dies or is lost: one test a row of the crash table."""

import pytest

from ironcage.budgets import Pot, PotKey, Presumed, Settled, Settlement
from ironcage.core import Micros, RequestId
from ironcage.core.errors import BudgetExceeded, LedgerUnavailable
from support.builders_budgets import (
    KEY,
    NOW_MS,
    REQUEST,
    a_record,
    a_request_id,
    a_reservation,
    a_settlement,
)
from support.fakes_ledger import (
    Died,
    FailingPotStore,
    MemoryPotStore,
    MemoryUsageLog,
    a_ledger,
    a_recorder,
)


def test_reserve_whose_answer_was_lost_finds_its_own_hold_when_retried() -> None:
    ledger, store, _ = a_ledger()
    store.reserve(a_reservation(300), expires_ms=NOW_MS + 90_000, now_ms=NOW_MS)

    granted = ledger.reserve(a_reservation(300))

    assert granted.amount == 300
    assert store.pots[KEY].held == 300


def test_reserve_whose_answer_was_lost_is_given_back_when_given_up() -> None:
    store = FailingPotStore()
    ledger, _, _ = a_ledger(store)
    store.answers_to_lose = 1

    with pytest.raises(LedgerUnavailable):
        ledger.reserve(a_reservation(300))

    assert (store.pots[KEY].held, store.pots[KEY].available) == (0, 1_000)


def test_reserve_is_presumed_when_the_giving_back_is_lost_too() -> None:
    store = FailingToSettlePotStore()
    ledger, _, clock = a_ledger(store)
    store.answers_to_lose = 1
    with pytest.raises(LedgerUnavailable):
        ledger.reserve(a_reservation(300))
    clock.advance(600)

    ledger.reap()

    assert (store.pots[KEY].spent, store.pots[KEY].held) == (300, 0)


def test_killed_before_publish_is_presumed_at_the_bound_of_that_one_request() -> None:
    store = FailingPotStore()
    ledger, _, clock = a_ledger(store)
    store.dies_after = 1
    with pytest.raises(Died):
        ledger.reserve(a_reservation(300))
    clock.advance(600)

    presumed = ledger.reap()

    assert [p.amount for p in presumed] == [300]
    assert presumed[0].to_event(NOW_MS)["amount_micros"] == 300
    assert (store.pots[KEY].spent, store.pots[KEY].available) == (300, 700)


def test_killed_between_publish_and_settle_is_settled_by_the_recorder() -> None:
    ledger, store, _ = a_ledger()
    ledger.reserve(a_reservation(300))

    recorded = a_recorder(ledger).open_batch().record(a_record(300, 120))

    assert recorded is not None
    assert recorded.settled is Settled.EXACT
    assert (store.pots[KEY].spent, store.pots[KEY].held) == (120, 0)


def test_record_that_comes_twice_is_charged_once() -> None:
    ledger, store, _ = a_ledger()
    log = MemoryUsageLog()
    ledger.reserve(a_reservation(300))
    recorder = a_recorder(ledger, log)

    found = [recorder.open_batch().record(a_record(300, 120)) for _ in range(3)]

    assert [r and (r.settled, r.is_new) for r in found] == [
        (Settled.EXACT, True),
        (Settled.DUPLICATE, False),
        (Settled.DUPLICATE, False),
    ]
    assert store.pots[KEY].spent == 120


def test_record_that_comes_twice_in_one_batch_is_charged_once() -> None:
    ledger, store, _ = a_ledger()
    ledger.reserve(a_reservation(300))
    batch = a_recorder(ledger).open_batch()

    batch.record(a_record(300, 120))
    batch.record(a_record(300, 120))

    assert store.pots[KEY].spent == 120


def test_records_in_another_order_give_the_same_ledger() -> None:
    ledger, store, _ = a_ledger()
    ids = [a_request_id(number) for number in range(4)]
    for request_id in ids:
        ledger.reserve(a_reservation(100, request_id=request_id))
    batch = a_recorder(ledger).open_batch()

    for cost, request_id in enumerate(reversed(ids)):
        batch.record(a_record(100, cost, request_id=request_id))

    assert (store.pots[KEY].spent, store.pots[KEY].held) == (0 + 1 + 2 + 3, 0)


def test_record_after_its_hold_expired_corrects_what_was_presumed() -> None:
    ledger, store, clock = a_ledger()
    ledger.reserve(a_reservation(300))
    clock.advance(600)
    ledger.reap()

    recorded = a_recorder(ledger).open_batch().record(a_record(300, 120))

    assert recorded is not None
    assert recorded.settled is Settled.CORRECTED
    assert (store.pots[KEY].spent, store.pots[KEY].available) == (120, 880)
    assert store.rows == {}


def test_recorder_killed_in_mid_batch_is_exact_when_the_batch_comes_again() -> None:
    store = FailingPotStore()
    ledger, _, _ = a_ledger(store)
    ids = [a_request_id(number) for number in range(3)]
    for request_id in ids:
        ledger.reserve(a_reservation(100, request_id=request_id))
    records = [a_record(100, 40, request_id=request_id) for request_id in ids]
    store.dies_after = 2
    with pytest.raises(Died):
        _ = [a_recorder(ledger).open_batch().record(record) for record in records]

    again = a_recorder(ledger).open_batch()
    for record in records:
        again.record(record)

    assert (store.pots[KEY].spent, store.pots[KEY].held) == (120, 0)


def test_reaper_that_races_the_gateway_loses_to_the_settlement() -> None:
    ledger, store, clock = a_ledger()
    ledger.reserve(a_reservation(300))
    hold = store.pots[KEY].holds[REQUEST]
    clock.advance(600)
    ledger.settle(a_settlement(300, 120))

    expired = store.expire(KEY, REQUEST, hold, now_ms=clock.now_ms())

    assert not expired
    assert (store.pots[KEY].spent, store.rows) == (120, {})


def test_gateway_that_races_the_reaper_corrects_once() -> None:
    ledger, store, clock = a_ledger()
    ledger.reserve(a_reservation(300))
    batch = ledger.open_batch()
    batch.settle(a_settlement(300, 120, request_id=a_request_id(9)))
    clock.advance(600)
    ledger.reap()

    by_recorder = batch.settle(a_settlement(300, 120))
    by_gateway = ledger.settle(a_settlement(300, 120))

    assert (by_recorder, by_gateway) == (Settled.CORRECTED, Settled.DUPLICATE)
    assert (store.pots[KEY].spent, store.pots[KEY].held) == (120, 0)


def test_correction_that_somebody_made_first_counts_once() -> None:
    ledger, store, _ = a_ledger(LatePresumedStore())

    settled = ledger.settle(a_settlement(300, 120))

    assert settled is Settled.DUPLICATE
    assert store.pots[KEY].spent == 0


def test_environment_that_was_frozen_reads_the_clock_anew() -> None:
    ledger, store, clock = a_ledger()
    ledger.reserve(a_reservation(100))
    ledger.settle(a_settlement(100, 10))
    clock.advance(600)

    ledger.reserve(
        a_reservation(100, request_id=a_request_id(2), deadline_ms=clock.now_ms() + 30_000)
    )

    assert ledger.reap() == []
    assert store.pots[KEY].held == 100


def test_reaper_clock_that_is_wrong_by_less_than_a_minute_changes_nothing() -> None:
    ledger, store, clock = a_ledger()
    ledger.reserve(a_reservation(300, deadline_ms=NOW_MS + 30_000))
    clock.advance(30 + 59)

    assert ledger.reap() == []
    assert store.pots[KEY].held == 300


def test_reaper_clock_that_is_wrong_by_more_turns_the_settlement_into_a_correction() -> None:
    ledger, store, clock = a_ledger()
    ledger.reserve(a_reservation(300, deadline_ms=NOW_MS + 30_000))
    clock.advance(30 + 66)
    ledger.reap()

    settled = ledger.settle(a_settlement(300, 120))

    assert settled is Settled.CORRECTED
    assert (store.pots[KEY].spent, store.pots[KEY].available) == (120, 880)


def test_no_record_ever_arriving_costs_at_most_what_was_held() -> None:
    ledger, store, clock = a_ledger(limit=500)
    ledger.reserve(a_reservation(300))
    clock.advance(600)

    with pytest.raises(BudgetExceeded):
        ledger.reserve(a_reservation(300, request_id=a_request_id(2)))

    assert (store.pots[KEY].spent, store.pots[KEY].available) == (300, 200)


def test_call_never_starts_when_the_ledger_is_down() -> None:
    store = FailingPotStore()
    ledger, _, _ = a_ledger(store)
    store.is_down = True

    with pytest.raises(LedgerUnavailable):
        ledger.reserve(a_reservation(300))

    assert store.pots[KEY].held == 0


def test_settlement_that_the_gateway_cannot_write_is_left_to_the_recorder() -> None:
    store = FailingPotStore()
    ledger, _, _ = a_ledger(store)
    ledger.reserve(a_reservation(300))
    store.is_down = True
    with pytest.raises(LedgerUnavailable):
        ledger.settle(a_settlement(300, 120))
    store.is_down = False

    a_recorder(ledger).open_batch().record(a_record(300, 120))

    assert (store.pots[KEY].spent, store.pots[KEY].held) == (120, 0)


class FailingToSettlePotStore(FailingPotStore):
    """A store that never gets a settlement."""

    def settle(self, settlement: Settlement) -> tuple[bool, Pot | None]:
        """Do not answer."""
        raise LedgerUnavailable(request_id=settlement.request_id)


class LatePresumedStore(MemoryPotStore):
    """Shows presumed spend that somebody corrects before the caller does."""

    def presumed(self, key: PotKey, request_id: RequestId) -> Presumed | None:
        """Show what was there a moment ago."""
        return Presumed(key, request_id, Micros(300))
