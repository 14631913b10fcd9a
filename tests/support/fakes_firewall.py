"""Detectors whose answers a test decides."""

from collections.abc import Callable, Sequence

from ironcage.firewall import (
    Finding,
    Moderator,
    NoModerator,
    NormalisedText,
    Origin,
    Reading,
    Scan,
    Scores,
    secrets_detector,
)
from ironcage.tenancy import AgentView


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

    def scan(self, reading: Reading) -> Scan:
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

    def scan(self, reading: Reading) -> Scan:
        """Find secrets in a growing text."""
        self.characters += len(reading.text)
        return secrets_detector().scan(reading)


class RaisingDetector:
    """Sees nothing; raises the error of the test for the texts of one direction."""

    version = "1"

    def __init__(self, name: str, error: Exception, *, at_output: bool, after: int = 0) -> None:
        self.name = name
        self._error = error
        self._at_output = at_output
        self._left = after

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """Fail at a whole text of that direction."""
        self._work(is_output=origin is Origin.MODEL)
        return []

    def scan(self, reading: Reading) -> Scan:
        """Fail at a growing text, which is always the model's."""
        self._work(is_output=True)
        return Scan((), reading.hold)

    def _work(self, *, is_output: bool) -> None:
        if is_output is not self._at_output:
            return
        if not self._left:
            raise self._error
        self._left -= 1


class FixedModerator:
    """Gives the scores of the test, whatever the texts are."""

    version = "fixed"

    def __init__(self, reach: int, *scores: Scores) -> None:
        self.reach = reach
        self._scores = scores

    def score(self, pieces: Sequence[str]) -> Sequence[Scores]:
        """Give the scores."""
        return self._scores


class SameModerator:
    """Judges every piece of a text alike."""

    version = "same"
    reach = 200

    def __init__(self, scores: Scores) -> None:
        self._scores = scores

    def score(self, pieces: Sequence[str]) -> Sequence[Scores]:
        """Give every piece the scores of the test."""
        return [self._scores for _ in pieces]


class FixedModerators:
    """`ModeratorSource`: the same moderator for everybody, none if the test names none."""

    def __init__(self, moderator: Moderator | None = None) -> None:
        self.moderator = moderator or NoModerator()
        self.asked: list[AgentView] = []

    def moderator_for(self, view: AgentView, *, seconds_left: Callable[[], float]) -> Moderator:
        """Give the moderator of the test."""
        self.asked.append(view)
        return self.moderator
