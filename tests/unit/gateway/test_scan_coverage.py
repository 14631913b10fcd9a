"""A result says what looked at its input; what did not is named with its reason, or stops it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

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
from ironcage.gateway import ConversationInput, ScanInput, Scanned, Scanner, Terms, TextInput
from support.builders_firewall import a_policy
from support.fakes_firewall import BrokenDetector
from support.fakes_ledger import ManualClock
from support.fakes_scanner import LocalScanner, NameDetector, a_remote

MAIL = TextInput("Write to jane.doe@mail.acme.co.uk.", Origin.USER)
TALK = ConversationInput([{"role": "user", "content": text} for text in ("One.", "Two.")])


@dataclass
class FailingDetector:
    """Answers so many times, then fails for good."""

    failure: Exception
    answers: int = 0
    name: str = "injection"
    version: str = "9"
    origins: list[Origin] = field(default_factory=list)

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See nothing, or fail."""
        self.origins.append(origin)
        if len(self.origins) > self.answers:
            raise self.failure
        return []


def scanned(
    given: ScanInput, *detectors: Detector, on_failure: Action, remote: LocalScanner | None = None
) -> Scanned:
    """Scan with these detectors and with `pii`."""
    clock = ManualClock()
    names = [*(d.name for d in detectors), *(["ner"] if remote else []), "pii"]
    policy = replace(a_policy(*names), on_failure=on_failure)
    scanner = Scanner(
        (*detectors, *pattern_detectors()),
        direction=Direction.INPUT,
        clock=clock,
        remote=a_remote(clock, ner=remote) if remote else None,
    )
    terms = Terms(Policies(policy, policy))
    scanner.check(terms)
    return scanner.scan(given, terms, seconds_left=lambda: 60.0)


FAILURES = pytest.mark.parametrize(
    ("failure", "reason"),
    [
        pytest.param(FirewallUnavailable(reason="timed_out"), "timed_out", id="time-out"),
        pytest.param(FirewallUnavailable(), "failed", id="no reason"),
        pytest.param(MemoryError("a secret"), "failed", id="crash"),
        pytest.param(ModuleNotFoundError("onnxruntime"), "failed", id="layer missing"),
    ],
)


@FAILURES
def test_detector_that_fails_is_named_where_the_policy_lets_texts_pass(
    failure: Exception, reason: str
) -> None:
    found = scanned(MAIL, FailingDetector(failure), on_failure=Action.ALLOW)

    assert found.unscanned == {"injection": reason}
    assert found.detectors.keys() == {"pii"}
    assert [s.finding.type for s in found.judged.sightings] == ["EMAIL_ADDRESS"]


@FAILURES
def test_detector_that_fails_stops_the_input_where_the_policy_blocks(
    failure: Exception, reason: str
) -> None:
    with pytest.raises(FirewallUnavailable) as caught:
        scanned(MAIL, FailingDetector(failure), on_failure=Action.BLOCK)

    told = caught.value.details
    assert (told["detector"], told.get("reason", "failed")) == ("injection", reason)


def test_detector_that_cannot_even_say_its_version_is_named() -> None:
    found = scanned(MAIL, BrokenDetector(), on_failure=Action.ALLOW)

    assert found.unscanned == {"broken": "failed"}
    assert found.detectors.keys() == {"pii"}


def test_detector_that_looked_at_a_part_only_did_not_look_at_the_input() -> None:
    half = FailingDetector(FirewallUnavailable(reason="timed_out"), answers=1)

    found = scanned(TALK, half, on_failure=Action.ALLOW)

    assert len(half.origins) > 1
    assert found.unscanned == {"injection": "timed_out"}
    assert "injection" not in found.detectors


@pytest.mark.parametrize(
    ("failure", "unscanned", "detectors"),
    [
        pytest.param(None, {}, {"ner": "names-1"}, id="answers"),
        pytest.param(
            FirewallUnavailable(reason="unreachable"), {"ner": "unreachable"}, {}, id="is away"
        ),
    ],
)
def test_function_elsewhere_is_named_as_what_runs_here(
    failure: Exception | None, unscanned: dict[str, str], detectors: dict[str, str]
) -> None:
    names = LocalScanner((NameDetector(),), failure=failure)

    found = scanned(MAIL, on_failure=Action.ALLOW, remote=names)

    assert found.unscanned == unscanned
    assert {k: v for k, v in found.detectors.items() if k == "ner"} == detectors


def test_everything_looked_where_nothing_fails() -> None:
    healthy = FailingDetector(MemoryError(), answers=9)

    found = scanned(MAIL, healthy, on_failure=Action.BLOCK)

    assert found.unscanned == {}
    assert found.detectors["injection"] == "9"
    assert found.detectors.keys() == {"injection", "pii"}
