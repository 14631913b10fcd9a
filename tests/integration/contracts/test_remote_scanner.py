"""The adapter of the firewall functions keeps the contract of its port."""

from collections.abc import Iterator

import pytest

from ironcage.adapters.functions import FunctionScanner
from ironcage.core import SystemClock
from support.contract_remote_scanner import CONTRACT, Rule
from support.firewall_functions import INPUT, open_functions


@pytest.fixture
def _functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with open_functions(monkeypatch):
        yield


@pytest.mark.usefixtures("_functions")
@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: rule.__name__)
def test_function_scanner_keeps_the_contract(rule: Rule) -> None:
    rule(FunctionScanner(INPUT, SystemClock()))
