"""The fake store of circuits keeps the same contract as the table."""

import pytest

from support.contract_breaker_store import CONTRACT, Rule
from support.fakes_breakers import MemoryBreakerStore


@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: rule.__name__)
def test_fake_store_keeps_the_contract(rule: Rule) -> None:
    rule(MemoryBreakerStore())
