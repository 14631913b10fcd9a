"""A long text is not read beyond the time that there is for it."""

from collections.abc import Iterator

import pytest

from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import Direction, Origin, Policies
from ironcage.gateway import Scanned, Scanner, Terms, TextInput
from ironcage.ner import NerDetector
from support.builders_firewall import a_policy
from support.fakes_ledger import ManualClock

LONG = TextInput("Jane Doe wrote to us from Berlin on Monday. " * 300, Origin.MODEL)
DETECTOR = NerDetector()


def scanned(looks: Iterator[float]) -> Scanned:
    policy = a_policy("ner")
    scanner = Scanner([DETECTOR], direction=Direction.OUTPUT, clock=ManualClock())
    terms = Terms(Policies(policy, policy))
    return scanner.scan(LONG, terms, seconds_left=lambda: next(looks))


def test_text_is_read_to_its_end_while_there_is_time() -> None:
    found = scanned(iter([1.0] * 20))

    assert {s.finding.type for s in found.judged.sightings} >= {"PERSON"}
    assert max(s.finding.end for s in found.judged.sightings) > len(LONG.text) - 100


def test_text_is_left_between_pieces_once_the_time_is_over() -> None:
    with pytest.raises(FirewallUnavailable) as caught:
        scanned(iter([1.0, 1.0, 1.0, 0.0]))

    assert caught.value.details == {"detector": "ner", "reason": "timed_out"}
