"""The ledger on a DynamoDB that races for real: 64 callers on one dollar, and deaths on the way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest

from ironcage.adapters.clients import open_client
from ironcage.budgets import LedgerService, Pot, Reservation, Settled, Settlement
from ironcage.core import Clock, SystemClock, new_id
from ironcage.core.errors import AgentConcurrency, BudgetBusy, BudgetExceeded
from support.aws_ledger import DynamoLedger, make_ledger
from support.builders_budgets import (
    DOLLAR,
    KEY,
    TOKEN_HASH,
    a_request_id,
    a_reservation,
    a_settlement,
)
from support.contract_pot_store import CONTRACT, Rule
from support.fakes_ledger import ManualClock
from support.ministack import MiniStack, start_ministack

CALLERS = 64


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniStack]:
    stack = start_ministack(tmp_path_factory.mktemp("ministack"))
    yield stack
    stack.stop()


@pytest.fixture
def store(cloud: MiniStack, monkeypatch: pytest.MonkeyPatch) -> DynamoLedger:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    return make_ledger(client_of(cloud), f"-{new_id('run')[-8:]}")


def client_of(cloud: MiniStack) -> Any:
    """Open a client of this very cloud: time-outs that fit 64 callers on two cores."""
    return open_client("dynamodb", "us-east-1", read_seconds=20.0 + cloud.port / 1e6, pool=CALLERS)


@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: rule.__name__)
def test_ledger_table_keeps_the_contract(rule: Rule, store: DynamoLedger) -> None:
    rule(store)


def test_race_on_one_dollar_grants_exactly_one_dollar(store: DynamoLedger) -> None:
    store.create(KEY, limit=DOLLAR, token_hash=TOKEN_HASH)
    asks = [a_reservation(50_000, request_id=a_request_id(n)) for n in range(CALLERS)]
    now_ms = SystemClock().now_ms()

    with ThreadPoolExecutor(CALLERS) as pool:
        won = pool.map(lambda ask: reserve(store, ask, now_ms), asks)

    assert sum(won) == 20
    assert pot_of(store).is_balanced()
    assert (pot_of(store).available, pot_of(store).held) == (0, DOLLAR)


def test_race_of_whole_requests_never_overspends(store: DynamoLedger) -> None:
    ledger = a_ledger_of(store)

    with ThreadPoolExecutor(CALLERS) as pool:
        spent = list(pool.map(lambda n: one_request(ledger, n), range(4 * CALLERS)))

    pot = pot_of(store)
    assert pot.is_balanced()
    assert pot.held == 0
    assert pot.spent == sum(spent) <= DOLLAR
    assert pot.available >= 0


def test_nothing_stays_held_after_deaths_and_late_records_make_it_exact(
    store: DynamoLedger,
) -> None:
    clock = ManualClock()
    ledger = a_ledger_of(store, clock)
    with ThreadPoolExecutor(8) as pool:
        calls = list(pool.map(lambda number: die_somewhere(ledger, number), range(CALLERS)))
    clock.advance(600)

    with ThreadPoolExecutor(4) as pool:
        presumed = [p for found in pool.map(lambda _: ledger.reap(), range(4)) for p in found]
    after = pot_of(store)
    with ThreadPoolExecutor(8) as pool:
        late = list(pool.map(ledger.settle, calls * 2))

    pot = pot_of(store)
    assert after.is_balanced()
    assert after.held == 0
    assert late.count(Settled.CORRECTED) == len(presumed) > 0
    assert pot.is_balanced()
    assert pot.spent == sum(call.cost for call in calls)


def test_reapers_and_late_settlements_race_without_counting_twice(store: DynamoLedger) -> None:
    clock = ManualClock()
    ledger = a_ledger_of(store, clock)
    calls = [a_settlement(15_000, n, request_id=a_request_id(n)) for n in range(CALLERS)]
    for call in calls:
        ledger.reserve(a_reservation(15_000, request_id=call.request_id))
    clock.advance(600)

    with ThreadPoolExecutor(16) as pool:
        reapers = [pool.submit(ledger.reap) for _ in range(4)]
        settlements = [pool.submit(ledger.settle, call) for call in calls * 2]
    presumed = sum(len(reaper.result()) for reaper in reapers)
    found = [settlement.result() for settlement in settlements]

    assert pot_of(store).is_balanced()
    assert pot_of(store).held == 0
    assert pot_of(store).spent == sum(call.cost for call in calls)
    assert found.count(Settled.CORRECTED) == presumed
    assert found.count(Settled.DUPLICATE) == CALLERS


def a_ledger_of(store: DynamoLedger, clock: Clock | None = None) -> LedgerService:
    """Open a ledger with one dollar for the agent of the tests."""
    ledger = LedgerService(store, clock or SystemClock())
    ledger.open_pot(KEY, limit=DOLLAR, token_hash=TOKEN_HASH)
    return ledger


def pot_of(store: DynamoLedger) -> Pot:
    pot = store.read(KEY)
    assert pot is not None
    return pot


def reserve(store: DynamoLedger, ask: Reservation, now_ms: int) -> bool:
    """Reserve by the one write alone."""
    return store.reserve(ask, expires_ms=now_ms + 60_000, now_ms=now_ms)[0]


def one_request(ledger: LedgerService, number: int) -> int:
    """Reserve, spend some of it and settle; 0 when the ledger refuses."""
    share = Random(number).randrange(20_000)  # noqa: S311 - a test's dice
    deadline_ms = SystemClock().now_ms() + 30_000
    ask = a_reservation(
        20_000, least=5_000, request_id=a_request_id(number), deadline_ms=deadline_ms
    )
    try:
        granted = ledger.reserve(ask)
    except (BudgetBusy, BudgetExceeded, AgentConcurrency):
        return 0
    cost = min(share, granted.amount)
    ledger.settle(a_settlement(granted.amount, cost, request_id=ask.request_id))
    return cost


def die_somewhere(ledger: LedgerService, number: int) -> Settlement:
    """Hold, and die before the settlement in two of three cases; the record comes later."""
    held = 15_000
    ledger.reserve(a_reservation(held, request_id=a_request_id(number)))
    call = a_settlement(held, number * 7, request_id=a_request_id(number))
    if number % 3 == 0:
        ledger.settle(call)
    return call
