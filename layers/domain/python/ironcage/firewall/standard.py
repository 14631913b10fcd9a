"""The detectors that we ship and that need no model: every process can run them."""

from ironcage.firewall.detectors import InjectionDetector, pii_detector, secrets_detector
from ironcage.firewall.pipeline import Firewall
from ironcage.firewall.ports import Detector


def pattern_detectors() -> list[Detector]:
    """List the detectors of values, in the order in which they look."""
    return [secrets_detector(), pii_detector()]


def standard_firewall() -> Firewall:
    """Join the pattern detectors; none reads its rules before it is asked."""
    return Firewall({d.name: d for d in (InjectionDetector(), *pattern_detectors())})
