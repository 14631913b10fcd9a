"""The firewalls: detectors see, policies judge, values are taken out (steps 2 and 8)."""

from ironcage.firewall.arguments import ArgumentRedactor, ArgumentScanner, literals_of
from ironcage.firewall.detectors import (
    InjectionDetector,
    PatternDetector,
    pii_detector,
    secrets_detector,
)
from ironcage.firewall.local import pattern_detectors
from ironcage.firewall.model import (
    Action,
    Direction,
    Finding,
    Origin,
    Policies,
    Policy,
    RedactionMode,
    Verdict,
    judge,
)
from ironcage.firewall.normalise import NormalisedText
from ironcage.firewall.pipeline import Firewall
from ironcage.firewall.policy import decide, default_policies, parse_policy
from ironcage.firewall.ports import (
    Detector,
    Reading,
    Scan,
    Sighting,
    StreamDetector,
    TaskDetector,
)
from ironcage.firewall.redaction import redact
from ironcage.firewall.serving import DetectorService, raw_finding
from ironcage.firewall.standard import standard_firewall
from ironcage.firewall.streaming import StreamScanner
from ironcage.firewall.watching import Watch

__all__ = [
    "Action",
    "ArgumentRedactor",
    "ArgumentScanner",
    "Detector",
    "DetectorService",
    "Direction",
    "Finding",
    "Firewall",
    "InjectionDetector",
    "NormalisedText",
    "Origin",
    "PatternDetector",
    "Policies",
    "Policy",
    "Reading",
    "RedactionMode",
    "Scan",
    "Sighting",
    "StreamDetector",
    "StreamScanner",
    "TaskDetector",
    "Verdict",
    "Watch",
    "decide",
    "default_policies",
    "judge",
    "literals_of",
    "parse_policy",
    "pattern_detectors",
    "pii_detector",
    "raw_finding",
    "redact",
    "secrets_detector",
    "standard_firewall",
]
