"""The ledger table keeps the contract of `PotStore`, on an emulated DynamoDB."""

from collections.abc import Iterator

import pytest

from support.aws_ledger import make_ledger
from support.aws_mocked import a_client, emulated_aws
from support.contract_pot_store import CONTRACT, Rule


@pytest.fixture
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with emulated_aws(monkeypatch):
        yield


@pytest.mark.usefixtures("_aws")
@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: rule.__name__)
def test_ledger_table_keeps_the_contract(rule: Rule) -> None:
    rule(make_ledger(a_client("dynamodb")))
