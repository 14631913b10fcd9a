"""The detectors that need no model: every process can run them."""

from ironcage.firewall.detectors import pii_detector, secrets_detector
from ironcage.firewall.ports import Detector


def pattern_detectors() -> list[Detector]:
    """List the detectors of values, in the order in which they look."""
    return [secrets_detector(), pii_detector()]
