"""The detectors: what can be seen in a text, each behind the same port."""

from ironcage.firewall.detectors.custom import CustomDetector, compile_custom
from ironcage.firewall.detectors.custom_rows import validate_patterns
from ironcage.firewall.detectors.injection import InjectionDetector
from ironcage.firewall.detectors.local_moderator import LocalModerator
from ironcage.firewall.detectors.moderation import ModerationDetector
from ironcage.firewall.detectors.orders import OrderRules
from ironcage.firewall.detectors.pii import pii_detector
from ironcage.firewall.detectors.secrets import secrets_detector

__all__ = [
    "CustomDetector",
    "InjectionDetector",
    "LocalModerator",
    "ModerationDetector",
    "OrderRules",
    "compile_custom",
    "pii_detector",
    "secrets_detector",
    "validate_patterns",
]
