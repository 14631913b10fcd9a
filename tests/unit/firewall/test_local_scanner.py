"""The fake of the firewall functions keeps the contract of its port."""

import pytest

from ironcage.firewall import InjectionDetector
from support.contract_remote_scanner import CONTRACT, Rule
from support.fakes_scanner import LocalScanner, NameDetector


@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: rule.__name__)
def test_fake_scanner_keeps_the_contract(rule: Rule) -> None:
    rule(LocalScanner((InjectionDetector(), NameDetector())))
