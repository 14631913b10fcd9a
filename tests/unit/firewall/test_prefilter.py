"""The prefilter leaves out only rules that cannot see anything, and none when it cannot tell."""

import pytest

from ironcage.firewall import Reading, pii_detector
from ironcage.firewall.detectors.prefilter import Prefilter
from ironcage.firewall.detectors.rules import Rule

RULES = pii_detector().rules
TEXT = "the ssn of order 20240101-0042"


def narrowed(prefilter: Prefilter, text: str, start: int = 0) -> list[str]:
    return [rule.id for rule in prefilter.narrowed(RULES, Reading(text, text, start))]


def test_rule_needs_its_trigger_and_its_context() -> None:
    kept = narrowed(Prefilter(RULES), TEXT)

    assert "us_ssn_in_context" in kept
    assert "br_cpf" not in kept
    assert "nl_bsn" not in kept
    assert len(kept) < len(RULES) / 2


def test_context_may_lie_before_what_is_new() -> None:
    start = TEXT.index("order")

    assert "us_ssn_in_context" in narrowed(Prefilter(RULES), TEXT, start)
    assert "us_ssn_in_context" not in narrowed(Prefilter(RULES), TEXT[start:])


def test_long_text_is_not_searched_for_triggers_beforehand() -> None:
    kept = narrowed(Prefilter(RULES), f"{TEXT} {'and so on ' * 10}")

    assert "us_ssn_in_context" in kept
    assert "br_cpf" in kept
    assert "nl_bsn" not in kept


def test_few_rules_are_not_worth_the_automaton() -> None:
    few = RULES[:3]

    assert Prefilter(few).narrowed(few, Reading("x", "x")) == list(few)


@pytest.mark.parametrize("text", [TEXT, "", "\ud800 漢 \x03\x02\x03"])
def test_every_rule_is_tried_when_memory_is_short(text: str) -> None:
    assert len(narrowed(Prefilter(RULES, memory_bytes=1_000), text)) == len(RULES)


def test_every_rule_is_tried_when_re2_cannot_read_one() -> None:
    rules = [*RULES, Rule("odd", "ODD", ("a",), "(?=a)a", ("a",))]

    kept = Prefilter(rules).narrowed(rules, Reading(TEXT, TEXT))

    assert "odd" in [rule.id for rule in kept]
    assert "us_ssn" in [rule.id for rule in kept]
