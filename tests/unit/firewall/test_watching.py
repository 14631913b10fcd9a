"""A watch tells how long detectors took and how sure they were, and changes nothing they see."""

from collections.abc import Sequence

from ironcage.firewall import (
    Finding,
    NormalisedText,
    Origin,
    Reading,
    StreamDetector,
    Watch,
    secrets_detector,
)
from support.builders_firewall import SECRETS
from support.fakes_firewall import FixedDetector
from support.fakes_ledger import ManualClock

TEXT = f"key {SECRETS['github_token']} end"


class SlowDetector:
    """Takes a quarter of a second for each text."""

    name = "slow"
    version = "1"

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See nothing, slowly."""
        self._clock.sleep(0.25)
        return []


def test_watch_adds_up_the_milliseconds_of_a_detector() -> None:
    clock = ManualClock()
    watch = Watch(clock)
    detector = watch.over(SlowDetector(clock))

    for _ in range(3):
        detector.detect(NormalisedText("x"), Origin.USER)

    assert watch.spent_ms == {"slow": 750.0}


def test_watch_keeps_the_highest_score_of_each_type() -> None:
    watch = Watch(ManualClock())
    found = [Finding("A", "fixed", 0, 1, score=s) for s in (0.2, 0.7, 0.4)]

    watch.over(FixedDetector(*found, Finding("B", "fixed", 0, 1, score=0.1))).detect(
        NormalisedText("x"), Origin.USER
    )

    assert watch.scores == {"A": 0.7, "B": 0.1}


def test_watched_detector_sees_what_it_would_see_alone() -> None:
    watch, alone = Watch(ManualClock()), secrets_detector()
    watched = watch.over(alone)

    assert (watched.name, watched.version) == (alone.name, alone.version)
    assert watched.detect(NormalisedText(TEXT), Origin.MODEL) == alone.detect(
        NormalisedText(TEXT), Origin.MODEL
    )


def test_detector_of_streams_stays_one() -> None:
    watch, alone = Watch(ManualClock()), secrets_detector()
    watched = watch.over(alone)
    reading = Reading(TEXT, TEXT)

    assert isinstance(watched, StreamDetector)
    assert watched.scan(reading) == alone.scan(reading)
    assert watch.spent_ms.keys() == {"secrets"}
    assert watch.scores == {"SECRET": 1.0}


def test_detector_of_whole_texts_does_not_become_one_of_streams() -> None:
    assert not isinstance(Watch(ManualClock()).over(FixedDetector()), StreamDetector)
