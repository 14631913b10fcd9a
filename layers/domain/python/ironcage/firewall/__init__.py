"""The firewalls: detectors see, policies judge, values are taken out (steps 2 and 8)."""

from ironcage.firewall.arguments import ArgumentRedactor, ArgumentScanner, literals_of
from ironcage.firewall.detectors import (
    InjectionDetector,
    PatternDetector,
    pii_detector,
    secrets_detector,
)
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
from ironcage.firewall.ports import Detector, Reading, Scan, Sighting, StreamDetector
from ironcage.firewall.redaction import redact
from ironcage.firewall.sentences import last_sentence_end
from ironcage.firewall.standard import standard_firewall
from ironcage.firewall.streaming import StreamScanner

__all__ = [
    "Action",
    "ArgumentRedactor",
    "ArgumentScanner",
    "Detector",
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
    "Verdict",
    "decide",
    "default_policies",
    "judge",
    "last_sentence_end",
    "literals_of",
    "parse_policy",
    "pii_detector",
    "redact",
    "secrets_detector",
    "standard_firewall",
]
