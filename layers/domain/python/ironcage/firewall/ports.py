"""What the firewall asks of its detectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ironcage.firewall.model import Finding, Origin
from ironcage.firewall.normalise import NormalisedText


@dataclass(frozen=True, slots=True)
class Sighting:
    """A finding, and the offset that gave it away: `secret =` stands before the value."""

    finding: Finding
    anchor: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What is known of an unfinished text: what was seen, all of it final before `hold`.

    Offsets are those of the folded text. From `hold` on, more text may change the outcome.
    """

    sightings: tuple[Sighting, ...]
    hold: int


class Detector(Protocol):
    """One way of seeing something in a text."""

    @property
    def name(self) -> str:
        """The name that policies use."""
        ...

    @property
    def version(self) -> str:
        """What was looked for: it changes when a rule or a model changes."""
        ...

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See everything in a whole text; offsets are those of the original."""
        ...


@runtime_checkable
class StreamDetector(Detector, Protocol):
    """A detector that can also read a text piece by piece."""

    def scan(self, text: str, start: int, *, is_last: bool) -> Scan:
        """See what begins at or after `start` of a folded text that may still grow."""
        ...
