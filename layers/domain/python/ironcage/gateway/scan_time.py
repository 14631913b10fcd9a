"""Detectors that run in this process, and end in time.

Nothing can stop a detector from outside. So none begins a text once the time is over, and one that
reads a long text in pieces asks between them; any other reads the text it has begun to its end.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from ironcage.core import Clock
from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import Detector, Finding, NormalisedText, Origin, Watch


@runtime_checkable
class PiecewiseDetector(Detector, Protocol):
    """A detector that can be stopped between the pieces of a text."""

    def detect_while(
        self, text: NormalisedText, origin: Origin, *, check: Callable[[], None]
    ) -> Sequence[Finding]:
        """See everything in a whole text; what `check` raises before a piece ends it."""
        ...


class TimedWatch(Watch):
    """Watches detectors, and lets them work only while there is time."""

    def __init__(self, clock: Clock, seconds_left: Callable[[], float]) -> None:
        super().__init__(clock)
        self.seconds_left = seconds_left

    def over(self, detector: Detector) -> Detector:
        """Wrap a detector; what it sees in time stays the same."""
        if isinstance(detector, PiecewiseDetector):
            return super().over(_Piecewise(detector, self.check))
        return super().over(detector)

    def now(self) -> float:
        """Tell the moment at which a call begins.

        Raises:
            FirewallUnavailable: it may not begin any more.
        """
        self.check()
        return super().now()

    def check(self) -> None:
        """Let work go on.

        Raises:
            FirewallUnavailable: the time is over.
        """
        if self.seconds_left() <= 0:
            raise FirewallUnavailable(reason="timed_out")


class _Piecewise:
    """A detector that asks before each piece."""

    def __init__(self, detector: PiecewiseDetector, check: Callable[[], None]) -> None:
        self._detector = detector
        self._check = check
        self.name = detector.name

    @property
    def version(self) -> str:
        """The version of the detector itself."""
        return self._detector.version

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See what the detector sees."""
        return self._detector.detect_while(text, origin, check=self._check)
