"""The firewalls: detectors see, policies judge, values are taken out (steps 2 and 8)."""

from ironcage.firewall.arguments import ArgumentRedactor, ArgumentScanner, literals_of
from ironcage.firewall.detectors import (
    InjectionDetector,
    LocalModerator,
    ModerationDetector,
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
from ironcage.firewall.ports import (
    Detector,
    Moderator,
    Reading,
    Scan,
    Scores,
    Sighting,
    StreamDetector,
)
from ironcage.firewall.redaction import redact
from ironcage.firewall.severity import (
    ModerationCategory,
    ModerationProvider,
    ModerationRules,
    Severity,
    moderation_problems,
    moderation_type,
    read_moderation,
    severity_of,
)
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
    "LocalModerator",
    "ModerationCategory",
    "ModerationDetector",
    "ModerationProvider",
    "ModerationRules",
    "Moderator",
    "NormalisedText",
    "Origin",
    "PatternDetector",
    "Policies",
    "Policy",
    "Reading",
    "RedactionMode",
    "Scan",
    "Scores",
    "Severity",
    "Sighting",
    "StreamDetector",
    "StreamScanner",
    "Verdict",
    "decide",
    "default_policies",
    "judge",
    "literals_of",
    "moderation_problems",
    "moderation_type",
    "parse_policy",
    "pii_detector",
    "read_moderation",
    "redact",
    "secrets_detector",
    "severity_of",
    "standard_firewall",
]
