"""Detectors that run elsewhere: what one request asks of them, and what need not be asked again.

Everything that a request has to say goes out together, since each call is a round trip. What to
ask depends on what was seen: a redacted text is read once more. So a look at a request is repeated
until it leaves no question open; each repetition costs one call, however many texts there are.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial

from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall.memory import FindingsMemory
from ironcage.firewall.model import Finding, Origin
from ironcage.firewall.normalise import NormalisedText
from ironcage.firewall.pipeline import guarded, reason_of
from ironcage.firewall.ports import Detector, Question, RemoteAnswer, RemoteScanner

# A cold start of the function, and the time to read: a long text takes longer.
BASE_SECONDS = 8.0
MOST_SECONDS = 20.0
_CHARACTERS_PER_SECOND = 40_000
_MOST_ROUNDS = 8


def _for_ever() -> float:
    return math.inf


@dataclass(frozen=True, slots=True)
class Errand:
    """What a request brings: the key that its tenant's digests are made with, its time."""

    tenant_key: Callable[[], bytes] = bytes
    policy_version: str = ""
    traceparent: str = ""
    seconds_left: Callable[[], float] = _for_ever


@dataclass(frozen=True, slots=True)
class RemoteDetectors:
    """The detectors that run elsewhere, by name, and what this environment remembers of them.

    Attributes:
        stretch: how many times longer than usual a cold start takes where they run.
    """

    scanners: Mapping[str, RemoteScanner]
    memory: FindingsMemory
    stretch: float = 1.0

    def open(self, errand: Errand) -> "Enquiry":
        """Begin to ask for one request."""
        return Enquiry(self, errand)


class RemoteDetector:
    """A detector that looks its findings up; what nobody asked yet is asked now."""

    def __init__(self, name: str, enquiry: "Enquiry") -> None:
        self.name = name
        self._enquiry = enquiry

    @property
    def version(self) -> str:
        """Tell the version that answered; empty while nothing was asked."""
        return self._enquiry.version_of(self.name)

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See everything in a whole text.

        Raises:
            FirewallUnavailable: the answer did not come.
        """
        return self._enquiry.look_up(self.name, text.original, origin)


class Enquiry:
    """The questions of one request. Who did not answer once is not asked again."""

    def __init__(self, remote: RemoteDetectors, errand: Errand) -> None:
        self._remote = remote
        self._errand = errand
        self._answers: dict[tuple[str, str, Origin], tuple[Finding, ...]] = {}
        self._told: set[tuple[str, Question]] = set()
        self._open: dict[str, dict[Question, None]] = {}
        self._failures: dict[str, str] = {}
        self._versions: dict[str, dict[str, None]] = {}
        self.is_deferring = False

    @cached_property
    def detectors(self) -> Mapping[str, Detector]:
        """Give the detectors that ask here."""
        return {name: RemoteDetector(name, self) for name in self._remote.scanners}

    def version_of(self, name: str) -> str:
        """Tell which versions of a detector have answered: one, unless it was just replaced."""
        return "+".join(self._versions.get(name, ()))

    def prefetch(self, names: Iterable[str], questions: Iterable[Question]) -> None:
        """Ask some detectors everything that is known beforehand, in one go."""
        asked = list(questions)
        for name in names:
            if name in self._remote.scanners:
                self._note(name, asked)
        self._ask()

    def look_up(self, name: str, text: str, origin: Origin) -> tuple[Finding, ...]:
        """Find what a detector saw in a text; while deferring, an open question has no findings.

        Raises:
            FirewallUnavailable: it was asked, and there is no answer.
        """
        if _is_blank(text):
            return ()
        place = name, text, origin
        if place not in self._answers:
            self._note(name, [Question(text, origin)])
            if not self.is_deferring:
                self._ask()
        if place not in self._answers and name in self._failures:
            raise FirewallUnavailable(detector=name, reason=self._failures[name])
        return self._answers.get(place, ())

    def settle[T](self, look: Callable[[], T]) -> T:
        """Repeat a look until every question that it raises is answered.

        Raises:
            FirewallUnavailable: a detector could not answer, or there is no end of questions.
        """
        for _ in range(_MOST_ROUNDS):
            with self._deferring():
                seen = look()
            if not self._open:
                return seen
            self._ask()
        raise FirewallUnavailable(reason="unsettled")

    @contextmanager
    def _deferring(self) -> Iterator[None]:
        self.is_deferring = True
        try:
            yield
        finally:
            self.is_deferring = False

    def _note(self, name: str, questions: Iterable[Question]) -> None:
        """Open the questions that neither this request nor this environment has an answer to."""
        new = [q for q in questions if not _is_blank(q.text) and (name, q) not in self._told]
        if name in self._failures:
            self._forget(name, new)
            return
        for question in new:
            known = self._remote.memory.recall(name, question, self._key)
            if known is None:
                self._open.setdefault(name, {})[question] = None
            else:
                self._keep(name, question, known.findings, version=known.version)

    @cached_property
    def _key(self) -> tuple[bytes, str]:
        return self._errand.tenant_key(), self._errand.policy_version

    def _ask(self) -> None:
        """Ask each scanner all that is open for it."""
        waiting, self._open = self._open, {}
        by_scanner: dict[int, list[str]] = {}
        for name in waiting:
            by_scanner.setdefault(id(self._remote.scanners[name]), []).append(name)
        for names in by_scanner.values():
            questions = list({q: None for name in names for q in waiting[name]})
            try:
                answer = guarded(self.detectors[names[0]], partial(self._scan, names, questions))
            except FirewallUnavailable as error:
                self._failures |= dict.fromkeys(names, reason_of(error))
                for name in names:
                    self._forget(name, waiting[name])
            else:
                self._take(names, questions, answer)

    def _scan(self, names: Sequence[str], questions: Sequence[Question]) -> RemoteAnswer:
        size = sum(len(q.text) for q in questions)
        base = BASE_SECONDS * self._remote.stretch
        usual = min(base + size / _CHARACTERS_PER_SECOND, MOST_SECONDS)
        deadline = min(usual, self._errand.seconds_left())
        if deadline <= 0:
            raise FirewallUnavailable(reason="timed_out")
        return self._remote.scanners[names[0]].scan(
            questions, names, deadline_seconds=deadline, traceparent=self._errand.traceparent
        )

    def _take(
        self, names: Sequence[str], questions: Sequence[Question], answer: RemoteAnswer
    ) -> None:
        for question, found in zip(questions, answer.findings, strict=True):
            for name in names:
                own = tuple(f for f in found if f.detector.partition("/")[0] == name)
                version = answer.versions[name]
                self._keep(name, question, own, version=version)
                self._remote.memory.keep(name, question, self._key, findings=own, version=version)

    def _forget(self, name: str, unanswered: Iterable[Question]) -> None:
        """Drop what is known of texts beside one task: beside another there was no answer."""
        for question in unanswered:
            self._answers.pop((name, question.text, question.origin), None)

    def _keep(
        self, name: str, question: Question, findings: tuple[Finding, ...], *, version: str
    ) -> None:
        """Keep an answer; the same text, asked about with two tasks, has what either shows."""
        place = name, question.text, question.origin
        both = (*self._answers.get(place, ()), *findings)
        self._answers[place] = tuple(dict.fromkeys(both))
        self._told.add((name, question))
        self._versions.setdefault(name, {})[version] = None


def _is_blank(text: str) -> bool:
    return not text or text.isspace()
