"""A thousand environments die after a write, and no money stays held or lost."""

from contextlib import suppress

from support.builders_budgets import KEY, a_record, a_request_id, a_reservation, a_settlement
from support.fakes_ledger import Died, FailingPotStore, a_ledger, a_recorder


def test_nothing_stays_held_after_a_thousand_crashes() -> None:
    store = FailingPotStore()
    ledger, _, clock = a_ledger(store, limit=100_000)
    started = 0
    for number in range(1_000):
        before = gone(store)
        store.dies_after = 1 + number % 2
        ask = a_reservation(10, request_id=a_request_id(number), deadline_ms=clock.now_ms())
        with suppress(Died):
            ledger.reserve(ask)
            ledger.settle(a_settlement(10, 3, request_id=ask.request_id))
        started += gone(store) != before
        store.dies_after = None
        clock.advance(60)
        ledger.reap()
    clock.advance(600)

    ledger.reap()

    presumed = list(store.rows.values())
    assert started == 1_000
    assert store.pots[KEY].held == 0
    assert store.pots[KEY].spent == 10 * len(presumed) + 3 * (started - len(presumed))
    batch = a_recorder(ledger).open_batch()
    for row in presumed:
        batch.record(a_record(10, 3, request_id=row.request_id))
    assert store.rows == {}
    assert store.pots[KEY].spent == 3 * started
    assert store.pots[KEY].is_balanced()


def gone(store: FailingPotStore) -> int:
    """Tell what is spent or held: an expiry leaves it, a reservation and a settlement do not."""
    return store.pots[KEY].spent + store.pots[KEY].held
