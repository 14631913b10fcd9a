"""Firewall functions that run in this process, and fail as a test says."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ironcage.core import Clock
from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import (
    Detector,
    Finding,
    FindingsMemory,
    Firewall,
    InjectionDetector,
    NormalisedText,
    Origin,
    Question,
    RemoteAnswer,
    RemoteDetectors,
    RemoteScanner,
    standard_firewall,
)
from support.fakes_ledger import ManualClock

NAME = "Marie Curie"


class NameDetector:
    """Stands in for `ner`: it knows one person."""

    name = "ner"
    version = "names-1"

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See the name wherever it stands."""
        at, found = text.original.find(NAME), []
        while at >= 0:
            found.append(Finding("PERSON", "ner/person", at, at + len(NAME), score=0.9))
            at = text.original.find(NAME, at + 1)
        return found


@dataclass
class SlowDetector:
    """A tenant's own detector, which counts how often it is asked, and may be down."""

    name: str = "moderation"
    version: str = "slow-1"
    asked: list[str] = field(default_factory=list)
    failure: Exception | None = None

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See the word `bad` at the beginning."""
        self.asked.append(text.original)
        if self.failure is not None:
            raise self.failure
        found = Finding("MODERATION_HATE", "moderation/HATE", 0, 3, score=0.9)
        return [found] if text.original.startswith("bad") else []


@dataclass
class LocalScanner:
    """`RemoteScanner` whose detectors run here; it keeps what it was asked."""

    detectors: Sequence[Detector] = field(default_factory=lambda: (InjectionDetector(),))
    asked: list[list[Question]] = field(default_factory=list)
    deadlines: list[float] = field(default_factory=list)
    failure: Exception | None = None
    release: str = ""  # a suffix of every version

    def scan(
        self,
        questions: Sequence[Question],
        detectors: Sequence[str],
        *,
        deadline_seconds: float,
        traceparent: str = "",
    ) -> RemoteAnswer:
        """Look at texts."""
        self.asked.append(list(questions))
        self.deadlines.append(deadline_seconds)
        if self.failure is not None:
            raise self.failure
        chosen = [d for d in self.detectors if d.name in detectors]
        if len(chosen) < len(detectors):
            raise FirewallUnavailable(reason="refused")
        findings = [
            tuple(f for d in chosen for f in d.detect(NormalisedText(q.text), q.origin))
            for q in questions
        ]
        return RemoteAnswer({d.name: d.version + self.release for d in chosen}, findings)

    @property
    def texts(self) -> list[str]:
        """List every text that was asked about."""
        return [question.text for call in self.asked for question in call]

    @contextmanager
    def down(self, error: Exception | None = None) -> Iterator[None]:
        """Fail for a while."""
        self.failure = error or FirewallUnavailable(reason="timed_out")
        try:
            yield
        finally:
            self.failure = None


def a_remote(clock: Clock | None = None, **scanners: RemoteScanner) -> RemoteDetectors:
    """Join scanners by the names of their detectors."""
    known = scanners or {"injection": LocalScanner(), "ner": LocalScanner((NameDetector(),))}
    return RemoteDetectors(known, FindingsMemory(clock or ManualClock()))


def a_firewall(clock: Clock | None = None, **scanners: RemoteScanner) -> Firewall:
    """Make the gateway's firewall, whose functions are these scanners."""
    return standard_firewall().beside(a_remote(clock, **scanners))
