"""A scan ends in time: once there is none, no detector begins another text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import (
    Action,
    Detector,
    Direction,
    Finding,
    NormalisedText,
    Origin,
    Policies,
    pattern_detectors,
)
from ironcage.gateway import ConversationInput, Scanner, Terms, TextInput
from support.builders_firewall import a_policy
from support.fakes_firewall import FixedDetector
from support.fakes_ledger import ManualClock
from support.fakes_scanner import LocalScanner, NameDetector, a_remote

MAIL = "Write to jane.doe@mail.acme.co.uk."
TALK = ConversationInput([{"role": "user", "content": text} for text in ("One.", "Two.")])


@dataclass
class Reader:
    """Sees nothing, and takes its time over every text."""

    clock: ManualClock
    seconds: float
    name: str = "injection"
    version: str = "1"
    texts: int = 0

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """Let the time pass."""
        self.texts += 1
        self.clock.advance(self.seconds)
        return []


def until(end: float, clock: ManualClock) -> Callable[[], float]:
    ends = clock.monotonic() + end
    return lambda: ends - clock.monotonic()


def a_scanner(clock: ManualClock, *detectors: Detector) -> Scanner:
    return Scanner(detectors, direction=Direction.INPUT, clock=clock)


def terms_of(*detectors: str, on_failure: Action = Action.BLOCK) -> Terms:
    policy = replace(a_policy(*detectors), on_failure=on_failure)
    return Terms(Policies(policy, policy))


def test_detector_that_time_is_left_for_is_asked() -> None:
    clock = ManualClock()
    scanner = a_scanner(clock, Reader(clock, 1.0), *pattern_detectors())

    found = scanner.scan(
        TextInput(MAIL, Origin.USER), terms_of("injection", "pii"), seconds_left=until(1.1, clock)
    )

    assert [s.finding.type for s in found.judged.sightings] == ["EMAIL_ADDRESS"]


def test_detector_that_no_time_is_left_for_could_not_answer() -> None:
    clock = ManualClock()
    scanner = a_scanner(clock, Reader(clock, 1.0), *pattern_detectors())

    with pytest.raises(FirewallUnavailable) as caught:
        scanner.scan(
            TextInput(MAIL, Origin.USER),
            terms_of("injection", "pii"),
            seconds_left=until(1.0, clock),
        )

    assert caught.value.details == {"detector": "pii", "reason": "timed_out"}


def test_detector_that_no_time_is_left_for_is_skipped_where_the_policy_says_so() -> None:
    clock = ManualClock()
    finding = Finding("PROMPT_INJECTION", "injection/x", 0, 4, score=0.9)
    injection = FixedDetector(finding)
    injection.name = "injection"
    slow = Reader(clock, 1.0, name="ner")
    terms = terms_of("injection", "ner", "pii", on_failure=Action.ALLOW)
    scanner = a_scanner(clock, injection, slow, *pattern_detectors())

    found = scanner.scan(TextInput(MAIL, Origin.USER), terms, seconds_left=until(1.0, clock))

    assert [s.finding.type for s in found.judged.sightings] == ["PROMPT_INJECTION"]
    assert found.timings_ms.keys() == {"injection", "ner", "total"}
    assert found.detectors.keys() == {"injection", "ner"}
    assert found.unscanned == {"pii": "timed_out"}


@pytest.mark.parametrize(
    ("seconds", "texts"),
    [
        pytest.param(2.0, 2, id="none left for the seam"),
        pytest.param(1.0, 1, id="none left for the second"),
        pytest.param(0.0, 0, id="none at all"),
    ],
)
def test_conversation_is_read_until_the_time_is_over(seconds: float, texts: int) -> None:
    clock = ManualClock()
    reader = Reader(clock, 1.0)

    with pytest.raises(FirewallUnavailable, match="nothing may pass"):
        a_scanner(clock, reader).scan(
            TALK, terms_of("injection"), seconds_left=until(seconds, clock)
        )

    assert reader.texts == texts


def test_conversation_that_time_is_left_for_is_read_whole() -> None:
    clock = ManualClock()
    reader = Reader(clock, 1.0)

    found = a_scanner(clock, reader).scan(
        TALK, terms_of("injection"), seconds_left=until(60.0, clock)
    )

    assert found.judged.action is Action.ALLOW
    assert found.unscanned == {}
    assert reader.texts == 3  # both, and the seam between them


def test_function_elsewhere_gets_no_more_time_than_is_left() -> None:
    clock, names = ManualClock(), LocalScanner((NameDetector(),))
    scanner = Scanner((), direction=Direction.INPUT, clock=clock, remote=a_remote(clock, ner=names))

    scanner.scan(TextInput(MAIL, Origin.USER), terms_of("ner"), seconds_left=until(1.5, clock))

    assert names.deadlines == [1.5]


def test_function_elsewhere_is_not_asked_without_time() -> None:
    clock, names = ManualClock(), LocalScanner((NameDetector(),))
    scanner = Scanner((), direction=Direction.INPUT, clock=clock, remote=a_remote(clock, ner=names))

    with pytest.raises(FirewallUnavailable) as caught:
        scanner.scan(TextInput(MAIL, Origin.USER), terms_of("ner"), seconds_left=until(0, clock))

    assert caught.value.details["reason"] == "timed_out"
    assert names.asked == []


@dataclass
class PieceReader:
    """Sees names, word by word, and takes a second over each."""

    clock: ManualClock
    words: int = 0
    name: str = "ner"
    version: str = "1"

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """Never asked: it could not be stopped."""
        raise AssertionError

    def detect_while(
        self, text: NormalisedText, origin: Origin, *, check: Callable[[], None]
    ) -> Sequence[Finding]:
        """Let the time pass."""
        for _ in text.original.split():
            check()
            self.words += 1
            self.clock.advance(1.0)
        return NameDetector().detect(text, origin)


NAMED = TextInput("Marie Curie was here.", Origin.USER)


def test_text_that_is_read_in_pieces_is_read_to_its_end_in_time() -> None:
    clock = ManualClock()
    scanner = a_scanner(clock, PieceReader(clock))

    found = scanner.scan(NAMED, terms_of("ner"), seconds_left=until(3.1, clock))

    assert [s.finding.type for s in found.judged.sightings] == ["PERSON"]
    assert found.timings_ms["ner"] == 4000.0


def test_text_that_is_read_in_pieces_is_left_when_the_time_is_over() -> None:
    clock = ManualClock()
    reader = PieceReader(clock)

    with pytest.raises(FirewallUnavailable) as caught:
        a_scanner(clock, reader).scan(NAMED, terms_of("ner"), seconds_left=until(2.0, clock))

    assert caught.value.details == {"detector": "ner", "reason": "timed_out"}
    assert reader.words == 2
