"""Pots are opened, read, edited, suspended, reaped and given back on an admin's word."""

from collections.abc import Iterator

import pytest

from ironcage.budgets import LedgerService, Pot, PotKey, PotState, Presumed
from ironcage.core import AgentId, Micros
from ironcage.core.errors import Conflict, LedgerUnavailable, LimitMoved, NotFound
from support.builders_budgets import KEY, REQUEST, TOKEN_HASH, a_reservation, a_settlement
from support.fakes_ledger import FailingPotStore, ManualClock, MemoryPotStore, a_ledger

STRANGER = PotKey(KEY.tenant_id, AgentId("agent_other"))


def test_pot_is_opened_once() -> None:
    ledger, _, _ = a_ledger()

    with pytest.raises(Conflict):
        ledger.open_pot(KEY, limit=Micros(5), token_hash=TOKEN_HASH)


def test_pot_is_read_or_not_found() -> None:
    ledger, _, _ = a_ledger(limit=1_000)

    assert ledger.read(KEY).limit == 1_000
    with pytest.raises(NotFound):
        ledger.read(STRANGER)


def test_limit_is_edited_while_money_is_held() -> None:
    ledger, store, _ = a_ledger(limit=1_000)
    ledger.reserve(a_reservation(300))

    ledger.edit_limit(KEY, old=Micros(1_000), new=Micros(200), actor="user_ann")

    assert store.pots[KEY].available == -100
    assert store.pots[KEY].is_balanced()
    assert store.history[0]["actor"] == "user_ann"


def test_limit_edit_is_refused_when_somebody_moved_it() -> None:
    ledger, store, _ = a_ledger(limit=1_000)

    with pytest.raises(LimitMoved) as refusal:
        ledger.edit_limit(KEY, old=Micros(999), new=Micros(2_000), actor="user_ann")

    assert refusal.value.details == {"limit_micros": 1_000}
    assert store.history == []


def test_limit_edit_is_refused_for_an_unknown_agent() -> None:
    ledger, _, _ = a_ledger()

    with pytest.raises(NotFound):
        ledger.edit_limit(STRANGER, old=Micros(1), new=Micros(2), actor="user_ann")


def test_state_is_refused_for_an_unknown_agent() -> None:
    ledger, _, _ = a_ledger()

    with pytest.raises(NotFound):
        ledger.set_state(STRANGER, PotState.CLOSED)


def test_requests_in_flight_settle_in_a_suspended_pot() -> None:
    ledger, store, _ = a_ledger()
    ledger.reserve(a_reservation(300))
    ledger.set_state(KEY, PotState.SUSPENDED)

    ledger.settle(a_settlement(300, 50))

    assert (store.pots[KEY].spent, store.pots[KEY].held) == (50, 0)


def test_reaper_presumes_overdue_holds_and_takes_the_pot_off_its_list() -> None:
    told: list[Presumed] = []
    store, clock = MemoryPotStore(), ManualClock()
    ledger = LedgerService(store, clock, on_presumed=told.append)
    ledger.open_pot(KEY, limit=Micros(1_000), token_hash=TOKEN_HASH)
    ledger.reserve(a_reservation(300))
    clock.advance(600)

    found = ledger.reap()

    assert found == told == [Presumed(KEY, REQUEST, Micros(300))]
    assert list(store.dirty_pots()) == []
    assert store.pots[KEY].is_balanced()


def test_reaper_reaps_the_others_before_it_says_that_one_pot_did_not_answer() -> None:
    store, clock = FailingPotStore(), ManualClock()
    ledger = LedgerService(store, clock)
    keys = [PotKey(KEY.tenant_id, AgentId(f"agent_{name}")) for name in ("busy", "quiet")]
    for key in keys:
        ledger.open_pot(key, limit=Micros(1_000), token_hash=TOKEN_HASH)
        ledger.reserve(a_reservation(300, pot=key))
    clock.advance(600)
    store.answers_to_lose = 1

    with pytest.raises(LedgerUnavailable):
        ledger.reap()

    assert [store.pots[key].held for key in keys] == [0, 0]
    assert list(store.dirty_pots()) == keys[:1]
    assert ledger.reap() == []
    assert list(store.dirty_pots()) == []


def test_reaper_leaves_holds_that_are_not_overdue() -> None:
    ledger, store, clock = a_ledger()
    ledger.reserve(a_reservation(300))
    clock.advance(94)

    found = ledger.reap()

    assert found == []
    assert list(store.dirty_pots()) == [KEY]


def test_reaper_takes_settled_pots_off_its_list() -> None:
    ledger, store, _ = a_ledger()
    ledger.reserve(a_reservation(300))
    ledger.settle(a_settlement(300, 10))

    assert ledger.reap() == []
    assert list(store.dirty_pots()) == []


def test_reaper_passes_a_pot_that_is_gone_or_was_cleared_since_it_was_listed() -> None:
    store = StaleListPotStore()
    ledger, _, _ = a_ledger(store)

    assert ledger.reap() == []


def test_reaper_that_comes_too_late_finds_nothing() -> None:
    store = StaleReadPotStore()
    ledger, _, clock = a_ledger(store)
    ledger.reserve(a_reservation(300))
    store.seen = store.pots[KEY]
    ledger.settle(a_settlement(300, 10))
    clock.advance(600)

    assert ledger.reap() == []
    assert store.pots[KEY].spent == 10


def test_released_spend_is_given_back_once_and_kept_in_history() -> None:
    ledger, store, clock = a_ledger(limit=1_000)
    ledger.reserve(a_reservation(300))
    clock.advance(600)
    ledger.reap()

    released = ledger.release(KEY, REQUEST, actor="user_ann")

    assert released.amount == 300
    assert store.pots[KEY].available == 1_000
    assert store.history[0] == {
        "action": "usage_released",
        "actor": "user_ann",
        "at_ms": clock.now_ms(),
    }
    with pytest.raises(NotFound):
        ledger.release(KEY, REQUEST, actor="user_ann")


class StaleListPotStore(MemoryPotStore):
    """The list of dirty pots lags behind, as an index does."""

    def dirty_pots(self) -> Iterator[PotKey]:
        """List a pot that is gone, and one that is clean."""
        yield from (STRANGER, KEY)


class StaleReadPotStore(MemoryPotStore):
    """Shows a pot as it was just before somebody settled."""

    seen: Pot | None = None

    def read(self, key: PotKey) -> Pot | None:
        """Show the pot as it was."""
        return self.seen or super().read(key)
