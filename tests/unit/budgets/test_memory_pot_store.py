"""The fake ledger keeps the same contract as the table."""

import pytest

from support.contract_pot_store import CONTRACT, Rule
from support.fakes_ledger import MemoryPotStore


@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: rule.__name__)
def test_fake_ledger_keeps_the_contract(rule: Rule) -> None:
    rule(MemoryPotStore())
