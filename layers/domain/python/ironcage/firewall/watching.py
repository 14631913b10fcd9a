"""Watching detectors at work: how long each one took, and how sure it was, without its findings."""

from collections.abc import Sequence

from ironcage.core import Clock
from ironcage.firewall.model import Finding, Origin
from ironcage.firewall.normalise import NormalisedText
from ironcage.firewall.ports import Detector, Reading, Scan, StreamDetector


class Watch:
    """Adds up the milliseconds of each detector, and keeps the highest score of each type."""

    def __init__(self, clock: Clock) -> None:
        self.spent_ms: dict[str, float] = {}
        self.scores: dict[str, float] = {}
        self._clock = clock

    def over(self, detector: Detector) -> Detector:
        """Wrap a detector; what it sees stays the same."""
        if isinstance(detector, StreamDetector):
            return _WatchedStream(detector, self)
        return _Watched(detector, self)

    def note(self, name: str, started: float, findings: Sequence[Finding]) -> None:
        """Take what one call of a detector gave."""
        spent = (self._clock.monotonic() - started) * 1000
        self.spent_ms[name] = self.spent_ms.get(name, 0.0) + spent
        for found in findings:
            self.scores[found.type] = max(found.score, self.scores.get(found.type, 0.0))

    def now(self) -> float:
        """Tell the moment at which a call begins."""
        return self._clock.monotonic()


class _Watched:
    """A detector whose calls are noted."""

    def __init__(self, detector: Detector, watch: Watch) -> None:
        self._detector = detector
        self._watch = watch
        self.name = detector.name

    @property
    def version(self) -> str:
        """The version of the detector itself."""
        return self._detector.version

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See what the detector sees."""
        started = self._watch.now()
        findings = self._detector.detect(text, origin)
        self._watch.note(self.name, started, findings)
        return findings


class _WatchedStream(_Watched):
    """A detector that also reads growing texts, whose calls are noted."""

    def __init__(self, detector: StreamDetector, watch: Watch) -> None:
        super().__init__(detector, watch)
        self._stream = detector

    def scan(self, reading: Reading) -> Scan:
        """See what the detector sees."""
        started = self._watch.now()
        scan = self._stream.scan(reading)
        self._watch.note(self.name, started, [s.finding for s in scan.sightings])
        return scan
