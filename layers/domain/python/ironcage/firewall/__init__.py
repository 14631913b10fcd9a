"""The firewalls: detectors see, policies judge, values are taken out (steps 2 and 8)."""

from ironcage.firewall.allowances import Allowance
from ironcage.firewall.arguments import ArgumentRedactor, ArgumentScanner, literals_of
from ironcage.firewall.detectors import (
    CustomDetector,
    InjectionDetector,
    LocalModerator,
    ModerationDetector,
    OrderRules,
    compile_custom,
    pii_detector,
    secrets_detector,
    validate_patterns,
)
from ironcage.firewall.enquiry import Errand, RemoteDetectors
from ironcage.firewall.inheritance import changed_fields, merge_policies
from ironcage.firewall.memory import FindingsMemory
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
from ironcage.firewall.own import NoModerator, own_detectors
from ironcage.firewall.pipeline import Firewall, reason_of
from ironcage.firewall.policy import (
    check_policy,
    decide,
    default_policies,
    parse_policy,
    version_of,
)
from ironcage.firewall.ports import (
    Detector,
    Moderator,
    Question,
    Reading,
    RemoteAnswer,
    RemoteScanner,
    Scan,
    Scores,
    StreamDetector,
)
from ironcage.firewall.redaction import is_removed, quarantines, redact
from ironcage.firewall.scan_wire import read_answer, write_scans
from ironcage.firewall.sentences import last_sentence_end
from ironcage.firewall.serving import DetectorService, raw_finding
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
from ironcage.firewall.standard import pattern_detectors, standard_firewall
from ironcage.firewall.streaming import StreamScanner
from ironcage.firewall.views import (
    View,
    plain_view,
    second_views,
    without_encoded,
    without_lines,
)
from ironcage.firewall.watching import Watch

__all__ = [
    "Action",
    "Allowance",
    "ArgumentRedactor",
    "ArgumentScanner",
    "CustomDetector",
    "Detector",
    "DetectorService",
    "Direction",
    "Errand",
    "Finding",
    "FindingsMemory",
    "Firewall",
    "InjectionDetector",
    "LocalModerator",
    "ModerationCategory",
    "ModerationDetector",
    "ModerationProvider",
    "ModerationRules",
    "Moderator",
    "NoModerator",
    "NormalisedText",
    "OrderRules",
    "Origin",
    "Policies",
    "Policy",
    "Question",
    "Reading",
    "RedactionMode",
    "RemoteAnswer",
    "RemoteDetectors",
    "RemoteScanner",
    "Scan",
    "Scores",
    "Severity",
    "StreamDetector",
    "StreamScanner",
    "Verdict",
    "View",
    "Watch",
    "changed_fields",
    "check_policy",
    "compile_custom",
    "decide",
    "default_policies",
    "is_removed",
    "judge",
    "last_sentence_end",
    "literals_of",
    "merge_policies",
    "moderation_problems",
    "moderation_type",
    "own_detectors",
    "parse_policy",
    "pattern_detectors",
    "pii_detector",
    "plain_view",
    "quarantines",
    "raw_finding",
    "read_answer",
    "read_moderation",
    "reason_of",
    "redact",
    "second_views",
    "secrets_detector",
    "severity_of",
    "standard_firewall",
    "validate_patterns",
    "version_of",
    "without_encoded",
    "without_lines",
    "write_scans",
]
