"""The circuits on a DynamoDB that races for real: many environments, one writer at a time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ironcage.adapters.clients import open_client
from ironcage.adapters.dynamodb.breakers import DynamoBreakerStore
from ironcage.adapters.dynamodb.table import Table
from ironcage.core import new_id
from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway import Breakers
from ironcage.gateway.breakers import OPENED, Turn
from ironcage.gateway.routing import Sign
from support.aws_ledger import make_table
from support.contract_breaker_store import CONTRACT, Rule
from support.fakes_breakers import a_deployment
from support.fakes_ledger import ManualClock
from support.ministack import MiniStack, start_ministack

ENVIRONMENTS = 32
D = a_deployment()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniStack]:
    stack = start_ministack(tmp_path_factory.mktemp("ministack"))
    yield stack
    stack.stop()


@pytest.fixture
def store(cloud: MiniStack, monkeypatch: pytest.MonkeyPatch) -> DynamoBreakerStore:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    # Time-outs that fit many callers on two cores; the port makes this client one of this cloud.
    seconds = 20.0 + cloud.port / 1e6
    client = open_client("dynamodb", "us-east-1", read_seconds=seconds, pool=ENVIRONMENTS)
    name = f"runtime-{new_id('run')[-8:]}"
    make_table(client, name)
    return DynamoBreakerStore(Table(client, name))


def take(breakers: Breakers, facts: list[str]) -> Turn | None:
    """Take a turn, or None when the circuit is open."""
    try:
        return breakers.take_turn(D, seconds=20, facts=facts)
    except ProviderUnavailable:
        return None


@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: rule.__name__)
def test_runtime_table_keeps_the_contract(rule: Rule, store: DynamoBreakerStore) -> None:
    rule(store)


def test_environments_that_open_and_probe_at_once_do_it_once(store: DynamoBreakerStore) -> None:
    clock, facts = ManualClock(), list[str]()
    environments = [Breakers(store, clock) for _ in range(ENVIRONMENTS)]

    def fail(breakers: Breakers) -> None:
        for _ in range(5):
            turn = take(breakers, facts)
            if turn is not None:
                breakers.report(turn, Sign.ILL)

    with ThreadPoolExecutor(ENVIRONMENTS) as pool:
        list(pool.map(fail, environments))
        opened = dict(store.read(D.tenant_id))
        clock.advance(30)
        turns = list(pool.map(lambda b: take(b, facts), environments))

    assert facts == [OPENED]
    assert [circuit.trips for circuit in opened.values()] == [1]
    assert [turn.is_probe for turn in turns if turn] == [True]
