"""A text is asked about beside each of its tasks: one without an answer leaves it without any."""

import pytest

from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import Action, Errand, Origin, Policy, Question
from support.fakes_scanner import NAME, LocalScanner, NameDetector, a_firewall

POLICY = Policy("v1", ("ner",), otherwise=Action.REDACT)
LENIENT = Policy("v1", ("ner",), otherwise=Action.REDACT, on_failure=Action.ALLOW)
TEXT = f"Ask {NAME}."
ONE, TWO = (Question(TEXT, Origin.DOCUMENT, task) for task in ("one", "two"))
ERRAND = Errand(tenant_key=lambda: b"key")


def test_remembered_text_is_asked_about_beside_its_other_task() -> None:
    scanner = LocalScanner((NameDetector(),))
    firewall = a_firewall(ner=scanner)
    firewall.open(ERRAND).prefetch([ONE], POLICY)

    firewall.open(ERRAND).prefetch([ONE, TWO], POLICY)

    assert scanner.asked == [[ONE], [TWO]]


@pytest.mark.parametrize("policy", [POLICY, LENIENT], ids=["blocking", "lenient"])
def test_half_an_answer_is_none(policy: Policy) -> None:
    scanner = LocalScanner((NameDetector(),))
    firewall = a_firewall(ner=scanner)
    firewall.open(ERRAND).prefetch([ONE], policy)

    again = firewall.open(ERRAND)
    with scanner.down():
        again.prefetch([ONE, TWO], policy)

    if policy.on_failure is Action.ALLOW:
        assert not again.inspect(TEXT, Origin.DOCUMENT, policy).findings
        assert again.skipped == {"ner": "timed_out"}
        return
    with pytest.raises(FirewallUnavailable):
        again.inspect(TEXT, Origin.DOCUMENT, policy)


def test_half_an_answer_is_none_after_another_text_failed() -> None:
    scanner = LocalScanner((NameDetector(),))
    opened = a_firewall(ner=scanner).open(ERRAND)
    opened.prefetch([ONE], POLICY)

    with scanner.down():
        opened.prefetch([Question("Another text.", Origin.DOCUMENT)], POLICY)
    opened.prefetch([ONE, TWO], POLICY)

    with pytest.raises(FirewallUnavailable):
        opened.inspect(TEXT, Origin.DOCUMENT, POLICY)
