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
from ironcage.firewall.standard import standard_firewall
from ironcage.firewall.streaming import StreamScanner
from ironcage.firewall.views import View, plain_view, second_views

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
    "View",
    "decide",
    "default_policies",
    "judge",
    "literals_of",
    "parse_policy",
    "pii_detector",
    "plain_view",
    "redact",
    "second_views",
    "secrets_detector",
    "standard_firewall",
]
