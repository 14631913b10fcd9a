"""The runtime table keeps the contract of `BreakerStore`, on an emulated DynamoDB."""

from collections.abc import Iterator

import pytest

from ironcage.adapters.dynamodb.breakers import DynamoBreakerStore
from ironcage.adapters.dynamodb.table import Table
from ironcage.core.errors import StoreUnavailable
from ironcage.gateway import CLOSED
from support.aws_identity import a_dead_client
from support.aws_ledger import make_table
from support.aws_mocked import a_client, emulated_aws
from support.builders_budgets import KEY
from support.contract_breaker_store import CONTRACT, OPEN, PROBED, Rule
from support.fakes_breakers import a_deployment


@pytest.fixture
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with emulated_aws(monkeypatch):
        make_table(a_client("dynamodb"), "runtime")
        yield


def a_table() -> Table:
    return Table(a_client("dynamodb"), "runtime")


@pytest.mark.usefixtures("_aws")
@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: rule.__name__)
def test_runtime_table_keeps_the_contract(rule: Rule) -> None:
    rule(DynamoBreakerStore(a_table()))


@pytest.mark.usefixtures("_aws")
def test_item_is_forgotten_an_hour_after_its_last_moment() -> None:
    store = DynamoBreakerStore(a_table())
    store.swap(a_deployment(), old=CLOSED, new=OPEN)
    store.swap(a_deployment(), old=OPEN, new=PROBED)
    store.swap(a_deployment(), old=PROBED, new=CLOSED)

    item = a_table().get(KEY.tenant_id, "BREAKER#ip_one_001#gpt-4o-mini")

    assert item is not None
    assert item["trips"] == 0
    assert item["ttl"] == OPEN.until_ms // 1000 + 3_600


def test_table_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    store = DynamoBreakerStore(Table(a_dead_client("dynamodb"), "runtime"))

    with pytest.raises(StoreUnavailable):
        store.read(KEY.tenant_id)
    with pytest.raises(StoreUnavailable):
        store.swap(a_deployment(), old=CLOSED, new=OPEN)
