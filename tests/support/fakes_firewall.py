"""Detectors whose answers a test decides."""

from collections.abc import Sequence

from ironcage.firewall import Finding, NormalisedText, Origin, Scan, secrets_detector


class FixedDetector:
    """Finds the same in every text."""

    name = "fixed"
    version = "7"

    def __init__(self, *findings: Finding) -> None:
        self._findings = findings

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """Give the findings of the test."""
        return self._findings


class BrokenDetector:
    """Cannot answer anything."""

    name = "broken"

    @property
    def version(self) -> str:
        """Fail."""
        raise OSError("no model")

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """Fail."""
        raise MemoryError(len(text.text))

    def scan(self, text: str, start: int, *, is_last: bool) -> Scan:
        """Fail."""
        raise ZeroDivisionError


class WholeTextDetector:
    """Sees the word `bad`, but only in whole texts."""

    name = "whole"
    version = "1"

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """Find the first `bad`."""
        at = text.text.find("bad")
        return [Finding("BAD", "whole", *text.span(at, at + 3))] if at >= 0 else []


class CountingDetector:
    """The secrets detector, counting the characters that it reads."""

    name = "secrets"
    version = "1"

    def __init__(self) -> None:
        self.characters = 0

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """Find secrets in a whole text."""
        return secrets_detector().detect(text, origin)

    def scan(self, text: str, start: int, *, is_last: bool) -> Scan:
        """Find secrets in a growing text."""
        self.characters += len(text)
        return secrets_detector().scan(text, start, is_last=is_last)
