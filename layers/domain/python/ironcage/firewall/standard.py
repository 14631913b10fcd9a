"""The firewall with the detectors that we ship."""

from ironcage.firewall.detectors import InjectionDetector, pii_detector, secrets_detector
from ironcage.firewall.pipeline import Firewall
from ironcage.firewall.ports import Detector


def pattern_detectors() -> list[Detector]:
    """List the detectors of values, in the order in which they look."""
    return [secrets_detector(), pii_detector()]


def standard_firewall() -> Firewall:
    """Join the detectors; none reads its rules before it is asked."""
    detectors = (InjectionDetector(), *pattern_detectors())
    return Firewall({detector.name: detector for detector in detectors})
