"""A firewall that answers other programs: texts in, raw findings out, judged by whoever asked.

    {"operation": "scan", "detectors": ["injection"],
     "texts": [{"text": "…", "origin": "document", "task": "… optional"}]}
    {"versions": {"injection": "…"}, "results": [{"findings": [{"type": …}], "score": 0.9}],
     "timings_ms": {"injection": 12.3}}

Findings carry no action. `{"operation": "warm"}` makes the detectors ready and tells what they are.
Fields that are not known here are left alone, so that either side may be deployed first.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, cast

from ironcage.core import Clock
from ironcage.core.errors import FirewallUnavailable, InvalidRequest
from ironcage.firewall.model import Finding, Origin, Policy
from ironcage.firewall.normalise import NormalisedText
from ironcage.firewall.pipeline import Firewall
from ironcage.firewall.ports import Detector, TaskDetector
from ironcage.firewall.watching import Watch

MAX_TEXTS = 10_000
_MOST_PROBLEMS = 50
_SCAN, _WARM = "scan", "warm"
_ORIGINS = frozenset(origin.value for origin in Origin)
_WARM_UP = "Hello."

Json = dict[str, Any]


class DetectorService:
    """Answers the calls of one firewall function."""

    def __init__(self, detectors: Sequence[Detector], clock: Clock) -> None:
        self._detectors = {detector.name: detector for detector in detectors}
        self._clock = clock

    def answer(self, request: object) -> Json:
        """Answer one call.

        Raises:
            InvalidRequest: it is no call; every problem is named.
            FirewallUnavailable: it asks for a detector that is not here, or that cannot answer.
        """
        if not isinstance(request, Mapping):
            raise InvalidRequest({"": "must be an object"})
        match request.get("operation"):
            case "scan":
                return self._scan(request)
            case "warm":
                return self._warm()
        raise InvalidRequest({"operation": f"must be one of {_SCAN}, {_WARM}"})

    def _warm(self) -> Json:
        policy, firewall = _asking(tuple(self._detectors)), Firewall(self._detectors)
        firewall.inspect(_WARM_UP, Origin.USER, policy)
        return {"versions": firewall.versions(policy)}

    def _scan(self, request: Mapping[str, object]) -> Json:
        names, texts = _read(request)
        for name in names:
            if name not in self._detectors:
                raise FirewallUnavailable(detector=name)
        policy, watch = _asking(names), Watch(self._clock)
        versions = Firewall(self._detectors).versions(policy)
        results = [self._look(text, policy, watch) for text in texts]
        timings = {name: round(ms, 3) for name, ms in watch.spent_ms.items()}
        return {"versions": versions, "results": results, "timings_ms": timings}

    def _look(self, text: Mapping[str, Any], policy: Policy, watch: Watch) -> Json:
        task = text.get("task")
        detectors = {
            name: watch.over(_beside(task, detector)) for name, detector in self._detectors.items()
        }
        verdict = Firewall(detectors).inspect(text["text"], Origin(text["origin"]), policy)
        return {
            "findings": [raw_finding(finding) for finding in verdict.findings],
            "score": max((finding.score for finding in verdict.findings), default=0.0),
        }


def raw_finding(finding: Finding) -> Json:
    """Write a finding without an action."""
    return {
        "type": finding.type,
        "detector": finding.detector,
        "start": finding.start,
        "end": finding.end,
        "score": finding.score,
    }


class _Beside:
    """A detector that reads each text beside one task."""

    def __init__(self, detector: TaskDetector, task: str) -> None:
        self._detector = detector
        self._task = task
        self.name = detector.name
        self.version = detector.version

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See what does not belong to the task."""
        return self._detector.detect_beside(text, origin, task=self._task)


def _beside(task: str | None, detector: Detector) -> Detector:
    if task and isinstance(detector, TaskDetector):
        return _Beside(detector, task)
    return detector


def _asking(names: tuple[str, ...]) -> Policy:
    """Keep every finding of these detectors, whatever its score, without an action."""
    return Policy(version="raw", detectors=names)


def _read(request: Mapping[str, object]) -> tuple[tuple[str, ...], list[Mapping[str, Any]]]:
    problems: dict[str, str] = {}
    names, texts = request.get("detectors"), request.get("texts")
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        problems["detectors"] = "must be a list of names"
    if not isinstance(texts, list) or not 0 < len(texts) <= MAX_TEXTS:
        problems["texts"] = f"must be a list of 1 to {MAX_TEXTS} texts"
    else:
        problems |= _problems_of(texts)
    if problems:
        raise InvalidRequest(problems)
    return tuple(cast("list[str]", names)), cast("list[Mapping[str, Any]]", texts)


def _problems_of(texts: Sequence[object]) -> dict[str, str]:
    problems: dict[str, str] = {}
    for at, text in enumerate(texts):
        given = text if isinstance(text, Mapping) else {}
        if not isinstance(given.get("text"), str):
            problems[f"texts[{at}].text"] = "must be a string"
        if not isinstance(given.get("origin"), str) or given["origin"] not in _ORIGINS:
            problems[f"texts[{at}].origin"] = f"must be one of {', '.join(sorted(_ORIGINS))}"
        if not isinstance(given.get("task", ""), str | None):
            problems[f"texts[{at}].task"] = "must be a string"
    return dict(islice(problems.items(), _MOST_PROBLEMS))
