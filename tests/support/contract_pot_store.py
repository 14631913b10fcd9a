"""What every `PotStore` must do: run on the fake, on moto and on MiniStack."""

from collections.abc import Callable
from typing import Protocol

from ironcage.budgets import MAX_HOLDS, PotKey, PotState, PotStore, Presumed, TokenSwitch
from ironcage.core import AgentId, Micros
from support.builders_budgets import (
    DOLLAR,
    KEY,
    NOW_MS,
    OTHER_HASH,
    REQUEST,
    TOKEN_HASH,
    a_hold,
    a_request_id,
    a_reservation,
    a_settlement,
)
from support.pots_at_hand import EXPIRES_MS, LATER_MS, expired, held, mark_of, opened


class LedgerStore(PotStore, TokenSwitch, Protocol):
    """The two ports of the ledger table together."""


Rule = Callable[[LedgerStore], None]

CONTRACT: list[Rule] = []


def rule(check: Rule) -> Rule:
    """Add a rule to the contract; its name says what it proves."""
    CONTRACT.append(check)
    return check


@rule
def create_opens_a_pot_once(store: LedgerStore) -> None:
    first = store.create(KEY, limit=DOLLAR, token_hash=TOKEN_HASH)
    second = store.create(KEY, limit=Micros(5), token_hash=OTHER_HASH)

    pot = store.read(KEY)
    assert (first, second) == (True, False)
    assert pot is not None
    assert pot.is_balanced()
    assert (pot.limit, pot.available, pot.token_hash) == (DOLLAR, DOLLAR, TOKEN_HASH)


@rule
def read_finds_nothing_where_there_is_no_pot(store: LedgerStore) -> None:
    assert store.read(KEY) is None


@rule
def reserve_moves_money_from_available_to_held(store: LedgerStore) -> None:
    opened(store)

    done, pot = store.reserve(a_reservation(300), expires_ms=EXPIRES_MS, now_ms=NOW_MS)

    assert done
    assert pot is not None
    assert pot.is_balanced()
    assert (pot.available, pot.held) == (700, 300)
    assert pot.holds == {REQUEST: a_hold(300, expires_ms=EXPIRES_MS)}
    assert list(store.dirty_pots()) == [KEY]


@rule
def reserve_answers_the_old_pot_when_its_condition_fails(store: LedgerStore) -> None:
    opened(store, limit=50)

    done, pot = store.reserve(a_reservation(51), expires_ms=EXPIRES_MS, now_ms=NOW_MS)

    assert not done
    assert pot is not None
    assert (pot.available, pot.held) == (50, 0)


@rule
def reserve_answers_nothing_when_there_is_no_pot(store: LedgerStore) -> None:
    assert store.reserve(a_reservation(), expires_ms=EXPIRES_MS, now_ms=NOW_MS) == (False, None)


@rule
def reserve_is_refused_to_another_token(store: LedgerStore) -> None:
    opened(store)
    ask = a_reservation(token_hash=OTHER_HASH)

    assert not store.reserve(ask, expires_ms=EXPIRES_MS, now_ms=NOW_MS)[0]


@rule
def reserve_is_refused_when_the_pot_is_suspended(store: LedgerStore) -> None:
    opened(store)

    suspended = store.set_state(KEY, PotState.SUSPENDED)

    assert suspended
    assert not store.reserve(a_reservation(), expires_ms=EXPIRES_MS, now_ms=NOW_MS)[0]


@rule
def reserve_holds_a_request_once(store: LedgerStore) -> None:
    held(store)

    done, pot = store.reserve(a_reservation(), expires_ms=EXPIRES_MS, now_ms=NOW_MS)

    assert not done
    assert pot is not None
    assert pot.held == 100


@rule
def reserve_stops_at_the_most_holds(store: LedgerStore) -> None:
    opened(store, limit=1_000)
    asks = [a_reservation(1, request_id=a_request_id(i)) for i in range(MAX_HOLDS + 1)]

    done = [store.reserve(ask, expires_ms=EXPIRES_MS, now_ms=NOW_MS)[0] for ask in asks]

    assert done == [True] * MAX_HOLDS + [False]


@rule
def settle_turns_the_hold_into_the_cost(store: LedgerStore) -> None:
    held(store)

    done, pot = store.settle(a_settlement(held=100, cost=40))

    assert done
    assert pot is not None
    assert pot.is_balanced()
    assert (pot.spent, pot.held, pot.available) == (40, 0, 960)


@rule
def settle_takes_a_cost_above_the_hold_in_full(store: LedgerStore) -> None:
    held(store, limit=100)

    done, pot = store.settle(a_settlement(held=100, cost=130))

    assert done
    assert pot is not None
    assert pot.is_balanced()
    assert pot.available == -30


