"""What the firewall asks of its detectors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from ironcage.firewall.model import Finding, Origin
from ironcage.firewall.normalise import NormalisedText, masked


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

    def findings_in(self, text: NormalisedText) -> list[Finding]:
        """Give what was seen in a whole text, at the offsets of its original."""
        found = [s.finding for s in self.sightings]
        spans = (text.span(f.start, f.end) for f in found)
        return [replace(f, start=s, end=e) for f, (s, e) in zip(found, spans, strict=True)]


@dataclass(frozen=True, slots=True)
class Question:
    """A text for detectors that run elsewhere; `task` is what the user wanted of a document."""

    text: str
    origin: Origin
    task: str = ""


@dataclass(frozen=True, slots=True)
class RemoteAnswer:
    """What such detectors saw, question by question, and which version of each was asked."""

    versions: Mapping[str, str]
    findings: Sequence[Sequence[Finding]]


class RemoteScanner(Protocol):
    """Where detectors run that are too heavy for this process."""

    def scan(
        self,
        questions: Sequence[Question],
        detectors: Sequence[str],
        *,
        deadline_seconds: float,
        traceparent: str = "",
    ) -> RemoteAnswer:
        """Let detectors look at texts, as few calls as the transport allows.

        Raises:
            FirewallUnavailable: there is no complete answer; its `reason` says why.
        """
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """A folded text for a detector to read: what is new begins at `start`, more may follow.

    `masked` is the same text with gaps where values were seen already: once they are taken out,
    their neighbours stand beside a gap, so that is how they must be read too. From `certain` on
    (-1: the end) earlier detectors may still see a value.
    """

    text: str
    masked: str
    start: int = 0
    is_last: bool = True
    certain: int = -1

    @property
    def hold(self) -> int:
        """Tell where earlier detectors stop being certain."""
        return len(self.text) if self.certain < 0 else self.certain

    def after(self, scan: Scan) -> "Reading":
        """Give what the next detector reads."""
        if not scan.sightings and scan.hold == self.hold:
            return self
        gapped = masked(self.masked, spans_of(s.finding for s in scan.sightings))
        return Reading(self.text, gapped, self.start, self.is_last, scan.hold)


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
class TaskDetector(Detector, Protocol):
    """A detector that can read a text beside the task that it was fetched for."""

    def detect_beside(
        self, text: NormalisedText, origin: Origin, *, task: str
    ) -> Sequence[Finding]:
        """See everything in a whole text that does not belong to the task."""
        ...


@runtime_checkable
class StreamDetector(Detector, Protocol):
    """A detector that can also read a text piece by piece."""

    def scan(self, reading: Reading) -> Scan:
        """See what begins in the new part of a folded text that may still grow."""
        ...


Scores = Mapping[str, float]


class Moderator(Protocol):
    """Somebody who scores texts by moderation category."""

    @property
    def version(self) -> str:
        """The model that scores."""
        ...

    @property
    def reach(self) -> int:
        """How many characters it judges at a time."""
        ...

    def score(self, pieces: Sequence[str]) -> Sequence[Scores]:
        """Score the pieces of one text, in order: each category from 0 to 1.

        Raises:
            FirewallUnavailable: it could not, so nothing may pass.
        """
        ...


def spans_of(findings: Iterable[Finding]) -> list[tuple[int, int]]:
    """List where findings stand."""
    return [(f.start, f.end) for f in findings]
