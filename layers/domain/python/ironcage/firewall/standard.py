"""The firewall with the detectors that we ship."""

from ironcage.firewall.detectors import InjectionDetector, pii_detector, secrets_detector
from ironcage.firewall.pipeline import Firewall


def standard_firewall() -> Firewall:
    """Join the pattern detectors; none reads its rules before it is asked."""
    detectors = (InjectionDetector(), secrets_detector(), pii_detector())
    return Firewall({detector.name: detector for detector in detectors})