@rule
def settle_happens_once(store: LedgerStore) -> None:
    held(store)
    store.settle(a_settlement())

    done, pot = store.settle(a_settlement())

    assert not done
    assert pot is not None
    assert pot.spent == 40


@rule
def settle_is_refused_for_another_amount_or_pot(store: LedgerStore) -> None:
    held(store)
    elsewhere = PotKey(KEY.tenant_id, AgentId("agent_other"))

    other_amount, pot = store.settle(a_settlement(held=99))

    assert not other_amount
    assert pot is not None
    assert pot.held == 100
    assert store.settle(a_settlement(pot=elsewhere)) == (False, None)


@rule
def expire_counts_an_overdue_hold_as_spent(store: LedgerStore) -> None:
    held(store)

    done = store.expire(KEY, REQUEST, a_hold(100), now_ms=LATER_MS)

    pot = store.read(KEY)
    assert done
    assert pot is not None
    assert pot.is_balanced()
    assert (pot.spent, pot.held) == (100, 0)
    assert store.presumed(KEY, REQUEST) == Presumed(KEY, REQUEST, Micros(100))


@rule
def expire_happens_once(store: LedgerStore) -> None:
    expired(store)

    assert not store.expire(KEY, REQUEST, a_hold(100), now_ms=LATER_MS)


@rule
def expire_is_refused_before_its_time_or_for_another_amount(store: LedgerStore) -> None:
    held(store)

    early = store.expire(KEY, REQUEST, a_hold(100), now_ms=EXPIRES_MS)
    other = store.expire(KEY, REQUEST, a_hold(99), now_ms=LATER_MS)

    assert (early, other) == (False, False)
    assert store.presumed(KEY, REQUEST) is None


@rule
def correct_replaces_presumed_spend_once(store: LedgerStore) -> None:
    presumed = expired(store)

    first = store.correct(presumed, Micros(30))
    second = store.correct(presumed, Micros(30))

    pot = store.read(KEY)
    assert (first, second) == (True, False)
    assert pot is not None
    assert pot.is_balanced()
    assert (pot.spent, pot.available) == (30, 970)
    assert store.presumed(KEY, REQUEST) is None


@rule
def release_gives_presumed_spend_back_once(store: LedgerStore) -> None:
    presumed = expired(store)

    first = store.release(presumed, now_ms=LATER_MS, actor="user_ann")
    second = store.release(presumed, now_ms=LATER_MS, actor="user_ann")

    pot = store.read(KEY)
    assert (first, second) == (True, False)
    assert pot is not None
    assert pot.is_balanced()
    assert (pot.spent, pot.available) == (0, 1_000)


@rule
def edit_changes_the_limit_that_the_editor_saw(store: LedgerStore) -> None:
    held(store)

    moved = store.edit_limit(KEY, old=Micros(1), new=Micros(9), now_ms=NOW_MS, actor="user_a")
    done = store.edit_limit(KEY, old=Micros(1_000), new=Micros(400), now_ms=NOW_MS, actor="user_a")

    pot = store.read(KEY)
    assert (moved, done) == (False, True)
    assert pot is not None
    assert pot.is_balanced()
    assert (pot.limit, pot.available) == (400, 300)


@rule
def state_is_not_set_where_there_is_no_pot(store: LedgerStore) -> None:
    assert not store.set_state(KEY, PotState.CLOSED)


@rule
def pot_leaves_the_dirty_list_only_without_holds(store: LedgerStore) -> None:
    held(store)
    dirty = mark_of(store)

    with_hold = store.clear_dirty(KEY, dirty)
    store.settle(a_settlement())
    with_old_mark = store.clear_dirty(KEY, "2020-01-01T00:00")
    without_hold = store.clear_dirty(KEY, dirty)

    assert (with_hold, with_old_mark, without_hold) == (False, False, True)
    assert list(store.dirty_pots()) == []


@rule
def rotation_stops_the_old_token_and_lets_the_new_one_spend(store: LedgerStore) -> None:
    held(store)

    done = store.rotate_token({"token_hash": OTHER_HASH}, KEY, OTHER_HASH)

    old = a_reservation(1, request_id=a_request_id(2))
    new = a_reservation(1, request_id=a_request_id(3), token_hash=OTHER_HASH)
    assert done
    assert not store.reserve(old, expires_ms=EXPIRES_MS, now_ms=NOW_MS)[0]
    assert store.reserve(new, expires_ms=EXPIRES_MS, now_ms=NOW_MS)[0]
    assert store.settle(a_settlement())[0]


@rule
def rotation_changes_nothing_where_there_is_no_pot(store: LedgerStore) -> None:
    assert not store.rotate_token({"token_hash": OTHER_HASH}, KEY, OTHER_HASH)
