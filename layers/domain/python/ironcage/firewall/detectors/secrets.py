"""Credentials: vendor formats, key blocks, tokens, and passwords inside connection strings."""

from functools import cache

from ironcage.firewall.detectors.packs import read_pack
from ironcage.firewall.detectors.patterns import PatternDetector


@cache
def secrets_detector() -> PatternDetector:
    """Build the detector `secrets`; its rules are read on first use."""
    return PatternDetector("secrets", lambda: read_pack("secrets"))
