"""A tenant's own detector is asked once about each text of a request."""

import pytest

from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import Action, Errand, Firewall, Origin, Policy
from support.builders_firewall import a_policy
from support.fakes_firewall import CountingDetector
from support.fakes_scanner import NAME, LocalScanner, NameDetector, SlowDetector, a_firewall

POLICY = Policy("v1", ("moderation", "ner"), otherwise=Action.BLOCK)
LENIENT = Policy("v1", ("moderation",), on_failure=Action.ALLOW)


def opened(own: SlowDetector) -> Firewall:
    return a_firewall(ner=LocalScanner((NameDetector(),))).open(Errand(), [own])


def test_look_that_is_repeated_asks_no_text_twice() -> None:
    own = SlowDetector()
    firewall = opened(own)
    texts = ("bad", "good", f"{NAME}")

    verdicts = firewall.settle(lambda: [firewall.inspect(t, Origin.USER, POLICY) for t in texts])

    assert [v.action for v in verdicts] == [Action.BLOCK, Action.ALLOW, Action.BLOCK]
    assert own.asked == list(texts)
    assert firewall.versions(POLICY)["moderation"] == "slow-1"


def test_same_text_from_elsewhere_and_another_request_are_asked_again() -> None:
    own = SlowDetector()
    firewall = opened(own)

    firewall.inspect("bad", Origin.USER, POLICY)
    firewall.inspect("bad", Origin.DOCUMENT, POLICY)
    opened(own).inspect("bad", Origin.USER, POLICY)

    assert own.asked == ["bad"] * 3


def test_detector_that_was_silent_is_not_asked_again() -> None:
    own = SlowDetector(failure=FirewallUnavailable(reason="timed_out"))
    firewall = opened(own)

    for text in ("one", "two"):
        firewall.inspect(text, Origin.USER, LENIENT)

    assert own.asked == ["one"]
    assert firewall.skipped == {"moderation": "timed_out"}


def test_silence_blocks_where_the_policy_does_not_say_otherwise() -> None:
    firewall = opened(SlowDetector(failure=FirewallUnavailable(reason="timed_out")))

    with pytest.raises(FirewallUnavailable) as stopped:
        firewall.inspect("one", Origin.USER, POLICY)

    assert stopped.value.details == {"detector": "moderation", "reason": "timed_out"}


def test_detector_of_streams_stays_one() -> None:
    firewall = Firewall({}).open(Errand(), [counting := CountingDetector()])

    assert firewall.detectors_of(a_policy("secrets")) == (counting,)
