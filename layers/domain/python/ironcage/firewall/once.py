"""A detector that only one tenant has may be slow: a request asks it once about each text.

A look at a request may be repeated, and a moderator may be a service that bills each call.
"""

from collections.abc import Sequence

from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall.model import Finding, Origin
from ironcage.firewall.normalise import NormalisedText
from ironcage.firewall.ports import Detector


class AskedOnce:
    """Gives a detector's answers again; who did not answer once is not asked again."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.name = detector.name
        self._answers: dict[tuple[str, str, Origin], Sequence[Finding]] = {}
        self._failure: FirewallUnavailable | None = None

    @property
    def version(self) -> str:
        """The version of the detector itself."""
        return self._detector.version

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See what the detector sees.

        Raises:
            FirewallUnavailable: it did not answer, now or before.
        """
        place = text.original, text.masked, origin
        if place not in self._answers:
            if self._failure is not None:
                raise FirewallUnavailable(None, **self._failure.details)
            try:
                self._answers[place] = self._detector.detect(text, origin)
            except FirewallUnavailable as error:
                self._failure = error
                raise
        return self._answers[place]
