"""Keywords are found alike by a plain search and in one pass."""

import pytest

from ironcage.firewall import pii_detector, secrets_detector
from ironcage.firewall.detectors.keywords import KeywordIndex
from ironcage.firewall.detectors.rules import Rule

RULES = secrets_detector().rules
ALL = KeywordIndex(RULES)


def plainly(rules: tuple[Rule, ...], text: str) -> list[Rule]:
    return [rule for rule in rules if any(keyword in text for keyword in rule.keywords)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the quick brown fox",
        "sk-ant-api03-x ghp_x xoxb-x",
        "sk-sk-ghp_ghp_" * 300,
        "é\ud800\0 漢 ghp_ \U0001f600 akia",
        "monkey tokens: secretly",
        "".join(keyword for rule in RULES for keyword in rule.keywords),
    ],
    ids=["empty", "prose", "some", "many", "other_characters", "in_words", "all"],
)
def test_one_pass_equals_a_plain_search(text: str) -> None:
    assert ALL.rules_in(text) == plainly(RULES, text)


def test_small_pack_is_searched_plainly() -> None:
    rules = pii_detector().rules

    assert KeywordIndex(rules[:2]).rules_in("a@b") == plainly(rules[:2], "a@b")
    assert KeywordIndex(rules[:2]).rules_in("nothing") == []
